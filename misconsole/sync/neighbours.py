"""Classes and groups in a run of changes: those the MIS tells of, and those that hang on somebody looked at.

Only without class criteria: then a class stands by its kind alone, and a group by one pupil in it who
stands on his own.  With criteria a run judges everybody (``narrow``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from connectors.records import Report
from data import affected
from misconsole.rules import criteria, gates
from misconsole.rules.criteria import CriteriaResult
from misconsole.rules.facts import PersonFacts
from misconsole.rules.gates import GateContext
from misconsole.rules.known import Roll
from misconsole.rules.plan_parts import Key
from misconsole.sync import belongings
from misconsole.sync.belongings import Timetable
from misconsole.sync.extract import Extract
from misconsole.sync.snapshot import Here

if TYPE_CHECKING:
    from sqlmodel import Session

#: Gates of people whom nothing stops but an exclusion, matching or the account itself.
ELIGIBLE = frozenset({"", "excluded", "waiting_for_match", "no_account", "lookup_only", "account_not_active"})
#: And who stand on their own, whether or not a class holds them (``gates.counts_for_classes``).
STANDING = ELIGIBLE | {"no_qualifying_class"}


class Place(NamedTuple):
    kind: str
    gate: str


def pupils(s: Session, here: Here, stored: Collection[str]) -> set[str]:
    """Pupils nobody looks at in this run, by the gate they are stored with."""
    only = here.only or frozenset()
    return {source for i, source in affected.pupils_of(s, here.known.school_id, stored) if i not in only}


def timetable(
    extract: Extract, s: Session, here: Here, people: Mapping[Key, PersonFacts], ctx: GateContext
) -> tuple[Timetable, CriteriaResult]:
    """What is told of classes now, with the stored groups whose standing changes by the ``people``."""
    page = extract.of(Report.GROUPS_CLASSES)
    if page is None:
        return Timetable(), CriteriaResult()
    told = belongings.without(belongings.delivered(page), page.gone)
    own, _staff = gates.counts_for_classes(people.values(), ctx)
    own |= pupils(s, here, STANDING)
    spoken = {("group", group.source_id) for group in told.groups} | page.gone
    turned = _turned(s, here, people, own, spoken)
    old = belongings.stored_groups(s, here.known.school_id, turned)
    result = criteria.fixed_point(
        (*told.members.groups(), *old.members), pupils=own, staff=(), classes=told.classes,
        groups=(*told.groups, *old.groups), options=ctx.options,
    )  # fmt: skip
    told.members.take(old.members, told=())
    both = Timetable(
        classes=told.classes, groups=(*told.groups, *old.groups), subjects=told.subjects, members=told.members
    )
    return both, result


def _turned(
    s: Session, here: Here, people: Mapping[Key, PersonFacts], own: Collection[str], spoken: Collection[Key]
) -> set[str]:
    """Groups not told of whose gate is no longer the one stored, because of pupils looked at."""
    known = here.known
    looked_at = {key[1] for key in (*known.people, *people) if key[0] == "pupil"}
    places = affected.containers_of(s, known.school_id, "group", looked_at)
    stored = {
        i: known.items["group", i]
        for i in places
        if ("group", i) not in spoken and ("group", i) in known.items and known.items["group", i].present
    }
    stands = {
        row[0] for row in affected.members(s, known.school_id, "group", stored)
        if row[1] == "pupil" and row[2] in own
    }  # fmt: skip
    return {
        i for i, item in stored.items()
        if item.gate != "group_type" and (item.gate == "") != (i in stands)
    }  # fmt: skip


def everything(here: Here, roll: Roll) -> Iterator[Place]:
    """Every class, group and contact as it will be: those of this run, and those left as stored."""
    told = {(item.kind, item.source_id) for item in roll.items}
    yield from (Place(item.kind, item.gate) for item in roll.items)
    for place, item in here.known.items.items():
        if item.present and place not in told and place not in roll.gone_items and place[0] != "contact":
            yield Place(place[0], item.gate)
