"""The part of a plan that keeps our copy of the MIS: people, and what they belong to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from misconsole.rules import gates
from misconsole.rules.known import Judged, Known, KnownPerson, Matched, Roll
from misconsole.rules.options import SchoolOptions
from misconsole.rules.plan_parts import Absent, GateChange, Item, Key, PersonChange

WAITING = "waiting_for_match"
NO_ACCOUNT = "no_account"
LOOKUP = "lookup"
#: What the first gate says of people who are not in the extract any more.
GONE = "gone_from_mis"
GONE_DETAIL = "The last complete extract no longer had this person."


_OPTIONS, _DAY = SchoolOptions(), date.min  # the last two gates ask neither


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    new: tuple[PersonChange, ...]
    changed: tuple[PersonChange, ...]
    gates: tuple[GateChange, ...]
    gone: tuple[int, ...]
    unmatched: dict[str, int]


class Items(NamedTuple):
    new: tuple[Item, ...]
    changed: tuple[Item, ...]
    gone: tuple[Absent, ...]


def final_gate(
    key: Key, judged: Judged, matched: Matched, linked: Collection[Key], mode: str
) -> tuple[str, str]:
    """The first gate failed, those of matching and account included: (code, detail)."""
    if judged.gate:
        return judged.gate, judged.gate_detail
    if key in linked:
        return "", ""
    state = "waiting" if key in matched.waiting and mode != LOOKUP else "free"
    outcome = gates.Outcome(state=state, detail=matched.reasons.get(key, ""))
    ctx = gates.GateContext(options=_OPTIONS, today=_DAY, mode=mode, outcomes={key: outcome})
    failed = gates.CHECKS["match"](judged.facts, ctx) or gates.CHECKS["account"](judged.facts, ctx)
    return (failed.code, failed.detail) if failed else ("", "")


def people(roll: Roll, known: Known, matched: Matched, linked: Collection[Key]) -> People:
    """What is new, different, differently judged, or gone."""
    new: list[PersonChange] = []
    changed: list[PersonChange] = []
    regated: list[GateChange] = []
    unmatched = {"staff": 0, "pupil": 0}
    for key, judged in roll.people.items():
        gate, detail = final_gate(key, judged, matched, linked, known.mode)
        if gate in (WAITING, NO_ACCOUNT):
            unmatched[key[0]] += 1
        stored = known.people.get(key)
        if stored is None or _differs(stored, judged):
            change = PersonChange(
                facts=judged.facts, digest=judged.digest or "", gate=gate, gate_detail=detail,
                flags=judged.flags, person_id=stored.person_id if stored else None,
            )  # fmt: skip
            (changed if stored else new).append(change)
        elif (stored.gate, stored.gate_detail) != (gate, detail):
            regated.append(GateChange(person_id=stored.person_id, gate=gate, gate_detail=detail))
    return People(
        new=tuple(new), changed=tuple(changed), gates=tuple(regated), gone=gone(roll, known),
        unmatched=unmatched,
    )  # fmt: skip


def _differs(stored: KnownPerson, judged: Judged) -> bool:
    if judged.digest is None:
        return False
    return not stored.present or stored.digest != judged.digest


def absent(key: Key, roll: Roll) -> bool:
    """Whether this extract proves that the person is not there: it named the removal, or it was whole."""
    return key not in roll.people and (key[0] in roll.rolls or key in roll.named_gone)


def gone(roll: Roll, known: Known) -> tuple[int, ...]:
    return tuple(p.person_id for key, p in known.people.items() if p.present and absent(key, roll))


def items(roll: Roll, known: Known) -> Items:
    """Contacts, classes, groups and subjects: new, different, gone."""
    new: list[Item] = []
    changed: list[Item] = []
    seen: set[tuple[str, str]] = set()
    for item in roll.items:
        seen.add((item.kind, item.source_id))
        stored = known.items.get((item.kind, item.source_id))
        if stored is None:
            new.append(item)
        elif not stored.present or (stored.digest, stored.gate) != (item.digest, item.gate):
            changed.append(replace(item, row_id=stored.row_id))
    gone_items = tuple(
        Absent(kind=place[0], row_id=stored.row_id)
        for place, stored in known.items.items()
        if stored.present and place not in seen and (place[0] in roll.whole_items or place in roll.gone_items)
    )
    # In the order of the store, whatever the order in which they were told or looked up.
    changed.sort(key=lambda item: (item.kind, item.row_id))
    return Items(tuple(new), tuple(changed), gone_items)
