"""what the archive keeps and for how long: cleaned copies, pictures, tombstones"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel  # the generated columns name its types
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("removed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_blob_reason"), "reason IS NULL OR reason IN ('retention', 'forgotten')"
        )
        batch_op.create_index("ix_blob_leaving", ["removed_at", "expired_at"], unique=False)
    with op.batch_alter_table("fetch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clean_blob_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_fetch_clean_blob_id"), "blob", ["clean_blob_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_fetch_clean_blob_id"), ["clean_blob_id"], unique=False)
    op.add_column("workspace", sa.Column("raw_days", sa.Integer(), nullable=True))
    op.create_table(
        "picture",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("blob_id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_picture_blob_id")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_picture_snapshot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_picture")),
    )
    op.create_index(op.f("ix_picture_blob_id"), "picture", ["blob_id"], unique=False)
    op.create_table(
        "tombstone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('url', 'text', 'host')", name=op.f("ck_tombstone_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
        sa.UniqueConstraint("kind", "digest", name=op.f("uq_tombstone_kind_digest")),
    )


def downgrade() -> None:
    """What was forgotten stays forgotten; but nothing older knows it again, should it come back."""
    op.drop_table("tombstone")
    op.drop_table("picture")
    op.drop_column("workspace", "raw_days")
    with op.batch_alter_table("fetch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fetch_clean_blob_id"))
        batch_op.drop_constraint(batch_op.f("fk_fetch_clean_blob_id"), type_="foreignkey")
        batch_op.drop_column("clean_blob_id")
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_index("ix_blob_leaving")
        batch_op.drop_constraint(op.f("ck_blob_reason"), type_="check")
        batch_op.drop_column("removed_at")
        batch_op.drop_column("reason")
