"""Makes a page that can be kept as a test case of one that cannot: the same structure, every word of it invented.

What is replaced: every word of every text, title, address and hidden value; hosts (below .example); numbers of five
digits and more; tokens; IP addresses. What stays: elements, classes, ids, dates, small numbers, the engines' own
hosts, and the words the page's reader itself looks for. Scripts, styles and comments are emptied. The same word
becomes the same word everywhere, of the same length, script and case, so that the reader finds the same structure.
Pure but for its dice: who has the scrubbed page cannot find the words again.
"""

from __future__ import annotations

import ast
import base64
import html
import json
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from scrapers import blocks
from scrapers.linked import read_json
from scrapers.urls import host_name, registrable_domain, unwrap

KEPT_HOSTS = ("google.com", "gstatic.com", "bing.com", "duckduckgo.com", "schema.org", "w3.org")
KEPT_ATTRIBUTES = frozenset(
    "class id type name role rel method http-equiv charset lang dir tabindex property itemprop itemtype for".split()
)
ADDRESSES = frozenset("href src action data-url data-href data-rw ping content formaction srcset data-src cite".split())
SHORT_WORD = 4
KEPT_BYTES = ("/httpservice/retry/enablejs", "/sorry/")  # readers look for these in the bytes, scripts included
_PIECE = re.compile(
    r"(?P<comment><!--.*?(?:-->|$))|(?P<raw><(?P<rawname>script|style)\b[^>]*>)(?P<code>.*?)(?P<end></(?P=rawname)\s*>|$)"
    r"|(?P<tag></?[a-zA-Z][^<>]*>)|(?P<doctype><![^<>]*>)|(?P<text>[^<]+|<)",
    re.S | re.I,
)
_ATTRIBUTE = re.compile(r"""([\w:@.-]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""")
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d{5,}")
_PHONE = re.compile(r"(?<![\d.,])\+?\d{1,4}(?:[\s-]\(?\d{2,4}\)?){2,5}(?!\d)")
_IP = re.compile(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}(?![\w:])", re.I
)
_TOKEN = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{16,}(?![\w-])")
_HOST = re.compile(r"(?<![\w.-])(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}(?![\w-])")
_MONTH = f"(?:{blocks._MONTHS})"
_DATE = re.compile(
    rf"\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[.\s]{{0,2}}\s?ב?{_MONTH}\w{{0,9}}\.?,?\s\d{{4}}"
    rf"|{_MONTH}\w{{0,9}}\.?\s\d{{1,2}},?\s\d{{4}}|\d{{1,2}}\s\w{{2,9}}\.?\s(?:ago|temu)|לפני\s(?:\d{{1,2}}\s)?\w+"
    r"|il y a \d+ \w+|vor \d+ \w+",
    re.I,
)
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_ALPHABETS = {
    "LATIN": string.ascii_lowercase,
    "HEBREW": "אבגדהוזחטילמנסעפצקרשת",
    "CYRILLIC": "абвгдежзиклмнопрстуфхцчшыэюя",
    "ARABIC": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "GREEK": "αβγδεζηθικλμνξοπρστυφχψω",
}


def reader_words(*files: str) -> frozenset[str]:
    """The words a reader looks for: those of every string it is written with, docstrings left out.

    files: of modules; a package's __init__.py stands for all of its files.
    """
    found: set[str] = set()
    for file in (*map(Path, files), Path(blocks.__file__)):
        for source in file.parent.glob("*.py") if file.name == "__init__.py" else (file,):
            for text in _literals(ast.parse(source.read_text(encoding="utf-8"))):
                found |= words_of(text)
    return frozenset(found)


def words_of(text: str) -> set[str]:
    """The words of a text, as they are compared."""
    return {word.casefold() for word in _WORD.findall(text)}


def is_kept(host: str) -> bool:
    """Whether a host is an engine's own, by which its reader tells its redirects from results."""
    domain = registrable_domain(host.lower()) or ""
    return domain in KEPT_HOSTS or domain.startswith("google.") or host.endswith(".search.yahoo.com")


