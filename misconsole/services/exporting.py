"""Exports for systems downstream: looked at first, then written whole or not at all, and signed.

What it protects: nobody's data goes where the school did not let it (fields declined are gone before a
format sees them); a reader that takes what is missing for gone is never given a short or an empty set
unseen; and who exported what, when, with which content stays in the audit trail.  No passwords.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from data import export_rows
from data.tables import Decision
from misconsole.counting import counted
from misconsole.exports import catalogue, writing
from misconsole.exports.shapes import Format, Made
from misconsole.services import audit_seal, export_checks, export_folder, permits
from misconsole.services.desk import Desk
from misconsole.services.export_changes import changes, marks
from misconsole.services.export_folder import RECORD, Record
from misconsole.services.export_roster import Allowed, allowed, roster
from misconsole.services.export_views import (
    ExportView as ExportView,
)
from misconsole.services.export_views import (
    FileView,
    FormatView,
    LastExport,
    Ready,
)
from misconsole.services.export_views import (
    Wish as Wish,
)
from misconsole.services.schools import resolve

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import School


def formats() -> tuple[FormatView, ...]:
    return tuple(
        FormatView(
            id=f.id, title=f.title, files=(f.archive,) if f.archive else tuple(x.name for x in f.files),
            contains=f.contains, leaves_out=f.leaves_out, leavers=f.leavers, options=f.options,
            roles=f.roles, whole_set=f.whole_set,
        )
        for f in catalogue.FORMATS
    )  # fmt: skip


def preview(desk: Desk, school: str, wish: Wish, *, folder: Path | None = None) -> ExportView:
    """What an export would write, and how it differs from the last one; nothing is written."""
    permits.need(desk, "export", school)
    with desk.store.read() as s:
        return _prepare(s, desk, school, wish, folder).view


def export(desk: Desk, school: str, wish: Wish, folder: Path) -> ExportView:
    """Write the export. Usage for a folder that is not ours, Held where it would take many away; then, and
    when the trail cannot be written, everything is as before."""
    permits.need(desk, "export", school)
    with desk.store.read() as s:
        found = resolve(s, school)
        export_folder.check(folder, school=found.urn, format_id=catalogue.find(wish.format).id)
        ready = _prepare(s, desk, school, wish, folder)
        export_checks.held(found, ready, wish)
    files = {**ready.files, RECORD: _record(desk, ready).text().encode()}
    with export_folder.published(folder, files), desk.store.write() as s:
        said, detail = _summary(ready), _detail(ready, wish, folder)
        number = audit_seal.told(s, desk, found, "export", summary=said, detail=detail).id
    return replace(ready.view, written=True, folder=str(folder), decision=number)


def _prepare(s: Session, desk: Desk, school: str, wish: Wish, folder: Path | None) -> Ready:
    found, chosen = resolve(s, school), catalogue.find(wish.format)
    export_checks.wish_fits(wish, chosen)
    may = allowed(s, found)
    export_checks.flows(found, chosen, may)
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
    ready = Ready(chosen, made, files, view, before, facts.addresses)
    return replace(ready, view=replace(view, holds=export_checks.standing(found, ready, wish)))


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


def _record(desk: Desk, ready: Ready) -> Record:
    return Record(
        school=ready.view.school, format=ready.chosen.id, at=desk.now().isoformat(), by=desk.actor,
        files={name: export_folder.digest(content) for name, content in ready.files.items()},
        rows=marks(ready.made), addresses={**ready.addresses, **ready.made.addresses},
    )  # fmt: skip


def _summary(ready: Ready) -> str:
    rows = sum(each.rows for each in ready.view.changes if export_checks.of_people(ready.chosen, each.file))
    return (
        f"Exported {counted(rows, 'row')} of people for {ready.chosen.title}, digest {ready.view.digest[:12]}"
    )


def _detail(ready: Ready, wish: Wish, folder: Path) -> dict[str, object]:
    """Who, what and how much, never a row."""
    return {
        "format": ready.chosen.id, "folder": str(folder), "digest": ready.view.digest,
        "files": {each.file: each.sha256 for each in ready.view.files}, "tables": sorted(marks(ready.made)),
        "rows": {each.file: each.rows for each in ready.view.changes}, "roles": list(wish.roles),
        "leavers": wish.leavers, "new_only": wish.fresh_only, "options": dict(wish.options or {}),
    }  # fmt: skip
