"""the requests a source may have under way, counted across workers; what the clock looks for, found at once"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel  # the columns name its types
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sqlmodel.sql.sqltypes.UTCDateTime
WAITING = sa.text("state IS NULL AND queue IS NULL")


def upgrade() -> None:
    op.create_table(
        "lane",
        sa.Column("source", TEXT(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("worker", TEXT(), nullable=True),
        sa.Column("turn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pause", sa.Float(), nullable=False),
        sa.Column("free", MOMENT(), nullable=False),
        sa.PrimaryKeyConstraint("source", "no", name=op.f("pk_lane")),
    )
    op.create_index("ix_snapshot_waiting", "snapshot", ["due"], sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    op.drop_index("ix_snapshot_waiting", table_name="snapshot")
    op.drop_table("lane")
