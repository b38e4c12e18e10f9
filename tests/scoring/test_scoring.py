"""Labels: owned before tone, ratings before words, and every verdict with its reason."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scoring.markets import market, markets
from app.scoring.owned import owned, parse_owned
from app.scoring.rating import written
from app.scoring.rows import score_row
from app.scoring.verdict import score
from app.scoring.words import LANGUAGES, fold, lexicon, tone
from app.types import LABELS, OwnedSite
from scrapers.types import Rating

SITES = [parse_owned(site) for site in ("nativ.co.il", "facebook.com/nativ", "x.com/nativhelp", "youtube.com/@nativ")]


@pytest.mark.parametrize(
    "url",
    [
        "https://nativ.co.il/", "http://www.nativ.co.il:80/x", "https://help.nativ.co.il/a", "https://NATIV.co.il./",
        "https://facebook.com/nativ", "https://he-il.facebook.com/nativ/posts/1", "https://www.facebook.com/Nativ/",
        "https://twitter.com/nativhelp/status/1", "https://m.youtube.com/@nativ/videos",
    ],
)  # fmt: skip
def test_what_the_brand_owns_is_owned(url: str) -> None:
    """Its hosts with every subdomain, its profiles with everything under them."""
    assert owned(url, SITES) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://nativ.co.il.evil.com/", "https://evilnativ.co.il/", "https://nativ.co/", "https://evil.com/nativ.co.il",
        "https://evil.com/?u=nativ.co.il", "https://nativ.co.il@evil.com/", "https://evil.com#nativ.co.il",
        "https://nativ.co.il\\@evil.com/", "https://n\u0430tiv.co.il/", "https://nativ-co-il.com/", "https://co.il/",
        "https://facebook.com/nativ2", "https://facebook.com/groups/nativ", "https://facebook.com/", "https://facebook.com/other/nativ",
        "https://facebook.com.evil.com/nativ", "https://x.com/nativhelper", "https://x.com/nativ", "https://youtube.com/watch?v=nativ",
        "https://facebook.com/other/../nativ", "javascript:nativ.co.il", "https://notfacebook.com/nativ",
    ],
)  # fmt: skip
def test_what_only_looks_owned_is_not(url: str) -> None:
    """Twenty-two attacks: substrings, userinfo, backslashes, look-alikes, other people's paths."""
    assert owned(url, SITES) is None


@pytest.mark.parametrize("text", ["co.il", "com", "facebook.com", "www.youtube.com", "x.com/", "facebook.com/groups", "127.0.0.1", "", "a b", "ftp://a.com", "github.io", "play.google.com"])  # fmt: skip
def test_what_nobody_can_own_is_refused(text: str) -> None:
    """Public suffixes, shared hosts without a profile, junk: one reason each."""
    with pytest.raises(ValueError, match="owned site"):
        parse_owned(text)


@given(st.text(alphabet="nativ.co.il/@-_abc\\:?#", max_size=40))
@settings(max_examples=1000)
def test_nothing_made_of_the_brands_letters_is_owned_by_chance(text: str) -> None:
    """A host is owned only when it is the owned host or ends with a dot and it."""
    from scrapers.urls import host

    url = f"https://{text}"
    if owned(url, [OwnedSite("nativ.co.il")]) is not None:
        name = host(url)
        assert name == "nativ.co.il" or (name or "").endswith(".nativ.co.il")


@pytest.mark.parametrize(
    ("title", "snippet", "lang", "expected"),
    [
        ("Nativ: avoid at all costs", "They never answered and refused to refund me.", "en", "negative"),
        (
            "Brilliant service from Nativ",
            "Friendly agent sorted it in five minutes. Highly recommended.",
            "en",
            "positive",
        ),
        ("Nativ opening hours", "Phone number and address.", "en", "neutral"),
        ("Is Nativ good?", "Has anyone tried them?", "en", "neutral"),
        ("Scammers pose as Nativ in fake texts", "Phishing messages, do not click.", "en", "neutral"),
        ("Nativ lost my parcel", "Update: resolved, they apologised and refunded everything.", "en", "positive"),
        ("Nativ reports third-quarter results", "Revenue rose 4%.", "en", "neutral"),
        ("Nativ fined over hidden fees", "The regulator said customers were misled.", "en", "negative"),
        ("נתיב, לא ממליץ", "שעה על הקו ואין מענה. שירות גרוע!", "he", "negative"),
        ("תודה לנתיב", "נציגה אדיבה וסבלנית, פתרו לי הכול באותו יום. ממליצה בחום", "he", "positive"),
        ("נתיב – כתובת ושעות פתיחה", "טלפון, סניפים וניווט", "he", "neutral"),
        ("Nativ – nie polecam", "Nikt nie odbiera, reklamacja odrzucona. Oszuści!", "pl", "negative"),
        ("Nativ: polecam!", "Miła i kompetentna obsługa, sprawa załatwiona od ręki.", "pl", "positive"),
        ("Nativ Kraków – godziny otwarcia", "Adres, telefon, dojazd.", "pl", "neutral"),
    ],
)
def test_words_in_three_languages(title: str, snippet: str, lang: str, expected: str) -> None:
    """Complaint, praise, question, warning about others, resolved complaint, business news."""
    verdict = score("Nativ", SITES, "https://forum.example/t/1", title, snippet, None, lang)
    assert verdict.label == expected, verdict
    for piece in verdict.evidence:
        assert {"title": title, "snippet": snippet}[piece.field][piece.start : piece.end] == piece.text


