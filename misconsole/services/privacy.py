"""All that is held on one person: every table and value, from where, since when, and what was sent out (X1).

Asked of the register (``data.register``), so that no table is forgotten.  Passwords are nowhere in it,
because they are nowhere in the store.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast
from sqlmodel import Session, col, select

from data import privacy as private_rows
from data.privacy import Words
from data.register import BY_TABLE, Entry, free
from data.tables import Contact, Decision, Journal, Run, School
from misconsole.services import permits, privacy_sent, privacy_subject
from misconsole.services.desk import Desk
from misconsole.services.history import run_summary
from misconsole.services.present import name_of
from misconsole.services.privacy_sources import Past, Sources, past
from misconsole.services.privacy_subject import Found
from misconsole.services.privacy_views import (
    HeldField,
    HeldGroup,
    HeldRow,
    HeldView,
    MentionView,
    TouchView,
)
from misconsole.services.schools import resolve

if TYPE_CHECKING:
    from data.privacy import Subject

MOST_TEXT = 300
TITLES = {
    "person": "The record of the MIS", "identifier": "Numbers", "contact": "Contact",
    "contact_link": "Contacts shown with them", "contact_use": "Contacts that were used",
    "attendance_mark": "Attendance", "membership": "Classes and groups", "account": "Account",
    "alias": "Earlier names", "reserved_name": "Reserved usernames", "link": "Account and person",
    "candidate": "Suggestions", "not_same": "Not the same person", "exclusion": "Exclusions",
    "review": "Reviews", "case_note": "Notes", "decision": "Decisions", "problem": "Problems",
    "handout_line": "Hand-outs", "target_account": "In directories", "target_change": "Sent to directories",
}  # fmt: skip
#: What would be somebody else's data in an answer to the subject.
THIRD = {
    "person": ("reports_to",), "contact_link": ("contact",), "candidate": ("evidence",),
    "contact_use": ("source_id", "title", "given_name", "family_name", "email", "phone"),
}  # fmt: skip
WORDS = {
    "source_id": "id in the MIS",
    "date_of_birth": "date of birth",
    "upn": "UPN",
    "mis_id": "id in the MIS",
}


def held(desk: Desk, school: str, who: str) -> HeldView:
    """Raises NotPermitted, NotFound, or Usage where several are meant."""
    permits.need(desk, "subject", school)
    with desk.store.read() as s:
        found_school = resolve(s, school)
        return view(s, found_school, privacy_subject.find(s, found_school, who))


def view(s: Session, school: School, found: Found) -> HeldView:
    own = private_rows.rows(s, found.subject)
    known = past(s, [(table, row["id"]) for table, rows in own.items() for row in rows if "id" in row])
    sources = Sources(s, school)
    words = Words(found.subject.names | found.subject.handles)
    return HeldView(
        school=school.urn, school_name=school.name, kind=found.kind, who=found.name, key=found.key,
        groups=tuple(_group(s, BY_TABLE[table], rows, known, sources) for table, rows in own.items()),
        sent=tuple(privacy_sent.sent(s, school, found, own)),
        touched=tuple(_touched(s, found, own)),
        mentions=tuple(_mentions(s, found.subject, words, own)),
    )  # fmt: skip


def _group(
    s: Session,
    entry: Entry,
    rows: list[dict[str, Any]],
    known: dict[tuple[str, int], Past],
    sources: Sources,
) -> HeldGroup:
    made = [_row(s, entry, row, known.get((entry.table, row["id"])), sources) for row in rows]
    return HeldGroup(
        table=entry.table, title=TITLES.get(entry.table, entry.table), ground=entry.ground, until=entry.until,
        rows=tuple(made),
    )  # fmt: skip


def _row(s: Session, entry: Entry, row: dict[str, Any], known: Past | None, sources: Sources) -> HeldRow:
    fields = tuple(
        HeldField(
            name=name, title=WORDS.get(name, name.replace("_", " ")), value=row[name],
            source=sources.of(entry.table, name, row, known), since=known.since if known else None,
            changed=known.changed.get(name) if known else None,
        )
        for name in (*entry.personal, *entry.free)
        if row[name] not in (None, "", [], {})
    )  # fmt: skip
    if entry.table == "contact_link":
        fields = (_contact(s, row, sources, known), *fields)
    return HeldRow(id=row["id"], label=_label(entry.table, row), fields=fields,
                   third=THIRD.get(entry.table, ()))  # fmt: skip


def _contact(s: Session, row: dict[str, Any], sources: Sources, known: Past | None) -> HeldField:
    contact = s.get(Contact, row["contact_id"])
    return HeldField(
        name="contact", title="contact", value=name_of(contact) if contact else "nobody any more",
        source=sources.of("contact_link", "contact", row, known), since=known.since if known else None,
    )  # fmt: skip


def _label(table: str, row: dict[str, Any]) -> str:
    for name in ("kind", "username", "report", "at", "day"):
        if row.get(name) is not None:
            return str(row[name])
    return f"{table} {row['id']}"


def _touched(s: Session, found: Found, own: dict[str, list[dict[str, Any]]]) -> Iterable[TouchView]:
    """Runs and decisions whose changes are about them, oldest first."""
    runs: set[int] = set()
    decisions: set[int] = set()
    for table, rows in own.items():
        ids = [row["id"] for row in rows]
        asked = select(col(Journal.run_id), col(Journal.decision_id)).where(
            Journal.table_name == table, col(Journal.row_id).in_(ids)
        )
        for run, decision in s.execute(asked.distinct()):
            runs.update([run] if run else [])
            decisions.update([decision] if decision else [])
    row = found.row
    runs |= {
        r for n in ("first_seen_run", "last_changed_run", "gone_run", "created_run", "unallocated_run")
        if (r := getattr(row, n, None))
    }  # fmt: skip
    for run in s.execute(select(Run).where(col(Run.id).in_(runs)).order_by(col(Run.id))).scalars():
        yield TouchView(kind="run", id=run.id or 0, at=run.finished_at or run.started_at, by=run.actor,
                        said=run_summary(run))  # fmt: skip
    signed = select(Decision).where(col(Decision.id).in_(decisions)).order_by(col(Decision.id))
    for each in s.execute(signed).scalars():
        yield TouchView(kind="decision", id=each.id or 0, at=each.at, by=each.actor, said=each.summary)


def _mentions(
    s: Session, subject: Subject, words: Words, own: dict[str, list[dict[str, Any]]]
) -> Iterable[MentionView]:
    """Texts that name them in rows that are not theirs by an id; the journal's own words among them."""
    shared = Words(private_rows.borne_by_others(s, subject))
    alone = Words(set(words.words) - set(shared.words))
    theirs = {(table, row["id"]) for table, rows in own.items() for row in rows if "id" in row}
    for each in private_rows.mentions(s, subject, words, tables=free()):
        if (each.table, each.row_id) not in theirs:
            text = each.value if isinstance(each.value, str) else str(each.value)
            yield MentionView(
                table=each.table, id=each.row_id, column=each.column, text=_short(text, words),
                namesake=not alone.within(each.value),
            )  # fmt: skip
    yield from _in_journal(s, subject, words, theirs)


