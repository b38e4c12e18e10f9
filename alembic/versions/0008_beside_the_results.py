"""questions and overviews beside the results as hits without a link

Blocks read before have none yet: `shemtov rescore` finds them, since a label comes from the rules and not from a table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WITHOUT_LINK = sa.text("link_id IS NULL")
WITH_HIT = sa.text("hit_id IS NOT NULL")
# In place, not by a batch, which would copy the whole table on SQLite; there a key must come with its column.
WITH_ITS_KEY = "ALTER TABLE feature ADD COLUMN hit_id INTEGER CONSTRAINT fk_feature_hit_id REFERENCES hit (id)"


def upgrade() -> None:
    op.execute(WITH_ITS_KEY)
    op.create_index(
        op.f("ix_feature_hit_id"), "feature", ["hit_id"], unique=False, sqlite_where=WITH_HIT, postgresql_where=WITH_HIT
    )
    op.create_index(
        op.f("uq_hit_beside"), "hit", ["search_id", "kind", "text_hash"], unique=True, sqlite_where=WITHOUT_LINK,
        postgresql_where=WITHOUT_LINK,
    )  # fmt: skip


def downgrade() -> None:
    """What was said of those texts goes with them; the blocks themselves stay."""
    op.drop_index(op.f("uq_hit_beside"), table_name="hit")
    op.drop_index(op.f("ix_feature_hit_id"), table_name="feature")
    op.drop_column("feature", "hit_id")
    op.execute("DELETE FROM review WHERE hit_id IN (SELECT id FROM hit WHERE kind IN ('paa', 'ai_overview'))")
    op.execute("DELETE FROM verdict_event WHERE hit_id IN (SELECT id FROM hit WHERE kind IN ('paa', 'ai_overview'))")
    op.execute("DELETE FROM hit WHERE kind IN ('paa', 'ai_overview')")
