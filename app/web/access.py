"""Who is looking: the person signed in, their workspace and role. Every page asks here, none reads a cookie itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from sqlmodel import Session

from app.db import get_session, writing
from app.errors import Forbidden, NotAllowed
from app.queries.people import signed_in
from app.secret import secret
from app.settings import settings
from app.store.people import renew_session
from app.texts import LANGUAGES
from app.types import Role

Lang = Annotated[Literal["he", "pl", "en"] | None, Query()]
SessionDep = Annotated[Session, Depends(get_session)]
# Writing down every use would make each page a write; an hour is close enough for a limit of 14 days.
RENEWED = timedelta(hours=1)


class SignInNeeded(NotAllowed):
    """Nobody is signed in: a page that is asked for leads to the sign-in page, anything else is refused."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone looking at a page. person: their id. A viewer reads, an analyst adds brands and corrects labels, an
    owner also lets people in. language: of their pages, where the page has no better reason."""

    person: int
    name: str
    workspace: int
    role: Role
    language: str = "en"

    @property
    def may_write(self) -> bool:
        return self.role != "viewer"


def now() -> datetime:
    """The moment of a request, in UTC."""
    return datetime.now(UTC)


NowDep = Annotated[datetime, Depends(now)]


def cookie_name() -> str:
    """Over HTTPS a name that browsers take from this very host only, and never in plain."""
    return "__Host-shemtov" if settings().public_url.startswith("https:") else "shemtov_session"


def whoever(request: Request, session: Session, at: datetime) -> Viewer | None:
    """The person whose session the request brings along, None for nobody; using it renews it."""
    token = request.cookies.get(cookie_name(), "")
    found = signed_in(session, token, secret(), at) if token else None
    if found is None:
        return None
    if at - found.last_used >= RENEWED:
        with writing() as store:
            renew_session(store, found.signin, at)
    return Viewer(found.person, found.name, found.workspace, found.role, found.language)


def viewer(request: Request, session: SessionDep, at: NowDep) -> Viewer:
    """The one who asks for this page; SignInNeeded when nobody is signed in."""
    known = whoever(request, session, at)
    if known is None:
        raise SignInNeeded("sign in first", "sign_in_first")
    request.state.viewer = known
    return known


ViewerDep = Annotated[Viewer, Depends(viewer)]


def editor(known: ViewerDep) -> Viewer:
    """One who may change brands, labels and searches; Forbidden otherwise."""
    if not known.may_write:
        raise Forbidden("a viewer reads; ask an owner for the role of an analyst", "editors_only")
    return known


def owner(known: ViewerDep) -> Viewer:
    """One who may let people in; Forbidden otherwise."""
    if known.role != "owner":
        raise Forbidden("only an owner may do this", "owners_only")
    return known


EditorDep = Annotated[Viewer, Depends(editor)]
OwnerDep = Annotated[Viewer, Depends(owner)]


def reader_language(request: Request) -> str:
    """The language of a page that has no better reason: the one asked for, else the signed-in person's, else the
    browser's, else English."""
    known: Viewer | None = getattr(request.state, "viewer", None)
    asked = (request.query_params.get("lang"), known.language if known else None)
    return next((code for code in asked if code in LANGUAGES), None) or _accepted(
        request.headers.get("accept-language", "")
    )


def _accepted(header: str) -> str:
    """The first of our languages in an Accept-Language header by its weights; "iw" is what Hebrew was called."""
    weights: dict[str, float] = {}
    for code, weight in re.findall(
        r"([a-z]+)[a-z0-9-]*\s*(?:;\s*q=([01](?:\.\d{1,3})?))?(?:,|$)", header[:500].lower()
    ):
        weights.setdefault("he" if code == "iw" else code, float(weight or 1))
    known = [code for code in weights if code in LANGUAGES and weights[code]]
    return max(known, key=lambda code: weights[code], default="en")
