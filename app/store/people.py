"""Lets people in: persons with their role, one-time links used once, sessions that end.

A token is 256 random bits, handed out once; the table keeps its HMAC, so a stolen table alone opens nothing.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.errors import BadInput, Conflict
from app.models import Membership, Person, Signin
from app.store.brands import plain_text
from app.store.keys import key_hash
from app.types import ROLES

UNUSED, LONGEST = timedelta(days=14), timedelta(days=90)
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]+")


def add_person(session: Session, workspace: int, email: str, name: str, role: str, now: datetime) -> Person:
    """A new person of a workspace, without a password; Conflict when the address is taken, BadInput for a wrong one."""
    if role not in ROLES:
        raise BadInput(f"a role is one of {', '.join(ROLES)}, not {role!r}")
    address = clean_email(email)
    if session.exec(select(Person.id).where(Person.email == address)).first() is not None:
        raise Conflict(f"there is a person {address} already: shemtov person link {address} lets them in")
    person = Person(email=address, name=clean_name(name), created=now)
    session.add(person)
    session.flush()
    session.add(Membership(person_id=person.id or 0, workspace_id=workspace, role=role))
    session.flush()
    return person


def clean_email(text: str) -> str:
    """An e-mail address as it is kept: casefolded. BadInput for what cannot be one."""
    try:
        address = plain_text(text, "an e-mail address", 254).casefold()
    except BadInput as wrong:
        raise BadInput(wrong.message, "email_rule") from wrong
    if not _EMAIL.fullmatch(address):
        raise BadInput(f"{text[:254]!r} is no e-mail address", "email_rule")
    return address


def clean_name(text: str) -> str:
    """A person's name as it is kept."""
    try:
        return plain_text(text, "a person's name", 80)
    except BadInput as wrong:
        raise BadInput(wrong.message, "name_rule") from wrong


def make_link(session: Session, person: int | None, secret: bytes, now: datetime, lasts: timedelta) -> str:
    """A one-time link's token for a person, or for the first owner (None); the ones before it end."""
    _end(session, now, col(Signin.person_id) == person, col(Signin.kind) == "link")
    return _add(session, person, "link", secret, now, now + lasts)


def use_link(session: Session, token: str, secret: bytes, now: datetime) -> bool:
    """Use a one-time link up; False when it is used, expired or unknown. Of two at once, one gets True."""
    return _end(
        session, now, col(Signin.hash) == key_hash(token, secret), col(Signin.kind) == "link", col(Signin.expires) > now
    )


def start_session(session: Session, person: int, secret: bytes, now: datetime) -> str:
    """A new session's token; it lasts 14 days without use."""
    return _add(session, person, "session", secret, now, now + UNUSED, now)


def renew_session(session: Session, signin: int, now: datetime) -> None:
    """A session that is used lasts 14 days from now, 90 days in all."""
    found = session.get(Signin, signin)
    if found is not None and found.ended is None:
        found.last_used = now
        found.expires = min(now + UNUSED, found.created + LONGEST)
        session.add(found)


def end_session(session: Session, token: str, secret: bytes, now: datetime) -> None:
    """Sign out: the token opens nothing from now on."""
    _end(session, now, col(Signin.hash) == key_hash(token, secret), col(Signin.kind) == "session")


def set_password(session: Session, person: Person, password: str, now: datetime) -> None:
    """A new password's hash; every session and link of the person ends, and whoever changed it gets a new session."""
    person.password = password
    session.add(person)
    _end(session, now, col(Signin.person_id) == person.id)


def disable(session: Session, person: Person, now: datetime) -> None:
    """Keep a person out: their sessions and links end at once."""
    person.disabled = now
    session.add(person)
    _end(session, now, col(Signin.person_id) == person.id)


def enable(session: Session, person: Person) -> None:
    """Let a person in again."""
    person.disabled = None
    session.add(person)


def _add(
    session: Session, person: int | None, kind: str, secret: bytes, now: datetime, expires: datetime,
    used: datetime | None = None,
) -> str:  # fmt: skip
    token = secrets.token_urlsafe(32)
    row = Signin(
        person_id=person, hash=key_hash(token, secret), kind=kind, created=now, expires=expires, last_used=used
    )
    session.add(row)
    session.flush()
    return token


def _end(session: Session, now: datetime, *which: object) -> bool:
    """End the sign-ins of that description that have not ended; whether there was one."""
    statement = update(Signin).where(col(Signin.ended).is_(None), *which).values(ended=now)  # type: ignore[arg-type]
    return bool(session.connection().execute(statement).rowcount)
