"""One decision as one transaction: the school is locked, the state is checked, every change is journalled.

Protects two operators from each other: whoever comes second reads who decided, when and what, and
nothing of theirs is half-applied.  ``School.version`` rises, so that a plan computed before is stale.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from data import authority
from data import people as people_rows
from data.journal import Scribe
from data.tables import Account, Decision, Journal, Link, Person, School
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.services import audit_seal, permits
from misconsole.services.desk import Desk
from misconsole.services.present import name_of
from misconsole.services.schools import options_of, resolve
from misconsole.services.views import DecisionView


@dataclass(slots=True)
class Case:
    """What a decision works with. ``say`` sets its plain-English summary; ``view`` is set at the end."""

    s: Session
    desk: Desk
    school: School
    decision: Decision
    scribe: Scribe
    _view: list[DecisionView] = field(default_factory=list)

    @property
    def school_id(self) -> int:
        return self.school.id or 0

    @property
    def now(self) -> datetime:
        return self.desk.now()

    @property
    def view(self) -> DecisionView:
        return self._view[0]

    def say(self, summary: str, **detail: Any) -> None:
        self.decision.summary = summary
        self.decision.detail = detail

    def person(self, person_id: int) -> Person:
        found = self.s.get(Person, person_id)
        if found is None or found.school_id != self.school_id:
            raise NotFound(f"{self.school.name} has no person with the number {person_id}.")
        self.decision.person_id = person_id
        return found

    def account(self, account_id: int, *, local: bool = False) -> Account:
        """An account of the school; with ``local`` also one of a local school (K1)."""
        found = self.s.get(Account, account_id)
        if found is None or not (found.school_id == self.school_id or (local and self._is_local(found))):
            raise NotFound(f"{self.school.name} has no account with the number {account_id}.")
        self.decision.account_id = account_id
        return found

    def _is_local(self, account: Account) -> bool:
        home = self.s.get(School, account.school_id)
        return home is not None and authority.together(self.school, home)

    def set_gate(self, person: Person, gate: str, detail: str = "") -> None:
        """Keep the recorded gate in step with what was decided, so that *why* and the queues agree."""
        self.scribe.update(person, gate=gate, gate_detail=detail)

    def end_link(self, link: Link, reason: str) -> None:
        self.scribe.update(link, active=False, ended_at=self.now, ended_reason=reason)

    def revive(self, account: Account) -> bool:
        """Make an account active again that had been unallocated or let go; True if it was not active."""
        if account.state == "active":
            return False
        self.scribe.update(
            account, state="active", unallocated_at=None, unallocated_run=None, unallocated_reason=""
        )
        return True

    def refuse(self, what: str, *, person_id: int | None = None, account_id: int | None = None) -> NoReturn:
        """Conflict, with who decided on that person or account last, and when."""
        raise Conflict(
            f"{what}{self.who_decided(person_id=person_id, account_id=account_id)}", mend=LOOK_AGAIN
        )

    def who_decided(self, *, person_id: int | None = None, account_id: int | None = None) -> str:
        asked = select(Decision).where(
            Decision.school_id == self.school_id,
            col(Decision.undone_at).is_(None),
            col(Decision.id) != self.decision.id,
        )
        if person_id is not None:
            asked = asked.where(Decision.person_id == person_id)
        if account_id is not None:
            asked = asked.where(Decision.account_id == account_id)
        found = self.s.exec(asked.order_by(col(Decision.id).desc()).limit(1)).first()
        if found is None and account_id is not None:
            found = self._among_many(account_id)
        return f" {by(found.actor, found.at)}: {found.summary}" if found else "."

    def _among_many(self, account_id: int) -> Decision | None:
        """A decision on many names no account; its journal does."""
        asked = (
            select(Decision)
            .join(Journal, col(Journal.decision_id) == col(Decision.id))
            .where(Journal.table_name == "account", Journal.row_id == account_id)
            .where(col(Decision.undone_at).is_(None), col(Decision.id) != self.decision.id)
        )
        return self.s.exec(asked.order_by(col(Decision.id).desc()).limit(1)).first()


LOOK_AGAIN = "Look at the list again; it shows how things stand now."


def by(actor: str, at: datetime | None) -> str:
    """ "(alice, 22 November 2026 12:05 UTC)"."""
    return f"({actor}, {at:%-d %B %Y %H:%M} UTC)" if at else f"({actor})"


@contextmanager
def deciding(desk: Desk, school: str, kind: str) -> Iterator[Case]:
    """Open the transaction of one decision; it is committed whole when the block ends without an error.

    Raises NotPermitted, before anything is opened, for who may not decide things of this kind here.
    """
    permits.need(desk, permits.ACT_OF_KIND.get(kind, "decide"), school)
    try:
        with desk.store.write() as s:
            case = _open(s, desk, school, kind)
            yield case
            case.school.version += 1
            audit_seal.seal(s, desk, case.decision)
            case._view.append(view_of(case.decision))
    except IntegrityError as error:
        raise Conflict("Somebody else decided the same at the same moment.", mend=LOOK_AGAIN) from error


def _open(s: Session, desk: Desk, school: str, kind: str) -> Case:
    found = resolve(s, school)
    s.exec(select(School.id).where(School.id == found.id).with_for_update()).one()
    decision = audit_seal.record(s, desk, found, kind)
    scribe = Scribe(s, actor=desk.actor, at=desk.now(), school_id=found.id, decision_id=decision.id)
    return Case(s=s, desk=desk, school=found, decision=decision, scribe=scribe)


def view_of(decision: Decision) -> DecisionView:
    return DecisionView(
        id=decision.id or 0,
        kind=decision.kind,
        summary=decision.summary,
        actor=decision.actor,
        at=decision.at or datetime.min,  # noqa: DTZ901 - every decision has its time
        undone=decision.undone_at is not None,
    )


def needs_reason(reason: str) -> str:
    """The reason without blanks around it; Usage when there is none."""
    if not reason.strip():
        raise Usage("A reason is needed.", mend="Say why, in a few words; whoever reviews it will ask.")
    return reason.strip()


def anchors(s: Session, person: Person) -> dict[str, Any]:
    """Identifiers and names at this moment, so that the link outlives a change of MIS."""
    held: dict[str, list[str]] = {}
    for each in people_rows.every_identifier(s, person.id or 0):
        held.setdefault(each.kind, []).append(each.value)
    return {
        "identifiers": held,
        "given_name": person.given_name or person.legal_given_name,
        "family_name": person.family_name or person.legal_family_name,
        "legal_given_name": person.legal_given_name,
        "legal_family_name": person.legal_family_name,
        "date_of_birth": person.date_of_birth.isoformat() if person.date_of_birth else None,
        "source_id": person.source_id,
    }


def called(row: Person | Account) -> str:
    """How a summary names somebody: the name, and for an account its username."""
    return row.username if isinstance(row, Account) else name_of(row)


__all__ = ["Case", "anchors", "by", "called", "deciding", "needs_reason", "options_of", "view_of"]
