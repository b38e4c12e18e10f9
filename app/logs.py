"""What is written down while it runs: one line an event, as text or as JSON (SHEMTOV_LOG=json), on stderr."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from app.settings import settings


class Line(logging.Formatter):
    """Text for people: the time, and characters that could begin a line of their own made visible."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        trace = "\n" + self.formatException(record.exc_info) if record.exc_info else ""
        return f"{at} {record.levelname.lower()} {shown}{trace}"


class JsonLine(logging.Formatter):
    """One JSON object a line: at, level, logger, event; trace when something broke."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class Stderr(logging.Handler):
    """Writes to the stderr of the moment, not to the one there was when it was made."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)


def install() -> None:
    """Once, where a process begins that runs for long."""
    handler = Stderr()
    handler.setFormatter(JsonLine() if settings().log == "json" else Line())
    for name, level in (("shemtov", logging.INFO), ("dbos", logging.WARNING), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
