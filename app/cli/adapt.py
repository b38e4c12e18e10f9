"""shemtov adapt: the text model learns from what a workspace's own people said, if that makes it better."""

from __future__ import annotations

from typing import Annotated

import typer

from app.adapted import drop, keep, model_of, version_with
from app.cli import say
from app.db import migrate, writing
from app.errors import BadInput
from app.queries.own_labels import OwnLabel, own_labels
from app.store.brands import home_workspace
from app.text_model import Bundled, taught, text_model, weights


def register(app: typer.Typer) -> None:
    app.command("adapt")(adapt)


def adapt(
    base: Annotated[bool, typer.Option("--base", help="Take it back: the bundled model labels again.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report; nothing is put in force.")] = False,
) -> None:
    """Try the text model with your own corrections beside its rows, and put it in force where it proves better.

    Labels on record stay as they are until `shemtov rescore`.
    """
    migrate()
    with writing() as session:
        workspace = home_workspace(session).id or 0
        found = own_labels(session, workspace)
    if base:
        say.line("The bundled model is in force." if not drop(workspace) else f"Back to the bundled model. {RESCORE}")
        return
    model = text_model()
    if not isinstance(model, Bundled):
        raise BadInput("adapting needs the bundled text model, and that is not in use here")
    _try(workspace, model, found, dry_run=dry_run)
    if (now := model_of(workspace)) is not None:
        say.line(f"In force: {now.version}.")


RESCORE = "`shemtov rescore` gives results on record its labels."


def _try(workspace: int, model: Bundled, found: list[OwnLabel], *, dry_run: bool) -> None:
    from app.training import own
    from app.training.own_report import counted, report

    labels = own.own(found)
    if labels.missing:
        for one in counted(labels):
            say.line(one)
        return
    ground, rows = taught(weights()), own.examples(labels, model.read)
    tried = own.tried(ground, rows, labels.sites)
    told = report(labels, tried, ground.version, version_with(ground.version, rows))
    for one in told.splitlines():
        say.line(one)
    if not tried.against and not dry_run:
        keep(workspace, ground.version, rows, told)
        say.line(RESCORE)
