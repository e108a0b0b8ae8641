"""One person beside one account: every field that says something, weighed.

All four pairs of preferred and legal names are tried on both sides and the best is told (K13), turned
round as well.  Where an account has no names, its username stands in, as far as it can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from misconsole.rules import nicknames, similarity
from misconsole.rules.evidence import (
    ADDRESS_WORTH,
    BORN_LESS,
    BORN_WORTH,
    ENTRY_WORTH,
    FAMILY_WORTH,
    GIVEN_WORTH,
    IDENTIFIER_WORTH,
    NATIONAL,
    PLACEHOLDER_AT_LEAST,
    PLACEHOLDER_LESS,
    ROLE_DIFFERS,
    ROLE_UNKNOWN,
    SWAPPED_PENALTY,
    Evidence,
    Frequencies,
)
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.names import letters, views

Pair = tuple[str | None, str | None]


#: Agreements that count when first name and surname are changed over.
TURNED = frozenset({"equal", "folded", "nickname", "spelling", "particle", "part", "similar"})
#: Agreements so good that one of them alone makes it worth a thought that the names are changed over.
HALF = frozenset({"equal", "folded", "similar"})
#: Agreements that rest on how rare a name is; of two such the ``bound`` is taken off.
RARE_TOGETHER = frozenset(word for word, (share, _) in {**GIVEN_WORTH, **FAMILY_WORTH}.items() if share)
#: Agreements loose enough, of first name and surname both, to try them changed over.
LOOSE = frozenset({"differs", "missing", "initial", "similar"})


class NameAgreement(NamedTuple):
    """The pair of names that agrees best. ``given``/``family`` are the words of ``similarity``."""

    given: str
    family: str
    swapped: bool
    person: Pair
    account: Pair
    bits: tuple[float, float]


def person_pairs(person: PersonFacts) -> tuple[Pair, ...]:
    return _pairs(person.given_name, person.legal_given_name, person.family_name, person.legal_family_name)


def account_pairs(account: AccountFacts) -> tuple[Pair, ...]:
    """The account's names; the display name's first and last words where it has none."""
    if not any(
        (account.given_name, account.family_name, account.preferred_given_name, account.preferred_family_name)
    ):
        first, _, last = account.display_name.strip().partition(" ")
        return ((first, last.strip()),) if first and last.strip() else ()
    return _pairs(
        account.preferred_given_name, account.given_name, account.preferred_family_name, account.family_name
    )


@lru_cache(maxsize=65536)
def _pairs(
    given: str | None, given2: str | None, family: str | None, family2: str | None
) -> tuple[Pair, ...]:
    firsts: list[str | None] = [name for name in dict.fromkeys((given, given2)) if name]
    lasts: list[str | None] = [name for name in dict.fromkeys((family, family2)) if name]
    return tuple((first, last) for last in lasts or [None] for first in firsts or [None])


def names_agree(person: PersonFacts, account: AccountFacts, often: Frequencies) -> NameAgreement | None:
    """The best agreement of any pair of names with any; None where the account has no names at all."""
    best: NameAgreement | None = None
    theirs = account_pairs(account)
    for mine in person_pairs(person):
        for other in theirs:
            found = _agreement(mine, other, often)
            if best is None or sum(found.bits) > sum(best.bits):
                best = found
    if best is None or best.given not in LOOSE or best.family not in LOOSE:
        return best
    for mine in person_pairs(person):
        for other in theirs:
            turned = _turned(mine, other, often)
            if turned is not None and sum(turned.bits) > sum(best.bits):
                best = turned
    return best


def _agreement(mine: Pair, theirs: Pair, often: Frequencies) -> NameAgreement:
    given, family = similarity.given(mine[0], theirs[0]), similarity.family(mine[1], theirs[1])
    habits = often.habits
    worth = _worth(GIVEN_WORTH, given, habits.given_differs, habits.typed)
    given_bits = worth[0] * often.given_bits(mine[0], theirs[0]) + worth[1] if worth[0] else worth[1]
    if given == "nickname":
        given_bits -= nicknames.vague(mine[0], theirs[0])
    worth = _worth(FAMILY_WORTH, family, habits.family_differs, habits.typed)
    family_bits = worth[0] * often.family_bits(mine[1], theirs[1]) + worth[1] if worth[0] else worth[1]
    if given in RARE_TOGETHER and family in RARE_TOGETHER:
        given_bits -= min(habits.bound, max(0.0, given_bits))
    return NameAgreement(given, family, False, mine, theirs, (given_bits, family_bits))


def _worth(
    table: Mapping[str, tuple[float, float]], word: str, differs: float, typed: float
) -> tuple[float, float]:
    if word == "differs":
        return 0.0, differs
    share, top = table[word]
    return share, top + typed if word == "similar" else top


def _turned(mine: Pair, theirs: Pair, often: Frequencies) -> NameAgreement | None:
    """The agreement with first name and surname changed over, the other one being anything but wrong
    unless one is the very same."""
    found = _agreement(mine, (theirs[1], theirs[0]), often)
    if not (found.given in TURNED and found.family in TURNED) and not HALF.intersection(found[:2]):
        return None
    bits = (found.bits[0] + SWAPPED_PENALTY, found.bits[1])
    return NameAgreement(found.given, found.family, True, mine, theirs, bits)


def weigh(
    person: PersonFacts, account: AccountFacts, found: NameAgreement | None, often: Frequencies
) -> tuple[Evidence, ...]:
    """Every field that says something, the names (``found`` by ``names_agree``) first."""
    names = _name_evidence(person, found, often) if found else _username(person, account, often)
    return (*names, *_birth(person, account, often), *_rest(person, account, often, named=bool(found)))


def _name_evidence(person: PersonFacts, found: NameAgreement, often: Frequencies) -> Iterator[Evidence]:
    words = ("swapped", "swapped") if found.swapped else (found.given, found.family)
    theirs = found.account[::-1] if found.swapped else found.account
    fields = (("given_name", often.given, 0), ("family_name", often.family, 1))
    for name, counts, i in fields:
        if words[i] == "missing" and not (found.person[i] or theirs[i]):
            continue
        count = counts[views(found.person[i]).joined]
        notes = [f"{count} called {found.person[i]} here"] if found.person[i] and count else []
        preferred = (person.given_name, person.family_name)[i]
        if preferred and found.person[i] != preferred:
            notes.append("legal name")
        if words[i] == "nickname":
            notes.append(nicknames.told(views(found.person[i]), views(theirs[i])))
        yield Evidence(
            field=name, person=found.person[i] or "", account=theirs[i] or "", agreement=words[i],
            weight=round(found.bits[i], 1), note=", ".join(notes),
        )  # fmt: skip


def _username(person: PersonFacts, account: AccountFacts, often: Frequencies) -> Iterator[Evidence]:
    """The username, else the local part of the address, standing in for the names an account hasn't got."""
    for field, shown, said in (
        ("username", account.username, account.username),
        ("email_name", account.email or "", local_part(account)),
    ):
        if word := fits(((person.first, person.last),), letters(said)):
            bits = often.family_bits(person.last)
            bits += often.given_bits(person.first) - 2 if word == FULL else 1.5
            yield Evidence(
                field=field, person=f"{person.first or ''} {person.last}".strip(), account=shown,
                agreement=word, weight=round(bits, 1), note="the account has no names",
            )  # fmt: skip
            return


