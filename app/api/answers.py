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
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.access import key_of
from app.db import reading
from app.kept import Kept
from app.queries.keys import key_owner
from app.queries.revisions import search_revision
from app.secret import secret

ROOM = 32 * 1024 * 1024  # bytes, of answers and their names
SMALL = 2000  # bytes that are not worth packing
PROGRAM = version("shemtov")  # another one may answer the same revision otherwise

Made = tuple[str, bytes, bool]  # ETag, body, packed
What = tuple[str, int, *tuple[object, ...]]  # kind of chart, search, and its other parameters


def _size(made: Made) -> int:
    return len(made[1]) + 500  # the rest of an entry, roundly


ANSWERS: Kept[tuple[object, ...], Made] = Kept(ROOM, _size)
ASKED: Kept[tuple[str, bytes], What] = Kept(20_000)
"""(path, query) -> what it asks for, of requests that ask for the same on every day."""


def answer(
    request: Request, session: Session, revision: int | None, what: What, shape: TypeAdapter[Any],
    make: Callable[[], Any],
) -> Response:  # fmt: skip
    """The answer of that revision, made when it is not there; 304 when the caller has it. what: all that it depends
    on beside the revision. A caller that takes gzip gets another representation, with another ETag. The session's read
    ends here: nobody packs and sends with a connection in his hands."""
    key = (revision, _packed(request), *what)
    made = ANSWERS.get(key) if revision else None
    found = make() if made is None else None
    session.close()
    if made is None:
        made = _made(shape.dump_json(found), _packed(request), key)
        if revision:
            ANSWERS.put(key, made)
    if revision and {"from", "to"} <= request.query_params.keys():
        ASKED.put(_asked(request.scope), what)
    return _response(request, made, bool(revision))


class KeptAnswers:
    """Sends a kept answer without going through the routes, where their way takes more time than all else. It asks
    what they ask: whose the key is, and which revision the brand has; where anything is missing they are asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found: Response | None = None
        if scope["type"] == "http" and scope["method"] == "GET" and (what := ASKED.get(_asked(scope))):
            found = await run_in_threadpool(_kept, Request(scope), what)
        await (found or self.app)(scope, receive, send)


def _kept(request: Request, what: What) -> Response | None:
    key = key_of(request.headers.get("authorization"), request.headers.get("x-api-key"))
    try:
        with reading() as session:
            owner = key_owner(session, key, secret())
            revision = None if owner is None else search_revision(session, what[1], owner)
    except SQLAlchemyError:  # the route will meet it too, and says so
        return None
    made = ANSWERS.get((revision, _packed(request), *what)) if revision else None
    return _response(request, made, True) if made else None


def _asked(scope: Scope) -> tuple[str, bytes]:
    return scope["path"], scope["query_string"]


def _packed(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def _response(request: Request, made: Made, named: bool) -> Response:
    """named: by its ETag, which only what is of a revision has."""
    tag, body, is_packed = made
    headers = {"vary": "Accept-Encoding"}
    if named:
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
