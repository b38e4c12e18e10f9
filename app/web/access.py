"""Who is looking: the person signed in, their workspace and role. Every page asks here, none reads a cookie itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends
from sqlmodel import Session, select

from app.db import get_session
from app.models import Workspace

Role = Literal["owner", "analyst", "viewer"]
SessionDep = Annotated[Session, Depends(get_session)]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone looking at a page. person: their id, None for this machine's own user. A viewer reads, an analyst
    adds brands and corrects labels, an owner also lets people in."""

    person: int | None
    name: str
    workspace: int
    role: Role

    @property
    def may_write(self) -> bool:
        return self.role != "viewer"


def viewer(session: SessionDep) -> Viewer:
    """The one who asks for this page."""
    home = session.exec(select(Workspace.id).order_by(Workspace.id)).first()  # type: ignore[arg-type]
    return Viewer(None, "", home or 0, "owner")


ViewerDep = Annotated[Viewer, Depends(viewer)]
