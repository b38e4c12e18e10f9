"""What the judge and the transport write in English is said in the reader's language, all of it."""

from __future__ import annotations

import ast
import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import snapshot as record
from app.texts import LANGUAGES, direction, texts
from app.texts.judge import CODES, QUOTING, forms, said
from app.types import LONGEST_REASON
from scrapers.errors import BY_CODE
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.registry import ENGINES, SOURCES, standards
from scrapers.types import Judgement, RawPage, SearchRequest, Serp, Signs, Standards, State, Usual

ROOT = Path(__file__).resolve().parent.parent
NAMED = {*ENGINES, *(source.ENGINE for source in SOURCES.values())}
PAGES = sorted(file.parent for file in (ROOT / "tests" / "pages").glob("*/*/search.json"))
HE, PL, EN = texts("he"), texts("pl"), texts("en")
STANDARDS = Standards(enough=4)
BLANK = "\0"
NAMES = {"HTTP", "JavaScript", "Chromium", "Google Scholar", "SHEMTOV_CHROMIUM", "make setup", "docs/sources.md"}
# Modules whose every sentence may end up in the record, and those whose calls (or returns) may.
JUDGING = ("scrapers/judge.py", "app/settle.py")
ENDINGS = {"finish": 3, "revise": 3, "end": 3}
OWN_ENDINGS = {"app/recovering.py": {"broken_off": 2}, "app/settle.py": {"_both": 4}}
PASSED_ON = {"reason", "judged.reason", "str(missing)"}


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def files(*rooms: str) -> list[str]:
    return [str(file.relative_to(ROOT)) for room in rooms for file in sorted((ROOT / room).rglob("*.py"))]


