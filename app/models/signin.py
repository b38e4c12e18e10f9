"""A sign-in: a session in a browser, or a one-time link; its token is handed out once and never stored."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table, one_of

KINDS = ("link", "session")


class Signin(Table, table=True):
    """hash is the HMAC of the token. person_id is None only for the link that lets the first owner in.

    ended: a link was used, a session signed out, or either was revoked.
    """

    __table_args__ = (one_of("kind", KINDS),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", ondelete="CASCADE", index=True)
    hash: str = Field(unique=True)
    kind: str
    created: datetime
    expires: datetime
    last_used: datetime | None = None
    ended: datetime | None = None
