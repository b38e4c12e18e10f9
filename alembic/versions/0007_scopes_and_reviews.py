"""label rules of a text, a path, a whole workspace; reviews: labels given in the queue beside the automatic ones"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel  # the generated columns name its types
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MATCHES = "match IN ('text', 'url', 'path', 'host')"
MATCHES_BEFORE = "match IN ('url', 'host')"
LABELS = "'owned', 'positive', 'neutral', 'negative'"


def upgrade() -> None:
    op.add_column("label_rule", sa.Column("workspace_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE label_rule SET workspace_id = (SELECT workspace_id FROM brand WHERE brand.id = label_rule.brand_id)"
    )
    with op.batch_alter_table("label_rule", schema=None) as batch_op:
        batch_op.alter_column("workspace_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("brand_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_label_rule_workspace_id"), "workspace", ["workspace_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(batch_op.f("ix_label_rule_workspace_id"), ["workspace_id"], unique=False)
        batch_op.drop_constraint(op.f("ck_label_rule_match"), type_="check")
        batch_op.create_check_constraint(op.f("ck_label_rule_match"), MATCHES)
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hit_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("automatic", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("audit", sa.Boolean(), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(f"label IN ({LABELS})", name=op.f("ck_review_label")),
        sa.CheckConstraint(f"automatic IN ({LABELS})", name=op.f("ck_review_automatic")),
        sa.ForeignKeyConstraint(["hit_id"], ["hit.id"], name=op.f("fk_review_hit_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rule_id"], ["label_rule.id"], name=op.f("fk_review_rule_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_hit_id"), "review", ["hit_id"], unique=False)
    op.create_index(op.f("ix_change_hit_id"), "change", ["hit_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_change_hit_id"), table_name="change")
    op.drop_table("review")
    # What the older version cannot say is lost; the labels it gave stay on the hits until they are scored again.
    op.execute("DELETE FROM label_rule WHERE brand_id IS NULL OR match NOT IN ('url', 'host')")
    with op.batch_alter_table("label_rule", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_label_rule_match"), type_="check")
        batch_op.create_check_constraint(op.f("ck_label_rule_match"), MATCHES_BEFORE)
        batch_op.drop_index(batch_op.f("ix_label_rule_workspace_id"))
        batch_op.drop_constraint(batch_op.f("fk_label_rule_workspace_id"), type_="foreignkey")
        batch_op.alter_column("brand_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("workspace_id")
