"""what people say (label rules, annotations) and what was printed (reports, their marks)"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel  # the generated columns name its types
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = "kind IN ('raw', 'clean', 'picture', 'pdf', 'logo')"
KINDS_BEFORE = "kind IN ('raw', 'clean', 'picture', 'pdf')"


def upgrade() -> None:
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_blob_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_blob_kind"), KINDS)
    with op.batch_alter_table("workspace", schema=None) as batch_op:
        batch_op.add_column(sa.Column("report_name", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("accent", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("logo_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_workspace_logo_id"), "blob", ["logo_id"], ["id"])
    op.create_table(
        "label_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("match", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pattern", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("revoked", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("match IN ('url', 'host')", name=op.f("ck_label_rule_match")),
        sa.CheckConstraint("label IN ('owned', 'positive', 'neutral', 'negative')", name=op.f("ck_label_rule_label")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_label_rule_brand_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_rule")),
    )
    op.create_index(op.f("ix_label_rule_brand_id"), "label_rule", ["brand_id"], unique=False)
    op.create_table(
        "annotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Date(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("removed", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_annotation_brand_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation")),
    )
    op.create_index(op.f("ix_annotation_brand_id"), "annotation", ["brand_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("lang", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("pdf_blob_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_report_brand_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["pdf_blob_id"], ["blob.id"], name=op.f("fk_report_pdf_blob_id")),
        sa.ForeignKeyConstraint(["search_id"], ["search.id"], name=op.f("fk_report_search_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("search_id", "week", "lang", name=op.f("uq_report_search_id_week_lang")),
    )
    op.create_index(op.f("ix_report_brand_id"), "report", ["brand_id"], unique=False)


def downgrade() -> None:
    op.drop_table("report")
    op.drop_table("annotation")
    op.drop_table("label_rule")
    with op.batch_alter_table("workspace", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_workspace_logo_id"), type_="foreignkey")
        batch_op.drop_column("logo_id")
        batch_op.drop_column("accent")
        batch_op.drop_column("report_name")
    op.execute("UPDATE blob SET kind = 'picture' WHERE kind = 'logo'")
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_blob_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_blob_kind"), KINDS_BEFORE)
