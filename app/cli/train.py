"""shemtov train: the text model's weights from labelled rows, with the report beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli import say
from app.errors import BadInput
from app.settings import settings
from app.text_model import Kept, reader, weights


def register(app: typer.Typer) -> None:
    app.command("train")(train)


def train(
    rows: Annotated[Path, typer.Option(help="Folder of author<number>.jsonl, as tests/labels/README.md says.")] = Path(
        "tests/labels"
    ),
    out: Annotated[
        Path | None, typer.Option(help="Folder for weights.npz and report.md; the bundled model's own.")
    ] = None,
    name: Annotated[str, typer.Option(help="The version verdicts will carry; a new one for new weights.")] = "m2",
) -> None:
    """Train the text model on labelled rows; every author in turn is left out to say how right it is."""
    from app.training.few import few
    from app.training.report import report
    from app.training.rows import labelled
    from app.training.train import ground, save
    from app.training.train import train as learn_all

    read = reader()
    if read is None:
        raise BadInput("training reads texts with the extra `learn`, and that is not installed here")
    folder = out or weights().parent
    folder.mkdir(parents=True, exist_ok=True)
    on = ground(labelled(rows), Kept(settings().data_dir / "texts-read.db", read))
    outcome = learn_all(on)
    save(folder / "weights.npz", on, outcome, name)
    told = report(on, outcome, name, few(on, outcome.learned.shape))
    (folder / "report.md").write_text(told, encoding="utf-8")
    for one in told.splitlines():
        say.line(one)
