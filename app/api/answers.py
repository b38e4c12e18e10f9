"""Answers with an ETag, kept in memory: a chart that nothing has changed is neither computed nor sent again.

An answer is named by the revision of its brand and by everything else it depends on. The name is the ETag.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter
from sqlmodel import Session

from app.kept import Kept

ROOM = 32 * 1024 * 1024  # bytes, of answers and their names
SMALL = 2000  # bytes that are not worth packing
PROGRAM = version("shemtov")  # another one may answer the same revision otherwise

Made = tuple[str, bytes, bool]  # ETag, body, packed


def _size(made: Made) -> int:
    return len(made[1]) + 500  # the rest of an entry, roundly


ANSWERS: Kept[tuple[object, ...], Made] = Kept(ROOM, _size)


def answer(
    request: Request, session: Session, revision: int | None, what: tuple[object, ...], shape: TypeAdapter[Any],
    make: Callable[[], Any],
) -> Response:  # fmt: skip
    """The answer of that revision, made when it is not there; 304 when the caller has it. what: all that it depends
    on beside the revision. A caller that takes gzip gets another representation, with another ETag. The session's read
    ends here: nobody packs and sends with a connection in his hands."""
    packed = "gzip" in request.headers.get("accept-encoding", "")
    key = (revision, packed, *what)
    made = ANSWERS.get(key) if revision else None
    found = make() if made is None else None
    session.close()
    if made is None:
        made = _made(shape.dump_json(found), packed, key)
        if revision:
            ANSWERS.put(key, made)
    tag, body, is_packed = made
    headers = {"vary": "Accept-Encoding"}
    if revision:
        headers |= {"etag": tag, "cache-control": "private, no-cache"}
        if has(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
    if is_packed:
        headers["content-encoding"] = "gzip"
    return Response(body, media_type="application/json", headers=headers)


def has(asked: str, tag: str) -> bool:
    """Whether an If-None-Match names the tag, compared as RFC 9110 13.1.2 says: a weak one is as good."""
    return asked.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in asked.split(","))


def _made(body: bytes, packed: bool, key: tuple[object, ...]) -> Made:
    tag = blake2b(repr((PROGRAM, *key)).encode(), digest_size=12).hexdigest()
    packed = packed and len(body) >= SMALL
    return f'"{tag}"', gzip.compress(body, 6, mtime=0) if packed else body, packed
