"""What nearly every HTML engine's page says about itself in the same way; an engine's file adds what is its own."""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import plain
from scrapers.organic import words
from scrapers.readings import HEADINGS, Reading
from scrapers.types import RawPage, Signs

ENDING = 4000  # bytes in which a whole page closes


@dataclass(frozen=True, slots=True)
class Marks:
    """Where an engine's page shows what: selectors. another: what only another engine's page has."""

    container: str
    box: str
    end: str
    next: str
    no_results: str
    captcha: str
    headings: str = HEADINGS
    another: str = "#rso, #b_results"


def signs_of(tree: LexborHTMLParser, raw: RawPage, page: Reading, marks: Marks) -> Signs:
    """The signs of a page as read. Results come first: with them, no mark of a block or of an empty page is asked for.

    Language and country are those of <html lang>; an engine whose page says them elsewhere replaces them.
    """
    found = bool(page.results)
    container = tree.css_first(marks.container)
    none = not found and tree.css_first(marks.no_results) is not None
    language, country = locale_of(tree)
    return Signs(
        container=container is not None,
        phrase=echo(tree.css_first(marks.box)),
        end=tree.css_first(marks.end) is not None and b"</html" in raw.body[-ENDING:].lower(),
        more=tree.css_first(marks.next) is not None,
        hl=language,
        gl=country,
        unread=page.unread(container, marks.headings) if found else 0,
        no_results=none,
        block="captcha" if not found and not none and tree.css_first(marks.captcha) is not None else None,
        foreign="another engine" if marks.another and tree.css_first(marks.another) is not None else None,
    )


def locale_of(tree: LexborHTMLParser) -> tuple[str | None, str | None]:
    """(language, country) of <html lang="pl-PL">."""
    html = tree.css_first("html")
    language, _, country = ((html.attributes.get("lang") or "") if html is not None else "").partition("-")
    return language.lower() or None, country.upper() or None


def echo(box: LexborNode | None) -> str | None:
    """The phrase that stands in a search box."""
    return (words(box) or plain(box.attributes.get("value") or "") or None) if box is not None else None


def says(tree: LexborHTMLParser, css: str, texts: tuple[str, ...]) -> bool:
    """Whether the first piece of that kind says one of the texts (lower case)."""
    told = words(tree.css_first(css)).casefold()
    return any(text in told for text in texts)
