"""The part of a plan that keeps our copy of the MIS: people, and what they belong to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import NamedTuple

from misconsole.rules.known import Judged, Known, KnownPerson, Matched, Roll
from misconsole.rules.plan_parts import Absent, GateChange, Item, Key, PersonChange

WAITING = "waiting_for_match"
NO_ACCOUNT = "no_account"
LOOKUP = "lookup"
CLASH = "Somebody similar has an account already; a person must decide whether they are the same."
NOBODY = "No account is made by itself here; choose one or create it."
LOOKUP_ONLY = "This school is connected for look-up only; nobody gets an account (G13)."


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


def final_gate(key: Key, judged: Judged, matched: Matched, linked: Collection[Key], mode: str) -> tuple[str, str]:
    """The first gate failed, those of matching and account included: (code, detail)."""
    if judged.gate:
        return judged.gate, judged.gate_detail
    if key in linked:
        return "", ""
    if mode == LOOKUP:
        return NO_ACCOUNT, LOOKUP_ONLY
    return (WAITING, CLASH) if key in matched.waiting else (NO_ACCOUNT, NOBODY)


def people(roll: Roll, known: Known, matched: Matched, linked: Collection[Key]) -> People:
    """What is new, different, differently judged, or gone."""
    new: list[PersonChange] = []
    changed: list[PersonChange] = []
    gates: list[GateChange] = []
    unmatched = {"staff": 0, "pupil": 0}
    for key, judged in roll.people.items():
        gate, detail = final_gate(key, judged, matched, linked, known.mode)
        if gate in (WAITING, NO_ACCOUNT) and known.mode != LOOKUP:
            unmatched[key[0]] += 1
        stored = known.people.get(key)
        if stored is None or _differs(stored, judged):
            change = PersonChange(
                facts=judged.facts, digest=judged.digest or "", gate=gate, gate_detail=detail,
                flags=judged.flags, person_id=stored.person_id if stored else None,
            )  # fmt: skip
            (changed if stored else new).append(change)
        elif (stored.gate, stored.gate_detail) != (gate, detail):
            gates.append(GateChange(person_id=stored.person_id, gate=gate, gate_detail=detail))
    return People(
        new=tuple(new), changed=tuple(changed), gates=tuple(gates), gone=gone(roll, known), unmatched=unmatched
    )


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
    return Items(tuple(new), tuple(changed), gone_items)
