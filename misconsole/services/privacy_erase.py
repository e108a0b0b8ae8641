"""Erasing leavers who are due, or one person who asked: one confirmed act, in one transaction, for good.

What it protects
  * Nobody who is in the MIS, has an account in use, or stands on the exclusion list is erased; the reason
    is told.
  * Never more at once than a run may take away unseen; more need the number itself to be typed.
  * It cannot be taken back, also not by undoing what was done before.
  * Somebody the MIS delivers again comes back as new: nothing here is left to know them by.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from data import erasing, shredding
from data import privacy as private_rows
from data.privacy import Subject
from data.residue import Traces
from data.tables import Erasure
from misconsole.errors import Conflict, Held, Usage
from misconsole.rules import retention
from misconsole.rules.retention import WORDS, Standing
from misconsole.services import audit_seal, permits, privacy_due, privacy_sent, privacy_subject
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.privacy_subject import Found
from misconsole.services.privacy_views import ErasedView
from misconsole.services.schools import options_of, resolve

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import School

GROUNDS = ("request", "retention")
AGAIN = "If the MIS delivers them again, they come back as new people; keep the MIS in step."
ON_SERVER = "The server's own log, its copies and backups (pg_dump) hold them until those are thrown away."
BACKUPS = "Backups and copies of the store still hold them until they are thrown away: {}."


def preview(desk: Desk, school: str, who: str) -> ErasedView:
    """What erasing one subject would remove, with nothing changed. Conflict where it would be refused."""
    permits.need(desk, "erase", school)
    with desk.store.read() as s:
        found_school = resolve(s, school)
        found = privacy_subject.find(s, found_school, who)
        _refuse(found.name, privacy_due.of_one(s, found_school, found))
        rows = {table: len(each) for table, each in private_rows.rows(s, found.subject).items()}
        told = _elsewhere(s, desk, found_school, [found])
    return ErasedView(school=found_school.urn, school_name=found_school.name, references=(), rows=rows,
                      elsewhere=tuple(told), done=False)  # fmt: skip


def erase(desk: Desk, school: str, who: str, *, ground: str = "request") -> ErasedView:
    """Erase one subject. Conflict with the reason where something must be settled first."""
    if ground not in GROUNDS:
        raise Usage(f"“{ground[:40]}” is no ground.", mend=f"Grounds: {', '.join(GROUNDS)}.")
    permits.need(desk, "erase", school)
    with deciding(desk, school, "erase") as case:
        found = privacy_subject.find(case.s, case.school, who)
        standing = privacy_due.of_one(case.s, case.school, found)
        _refuse(found.name, standing)
        told = _erase(case, [(found, standing)], ground)
    return _view(desk, case.school, told)


def erase_due(desk: Desk, school: str, *, expected: int | None = None) -> ErasedView:
    """Erase everybody who is due. ``expected`` is how many the person in front saw and confirmed.

    Conflict where it is another number by now; Held where that is more than may go at once unseen.
    """
    permits.need(desk, "erase", school)
    with deciding(desk, school, "erase") as case:
        listed = privacy_due.of_school(case.s, case.school, desk)
        _check_count(len(listed.due), listed.most, expected)
        found = [privacy_subject.by_key(case.s, case.school, each.key) for each in listed.due]
        pairs = [(each, privacy_due.of_one(case.s, case.school, each)) for each in found]
        told = _erase(case, pairs, "retention")
    return _view(desk, case.school, told)


def _check_count(count: int, most: int, expected: int | None) -> None:
    if not count:
        raise Conflict("Nobody is due for erasure.", mend="--due lists the clock of everybody.",
                       code="nobody_due")  # fmt: skip
    if expected is not None and expected != count:
        raise Conflict(f"{count} are due by now, not {expected}; nobody was erased.", mend="Look again.")
    if expected is None and count > most:
        raise Held(
            f"{count} are due, which is more than the {most} that may go at once unseen.",
            mend=f"Look at the list, then confirm the number: --count {count}.", code="held",
        )  # fmt: skip


def _refuse(name: str, standing: Standing) -> None:
    codes = retention.in_the_way(standing)
    if codes:
        what, mend = WORDS[codes[0]]
        raise Conflict(f"{name} {what}; nothing was erased.", mend=mend, code=f"erase_{codes[0]}")


_Told = tuple[tuple[str, ...], dict[str, int], int, tuple[str, ...], Traces]


def _erase(case: Case, pairs: Sequence[tuple[Found, Standing]], ground: str) -> _Told:
    act = secrets.token_hex(4)
    references = tuple(f"{act}-{n}" if len(pairs) > 1 else act for n in range(1, len(pairs) + 1))
    elsewhere = tuple(_elsewhere(case.s, case.desk, case.school, [found for found, _ in pairs]))
    days = options_of(case.school).retention_days
    for reference, (found, standing) in zip(references, pairs, strict=True):
        rows = {table: len(each) for table, each in private_rows.rows(case.s, found.subject).items()}
        row = Erasure(
            school_id=case.school_id, reference=reference, role=found.kind, ground=ground, rows=rows,
            gone_on=retention.clock(standing, days=days).left, by=case.desk.actor, at=case.now,
        )  # fmt: skip
        case.s.add(row)
    case.say(f"Erased {len(pairs)} by {ground}, reference {act}", references=list(references), ground=ground)
    case.s.flush()
    whole = _joined(case.s, [found.subject for found, _ in pairs])
    with audit_seal.rewriting(case.s, case.desk, case.decision, reason=f"erasure {act}"):
        done = erasing.erase(case.s, whole, reference=act)
    return references, dict(done.rows), done.left, elsewhere, shredding.traces(whole)


def _joined(s: Session, subjects: Sequence[Subject]) -> Subject:
    """All of them as one, so that the journal is read once; contacts go with the last of their children."""
    whole = Subject(school_id=subjects[0].school_id)
    for each in subjects:
        whole.join(each)
    if whole.people:
        whole.contacts |= private_rows.contacts_of_all(s, whole.people)
    return whole


def _view(desk: Desk, school: School, told: _Told) -> ErasedView:
    references, rows, left, elsewhere, traces = told
    return ErasedView(
        school=school.urn, school_name=school.name, references=references,
        rows={table: count for table, count in rows.items() if count}, left=left,
        shredded=shredding.shred(desk.store, traces), elsewhere=elsewhere,
    )  # fmt: skip


def _elsewhere(s: Session, desk: Desk, school: School, subjects: Iterable[Found]) -> Iterable[str]:
    """What is not in this store, so that somebody must see to it: no names, but places."""
    folders: set[str] = set()
    entries: set[str] = set()
    for found in subjects:
        for each in privacy_sent.sent(s, school, found, private_rows.rows(s, found.subject)):
            if each.how == "directory" and each.where:
                entries.add(f"The directory {each.what.partition(':')[0]} still has the entry {each.where}.")
            elif each.how == "export" and each.certain == privacy_sent.YES:
                folders.add(each.where)
    yield from sorted(entries)
    for folder in sorted(folders):
        yield f"The export in {folder} still holds them: export again or delete it."
    copies = sorted(each.name for each in _copies(desk))
    if copies:
        yield BACKUPS.format(", ".join(copies))
    if desk.store.path is None:
        yield ON_SERVER
    yield AGAIN


def _copies(desk: Desk) -> list[Path]:
    """Files beside the store that are copies of it: what a migration made before it began, and backups."""
    path = desk.store.path
    if path is None:
        return []
    own = {path.name, f"{path.name}-wal", f"{path.name}-shm"}
    return [each for each in path.parent.glob(f"{path.stem}*.sqlite3*") if each.name not in own]
