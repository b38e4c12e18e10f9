"""shemtov weights: how much each of the ranks 1 to 10 counts in the score."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import say
from app.db import migrate, writing
from app.errors import BadInput
from app.queries.weights import rank_weights
from app.scoring.reputation import version
from app.store.brands import home_workspace
from app.store.weights import set_weights


def register(app: typer.Typer) -> None:
    app.command("weights")(weights)


def weights(
    numbers: Annotated[
        list[float] | None, typer.Argument(help="Ten numbers for ranks 1 to 10; without any: what is in force.")
    ] = None,
    ours: Annotated[bool, typer.Option("--default", help="Back to our own weights.")] = False,
) -> None:
    """How much each of the ranks 1 to 10 counts in the score from now on; kept as whole numbers that sum to 100."""
    if ours and numbers:
        raise BadInput("either ten numbers, or --default")
    migrate()
    with writing() as session:
        home = home_workspace(session)
        if ours or numbers:
            set_weights(session, home, None if ours else numbers)
        held = rank_weights(session, home.id or 0)
    say.line(f"weights of ranks 1 to 10: {' '.join(map(str, held))} ({version(held)})")
