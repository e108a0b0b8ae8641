"""The same parent held twice, with one example to quote (H8).

A MIS makes one contact of siblings' parents only where every detail is equal, so a new phone number typed
for one child makes a second parent.  That can only be mended there; what helps is to name two such records
and what differs.  Nothing is merged here, and nobody is left out for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.records import Contact, Report
from misconsole.rules.names import fold
from misconsole.rules.plan_parts import Trouble

MEND = "Correct one of the two records in the MIS. If they stay two, quote this example to its support."
MOST_COMPARED = 20  # records of one surname at one number; a school's own number is no sign of anything
_DETAILS = (
    ("title", "title"), ("given_name", "first name"), ("family_name", "surname"),
    ("email", "e-mail address"), ("phone", "phone number"),
)  # fmt: skip


def troubles(contacts: Iterable[Contact]) -> Iterator[Trouble]:
    """One for each pair, for the Problems tab and ``queue problems``."""
    for one, other in likely_duplicates(contacts):
        yield Trouble(
            report=Report.CONTACTS.value, subject=shown_name(one), code="possible_duplicate",
            message=duplicate_example(one, other), mend=MEND, who="school office", source_id=one.source_id,
        )  # fmt: skip


def duplicate_example(one: Contact, other: Contact) -> str:
    """A concrete example for the school to quote: the same parent twice, and what differs."""
    parts = []
    for name, title in _DETAILS:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine != theirs:
            parts.append(f"{title} “{mine or ''}” and “{theirs or ''}”")
    return (
        f"{shown_name(one)} is held twice, as contacts {one.source_id} and {other.source_id}, with different "
        f"{'; '.join(parts) or 'ids only'}. Make the two records equal in the MIS, and they become one."
    )


def likely_duplicates(contacts: Iterable[Contact]) -> tuple[tuple[Contact, Contact], ...]:
    """Pairs of one surname that share an e-mail address or a phone number and may be one person.

    Parents of one household share both, so the first names must agree too: the same, or one of them an
    initial or blank while no title speaks against it.
    """
    seen: dict[tuple[str, str], list[Contact]] = {}
    found: dict[tuple[str, str], tuple[Contact, Contact]] = {}
    for contact in contacts:
        surname = fold(contact.family_name)
        for mark in _marks(contact) if surname else ():
            known = seen.setdefault((surname, mark), [])
            first = next((each for each in known if _may_be_one(each, contact)), None)
            if first is not None:
                found.setdefault((first.source_id, contact.source_id), (first, contact))
            elif len(known) < MOST_COMPARED:
                known.append(contact)
    return tuple(found.values())


def shown_name(contact: Contact) -> str:
    name = " ".join(filter(None, (contact.title, contact.given_name, contact.family_name)))
    return name or contact.source_id


def _marks(contact: Contact) -> Iterator[str]:
    if contact.email:
        yield contact.email.strip().casefold()
    digits = "".join(mark for mark in contact.phone or "" if mark.isdigit())
    if digits:
        yield digits


def _may_be_one(one: Contact, other: Contact) -> bool:
    if one.source_id == other.source_id:
        return False
    mine, theirs = fold(one.given_name), fold(other.given_name)
    if mine == theirs and len(mine) > 1:
        return True
    short, long = sorted((mine, theirs), key=len)
    titles = {fold(one.title), fold(other.title)} - {""}
    return len(titles) < 2 and len(short) < 2 and long.startswith(short)
