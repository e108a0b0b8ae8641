"""Why a contact, a class or a group does not come through (W6, W8), from what the last run recorded of it.

They have no account of their own, so the later gates are never reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from connectors.records import Report
from data.tables import Contact, Group, SchoolClass
from misconsole.rules import contacts, criteria
from misconsole.rules.gates import GATES, GateResult
from misconsole.rules.names import fold
from misconsole.rules.standing import HEAD, OFFICE, OPERATOR, Scope

MOST = 20
TITLES = {Report.CONTACTS: "Contacts", Report.GROUPS_CLASSES: "Groups & classes"}


@dataclass(frozen=True, slots=True)
class Found:
    """``subject`` says what it is; ``code`` is "" where it comes through."""

    subject: str
    report: str
    code: str
    gates: tuple[GateResult, ...]


def meant(s: Session, school_id: int, who: str, scope: Scope) -> tuple[Found, ...]:
    """Those called so, the left out ones first; an id in the MIS names one alone."""
    words = fold(who).split()
    rows = list(_rows(s, school_id))
    found = [row for row in rows if row[2] == who.strip()]
    if not found and words:
        found = [row for row in rows if _called(row[1], words)]
    found.sort(key=lambda row: (not row[3], row[1]))
    return tuple(_found(kind, name, gate, scope) for kind, name, _, gate in found[:MOST])


def _rows(s: Session, school_id: int) -> Iterator[tuple[str, str, str, str]]:
    """(kind, name, id in the MIS, gate) of what is there."""
    for kind, table in (("class", SchoolClass), ("group", Group)):
        made: Any = table
        asked = select(made.name, made.source_id, made.gate)
        for name, source_id, gate in s.exec(asked.where(made.school_id == school_id, made.present)):
            yield kind, name, source_id, gate
    people = select(Contact).where(Contact.school_id == school_id, col(Contact.present).is_(True))
    for each in s.exec(people):
        named = " ".join(part for part in (each.title, each.given_name, each.family_name) if part)
        yield "contact", named, each.source_id, each.gate


def _called(name: str, words: list[str]) -> bool:
    """Each word typed begins a word of the name."""
    named = fold(name).split()
    return all(any(each.startswith(word) for each in named) for word in words)


def _found(kind: str, name: str, gate: str, scope: Scope) -> Found:
    report = Report.CONTACTS if kind == "contact" else Report.GROUPS_CLASSES
    title = TITLES[report]
    if report not in scope.accepted:
        closed = GateResult(
            gate="report_accepted", state="failed", code="report_not_accepted",
            detail=f"The school has not accepted the report {title}.",
            mend=f"Accept {title} under Connect, Reports.", who_can=HEAD,
        )  # fmt: skip
        return Found(f"{kind} {name}", report, closed.code, _up_to(closed, title))
    if not gate:
        rest = (GateResult(gate=each, state="not_reached") for each in GATES[4:])
        return Found(f"{kind} {name}", report, "", (*_passed(title, 4), *rest))
    return Found(f"{kind} {name}", report, gate, _up_to(_failed(gate), title))


def _failed(code: str) -> GateResult:
    detail, mend, who = contacts.REASONS.get(code) or (*criteria.REASONS[code], OFFICE)
    if code == "no_parental_responsibility":
        who = f"{who}, or {OPERATOR}"
    gate = "field_present" if code.startswith("missing_") else "criteria"
    return GateResult(gate=gate, state="failed", code=code, detail=detail, mend=mend, who_can=who)


def _up_to(failed: GateResult, title: str) -> tuple[GateResult, ...]:
    place = GATES.index(failed.gate)
    rest = (GateResult(gate=each, state="not_reached") for each in GATES[place + 1 :])
    return (*_passed(title, place), failed, *rest)


def _passed(title: str, count: int) -> tuple[GateResult, ...]:
    details = (
        "In the last complete extract.",
        f"{title} is accepted.",
        "Every required field is there.",
        "Comes through.",
    )
    return tuple(
        GateResult(gate=gate, state="passed", detail=detail)
        for gate, detail in list(zip(GATES, details, strict=False))[:count]
    )


__all__ = ["Found", "meant"]
