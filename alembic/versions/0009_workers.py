"""workers and their beats; which worker took a try; which queue a look waits in, and how often it was put there"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel  # the generated columns name its types
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "worker",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("host", TEXT(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", TEXT(), nullable=False),
        sa.Column("started", MOMENT(), nullable=False),
        sa.Column("beat", MOMENT(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    # In place, not by a batch, which would copy the whole table on SQLite.
    op.add_column("attempt", sa.Column("worker", TEXT(), nullable=True))
    op.add_column("snapshot", sa.Column("queue", TEXT(), nullable=True))
    op.add_column("snapshot", sa.Column("queued_at", MOMENT(), nullable=True))
    op.add_column("snapshot", sa.Column("runs", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_attempt_state"), "attempt", ["state"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_attempt_state"), table_name="attempt")
    op.drop_column("snapshot", "runs")
    op.drop_column("snapshot", "queued_at")
    op.drop_column("snapshot", "queue")
    op.drop_column("attempt", "worker")
    op.drop_table("worker")
