"""Which accounts are worth comparing with a person: those that share a key.

Every key is cheap and forgives something else: a typing error in the surname, a nickname, half of a
double barrel, names turned round, a day and month changed over.  Two records that share none of them
have nothing that would make them one person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from misconsole.rules import nicknames, similarity
from misconsole.rules.compare import account_pairs, person_pairs
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.names import letters, views

_VOWELS = str.maketrans("", "", "aeiouyhw ")


def index(accounts: Iterable[AccountFacts]) -> dict[str, list[AccountFacts]]:
    """key -> the accounts that have it."""
    found: dict[str, list[AccountFacts]] = {}
    for account in accounts:
        for key in account_keys(account):
            found.setdefault(key, []).append(account)
    return found


def add_births(indexed: dict[str, list[AccountFacts]], accounts: Iterable[AccountFacts]) -> None:
    """Accounts that somebody of their role has already: only a person of the other role could share one
    (Z16), and only an equal date of birth would make that worth a look."""
    for account in accounts:
        if account.date_of_birth is not None:
            indexed.setdefault(f"d:{account.date_of_birth.isoformat()}", []).append(account)


def worth_comparing(
    person: PersonFacts, indexed: Mapping[str, list[AccountFacts]]
) -> dict[int, tuple[AccountFacts, bool]]:
    """account id -> (account, whether an identifier, e-mail address or username is shared)."""
    found: dict[int, tuple[AccountFacts, bool]] = {}
    for key in person_keys(person):
        marked = key[0] in "ieu"
        for account in indexed.get(key, ()):
            if marked or account.account_id not in found:
                found[account.account_id] = (account, marked)
    return found


def account_keys(account: AccountFacts) -> set[str]:
    pairs = account_pairs(account)
    keys = {key for given, family in pairs for key in _name_keys(given, family)}
    keys.update(f"f:{views(family).joined}" for given, family in pairs if family and not given)
    keys.update(_shared(account.date_of_birth, account.email))
    if not pairs and (pattern := letters(account.username)):
        keys.add(f"u:{pattern}")
    keys.update(f"i:{value}" for value in (account.upn, account.staff_code, account.mis_id) if value)
    return keys


def person_keys(person: PersonFacts) -> set[str]:
    keys: set[str] = set()
    for given, family in person_pairs(person):
        keys.update(_name_keys(given, family))
        keys.update(_name_keys(family, given))  # names turned round
        keys.add(f"f:{views(family).joined}")
        first, last = letters(given), letters(family)
        if first and last:
            keys.update(
                (f"u:{first}{last}", f"u:{last}{first}", f"u:{first[0]}{last}", f"u:{last}{first[0]}")
            )
    keys.update(_shared(person.date_of_birth, person.email))
    if person.date_of_birth and (turned := similarity.turned(person.date_of_birth)):
        keys.add(f"d:{turned.isoformat()}")
    keys.update(f"i:{value}" for values in person.identifiers.values() for value in values)
    return keys


def _name_keys(given: str | None, family: str | None) -> Iterator[str]:
    first, last = views(given), views(family)
    if not first.joined or not last.joined:
        return
    for initial in nicknames.initials(first.first) | {first.last[0]}:
        for part in last.spellings:
            yield f"n:{part}:{initial}"
        yield f"s:{_skeleton(last.joined)}:{initial}"
    yield f"g:{first.joined}:{last.joined[0]}"
    yield f"t:{first.first}:{last.joined[1:4]}"


def _skeleton(name: str) -> str:
    """The consonants that remain of a name, doubles once: Smith, Smyth and Smithe are one."""
    rest = name[1:].translate(_VOWELS)
    return name[0] + "".join(c for i, c in enumerate(rest) if not i or c != rest[i - 1])


def _shared(born: date | None, email: str | None) -> Iterator[str]:
    if born:
        yield f"d:{born.isoformat()}"
    if email:
        yield f"e:{email.strip().casefold()}"
