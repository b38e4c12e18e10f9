"""Many brands of one file: read as spreadsheets write them, all problems told, all made or none, twice adds nothing."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from commands import Command, a_command
from hypothesis import given
from hypothesis import strategies as st

from app.brand_files import TypedBrand, read_brands
from app.db import reading
from app.errors import BadInput
from app.onboarding import plan_brand
from app.queries.brands import brands
from app.queries.searches import searches
from app.settings import settings

HEAD = "name,market,owned,phrases,target,schedule,watch\n"
TOML = """# clients
[[brand]]
name = "Nativ Telecom"
owned = ["nativ-telecom.example", "facebook.com/nativ"]
markets = ["il-he", "pl-pl"]
target = 16

[[brand]]
name = "Bank Wisła, oddział"
market = "pl-pl"
phrases = ["Bank Wisła opinie, skargi"]
schedule = "weekdays 06:00; weekend every 6 hours"
watch = true
"""


@pytest.fixture
def shemtov(data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command over a record of its own: (exit code, what it said, what it complained)."""
    return a_command(capsys, monkeypatch)


def file(folder: Path, content: str | bytes, name: str = "brands.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, content: str | bytes, encoding: str | None = None) -> list[TypedBrand]:
    return read_brands(file(folder, content), encoding)


def refused(folder: Path, content: str | bytes, name: str = "brands.csv", encoding: str | None = None) -> str:
    with pytest.raises(BadInput) as wrong:
        read_brands(file(folder, content, name), encoding)
    assert "\n" not in wrong.value.message
    return wrong.value.message


def stored() -> dict[str, list[str]]:
    """What is on record: the phrases of each brand."""
    with reading() as session:
        return {b.name: [s.phrase for s in searches(session, b.id, purpose=None)] for b in brands(session)}


def test_a_file_makes_what_brand_add_makes(shemtov: Command, tmp_path: Path) -> None:
    """CSV and TOML of the same brands, and the command: the same names, sites, searches, schedule and target."""
    table = HEAD + (
        'Nativ Telecom,il-he pl-pl,"nativ-telecom.example, facebook.com/nativ",,16,,\n'
        '"Bank Wisła, oddział",pl-pl,,Bank Wisła opinie|Bank Wisła skargi,,weekdays 06:00; weekend every 6 hours,TAK\n'
    )
    assert shemtov("brand", "import", file(tmp_path, table))[0] == 0
    code, _, _ = shemtov("brand", "add", "Other", "--market", "il-he", "--market", "pl-pl", "--target", "16",
                         "--owned", "nativ-telecom.example", "--owned", "facebook.com/nativ")  # fmt: skip
    assert code == 0
    with reading() as session:
        bank, first, second = brands(session)
        assert (first.owned, first.target, first.home_market) == (second.owned, second.target, second.home_market)
        ours, theirs = searches(session, first.id), searches(session, second.id)
        assert [s.phrase.replace("Nativ Telecom", "Other") for s in ours] == [s.phrase for s in theirs]
        assert [(s.source_names, s.schedule) for s in ours] == [(s.source_names, s.schedule) for s in theirs]
        assert all(s.next_due for s in ours)
        shared, listening = searches(session, bank.id), searches(session, bank.id, "watch")
        assert [s.phrase for s in shared] == ["Bank Wisła opinie", "Bank Wisła skargi"]
        assert listening
        assert {s.schedule for s in (*shared, *listening)} == {"weekdays 06:00; weekend every 6 hours"}


def test_a_toml_file_says_the_same_with_its_lines(tmp_path: Path) -> None:
    """Each table with the line it starts on; a phrase may hold a comma there."""
    first, second = read_brands(file(tmp_path, TOML, "brands.toml"))
    assert (first.line, first.name, first.given["codes"], first.given["target"]) == (
        2,
        "Nativ Telecom",
        ["il-he", "pl-pl"],
        16,
    )
    assert (second.line, second.given["phrases"], second.given["watch"]) == (8, ["Bank Wisła opinie, skargi"], True)
    odd = 'x = 1\n[[brand]]\nname = "A"\n'
    assert "[[brand]]" in refused(tmp_path, odd, "b.toml")
    assert "line 1" in refused(tmp_path, "[[brand\nname = 1", "b.toml")
    wrong = read_brands(
        file(tmp_path, '[[brand]]\nname = 7\naliases = ["x"]\ntarget = true\nmarket = [1]\n', "b.toml")
    )[0]
    assert ["aliases" in wrong.wrong[0], *(text.split()[0] for text in wrong.wrong[1:])] == [
        True,
        "name",
        "target",
        "market",
    ]


def test_every_problem_is_told_at_once_and_nothing_is_made(shemtov: Command, tmp_path: Path) -> None:
    """Each with its line, also below a cell of two lines; exit 3; the right ones only when they are asked for."""
    path = file(tmp_path, HEAD + (
        'Good,il-he,"good.example\nfacebook.com/good",,,,\n'
        "Shared,il-he,facebook.com,,,,\n"
        ",xx-yy,,,,,\n"
        "Late,il-he,,,25,soon,perhaps\n"
        "Good,pl-pl,,,,,\n"
        '=HYPERLINK("http://evil.example"),il-he,,,,,\n'
        "#NAME?,il-he,,,,,\n"
        f"{'x' * 10_000},il-he,,,,,\n"
        "Wide,il-he,,,,,,one,two\n"
    ))  # fmt: skip
    code, said, told = shemtov("brand", "import", path)
    lines = told.splitlines()
    assert (code, stored()) == (3, {})
    assert all(len(line) < 330 for line in lines)
    for line, what in [
        (4, "shared by many"), (5, "name is empty"), (5, "unknown market"), (6, "target is 1 to 20"), (6, "'soon'"),
        (6, "watch is yes or no"), (7, "before, on line 2"), (9, "spreadsheet's error"), (10, "10000 characters"),
        (11, "2 cells stand under no column"),
    ]:  # fmt: skip
        assert [one for one in lines if one.startswith(f"shemtov: line {line} ") and what in one], (line, what, told)
    assert "nothing was made" in said
    assert "8 are wrong" in said
    code, said, _ = shemtov("brand", "import", path, "--skip-wrong")
    assert (code, list(stored())) == (3, ["Good"])


def test_a_file_that_would_hold_up_others_is_refused(shemtov: Command, tmp_path: Path) -> None:
    """Its searches are counted as it is planned: what multiplies to too many ends early, in one line."""
    many = "|".join(f"phrase {n}" for n in range(200))
    path = file(tmp_path, HEAD + "".join(f"B{n},il-he il-en pl-pl en-us en-gb,,{many},,,\n" for n in range(9)))
    code, said, told = shemtov("brand", "import", path)
    assert (code, said, len(told.splitlines()), stored()) == (2, "", 1, {})
    assert "more than 5000 searches" in told


def test_twice_adds_nothing_and_says_what_differs(shemtov: Command, tmp_path: Path) -> None:
    """A brand on record is left alone, whatever the file says of it now."""
    assert shemtov("brand", "import", file(tmp_path, HEAD + "A,il-he,a.example,,,,\n"))[0] == 0
    before = stored()
    code, said, _ = shemtov("brand", "import", file(tmp_path, HEAD + "A,il-he,a.example,,,,\n"))
    assert (code, "line 2 (A): there already, left alone\n" in said) == (0, True)
    changed = HEAD + "A,il-he,a.example|b.example,One more,12,12:00,\nB,pl-pl,,,,,\n"
    code, said, _ = shemtov("brand", "import", file(tmp_path, changed))
    assert (
        "1 searches of the file are not there, 1 owned sites of the file are not there, its target is 18, not 12"
        in said
    )
    assert stored()["A"] == before["A"]
    assert "added 1 brands" in said


def test_a_preview_makes_nothing_and_tells_the_month(
    shemtov: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What each brand would have, and what all together cost at the first source that may be asked."""
    monkeypatch.setenv("SHEMTOV_SERPAPI_KEY", "k" * 20)
    settings.cache_clear()
    path = file(tmp_path, HEAD + "A,il-he,a.example,,,,\nB,il-he pl-pl,,,,,\n")
    code, said, told = shemtov("brand", "import", path, "--preview")
    assert (code, stored()) == (0, {})
    one = shemtov("brand", "add", "A", "--market", "il-he", "--owned", "a.example", "--preview")[1].splitlines()[-1]
    dollars = float(one.split("$")[1].split()[0])
    assert f"A: 2 searches, 60 looks, ${dollars:.2f} a month" in said
    assert dollars > 0
    assert f"180 looks a month, about ${3 * dollars:.2f}" in said
    assert "B own no site yet" in told


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffname;market;owned\nŁódź;pl-pl;lodz.example|facebook.com/lodz\n".encode(),
        "sep=;\r\nname;market;owned\r\nŁódź;pl-pl;\"lodz.example\r\nfacebook.com/lodz\"\r\n;;\r\n".encode(),
        "Name\tMARKETS\tOwned\tphrases\nŁódź\tpl-pl\tlodz.example, facebook.com/lodz\t\n".encode("utf-16"),
        b'name,market,owned,\r"\xc5\x81\xc3\xb3d\xc5\xba",pl-pl,lodz.example facebook.com/lodz,\r,,,\r',
    ],
    ids=["bom and semicolons", "sep and line breaks", "utf-16 and tabs", "old line ends and a separator too many"],
)  # fmt: skip
def test_what_spreadsheets_write_is_read_right(tmp_path: Path, content: bytes) -> None:
    """One brand, whatever the separator, marks and line ends."""
    (one,) = read(tmp_path, content)
    assert (one.name, one.wrong) == ("Łódź", [])
    assert one.given == {"codes": ["pl-pl"], "owned": ["lodz.example", "facebook.com/lodz"]}


@pytest.mark.parametrize(("name", "encoding"), [("נתיב", "windows-1255"), ("Łódź", "windows-1250")])
def test_an_old_encoding_is_never_guessed(tmp_path: Path, name: str, encoding: str) -> None:
    """Its line is told, and how to name it; named, it is read; UTF-8 is not taken for it."""
    text = f"name,market\nA,il-he\n{name},il-he\n"
    assert "line 3: this is not utf-8" in refused(tmp_path, text.encode(encoding))
    assert read(tmp_path, text.encode(encoding), encoding)[1].name == name
    assert "leave --encoding out" in refused(tmp_path, text, encoding=encoding)
    assert "unknown encoding" in refused(tmp_path, text, encoding="klingon")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "columns: name"),
        (b"name,market\n", "no brands in it"),
        (b"name,owned\nA,a.example\n", "no column 'market'"),
        (b"name,market,aliases\nA,il-he,B\n", "unknown column 'aliases'"),
        (b"name,market,markets\nA,il-he,pl-pl\n", "two columns 'market'"),
        (b'name,market\nA,il-he\n"B,il-he\nC,il-he\n', "line 3: no CSV"),
        (b"name,market\nA," + b"x" * 200_000 + b"\n", "line 2: no CSV"),
        (b"PK\x03\x04rest", "Excel or LibreOffice"),
        (b"name,market\n" + b"A,il-he\n" * 1001, "1001 brands"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_one_clear_line(tmp_path: Path, content: bytes, said: str) -> None:
    """Nothing is read half."""
    assert said in refused(tmp_path, content)


def test_cells_that_could_mean_two_things_are_refused(tmp_path: Path) -> None:
    """Commas between phrases, numbers that are none, and lists without end: told at their brand."""
    wrong = read(
        tmp_path,
        'name,market,phrase,target\nA,il-he,"one, two",18.5\nB,il-he,' + "|".join(map(str, range(201))) + ",\n",
    )
    assert [len(one.wrong) for one in wrong] == [2, 1]
    assert "separated by |" in wrong[0].wrong[0]
    assert "the most is 200" in wrong[1].wrong[0]


BITS = st.sampled_from(
    [
        "name",
        "market",
        "il-he",
        "owned",
        "watch",
        ",",
        ";",
        "\t",
        '"',
        "\n",
        "\r",
        "\0",
        "=",
        "[[brand]]",
        "sep=;",
        "'''",
        "é",
        "\ud7ff",
        "9",
        "|",
    ]
)


@given(
    text=st.lists(BITS, max_size=40).map("".join),
    start=st.sampled_from(["", "name,market\n", "[[brand]]\n"]),
    noise=st.binary(max_size=3),
)
@hypothesis.settings(max_examples=150, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_it_is_brands_or_one_clear_refusal(
    tmp_path: Path, text: str, start: str, noise: bytes
) -> None:
    """No other end, and what was read can be planned."""
    for name in ("b.csv", "b.toml"):
        try:
            found = read_brands(file(tmp_path, start.encode() + text.encode() + noise, name))
        except BadInput:
            continue
        for one in found:
            plan_brand(one.name, **({"owned": (), "codes": ()} | one.given), chosen=settings())
