"""kill -9 while paper is printed and written, again and again: a file is whole, or the one before is still there."""

from __future__ import annotations

import hashlib
import os
import random
import select
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest

from app.files import UNFINISHED, sweep

KILLS = 6 if "RELIABILITY" not in os.environ else 20
LONGEST = 0.6
# Warms up until it is told to begin. Prints, tells the digest, then writes as often as it can: most moments are in the middle of a write.
CHILD = """
import hashlib, sys
from datetime import UTC, datetime
from pathlib import Path
from app.files import write_whole
from reports.print import Printer
from reports.typeface import font_css

with Printer(sys.argv[1]) as printer:
    printer.pdf("<p>warm", "", "en", datetime(2026, 11, 22, tzinfo=UTC))
    if not sys.stdin.readline():
        sys.exit()
    copy = 0
    while True:
        copy += 1
        rows = f"<p>copy {copy}</p>" * 400
        html = f"<style>{font_css()} body {{ font-family: Heebo }}</style><h1>דוח</h1>{rows}"
        made = printer.pdf(html, "דוח", "he", datetime(2026, 11, 22, tzinfo=UTC))
        print(hashlib.sha256(made).hexdigest(), flush=True)
        for _ in range(200):
            write_whole(Path(sys.argv[2]), made)
"""


def warming(executable: str, path: Path) -> subprocess.Popen[bytes]:
    """A printing process that waits for its turn."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, executable, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def killed(process: subprocess.Popen[bytes], after: float) -> set[str]:
    """Let it print and write, kill -9 so long after its first file was made; the digests it told."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"go\n")
    process.stdin.flush()
    told = process.stdout.readline()
    assert told, process.communicate()[1].decode()
    ended = os.pidfd_open(process.pid)
    try:
        assert not select.select([ended], [], [], after)[0], "the printing process ended by itself"
    finally:
        os.close(ended)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    return {line.decode() for line in (told + rest).split()}


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.reliability
def test_kills_never_leave_a_torn_file(chromium_path: str, tmp_path: Path) -> None:
    """After each kill the file is one that was printed whole; what the killed writers left can be swept."""
    path, chance = tmp_path / "report.pdf", random.Random(12)
    known: set[str] = set()
    following = warming(chromium_path, path)
    for number in range(KILLS):
        printing, following = following, warming(chromium_path, path)
        known |= killed(printing, chance.uniform(0, LONGEST))
        if path.exists():
            assert hashlib.sha256(path.read_bytes()).hexdigest() in known, number
            with pikepdf.open(path) as pdf:
                assert len(pdf.pages) > 1
    following.communicate()  # no turn is left for it
    assert path.exists()
    left = [found for found in tmp_path.iterdir() if found.name.startswith(UNFINISHED)]
    assert {found.name for found in tmp_path.iterdir()} == {path.name, *(found.name for found in left)}
    assert sweep(tmp_path, datetime.now(UTC) + timedelta(days=2)) == len(left)
    assert list(tmp_path.iterdir()) == [path]