@pytest.mark.parametrize(
    ("text", "five"),
    [
        ("Rating: 1.8 · 940 votes", 1.8), ("4.5/5 from 12 reviews", 4.5), ("9,1/10", 4.55), ("Ocena: 2,1", 2.1), ("ocena 4,3 z 5", 4.3),
        ("דירוג 1.8 מתוך 5", 1.8), ("★★☆☆☆ awful", 2.0), ("Rating: 72 %", 3.6), ("ocena 4,6/5", 4.6), ("8.2/10", 4.1), ("94% positive", 4.7), ("64 % pozytywnych opinii", 3.2), ("38% חיוביות", 1.9), ("rated 2 out of 5", 2.0), ("1.4 stars", 1.4),
    ],
)  # fmt: skip
def test_ratings_as_people_write_them(text: str, five: float) -> None:
    """Brought to five."""
    found = written(text, "snippet")
    assert found is not None
    assert found[0] == pytest.approx(five)
    assert text[found[1].start : found[1].end] == found[1].text


@pytest.mark.parametrize(
    "text",
    [
        "24/7 support",
        "72% of calls",
        "prices up 12 %",
        "9 out of 10 customers",
        "price 4.99",
        "version 3.2",
        "12/10/2026",
        "from 8 to 20",
        "5G",
    ],
)
def test_numbers_that_rate_nobody(text: str) -> None:
    """Hours, shares of customers, prices, versions, dates."""
    assert written(text, "snippet") is None


def test_ratings_decide_when_low_or_high_and_words_in_between() -> None:
    """2.6 and below negative, 4.0 and above positive, whatever the words; between them the words say."""

    def label(value: float, title: str = "Nativ") -> str:
        return score("Nativ", [], "https://r.example/", title, "", Rating(value), "en").label

    assert [label(2.6), label(4.0), label(3.3), label(3.3, "Nativ is terrible, avoid at all costs")] == [
        "negative",
        "positive",
        "neutral",
        "negative",
    ]
    assert label(4.9, "Nativ is terrible") == "positive"


def test_owned_wins_over_tone() -> None:
    """The brand's own complaints form is its own."""
    verdict = score(
        "Nativ", SITES, "https://my.nativ.co.il/complaints", "Complaint form: terrible service?", "", Rating(1.0), "en"
    )
    assert (verdict.label, verdict.rule) == ("owned", "owned:nativ.co.il")


def test_a_brands_name_is_no_word() -> None:
    """A brand called Best praises nobody."""
    assert tone("Best Telecom", "Best Telecom phone", "en", ["Best Telecom"]).score == 0


@given(st.text(max_size=80), st.text(max_size=200), st.sampled_from(LANGUAGES))
@settings(max_examples=400)
def test_any_text_is_scored_and_every_span_points_into_it(title: str, snippet: str, lang: str) -> None:
    """No text raises; each piece of evidence is a piece of the text."""
    said = tone(title, snippet, lang)
    assert len(fold(title)) == len(title)
    for piece in said.evidence:
        assert {"title": title, "snippet": snippet}[piece.field][piece.start : piece.end] == piece.text


@given(st.dictionaries(st.sampled_from(["brand", "url", "title", "snippet", "rating", "lang"]), st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.lists(st.text(max_size=5)) | st.dictionaries(st.text(max_size=8), st.text(max_size=8))))  # fmt: skip
@settings(max_examples=300)
def test_any_row_gets_an_answer(row: dict[str, object]) -> None:
    """A label, or an error with its reason; never an exception."""
    answer = score_row(row)
    assert answer["label"] in (*LABELS, None)
    assert (answer["label"] is None) == (answer["rule"] == "error") == ("reason" in answer)


def test_market_packs_are_whole() -> None:
    """Three packs: phrases with the brand in them, a calendar, an engine; an unknown code says which there are."""
    assert {"il-he", "pl-pl", "en-us"} <= set(markets())
    for pack in markets().values():
        assert all("{brand}" in phrase for phrase in (*pack.main, *pack.more))
        assert pack.phrases("Nativ")[0] == pack.main[0].replace("{brand}", "Nativ")
        assert 0 <= pack.week_start <= 6
    assert (market("il-he").week_start, market("pl-pl").week_start) == (6, 0)
    with pytest.raises(ValueError, match="il-he"):
        market("xx")


def test_lexicons_hold_no_phrase_on_both_sides() -> None:
    """What is praise is no complaint, in each language."""
    import tomllib
    from importlib.resources import files

    for lang in LANGUAGES:
        data = tomllib.loads((files("app.scoring") / "lexicons" / f"{lang}.toml").read_text(encoding="utf-8"))
        sides = [{p for words in data[side].values() for p in words} for side in ("negative", "positive")]
        assert not sides[0] & sides[1], lang
        assert lexicon(lang).find(fold(data["negative"]["strong"][0]))


@pytest.mark.parametrize(("author", "floor"), [("dev", 0.8), ("author3", 0.62), ("author4", 0.74)])
def test_labelled_rows_of_other_hands(shared: Path, author: str, floor: float) -> None:
    """Macro-F1 over the four labels, author by author: it may rise, not fall. No owned result is missed or invented."""
    rows = [
        json.loads(line) for line in (shared / "labels" / f"{author}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    pairs: Counter[tuple[str, str]] = Counter()
    for row in rows:
        asked = {
            "brand": {"name": row["brand"], "owned": row["owned_domains"]},
            **{k: row.get(k) for k in ("lang", "url", "title", "snippet", "rating")},
        }
        pairs[row["gold"], score_row(asked)["label"]] += 1
    scores = []
    for label in LABELS:
        right = pairs[label, label]
        wrong = sum(n for (gold, said), n in pairs.items() if (gold == label) != (said == label))
        scores.append(2 * right / (2 * right + wrong))
    assert sum(scores) / 4 >= floor
    assert not any(n for (gold, said), n in pairs.items() if (gold == "owned") != (said == "owned"))
