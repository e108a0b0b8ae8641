"""Exports for systems downstream: looked at first, then written whole or not at all, and signed.

What it protects: nobody's data goes where the school did not let it (fields declined are gone before a
format sees them); a reader that takes what is missing for gone is never given a short or an empty set
unseen; and who exported what, when, with which content stays in the audit trail.  No passwords.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data import export_rows
from data.tables import Decision
from misconsole.errors import Held, MisconsoleError, NotFound, Usage
from misconsole.exports import catalogue, writing
from misconsole.exports.shapes import Format, LeftOut, Made, Option, Said
from misconsole.rules import limits
from misconsole.services import export_folder
from misconsole.services.desk import Desk
from misconsole.services.export_changes import FileChanges, changes, marks
from misconsole.services.export_folder import RECORD, Record
from misconsole.services.export_roster import Allowed, allowed, roster
from misconsole.services.schools import options_of, resolve

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import School

ROLES = ("pupil", "staff", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatView:
    id: str
    title: str
    files: tuple[str, ...]
    contains: str
    leaves_out: str
    leavers: bool
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastExport:
    """``known`` false: its folder is not there any more, so nothing can be compared."""

    at: datetime | None
    by: str
    folder: str
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """``withheld``: kind -> fields that the school declined. ``digest`` is of all files together."""

    school: str
    school_name: str
    format: str
    title: str
    contains: str
    leaves_out: str
    written: bool
    folder: str
    files: tuple[FileView, ...]
    digest: str
    changes: tuple[FileChanges, ...]
    last: LastExport | None
    left_out: tuple[LeftOut, ...]
    notices: tuple[Said, ...]
    withheld: Mapping[str, tuple[str, ...]]
    decision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for. ``fresh_only``: accounts not handed out yet; ``accept_removals`` and
    ``fewer_files``: a person has looked and means it."""

    format: str
    roles: tuple[str, ...] = ()
    fresh_only: bool = False
    leavers: bool = False
    options: Mapping[str, str] | None = None
    accept_removals: bool = False
    fewer_files: bool = False


def formats() -> tuple[FormatView, ...]:
    return tuple(
        FormatView(
            id=f.id, title=f.title, files=(f.archive,) if f.archive else tuple(x.name for x in f.files),
            contains=f.contains, leaves_out=f.leaves_out, leavers=f.leavers, options=f.options,
        )
        for f in catalogue.FORMATS
    )  # fmt: skip


def preview(desk: Desk, school: str, wish: Wish, *, folder: Path | None = None) -> ExportView:
    """What an export would write, and how it differs from the last one; nothing is written."""
    with desk.store.read() as s:
        return _prepare(s, desk, school, wish, folder).view


def export(desk: Desk, school: str, wish: Wish, folder: Path) -> ExportView:
    """Write the export. Usage for a folder that is not ours, Held where it would take many away; then, and
    when the trail cannot be written, everything is as before."""
    with desk.store.read() as s:
        found = resolve(s, school)
        export_folder.check(folder, school=found.urn, format_id=catalogue.find(wish.format).id)
        ready = _prepare(s, desk, school, wish, folder)
        _check(found, ready, wish)
        school_id = found.id or 0
    files = {**ready.files, RECORD: _record(desk, ready).text().encode()}
    with export_folder.published(folder, files), desk.store.write() as s:
        decision = Decision(
            school_id=school_id, kind="export", actor=desk.actor, at=desk.now(), summary=_summary(ready),
            detail=_detail(ready, wish, folder),
        )  # fmt: skip
        s.add(decision)
        s.flush()
        number = decision.id
    return replace(ready.view, written=True, folder=str(folder), decision=number)


@dataclass(frozen=True, slots=True)
class _Ready:
    chosen: Format
    made: Made
    files: Mapping[str, bytes]
    view: ExportView
    before: Decision | None
    addresses: Mapping[str, str]  # as the last export had them


def _prepare(s: Session, desk: Desk, school: str, wish: Wish, folder: Path | None) -> _Ready:
    found, chosen = resolve(s, school), catalogue.find(wish.format)
    _check_wish(wish, chosen)
    may = allowed(s, found)
    _check_flows(found, chosen, may)
    before = export_rows.last(s, found.id or 0, chosen.id)
    record = _last_record(found.urn, chosen, before, folder)
    facts = roster(
        s, found, chosen, today=desk.today, roles=wish.roles, fresh_only=wish.fresh_only,
        leavers=wish.leavers, addresses=record.addresses if record else {},
        options=catalogue.options(chosen, wish.options or {}),
    )  # fmt: skip
    made = chosen.build(facts)
    files = writing.files(chosen, made)
    view = _view(found, chosen, made, files, may, record, before)
    return _Ready(chosen, made, files, view, before, facts.addresses)


def _check_wish(wish: Wish, chosen: Format) -> None:
    for role in wish.roles:
        if role not in chosen.roles:
            words = ", ".join(chosen.roles)
            raise Usage(f"{chosen.title} has no place for {role[:20]} accounts.", mend=f"Roles: {words}.")
    if wish.fresh_only and chosen.whole_set:
        raise Usage(
            f"{chosen.title} takes whoever is missing for gone, so --new would take all others away.",
            mend="Leave --new out.",
        )
    if wish.leavers and not chosen.leavers:
        raise Usage(
            f"{chosen.title} leaves leavers out; that is how it takes them away.",
            mend="Leave --leavers out.",
        )