def shapes(node: ast.AST) -> list[str]:
    """Every text an expression can be, unknown parts as BLANK: both branches of a choice, both sides of an "or"."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.FormattedValue(value=value) | ast.NamedExpr(value=value):
            return shapes(value)
        case ast.JoinedStr(values=parts):
            found = [""]
            for part in parts:
                found = [before + after for before in found for after in shapes(part)]
            return found
        case ast.IfExp(body=one, orelse=other):
            return shapes(one) + shapes(other)
        case ast.BoolOp(op=ast.Or(), values=values):
            return [shape for value in values for shape in shapes(value)]
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return [one + other for one in shapes(left) for other in shapes(right)]
        case _:
            return [BLANK]


def sentences(node: ast.AST) -> Iterator[str]:
    """The texts written below a node; docstrings, and texts that are parts of others, left out."""
    if isinstance(node, ast.JoinedStr | ast.Constant | ast.IfExp):
        yield from shapes(node)
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        for child in ast.iter_child_nodes(node):
            yield from sentences(child)


def known(shape: str) -> bool:
    """Whether a template has this shape, or it holds no English word at all."""
    loose = [re.compile(re.sub(r"\\{\w+\\}", "(?s:.+)", re.escape(EN[key]))) for key, _ in forms()]
    return (
        not re.search("[A-Za-z]{2}", shape.replace(BLANK, ""))
        or shape in CODES
        or any(form.fullmatch(shape) for form in loose)
    )


def test_every_sentence_of_the_judge_has_its_template() -> None:
    """A new reason, or a new detail of a check, is red here until three languages can say it."""
    other = {*get_args(State), *record.STATES, *record.PURPOSES, "NFKC"}
    found = {shape for file in JUDGING for node in tree(file).body for shape in sentences(node) if _spoken(node)}
    checks = {key.removeprefix("check ") for key in EN if key.startswith("check ")}
    assert len(found) > 40
    assert {shape for shape in found if shape not in checks | other and not known(shape)} == set()


def _spoken(node: ast.stmt) -> bool:
    """Not the functions that fold phrases, nor tables on top of the module that hold codes or patterns."""
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) == "re.compile"
    ):
        return False
    assigned = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id
    return assigned not in ("SAME_LANGUAGE", "__all__") and getattr(node, "name", "") not in ("_folded", "same_phrase")


def test_every_check_has_its_name() -> None:
    """The checks the judge makes are those the texts name."""
    made: set[str] = set()
    for node in ast.walk(tree("scrapers/judge.py")):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Check":
            made |= set(shapes(node.args[0]))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "name":
            made |= set(shapes(node.value))
    assert {f"check {name}" for name in made - {BLANK}} == {key for key in EN if key.startswith("check ")}
    assert QUOTING in made


def constants(file: str) -> dict[str, ast.expr]:
    """What a module assigns on its top level, by name."""
    return {ast.unparse(node.targets[0]): node.value for node in tree(file).body if isinstance(node, ast.Assign)}


def imported(file: str) -> dict[str, ast.expr]:
    """The constants of ours that a module takes from another one, by the name it knows them under."""
    found: dict[str, ast.expr] = {}
    for node in tree(file).body:
        if (
            isinstance(node, ast.ImportFrom)
            and (ROOT / (home := f"{(node.module or '').replace('.', '/')}.py")).exists()
        ):
            there = constants(home)
            found |= {as_.asname or as_.name: there[as_.name] for as_ in node.names if as_.name in there}
    return found


def test_whoever_ends_a_look_gives_a_reason_that_can_be_said() -> None:
    """Every reason handed to the store is a sentence with a template, a code, or passed on from where it was made."""
    ends = 0
    for file in files("app", "scrapers"):
        places = ENDINGS | OWN_ENDINGS.get(file, {})
        named = constants(file) | imported(file)
        for node in ast.walk(tree(file)):
            if not (isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in places):
                continue
            given = named.get(ast.unparse(node.args[places[name]]), node.args[places[name]])
            ends += 1
            for shape in shapes(given):
                assert known(shape), (file, shape)
                assert shape != BLANK or ast.unparse(given) in PASSED_ON, (file, ast.unparse(given))
    assert ends >= 8


def test_every_missing_source_and_failure_can_be_said() -> None:
    """What a SourceMissing tells, what an engine calls a foreign page, which failure a fetch names."""
    told = set()
    for file in files("app", "scrapers"):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("SourceMissing"):
                told |= set(shapes(node.args[0]))
            if isinstance(node, ast.keyword) and node.arg == "failure" and isinstance(node.value, ast.Constant):
                assert node.value.value is None or node.value.value in BY_CODE, file
            if isinstance(node, ast.FunctionDef) and node.name == "_foreign":
                told |= {s for one in ast.walk(node) if isinstance(one, ast.Return) for s in shapes(one.value or one)}
    assert len(told) >= 9
    assert {shape for shape in told if not known(shape)} - set(ENGINES) == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_its_word(lang: str) -> None:
    """No code is shown as it stands in the record."""
    assert [code for code in CODES if "_" in said(code, texts(lang))] == []
    assert lang == "en" or [code for code in CODES if said(code, texts(lang)) == code] == (
        ["captcha"] if lang == "pl" else []
    )


def looks() -> Iterator[tuple[str, Judgement]]:
    """Every recorded page, judged as it is, and torn, relabelled, refused and asked otherwise in many ways."""
    chance = random.Random(7)
    for folder in PAGES:
        told = json.loads((folder / "search.json").read_text(encoding="utf-8"))
        source = folder.parent.name
        engine = SOURCES[source].ENGINE
        body = next(folder.glob("page.html.gz"), None)
        raw = gzip.decompress(body.read_bytes()) if body else next(folder.glob("page.json*")).read_bytes()
        raw = raw if raw[:2] != b"\x1f\x8b" else gzip.decompress(raw)
        asked = SearchRequest(engine, told.get("phrase"), told.get("hl"), told.get("gl"))
        page = RawPage(raw, told.get("final_url"), told.get("http_status"))
        for request in (
            asked,
            replace(asked, phrase=None, hl=None, gl=None),
            replace(asked, phrase="א; ב", hl="xx", gl="ZZ"),
        ):
            for pages in _altered(page, chance):
                serp = parse(source, pages, request)
                for usual in (
                    None,
                    Usual(20, 1.0, frozenset({"https://x.example/"}), 14),
                    Usual(7.5, 0.05, frozenset(), 3),
                ):
                    yield f"{folder}", judge(pages, serp, request, standards(source, engine), usual)


def _altered(page: RawPage, chance: random.Random) -> Iterator[list[RawPage]]:
    size = len(page.body)
    yield [page]
    yield [replace(page, body=page.body[: chance.randrange(size)])]
    start = chance.randrange(size)
    yield [replace(page, body=page.body[:start] + page.body[start + size // 10 :])]
    yield [replace(page, body=page.body.replace(b'lang="', b'lang="q; no results'))]
    yield [replace(page, body=re.sub(rb"</?h[23]", b"<i", page.body))]
    yield [replace(page, http_status=chance.choice([403, 429, 404, 503]))]
    yield [page, replace(page, http_status=503, page_no=2)]
    yield [page, RawPage(b"", failure=chance.choice(sorted(BY_CODE)), complete=False, page_no=2)]
    yield [RawPage(b"", failure=chance.choice(sorted(BY_CODE)), complete=False)]
    yield [replace(page, complete=False)]


def left_over(shown: str, lang: str) -> list[str]:
    """English words of the templates that stand in a text outside its isolated parts."""
    text = re.sub("\u2068.*?\u2069", "", shown, flags=re.S)
    for name in NAMES:
        text = text.replace(name, "")
    if lang == "he":
        return re.findall("[A-Za-z]{2,}", text)
    return sorted(only_english() & set(re.findall(r"\w+", text)))


@cache
def only_english() -> set[str]:
    """The words of the English sentences that no Polish text has."""
    english = {word for key, _ in forms() for word in re.findall("[a-z]{4,}", re.sub(r"{\w+}", "", EN[key]))}
    return english - {word for text in PL.values() for word in re.findall(r"\w+", text)}


def test_nothing_english_is_left_of_any_judgement() -> None:
    """Whatever page comes: its reason and every check's detail are said in Hebrew and in Polish."""
    states: set[str] = set()
    reasons: set[str] = set()
    for where, judged in looks():
        states.add(judged.state)
        reasons.add(judged.reason)
        for lang, words in (("he", HE), ("pl", PL)):
            assert left_over(said(judged.reason, words), lang) == [], (where, judged.reason, said(judged.reason, words))
            for check in judged.checks:
                shown = said(check.detail, words, check.name)
                quoted = check.name == QUOTING and shown == check.detail
                assert quoted or shown in NAMED or left_over(shown, lang) == [], (where, check)
    assert states == set(get_args(State))
    assert len(reasons) > 60


