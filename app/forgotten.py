"""What is to be forgotten: a URL, a host or a text, told by plain words once and by a keyed digest ever after. Pure.

Texts are compared folded (case, width, spaces, invisible marks), and addresses as they are spoken too ("/dana-levi").
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

from scrapers.linked import linked, read_json, strings
from scrapers.urls import canonical, host_name
from scrapers.urls import host as host_of

HOST = "forgotten.invalid"  # no such host can be: .invalid is reserved
GONE = "[…]"
SHORTEST, LONGEST = 3, 200
Kind = Literal["url", "text", "host"]
_PROGRAM = re.compile(r"<(script|style)\b.*?</\1\s*>", re.I | re.S)
_TAG = re.compile(r"<[^>]*>")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")


@dataclass(frozen=True)
class Plain:
    """What somebody asked to forget. value: a canonical URL, a host in A-labels, or a folded text."""

    kind: Kind
    value: str

    def is_link(self, url: str) -> bool:
        """Whether an address is, is of, or says what is to be forgotten."""
        if self.kind == "url":
            return url == self.value
        if self.kind == "host":
            return self.value in hosts_above(host_of(url) or "")
        return self.value in spoken(url)

    def of_host(self, host: str) -> bool:
        """Whether it stands on that host: a printed list of hosts would still tell where it stood."""
        return host_of(self.value) == host if self.kind == "url" else self.is_link(f"https://{host}/")

    def in_text(self, text: str) -> bool:
        """Whether a text says it."""
        if self.kind == "text":
            return self.value in fold(text)
        return self._shape.search(fold(text)) is not None

    def on_page(self, body: bytes) -> bool:
        """Whether a raw answer says it or leads there, however it is written."""
        if any(self.in_text(face) for face in faces(body)):
            return True
        return any(self.is_link(link) for link in linked(body))

    @property
    def _shape(self) -> re.Pattern[str]:
        core = re.escape(fold(self.value.removeprefix("https://")))
        before = r"(?<![\w.-])(?:[\w-]+\.)*" if self.kind == "host" else r"(?<![\w-])"
        return re.compile(before + core + r"(?![\w%-])")


@dataclass(frozen=True)
class Keyed:
    """What was forgotten, by digests keyed with the installation's secret: known again, never told.

    texts: digests by the length of what they stand for.
    """

    key: bytes = field(repr=False)
    urls: frozenset[bytes] = frozenset()
    hosts: frozenset[bytes] = frozenset()
    texts: Mapping[int, frozenset[bytes]] = field(default_factory=dict)

    def digest(self, kind: str, value: str | bytes) -> bytes:
        """16 bytes."""
        text = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
        return hashlib.blake2b(kind.encode() + b"\0" + text, key=self.key, digest_size=16).digest()

    def opaque(self, url: str) -> str:
        """The address that stands in the place of a forgotten one: the same for the same, and telling nothing."""
        return f"https://{HOST}/{self.digest('link', url).hex()}"

    def is_link(self, url: str) -> bool:
        """Whether an address was forgotten."""
        if self.digest("url", url) in self.urls:
            return True
        if self.hosts and any(self.digest("host", one) in self.hosts for one in hosts_above(host_of(url) or "")):
            return True
        return bool(self.texts) and self._said(spoken(url))

    def in_text(self, text: str) -> bool:
        """Whether a text says what was forgotten."""
        return bool(self.texts) and self._said(fold(text))

    def on_page(self, body: bytes) -> bool:
        """Whether what a person sees of a page, or where it leads, was forgotten."""
        return self.in_text(visible(body)) or any(self.is_link(link) for link in linked(body))

    def _said(self, folded: str) -> bool:
        return any(
            self.digest("text", folded[at : at + length]) in found
            for length, found in self.texts.items()
            for at in range(len(folded) - length + 1)
        )


def key_of(secret: bytes) -> bytes:
    """The key of the digests, from the installation's secret."""
    return hashlib.sha256(b"shemtov forgotten\0" + secret).digest()


def wanted(kind: Kind, typed: str) -> Plain:
    """What was typed; ValueError in one sentence when it cannot be forgotten."""
    if kind == "text":
        folded = fold(typed).strip()
        if not SHORTEST <= len(folded) <= LONGEST:
            raise ValueError(f"a text to forget has {SHORTEST} to {LONGEST} characters")
        return Plain(kind, folded)
    if kind == "host":
        name = host_name(typed)
        if name is None or name == HOST:
            raise ValueError(f"{typed[:100]!r} is no host; write forum.example")
        return Plain(kind, name.removeprefix("www."))
    link = canonical(typed if "//" in typed else f"https://{typed}")
    if link is None or host_of(link) == HOST:
        raise ValueError(f"{typed[:100]!r} is no address of a web page")
    return Plain(kind, link)


def fold(text: str) -> str:
    """A text as it is compared."""
    plain = unicodedata.normalize("NFKC", html.unescape(text)).casefold()
    return " ".join("".join(c for c in plain if unicodedata.category(c) != "Cf").split())


def spoken(url: str) -> str:
    """An address as words."""
    return fold(re.sub(r"[-_+/.]+", " ", unquote(url))) + " " + fold(unquote(url))


def hosts_above(name: str) -> Iterator[str]:
    """A host and the domains it lies under: a.b.example, b.example."""
    parts = name.split(".")
    for at in range(max(len(parts) - 1, 0)):
        yield ".".join(parts[at:])


def visible(body: bytes) -> str:
    """Roughly what a person sees of an answer: text without tags, or every string of a provider's JSON."""
    data = read_json(body)
    if data is not None:
        return "\n".join(strings(data))
    return _TAG.sub("", _PROGRAM.sub(" ", body.decode("utf-8", "replace")))


def faces(body: bytes) -> Iterator[str]:
    """An answer in every way its words may be written in it: plain, escaped, in addresses, with tags between."""
    text = body.decode("utf-8", "replace")
    yield text
    yield visible(body)
    yield _TAG.sub(" ", text)
    if "%" in text:
        yield unquote(html.unescape(text))
    if "\\" in text:
        yield _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), text)


def silent(host: str, title: str, snippet: str) -> bool:
    """Whether an appearance was forgotten; host: its link's, "" of a question or an overview, which has none."""
    return host == HOST if host else (title, snippet) == (GONE, "")


def texts_of(data: Any) -> Iterable[str]:
    """Every string in a piece of JSON."""
    return strings(data)
