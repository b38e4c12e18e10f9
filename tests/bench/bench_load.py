"""The API under load: a chart that is kept against one that is made, sixteen connections, captures meanwhile, memory.

A whole `shemtov serve` (pages, API, worker) over two years of four searches; its charts are asked for by wrk (Debian's
package of that name), while its worker looks at a site of the tests. FULL=1 asks 200,000 times for the memory; 20,000
otherwise.

FULL=1 python tests/bench/bench_load.py
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from statistics import median

import reports  # noqa: F401  the room of that name, before tests/reports can be taken for it

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fleet import NOW, TODAY, Fleet, fill
from sqlmodel import func, select
from workers import Site, Team, come_due, open_looks, until

from app.db import engine, reading, writing
from app.models import Attempt
from app.secret import secret
from app.settings import settings
from app.store.brands import home_workspace
from app.store.keys import add_key

FLEET = Fleet(2, 4, 760)
DAYS = 730  # of a chart
LOOKS = 600  # that the worker takes meanwhile
REQUESTS = 200_000 if os.environ.get("FULL") else 20_000
LEAST_TIMES, MOST_TAIL, MOST_GROWTH = 30.0, 10.0, 1.05
Connection = http.client.HTTPConnection


def chart(kind: str, back: int = 0) -> str:
    last = TODAY - timedelta(days=back)
    return f"/api/v1/searches/1/{kind}?from={last - timedelta(days=DAYS - 1)}&to={last}"


class Server:
    """The running installation. key: of its API."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], key: str) -> None:
        self.port, self.process, self.headers = port, process, {"authorization": f"Bearer {key}"}

    def ready(self) -> bool:
        with closing(Connection("127.0.0.1", self.port, timeout=5)) as asking:
            try:
                asking.request("GET", "/readyz")
                return asking.getresponse().status == 200
            except OSError:
                return False

    def ask(self, asking: Connection, path: str, **headers: str) -> tuple[float, http.client.HTTPResponse, bytes]:
        start = time.perf_counter()
        asking.request("GET", path, headers=self.headers | headers)
        answer = asking.getresponse()
        body = answer.read()
        return time.perf_counter() - start, answer, body

    def wrk(self, path: str, seconds: int) -> str:
        """What wrk tells after so many seconds of sixteen connections."""
        headers = [word for name, value in self.headers.items() for word in ("-H", f"{name}: {value}")]
        ran = subprocess.run(
            ["wrk", "-t1", "-c16", f"-d{seconds}s", "--timeout", "30s", "--latency", *headers, f"http://127.0.0.1:{self.port}{path}"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return ran.stdout

    def memory(self) -> int:
        """Bytes the process holds."""
        told = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        return int(told.split()[1]) * os.sysconf("SC_PAGE_SIZE")


def times(server: Server, kind: str) -> bool:
    """A chart of two years made, kept, and known to the caller."""
    with closing(Connection("127.0.0.1", server.port, timeout=60)) as asking:
        server.ask(asking, chart(kind, 29))
        made = median(server.ask(asking, chart(kind, back))[0] for back in range(25))
        kept, known = [], []
        _, answer, body = server.ask(asking, chart(kind))
        tag = answer.headers["etag"]
        for _ in range(300):
            kept.append(server.ask(asking, chart(kind))[0])
            took, answer, _ = server.ask(asking, chart(kind), **{"if-none-match": tag})
            known.append(took)
        assert answer.status == 304
    ratio = made / median(kept)
    print(f"{kind} of {DAYS} days, {len(body) / 1000:.0f} KB: made {1000 * made:.1f} ms, kept {1000 * median(kept):.2f} ms:"
          f" {ratio:.0f} times, wanted {LEAST_TIMES:.0f}; 304 in {1000 * median(known):.2f} ms: {made / median(known):.0f} times", flush=True)  # fmt: skip
    return ratio >= LEAST_TIMES


def tail(server: Server, what: str, told: str) -> bool:
    """Print what wrk told; whether the slowest hundredth is near the middle, and nothing failed."""
    middle, slowest = (_milliseconds(re.search(rf"{part}%\s+([\d.]+)(us|ms|s)", told)) for part in ("50", "99"))
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    failed = re.findall(r"(Non-2xx.*|Socket errors.*)", told)
    print(f"{what}: {float(rate[1]) if rate else 0:.0f} a second, p50 {middle:.1f} ms, p99 {slowest:.1f} ms: {slowest / middle:.1f}"
          f" times, wanted {MOST_TAIL:.0f}; failed: {'; '.join(failed) or 'none'}", flush=True)  # fmt: skip
    return slowest <= MOST_TAIL * middle and not failed


def _milliseconds(found: re.Match[str] | None) -> float:
    if found is None:
        raise SystemExit("wrk told no latency")
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def memory(server: Server) -> bool:
    """What the process holds after the first tenth of so many requests, and after all of them."""
    held, asked = [], 0
    for part in range(1, 11):
        while asked < REQUESTS * part / 10:
            told = re.search(r"(\d+) requests in", server.wrk(chart("share" if asked % 2 else "heatmap"), 5))
            asked += int(told[1]) if told else 0
        held.append(server.memory())
    print(f"memory over {asked:,} requests: {', '.join(f'{size / 2**20:.0f}' for size in held)} MB,"
          f" wanted at most {MOST_GROWTH:g} times the first", flush=True)  # fmt: skip
    return held[-1] <= MOST_GROWTH * held[0]


def run(server: Server) -> bool:
    good = [times(server, kind) for kind in ("share", "heatmap")]
    for kind in ("share", "heatmap"):
        good.append(tail(server, f"{kind}, kept, 16 connections", server.wrk(chart(kind), 10)))
    good.append(tail(server, "list of brands, 16 connections", server.wrk("/api/v1/brands", 5)))
    good.append(memory(server))
    come_due(LOOKS)
    assert until(lambda: open_looks() > 0)
    for what, path in (("share", chart("share")), ("week", "/api/v1/searches/1/week")):
        before = taken()
        good.append(tail(server, f"{what} while captures run", server.wrk(path, 15)))
        print(f"  looks taken meanwhile: {taken() - before}", flush=True)
    return all(good)


def taken() -> int:
    """Tries of the worker that came to an end."""
    with reading() as session:
        return session.exec(select(func.count()).where(Attempt.source == "practice", Attempt.state == "done")).one()


def main() -> None:
    if shutil.which("wrk") is None:
        print("wrk is not installed (apt-get install wrk): left out")
        return
    with tempfile.TemporaryDirectory() as folder, Site(seconds=0.05, fails=0) as site, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        os.environ |= {
            "SHEMTOV_DATA_DIR": folder, "SHEMTOV_PRACTICE_URL": site.url, "SHEMTOV_TEXT_MODEL": "off", "SHEMTOV_RAW_DAYS": "0",
            "SHEMTOV_RATES": "practice=50/1",
        }  # fmt: skip
        settings.cache_clear()
        fill(engine(), FLEET)
        with writing() as session:
            key = add_key(session, home_workspace(session), "bench", secret(), NOW)
        with open(Path(folder) / "errors", "wb") as errors, Team(errors) as team:
            server = Server(port, team.hire("serve", "--port", str(port)), key)
            assert until(server.ready)
            good = run(server)
            print(Path(folder, "errors").read_text(encoding="utf-8")[-2000:], end="")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
