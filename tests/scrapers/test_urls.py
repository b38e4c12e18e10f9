"""Identity: one spelling of a link, engine redirects unwrapped, and no host we would not trust."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.urls import (
    canonical,
    hides_target,
    host,
    host_name,
    is_public_suffix,
    registrable_domain,
    target,
    unresolved_identity,
    unwrap,
    url_hash,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://www.Example.com:80/a/?utm_source=x&b=2#f", "https://example.com/a?b=2"),
        ("https://m.example.co.il/", "https://example.co.il/"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("https://www.co.il/", "https://www.co.il/"),
        ("https://m.co.il/", "https://m.co.il/"),
        ("https://example.com/caf\u00e9", "https://example.com/caf%C3%A9"),
        ("https://example.com/caf%c3%a9", "https://example.com/caf%C3%A9"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://b\u00fccher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.com/?gclid=1&q=\u05e9\u05dc\u05d5\u05dd", "https://example.com/?q=%D7%A9%D7%9C%D7%95%D7%9D"),
        ("//duckduckgo.com/l/?uddg=https%3A%2F%2Fa.co.il%2Fx&rut=1", "https://a.co.il/x"),
        ("/url?q=https://foo.org/x&sa=U", "https://foo.org/x"),
        ("https://www.google.co.il/url?url=https://foo.org/x", "https://foo.org/x"),
        ("https://r.search.yahoo.com/_ylt=A/RU=https%3a%2f%2ffoo.org%2fx/RK=2/RS=z-", "https://foo.org/x"),
    ],
)
def test_a_link_has_one_spelling(url: str, expected: str) -> None:
    """Scheme, www., m., ports, tracking, fragments, encodings, redirects."""
    assert canonical(url) == expected
    assert canonical(expected) == expected


def test_bing_tokens_are_decoded() -> None:
    """ck/a?u=a1 and base64 without padding; a token that is none leaves the link as it is."""
    token = base64.urlsafe_b64encode(b"https://example.com/a?b=1").decode().rstrip("=")
    assert unwrap(f"https://www.bing.com/ck/a?!&&p=x&u=a1{token}&ntb=1") == "https://example.com/a?b=1"
    assert unwrap("https://www.bing.com/ck/a?u=a1%%%") == "https://www.bing.com/ck/a?u=a1%%%"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "ftp://example.com/", "https://user@example.com/", "https://a:b@example.com/",
        "https://example.com\\.evil.com/", "https:\\\\example.com", "https://exam\u200bple.com/", "https://exa\tmple.com/",
        "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "https://localhost/", "https:///x",
        "https://-a.example/", "https://a..example/", "https://example.com:99999/", "https://example.com:x/", "", "x" * 5000,
        "/relative", "https://ex%61mple.com/", "https://\u202eelpmaxe.com/",
    ],
)  # fmt: skip
def test_a_host_we_would_not_trust_is_none(url: str) -> None:
    """Other schemes, userinfo, backslashes, invisible characters, addresses in odd notations."""
    assert host(url) is None


def test_look_alikes_are_other_hosts() -> None:
    """A Cyrillic letter makes another A-label; a trailing dot and capitals do not."""
    assert host("https://ex\u0430mple.com/") != "example.com"
    assert host("https://EXAMPLE.com./") == "example.com"
    assert host_name("www.\u017b\u00f3\u0142w.pl.") == "www.xn--w-6ga5i4h.pl" or host_name("żółw.pl") is not None


def test_public_suffixes_come_from_the_bundled_list() -> None:
    """Offline, with Israel's and Poland's."""
    assert registrable_domain("a.b.example.co.il") == "example.co.il"
    assert registrable_domain("sklep.example.com.pl") == "example.com.pl"
    assert registrable_domain("co.il") is None
    assert is_public_suffix("com.pl")
    assert is_public_suffix("github.io")
    assert not is_public_suffix("example.com")


def test_a_link_that_hides_its_target_is_known_by_what_it_shows() -> None:
    """google /goto: domain, displayed path and title; the token is no part of it."""
    one = target("https://www.google.com/goto?url=CAESaaa", "https://example.com › help › fees", "Fees")
    two = target("/goto?url=CAESbbb", "example.com › help › fees", "Fees")
    assert one is not None
    assert two is not None
    assert one.unresolved
    assert one.link == two.link
    assert one.host == "example.com"
    assert hides_target("/goto?url=CAES")
    assert not hides_target("https://example.com/goto?url=CAES")
    assert target("/goto?url=CAES", "no host here", "x") is None
    assert unresolved_identity("a.com", "x", "t") != unresolved_identity("a.com", "x", "other")


def test_the_hash_is_sixteen_bytes_of_the_url() -> None:
    """The unique key of a link."""
    assert len(url_hash("https://example.com/")) == 16
    assert url_hash("https://example.com/") != url_hash("https://example.com/a")


@given(st.text(max_size=120))
@settings(max_examples=1500)
def test_canonical_is_idempotent_and_never_raises(text: str) -> None:
    """c(c(u)) == c(u), for any text and for any path, query and host made of it."""
    for url in (text, f"https://example.com/{text}", f"https://{text}/x", f"https://example.com/?{text}"):
        once = canonical(url)
        assert once is None or canonical(once) == once


@given(st.text(max_size=60))
@settings(max_examples=1000)
def test_a_host_is_plain_letters(text: str) -> None:
    """Whatever goes in, a host that comes out is lower-case A-labels."""
    for url in (text, f"https://{text}", f"https://{text}.example.com/"):
        found = host(url)
        assert found is None or (found.isascii() and found == found.lower() and " " not in found and "." in found)
