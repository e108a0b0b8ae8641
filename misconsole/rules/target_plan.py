"""The plan of a push: everything it would ask of a directory, computed before anything is asked.

``build`` is pure.  What it protects
  * An entry that is not ours is never changed, and a name that somebody bears is never taken: both are told.
  * An entry becomes ours by our mark or by a person's word, never by a likeness; a mark on an entry we
    don't remember counts only where the person can be the same: it may be of a store before this one.
  * Leavers are suspended (Q4, X7).  Deleting needs the school's word, our own suspension and time.
  * Administrators' entries are left alone even where they bear our mark.
  * Sign-in that somebody blocked there is never opened; only who was suspended by us is let in again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from connectors.targets.base import Entry
from misconsole.rules import target_entry
from misconsole.rules.target_compare import values
from misconsole.rules.target_entry import given_away
from misconsole.rules.target_names import Taken, may_be_theirs, name_agrees
from misconsole.rules.target_parts import (
    ACTIONS,
    Adoptable,
    Conflict,
    Drift,
    Known,
    Learned,
    Ours,
    Step,
    TargetPlan,
    Terms,
)


def build(
    wanted: Iterable[Ours], *, entries: Sequence[Entry], known: Iterable[Known], terms: Terms
) -> TargetPlan:
    """The whole plan; the same accounts, entries, memory and day give the same plan."""
    work = _Work(tuple(sorted(wanted, key=lambda each: each.account_id)), entries, tuple(known), terms)
    for ours in work.wanted:
        work.one(ours)
    return work.plan()


class _Work:
    """One pass over the accounts; collects what ``TargetPlan`` holds."""

    def __init__(
        self, wanted: Sequence[Ours], entries: Sequence[Entry], known: Sequence[Known], terms: Terms
    ) -> None:
        self.wanted, self.entries, self.terms = wanted, entries, terms
        self.known = {each.account_id: each for each in known}
        self.by_id = {entry.remote_id: entry for entry in entries}
        self.marked: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.anchor:
                self.marked.setdefault(entry.anchor, []).append(entry)
        self.taken = Taken(entries, terms)
        self.claimed: dict[str, int] = {}  # name -> account that has it once the push is through
        self.mine: set[str] = set()  # remote ids that are accounted for
        self.steps: list[Step] = []
        self.learned: list[Learned] = []
        self.forget: list[int] = []
        self.conflicts: list[Conflict] = []
        self.adoptable: list[Adoptable] = []
        self.drift: list[Drift] = []
        self.found = self.unchanged = 0

    def one(self, ours: Ours) -> None:
        entry = self._entry(ours)
        if isinstance(entry, Conflict):
            self.conflicts.append(entry)
            self.found += self._seen(ours)
        elif entry is not None:
            self._existing(ours, entry)
        else:
            self._absent(ours)

    def _seen(self, ours: Ours) -> bool:
        known = self.known.get(ours.account_id)
        return known is not None and known.remote_id in self.by_id

    def _entry(self, ours: Ours) -> Entry | Conflict | None:
        """The entry of this account: the one we know by its id, else the one that bears our mark."""
        known, anchor = self.known.get(ours.account_id), ours.wanted.anchor
        copies = self.marked.get(anchor, [])
        self.mine |= {copy.remote_id for copy in copies}
        if known is not None and (entry := self.by_id.get(known.remote_id)) is not None:
            self.mine.add(entry.remote_id)
            if entry.anchor not in ("", anchor):
                return conflict(
                    "foreign_mark",
                    ours,
                    f"Its entry {entry.username} bears another mark now.",
                    "Look at the entry there: give it back its own mark, or remove the mark.",
                )
            return entry
        if len(copies) > 1:
            return conflict(
                "copies",
                ours,
                f"{len(copies)} entries there bear its mark.",
                "Somebody copied an entry: remove the mark from those that are not theirs.",
            )
        if copies and not may_be_theirs(ours.wanted, copies[0]):
            return _somebody_elses(ours, copies[0])
        return copies[0] if copies else None

    def _existing(self, ours: Ours, entry: Entry) -> None:
        known = self.known.get(ours.account_id)
        self.found += known is not None
        if entry.protected:
            self.conflicts.append(conflict(
                "protected", ours, f"{entry.username} is an administrator there; it is left alone.",
                "Give the person an account of their own for administering."))  # fmt: skip
            return
        if not ours.in_scope and ours.active:
            return
        if known is not None and known.remote_id != entry.remote_id:
            known = None  # what we remember is of an entry that is gone
        if known is not None and given_away(ours, entry, known):
            self._given_away(ours, entry)
            return
        ours, lost = self._without_lost_aliases(ours, entry.remote_id)
        look = target_entry.look(ours, entry, known, self.terms)
        steps = [step for step in look.steps if step.action != "rename" or self._may_rename(ours, entry)]
        self.steps += steps
        self.drift += look.drift
        if look.learned is not None:
            self.learned.append(look.learned)
        self.unchanged += not steps
        self._claim(ours)
        self.conflicts += lost

    def _given_away(self, ours: Ours, entry: Entry) -> None:
        if entry.anchor:
            self.conflicts.append(_somebody_elses(ours, entry))
        else:
            self.forget.append(ours.account_id)

    def _without_lost_aliases(self, ours: Ours, remote_id: str) -> tuple[Ours, list[Conflict]]:
        free, lost = self.taken.free_aliases(ours.wanted, but=remote_id)
        if not lost or not self.terms.aliases or not ours.active:
            return ours, []
        told = conflict(
            "alias_taken", ours, f"Its former address {', '.join(sorted(lost))} is somebody else's there.",
            "Take the address from the other entry, or let it be.",
        )  # fmt: skip
        return replace(ours, wanted=replace(ours.wanted, aliases=free)), [told]

    def _may_rename(self, ours: Ours, entry: Entry) -> bool:
        holders = self.taken.holders(ours.wanted, but=entry.remote_id)
        if holders or self._claimed_by_other(ours):
            self.conflicts.append(_taken(ours, holders))
            return False
        return True

    def _absent(self, ours: Ours) -> None:
        known = self.known.get(ours.account_id)
        if known is not None:
            self.drift.append(
                Drift(
                    kind="missing",
                    username=ours.wanted.username,
                    name=ours.name,
                    account_id=ours.account_id,
                    wins="ours" if ours.active and ours.in_scope else "theirs",
                )
            )
        if not (ours.active and ours.in_scope):
            self.forget += [ours.account_id] if known is not None else []
            return
        if self.terms.username_in_email and not ours.wanted.email:
            self.conflicts.append(conflict(
                "no_address", ours, "It has no address, which is the sign-in name there.",
                "Set the school's domain, or give the account an address."))  # fmt: skip
            return
        self._create(ours, vanished=known is not None)

    def _create(self, ours: Ours, *, vanished: bool) -> None:
        holders = self.taken.holders(ours.wanted)
        if holders or self._claimed_by_other(ours):
            self._offer(ours, holders)
            return
        ours, lost = self._without_lost_aliases(ours, "")
        if not self.terms.aliases:
            ours = replace(ours, wanted=replace(ours.wanted, aliases=frozenset()))
        self.conflicts += lost
        self._claim(ours)
        self.steps.append(Step(
            action="create", account_id=ours.account_id, name=ours.name, role=ours.role,
            username=ours.wanted.username, wanted=ours.wanted, after=values(ours.wanted),
            note="it vanished there" if vanished else "",
        ))  # fmt: skip

    def _offer(self, ours: Ours, holders: Sequence[Entry]) -> None:
        """One entry that nobody owns may be theirs; a person says so."""
        free = [e for e in holders if not e.anchor and not e.protected and self.taken.by_name(ours.wanted, e)]
        known = {each.remote_id for each in self.known.values()}
        if len(holders) != 1 or free != list(holders) or holders[0].remote_id in known:
            self.conflicts.append(_taken(ours, holders))
            return
        entry = holders[0]
        address = bool(entry.email) and entry.email.casefold() == ours.wanted.email.casefold()
        self.mine.add(entry.remote_id)
        self.adoptable.append(Adoptable(
            account_id=ours.account_id, name=ours.name, username=ours.wanted.username,
            remote_id=entry.remote_id, there=entry.username,
            there_name=entry.display_name or f"{entry.given_name} {entry.family_name}".strip(),
            exact=address and name_agrees(ours.wanted, entry), wanted=ours.wanted,
        ))  # fmt: skip

    def _names(self, ours: Ours) -> list[str]:
        sign_in = () if self.terms.username_in_email else (ours.wanted.username,)
        return [name.casefold() for name in (*sign_in, ours.wanted.email) if name]

    def _claim(self, ours: Ours) -> None:
        for name in self._names(ours):
            self.claimed.setdefault(name, ours.account_id)

    def _claimed_by_other(self, ours: Ours) -> bool:
        return any(self.claimed.get(name, ours.account_id) != ours.account_id for name in self._names(ours))

    def plan(self) -> TargetPlan:
        strangers, elsewhere = self._others()
        order = {action: n for n, action in enumerate(APPLIED)}
        return TargetPlan(
            steps=tuple(sorted(self.steps, key=lambda s: (order[s.action], s.account_id))),
            learned=tuple(self.learned), forget=tuple(self.forget), conflicts=tuple(self.conflicts),
            adoptable=tuple(self.adoptable), drift=(*self.drift, *strangers), known=len(self.known),
            found=self.found, entries=len(self.entries), elsewhere=elsewhere, unchanged=self.unchanged,
            short_read=self.terms.short_read,
        )  # fmt: skip

    def _others(self) -> tuple[list[Drift], int]:
        """Entries nobody here accounts for; other schools' are only counted."""
        listed, elsewhere = [], 0
        for entry in self.entries:
            if entry.remote_id in self.mine or entry.protected:
                continue
            if entry.anchor and not entry.anchor.startswith(f"{self.terms.urn}-"):
                elsewhere += 1
                continue
            listed.append(Drift(
                kind="orphan" if entry.anchor else "stranger", username=entry.username, wins="theirs",
                name=entry.display_name or f"{entry.given_name} {entry.family_name}".strip(),
            ))  # fmt: skip
        return listed, elsewhere


