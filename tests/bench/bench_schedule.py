"""How long one next moment takes: a tick asks for some 4,167 a minute when 100,000 searches are looked at often."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from app.schedule import next_due, parts
from app.scoring.markets import market

ROWS = 4167
SCHEDULES = (
    "06:00", "06:00 18:00", "weekdays 06:00; weekend every 6 hours", "every 15 minutes", "mon 06:00", "cron 0 6 1 * *",
    "cron 0 6 1 1 *",
)  # fmt: skip


def main() -> None:
    """Microseconds a row: many searches of one schedule, and each with one that nobody asked for yet."""
    homes = [market(code) for code in ("il-he", "pl-pl", "en-us")]
    start = datetime(2026, 11, 24, tzinfo=UTC)
    for schedule in SCHEDULES:
        moments = [(homes[row % 3], start + timedelta(seconds=row * 60 / ROWS)) for row in range(ROWS)]
        begun = time.process_time()
        for home, at in moments:
            next_due(schedule, home, at)
        shared = time.process_time() - begun
        begun = time.process_time()
        for number, (home, at) in enumerate(moments[:365]):
            next_due(schedule, home, at + timedelta(days=number))  # another day each time: nothing is known of it yet
        alone = time.process_time() - begun
        sys.stdout.write(
            f"{schedule:40} {1e6 * shared / ROWS:6.1f} us a row, {1e6 * alone / 365:7.1f} us on a new day\n"
        )
    begun = time.process_time()
    for row in range(ROWS):
        parts(f"{row // 60 % 24:02d}:{row % 60:02d}; weekend every 6 hours; mon {row % 24:02d}:00", ())
    sys.stdout.write(f"reading a schedule nobody else has: {1e6 * (time.process_time() - begun) / ROWS:.1f} us\n")


if __name__ == "__main__":
    main()
