"""Passwords: their rule, their argon2id hash, and a check that takes the same time for people who do not exist."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import BadInput

SHORTEST, LONGEST = 10, 200
_HASHER = PasswordHasher()
# A hash takes 64 MiB: a flood of tries must queue, not fill the machine's memory.
_AT_ONCE = BoundedSemaphore(2)


def password_hash(password: str) -> str:
    """The argon2id hash of a password that keeps the rule; BadInput when it does not."""
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise BadInput(f"a password has {SHORTEST} to {LONGEST} characters", "password_rule")
    with _AT_ONCE:
        return _HASHER.hash(plain)


def password_right(password: str, kept: str | None) -> bool:
    """Whether the password is the one of that hash. None (nobody of that name, no password yet) is never right, and
    takes as long to say so."""
    plain, nobody = _plain(password)[: LONGEST + 1], _nobody()
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or nobody, plain) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether a hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")


def _plain(password: str) -> str:
    """The same letters give the same bytes, whichever keyboard they were typed on."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace").decode("utf-8")