REASON = "Our phrase echoed: one; two 5; Organic results: 6 (usual 19.5 over 14 looks, enough from 14.625); Language: asked pl, the page says he"


def test_a_reason_of_several_checks_is_said_whole() -> None:
    """Split by the names of checks: a phrase with "; " in it is not torn, and stays as the page has it."""
    assert said(REASON, HE) == (
        "הביטוי שלנו חזר בדף: \u2068one; two 5\u2069; תוצאות אורגניות: 6 (בדרך כלל 19.5 לפי 14 בדיקות, מספיק מ-14.625); "
        "שפה: ביקשנו \u2068pl\u2069, בדף כתוב \u2068he\u2069"
    )
    assert said(REASON, PL).split("; ", 2)[2] == (
        "Wyniki organiczne: 6 (zwykle 19,5 według 14 odczytów, wystarcza od 14,625); "
        "Język: prosiliśmy o \u2068pl\u2069, strona podaje \u2068he\u2069"
    )
    assert direction(said(REASON, HE)) == "rtl"


@pytest.mark.parametrize(
    ("stored", "hebrew"),
    [
        ("captcha", "אימות אנושי"),
        ("page 2: deadline", "דף 2: לא התקבלה תשובה שלמה בזמן"),
        ("page 2: cut off", "דף 2: הדף נקטע"),
        ("HTTP 503", "סטטוס HTTP 503"),
        ("a later page was refused: rate_limit", "דף המשך נחסם: מגבלת קצב"),
        ("another engine's or vertical's page: bing", "דף של מנוע אחר או של סוג חיפוש אחר: \u2068bing\u2069"),
        (
            "no source: serpapi needs its key: set SHEMTOV_SERPAPI_KEY; looking at google directly is off: "
            "read docs/sources.md, then set SHEMTOV_DIRECT=google",
            "אין מקור זמין: ל-\u2068serpapi\u2069 דרוש מפתח: יש להגדיר את \u2068SHEMTOV_SERPAPI_KEY\u2069; פנייה ישירה אל "
            "\u2068google\u2069 כבויה: יש לקרוא את docs/sources.md ואז להגדיר \u2068SHEMTOV_DIRECT=google\u2069",
        ),
        (
            "no source: bing needs its key: set SHEMTOV_BING_KEY; /x does not start: closed",
            "אין מקור זמין: ל-\u2068bing\u2069 דרוש מפתח: יש להגדיר את \u2068SHEMTOV_BING_KEY\u2069; "
            "\u2068/x\u2069 אינו עולה: \u2068closed\u2069",
        ),
        ("/usr/bin/chromium does not start: a; b", "\u2068/usr/bin/chromium\u2069 אינו עולה: \u2068a; b\u2069"),
        ("a sentence of another age", "a sentence of another age"),
        ("page 2: a sentence of another age", "page 2: a sentence of another age"),
        ("search", "search"),
        ("", ""),
    ],
)
def test_each_kind_of_reason(stored: str, hebrew: str) -> None:
    """A code, a sentence with blanks, a sentence inside another; what is not ours stays as it is."""
    assert said(stored, HE) == hebrew


def test_the_pages_own_words_are_not_ours() -> None:
    """An echoed phrase that looks like a code or a sentence of ours is still what the page said."""
    for echoed in ("captcha", "no results", "found", "3 of 9"):
        assert said(echoed, HE, QUOTING) == echoed
    assert said("not on the page", HE, QUOTING) == "לא מופיע בדף"
    assert said("3 of 9", HE, "Shape") == "3 מתוך 9"


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["; ", ": ", "Language", "page 2", "no source", "\u2069"])).map("".join)
)
def test_any_text_is_said_without_raising(text: str) -> None:
    """Damaged or hostile records are shown, never a crash; no mark of theirs turns our sentence."""
    for lang in LANGUAGES:
        shown = said(text, texts(lang))
        assert shown.count("\u2068") == shown.count("\u2069")


def test_the_worst_reason_is_cut_cleanly() -> None:
    """All checks failed at once, a long phrase echoed: wherever the record cuts, no half English sentence shows."""
    request = SearchRequest("google", "another", "he", "IL")
    for length in range(1, LONGEST_REASON + 50):
        signs = Signs(phrase="7" * length, foreign="a page that only JavaScript fills", relaxed=True, hl="xx", gl="XX")
        judged = judge([RawPage(b"x")], Serp(signs=signs), request, STANDARDS, Usual(20, 1, frozenset(), 14))
        failed = [check for check in judged.checks if check.passed is False]
        cut = "; ".join(f"{check.name}: {check.detail}" for check in failed)[:LONGEST_REASON]
        assert left_over(said(cut, HE), "he") == [], cut
