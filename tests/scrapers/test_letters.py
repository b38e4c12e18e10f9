"""Pages in letters older than UTF-8 are read as browsers read them."""

from __future__ import annotations

import pytest

from scrapers.blocks import as_utf8


@pytest.mark.parametrize(
    ("text", "sent", "header", "head"),
    [
        ("שירות לקוחות", "windows-1255", None, '<meta charset="windows-1255">'),
        ("obsługa klienta, żółć", "iso-8859-2", "text/html; charset=ISO-8859-2", ""),
        ("café déjà vu", "cp1252", None, ""),
        ("שירות", "utf-8", None, ""),
        ("שירות", "utf-8", "text/html; charset=utf-8", '<meta charset="windows-1255">'),
        ("שירות", "utf-8", None, "<meta charset=punycode>"),
    ],
)
def test_letters_are_those_of_the_header_else_of_the_page_else_as_found(
    text: str, sent: str, header: str | None, head: str
) -> None:
    """The header wins; a name no page uses is not believed; without any name UTF-8 is seen, else Western letters."""
    assert as_utf8(f"{head}<p>{text}".encode(sent), header).decode() == f"{head}<p>{text}"


def test_damaged_utf8_stays_utf8() -> None:
    """A byte lost in the middle costs its letter, not the whole page."""
    body = ("<p>" + "שירות לקוחות " * 20).encode()
    assert as_utf8(body[:50] + body[51:]) == body[:50] + body[51:]
