"""How the process and its parts are, for load balancers and monitoring; nothing of any brand."""

from __future__ import annotations

from datetime import UTC, datetime
from hmac import compare_digest
from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from app.api.access import SessionDep
from app.db import at_head, reading
from app.errors import NotAllowed
from app.queries.measures import Measures, measures
from app.queries.workers import living
from app.settings import settings

router = APIRouter(include_in_schema=False)
FORMAT = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz() -> JSONResponse:
    """Whether the whole works: database, its migrations, the queue, a worker. 503 when one does not, and which."""
    from app.durable import reachable  # brings the durable engine, which no page needs

    found = {"database": False, "migrations": False, "queue": False, "worker": False}
    try:
        with reading() as session:
            found["migrations"] = at_head()
            found["database"] = True
            found["worker"] = bool(living(session, settings().dead_after))
        found["queue"] = reachable(settings().durable)
    except SQLAlchemyError:  # what it cannot say, it has not got
        pass
    return JSONResponse(found, 200 if all(found.values()) else 503)


@router.get("/metrics")
def metrics(
    request: Request, session: SessionDep, authorization: Annotated[str | None, Header()] = None
) -> PlainTextResponse:
    """Numbers for Prometheus: with SHEMTOV_METRICS_TOKEN as bearer; without one, to this machine alone, and not at all
    behind a proxy, whose every request seems to come from here."""
    scheme, _, given = (authorization or "").partition(" ")
    token, chosen = given.strip() if scheme.lower() == "bearer" else "", settings()
    if chosen.metrics_token:
        allowed = compare_digest(token.encode(), chosen.metrics_token.encode())
    else:
        allowed = not chosen.public_url and _from_here(request)
    if not allowed:
        raise NotAllowed("metrics want SHEMTOV_METRICS_TOKEN: Authorization: Bearer <token>")
    told = lines(measures(session, datetime.now(UTC), chosen.dead_after))
    return PlainTextResponse("\n".join(told) + "\n", media_type=FORMAT)


def lines(found: Measures) -> list[str]:
    """The text format of Prometheus."""
    gauges: list[tuple[str, str, list[tuple[str, float]]]] = [
        ("looks", "Looks on record by state", [(f'{{state="{s}"}}', n) for s, n in sorted(found.looks.items())]),
        ("queue_depth", "Looks in a queue", [(f'{{source="{s}"}}', n) for s, n in sorted(found.queued.items())]),
        ("running", "Tries under way", [(f'{{source="{s}"}}', n) for s, n in sorted(found.running.items())]),
        ("attempts_last_hour", "Tries of the last hour by outcome",
         [(f'{{source="{s}",outcome="{o}"}}', n) for (s, o), n in sorted(found.attempts.items())]),
        ("oldest_due_seconds", "Seconds since the oldest open look came due", [("", round(found.late, 1))]),
        ("missed_last_day", "Planned looks of the last day that nobody took", [("", found.missed)]),
        ("workers_alive", "Workers heard of lately", [("", found.workers)]),
    ]  # fmt: skip
    told = []
    for name, text, rows in gauges:
        told += [f"# HELP shemtov_{name} {text}", f"# TYPE shemtov_{name} gauge"]
        told += [f"shemtov_{name}{labels} {value}" for labels, value in rows]
    return told


def _from_here(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
