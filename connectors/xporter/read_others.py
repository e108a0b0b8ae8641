"""Groups with their members, contacts with their links, and attendance: always read whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors import notices
from connectors.errors import ContradictoryExtract, ShortExtract
from connectors.records import Batch, ContactLink, Finished, Notice, Report
from connectors.values import Faults
from connectors.xporter import marks
from connectors.xporter.contacts import LINKS, PEOPLE, Kin
from connectors.xporter.declaration import DECLARATION
from connectors.xporter.groups import SHELVES, Groups, Shelf

if TYPE_CHECKING:
    from connectors.in_turn import Item
    from connectors.xporter.reading import Reading


def _some(reading: Reading, area: str, received: int) -> None:
    """Nothing where Xporter counts something is a fault (Z20)."""
    counted = reading.counts.known.get(area, 0)
    if counted and not received:
        raise ShortExtract(f"No {area} arrived; Xporter counts {counted}.")


def groups(reading: Reading) -> Iterator[Item]:
    report = Report.GROUPS_CLASSES
    found, received = Groups(reading.dropped(report)), 0
    for shelf in SHELVES:
        if shelf.type == "TeachingGrp" and "teaching_groups" in reading.limited:
            yield Notice(
                level="info", code="no_teaching_groups",
                message="This MIS passes on no teaching groups by this route; they were not asked for.",
            )  # fmt: skip
            continue
        for batch in _shelf(reading, found, shelf):
            received += len(batch.records)
            yield batch
    _some(reading, "groups", received)
    if not found.members_told:
        yield Notice(
            level="error", code="members_not_shared",
            message="Groups came without their members; classes and groups were left as they are.",
            mend="Ask Groupcall whether the option includeMembersIds works for this school, or decline the "
            "report.",
        )  # fmt: skip
        return
    yield from reading.flushed()
    yield Finished(report=report)


def _shelf(reading: Reading, found: Groups, shelf: Shelf) -> Iterator[Batch]:
    params = {"Type": shelf.type, "options": found.options(shelf)}
    for page in reading.pages(reading.collection("Groups/", "Group", shelf.what, params)):
        records = [one for index, raw in page for one in found.read(shelf, raw, f"{shelf.type}[{index}]")]
        yield found.faults.batch(records)


def contacts(reading: Reading) -> Iterator[Item]:
    """Links first: who is nobody's contact is not kept (H3)."""
    report = Report.CONTACTS
    dropped = reading.dropped(report)
    kin = Kin(DECLARATION.offered(report) - dropped, dropped)
    linked: set[str] = set()
    links = people = 0
    for page in reading.pages(
        reading.collection(*LINKS, "links to contacts", {"select": kin.link_columns()})
    ):
        told = [kin.link(raw, f"links[{index}]") for index, raw in page]
        found: list[ContactLink] = [one for one in told if one is not None]
        linked |= {one.contact_id for one in found}
        links += len(found)
        yield kin.faults.batch(found)
    wanted = frozenset(linked)
    for page in reading.pages(reading.collection(*PEOPLE, "contacts", {"select": kin.person_columns()})):
        known = [kin.person(raw, f"contacts[{index}]", wanted) for index, raw in page]
        kept = [one for one in known if one is not None]
        people += len(kept)
        yield kin.faults.batch(kept)
    _some(reading, "contacts", links)
    if links and not people:
        raise ContradictoryExtract(f"{links} links to contacts arrived, but none of the contacts themselves.")
    if links and "priority" in kin.wanted and not kin.priorities:
        yield notices.no_priority(
            "Xporter gives no contact a priority", mend="Fill the priorities in the MIS if the order matters."
        )
    yield from reading.flushed()
    yield Finished(report=report)


def attendance(reading: Reading) -> Iterator[Item]:
    faults = Faults(Report.ATTENDANCE)
    params = marks.span(reading.options.today, reading.options.weeks)
    for page in reading.pages(reading.collection(marks.PATH, marks.NAME, "attendance marks", params)):
        found = [one for index, raw in page if (one := marks.mark(raw, f"marks[{index}]", faults))]
        yield faults.batch(found)
    yield from reading.flushed()
    yield Finished(report=Report.ATTENDANCE)
