"""What this process and those it started weigh: read from /proc, so that a leak has a number."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Weight:
    """Resident megabytes of Python, of Playwright's driver and of Chromium; open files of all; how many processes."""

    python: float
    driver: float
    browser: float
    files: int
    processes: int


def family() -> dict[int, str]:
    """Every living process this one started, directly or not: its command line."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 3) for line in listed.stdout.splitlines()]
    ours, size = {str(os.getpid())}, 0
    while size != len(ours):
        size = len(ours)
        ours |= {pid for pid, parent, *_ in rows if parent in ours}
    ours.discard(str(os.getpid()))
    return {
        int(pid): args
        for pid, _, stat, args in rows
        if pid in ours and not stat.startswith("Z") and not args.startswith("ps -ww")
    }


def chromiums(started: dict[int, str] | None = None) -> list[int]:
    """The main processes of the Chromiums among them."""
    found = family() if started is None else started
    return [pid for pid, args in found.items() if "--headless" in args and "--type=" not in args]


def weight() -> Weight:
    """Of this moment."""
    started = family()
    browser = [pid for pid, args in started.items() if "chrom" in args.split()[0]]
    driver = [pid for pid, args in started.items() if "run-driver" in args]
    return Weight(
        resident([os.getpid()]),
        resident(driver),
        resident(browser),
        sum(files(pid) for pid in (os.getpid(), *driver, *browser)),
        len(started),
    )


def resident(pids: list[int]) -> float:
    """Megabytes in memory, of all of them; what has just ended weighs nothing."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS:")), 0)
    return total / 1024


def files(pid: int) -> int:
    """How many files a process holds open."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0
