"""shemtov report, sign: the weekly report as a file, and what reports wear."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from app.cli import say
from app.clock import clock
from app.db import engine, migrate, reading, writing
from app.errors import AppError, BadInput
from app.files import read_page_file, write_whole
from app.printing import Print, close_printer, last_week, paper_language, print_week
from app.queries.brand_page import chosen
from app.queries.reports import Brandmarks, brandmarks, locale
from app.schedule import week_start
from app.settings import settings
from app.store.brands import home_workspace
from app.store.workspaces import MOST_LOGO
from app.store.workspaces import sign as sign_reports

SIX = timedelta(days=6)


def register(app: typer.Typer) -> None:
    app.command("report")(report)
    app.command("sign")(sign)


def report(
    brand: Annotated[str, typer.Argument(help="Which brand.")],
    week: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Any day of the week; default: the last finished one.")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="he, pl or en; default: the language of the search.")] = None,
    search: Annotated[int | None, typer.Option(help="Which search; default: the brand's main one.")] = None,
    output: Annotated[Path | None, typer.Option(help="Default: brand-week-language.pdf, here.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Draw what was printed anew, to compare; what is stored stays.")
    ] = False,
) -> None:
    """The weekly report as a PDF. The first print of a finished week is kept, and is its report from then on."""
    migrate()
    at = clock()
    with reading() as session:
        owner, asked, _ = chosen(session, brand, search)
        spoken = lang or paper_language(asked, locale(session, owner.workspace_id))
    day = week.date() if week else last_week(owner, at)
    try:
        made = print_week(engine(), settings().blobs, asked.id, day, spoken, at, again=again)
    finally:
        close_printer()
    file = output or Path(made.file_name)
    write(file, made.pdf)
    first = week_start(day, owner.week_start)
    say.line(
        f"{told(made, owner.zone, again=again)}: {file} "
        f"(week {first} to {first + SIX}, {spoken}, {len(made.pdf):,} bytes)"
    )


def demo_report(brand: str) -> str:
    """Last week's report of a brand as a file in the data directory: where it is, or why there is none."""
    at = clock()
    with reading() as session:
        owner, search, _ = chosen(session, brand, None)
        spoken = paper_language(search, locale(session, owner.workspace_id))
    try:
        made = print_week(engine(), settings().blobs, search.id, last_week(owner, at), spoken, at)
    except AppError as failure:
        return f"Weekly report: not printed, {failure.message}"
    finally:
        close_printer()
    file = settings().data_dir / made.file_name
    write(file, made.pdf)
    return f"Weekly report: {file}"


def told(made: Print, zone: str, *, again: bool) -> str:
    """What became of it, in words; days are those of the brand's zone."""
    if made.report is None:
        return "draft of a running week, not kept"
    day = made.report.at.astimezone(ZoneInfo(zone)).date()
    if again:
        same = "the same file" if sha256(made.pdf).hexdigest() == made.report.sha256 else "another file"
        return f"drawn again from what was printed on {day}, {same}"
    return "printed now" if made.new else f"printed on {day} before"


def write(file: Path, pdf: bytes) -> None:
    """The file, whole, for whoever the umask lets read it; BadInput when it cannot be written there."""
    if file.is_dir():
        raise BadInput(f"{file} is a folder; name a file in it")
    mask = os.umask(0)
    os.umask(mask)
    try:
        write_whole(file, pdf)
        file.chmod(0o666 & ~mask)
    except OSError as failure:
        raise BadInput(f"{file}: cannot be written ({failure.strerror or failure})") from failure


def sign(
    name: Annotated[str | None, typer.Option(help='Whose reports they are; "" for our own name.')] = None,
    accent: Annotated[str | None, typer.Option(help='A colour, #rrggbb; "" for our own.')] = None,
    logo: Annotated[str | None, typer.Option(help='A PNG or JPEG file; "" takes the logo off.')] = None,
) -> None:
    """What reports wear from now on: a name, a colour, a logo. Without options: what is set."""
    migrate()
    picture = read_page_file(Path(logo), MOST_LOGO) if logo else b"" if logo is not None else None
    with writing() as session:
        home = home_workspace(session)
        if (name, accent, logo) != (None, None, None):
            sign_reports(session, home, settings().blobs, name=name, accent=accent, logo=picture)
        worn = brandmarks(session, home.id or 0)
    say.line(worn_text(worn))


def worn_text(worn: Brandmarks) -> str:
    """What reports wear, in one line."""
    logo = f"logo {worn.logo[:12]}" if worn.logo else "no logo"
    return f"reports wear: {worn.name or 'our own name'}, {worn.accent or 'our own colour'}, {logo}"
