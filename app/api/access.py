"""Who may call: an API key in the Authorization header ("Bearer st_...") or X-API-Key, never in a URL."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header
from sqlmodel import Session

from app.db import get_session
from app.errors import NotAllowed
from app.queries.keys import key_owner
from app.secret import secret

SessionDep = Annotated[Session, Depends(get_session)]


def workspace(
    session: SessionDep,
    authorization: Annotated[str | None, Header()] = None,
    x_api_key: Annotated[str | None, Header()] = None,
) -> int:
    """The workspace the caller's key opens; the same answer for a missing, wrong and revoked key."""
    owner = key_owner(session, key_of(authorization, x_api_key), secret())
    if owner is None:
        raise NotAllowed("an API key is needed: Authorization: Bearer <key> (make one with: shemtov key add NAME)")
    return owner


def key_of(authorization: str | None, x_api_key: str | None) -> str:
    """The key that two headers bring, "" when neither does."""
    scheme, _, token = (authorization or "").partition(" ")
    return (token.strip() if scheme.lower() == "bearer" else x_api_key) or ""


WorkspaceDep = Annotated[int, Depends(workspace)]
