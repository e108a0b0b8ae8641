"""The plan of a run: everything it would change, computed before anything is changed.

``build`` is pure.  The same roll, store and day give the same plan, so a rehearsal, a held run and the
run itself cannot differ, and a run that was killed is simply planned again.

What it protects
  * Nobody is taken away but people who were seen in an earlier complete extract and are now absent from
    a complete one, or have left by their dates (Q1, Z20); ``not_started`` is not leaving.
  * An account goes only when its last active association ends (K12), at its home school, and never one
    that a person restored knowingly (``kept_absent``, Q7).
  * In link mode accounts come from elsewhere: nothing is created or taken away, leavers are told (L7).
  * A person who comes back gets back the very account a run took away, since that is no guess.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from misconsole.rules import plan_accounts, plan_people
from misconsole.rules.known import Known, Matched, Naming, Roll
from misconsole.rules.plan_parts import (
    Absent,
    AccountChange,
    EndedLink,
    GateChange,
    Item,
    Key,
    LookedAt,
    NewAccount,
    NewLink,
    PersonChange,
    Suggestion,
    Trouble,
    Unallocation,
)
from misconsole.rules.season import Season


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run would do. ``version`` is the School.version it was computed from."""

    school_id: int
    version: int
    mode: str
    first: bool
    people_new: tuple[PersonChange, ...] = ()
    people_changed: tuple[PersonChange, ...] = ()
    gates: tuple[GateChange, ...] = ()
    people_gone: tuple[int, ...] = ()
    accounts_new: tuple[NewAccount, ...] = ()
    accounts_changed: tuple[AccountChange, ...] = ()
    links_new: tuple[NewLink, ...] = ()
    links_ended: tuple[EndedLink, ...] = ()
    unallocations: tuple[Unallocation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    items_new: tuple[Item, ...] = ()
    items_changed: tuple[Item, ...] = ()
    items_gone: tuple[Absent, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    unmatched: dict[str, int] = field(default_factory=dict)  # role -> people who wait
    planned: dict[str, int] = field(default_factory=dict)  # create, update, link, unallocate: for the limits
    population: dict[str, int] = field(default_factory=dict)  # of how many each share is taken
    seasonal: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # kind -> year group -> of those planned
    kept_for_now: int = 0  # accounts of leavers kept over the summer (leavers_hold)
    changes: dict[str, int] = field(default_factory=dict)  # created, updated, ... as reported
    leavers_by_hand: int = 0  # link mode: active accounts of people who left (L7)
    renamed_on_link: int = 0  # O11
    renamed_beneath: int = 0  # O9
    since: dict[str, str] = field(default_factory=dict)
    full: bool = True
    judged: str = ""  # what this run judged by, for the next one
    looked_at: LookedAt | None = None  # None: everybody

    @property
    def empty(self) -> bool:
        """Nothing that the journal would record."""
        return not (
            self.people_new or self.people_changed or self.gates or self.people_gone or self.accounts_new
            or self.accounts_changed or self.links_new or self.links_ended or self.unallocations
            or self.items_new or self.items_changed or self.items_gone
        )  # fmt: skip


def build(
    roll: Roll, *, known: Known, matched: Matched, naming: Naming, season: Season | None = None
) -> Plan:
    """The whole plan. ``matched`` must leave out people who are linked or returning (``returning``).

    ``season`` tells what the school year makes usual; without, nothing is.
    """
    back = plan_accounts.returning(roll, known)
    creating, names_troubles = plan_accounts.create(roll, known, matched, back, naming)
    links = plan_accounts.links(roll, known, matched, back)
    leaving = plan_accounts.leaving(roll, known, links, season=season)
    changed = plan_accounts.changes(roll, known, leaving, links)
    linked = _linked_keys(known, leaving, links, creating)
    people = plan_people.people(roll, known, matched, linked)
    items = plan_people.items(roll, known)
    touched = {c.facts.key for c in people.changed} | changed.updated
    everybody = len(roll.people) + (known.rest.people if known.rest is not None else 0)
    fresh = {a.key for a in creating}  # one set that grows: in a first run everybody is in it
    fresh.update(n.key for n in links)
    fresh.update(c.facts.key for c in people.new)
    updated = len(touched - fresh)
    return Plan(
        school_id=known.school_id, version=known.version, mode=known.mode, first=known.first,
        people_new=people.new, people_changed=people.changed, gates=people.gates, people_gone=people.gone,
        accounts_new=creating, accounts_changed=changed.rows, links_new=links,
        links_ended=leaving.ended, unallocations=leaving.unallocated,
        suggestions=tuple(s for key in sorted(matched.waiting) for s in matched.waiting[key]),
        items_new=items.new, items_changed=items.changed, items_gone=items.gone,
        troubles=roll.troubles + names_troubles,
        unmatched=people.unmatched,
        planned={
            "create": len(creating), "update": len(changed.updated), "link": len(links),
            "unallocate": len(leaving.unallocated),
        },
        population=_population(roll, known),
        seasonal={"create": _joining(creating, season), "unallocate": dict(leaving.seasonal)},
        kept_for_now=leaving.kept_for_now,
        changes={
            "created": len(creating), "updated": updated, "linked": len(links),
            "unallocated": len(leaving.unallocated), "unchanged": everybody - len(fresh) - updated,
            "added": len(people.new), "gone": len(people.gone),
        },
        leavers_by_hand=leaving.by_hand, renamed_on_link=changed.renamed_on_link,
        renamed_beneath=changed.renamed_beneath,
        since=dict(roll.since), full=roll.full, judged=roll.judged,
        looked_at=None if known.rest is None else _looked_at(roll, known),
    )  # fmt: skip


def _joining(creating: tuple[NewAccount, ...], season: Season | None) -> dict[str, int]:
    if season is None:
        return {}
    groups = (season.joins(account.facts.year_group) for account in creating if account.role == "pupil")
    return dict(Counter(group for group in groups if group))


def _linked_keys(
    known: Known, leaving: plan_accounts.Leaving, links: tuple[NewLink, ...], creating: tuple[NewAccount, ...]
) -> set[Key]:
    """Everybody who will have an account once the plan is applied."""
    ended = {end.link_id for end in leaving.ended}
    linked = {key for key, link in known.links.items() if link.link_id not in ended}
    linked.update(link.key for link in links)
    linked.update(account.key for account in creating)
    return linked


def _looked_at(roll: Roll, known: Known) -> LookedAt:
    items = {(item.kind, item.source_id) for item in roll.items} | roll.gone_items
    return LookedAt(
        people=tuple(sorted(known.people.keys() | roll.people.keys())), items=tuple(sorted(items)),
        classes=roll.classes,
    )  # fmt: skip


def _population(roll: Roll, known: Known) -> dict[str, int]:
    if known.rest is not None:
        rest = known.rest
        everybody = rest.people + len(roll.people)
        return {"create": rest.accounts, "update": rest.held, "link": everybody, "unallocate": rest.held}
    here = {a.account_id for a in known.accounts.values() if a.school_id == known.school_id}
    active = sum(1 for i in here if known.accounts[i].state == "active")
    held = sum(
        1 for link in known.links.values()
        if link.account_id in known.accounts and known.accounts[link.account_id].state == "active"
    )  # fmt: skip
    return {"create": active, "update": held, "link": len(roll.people), "unallocate": held}
