"""What needs nobody: exact identifiers with compatible names, and unique name + date of birth + role.

Identifiers by rank: UPN; ULN; former, local or earlier UPN; staff code; MIS id.  The first three are
national and *strong*; codes and MIS ids are the school's or the MIS's own and *weak*: they count at the
account's home school only, and after a change of MIS an equal number may be somebody else's.

Never linked: an identifier whose name or date of birth does not fit (a UPN typed on a sibling), two
accounts for a person, two people for an account, accounts let go, accounts of another school of the
trust (K1).  They wait, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

import numpy as np

from misconsole.rules import similarity
from misconsole.rules.compare import account_pairs, names_agree, person_pairs, tidy
from misconsole.rules.evidence import Frequencies
from misconsole.rules.exact import Exact
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.groups import within
from misconsole.rules.names import views
from misconsole.rules.vocabulary import Ints

Key = tuple[str, str]
STRONG = frozenset({"upn", "uln", "former_upn"})
RANKS = ("upn", "uln", "former_upn", "staff_code", "upi", "mis_id")
_UPNS = ("former_upn", "local_upn")
_STANDING, _ANCHORS = attrgetter("state", "local", "upn", "staff_code", "mis_id"), attrgetter("anchors")
#: What accounts are like that have no identifier and may be linked by name, if all of a directory are.
_SIMPLE = {(state, False, None, None, None) for state in ("active", "unallocated")}


Sure = tuple[AccountFacts, str, str]


@dataclass(slots=True)
class Findings:
    """What this pass found.

    ``plain``  rows of people and of accounts, side by side, that agree on name and date of birth and are
               alone with them; ``links``: all others that are certain, row of the person -> (account, how,
               kind of identifier or "")
    ``waits``  key -> (code of matching.REASONS, the accounts it is about)
    """

    plain: tuple[Ints, Ints] = field(default_factory=lambda: (np.zeros(0, np.int64), np.zeros(0, np.int64)))
    links: dict[int, Sure] = field(default_factory=dict)
    waits: dict[Key, tuple[str, tuple[AccountFacts, ...]]] = field(default_factory=dict)


def find(
    people: Sequence[PersonFacts],
    accounts: Sequence[AccountFacts],
    *,
    ids: Ints,
    exact: Exact,
    taken: Collection[tuple[str, int]],
    refused: Collection[tuple[Key, int]],
    often: Frequencies,
) -> Findings:
    """``exact`` is who agrees with whom on name and date of birth (rows of ``people`` and ``accounts``),
    ``ids`` the account id of each of ``accounts``; ``taken`` are (role, account id) of present people's
    links; ``refused`` pairs are never considered.

    Nearly everybody of a good roll is a plain pair and is settled by that alone; whoever is not, or has an
    identifier that some account has, is looked at one by one.
    """
    found = Findings()
    claims = _Claims(accounts, exact, taken, refused, often)
    (mine, theirs), closer = _plain(people, accounts, exact, claims)
    wanted: dict[int, Sure] = {}
    weak: dict[Key, tuple[AccountFacts, ...]] = {}
    for row in closer:
        person = people[row]
        claim = claims.by_identifier(person)
        if claim is None or claim[0] == "weak_conflict":
            claim = claims.by_name(person) or claim
        if claim is None:
            continue
        code, hits, kind = claim
        if code in ("identifier", "exact"):
            wanted[row] = (hits[0], code, kind)
        elif code == "weak_conflict":
            weak[person.key] = hits
        else:
            found.waits[person.key] = (code, hits)
    claimed = Counter(account.account_id for account, _, _ in wanted.values())
    # Somebody may have an identifier of the account that another's name and date of birth fit.
    disputed = within(ids[theirs], np.array(list(claimed), np.int64))
    for row, other in zip(mine[disputed].tolist(), theirs[disputed].tolist(), strict=True):
        claimed[accounts[other].account_id] += 1
        found.waits[people[row].key] = ("contested", (accounts[other],))
    found.plain = mine[~disputed], theirs[~disputed]
    _settle(people, wanted, claimed, exact, found)
    if weak:
        linked = {(people[row].role, account.account_id) for row, (account, _, _) in found.links.items()}
        linked |= {
            (people[row].role, accounts[other].account_id)
            for row, other in zip(*map(np.ndarray.tolist, found.plain), strict=True)
        }
        for key, hits in weak.items():
            # A number that turned out to be somebody else's after a change of MIS stops nobody.
            if free := tuple(a for a in hits if (key[0], a.account_id) not in linked):
                found.waits[key] = ("identifier_conflict", free)
    return found


def _plain(
    people: Sequence[PersonFacts], accounts: Sequence[AccountFacts], exact: Exact, claims: _Claims
) -> tuple[tuple[Ints, Ints], list[int]]:
    """Pairs that nothing speaks against, and the rows of people who must be looked at one by one."""
    closer = set(exact.doubtful.tolist())
    if claims.identifiers:
        closer.update(row for row, person in enumerate(people) if claims.known(person))
    special = [] if claims.simple else [row for row, a in enumerate(accounts) if _special(a)]
    told_apart = {key for key, _ in claims.refused}
    mine, theirs = exact.people, exact.accounts
    odd = within(mine, np.array(sorted(closer), np.int64)) | within(theirs, np.array(special, np.int64))
    if told_apart or claims.taken:
        pairs = zip(mine.tolist(), theirs.tolist(), strict=True)
        spoken_for = (
            people[row].key in told_apart or (people[row].role, accounts[other].account_id) in claims.taken
            for row, other in pairs
        )
        odd |= np.fromiter(spoken_for, np.bool_, len(mine))
    closer.update(mine[odd].tolist())
    for other in theirs[odd].tolist():
        claims.add_names(accounts[other])
    return (mine[~odd], theirs[~odd]), sorted(closer)


def _special(account: AccountFacts) -> bool:
    """Not simply free to be linked by name."""
    return account.local or account.state == "let-go" or bool(account.upn)


def _settle(
    people: Sequence[PersonFacts], wanted: dict[int, Sure], claimed: Counter[int], exact: Exact,
    found: Findings,
) -> None:  # fmt: skip
    """One account a person and one person an account, or all of them wait."""
    for row, (account, how, kind) in wanted.items():
        key = people[row].key
        namesake = how == "exact" and not exact.alone[row]
        if claimed[account.account_id] > 1 or namesake:
            found.waits[key] = ("contested", (account,))
        elif account.local or account.state == "let-go":
            found.waits[key] = ("local_school" if account.local else "let_go", (account,))
        else:
            found.links[row] = (account, how, kind)


NameKey = tuple[str, str, str, str]


def _name_keys(record: PersonFacts | AccountFacts) -> Iterator[NameKey]:
    born = record.date_of_birth
    if born is None:
        return
    pairs = person_pairs(record) if isinstance(record, PersonFacts) else account_pairs(record)
    for given, family in pairs:
        first, last = views(given).joined, views(family).joined
        if first and last:
            yield (record.role, first, last, born.isoformat())


class _Claims:
    """The accounts, ready to be asked by identifier and by name."""

    def __init__(
        self,
        accounts: Sequence[AccountFacts],
        exact: Exact,
        taken: Collection[tuple[str, int]],
        refused: Collection[tuple[Key, int]],
        often: Frequencies,
    ) -> None:
        self.taken, self.refused, self.often = taken, refused, often
        self.identifiers: dict[tuple[str, str, str], list[AccountFacts]] = {}
        self.names: dict[NameKey, list[AccountFacts]] = {}
        standings = set(map(_STANDING, accounts))
        self.simple = standings <= _SIMPLE
        if not self.simple or any(map(_ANCHORS, accounts)):
            for account in accounts:
                for kind, value in _held(account):
                    self.identifiers.setdefault((account.role, kind, tidy(kind, value)), []).append(account)
        for row in exact.asked.tolist():
            self.add_names(accounts[row])

    def add_names(self, account: AccountFacts) -> None:
        for key in set(_name_keys(account)):
            self.names.setdefault(key, []).append(account)

    def known(self, person: PersonFacts) -> bool:
        """Whether any account answers to an identifier of this person."""
        return any(
            (person.role, kind, tidy(kind, value)) in self.identifiers for kind, value in _asked(person)
        )

    def spoken_for(self, person: PersonFacts, account: AccountFacts, told_apart: Collection[Key]) -> bool:
        return (person.role, account.account_id) in self.taken or person.key in told_apart

    def by_identifier(self, person: PersonFacts) -> tuple[str, tuple[AccountFacts, ...], str] | None:
        """("identifier", one account, kind), or a reason to wait with the accounts, or None."""
        hits: dict[int, tuple[AccountFacts, str]] = {}
        for kind, value in _asked(person):
            for account in self.identifiers.get((person.role, kind, tidy(kind, value)), ()):
                if (person.key, account.account_id) not in self.refused:
                    hits.setdefault(account.account_id, (account, kind))
        if not hits:
            return None
        strong = {i: hit for i, hit in hits.items() if hit[1] in STRONG}
        held = [account for account, _ in strong.values() if (person.role, account.account_id) in self.taken]
        if held:
            return "identifier_taken", (), ""
        free = {i: h for i, h in (strong or hits).items() if (person.role, i) not in self.taken}
        fitting = [hit for hit in free.values() if compatible(person, hit[0], self.often)]
        found = tuple(account for account, _ in free.values())
        if not found:
            return None
        if not strong and len(fitting) == 1 and _renumbered(free, fitting[0][0]):
            return "identifier", (fitting[0][0],), fitting[0][1]
        if len(free) == 1 and fitting:
            return "identifier", (fitting[0][0],), fitting[0][1]
        if len(free) > 1 and len(fitting) != 0:
            return "several_accounts", found, ""
        return ("identifier_conflict" if strong else "weak_conflict"), found, ""

    def by_name(self, person: PersonFacts) -> tuple[str, tuple[AccountFacts, ...], str] | None:
        """("exact", one account, ""), or several to wait for, or None."""
        hits: dict[int, AccountFacts] = {}
        for key in _name_keys(person):
            for account in self.names.get(key, ()):
                if (person.key, account.account_id) not in self.refused:
                    hits[account.account_id] = account
        free = tuple(a for a in hits.values() if (person.role, a.account_id) not in self.taken)
        if not free:
            return None
        if len(hits) > 1:
            return "several_accounts", free, ""
        if _other_upn(person, free[0]):
            return "upn_differs", free, ""
        return "exact", free, ""


def _renumbered(hits: dict[int, tuple[AccountFacts, str]], fitting: AccountFacts) -> bool:
    """All but the fitting account share no more than a number of the MIS, which a new MIS gives out anew."""
    return all(kind in ("mis_id", "upi") for account, kind in hits.values() if account is not fitting)


def _held(account: AccountFacts) -> Iterator[tuple[str, str]]:
    """Identifiers an account answers to: (kind, value)."""
    if account.upn:
        yield "upn", account.upn
    if not account.local:
        if account.staff_code:
            yield "staff_code", account.staff_code
        if account.mis_id:
            yield "mis_id", account.mis_id
    for kind, values in account.anchors.items():
        for value in values:
            if kind in _UPNS:
                yield "former_upn", value
            elif kind == "upn" and value != account.upn:
                yield "upn", value
            elif kind in ("uln", "upi") or (kind == "staff_code" and not account.local):
                yield kind, value


def _asked(person: PersonFacts) -> Iterator[tuple[str, str]]:
    """Identifiers of a person in order of rank, as the kind that an account would hold them under."""
    own = person.identifiers
    asked: list[tuple[int, str, str]] = []
    for value in own.get("upn", ())[:1]:
        asked.append((0, "upn", value))
        asked.append((2, "former_upn", value))
    asked.extend((1, "uln", value) for value in own.get("uln", ())[:1])
    for value in (*own.get("upn", ())[1:], *own.get("former_upn", ()), *own.get("local_upn", ())):
        asked.append((2, "upn", value))
    asked.extend((3, "staff_code", value) for value in own.get("staff_code", ())[:1])
    asked.extend((4, "upi", value) for value in own.get("upi", ())[:1])
    asked.extend((5, "mis_id", value) for value in own.get("mis_id", ())[:1] or (person.source_id,))
    for _, kind, value in sorted(asked):
        yield kind, value


def compatible(person: PersonFacts, account: AccountFacts, often: Frequencies) -> bool:
    """Whether name and date of birth allow that these are one person, given an equal identifier.

    The first name must agree in some way (not merely look similar: twins do).  The surname may differ
    when the date of birth is equal: people marry.  Dates that differ outright forbid it.
    """
    born = similarity.born(person.date_of_birth, account.date_of_birth)
    if born == "differs":
        return False
    if born == "equal" and person.given_name and person.given_name == account.given_name:
        return True
    found = names_agree(person, account, often)
    if found is None or found.given == "missing":
        return born == "equal" and (found is None or found.family in similarity.SAME_FAMILY)
    if found.given not in similarity.SAME_GIVEN:
        return False
    return born == "equal" or (found.family in similarity.SAME_FAMILY and not found.swapped)


def _other_upn(person: PersonFacts, account: AccountFacts) -> bool:
    """The account has a UPN, the person has UPNs, and it is none of them."""
    own = [v for kind in ("upn", *_UPNS) for v in person.identifiers.get(kind, ())]
    return bool(account.upn and own) and tidy("upn", account.upn or "") not in {tidy("upn", v) for v in own}
