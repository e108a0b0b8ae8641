"""Directories that accounts are written to: what they are, what was written there, and when.

``TargetAccount`` is the memory of what is ours there and ``TargetChange`` the journal of what left the house;
neither ever holds a password.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlmodel import Session, col

from data import bulk
from data.export_rows import ACCOUNT
from data.tables import Account, Run, RunStage, Target, TargetAccount, TargetChange

REMOVED = "removed"  # in ``Target.options``: when it was
STAGES = ("authorise", "read", "plan", "limits", "apply")
COLUMNS = tuple(dict.fromkeys((*ACCOUNT, "own_display_name", "unallocated_at")))


def of_school(s: Session, school_id: int) -> list[Target]:
    """By name, without those removed: their rows stay for the journal of what was written."""
    asked = select(Target).where(col(Target.school_id) == school_id)
    found = s.execute(asked.order_by(func.lower(Target.name), col(Target.id))).scalars()
    return [each for each in found if REMOVED not in each.options]


def by_name(s: Session, school_id: int, name: str) -> Target | None:
    return next((t for t in of_school(s, school_id) if t.name.casefold() == name.strip().casefold()), None)


def get(s: Session, target_id: int) -> Target | None:
    return s.get(Target, target_id)


def forget_all(s: Session, target_id: int) -> None:
    """Which entries are whose; the journal of what was written stays."""
    entries = bulk.table_of(TargetAccount)
    s.connection().execute(delete(entries).where(entries.c.target_id == target_id))


def accounts(s: Session, school_id: int) -> Sequence[Row[Any]]:
    """Every account whose home the school is, whatever its state, in order of ids."""
    asked = select(*(getattr(Account, name) for name in COLUMNS)).where(col(Account.school_id) == school_id)
    return s.connection().execute(asked.order_by(col(Account.id))).all()


def entries(s: Session, target_id: int) -> list[TargetAccount]:
    asked = select(TargetAccount).where(col(TargetAccount.target_id) == target_id)
    return list(s.execute(asked.order_by(col(TargetAccount.account_id))).scalars())


def entry(s: Session, target_id: int, account_id: int) -> TargetAccount | None:
    asked = select(TargetAccount).where(
        col(TargetAccount.target_id) == target_id, col(TargetAccount.account_id) == account_id
    )
    found: TargetAccount | None = s.execute(asked).scalars().first()
    return found


def remember(
    s: Session, target_id: int, account_id: int, *, remote_id: str, written: Mapping[str, Any], at: datetime,
    **more: Any,
) -> TargetAccount:  # fmt: skip
    """What an entry is and what was last written there; whoever else was remembered as it no longer is."""
    other = bulk.table_of(TargetAccount)
    s.connection().execute(delete(other).where(
        other.c.target_id == target_id, other.c.remote_id == remote_id, other.c.account_id != account_id
    ))  # fmt: skip
    row = entry(s, target_id, account_id)
    if row is None:
        row = TargetAccount(target_id=target_id, account_id=account_id, remote_id=remote_id, first_at=at)
    row.remote_id, row.written, row.at = remote_id, dict(written), at
    for name, value in more.items():
        setattr(row, name, value)
    s.add(row)
    s.flush()
    return row


def forget(s: Session, target_id: int, account_ids: Collection[int]) -> None:
    table = bulk.table_of(TargetAccount)
    for part in bulk.chunks(list(account_ids)):
        s.connection().execute(
            delete(table).where(table.c.target_id == target_id, table.c.account_id.in_(part))
        )


def note(s: Session, **values: Any) -> None:
    """One line of the journal of what was asked of a target."""
    bulk.insert(s, TargetChange, [values])


def changes(
    s: Session, target_id: int, *, since: datetime | None = None, limit: int = 1000
) -> list[TargetChange]:
    """Newest first."""
    asked = select(TargetChange).where(col(TargetChange.target_id) == target_id)
    if since is not None:
        asked = asked.where(col(TargetChange.at) >= since)
    return list(s.execute(asked.order_by(col(TargetChange.id).desc()).limit(limit)).scalars())


def usernames(s: Session, account_ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in bulk.chunks(list(account_ids)):
        asked = select(col(Account.id), col(Account.username)).where(col(Account.id).in_(part))
        found |= {row[0]: row[1] for row in s.execute(asked)}
    return found


def queue_push(
    s: Session, target: Target, *, actor: str, origin: str, at: datetime, pid: int | None,
    source: Mapping[str, Any],
) -> Run:  # fmt: skip
    """A queued run of kind push with its own stages waiting."""
    run = Run(
        school_id=target.school_id, kind="push", target_id=target.id, actor=actor, origin=origin, pid=pid,
        started_at=at, heartbeat_at=at, source=dict(source),
    )  # fmt: skip
    s.add(run)
    s.flush()
    for ordinal, name in enumerate(STAGES):
        s.add(RunStage(run_id=run.id or 0, ordinal=ordinal, name=name))
    s.flush()
    return run


def last_push(s: Session, target_id: int) -> Run | None:
    asked = select(Run).where(col(Run.target_id) == target_id, col(Run.kind) == "push")
    found: Run | None = s.execute(asked.order_by(col(Run.id).desc()).limit(1)).scalars().first()
    return found


def held_pushes(s: Session, target_id: int) -> list[Run]:
    """Held pushes that nobody answered, newest first."""
    asked = select(Run).where(
        col(Run.target_id) == target_id, col(Run.state) == "held", col(Run.resolution) == ""
    )
    return list(s.execute(asked.order_by(col(Run.id).desc())).scalars())