FULL, SHORT = "full name", "initial and surname"


def fits(pairs: Iterable[Pair], pattern: str) -> str:
    """How ``pattern``, letters only, is made of a given name and a surname: FULL, SHORT, or "" for not."""
    found = ""
    for given, family in pairs:
        first, last = letters(given), letters(family)
        if first and last and pattern in (first + last, last + first):
            return FULL
        if first and last and pattern in (first[0] + last, last + first[0]):
            found = SHORT
    return found


def local_part(account: AccountFacts) -> str:
    return (account.email or "").partition("@")[0]


def _address(person: PersonFacts, account: AccountFacts) -> Iterator[Evidence]:
    """An address made of this person's name though the account has another: somebody who has married since.

    Where it is made of the account's own name it says no more than that name."""
    pattern = letters(local_part(account))
    word = fits(person_pairs(person), pattern) if pattern else ""
    if word and not fits(account_pairs(account), pattern):
        yield Evidence(
            field="email_name", person=f"{person.first or ''} {person.last or ''}".strip(),
            account=account.email or "", agreement=word, weight=ADDRESS_WORTH[word],
            note="the address is made of this name, not of the account's",
        )  # fmt: skip


def _birth(person: PersonFacts, account: AccountFacts, often: Frequencies) -> Iterator[Evidence]:
    mine, theirs = person.date_of_birth, account.date_of_birth
    word = similarity.born(mine, theirs)
    weight, note = BORN_WORTH.get(word, 0.0), ""
    if word == "differs":
        weight = often.habits.born_differs
    elif mine and word in BORN_LESS:
        weight = often.day_bits(mine) - BORN_LESS[word]
        note = f"{often.years.get(mine.year, 0)} born in {mine.year} here"
    if mine and theirs and (similarity.unknown(mine) or similarity.unknown(theirs)):
        weight = weight - PLACEHOLDER_LESS if word == "equal" else max(weight, PLACEHOLDER_AT_LEAST)
        note = "1 January may stand for unknown"
    weight = round(weight, 1)
    if mine or theirs:
        yield Evidence(
            field="date_of_birth", person=mine.isoformat() if mine else "",
            account=theirs.isoformat() if theirs else "", agreement=word, weight=weight, note=note,
        )  # fmt: skip


