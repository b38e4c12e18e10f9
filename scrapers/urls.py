"""Whose page a link leads to: canonical URL, redirect unwrapping, host and registrable domain.

Identity is decided here and nowhere else (ownership too is decided on these hosts and path segments).
Everything is hostile: control characters, backslashes, userinfo, look-alike hosts, javascript: links.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import idna
from publicsuffixlist import PublicSuffixList

_TRACKING = re.compile(
    r"^(utm_\w+|gclid|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid|_ga|_gl|"
    r"srsltid|ved|sa|usg|ei|sca_esv|sei|ref_src|mkt_tok|vero_id|oly_anon_id|oly_enc_id|_hsenc|_hsmi|spm|cmpid)$",
    re.I,
)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_HOST_SHAPE = re.compile(r"^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+$")
_MAX_URL = 4000
_REDIRECTS = ("/url", "/ck/a", "/l/", "/RU=", "/*")  # in the path of every redirect an engine wraps its links in


@dataclass(frozen=True, slots=True)
class Target:
    """Where a result leads: url as linked (unwrapped), link canonical, host in A-labels (urls.target makes it)."""

    url: str
    link: str
    host: str
    unresolved: bool = False


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=65536)
def host(url: str) -> str | None:
    """The host of an http(s) URL as lower-case A-labels, None when there is none we would trust.

    Refused: other schemes, control characters, spaces, backslashes, userinfo, IP addresses, names of one label.
    """
    text = url.strip()
    if not text or len(text) > _MAX_URL or "\\" in text or _CONTROL.search(text):
        return None
    try:
        parts = urlsplit(text)
        if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc:
            return None
        name = parts.hostname
        parts.port  # noqa: B018  raises on a port that is no number
    except ValueError:
        return None
    return host_name(name) if name else None


def host_name(name: str) -> str | None:
    """A bare host name ("www.Żółw.pl.") as lower-case A-labels, None when it is no public host name."""
    folded = unicodedata.normalize("NFKC", name).strip().rstrip(".").lower()
    if not folded or len(folded) > 253 or "%" in folded:
        return None
    try:
        ipaddress.ip_address(folded.strip("[]"))
        return None
    except ValueError:
        pass
    if not folded.isascii():
        try:
            folded = idna.encode(folded, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    if not _HOST_SHAPE.match(folded) or folded.rsplit(".", 1)[1].isdigit():
        return None
    return folded


@lru_cache(maxsize=65536)
def registrable_domain(name: str) -> str | None:
    """The domain one can register: "a.b.example.co.il" gives "example.co.il"; None for a public suffix."""
    return _suffixes().privatesuffix(name)


def is_public_suffix(name: str) -> bool:
    """True for "co.il", "com", "github.io": nobody can own those."""
    return _suffixes().is_public(name) if name else False


def target(href: str, display_url: str = "", title: str = "") -> Target | None:
    """Where a result's link leads, None when it leads nowhere we would trust (then it is no result).

    display_url ("example.com › help › fees") is used only when the link hides its target.
    """
    if hides_target(href):
        shown = re.split(
            r"\s*[›>/]\s*|\s+",
            display_url[:_MAX_URL].strip().removeprefix("https://").removeprefix("http://"),
            maxsplit=1,
        )
        name = host_name(shown[0])
        if name is None:
            return None
        identity = unresolved_identity(name, shown[1] if len(shown) > 1 else "", title)
        return Target(href, identity, name, unresolved=True)
    url = unwrap(href.strip())
    url = "https:" + url if url.startswith("//") else url
    link = canonical(url)
    found = host(link) if link else None
    return Target(url, link, found) if link and found else None


def canonical(url: str) -> str | None:
    """The one spelling of a link: https, no www. / m., no default port, fragment or tracking parameters.

    Engine redirects are unwrapped first. None when the link has no host we would trust (relative links are the
    engine's own). Idempotent.
    """
    target = unwrap(url.strip()).replace(" ", "%20")
    if target.startswith("//"):
        target = "https:" + target
    name = host(target)
    if name is None:
        return None
    parts = urlsplit(target)
    for prefix in ("www.", "m."):
        rest = name.removeprefix(prefix)
        if rest != name and registrable_domain(rest):
            name = rest
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = _encoded(parts.path) or "/"
    if path != "/":
        path = path.rstrip("/") or "/"
    pairs = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)]
    query = "?" + urlencode(pairs) if pairs else ""
    return f"https://{name}{port}{path}{query}"


def _encoded(path: str) -> str:
    """One spelling of a path: percent-encoded UTF-8, so that /café and /caf%C3%A9 are the same page."""
    return quote(unquote(path, errors="surrogateescape"), safe="/:@!$&'()*+,;=~-._", errors="surrogateescape")


def unwrap(url: str) -> str:
    """The target behind an engine's own redirect, or the url itself when it is none (or hides its target)."""
    for _ in range(3):
        inner = _unwrap_once(url)
        if inner is None:
            return url
        url = inner
    return url


def _unwrap_once(url: str) -> str | None:
    text = url.strip()
    if not any(sign in text for sign in _REDIRECTS):
        return None  # as most links: they need not be taken apart
    probe = "https:" + text if text.startswith("//") else text
    try:
        parts = urlsplit(probe)
        name = (parts.hostname or "").lower()
        query = dict(parse_qsl(parts.query))
    except ValueError:
        return None
    path = parts.path
    if path == "/url" and (not name or _is_google(name)):
        return _http(query.get("q") or query.get("url"))
    if path.startswith("/ck/a") and (not name or name == "bing.com" or name.endswith(".bing.com")):
        return _http(_bing_target(query.get("u", "")))
    if path.startswith("/l/") and (not name or name == "duckduckgo.com" or name.endswith(".duckduckgo.com")):
        return _http(query.get("uddg"))
    if name.endswith(".search.yahoo.com") and "/RU=" in path:
        return _http(unquote(path.split("/RU=", 1)[1].split("/RK=", 1)[0]))
    if name.endswith(".yahoo.com") and "/*" in path:  # rd., rds. and srd.yahoo.com/...*http://..., until 2012
        inner = text.split("/*", 1)[1].lstrip("*-")
        return _http(unquote(inner) if inner.lower().startswith(("http%3a", "https%3a")) else inner)
    return None


def _is_google(name: str) -> bool:
    domain = registrable_domain(name) or ""
    return domain.startswith("google.")


def _http(target: str | None) -> str | None:
    return target if target and target.lower().startswith(("http://", "https://")) else None


def _bing_target(token: str) -> str | None:
    """bing.com/ck/a?u=a1<base64url without padding>."""
    if not token.startswith("a1"):
        return None
    body = token[2:]
    try:
        return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def hides_target(url: str) -> bool:
    """True for Google's per-impression tokens (/goto?url=CAES...): never an identity."""
    if "/goto" not in url:
        return False
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.path == "/goto" and (not parts.hostname or _is_google(parts.hostname.lower()))


def unresolved_identity(domain: str, display_path: str, title: str) -> str:
    """Identity of last resort for a link that hides its target: domain + displayed path + title.

    Shaped as a URL on the displayed host so that ownership and host rules still work on it.
    """
    digest = hashlib.sha256(f"{display_path}\n{title}".encode("utf-8", "replace")).hexdigest()[:16]
    path = _encoded("/" + display_path.strip("/ "))
    return f"https://{domain}{path.rstrip('/')}#unresolved-{digest}"


def url_hash(url: str) -> bytes:
    """16 bytes of SHA-256 of a canonical URL: the unique key of a link."""
    return hashlib.sha256(url.encode("utf-8", "replace")).digest()[:16]
