"""Files of ours are written whole, and what killed writers left is swept."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.files import sweep, write_whole

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """The folder is made, the content is there, nothing else stands beside it."""
    path = tmp_path / "made" / "report.pdf"
    for content in (b"first", b"second and longer"):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is met before the name is taken."""
    path = tmp_path / "report.pdf"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_only_what_was_abandoned_is_swept(tmp_path: Path) -> None:
    """Leftovers older than a day go, at any depth; a write under way and finished files stay."""
    old, deep, fresh, done = (tmp_path / name for name in (".new-a", "ab/.new-b", ".new-c", "ab/report.pdf"))
    for path in (old, deep, fresh, done):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        age = timedelta(hours=23) if path == fresh else timedelta(hours=25)
        os.utime(path, ((NOW - age).timestamp(),) * 2)
    assert sweep(tmp_path, NOW) == 2
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted([fresh, done])
    assert sweep(tmp_path / "not there", NOW) == 0
