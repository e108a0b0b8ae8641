"""The apply stage: a plan becomes the store's new state in one transaction, or nothing does.

Before the first write it makes sure that the lease is still ours and that nobody decided anything since
the plan was computed (``Overtaken``).  Every change gets its journal row, but for what is born with its
owner (identifiers of a new person, members of a new class) and for reserved names, which an undo sets
free only where the account was never handed out (Z8, ``data.run_undo``).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from data import affected, bulk, roster, roster_findings, runs
from data.journal import Scribe
from data.tables import Account, Connection, Identifier, Link, Person, ReservedName, School
from misconsole.errors import Conflict
from misconsole.rules import criteria, facts_from
from misconsole.rules.facts import PersonFacts
from misconsole.rules.plan import Plan
from misconsole.rules.plan_parts import AccountChange, AccountData, Key, NewAccount, PersonChange
from misconsole.rules.plan_people import GONE, GONE_DETAIL
from misconsole.sync import apply_items
from misconsole.sync.narrow import JOURNAL, JUDGED

if TYPE_CHECKING:
    from sqlmodel import Session

CHUNK = 1_000
NOTHING: list[str] = []  # one for all, because bulk writes prepare a value that rows share only once
NO_EVIDENCE: dict[str, Any] = {}
ACCOUNT_DATA = tuple(field.name for field in fields(AccountData))
_account_data = attrgetter(*ACCOUNT_DATA)
_person_columns = attrgetter(*facts_from.SAME)
TOLD_ONCE = frozenset({"no_username", "username_review"})  # by the run that makes the account
T = TypeVar("T")


class Overtaken(Conflict):
    """The school changed between plan and apply; planning again settles it."""

    code = "overtaken"


class Applied:
    """One application of one plan. ``ids`` maps people to their row ids as they become known; ``account_ids``
    are those of the plan's new accounts, in their order."""

    def __init__(self, s: Session, plan: Plan, *, run_id: int, actor: str, now: datetime) -> None:
        self.s, self.plan, self.run_id, self.actor, self.now = s, plan, run_id, actor, now
        self.scribe = Scribe(s, actor=actor, at=now, school_id=plan.school_id, run_id=run_id)
        self.ids: dict[str, dict[str, int]] = {}  # by role, since tens of thousands of pairs take room
        self.account_ids = array("q")

    def write(self, begun: Callable[[], None] = lambda: None) -> bool:
        """Everything in the plan; True when anything changed. Raises Overtaken before the first write.

        ``begun`` is told once nothing can make it plan anew.
        """
        school = self._still_ours()
        begun()
        if not self.plan.empty:
            self._people()
            self._accounts()
            self._links()
            apply_items.write(self.s, self.scribe, self.plan)
            school.version += 1
            self.s.add(school)
        self._suggestions()
        self._problems()
        self._high_water()
        return not self.plan.empty

    def _still_ours(self) -> School:
        school = self.s.get(School, self.plan.school_id, populate_existing=True)
        lease = runs.lease(self.s, self.plan.school_id)
        if lease is None or lease.run_id != self.run_id:
            raise Conflict(
                "Another run took this school over; nothing was changed.",
                mend="Run again.",
                code="lease_lost",
            )
        if school is None or school.version != self.plan.version:
            raise Overtaken("Somebody decided something here in the meantime.", mend="Run again.")
        return school

    def _people(self) -> None:
        plan = self.plan
        for part in _chunks(plan.people_new):
            rows = [person_row(c, self.plan.school_id, self.run_id) for c in part]
            for change, row_id in zip(part, self.scribe.insert_many(Person, rows), strict=True):
                self._remember(change.facts, row_id)
            self._new_identifiers(part)
        for part in _chunks(plan.people_changed):
            self._change_people(part)
        for gates in _chunks(plan.gates):
            self._update_people({g.person_id: {"gate": g.gate, "gate_detail": g.gate_detail} for g in gates})
        gone = {"present": False, "gone_run": self.run_id, "gate": GONE, "gate_detail": GONE_DETAIL}
        for ids in _chunks(plan.people_gone):
            self._update_people(dict.fromkeys(ids, gone))

    def _update_people(self, wanted: dict[int, dict[str, Any]]) -> None:
        before = bulk.load(self.s, Person, list(wanted))
        self.scribe.update_many(Person, [(i, before[i], row) for i, row in wanted.items() if i in before])

    def _change_people(self, part: Sequence[PersonChange]) -> None:
        wanted = {}
        for change in part:
            assert change.person_id is not None  # noqa: S101 - changed people are known
            self._remember(change.facts, change.person_id)
            row = person_row(change, self.plan.school_id, self.run_id)
            wanted[change.person_id] = row | {"present": True, "gone_run": None}
            del row["first_seen_run"], wanted[change.person_id]["first_seen_run"]
        self._update_people(wanted)
        self._change_identifiers(part)

    def _identifier(self, person_id: int, kind: str, value: str) -> dict[str, Any]:
        return {
            "school_id": self.plan.school_id, "person_id": person_id, "kind": kind, "value": value,
            "current": True, "first_run": self.run_id, "last_run": self.run_id,
        }  # fmt: skip

    def _new_identifiers(self, part: Sequence[PersonChange]) -> None:
        rows = [
            self._identifier(self.ids[c.facts.role][c.facts.source_id], kind, value)
            for c in part
            for kind, values in c.facts.identifiers.items()
            for value in dict.fromkeys(values)
        ]
        bulk.insert(self.s, Identifier, rows)

    def _change_identifiers(self, part: Sequence[PersonChange]) -> None:
        """What the MIS stopped sending stays as history (``current`` false), for matching (G7)."""
        stored = roster.identifiers_of(self.s, [c.person_id for c in part if c.person_id is not None])
        new: list[dict[str, Any]] = []
        changed: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
        for change in part:
            person_id = change.person_id or 0
            now = delivered(change)
            rows = stored.get(person_id, [])
            for row in rows:
                current = (row.kind, row.value) in now
                if row.current != current:
                    before = {"current": row.current, "last_run": row.last_run}
                    changed.append((row.id or 0, before, {"current": current, "last_run": self.run_id}))
            known = {(row.kind, row.value) for row in rows}
            new += [self._identifier(person_id, *each) for each in sorted(now - known)]
        self.scribe.insert_many(Identifier, new)
        self.scribe.update_many(Identifier, changed)

    def _accounts(self) -> None:
        for part in _chunks(self.plan.accounts_new):
            rows = [self._account(new) for new in part]
            ids = self.scribe.insert_many(Account, rows)
            self.account_ids.extend(ids)
            reserved = [
                {
                    "domain_key": new.domain_key,
                    "username_key": new.username.lower(),
                    "account_id": i,
                    "since": self.now,
                }
                for new, i in zip(part, ids, strict=True)
            ]
            bulk.upsert(self.s, ReservedName, reserved, key=("domain_key", "username_key"), update=())
        for changes in _chunks(self.plan.accounts_changed):
            self._update_accounts({c.account_id: changed_columns(c) for c in changes})
        away = {u.account_id: u.reason for u in self.plan.unallocations}
        for ids_away in _chunks(tuple(away)):
            self._update_accounts({i: self._unallocated(away[i]) for i in ids_away})

    def _unallocated(self, reason: str) -> dict[str, Any]:
        return {
            "state": "unallocated", "unallocated_at": self.now, "unallocated_run": self.run_id,
            "unallocated_reason": reason,
        }  # fmt: skip

    def _account(self, new: NewAccount) -> dict[str, Any]:
        return {
            "school_id": self.plan.school_id, "domain_key": new.domain_key, "username": new.username,
            "username_key": new.username.lower(), "email": new.email, "role": new.role, "origin": "created",
            "created_at": self.now, "created_run": self.run_id, **columns(new.data),
        }  # fmt: skip

    def _update_accounts(self, wanted: dict[int, dict[str, Any]]) -> None:
        before = bulk.load(self.s, Account, list(wanted))
        changes = [
            (i, before[i], {**row, "version": before[i]["version"] + 1})
            for i, row in wanted.items()
            if i in before
        ]
        self.scribe.update_many(Account, changes)

    def _links(self) -> None:
        for ends in _chunks(self.plan.links_ended):
            reasons = {end.link_id: end.reason for end in ends}
            before = bulk.load(self.s, Link, list(reasons))
            changes = [
                (i, row, {"active": False, "ended_at": self.now, "ended_reason": reasons[i]})
                for i, row in before.items()
            ]
            self.scribe.update_many(Link, changes)
        known = self._known_ids(link.key for link in self.plan.links_new)
        known |= self._known_ids(new.key for new in self.plan.accounts_new)
        for links in _chunks(self.plan.links_new):
            rows = [self._link(x.key, x.facts, x.account_id, x.how, x.evidence, known) for x in links]
            self.scribe.insert_many(Link, rows)
        for made in _chunks(zip(self.plan.accounts_new, self.account_ids, strict=True)):
            rows = [self._link(a.key, a.facts, i, "created", (), known) for a, i in made]
            self.scribe.insert_many(Link, rows)

    def _remember(self, facts: PersonFacts, person_id: int) -> None:
        self.ids.setdefault(facts.role, {})[facts.source_id] = person_id

    def _id(self, key: Key) -> int | None:
        return self.ids.get(key[0], {}).get(key[1])

    def _known_ids(self, keys: Iterable[Key]) -> dict[Key, int]:
        """Of those whose record this run leaves as it is."""
        others = {key for key in keys if self._id(key) is None}
        return affected.known_ids(self.s, self.plan.school_id, others) if others else {}

    def _link(
        self,
        key: Key,
        facts: PersonFacts,
        account_id: int,
        how: str,
        evidence: tuple[dict[str, Any], ...],
        known: dict[Key, int],
    ) -> dict[str, Any]:
        return {
            "school_id": self.plan.school_id, "person_id": self._id(key) or known[key],
            "account_id": account_id, "active": True, "how": how,
            "evidence": {"fields": list(evidence)} if evidence else NO_EVIDENCE,
            "anchors": anchors(facts), "linked_at": self.now, "linked_by": self.actor,
            "run_id": self.run_id,
        }  # fmt: skip

    def _suggestions(self) -> None:
        known = self._known_ids(suggestion.key for suggestion in self.plan.suggestions)
        rows = [
            {
                "school_id": self.plan.school_id, "person_id": self._id(x.key) or known[x.key],
                "account_id": x.account_id, "band": x.band, "rank": x.rank, "score": x.score,
                "margin": x.margin, "evidence": list(x.evidence),
            }
            for x in self.plan.suggestions
        ]  # fmt: skip
        now = {(r["person_id"], r["account_id"], r["band"], r["rank"], r["score"], r["margin"]) for r in rows}
        if now != {tuple(row) for row in roster_findings.suggestions(self.s, self.plan.school_id)}:
            roster_findings.replace_suggestions(self.s, self.plan.school_id, rows)

    def _problems(self) -> None:
        known = self._known_ids((t.role, t.source_id) for t in self.plan.troubles if t.role and t.source_id)
        rows = [
            {
                "school_id": self.plan.school_id, "run_id": self.run_id, "report": t.report,
                "subject": t.subject, "source_id": t.source_id, "role": t.role,
                "person_id": self._id(key := (t.role, t.source_id or "")) or known.get(key),
                "code": t.code, "field": t.field,
                "message": t.message, "mend": t.mend, "who": t.who, "place": t.place,
            }
            for t in self.plan.troubles
        ]  # fmt: skip
        kept = self._problems_kept()
        roster_findings.replace_problems(self.s, self.plan.school_id, rows, kept=kept, run_id=self.run_id)

    def _problems_kept(self) -> list[int]:
        """Problems of people and groups this run did not look at, which stand as they did."""
        looked = self.plan.looked_at
        if looked is None:
            return []
        people, items = set(looked.people), set(looked.items)
        return [
            row.id
            for row in roster_findings.problems(self.s, self.plan.school_id)
            if not row.place and row.code not in TOLD_ONCE
            and ((row.role, row.source_id) not in people if row.role
                 else looked.classes and row.code in criteria.REASONS
                 and (kind_of(row.code), row.source_id) not in items)
        ]  # fmt: skip

    def _high_water(self) -> None:
        """How far this school was read; a next run may ask for changes only."""
        connection = roster.connection(self.s, self.plan.school_id)
        if connection is None or connection.id is None:
            return
        values: dict[str, Any] = {"since": {**connection.since, **self.plan.since}}
        if self.plan.judged:
            values["since"] |= {JUDGED: self.plan.judged, JOURNAL: affected.newest_entry(self.s)}
        if self.plan.full:
            values["last_full_at"] = self.now
        bulk.update(self.s, Connection, [{"id": connection.id, **values}])


