"""How heavy the brand page of a year is, and how long a server takes for it against its questions alone.

python tests/bench/bench_brand_page.py
"""

from __future__ import annotations

import gzip
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import reports  # noqa: F401  the room of that name, before tests/reports can be taken for it

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import Engine, event
from years import a_year

from app.db import open_engine, reading
from app.queries.brand_page import Asked, brand_page
from app.texts import LANGUAGES
from app.web.access import Viewer
from app.web.brand_view import brand_view
from app.web.saying import Said

RUNS = 9
MOST_BYTES = 60_000
MOST_TIMES = 2.0


class Questions:
    """What a run asks of the database; asked again bare, rows and all, to know what the database itself takes."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.asked = engine, list[tuple[str, Any]]()
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        self.asked.append((statement, parameters))

    def again(self) -> float:
        """Seconds for all of them, one after the other; forgets them."""
        with closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            start = time.process_time()
            for statement, parameters in self.asked:
                cursor.execute(statement, parameters)
                cursor.fetchall()
            taken = time.process_time() - start
        self.asked.clear()
        return taken


def once(engine: Engine, weeks: int, lang: str) -> tuple[float, float, str]:
    """(seconds for the reads, seconds for the drawing, the page) of one request."""
    today = datetime.now(UTC).date()
    start = time.process_time()
    with reading(engine) as session:
        page = brand_page(session, "nativ-telecom", Asked(weeks=weeks), today)
    asked = time.process_time() - start
    start = time.process_time()
    text = brand_view(page, lang, Viewer(1, "Dana Levi", 1, "owner"), Said(), today)
    return asked, time.process_time() - start, text


def main() -> None:
    """Median of nine, after one to warm up, in CPU time: SQLite works in this process, and neighbours do not count. Says
    which target was missed."""
    with tempfile.TemporaryDirectory() as folder:
        a_year(Path(folder))
        engine = open_engine(f"sqlite:///{Path(folder) / 'shemtov.db'}")
        late = [missed for weeks in (13, 52, 0) for missed in measured(engine, weeks)]
        engine.dispose()
    for line in late:
        print(line, file=sys.stderr)


def measured(engine: Engine, weeks: int) -> list[str]:
    """Print one range's figures; the targets it misses."""
    questions = Questions(engine)
    runs = []
    for run in range(RUNS + 1):
        questions.asked.clear()
        asked, drawn, text = once(engine, weeks, LANGUAGES[run % 3])
        count, alone = len(questions.asked), questions.again()
        runs.append((asked, drawn, alone, len(gzip.compress(text.encode(), 6)), len(text.encode())))
    asked, drawn, alone = (median(run[part] for run in runs[1:]) for part in range(3))
    packed, plain = (max(run[part] for run in runs) for part in (3, 4))
    times = (asked + drawn) / alone
    print(
        f"weeks={weeks}: {packed / 1000:.1f} KB gzip of {plain / 1000:.0f} KB; {1000 * (asked + drawn):.0f} ms: reads "
        f"{1000 * asked:.0f}, drawing {1000 * drawn:.0f}; its {count} questions alone {1000 * alone:.0f}: {times:.2f} times"
    )
    late = [f"weeks={weeks}: {packed} bytes, wanted under {MOST_BYTES}"] if packed >= MOST_BYTES else []
    return late + ([f"weeks={weeks}: {times:.2f} times, wanted {MOST_TIMES:g}"] if times > MOST_TIMES else [])


if __name__ == "__main__":
    main()
