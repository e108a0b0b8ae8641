"""What went away since the last read: Wonde's deletions as ``Gone`` (reference §9, Deletion).

Events are taken in the order given; one that was restored is no deletion, and a record delivered in
this same read after its deletion is there again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.records import Batch, Gone, Report
from connectors.wonde.paging import Collection
from connectors.wonde.shapes import Faults, identity, moment

if TYPE_CHECKING:
    from connectors.wonde.reading import Reading

# A deleted group may have been read as a class (registration groups), so both are named.
KINDS = {"student": ("pupil",), "employee": ("staff",), "contact": ("contact",), "class": ("class",),
         "group": ("group", "class")}  # fmt: skip


def gone(
    reading: Reading, report: Report, type_: str, since: str, delivered: Mapping[str, datetime | None]
) -> Iterator[Batch]:
    """A batch of Gone, if there is any.  ``delivered``: ids of this read with their change time."""
    faults = Faults(report)
    found: dict[str, datetime | None] = {}
    params = {"type": type_, "updated_after": since}
    events = Collection(
        reading.http, f"{reading.root}/deletions", params, per_page=reading.options.per_page, unique=False
    )
    for page in events:
        for index, row in page:
            faults.at(f"deletions[{index}]")
            if not isinstance(row, dict) or row.get("type", type_) != type_:
                continue
            source_id = identity(row, faults)
            if source_id is None:
                continue
            found.pop(source_id, None)
            if row.get("restored_at") is None:
                found[source_id] = moment(row.get("deleted_at"))
    records = tuple(
        Gone(kind=kind, source_id=source_id, at=at)
        for source_id, at in found.items()
        if not _back(source_id, at, delivered)
        for kind in KINDS[type_]
    )
    if records or faults.found:
        yield Batch(report=report, records=records, rejected=tuple(faults.found))


def _back(source_id: str, at: datetime | None, delivered: Mapping[str, datetime | None]) -> bool:
    """Delivered, and not changed for the last time before the deletion."""
    if source_id not in delivered:
        return False
    changed = delivered[source_id]
    return at is None or changed is None or changed >= at
