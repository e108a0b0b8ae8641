"""Contacts: joint records split in two, and who among them qualifies (H1-H9, Z13, C17).

Decisions (Z13)
  * A joint record names two titles, or two whole names, with "and", "&" or "+" between, in any of the
    fields title, first name and surname.  Nothing else is split: "Sandy" and "Anderson" are names.
  * The first person keeps the contact id, the e-mail address and the phone number, because nobody can
    tell whose they are; the second gets the id with "#2" behind it, and neither.  Ids made so do not
    change, and a later sync updates both instead of doubling them.
  * A surname given once is both people's.  A first name given once is the first person's when both have
    a title and it stands before a single surname ("Dr & Mrs A Patel": A is Dr Patel's); the other then has
    none and waits for the school to fill it in, which H2 reports.
  * Both are linked to the same pupils.  Words that tell nothing apart ("parents") are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from connectors.records import Contact, ContactLink
from misconsole.rules.names import fold
from misconsole.rules.options import SchoolOptions

SECOND = "#2"
_AND = re.compile(r"\s*(?:&|\+|\band\b)\s*", re.IGNORECASE)
_TITLES = frozenset(
    "mr mrs ms miss mx dr doctor prof professor sir lady lord dame rev revd reverend fr father imam rabbi "
    "captain capt major maj col sgt cllr".split()
)
PRIORITY_ASSUMED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Contacts and links after splitting. ``joint`` are the ids that were split;
    ``assumed_priority`` counts the links given priority 1 because the MIS gives none (H6)."""

    contacts: tuple[Contact, ...]
    links: tuple[ContactLink, ...]
    joint: tuple[str, ...] = ()
    assumed_priority: int = 0


def split_all(contacts: Iterable[Contact], *, links: Iterable[ContactLink]) -> Split:
    """Every joint contact in two, their links doubled, priorities assumed where there are none."""
    made: list[Contact] = []
    joint: list[str] = []
    given = list(contacts)
    ids = {contact.source_id for contact in given}
    for contact in given:
        both = split(contact)
        if len(both) == 2 and both[1].source_id in ids:
            both = (contact,)  # an id of the MIS's own must never be taken over
        made.extend(both)
        if len(both) == 2:
            joint.append(contact.source_id)
    doubled = set(joint)
    out: list[ContactLink] = []
    assumed = 0
    for link in links:
        if link.priority is None:
            link = replace(link, priority=PRIORITY_ASSUMED)  # noqa: PLW2901
            assumed += 1
        out.append(link)
        if link.contact_id in doubled:
            out.append(replace(link, contact_id=link.contact_id + SECOND))
    return Split(contacts=tuple(made), links=tuple(out), joint=tuple(joint), assumed_priority=assumed)


def split(contact: Contact) -> tuple[Contact, ...]:
    """One contact, or two for a joint record."""
    people = _people(contact.title or "", contact.given_name or "", contact.family_name or "")
    if people is None:
        return (contact,)
    (title, given, family), (title2, given2, family2) = people
    first = replace(contact, title=title or None, given_name=given or None, family_name=family or None)
    second = Contact(
        source_id=contact.source_id + SECOND, title=title2 or None, given_name=given2 or None,
        family_name=family2 or None, updated_at=contact.updated_at, unknown=contact.unknown,
    )  # fmt: skip
    return first, second


Name = tuple[str, str, str]  # title, given, family


def _people(title: str, given: str, family: str) -> tuple[Name, Name] | None:
    titles, givens, families = (_AND.split(part.strip()) for part in (title, given, family))
    if max(map(len, (titles, givens, families))) > 2:
        return None
    if len(families) == 2 and not title and not given:
        return _whole(families)  # everything typed into the surname
    if len(families) == 2 and len(titles) == 1 and len(givens) == 1:
        return _in_surname(titles[0], givens[0], families)
    if len(titles) == 2 and all(fold(t) in _TITLES for t in titles):
        return _by_titles(titles, givens, families)
    if len(givens) == 2 and all(givens):
        shared = titles if len(titles) == 2 else [titles[0], ""]
        both = families if len(families) == 2 else [families[0], families[0]]
        return (shared[0], givens[0], both[0]), (shared[1], givens[1], both[1])
    return None


