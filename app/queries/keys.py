"""Whose API key it is: found by its prefix, proven by its hash in constant time."""

from __future__ import annotations

import hmac

from sqlmodel import Session, col, select

from app.models import ApiKey
from app.store.keys import key_hash


def key_owner(session: Session, key: str, secret: bytes) -> int | None:
    """The workspace a key opens; None for a wrong or revoked one. An unknown prefix takes as long as a wrong key."""
    found = session.exec(
        select(ApiKey).where(ApiKey.prefix == key.split(".", 1)[0], col(ApiKey.revoked).is_(None))
    ).first()
    right = hmac.compare_digest(key_hash(key, secret), found.hash if found else "0" * 64)
    return found.workspace_id if found and right else None
