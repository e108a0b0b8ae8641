"""What a run leaves for people to look at: suggestions and problems, those of the newest run only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from data import bulk
from data.tables import Candidate, Problem


def suggestions(s: Session, school_id: int) -> Sequence[Any]:
    """(person id, account id, band, rank, score, margin) as the last run left them."""
    asked = select(
        col(Candidate.person_id), col(Candidate.account_id), col(Candidate.band), col(Candidate.rank),
        col(Candidate.score), col(Candidate.margin),
    ).where(col(Candidate.school_id) == school_id)  # fmt: skip
    return s.execute(asked).all()


def replace_suggestions(s: Session, school_id: int, rows: Sequence[dict[str, Any]]) -> None:
    s.connection().execute(delete(bulk.table_of(Candidate)).where(col(Candidate.school_id) == school_id))
    bulk.insert(s, Candidate, rows)


def problems(s: Session, school_id: int) -> Sequence[Any]:
    """(id, role, source_id, code, place) of the problems the last run left."""
    p = bulk.table_of(Problem)
    asked = select(p.c.id, p.c.role, p.c.source_id, p.c.code, p.c.place).where(p.c.school_id == school_id)
    return s.connection().execute(asked.order_by(p.c.id)).all()


def replace_problems(
    s: Session, school_id: int, rows: Sequence[dict[str, Any]], *, kept: Sequence[int] = (), run_id: int = 0
) -> None:
    """The problems of the newest run only; those of earlier ones are history nobody asks for.

    The ``kept`` ones (ids) are those of the run ``run_id`` as well.
    """
    p = bulk.table_of(Problem)
    bulk.update(s, Problem, [{"id": i, "run_id": run_id} for i in kept])
    s.connection().execute(delete(p).where(p.c.school_id == school_id, p.c.run_id != run_id))
    bulk.insert(s, Problem, rows)
