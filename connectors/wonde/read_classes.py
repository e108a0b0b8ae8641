"""Classes, groups and who is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.records import Batch, Finished, Notice, Record, Report
from connectors.wonde.classes import ClassReader
from connectors.wonde.deletions import gone
from connectors.wonde.members import slim
from connectors.wonde.paging import Collection
from connectors.wonde.shapes import Faults, Row, moment
from connectors.wonde.source import Source, opened

if TYPE_CHECKING:
    from connectors.in_turn import Item
    from connectors.wonde.reading import Reading

REPORT = Report.GROUPS_CLASSES
PAGE = 50  # members come as whole people, so a class weighs as much as thirty of them
MEMBERS = 10_000  # people in a page of groups at most, or thereabouts: a page is in memory as a whole
LARGEST = 7  # a year group has a seventh of the school, or less


def read(reading: Reading) -> Iterator[Item]:
    """In a delta a class that is delivered brings all its members; the others stay as they were."""
    since = reading.since(REPORT)
    dropped = reading.dropped(REPORT)
    faults = Faults(REPORT)
    reader = ClassReader(dropped=dropped, faults=faults)
    changed: dict[str, datetime | None] = {}
    subject = [] if "subject_id" in dropped else ["subject"]
    classes = _open(reading, "classes", [*subject, "students", "employees"], since)
    yield from _batches(classes, "classes", reader.read_class, faults, changed)
    yield from _checked(reading, classes, "classes", since)
    groups = _open(reading, "groups", ["students", "employees"], since)
    yield from _batches(groups, "groups", reader.read_group, faults, changed)
    yield from _checked(reading, groups, "groups", since)
    if since is None and not classes.received:
        yield Notice(
            level="info",
            code="no_classes",
            message="Wonde publishes no classes for this school; its registration groups stand in for them.",
        )
    if not reader.members_delivered:
        yield Notice(
            level="error",
            code="members_not_shared",
            message="Classes came without their members; classes and groups were left as they are.",
            mend="Ask the school to allow the members of classes and groups, or decline the report.",
        )
        return
    if since is not None:
        for kind in ("class", "group"):
            yield from gone(reading, REPORT, kind, since, changed)
    yield Finished(report=REPORT, delta=since is not None, high_water=reading.high_water(classes, groups))


def _open(reading: Reading, path: str, includes: list[str], since: str | None) -> Source:
    at_once = PAGE if path == "classes" else _groups_a_page(reading)
    collection = Collection(
        reading.http,
        f"{reading.root}/{path}",
        {"updated_after": since} if since else {},
        paging=reading.options.paging,
        per_page=min(reading.options.per_page, at_once),
        expected=None if since else reading.counts.known.get(path),
        read=slim,
    )
    return opened(collection, includes)


def _groups_a_page(reading: Reading) -> int:
    """Fewer, the larger the school: its year groups grow with it."""
    pupils = reading.counts.known.get("students") or 0
    return max(1, min(PAGE, MEMBERS * LARGEST // max(pupils, 1)))


def _batches(
    source: Source,
    path: str,
    as_records: Callable[[Row], list[Record]],
    faults: Faults,
    changed: dict[str, datetime | None],
) -> Iterator[Batch]:
    for page in source.pages:
        records: list[Record] = []
        for index, row in page:
            faults.at(f"{path}[{index}]")
            if not isinstance(row, dict):
                faults.whole("", "A record is not an object; it was left out.", code="wrong_type", value=row)
                continue
            records += as_records(row)
            changed[str(row.get("id"))] = moment(row.get("updated_at"))
        page.clear()
        batch = Batch(report=REPORT, records=tuple(records), rejected=tuple(faults.found))
        records.clear()
        yield batch
        del batch
        faults.found.clear()


def _checked(reading: Reading, source: Source, path: str, since: str | None) -> Iterator[Item]:
    yield from reading.notices(source, path)
    if since is None:
        yield from reading.counts.check(path, source.received, path)
