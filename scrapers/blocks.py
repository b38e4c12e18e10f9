"""Small readings every HTML engine needs: text of a node, a rating, a leading date, the rest of a result's block.

selectolax isolates a result's block; BeautifulSoup reads only that small block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.types import Rating, RawPage

MOST_RESULTS = 150  # a page that claims more is no page of results, and reading on would only cost time
MOST_BLOCK = 30_000
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_NUMBER = r"(\d{1,2}(?:[.,]\d{1,2})?)"
_RATING = re.compile(
    r"(?:(?:Rating|Ocena|דירוג|Bewertung|Note|Valoraci[oó]n|Voto|Puntuaci[oó]n|Beoordeling)\s*:\s*|Rated\s+)"
    + _NUMBER
    + r"(?:\s*(?:/|out of|z|מתוך|von|sur|de|su)\s*(10|5|100))?(?!\d|\s*%)",
    re.I,
)
_VOTES = re.compile(
    r"([\d][\d.,\s\u00a0]*\d|\d)\s*"
    r"(?:reviews?|votes?|ratings?|opini[iae]|opinii|głos\w*|recenzj\w*|ביקורות|חוות דעת|הצבעות|דירוגים)",
    re.I,
)
_RATED_LEAD = re.compile(r"^(?:" + _RATING.pattern + r")\s*[·•|–-]?\s*(?:" + _VOTES.pattern + r")?\s*[·•|–-]?\s*", re.I)
_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sty|lut|kwi|maj|cze|lip|sie|wrz|paź|paz|lis|gru|"
    "ינו|פבר|מרץ|מרס|אפר|מאי|יונ|יול|אוג|ספט|אוק|נוב|דצמ|janv|févr|mars|avr|mai|juin|juil|août|déc|mär|okt|dez|ene|abr|ago|dic"
)
_DATE = re.compile(
    r"^(?P<date>"
    r"(?:\d{1,2}[.\s]{0,2}\s?(?:ב)?(?:" + _MONTHS + r")\w*\.?,?\s\d{4})"
    r"|(?:(?:" + _MONTHS + r")\w*\.?\s\d{1,2},?\s\d{4})"
    r"|(?:\d{1,2}[./-]\d{1,2}[./-]\d{4})|(?:\d{4}-\d{2}-\d{2})"
    r"|(?:\d{1,2}\s(?:sec|min|hour|day|week|month|year|godz|dni|dzień|tyg|mies|lat|rok)\w*\.?\s(?:ago|temu))"
    r"|(?:לפני\s(?:\d{1,2}\s)?\w+)|(?:il y a \d+ \w+)|(?:vor \d+ \w+)"
    r")\s*(?:[—–·|-]|\.\.\.|…)\s*",
    re.I,
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{1,20})", re.I)
_OLD_CHARSETS = re.compile(
    r"iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|shift_jis|euc-jp|euc-kr|gb2312|gbk|gb18030|big5|latin1"
)
_LEAVES = ("em", "b", "i", "strong", "span", "br", "wbr", "mark", "u", "sup", "sub", "bdi", "font", "a")
_NOT_TEXT = ("script", "style", "noscript", "svg", "cite", "g-img", "button", "template")


def plain(text: str) -> str:
    """One line of visible text: no runs of space, no invisible direction marks."""
    return " ".join((text if text.isascii() else _INVISIBLE.sub("", text)).split())


def text_of(node: LexborNode | None) -> str:
    """A node's visible text as one line, "" for no node."""
    return plain(node.text(separator=" ", strip=False)) if node is not None else ""


def tree_of(raw: RawPage) -> LexborHTMLParser:
    """A page's tree, its letters decoded as browsers do: by the header, else by the page's head, else as found."""
    return LexborHTMLParser(as_utf8(raw.body, raw.content_type))


def as_utf8(body: bytes, content_type: str | None = None) -> bytes:
    """The page in UTF-8. Old pages are in their region's letters (windows-1255, iso-8859-2), the oldest name none."""
    told = _CHARSET.search((content_type or "").encode()) or _CHARSET.search(body[:2048])
    name = told[1].decode().lower() if told else ""
    if name in ("utf-8", "utf8") or (not name and _is_utf8(body)):
        return body
    if name and not _OLD_CHARSETS.fullmatch(name):
        return body
    return body.decode(name or "cp1252", "replace").encode()


def _is_utf8(body: bytes) -> bool:
    """Valid, or UTF-8 that was damaged: most of what is not ASCII still decodes."""
    try:
        body.decode()
    except UnicodeDecodeError:
        strange = len(body.translate(None, bytes(range(128))))
        return body.decode(errors="replace").count("\ufffd") < strange / 10
    return True


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """The node's parents, the nearest first, up to (not including) the document."""
    above = node.parent
    while above is not None and above.tag not in ("html", "-undef", "-document"):
        yield above
        above = above.parent


def soup_of(node: LexborNode) -> BeautifulSoup:
    """A small block, ready to be read; what is never text is gone."""
    soup = BeautifulSoup((node.html or "")[:MOST_BLOCK], "lxml")
    for unread in soup.find_all(_NOT_TEXT):
        unread.decompose()
    return soup


def longest_text(soup: BeautifulSoup, at_least: int = 20) -> str:
    """The longest run of text in one element of the block: where no class name is known, that is the snippet."""
    best = ""
    for element in soup.find_all(True):
        if element.name in _LEAVES and element.parent is not None and _is_flat(element.parent):
            continue
        if _is_flat(element):
            text = plain(element.get_text(" "))
            best = text if len(text) > len(best) else best
    return best if len(best) >= at_least else ""


def _is_flat(element: Tag) -> bool:
    """Text with nothing but inline marks inside, and some text of its own."""
    own = any(isinstance(child, NavigableString) and child.strip() for child in element.children)
    return own and all(child.name in _LEAVES for child in element.find_all(True))


def rating_in(text: str) -> Rating | None:
    """A rating a block shows as such ("Rating: 4.5", "Ocena: 4,5", "דירוג: 4.5/5"); None without one.

    Numbers in running text are for scoring to read, not facts the engine delivered.
    """
    found = _RATING.search(text)
    if found is None:
        return None
    value = float(found[1].replace(",", "."))
    scale = float(found[2]) if found[2] else (5.0 if value <= 5 else 10.0)
    if not 0 <= value <= scale:
        return None
    votes = _VOTES.search(text)
    digits = re.sub(r"\D", "", votes[1]) if votes else ""
    return Rating(value, scale, int(digits) if digits and len(digits) < 10 else None)


def split_date(snippet: str) -> tuple[str | None, str]:
    """(the date a snippet leads with, the snippet without it and without a leading rating and its votes).

    Both change from day to day without the result changing; in the text they would make it another one every day.
    """
    text = _RATED_LEAD.sub("", snippet, count=1)
    found = _DATE.match(text)
    return (found["date"].strip(), text[found.end() :]) if found else (None, text)
