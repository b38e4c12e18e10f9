"""Makes API keys: a prefix to find them by, an HMAC to prove them; the key itself is told once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlmodel import Session

from app.models import ApiKey, Workspace
from app.store.brands import plain_text

PREFIX = "st_"


def add_key(session: Session, workspace: Workspace, name: str, secret: bytes, now: datetime) -> str:
    """A new key for a workspace; returns it, the only time it can be seen."""
    prefix = PREFIX + secrets.token_hex(4)
    key = f"{prefix}.{secrets.token_urlsafe(32)}"
    row = ApiKey(
        workspace_id=workspace.id or 0,
        name=plain_text(name, "a key's name", 80),
        prefix=prefix,
        hash=key_hash(key, secret),
        created=now,
    )
    session.add(row)
    session.flush()
    return key


def key_hash(key: str, secret: bytes) -> str:
    """HMAC-SHA256 of a key under the installation's secret: a stolen table alone opens nothing."""
    return hmac.new(secret, key.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
