"""The audit trail over schools: who decided what, when, from where, on what evidence; filtered, written out.

Whether it is whole is asked in ``audit_seal``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from data import audit_rows
from data import people as people_rows
from data.tables import Decision
from misconsole.errors import Usage
from misconsole.private_file import private_file
from misconsole.services import permits
from misconsole.services.audit_seal import TrailView, verify
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.views import AuditItem
from misconsole.text import csv_safe

if TYPE_CHECKING:
    from sqlmodel import Session

NEVER = datetime.min.replace(tzinfo=UTC)
COLUMNS = (
    "id", "at", "actor", "origin", "place", "school", "school_name", "kind", "summary", "reason",
    "decided_by", "undone_at", "undone_by", "evidence",
)  # fmt: skip
FORMS = (".csv", ".jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the trail is asked for; "" or None asks for everything. ``until`` is the first moment too late.

    ``text`` are words of the summary, the reason or anything else that was written down; ``evidence`` words
    of what was shown when it was decided: a band, a field, a value.
    """

    school: str = ""
    who: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    evidence: str = ""
    limit: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """The newest that match, of ``total`` that do; ``kinds`` and ``actors`` are those of the whole trail."""

    items: tuple[AuditItem, ...]
    total: int
    kinds: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()


def trail(desk: Desk, wanted: Wanted) -> tuple[AuditItem, ...]:
    """Newest first. Whoever is bound to single schools sees what was decided at those."""
    _may(desk, wanted)
    with desk.store.read() as s:
        return _items(s, _filter(s, wanted))


def page(desk: Desk, wanted: Wanted) -> TrailPage:
    """The same, with how many there are in all, and what there is to choose from."""
    _may(desk, wanted)
    with desk.store.read() as s:
        asked = _filter(s, wanted)
        whole = audit_rows.Filter(school_id=asked.school_id)
        return TrailPage(
            items=_items(s, asked), total=audit_rows.count(s, asked),
            kinds=tuple(audit_rows.kinds(s, whole)), actors=tuple(audit_rows.actors(s, whole)),
        )  # fmt: skip


def whole_days(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """From the first moment of one day here to the last of another, as ``Wanted`` asks for them."""
    after = until + timedelta(days=1) if until is not None and until < date.max else None
    return _midnight(since), _midnight(after)


def _midnight(day: date | None) -> datetime | None:
    """``date.min`` has no moment of its own in zones ahead of UTC; then all is asked for."""
    try:
        return datetime.combine(day, time()).astimezone(UTC) if day is not None else None
    except OverflowError:
        return None


def _may(desk: Desk, wanted: Wanted) -> None:
    if wanted.school or desk.store.only is None:
        permits.need(desk, "audit", wanted.school)


def _filter(s: Session, wanted: Wanted) -> audit_rows.Filter:
    return audit_rows.Filter(
        school_id=resolve(s, wanted.school).id if wanted.school else None, who=wanted.who,
        kind=wanted.kind, since=wanted.since, until=wanted.until, text=wanted.text,
        evidence=wanted.evidence, limit=wanted.limit,
    )  # fmt: skip


def _items(s: Session, asked: audit_rows.Filter) -> tuple[AuditItem, ...]:
    names = people_rows.school_names(s)
    return tuple(_item(each, *names[each.school_id]) for each in audit_rows.rows(s, asked))


def _item(row: Decision, urn: str, name: str) -> AuditItem:
    return AuditItem(
        id=row.id or 0, school=urn, school_name=name, at=row.at or NEVER, actor=row.actor, kind=row.kind,
        summary=row.summary, reason=str(row.detail.get("reason") or ""), undone_at=row.undone_at,
        undone_by=row.undone_by, evidence=dict(row.detail.get("evidence") or {}),
        decided_by=str(row.detail.get("decided_by") or ""), origin=row.origin, place=row.place,
        sealed=bool(row.seal),
    )  # fmt: skip


def write(desk: Desk, items: Iterable[AuditItem], path: Path) -> int:
    """The rows to a file for its owner alone, as CSV a spreadsheet opens as text, or a JSON line each; how
    many. Raises Usage for another kind of file; nothing is written then."""
    permits.need(desk, "audit_out")
    form = path.suffix.lower()
    if form not in FORMS:
        raise Usage(
            f"{path.name} is neither .csv nor .jsonl.", mend="Name a file that ends in .csv or .jsonl."
        )
    listed = list(items)
    with private_file(path) as file:
        if form == ".csv":
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows([csv_safe(each) for each in _cells(item)] for item in listed)
        else:
            file.writelines(json.dumps(_plain(item), ensure_ascii=False) + "\n" for item in listed)
    return len(listed)


def _cells(item: AuditItem) -> list[str]:
    plain = _plain(item)
    evidence = json.dumps(item.evidence, ensure_ascii=False) if item.evidence else ""
    return [evidence if name == "evidence" else str(plain[name] or "") for name in COLUMNS]


def _plain(item: AuditItem) -> dict[str, object]:
    at = {
        name: value.isoformat() if value else None
        for name, value in (("at", item.at), ("undone_at", item.undone_at))
    }
    return {**asdict(item), **at}


__all__ = ["COLUMNS", "TrailPage", "TrailView", "Wanted", "page", "trail", "verify", "whole_days", "write"]
