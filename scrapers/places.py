"""Countries and languages as Google and its providers name them (Google's lists of codes, places and targets).

A provider that is told no place may search from wherever its proxy stands; so the country goes along by name.
"""

from __future__ import annotations

from collections.abc import Mapping

from scrapers.types import SearchRequest

# ISO 3166-1: the English name of the place, and its number; Google's target of a country is 2000 + that number.
PLACES: Mapping[str, tuple[str, int]] = {
    "AR": ("Argentina", 32), "AT": ("Austria", 40), "AU": ("Australia", 36), "BE": ("Belgium", 56),
    "BR": ("Brazil", 76), "CA": ("Canada", 124), "CH": ("Switzerland", 756), "CZ": ("Czechia", 203),
    "DE": ("Germany", 276), "DK": ("Denmark", 208), "ES": ("Spain", 724), "FI": ("Finland", 246),
    "FR": ("France", 250), "GB": ("United Kingdom", 826), "GR": ("Greece", 300), "HU": ("Hungary", 348),
    "IE": ("Ireland", 372), "IL": ("Israel", 376), "IN": ("India", 356), "IT": ("Italy", 380), "JP": ("Japan", 392),
    "MX": ("Mexico", 484), "NL": ("Netherlands", 528), "NO": ("Norway", 578), "NZ": ("New Zealand", 554),
    "PL": ("Poland", 616), "PT": ("Portugal", 620), "RO": ("Romania", 642), "SE": ("Sweden", 752),
    "SK": ("Slovakia", 703), "UA": ("Ukraine", 804), "US": ("United States", 840), "ZA": ("South Africa", 710),
}  # fmt: skip
LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hu": "Hungarian", "it": "Italian", "ja": "Japanese",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "ro": "Romanian", "ru": "Russian", "sk": "Slovak",
    "sv": "Swedish", "uk": "Ukrainian",
}  # fmt: skip
OWN_LANGUAGES = {"he": "iw", "nb": "no", "nn": "no"}  # Google's list still has Hebrew's old code
COUNTRY_TARGETS = 2000


def google_hl(request: SearchRequest) -> str:
    """The language as Google's list has it."""
    code = (request.hl or "en").lower()
    return OWN_LANGUAGES.get(code, code)


def place(request: SearchRequest) -> str | None:
    """Where the search is asked from: the search's own location, else its country by name; None for neither."""
    if request.location:
        return request.location
    known = PLACES.get((request.gl or "").upper())
    return known[0] if known else None


def country(code: str) -> str | None:
    """A country code as told by a provider, in ISO's spelling: Google's "uk" is GB; None for none."""
    upper = code.strip().upper()
    return ("GB" if upper == "UK" else upper) or None
