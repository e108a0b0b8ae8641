"""Which contacts come through, and what is said about them (H1-H4, H6, H8, H9, C17, W6).

A contact needs a title, first name and surname (as the school requires them) and a pupil of the roll; where
the school says so, one for whom the contact has parental responsibility.  ``sift`` does all a run needs:
joint records are split, priorities assumed, every contact left out is told with its mend, and a parent who
may be there twice with an example to quote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from connectors.records import Contact, ContactLink, Report
from misconsole.rules import duplicate_contacts
from misconsole.rules.joint_contacts import SECOND, Split, split_all
from misconsole.rules.names import fold
from misconsole.rules.options import SchoolOptions
from misconsole.rules.plan_parts import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """What a run keeps of its contacts.

    ``contacts``  all of them by id, joint ones split
    ``links``     of those who come through
    ``left_out``  contact id -> code of REASONS; ``troubles`` tells the same to people
    ``assumed_priority``  links taken as priority 1, to be said in the messages (``priority_note``)
    """

    contacts: dict[str, Contact]
    links: tuple[ContactLink, ...]
    left_out: dict[str, str]
    troubles: tuple[Trouble, ...]
    assumed_priority: int = 0


def sift(
    contacts: Iterable[Contact],
    links: Iterable[ContactLink],
    *,
    options: SchoolOptions,
    pupils: Collection[str],
) -> Sifted:
    """Split, then judge. ``pupils`` are the source ids of those whose contacts count."""
    apart = split_all(contacts, links=links)
    by_id = {contact.source_id: contact for contact in apart.contacts}
    halves = {key: by_id[key + SECOND] for key in apart.joint}
    halves |= {other.source_id: by_id[key] for key, other in halves.items()}
    judged = qualify(apart.contacts, links=apart.links, pupils=pupils, options=options, halves=halves)
    troubles = [_trouble(by_id[key], code) for key, code in judged.left_out.items()]
    troubles += duplicate_contacts.troubles(by_id[key] for key in by_id if key in judged.contacts)
    return Sifted(
        contacts=by_id, links=judged.links, left_out=judged.left_out, troubles=tuple(troubles),
        assumed_priority=apart.assumed_priority,
    )  # fmt: skip


def _trouble(contact: Contact, code: str) -> Trouble:
    detail, mend, who = REASONS[code]
    return Trouble(
        report=Report.CONTACTS.value, subject=duplicate_contacts.shown_name(contact), code=code,
        message=detail, mend=mend, who=who, source_id=contact.source_id,
        field=code.removeprefix("missing_") if code.startswith("missing_") else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactResult:
    """Who comes through. ``left_out``: contact id -> code of REASONS, first that applies."""

    contacts: frozenset[str]
    links: tuple[ContactLink, ...]
    left_out: dict[str, str] = field(default_factory=dict)


#: code -> (detail, mend, who can) (W6)
REASONS = {
    "missing_title": ("The contact has no title.", "Enter the title in the MIS.", "school office"),
    "missing_given_name": ("The contact has no first name.", "Enter it in the MIS.", "school office"),
    "missing_family_name": ("The contact has no surname.", "Enter it in the MIS.", "school office"),
    "no_attached_pupil": (
        "No pupil who qualifies is attached to the contact.",
        "Attach the contact to a pupil in the MIS, or see why the pupil does not qualify.",
        "school office",
    ),
    "no_parental_responsibility": (
        "Only contacts with parental responsibility are brought, and none is marked.",
        "Mark it in the MIS, or switch parental_responsibility_only off.",
        "school office",
    ),
}


def qualify(
    contacts: Iterable[Contact],
    *,
    links: Iterable[ContactLink],
    pupils: Iterable[str],
    options: SchoolOptions,
    halves: Mapping[str, Contact] | None = None,
) -> ContactResult:
    """Contacts with their required names and at least one qualifying pupil (H2, H3, C17, H9).

    A field that the route never sends (OneRoster knows no titles) is not required of anybody.

    ``halves``: id of each half of a joint record -> the other half.  What the record gives once, such as
    the first name in "Mr and Mrs J Bloggs", answers for both, or splitting would lose a parent.
    Parental responsibility that the MIS does not tell counts as none when the option asks for it.
    """
    standing = frozenset(pupils)
    attached = [link for link in links if link.pupil_id in standing]
    if options.parental_responsibility_only:
        allowed = [link for link in attached if link.parental_responsibility]
    else:
        allowed = attached
    with_pupil = {link.contact_id for link in attached}
    with_allowed = {link.contact_id for link in allowed}
    left_out: dict[str, str] = {}
    kept = set()
    for contact in contacts:
        other = (halves or {}).get(contact.source_id)
        code = _lacks(contact, other, with_pupil, with_allowed, options)
        if code:
            left_out[contact.source_id] = code
        else:
            kept.add(contact.source_id)
    chosen = tuple(link for link in allowed if link.contact_id in kept)
    return ContactResult(contacts=frozenset(kept), links=chosen, left_out=left_out)


def _lacks(
    contact: Contact,
    other: Contact | None,
    with_pupil: set[str],
    with_allowed: set[str],
    options: SchoolOptions,
) -> str:
    for name in options.contact_required:
        if name in contact.unknown:  # the route never sends it: that is not a gap in this record
            continue
        if not fold(getattr(contact, name)) and not (other and fold(getattr(other, name))):
            return f"missing_{name}"
    if contact.source_id not in with_pupil:
        return "no_attached_pupil"
    return "" if contact.source_id in with_allowed else "no_parental_responsibility"


def priority_note(split: Split | Sifted, *, mis: str) -> str:
    """The assumption to report in the messages of the run (H6, V4); "" when none was made."""
    if not split.assumed_priority:
        return ""
    return f"{mis} gives no contact priority: {split.assumed_priority} contact links are taken as priority 1."
