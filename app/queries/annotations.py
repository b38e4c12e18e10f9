"""What people wrote down about a brand's days."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from app.models import Annotation
from app.queries.rows import AnnotationRow


def annotation_rows(
    session: Session, brand_id: int, first: date = date.min, last: date = date.max
) -> tuple[AnnotationRow, ...]:
    """The annotations of a brand from first to last, by day; those that were removed are not among them."""
    query = select(Annotation).where(
        Annotation.brand_id == brand_id, col(Annotation.removed).is_(None), col(Annotation.at).between(first, last)
    )
    rows = session.exec(query.order_by(col(Annotation.at), col(Annotation.id))).all()
    return tuple(AnnotationRow(row.id or 0, row.at, row.text, row.actor) for row in rows)
