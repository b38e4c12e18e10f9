"""a revision of each brand, which the database changes whenever what its charts show has changed; open looks alone
in the index of open looks

The triggers that change it are put in place after every migration, by alembic/env.py.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.models.revision import POSTGRESQL, SQLITE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("brand", sa.Column("revision", sa.BigInteger(), nullable=False, server_default="0"))
    drawn = sa.text(SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL)
    op.execute(sa.update(sa.table("brand", sa.column("revision"))).values(revision=drawn))
    op.drop_index("ix_snapshot_open", table_name="snapshot")
    op.create_index(
        "ix_snapshot_open", "snapshot", ["due"], unique=False, sqlite_where=sa.text("state IS NULL"),
        postgresql_where=sa.text("state IS NULL"),
    )  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        # A page has some twenty results. A sample of millions says fifty, and a year's chart reads every look there is.
        op.execute("ALTER TABLE result ALTER COLUMN parse_id SET (n_distinct = -0.05)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE result ALTER COLUMN parse_id RESET (n_distinct)")
    op.drop_index("ix_snapshot_open", table_name="snapshot")
    op.create_index("ix_snapshot_open", "snapshot", ["state", "due"], unique=False)
    op.drop_column("brand", "revision")
