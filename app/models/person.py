"""A person who signs in: found by the e-mail address, proven by a password or a one-time link."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table


class Person(Table, table=True):
    """email is casefolded. password is an argon2id hash, None until one is chosen. language is that of their pages."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    name: str
    password: str | None = None
    language: str = "en"
    created: datetime
    disabled: datetime | None = None