def _by_titles(titles: list[str], givens: list[str], families: list[str]) -> tuple[Name, Name]:
    second_given = givens[1] if len(givens) == 2 else ""
    second_family = families[1] if len(families) == 2 else families[0]
    return (titles[0], givens[0], families[0]), (titles[1], second_given, second_family)


def _whole(sides: list[str]) -> tuple[Name, Name] | None:
    """ "Mr and Mrs Bloggs", "Dr & Mrs A Patel", "Ms X and Mr Y" in one field."""
    one, other = _name(sides[0]), _name(sides[1])
    if not (one[0] and other[0]):
        return None
    if one[2]:
        return one, other
    # Only a title on the left: the surname is shared, a first name on the right belongs to the left title.
    return (one[0], other[1], other[2]), (other[0], "", other[2])


def _in_surname(title: str, given: str, sides: list[str]) -> tuple[Name, Name] | None:
    """The second person hangs on the surname: Mr | John | Bloggs and Mrs Jane Bloggs."""
    other = _name(sides[1])
    if not other[0]:
        return None
    return (title, given, sides[0]), other


def _name(text: str) -> Name:
    words = text.split()
    title = ""
    if words and fold(words[0]) in _TITLES:
        title, words = words[0], words[1:]
    if len(words) < 2:
        return title, "", " ".join(words)
    return title, words[0], " ".join(words[1:])


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
) -> ContactResult:
    """Contacts with their required names and at least one qualifying pupil (H2, H3, C17, H9).

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
        code = _lacks(contact, with_pupil, with_allowed, options)
        if code:
            left_out[contact.source_id] = code
        else:
            kept.add(contact.source_id)
    chosen = tuple(link for link in allowed if link.contact_id in kept)
    return ContactResult(contacts=frozenset(kept), links=chosen, left_out=left_out)


def _lacks(contact: Contact, with_pupil: set[str], with_allowed: set[str], options: SchoolOptions) -> str:
    for name in options.contact_required:
        if not fold(getattr(contact, name)):
            return f"missing_{name}"
    if contact.source_id not in with_pupil:
        return "no_attached_pupil"
    return "" if contact.source_id in with_allowed else "no_parental_responsibility"


def priority_note(split: Split, *, mis: str) -> str:
    """The assumption to report in the messages of the run (H6, V4); "" when none was made."""
    if not split.assumed_priority:
        return ""
    return f"{mis} gives no contact priority: {split.assumed_priority} contact links are taken as priority 1."


def duplicate_example(one: Contact, other: Contact) -> str:
    """A concrete example for the school to quote: the same parent twice, and what differs (H8)."""
    parts = []
    for name, title in (("title", "title"), ("given_name", "first name"), ("family_name", "surname"),
                        ("email", "e-mail address"), ("phone", "phone number")):  # fmt: skip
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine != theirs:
            parts.append(f"{title} “{mine or ''}” and “{theirs or ''}”")
    who = " ".join(filter(None, (one.title, one.given_name, one.family_name)))
    return (
        f"{who} is held twice, as contacts {one.source_id} and {other.source_id}, with different "
        f"{'; '.join(parts) or 'ids only'}. Make the two records equal in the MIS, and they become one."
    )


def likely_duplicates(contacts: Iterable[Contact]) -> tuple[tuple[Contact, Contact], ...]:
    """Pairs with one folded name that share an e-mail address or a phone number (H8)."""
    seen: dict[tuple[str, str, str], Contact] = {}
    found: dict[tuple[str, str], tuple[Contact, Contact]] = {}
    for contact in contacts:
        name = fold(contact.given_name), fold(contact.family_name)
        for mark in (contact.email, contact.phone):
            if not (mark and name[1]):
                continue
            first = seen.setdefault((*name, fold(mark)), contact)
            if first.source_id != contact.source_id:
                found.setdefault((first.source_id, contact.source_id), (first, contact))
    return tuple(found.values())
