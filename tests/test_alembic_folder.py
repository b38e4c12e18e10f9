"""Apart from the other house rules, since those cannot even be imported when this one is broken."""

from __future__ import annotations

from pathlib import Path


def test_the_migrations_do_not_shadow_their_library() -> None:
    """With an __init__.py in alembic/, `from alembic import context` would find our folder."""
    assert not (Path(__file__).resolve().parent.parent / "alembic" / "__init__.py").exists()
