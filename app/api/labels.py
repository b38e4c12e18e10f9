"""What people say of results, for programs: label rules made, listed, revoked; and how often the machine is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from app.api.access import SessionDep, WorkspaceDep
from app.clock import clock
from app.corrections import Corrected, Target, correct, of_address, pattern_of, say, take_back
from app.db import writing
from app.errors import BadInput, NotFound
from app.models import LabelRule
from app.preview import Preview, preview
from app.queries import brands as brand_queries
from app.queries.label_rules import rule_of, workspace_rules
from app.queries.own_labels import PROGRAM
from app.queries.reviews import Audit, audit
from app.store.label_rules import Saying
from app.types import Label, Scope

router = APIRouter(tags=["labels"])
AtDep = Annotated[datetime, Depends(clock)]


class Wanted(BaseModel):
    """What is said. Of a result (hit; it needs a brand) or an address; brand null: of all brands of the workspace."""

    label: Label
    scope: Scope = Field("url", description="text (of a hit only), url, path: what lies below, host: with subdomains")
    brand: str | None = Field(None, max_length=200, description="a slug; null: all brands")
    everywhere: bool = Field(False, description="with a hit: of all brands, not of the brand the hit is of")
    hit: int | None = Field(None, ge=1, le=2**31)
    address: str | None = Field(None, min_length=1, max_length=4000)
    path: str = Field("", max_length=2000, description="for scope path: which, such as example.com/forum")
    actor: str = Field(PROGRAM, min_length=1, max_length=80, description="who says so")


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """A label rule. brand: null when it is of all brands. pattern: a URL, a host, a host with a path; of scope text
    the hash of the text and its URL (none of a question or an overview). changed: appearances that got another verdict
    by what was just done."""

    id: int
    scope: Scope
    pattern: str
    label: Label
    brand: str | None
    actor: str
    created: datetime
    revoked: datetime | None
    changed: int | None = None


@router.get("/label-rules")
def list_rules(
    session: SessionDep, workspace: WorkspaceDep, brand: Annotated[str | None, Query(max_length=200)] = None,
    revoked: Annotated[bool, Query(description="those out of force too")] = False,
) -> list[RuleAnswer]:  # fmt: skip
    """The label rules in force, newest first; with a brand, those that speak for it."""
    chosen = brand_queries.brand(session, brand, workspace).id if brand else None
    slugs = {one.id: one.slug for one in brand_queries.brands(session, workspace)}
    return [_answer(row, slugs) for row in workspace_rules(session, workspace, chosen, revoked=revoked)]


@router.post("/label-rules", response_model=None, responses={200: {"model": Preview}, 201: {"model": RuleAnswer}})
def add_label_rule(
    wanted: Wanted, workspace: WorkspaceDep, at: AtDep, response: Response,
    only: Annotated[bool, Query(alias="preview", description="tell what would change, and write nothing")] = False,
) -> Preview | RuleAnswer:  # fmt: skip
    """Label by hand: 201 with the rule, past and future labelled by it; with preview=true 200 and what would change."""
    if (wanted.hit is None) == (wanted.address is None):
        raise BadInput("name either a hit or an address")
    if only:
        return preview(lambda session: _correct(session, wanted, workspace, at), at)
    with writing() as session:
        done = _correct(session, wanted, workspace, at)
        slugs = {one.id: one.slug for one in brand_queries.brands(session, workspace)}
        response.status_code = 201
        return _answer(session.get_one(LabelRule, done.rule), slugs, done.changed)


@router.delete("/label-rules/{rule}")
def revoke_rule(rule: Annotated[int, Path(ge=1, le=2**31)], workspace: WorkspaceDep, at: AtDep) -> RuleAnswer:
    """Taken back: what it covered is labelled as without it. Twice is no error."""
    with writing() as session:
        found = session.get(LabelRule, rule)
        if found is None or found.workspace_id != workspace:
            raise NotFound(f"no label rule {rule}")
        changed = take_back(session, rule, PROGRAM, at)
        slugs = {one.id: one.slug for one in brand_queries.brands(session, workspace)}
        return _answer(session.get_one(LabelRule, rule), slugs, changed)


@router.get("/labels/agreement")
def label_agreement(
    session: SessionDep, workspace: WorkspaceDep, brand: Annotated[str | None, Query(max_length=200)] = None
) -> Audit:
    """How often automatic and human labels agree on the random sample of the label queue, with 95 % intervals."""
    chosen = brand_queries.brand(session, brand, workspace).id if brand else None
    return audit(session, workspace, chosen)


def _correct(session: Session, wanted: Wanted, workspace: int, at: datetime) -> Corrected:
    brand = brand_queries.brand(session, wanted.brand, workspace).id if wanted.brand else None
    if brand is not None:
        of = wanted.hit or wanted.address or ""
        return correct(
            session, brand, of, wanted.scope, wanted.label, wanted.actor, at, everywhere=wanted.everywhere,
            path=wanted.path,
        )  # fmt: skip
    if wanted.address is None:
        raise BadInput("a hit is of a brand: name it, with everywhere for all brands")
    target: Target = of_address(wanted.address)
    pattern = pattern_of(target, wanted.scope, wanted.label, wanted.path)
    return say(session, Saying(workspace, None, wanted.scope, pattern, wanted.label), wanted.actor, at)


def _answer(row: LabelRule, slugs: Mapping[Any, str], changed: int | None = None) -> RuleAnswer:
    rule = rule_of(row)
    return RuleAnswer(
        rule.id, rule.match, rule.pattern, rule.label, slugs.get(row.brand_id), rule.actor, rule.created, row.revoked,
        changed,
    )  # fmt: skip
