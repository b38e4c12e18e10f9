"""the sites a brand owns belong to what its revision is of

The triggers are put in place after every migration, by alembic/env.py: there is nothing else to do.
"""

from __future__ import annotations

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing but the triggers."""


def downgrade() -> None:
    """Nothing but the triggers."""