#: The order in which changes are made: what frees and closes first, what is new after it.
APPLIED = ("adopt", "suspend", "delete", "rename", "resume", "update", "move", "create")
assert set(APPLIED) == set(ACTIONS)  # noqa: S101 - one list in two orders


def conflict(code: str, ours: Ours, message: str, mend: str) -> Conflict:
    return Conflict(
        code=code, account_id=ours.account_id, name=ours.name, username=ours.wanted.username, message=message,
        mend=mend,
    )  # fmt: skip


def _somebody_elses(ours: Ours, entry: Entry) -> Conflict:
    return conflict(
        "other_person",
        ours,
        f"The entry {entry.username} bears its mark, but neither its name nor its address; it is left alone.",
        "It was given to somebody else there, or the mark is of another store: remove the mark there, then "
        "push again; an entry that is theirs after all can be adopted.",
    )


def _taken(ours: Ours, holders: Sequence[Entry]) -> Conflict:
    who = ", ".join(sorted({holder.username for holder in holders})[:3])
    told = f"Its name is borne by {who} there." if who else "Another account of the school has the same name."
    return conflict(
        "name_taken",
        ours,
        told,
        "Rename the account here or the entry there; if it is theirs, remove or adopt it.",
    )


def by_account(steps: Iterable[Step]) -> Mapping[int, list[Step]]:
    found: dict[int, list[Step]] = {}
    for step in steps:
        found.setdefault(step.account_id, []).append(step)
    return found