def kind_of(code: str) -> str:
    """Class or group, by the code of why it does not come through (``criteria.REASONS``)."""
    return code.partition("_")[0]


def delivered(change: PersonChange) -> set[tuple[str, str]]:
    """(kind, value) the MIS sends now: the first of each kind, since history follows behind it."""
    return {(kind, values[0]) for kind, values in change.facts.identifiers.items() if values}


def person_row(change: PersonChange, school_id: int, run_id: int) -> dict[str, Any]:
    """All columns of a person that a sync writes; a room typed in here is none of them (F12)."""
    facts = change.facts
    row: dict[str, Any] = dict(zip(facts_from.SAME, _person_columns(facts), strict=True))
    row["school_id"] = school_id
    row["year_label"] = facts.nc_year
    row["unknown"] = sorted(facts.unknown) if facts.unknown else NOTHING
    row["search_name"] = facts_from.search_name(facts)
    row["digest"] = change.digest
    row["gate"], row["gate_detail"] = change.gate, change.gate_detail
    row["flags"] = list(change.flags) if change.flags else NOTHING
    row["first_seen_run"] = row["last_changed_run"] = run_id
    return row


def columns(data: AccountData) -> dict[str, Any]:
    return dict(zip(ACCOUNT_DATA, _account_data(data), strict=True))


def changed_columns(change: AccountChange) -> dict[str, Any]:
    before, after = columns(change.before), columns(change.after)
    row = {name: value for name, value in after.items() if before[name] != value}
    if row.get("state") == "active":
        row |= {"unallocated_at": None, "unallocated_run": None, "unallocated_reason": ""}
    return row


def anchors(facts: PersonFacts) -> dict[str, Any]:
    """Identifiers and names at this moment, so that the link outlives a change of MIS."""
    return {
        "identifiers": {kind: list(values) for kind, values in facts.identifiers.items()},
        "given_name": facts.first,
        "family_name": facts.last,
        "legal_given_name": facts.legal_given_name,
        "legal_family_name": facts.legal_family_name,
        "date_of_birth": facts.date_of_birth.isoformat() if facts.date_of_birth else None,
        "source_id": facts.source_id,
    }


def _chunks(items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    rest = iter(items)
    while part := tuple(islice(rest, CHUNK)):
        yield part