def _check_flows(school: School, chosen: Format, may: Allowed) -> None:
    if chosen.id == "contacts" and "contact" not in may.accepted:
        raise MisconsoleError(
            f"{school.name} has not accepted the report Contacts, so none may be exported.",
            mend="Accept it first (misconsole reports SCHOOL accept contacts).", code="report_not_accepted",
        )  # fmt: skip


def _last_record(urn: str, chosen: Format, before: Decision | None, folder: Path | None) -> Record | None:
    """Of the folder that is named, else of the folder the last export went to."""
    places = [folder] if folder else []
    places += [Path(str(before.detail.get("folder", "")))] if before else []
    for place in places:
        record = export_folder.read_record(place)
        if record is not None and (record.school, record.format) == (urn, chosen.id):
            return record
    return None


def _view(
    school: School, chosen: Format, made: Made, files: Mapping[str, bytes], may: Allowed,
    record: Record | None, before: Decision | None,
) -> ExportView:  # fmt: skip
    listed = tuple(
        FileView(file=name, bytes=len(content), sha256=export_folder.digest(content))
        for name, content in files.items()
    )
    last = (
        LastExport(at=before.at, by=before.actor, folder=str(before.detail.get("folder", "")),
                   known=record is not None)
        if before else None
    )  # fmt: skip
    kinds = {*chosen.roles, *(k.removesuffix("s") for k in chosen.needs)} & {"pupil", "staff", "contact"}
    return ExportView(
        school=school.urn, school_name=school.name, format=chosen.id, title=chosen.title,
        contains=chosen.contains, leaves_out=chosen.leaves_out, written=False, folder="", files=listed,
        digest=_digest(listed), changes=changes(made, record), last=last, left_out=tuple(made.left_out),
        notices=tuple(made.notices),
        withheld={k: tuple(sorted(v)) for k, v in may.withheld.items() if v and k in kinds},
    )  # fmt: skip


def _digest(files: Collection[FileView]) -> str:
    text = "".join(f"{each.sha256}  {each.file}\n" for each in sorted(files, key=lambda f: f.file))
    return hashlib.sha256(text.encode()).hexdigest()


def _check(school: School, ready: _Ready, wish: Wish) -> None:
    """Nothing to export, fewer files than the last time, or too many who would go: somebody has to look."""
    people = [len(table.rows) for table in ready.made.tables if _of_people(ready.chosen, table.spec.name)]
    if not sum(people):
        raise NotFound(
            f"{school.name} has nobody to put into this export; nothing was written.",
            mend="Look at what it leaves out (misconsole export SCHOOL --format F).",
            code="nothing_to_export",
        )  # fmt: skip
    told = set(ready.before.detail.get("tables", ())) if ready.before else set()
    gone = sorted(told - set(marks(ready.made)))
    if gone and ready.chosen.whole_set and not wish.fewer_files:
        raise Held(
            f"The last export had {', '.join(gone)}; this one would not, and the reader takes that for gone.",
            mend="Ask for the same as the last time, or say --fewer-files.", code="fewer_files",
        )  # fmt: skip
    for each in ready.view.changes:
        before = each.rows - each.added + each.removed
        limit = options_of(school).limit("unallocate")
        matters = ready.chosen.whole_set and _of_people(ready.chosen, each.file)
        if matters and not wish.accept_removals and limits.trips(each.removed, before, limit):
            raise Held(
                f"{each.removed} of {before} would be missing in {each.file}; nothing was written.",
                mend="Look at who (without --out), then say --accept-removals.", code="many_removals",
            )  # fmt: skip


_PEOPLE = ("users", "students", "staff", "Student", "Teacher", "create", "accounts", "people", "contacts")


def _of_people(chosen: Format, file: str) -> bool:
    """Whether a file's rows are people; the classes of the plain table count as such."""
    stem = file.removesuffix(".csv").removesuffix("-{n}")
    return stem.rpartition("-")[2] in _PEOPLE or (chosen.id == "classes" and stem == "classes")


def _record(desk: Desk, ready: _Ready) -> Record:
    return Record(
        school=ready.view.school, format=ready.chosen.id, at=desk.now().isoformat(), by=desk.actor,
        files={name: export_folder.digest(content) for name, content in ready.files.items()},
        rows=marks(ready.made), addresses={**ready.addresses, **ready.made.addresses},
    )  # fmt: skip


def _summary(ready: _Ready) -> str:
    rows = sum(each.rows for each in ready.view.changes if _of_people(ready.chosen, each.file))
    return f"Exported {rows} rows of people for {ready.chosen.title}, digest {ready.view.digest[:12]}"


def _detail(ready: _Ready, wish: Wish, folder: Path) -> dict[str, object]:
    """Who, what and how much, never a row."""
    return {
        "format": ready.chosen.id, "folder": str(folder), "digest": ready.view.digest,
        "files": {each.file: each.sha256 for each in ready.view.files}, "tables": sorted(marks(ready.made)),
        "rows": {each.file: each.rows for each in ready.view.changes}, "roles": list(wish.roles),
        "leavers": wish.leavers, "new_only": wish.fresh_only, "options": dict(wish.options or {}),
    }  # fmt: skip
