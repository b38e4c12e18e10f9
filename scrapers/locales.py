"""Which language and country codes there are at all (ISO 639-1; ISO 3166-1 alpha-2 from the time-zone data)."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

LANGUAGES = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fil fj fo fr fy ga gd gl gn gu gv ha haw he hi ho hr ht hu hy hz ia id ie ig ii ik io is it "
    "iu iw ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my "
    "na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so "
    "sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh "
    "zu".split()
)


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """Every country code, upper case."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    return frozenset(line.split("\t")[0] for line in lines if not line.startswith("#"))


def unknown(hl: str, gl: str) -> str | None:
    """What is wrong with a language and country code, None when both exist."""
    if hl.split("-")[0].lower() not in LANGUAGES:
        return f"unknown language {hl!r} (write it as he, pl, en)"
    if gl.upper() not in countries():
        return f"unknown country {gl!r} (write it as IL, PL, US)"
    return None
