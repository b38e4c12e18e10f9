"""Templates into pages: escaping always on, every text in the reader's language, outside text made harmless."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from app import texts as say
from app.adapted import model_of
from app.queries.rows import COUNTED
from app.scoring import verdict
from app.scoring.by_hand import paths_of
from app.spoken import spoken
from app.texts.judge import said
from app.types import LABELS
from app.web.access import Viewer
from reports.numbers import signed
from reports.svg import MARKS

SYMBOLS = {"owned": "⌂", "positive": "+", "neutral": "○", "negative": "−"}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates with escaping always on."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("app.web"), PackageLoader("reports")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "shown": say.shown,
        "direction": say.direction,
        "link": say.safe_link,
        "address": say.address,
        "signed": signed,
        "apart": apart,
        "engine": say.engine_name,
    }
    made.globals |= {
        "own_names": say.OWN_NAMES,
        "paths_of": paths_of,
        "spoken": spoken,
        "labels": LABELS,
        "counted": COUNTED,
        "marks": MARKS,
        "symbols": SYMBOLS,
    }
    return made


def render(name: str, lang: str, viewer: Viewer | None, **values: Any) -> str:
    """One page in one language; viewer: who is signed in, None on the pages before that."""
    words = say.texts(lang)
    return environment().get_template(name).render(
        t=words, lang=lang, rtl=lang == "he", viewer=viewer, day=lambda d: say.day(d, lang),
        moment=lambda m: say.moment(m, lang), reason=lambda text, check="": said(text, words, check),
        brief=lambda d: say.short_day(d, lang), number=lambda n: say.decimal(n, lang),
        money=lambda dollars: say.money(dollars, lang), rules_version=_labelled_by(viewer), **values,
    )  # fmt: skip


def _labelled_by(viewer: Viewer | None) -> str:
    """The version of the labels a viewer's workspace gets today."""
    return verdict.version_of(model_of(viewer.workspace)) if viewer else ""


def apart(value: date, lang: str) -> str:
    """A date that a right-to-left line does not turn around, inside a sentence."""
    return say.isolated(say.day(value, lang))
