"""Notes on a case, and handing it over: what the next one needs to know, beside the person it is about.

A note is a decision like any other: journalled, in the history, and taken back by undo.  Whom the newest
note names has the case in hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlmodel import Session, col

from data import accounts as account_rows
from data import notes as note_rows
from data import people as people_rows
from data.tables import Account, CaseNote, Person, School
from misconsole.errors import NotFound, Usage
from misconsole.services.decisions.case import Case, called, deciding
from misconsole.services.desk import Desk
from misconsole.services.present import name_of
from misconsole.services.schools import resolve
from misconsole.services.views import DecisionView, NoteView

LONGEST = 2_000  # characters
LONGEST_NAME = 64


def add(
    desk: Desk,
    school: str,
    text: str,
    *,
    person_id: int | None = None,
    account_id: int | None = None,
    assigned_to: str = "",
) -> DecisionView:
    """Write a note on a person or an account; with ``assigned_to`` somebody has the case in hand."""
    with deciding(desk, school, "note") as case:
        about = _about(case, person_id, account_id)
        _insert(case, _text(text), assigned_to, person_id, account_id)
        handed = f"; {assigned_to} has it in hand" if assigned_to else ""
        case.say(f"Noted on {about}: {_short(text)}{handed}", note=text.strip(), assigned_to=assigned_to)
    return case.view


def assign(
    desk: Desk, school: str, to: str, *, person_id: int | None = None, account_id: int | None = None
) -> DecisionView:
    """``to`` has the case in hand from now on; "" gives it back to everybody."""
    with deciding(desk, school, "note") as case:
        about = _about(case, person_id, account_id)
        said = f"Handed over to {to}" if to.strip() else "Back to everybody"
        _insert(case, said, to, person_id, account_id)
        case.say(f"{said}: {about}", assigned_to=to.strip())
    return case.view


def hand_over(
    desk: Desk,
    school: str,
    to: str,
    text: str,
    *,
    person_ids: Iterable[int] = (),
    account_ids: Iterable[int] = (),
) -> DecisionView:
    """Hand many cases over with one note; one decision, one undo."""
    if not to.strip():
        raise Usage("Name who takes the cases over.")
    people, accounts = tuple(dict.fromkeys(person_ids)), tuple(dict.fromkeys(account_ids))
    if not people and not accounts:
        raise Usage("Nobody was marked.")
    with deciding(desk, school, "note") as case:
        for person in people:
            case.person(person)
            _insert(case, _text(text), to, person, None)
        for account in accounts:
            case.account(account)
            _insert(case, _text(text), to, None, account)
        case.decision.person_id = case.decision.account_id = None
        case.say(
            f"Handed {len(people) + len(accounts)} cases over to {to.strip()}: {_short(text)}",
            note=text.strip(), assigned_to=to.strip(), people=list(people), accounts=list(accounts),
        )  # fmt: skip
    return case.view


def withdraw(desk: Desk, school: str, note_id: int) -> DecisionView:
    """The note no longer stands; it stays in the journal."""
    with deciding(desk, school, "note") as case:
        row = case.s.get(CaseNote, note_id)
        if row is None or row.school_id != case.school_id or not row.active:
            raise NotFound(f"{case.school.name} has no note with the number {note_id}.")
        case.decision.person_id, case.decision.account_id = row.person_id, row.account_id
        case.scribe.update(row, active=False)
        case.say(f"Withdrew the note: {_short(row.text)}")
    return case.view


def listed(
    desk: Desk,
    school: str,
    *,
    person_id: int | None = None,
    account_id: int | None = None,
    assigned_to: str | None = None,
) -> tuple[NoteView, ...]:
    """Notes that stand, newest first; with ``assigned_to`` the newest one of each case that person has."""
    with desk.store.read() as s:
        found = resolve(s, school)
        rows = note_rows.of_school(s, found.id or 0, person_id=person_id, account_id=account_id)
        if assigned_to is not None:
            rows = [each for each in _newest(rows) if each.assigned_to == assigned_to]
        return tuple(_views(s, found, rows))


def _newest(rows: Iterable[CaseNote]) -> list[CaseNote]:
    seen: dict[tuple[int | None, int | None], CaseNote] = {}
    for each in rows:
        seen.setdefault((each.person_id, each.account_id), each)
    return list(seen.values())


def _views(s: Session, school: School, rows: list[CaseNote]) -> Iterable[NoteView]:
    people = [each.person_id for each in rows if each.person_id]
    accounts = [each.account_id for each in rows if each.account_id]
    names = {r.id: name_of(r) for r in people_rows.rows(s, col(Person.id).in_(people))} if people else {}
    usernames = (
        {r.id: r.username for r in account_rows.rows(s, col(Account.id).in_(accounts))} if accounts else {}
    )
    for each in rows:
        yield NoteView(
            id=each.id or 0,
            school=school.urn,
            person_id=each.person_id,
            account_id=each.account_id,
            about=names.get(each.person_id, "") or usernames.get(each.account_id, ""),
            text=each.text,
            author=each.author,
            at=each.at or datetime.min.replace(tzinfo=UTC),
            assigned_to=each.assigned_to,
        )


def _about(case: Case, person_id: int | None, account_id: int | None) -> str:
    if (person_id is None) == (account_id is None):
        raise Usage("A note is about one person or one account.")
    if person_id is not None:
        return called(case.person(person_id))
    return called(case.account(account_id or 0))


def _insert(case: Case, text: str, to: str, person_id: int | None, account_id: int | None) -> None:
    if len(to) > LONGEST_NAME:
        raise Usage(f"A name has at most {LONGEST_NAME} characters.")
    row = CaseNote(
        school_id=case.school_id, person_id=person_id, account_id=account_id, text=text,
        author=case.desk.actor, at=case.now, assigned_to=to.strip(),
    )  # fmt: skip
    case.scribe.insert(row)


def _text(text: str) -> str:
    text = text.strip()
    if not text:
        raise Usage("A note needs words.")
    if len(text) > LONGEST:
        raise Usage(f"A note has at most {LONGEST} characters; this one has {len(text)}.")
    return text


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


__all__ = ["add", "assign", "hand_over", "listed", "withdraw"]
