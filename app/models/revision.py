"""The revision of a brand: another number after each transaction that changed what its charts and lists show.

The database itself gives it, by triggers, in the transaction that writes: no way of writing can forget it. It is drawn
by chance and never counted up, so that a number is not met again after a rollback, in a restored copy or elsewhere.
What is kept under a revision (app.kept) is therefore right as long as the revision is read.

A table that a migration makes anew loses its triggers, and those of others would stop it: they are taken away before
every migration, and put back after it (alembic/env.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

SQLITE, POSTGRESQL = "random()", "(random() * 9007199254740991)::bigint"
# Where a row's brand is found; {row} is NEW or OLD.
SEARCH = "SELECT brand_id FROM search WHERE id = {row}.search_id"
PARSE = (
    "SELECT search.brand_id FROM parse JOIN snapshot ON snapshot.id = parse.snapshot_id"
    " JOIN search ON search.id = snapshot.search_id WHERE parse.id = {row}.parse_id"
)
BRANDS = {
    "brand": "{row}.id",
    "owned_site": "{row}.brand_id",
    "workspace": "SELECT id FROM brand WHERE workspace_id = {row}.id",
    "search": "{row}.brand_id",
    "snapshot": SEARCH,
    "parse": PARSE.replace("{row}.parse_id", "{row}.id"),
    "result": PARSE,
    "hit": SEARCH,
    "link": ("SELECT search.brand_id FROM search JOIN hit ON hit.search_id = search.id WHERE hit.link_id = {row}.id"),
    "change": SEARCH,
    # An audit tells how far the confidences of its whole workspace are to be trusted.
    "review": (
        "SELECT other.id FROM brand other JOIN brand mine ON mine.workspace_id = other.workspace_id"
        " JOIN search ON search.brand_id = mine.id JOIN hit ON hit.search_id = search.id WHERE hit.id = {row}.hit_id"
    ),
}
OF_BRAND = "workspace_id, name, slug, home_market, main_search, target"
OF_SEARCH = "brand_id, market, phrase, engine, hl, gl, location, device, depth, purpose, sources, schedule, active"
# (table, event, of which columns, when). The results of a parse come with it, in the transaction that makes it a
# look's; a look that is only planned, or put into a queue, is on no chart, and a search's next slot neither.
EVENTS = (
    ("brand", "INSERT", "", ""),
    ("brand", "UPDATE", OF_BRAND, ""),
    ("owned_site", "INSERT", "", ""),
    ("owned_site", "UPDATE", "", ""),
    ("owned_site", "DELETE", "", ""),
    ("workspace", "UPDATE", "", ""),
    ("search", "INSERT", "", ""),
    ("search", "UPDATE", OF_SEARCH, ""),
    ("search", "DELETE", "", ""),
    ("snapshot", "INSERT", "", "NEW.state IS NOT NULL"),
    ("snapshot", "UPDATE", "", "NEW.state IS NOT NULL OR OLD.state IS NOT NULL"),
    ("snapshot", "DELETE", "", "OLD.state IS NOT NULL"),
    ("parse", "UPDATE", "", ""),
    ("result", "UPDATE", "", ""),
    ("result", "DELETE", "", ""),
    ("hit", "UPDATE", "", ""),
    ("hit", "DELETE", "", ""),
    ("link", "UPDATE", "", ""),
    ("change", "INSERT", "", ""),
    ("change", "DELETE", "", ""),
    ("review", "INSERT", "", ""),
    ("review", "UPDATE", "", ""),
    ("review", "DELETE", "", ""),
)
ROW = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
SQLITE_NAMES = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND instr(name, 'revision_') = 1"
POSTGRESQL_NAMES = (
    "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    " AND starts_with(proname, 'revision_')"
)


def put_triggers(connection: Connection) -> None:
    """Make every trigger, where there are none."""
    sqlite = connection.dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        connection.exec_driver_sql(statement)


def take_triggers(connection: Connection) -> None:
    """Take all of them away, whichever version made them."""
    sqlite = connection.dialect.name == "sqlite"
    for name in connection.exec_driver_sql(SQLITE_NAMES if sqlite else POSTGRESQL_NAMES).scalars().all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"' if sqlite else f'DROP FUNCTION "{name}"() CASCADE')


def _named() -> Iterator[tuple[str, str, str, str]]:
    """(name, table, "AFTER ... ON ..." with its condition, the brands)."""
    for table, event, columns, when in EVENTS:
        of, only = f" OF {columns}" if columns else "", f" WHEN ({when})" if when else ""
        head = f'AFTER {event}{of} ON "{table}" FOR EACH ROW{only}'
        yield f"revision_{table}_{event.lower()}", table, head, BRANDS[table].format(row=ROW[event])


def _sqlite() -> Iterator[str]:
    for name, _, head, brands in _named():
        yield f"CREATE TRIGGER {name} {head} BEGIN {_drawn(SQLITE, brands)}; END"


def _postgresql() -> Iterator[str]:
    """Once a transaction is enough there: a row that is written again and again in one transaction grows slow. xmin
    is the transaction that wrote the row last, and a brand written by this one has its new revision already."""
    for name, table, head, brands in _named():
        once = "" if table == "brand" else " AND xmin <> pg_current_xact_id()::xid"
        body = f"BEGIN {_drawn(POSTGRESQL, brands)}{once}; RETURN NULL; END"
        yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
        yield f"CREATE TRIGGER {name} {head} EXECUTE FUNCTION {name}()"


def _drawn(number: str, brands: str) -> str:
    return f"UPDATE brand SET revision = {number} WHERE id IN ({brands})"  # noqa: S608  nothing here is anybody's input