def _literals(tree: ast.Module) -> Iterator[str]:
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose:
            if isinstance(node.value, str):
                yield node.value
            elif isinstance(node.value, bytes):
                yield node.value.decode("utf-8", "replace")


class Scrubber:
    """One page's (or one look's) replacement of words: the same in all of its texts and addresses."""

    def __init__(self, keep: Iterable[str], names: Iterable[str], phrase: str, chance: Random) -> None:
        """keep: the reader's words; names: no word of theirs is kept. A phrase may hold words a page needs ("not")."""
        self.names = frozenset(word for text in names for word in words_of(text))
        self.keep = frozenset(keep) - self.names - {word for word in words_of(phrase) if len(word) > SHORT_WORD}
        self.taken: set[str] = set()
        self.chance = chance
        self.words: dict[str, str] = {}
        self.numbers: dict[str, str] = {}

    def page(self, body: bytes) -> bytes:
        """A whole answer, HTML or JSON."""
        data = read_json(body)
        if data is not None:
            return json.dumps(self._data(data), ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
        text = body.decode("utf-8", "surrogateescape")
        self.taken |= words_of(html.unescape(text))
        return _PIECE.sub(self._piece, text).encode("utf-8", "surrogateescape")

    def text(self, text: str) -> str:
        """A text for people: dates stay, words and hosts and numbers do not."""
        if _ESCAPED.search(text) is not None and " " not in text:
            return self._path(text, kept=True)
        text, parts, here = _IP.sub("192.0.2.1", text), [], 0
        for found in _DATE.finditer(text):
            parts += [self._words(text[here : found.start()]), found[0]]
            here = found.end()
        return "".join([*parts, self._words(text[here:])])

    def address(self, url: str) -> str:
        """A URL of the same kind: an engine's redirect stays one, a host below .example stays a host."""
        inner = unwrap(url)
        if inner != url:
            return self._wrapped(url, inner)
        try:
            parts = urlsplit(url)
            parts.hostname  # noqa: B018  raises on a bracket that is no address
        except ValueError:
            return self._words(url)
        if parts.scheme in ("http", "https", "") and parts.netloc:
            start = f"{parts.scheme}:" if parts.scheme else ""
            rest = url[len(start) + 2 + len(parts.netloc) :]
            own = self.host(parts.hostname or "") == parts.hostname
            return f"{start}//{self._netloc(parts.netloc)}{self._path(rest, kept=own)}"
        if parts.scheme in ("data", "javascript", "blob", "mailto", "tel"):
            return f"{parts.scheme}:"
        return self._path(url, kept=True)

    def _wrapped(self, url: str, inner: str) -> str:
        """An engine's redirect to somewhere else, written as that engine writes it."""
        new = self.address(inner)
        before, _, query = url.partition("?")
        token = base64.urlsafe_b64encode(inner.encode()).decode().rstrip("=")
        pairs = []
        for pair in query.split("&"):
            key, equals, value = pair.partition("=")
            if unquote(value.replace("+", " ")) == inner or unquote(value) == inner:
                value = quote(new, safe=":/")
            elif token and token in value:
                value = value.replace(token, base64.urlsafe_b64encode(new.encode()).decode().rstrip("="))
            else:
                value = self._path(value, kept=True)
            pairs.append(f"{key}{equals}{value}")
        for safe in (None, ":/", ""):  # written into the path: as it is, or in per cent
            written = inner if safe is None else quote(inner, safe=safe)
            head, found, tail = before.partition(written)
            if found:
                before = (
                    self.address(head) + (new if safe is None else quote(new, safe=safe)) + self._path(tail, kept=True)
                )
                break
        return before + ("?" + "&".join(pairs) if query else "")

    def _netloc(self, netloc: str) -> str:
        name, colon, port = netloc.rpartition("@")[2].partition(":")
        return self.host(name) + colon + port

    def host(self, name: str) -> str:
        """Another host below .example; the engines' own stay, so do www. and m."""
        plain = host_name(name)
        if plain is None:
            return self._plain(name, kept=False)
        if is_kept(plain):
            return name
        labels = (registrable_domain(plain) or plain).split(".")[:1]
        ahead = plain.removesuffix(registrable_domain(plain) or plain).rstrip(".")
        labels = [*(ahead.split(".") if ahead else ()), *labels]
        return ".".join([*(one if one in ("www", "m") else self._label(one) for one in labels), "example"])

    def _label(self, label: str) -> str:
        made = _WORD.sub(lambda found: self._word(found[0]), label.removeprefix("xn--"))
        return made if made.isascii() else "x" + str(abs(len(made)))

    def _path(self, text: str, *, kept: bool) -> str:
        """A path, query or bare value, written in per cent or not; kept: an engine's own, whose words it needs."""
        keys = re.split(r"((?:^|[?&])[\w.:-]{1,40}=)", text)
        made = [part if place % 2 else self._quoted(part, kept=kept) for place, part in enumerate(keys)]
        return "".join(made)

    def _quoted(self, part: str, *, kept: bool) -> str:
        if _ESCAPED.search(part) is None:
            return self._words(part, kept=kept)
        for _ in range(3):  # an address in an address in an address
            part = unquote(part, errors="replace")
        return quote(self._words(part, kept=kept), safe="/:@!$&'()*+,;=~-._?#")

    def _piece(self, found: re.Match[str]) -> str:
        if found["comment"] is not None:
            return " " * len(found["comment"])  # some readers look how far from its end a page is closed
        if found["raw"] is not None:
            kept = "".join(f"'{known}';" for known in KEPT_BYTES if known in found["code"])
            return self._tag(found["raw"]) + kept.ljust(len(found["code"])) + (found["end"] or "")
        if found["tag"] is not None:
            return self._tag(found["tag"])
        if found["doctype"] is not None or found["text"] == "<":
            return found[0]
        return html.escape(self.text(html.unescape(found["text"])), quote=False)

    def _tag(self, tag: str) -> str:
        name = (re.match(r"</?([\w-]+)", tag) or [""])[0].lstrip("</").lower()
        return _ATTRIBUTE.sub(lambda found: self._attribute(name, found), tag)

    def _attribute(self, tag: str, found: re.Match[str]) -> str:
        name, mark = found[1].lower(), found[3][0] if found[3][0] in "\"'" else ""
        value = html.unescape(found[3].strip(mark) if mark else found[3])
        if name.startswith("on") or name in ("style", "jsdata", "nonce", "integrity"):
            made = ""
        elif name in KEPT_ATTRIBUTES:
            made = self._structure(value)
        elif name in ADDRESSES and not (tag == "meta" and "://" not in value and "/" not in value):
            made = self.address(value)
        else:
            made = self.text(value)
        return f"{found[1]}{found[2]}{mark or chr(34)}{html.escape(made, quote=True)}{mark or chr(34)}"

    def _structure(self, value: str) -> str:
        """A class or an id stays what it is, but for tokens and for what names the brand."""
        value = _TOKEN.sub(lambda token: self._token(token[0]), value)
        return _WORD.sub(lambda found: self._word(found[0]) if found[0].casefold() in self.names else found[0], value)

    def _data(self, data: Any) -> Any:
        """A provider's answer: keys and small numbers stay, so does a value of nothing but the reader's words."""
        if isinstance(data, dict):
            return {key: self._data(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self._data(value) for value in data]
        if isinstance(data, str):
            return self.address(data) if re.match(r"(https?:)?//\S+$", data) else self.text(data)
        if isinstance(data, int) and not isinstance(data, bool) and abs(data) >= 100_000_000:
            return int(self._number(str(data)))
        return data

    def _words(self, text: str, *, kept: bool = True) -> str:
        """Hosts, addresses, tokens and numbers first, then word by word."""
        text = _IP.sub("192.0.2.1", text)
        text = _PHONE.sub(lambda found: self._token(found[0]), text)
        parts, here = [], 0
        for found in re.finditer(f"{_TOKEN.pattern}|{_HOST.pattern}", text):
            parts += [self._plain(text[here : found.start()], kept=kept), self._special(found[0], kept=kept)]
            here = found.end()
        return "".join([*parts, self._plain(text[here:], kept=kept)])

    def _special(self, text: str, *, kept: bool) -> str:
        if _TOKEN.fullmatch(text):
            return self._token(text)
        known = host_name(text)
        return self.host(text) if known and registrable_domain(known) else self._plain(text, kept=kept)

    def _plain(self, text: str, *, kept: bool) -> str:
        text = _DIGITS.sub(lambda found: self._number(found[0]), text)
        return _WORD.sub(lambda found: self._word(found[0], kept=kept), text)

    def _word(self, word: str, *, kept: bool = False) -> str:
        key = word.casefold()
        if kept and key in self.keep:
            return word
        if key not in self.words:
            self.words[key] = self._invented(key)
        made = self.words[key]
        if word.isupper():
            return made.upper()
        return made[:1].upper() + made[1:] if word[:1].isupper() else made

    def _invented(self, key: str) -> str:
        made = key
        for _ in range(200):
            made = "".join(self._letter(letter) for letter in key)
            if made not in self.taken and made not in self.keep:
                break
        self.taken.add(made)
        return made

    def _letter(self, letter: str) -> str:
        script = unicodedata.name(letter, "").split(" ")[0]
        alphabet = _ALPHABETS.get(script)
        if alphabet is None:  # another script: a letter of its neighbourhood
            start = ord(letter) & ~0x3F
            near = [chr(code) for code in range(start, start + 0x40)]
            alphabet = (
                "".join(one for one in near if unicodedata.category(one) == unicodedata.category(letter)) or letter
            )
        return self.chance.choice(alphabet)

    def _number(self, digits: str) -> str:
        if digits not in self.numbers:
            first = self.chance.choice("123456789")
            self.numbers[digits] = first + "".join(self.chance.choice("0123456789") for _ in digits[1:])
        return self.numbers[digits]

    def _token(self, token: str) -> str:
        if token not in self.numbers:
            kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
            self.numbers[token] = "".join(
                next((self.chance.choice(kind) for kind in kinds if letter in kind), letter) for letter in token
            )
        return self.numbers[token]


def remains(body: bytes, texts: Iterable[str], keep: frozenset[str]) -> list[str]:
    """Which words of four letters and more of these texts still stand in a scrubbed page, its structure left out.

    What a tag, a class or an id is called is no text: there a word counts only when it is none of the page's structure.
    """
    text = body.decode("utf-8", "replace")
    structure = words_of(" ".join(_structure_of(text)))
    told = unquote(unquote(html.unescape(text)))
    there = words_of(_HOST.sub(lambda host: "" if is_kept(host[0]) else host[0], _DATE.sub(" ", told)))
    wanted = {word for one in texts for word in words_of(one) if len(word) >= 4}
    return sorted((wanted & there) - keep - structure - {"example", "http", "https"})


def _structure_of(text: str) -> Iterator[str]:
    if text.lstrip()[:1] in ("{", "["):
        yield from re.findall(r'"([\w-]+)"\s*:', text)
        return
    for tag in re.finditer(r"</?([a-zA-Z][\w-]*)[^<>]*>", text):
        yield tag[1]
        for found in _ATTRIBUTE.finditer(tag[0]):
            yield found[1]
            yield found[3] if found[1].lower() in KEPT_ATTRIBUTES else ""
    yield from re.findall(r"[?&]([\w.:-]{1,40})=", unquote(unquote(html.unescape(text))))
