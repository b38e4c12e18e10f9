"""Who may come in: the person of a session, the owner of a one-time link, everybody of a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import Session, col, select

from app.errors import BadInput, NotFound
from app.models import Membership, Person, Signin
from app.store.keys import key_hash
from app.store.people import clean_email
from app.types import Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A living session: whose it is, where, and when it was last written down as used."""

    signin: int
    person: int
    name: str
    language: str
    workspace: int
    role: Role
    last_used: datetime


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A one-time link that can still be used. person is None for the first owner's, who is nobody yet."""

    person: int | None
    name: str
    email: str
    has_password: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person of a workspace. last_used: when a session of theirs was last used, None for never."""

    id: int
    email: str
    name: str
    role: Role
    has_password: bool
    disabled: bool
    last_used: datetime | None


def signed_in(session: Session, token: str, secret: bytes, now: datetime) -> SignedIn | None:
    """Whose session a token is, in the first of their workspaces; None for a wrong, ended or expired one."""
    row = session.exec(
        select(Signin, Person, Membership)
        .join(Person, col(Person.id) == col(Signin.person_id))
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            Signin.hash == key_hash(token, secret), Signin.kind == "session", col(Signin.ended).is_(None),
            Signin.expires > now, col(Person.disabled).is_(None),
        )
        .order_by(col(Membership.workspace_id))
    ).first()  # fmt: skip
    if row is None:
        return None
    found, person, member = row
    return SignedIn(
        found.id or 0, person.id or 0, person.name, person.language, member.workspace_id, cast(Role, member.role),
        found.last_used or found.created,
    )  # fmt: skip


def open_link(session: Session, token: str, secret: bytes, now: datetime) -> LinkRow | None:
    """Whom a one-time link lets in; None for a wrong, used or expired one. Looking does not use it up."""
    found = session.exec(
        select(Signin).where(
            Signin.hash == key_hash(token, secret), Signin.kind == "link", col(Signin.ended).is_(None),
            Signin.expires > now,
        )
    ).first()  # fmt: skip
    if found is None:
        return None
    if found.person_id is None:
        return None if any_person(session) else LinkRow(None, "", "", False)
    person = session.get_one(Person, found.person_id)
    return None if person.disabled else LinkRow(person.id, person.name, person.email, person.password is not None)


def any_person(session: Session) -> bool:
    """Whether somebody was ever let in."""
    return session.exec(select(Person.id).limit(1)).first() is not None


def person_of(session: Session, email: str) -> Person | None:
    """The person of that address, however it is cased; None also for what is no address."""
    try:
        address = clean_email(email)
    except BadInput:
        return None
    return session.exec(select(Person).where(Person.email == address)).first()


def known_person(session: Session, email: str) -> Person:
    """The person of that address; NotFound says how to let one in."""
    found = person_of(session, email)
    if found is None:
        raise NotFound(f"there is no person {email!r}: shemtov person add EMAIL --name NAME")
    return found


def people(session: Session, workspace: int) -> tuple[PersonRow, ...]:
    """Everybody of a workspace by e-mail."""
    rows = session.exec(
        select(Person, Membership.role)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(Membership.workspace_id == workspace)
        .order_by(col(Person.email))
    ).all()
    return tuple(
        PersonRow(
            person.id or 0, person.email, person.name, cast(Role, role), person.password is not None,
            person.disabled is not None, _last_used(session, person.id or 0),
        )
        for person, role in rows
    )  # fmt: skip


def _last_used(session: Session, person: int) -> datetime | None:
    return session.exec(
        select(Signin.last_used)
        .where(Signin.person_id == person, Signin.kind == "session", col(Signin.last_used).is_not(None))
        .order_by(col(Signin.last_used).desc())
        .limit(1)
    ).first()
