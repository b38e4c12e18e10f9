"""The vocabulary of failures is closed: what is stored as a reason has its class, and its rest."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

from scrapers.errors import BY_CODE, FetchFailed, Refused
from scrapers.judge import STATUS_BLOCKS
from scrapers.types import BlockKind


def test_every_refusal_a_page_can_show_has_its_class() -> None:
    """What engines report as a block, and what HTTP statuses are taken for."""
    for code in {*get_args(BlockKind), *STATUS_BLOCKS.values()}:
        assert issubclass(BY_CODE[code], Refused), code


def test_codes_are_told_apart() -> None:
    """No two failures share a code; refusals rest, failures of the network do not."""
    classes = set(BY_CODE.values())
    assert len(classes) == len(BY_CODE)
    assert BY_CODE["captcha"].suspend == timedelta(hours=1)
    assert all(kind.suspend == timedelta(0) for kind in classes if issubclass(kind, FetchFailed))
