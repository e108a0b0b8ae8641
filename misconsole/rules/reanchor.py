"""Who is who after a change of MIS: the people we know beside the people the new MIS delivers.

Every source id is new, and the old ones must mean nobody any more: ids, UPIs and MIS numbers of the old
system are left out, since in the new one an equal number is somebody else's.  What is left is what follows
a person (UPN, ULN, staff code, names, date of birth, address), weighed by the matcher that links accounts;
so a pair that needs nobody is exact, and everything merely similar is put on the short list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from misconsole.rules import matching
from misconsole.rules.facts import AccountFacts, PersonFacts

Key = tuple[str, str]
FOLLOWS = ("upn", "former_upn", "local_upn", "uln", "staff_code")  # identifiers that outlive a MIS


@dataclass(frozen=True, slots=True, kw_only=True)
class OldPerson:
    """Somebody we know. ``anchors`` are identifiers kept when an account was linked; ``username`` of it."""

    facts: PersonFacts
    anchors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    username: str = ""

    @property
    def id(self) -> int:
        return self.facts.person_id or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reanchored:
    """``pairs`` new key -> our person id, certain; ``how`` it was found: identifier or exact; ``by`` which
    kind of identifier, "" for exact.
    ``waiting`` new people who may be somebody we know; the account ids of their suggestions are person ids.
    ``fresh`` new people who resemble nobody."""

    pairs: dict[Key, int] = field(default_factory=dict)
    how: dict[Key, str] = field(default_factory=dict)
    by: dict[Key, str] = field(default_factory=dict)
    waiting: dict[Key, matching.Waiting] = field(default_factory=dict)
    fresh: tuple[Key, ...] = ()


def reanchor(new: Iterable[PersonFacts], old: Iterable[OldPerson]) -> Reanchored:
    """One old person for a new one and the other way round; nobody is paired on a mere resemblance."""
    found = matching.match(
        [_bare(facts) for facts in new], [_as_account(each) for each in old], links={}, mode="create"
    )
    return Reanchored(
        pairs={key: one.account_id for key, one in found.linked.items()},
        how={key: one.how for key, one in found.linked.items()},
        by={key: one.by for key, one in found.linked.items()},
        waiting={key: one for key, one in found.waiting.items() if one.suggestions},
        fresh=(*found.free, *(key for key, one in found.waiting.items() if not one.suggestions)),
    )


def _bare(facts: PersonFacts) -> PersonFacts:
    """Without the numbers of the new MIS, and without an id that an equal old number lent it."""
    kept = {kind: values for kind, values in facts.identifiers.items() if kind in FOLLOWS}
    return replace(facts, person_id=None, identifiers=kept)


def _as_account(person: OldPerson) -> AccountFacts:
    """Somebody we know in the shape the matcher compares with: legal names, and preferred ones beside."""
    facts = person.facts
    held = {
        kind: tuple(dict.fromkeys((*facts.identifiers.get(kind, ()), *person.anchors.get(kind, ()))))
        for kind in FOLLOWS
    }
    return AccountFacts(
        account_id=person.id,
        username=person.username,
        role=facts.role,
        email=facts.email,
        given_name=facts.legal_given_name or facts.given_name,
        family_name=facts.legal_family_name or facts.family_name,
        preferred_given_name=facts.given_name,
        preferred_family_name=facts.family_name,
        date_of_birth=facts.date_of_birth,
        year_of_entry=facts.year_of_entry,
        upn=next(iter(facts.identifiers.get("upn", ())), None),
        staff_code=next(iter(facts.identifiers.get("staff_code", ())), None),
        anchors={kind: values for kind, values in held.items() if values},
    )
