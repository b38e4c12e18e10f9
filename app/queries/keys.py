"""Whose API key it is: found by its prefix, proven by its hash in constant time."""

from __future__ import annotations

import hmac

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from app.models import ApiKey
from app.store.keys import key_hash

KEY = select(ApiKey.workspace_id, ApiKey.hash).where(
    ApiKey.prefix == bindparam("prefix"), col(ApiKey.revoked).is_(None)
)


def key_owner(session: Session, key: str, secret: bytes) -> int | None:
    """The workspace a key opens; None for a wrong or revoked one. An unknown prefix takes as long as a wrong key."""
    found = session.connection().execute(KEY, {"prefix": key.split(".", 1)[0]}).first()
    workspace, known = found or (None, "0" * 64)
    right = hmac.compare_digest(key_hash(key, secret), known)
    return workspace if right else None
