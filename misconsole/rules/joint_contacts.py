"""Joint contacts split into two people, with ids that stay (H5, Z13).

Decisions (Z13)
  * A joint record names two titles, or two whole names, with "and", "&" or "+" between ("/" too between
    titles), in any of the fields title, first name and surname.  Nothing else is split: "Sandy" and
    "Anderson" are names.
  * The first person keeps the contact id, the e-mail address and the phone number, because nobody can
    tell whose they are; the second gets the id with "#2" behind it, and neither.  Ids made so do not
    change, and a later sync updates both instead of doubling them.
  * A surname given once is both people's.  A first name given once is the first person's when both have
    a title and it stands before a single surname ("Dr & Mrs A Patel": A is Dr Patel's); the other then has
    none, and H2 takes the one first name as answering for the record.
  * Both are linked to the same pupils.  Words that tell nothing apart ("parents") are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from connectors.records import Contact, ContactLink
from misconsole.rules.names import TITLES, fold

SECOND = "#2"
_AND = re.compile(r"\s*(?:&|\+|\band\b)\s*", re.IGNORECASE)
_TITLES = TITLES | {"doctor", "father", "imam", "rabbi", "captain", "major", "maj", "col", "sgt", "cllr"}
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
            link = replace(link, priority=PRIORITY_ASSUMED)
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
    if not title and len(sides := _AND.split(given)) == 2 and all(fold(side) in _TITLES for side in sides):
        title, given = given, ""
    titles = _AND.split(title.replace("/", "&").strip())
    givens, families = _AND.split(given.strip()), _AND.split(family.strip())
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
