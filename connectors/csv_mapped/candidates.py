"""Which fields one column may be, each with how sure that is and why. Pure.

The header's words come first; the values then support or contradict them.  A UPN is known by its check
letter and an e-mail address by its form, whatever the header says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.csv_mapped.fields import (
    CLASSES,
    CONTACTS,
    DATES,
    FIELDS,
    FLAGS,
    MEMBERS,
    PEOPLE,
    PUPILS,
    STAFF,
    not_needed,
    words,
)
from connectors.csv_mapped.headers import Header, read
from connectors.csv_mapped.shapes import Shape

OWN = {
    PUPILS: "pupil",
    STAFF: "staff",
    CONTACTS: "contact",
    CLASSES: "class",
    MEMBERS: "class",
    PEOPLE: "person",
}
PUPIL_IDS = frozenset({"source_id", "upn", "admission_number"})
STAFF_IDS = frozenset({"source_id", "staff_code", "initials"})
GROUPINGS = frozenset({"registration_group", "house", "nc_year"})
ID_WORDS = (["id"], ["code"], ["ref"], ["reference"], ["number"], ["no"], ["guid"], ["key"])
SAID, PARTLY, SEEN = 0.95, 0.6, 0.85


@dataclass(frozen=True, slots=True)
class Candidate:
    field: str
    score: float
    reason: str


def candidates(label: str, kind: str, found: Shape) -> tuple[Candidate, ...]:
    """Best first; fields that this kind does not have are left out."""
    header = read(label)
    best: dict[str, Candidate] = {}
    for candidate in (*_said(header, kind), *_seen(header, kind, found)):
        judged = _against(candidate, found, kind)
        known = best.get(judged.field)
        if judged.field in FIELDS[kind] and (known is None or judged.score > known.score):
            best[judged.field] = judged
    return tuple(sorted(best.values(), key=lambda c: -c.score))


def why_left_out(label: str, kind: str, found: Shape) -> tuple[float, str]:
    """(how sure, why in plain words) for a column that is nothing we read."""
    header = read(label)
    if header.words in not_needed() or header.rest in not_needed():
        return SAID, "not needed here, so it is not read"
    if kind in OWN and header.about not in ("", OWN[kind], "person"):
        return SEEN, f"is about the {header.about}"
    return (
        PARTLY,
        "nothing known by that name" if found.filled else "nothing known by that name, and no values",
    )


def _said(header: Header, kind: str) -> Iterator[Candidate]:
    """What the header says, in whole or in part."""
    known = words(kind)
    about = header.about
    other = about not in ("", OWN.get(kind, ""), "person")
    said = f"the header says “{header.words[:40]}”"
    if header.words in known:
        yield Candidate(known[header.words], SAID + 0.04, said)
    yield from _linked(header, kind, said)
    if kind == PUPILS and about == "class" and known.get(header.rest) in GROUPINGS:
        yield Candidate(known[header.rest], SEEN, said)
    if other or header.words in not_needed():
        return
    if about and header.rest in known:
        yield Candidate(known[header.rest], SAID, said)
    if about and not header.rest and "full_name" in FIELDS[kind]:
        yield Candidate("full_name", SAID, said)
    if header.words == "initials" and kind == STAFF:
        yield Candidate("initials", SAID, said)
    if (header.rest or header.words).split()[-1:] in ID_WORDS and "source_id" in FIELDS[kind]:
        yield Candidate("source_id", PARTLY, f"the header ends in “{header.words.split()[-1]}”")
    parts = set(header.words.split())
    within = [word for word in known if len(word) > 2 and set(word.split()) <= parts]
    if within:
        longest = max(within, key=lambda word: (len(word.split()), len(word)))
        yield Candidate(known[longest], PARTLY, f"the header has “{longest}” in it")


def _linked(header: Header, kind: str, said: str) -> Iterator[Candidate]:
    """Columns that name somebody else: a contact's pupil, a class's teacher, a pupil's contacts."""
    about, rest = header.about, header.rest
    if kind in (CONTACTS, MEMBERS):
        field = words(PUPILS).get(rest if about == "pupil" else header.words)
        own_id = field == "source_id" and about != "pupil"
        if field in PUPIL_IDS and about in ("", "pupil") and not own_id:
            yield Candidate("pupil", SAID + (0.04 if field == "source_id" else 0), said)
        elif about == "pupil" and rest.split()[-1:] in ID_WORDS:
            yield Candidate("pupil", SAID, said)
    by_code = not rest or words(STAFF).get(rest) in STAFF_IDS
    if kind in (CLASSES, MEMBERS) and about == "staff" and by_code:
        yield Candidate("teacher", SAID, said)
    if kind == PUPILS and about == "contact" and (field := _of_contact(rest)):
        yield Candidate(f"contact{header.slot or 1}.{field}", SAID, said)


def _of_contact(rest: str) -> str:
    return words(CONTACTS).get(rest, "") if rest else "full_name"


def _seen(header: Header, kind: str, found: Shape) -> Iterator[Candidate]:
    """What the values are, whatever the header says."""
    if found.filled >= 3 and found.upn >= 0.8:
        field = "pupil" if kind in (CONTACTS, MEMBERS) else "upn"
        yield Candidate(field, SEEN, "the values are UPNs with right check letters")
    if found.filled >= 3 and found.email >= 0.8 and header.about in ("", OWN.get(kind, "")):
        yield Candidate("email", SEEN - 0.1, "the values are e-mail addresses")
    if found.filled >= 3 and found.person >= 0.9 and kind == PEOPLE:
        yield Candidate("person_type", SEEN, "the values say pupil or staff")


def _against(candidate: Candidate, found: Shape, kind: str) -> Candidate:
    """The candidate as the values support or contradict it."""
    field, score, reason = candidate.field, candidate.score, candidate.reason
    if not found.filled:
        return Candidate(field, score - 0.1, f"{reason}; no values to look at")
    bare = field.rpartition(".")[2]
    if bare == "full_name" and found.comma < 0.6:
        swapped = field.replace("full_name", "natural_name")
        return Candidate(swapped, score - 0.1, f"{reason}; the names have no comma")
    if bare == "natural_name" and found.comma >= 0.6:
        return Candidate(field.replace("natural_name", "full_name"), score, f"{reason}; names have a comma")
    doubt = _doubt(bare, found, kind)
    if doubt:
        return Candidate(field, score * 0.4, f"{reason}, but {doubt}")
    return Candidate(field, score, reason)


def _doubt(field: str, found: Shape, kind: str) -> str:
    if field in DATES and found.date < 0.6:
        return "the values are no dates"
    if field == "teaching" and max(found.flag, found.teaching) < 0.6:
        return "the values do not say teaching or not"
    if field in FLAGS and field != "teaching" and found.flag < 0.6:
        return "the values are no yes and no"
    if field == "nc_year" and found.year < 0.5:
        return "the values are no year groups"
    if field == "uln" and found.uln < 0.8:
        return "the values have not the ten digits of a ULN"
    if field == "upn" and found.upn_like < 0.5:
        return "the values are no UPNs"
    if field == "priority" and found.number < 0.8:
        return "the values are no numbers"
    if field == "email" and found.email < 0.5:
        return "the values are no e-mail addresses"
    if field == "person_type" and found.person < 0.6:
        return "the values do not say pupil or staff"
    least = 0.9 if kind in (PUPILS, STAFF, PEOPLE, CLASSES) else 0.3
    if field in ("source_id", "staff_code") and found.distinct < least:
        return "the same value comes again and again"
    return ""
