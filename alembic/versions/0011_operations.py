"""how far long work of commands is"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel  # the generated columns name its types
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "operation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("host", TEXT(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started", MOMENT(), nullable=False),
        sa.Column("beat", MOMENT(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("outcome", TEXT(), nullable=True),
        sa.Column("reason", TEXT(), nullable=False),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('done', 'failed', 'stopped')", name=op.f("ck_operation_outcome")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
    )
    op.create_index(op.f("ix_operation_beat"), "operation", ["beat"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_operation_beat"), table_name="operation")
    op.drop_table("operation")
