"""The label queue: one result after the other, or twenty in a list, each with four buttons. No script is needed."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from app.db import writing
from app.queries import brands as brand_queries
from app.queries.label_queue import label_queue, raw_pages
from app.queries.reviews import answer, audit
from app.reviewing import review
from app.texts import language
from app.types import Label, Scope
from app.web.access import EditorDep, Lang, NowDep, SessionDep, ViewerDep
from app.web.render import render
from app.web.saying import Back, SaidDep, ours

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
LIST = 20
MOST_PAST = 300  # results passed over; older ones come back
Number = Annotated[int | None, Query(ge=1, le=2**31)]


@router.get("/queue")
def queue(
    session: SessionDep, viewer: ViewerDep, now: NowDep, said: SaidDep,
    brand: Annotated[str, Query(max_length=200)] = "", view: Literal["one", "list"] = "one",
    past: Annotated[str, Query(max_length=4000, pattern=r"^[0-9,]*$")] = "",
    done: Number = None, lang: Lang = None,
) -> str:  # fmt: skip
    """The results to label, and how often machine and people agreed on the random sample."""
    chosen = brand_queries.brand(session, brand, viewer.workspace) if brand else None
    passed = [int(one) for one in past.split(",") if 0 < len(one) < 10]
    found = label_queue(session, viewer.workspace, now, chosen.id if chosen else None, passed)
    rows = found.rows[: 1 if view == "one" else LIST]
    asked = {"brand": chosen.slug if chosen else "", "view": view}
    return render(
        "queue.html", language(lang, viewer.language), viewer, queue=found, chosen=chosen, view=view, passed=passed,
        rows=rows, raw=raw_pages(session, rows), said=said, brands=brand_queries.brands(session, viewer.workspace),
        agreed=audit(session, viewer.workspace, chosen.id if chosen else None),
        done=answer(session, viewer.workspace, done) if done else None,
        here=lambda **other: "/queue?" + urlencode(asked | {"past": past} | other),
        skipping=lambda hits: ",".join(str(one) for one in [*passed, *hits][-MOST_PAST:]),
    )  # fmt: skip


@router.post("/queue/labels")
def label_result(
    viewer: EditorDep, now: NowDep, hit: Annotated[int, Form(ge=1, le=2**31)], scope: Annotated[Scope, Form()],
    label: Annotated[Label, Form()], back: Back = "",
) -> RedirectResponse:  # fmt: skip
    """One result labelled; on to the next."""
    with writing() as session:
        given = review(session, viewer.workspace, hit, scope, label, viewer.name, now)
    parts = urlsplit(back if ours(back) and back.startswith("/queue?") else "/queue?")
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("done", "said", "n", "rule")]
    return RedirectResponse(f"/queue?{urlencode([*kept, ('done', given)])}", 303)
