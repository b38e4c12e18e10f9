"""sources that rest, cost and are watched: their state, canaries, agreement of two looks, what a page yielded"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel  # the generated columns name its types
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CANARY_STATES = "'ok', 'empty', 'partial', 'blocked', 'consent', 'suspect', 'error'"


def upgrade() -> None:
    # In place, not by a batch, which would copy the whole table on SQLite.
    op.add_column("attempt", sa.Column("cost", sa.Float(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_attempt_started"), "attempt", ["started"], unique=False)
    op.add_column("parse", sa.Column("pages", sa.Integer(), nullable=True))
    op.add_column("parse", sa.Column("unread", sa.Integer(), nullable=True))
    op.add_column("parse", sa.Column("title_length", sa.Float(), nullable=True))
    op.create_table(
        "source_state",
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("engine", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("exit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("suspended_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "engine", "exit", name=op.f("pk_source_state")),
    )
    op.create_table(
        "canary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("engine", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hl", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("gl", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("blob_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"state IS NULL OR state IN ({CANARY_STATES})", name=op.f("ck_canary_state")),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_canary_blob_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canary")),
        sa.UniqueConstraint("source", "day", name=op.f("uq_canary_source_day")),
    )
    op.create_table(
        "agreement",
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("first_source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("second_source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("shared", sa.Integer(), nullable=False),
        sa.Column("top", sa.Integer(), nullable=False),
        sa.CheckConstraint("shared BETWEEN 0 AND top", name=op.f("ck_agreement_shared")),
        sa.ForeignKeyConstraint(
            ["second_id"], ["snapshot.id"], name=op.f("fk_agreement_second_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["first_id"], ["snapshot.id"], name=op.f("fk_agreement_first_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("second_id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_first_id"), "agreement", ["first_id"], unique=False)


def downgrade() -> None:
    op.drop_table("agreement")
    op.drop_table("canary")
    op.drop_table("source_state")
    op.drop_column("parse", "title_length")
    op.drop_column("parse", "unread")
    op.drop_column("parse", "pages")
    op.drop_index(op.f("ix_attempt_started"), table_name="attempt")
    op.drop_column("attempt", "cost")