def _rest(
    person: PersonFacts, account: AccountFacts, often: Frequencies, *, named: bool
) -> Iterator[Evidence]:
    yield _role(person, account, often)
    yield from _identifiers(person, account)
    if person.email and account.email and person.email.strip().casefold() == account.email.strip().casefold():
        yield Evidence(
            field="email", person=person.email, account=account.email, agreement="equal",
            weight=8.0 if named else 12.0,
        )  # fmt: skip
    elif named and account.email:
        yield from _address(person, account)
    mine, theirs = person.year_of_entry, account.year_of_entry
    if mine is not None and theirs is not None and not (person.date_of_birth and account.date_of_birth):
        apart = abs(mine - theirs)
        word = "equal" if not apart else "near" if apart == 1 else "differs"
        weight = ENTRY_WORTH[word]
        yield Evidence(
            field="year_of_entry", person=str(mine), account=str(theirs), agreement=word, weight=weight
        )


def _role(person: PersonFacts, account: AccountFacts, often: Frequencies) -> Evidence:
    if person.role == account.role:
        word, weight = "equal", round(often.role_bits(person.role), 1)
    else:
        known = account.role in ("staff", "pupil")
        word, weight = ("differs", ROLE_DIFFERS) if known else ("missing", ROLE_UNKNOWN)
    note = "an account of a local school" if account.local else ""
    return Evidence(
        field="role", person=person.role, account=account.role, agreement=word, weight=weight, note=note
    )


def _identifiers(person: PersonFacts, account: AccountFacts) -> Iterator[Evidence]:
    """Identifiers that both sides have, those of the account's earlier links included; a MIS id that differs
    says nothing after a change of MIS."""
    for kind, equal, differs in IDENTIFIER_WORTH:
        if kind not in NATIONAL and (account.local or account.role != person.role):
            continue
        mine, theirs = _values(kind, person.identifiers), _values(kind, account.anchors)
        if own := getattr(account, kind, None):
            theirs = (own, *theirs)
        if not theirs or not person.identifiers.get(kind):
            continue
        known = {tidy(kind, value) for value in mine}
        shared = [value for value in theirs if tidy(kind, value) in known]
        if shared and tidy(kind, shared[0]) == tidy(kind, mine[0]):
            word, weight = "equal", equal
        elif shared:
            word, weight = "former", equal - 4
        else:
            word, weight = "differs", differs
        yield Evidence(
            field=kind, person=mine[0], account=(shared or theirs)[0], agreement=word, weight=weight
        )


def _values(kind: str, held: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The values of one kind, current first; former and local UPNs are UPNs."""
    kinds = (kind, "former_upn", "local_upn") if kind == "upn" else (kind,)
    return tuple(value for each in kinds for value in held.get(each, ()))


def tidy(kind: str, value: str) -> str:
    """An identifier as it is compared: without spaces, in capitals; a MIS id as it is but for spaces (G6)."""
    text = "".join(value.split())
    return text if kind == "mis_id" else text.upper()
