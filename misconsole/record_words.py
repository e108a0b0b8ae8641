"""A person's record in words, for the screen and for text output alike. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from misconsole.services.views import PersonRecord

NAME, HANDLE, PHONE, PLAIN = "name", "handle", "phone", "plain"  # how a value is hidden by the mask
TEACHING = {True: "teaching", False: "non-teaching", None: "not told by the MIS"}


def record_words(record: PersonRecord, role: str) -> Iterator[tuple[str, str, str]]:
    """(title, value, what kind of value), what is not there left out."""
    for each in record.identifiers:
        yield each.title, f"{each.value}{'' if each.current else ' (earlier)'}", HANDLE
    yield from _filled(("initials", record.initials, PLAIN), ("middle names", record.middle_names, NAME))
    if record.same_initials:
        yield "same initials", ", ".join(record.same_initials), NAME
    yield from _staff(record) if role == "staff" else _pupil(record)
    if record.photo:
        yield "photo", "a reference is kept, the picture never is", PLAIN
    if record.not_supplied:
        yield "not supplied", ", ".join(each.replace("_", " ") for each in record.not_supplied), PLAIN


def _staff(record: PersonRecord) -> Iterator[tuple[str, str, str]]:
    yield from _filled(("roles", record.job_title, PLAIN))
    yield "teaching", TEACHING[record.teaching], PLAIN
    yield from _filled(("telephone", record.phone, PHONE), ("room", record.room, PLAIN))
    if record.reports_to:
        known = "" if record.reports_to_known else " (nobody here has that id)"
        yield "reports to", f"{record.reports_to}{known}", NAME if record.reports_to_known else HANDLE
    if record.reported_to_by:
        yield "reported to by", ", ".join(record.reported_to_by), NAME


def _pupil(record: PersonRecord) -> Iterator[tuple[str, str, str]]:
    yield from _filled(("year as told", record.year_label, PLAIN), ("house", record.house, PLAIN))
    if record.part_time is not None or record.part_time_rate is not None:
        rate = f", rate {record.part_time_rate:g}" if record.part_time_rate is not None else ""
        said = {True: "yes", False: "no", None: "not told"}[record.part_time]
        yield "part-time", f"{said}{rate}", PLAIN


def _filled(*rows: tuple[str, str | None, str]) -> Iterator[tuple[str, str, str]]:
    yield from ((title, value, kind) for title, value, kind in rows if value)
