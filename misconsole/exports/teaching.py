"""Who of the accounts is a pupil, who teaches, and who of a class can be in a roster file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from misconsole.exports.roster import Child, ClassFacts, ContactFacts, Holder, Member, Roster
from misconsole.exports.shapes import LeftOut, Made

PUPIL = "pupil"
PREFIX = {"pupil": "S-", "staff": "T-"}
_WORDS = {
    "parent": {"mother", "father", "parent", "mum", "dad", "stepmother", "stepfather", "step", "adoptive"},
    "guardian": {"guardian", "carer", "foster", "worker", "corporate"},
    "relative": {
        "relative", "grandmother", "grandfather", "grandparent", "gran", "grandad", "aunt", "uncle",
        "brother", "sister", "cousin", "family", "sibling",
    },
    "doctor": {"doctor", "gp"},
}  # fmt: skip


def teachers(roster: Roster) -> frozenset[str]:
    """Numbers of the staff who teach: the MIS says so, or they take a class."""
    taking = {member.holder for each in roster.classes for member in each.members if member.part != PUPIL}
    return frozenset(
        holder.number
        for holder in roster.holders
        if holder.role == "staff" and (holder.teaching or holder.number in taking)
    )


def members(each: ClassFacts, written: Collection[str], roles: Mapping[str, str]) -> Iterator[Member]:
    """The members whose account is in the file, once each, pupils as pupils and staff as staff."""
    seen: set[str] = set()
    for member in each.members:
        pupil = member.part == PUPIL
        fits = member.holder in written and (roles[member.holder] == PUPIL) == pupil
        if fits and member.holder not in seen:
            seen.add(member.holder)
            yield member


def course(each: ClassFacts, roster: Roster) -> str:
    """The id of the course a class belongs to: its subject's, or one for all classes without a subject."""
    return f"K-{each.subject_number or f'{roster.school.urn}-none'}"


def roles_of(roster: Roster) -> dict[str, str]:
    return {holder.number: holder.role for holder in roster.holders}


def without_others(roster: Roster, made: Made) -> list[Holder]:
    """Pupils and staff; accounts of neither have no place in a roster and are told."""
    for holder in roster.holders:
        if holder.role not in PREFIX:
            reason = "Neither pupil nor staff; a roster has no place for it."
            made.left_out.append(LeftOut(number=holder.number, label=holder.username, reason=reason))
    return [holder for holder in roster.holders if holder.role in PREFIX]


def relation(text: str) -> str:
    """The relationship in the words most formats know: parent, guardian, relative, doctor, other."""
    words = set(re.split(r"[^a-z]+", text.lower()))
    return next((kind for kind, known in _WORDS.items() if words & known), "other")


def responsible(contact: ContactFacts, which: str) -> tuple[Child, ...]:
    """The pupils for whom a contact is written; ``which``: no, responsible, all."""
    if which == "no":
        return ()
    return tuple(child for child in contact.children if which == "all" or child.responsible)