def _short(text: str, words: Words) -> str:
    """The place where the name stands, and a little around it."""
    if len(text) <= MOST_TEXT:
        return text
    found = words.pattern.search(text)
    start = max(0, (found.start() if found else 0) - MOST_TEXT // 3)
    return f"{'…' if start else ''}{text[start : start + MOST_TEXT]}…"


def _in_journal(
    s: Session, subject: Subject, words: Words, theirs: set[tuple[str, int]]
) -> Iterable[MentionView]:
    """How many earlier states of their rows the journal keeps, by table: the values are those above."""
    counts: dict[str, int] = {}
    asked = select(
        col(Journal.table_name), col(Journal.row_id), cast(col(Journal.before), Text),
        cast(col(Journal.after), Text),
    ).where(col(Journal.school_id).in_(subject.schools))  # fmt: skip
    for table, row_id, *sides in s.execute(asked.execution_options(yield_per=2_000)):
        if (table, row_id) in theirs or any(side and words.pattern.search(side) for side in sides):
            counts[table] = counts.get(table, 0) + 1
    for table, count in sorted(counts.items()):
        yield MentionView(table="journal", id=0, column=table, namesake=False,
                          text=f"{count} earlier or present states of rows of {table}")  # fmt: skip


__all__ = ["held", "view"]
