"""Which account is whose: linked for certain, waiting for a person, or free to be made (K, L, 6.2).

``match`` looks at the people who need an account and at every account of the school and its trust.
Certain are exact identifiers with compatible names, and unique name + date of birth + role
(``certain``); everything else that is similar waits with its evidence (``compare``, ``bands``), because
no guess is ever linked without a person (K6, K13) and no account is made while somebody similar has one
(K1).  People who are linked already keep their link whatever their name is now (K10).

Modes  create: as above.  link: nothing is linked by itself, certain pairs are suggested as likely and
everybody without an account waits (L2, K6).  lookup: no accounts at all, nobody waits (L8, G13).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from misconsole.rules import bands, blocking, certain, nicknames, similarity
from misconsole.rules.bands import Scored
from misconsole.rules.compare import NameAgreement, names_agree, promise, weigh
from misconsole.rules.evidence import Evidence, Frequencies, frequencies
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.names import views

Key = tuple[str, str]
GONE_STATES = frozenset({"removed"})

#: why somebody waits: code -> sentence
REASONS = {
    "similar": "Somebody similar has an account already.",
    "several_accounts": "More than one account fits.",
    "contested": "Another person fits the same account just as well.",
    "identifier_conflict": "An identifier is equal, but the name or date of birth is not.",
    "identifier_taken": "An identifier belongs to an account that another person has.",
    "upn_differs": "Name and date of birth are equal, but the account has another UPN.",
    "local_school": "The account that fits belongs to another school of the trust.",
    "let_go": "The account that fits was let go by a decision.",
    "link_mode": "In link mode every link is confirmed by a person.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A certain pair. ``how``: identifier or exact; ``by``: the kind of identifier, "" for exact."""

    account_id: int
    how: str
    by: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An account that may be the person's. ``rank`` from 1; ``score`` and ``margin`` in bits."""

    account_id: int
    rank: int
    score: float
    margin: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """``band``: likely, possible, many, none; ``code`` of REASONS and its sentence; best first."""

    band: str
    code: str
    reason: str
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """Everybody passed in who is not linked yet is in exactly one of these (none, in lookup mode).

    ``kept``  people passed in who had a link already: key -> account id
    """

    linked: dict[Key, Linked] = field(default_factory=dict)
    waiting: dict[Key, Waiting] = field(default_factory=dict)
    free: tuple[Key, ...] = ()
    kept: dict[Key, int] = field(default_factory=dict)


def match(
    people: Sequence[PersonFacts],
    accounts: Sequence[AccountFacts],
    *,
    links: Mapping[Key, int],
    not_same: Collection[tuple[Key, int]] = frozenset(),
    mode: str = "create",
) -> MatchResult:
    """Match the eligible ``people`` of one school.

    ``links``     active links of this school's *present* people: key -> account id; such an account is
                  no candidate for others of that role, and whoever is among them keeps it
    ``not_same``  pairs (key, account id) that a person told apart
    """
    kept = {p.key: links[p.key] for p in people if p.key in links}
    seekers = [p for p in people if p.key not in links]
    if mode == "lookup":
        return MatchResult(kept=kept)
    live = [a for a in accounts if a.state not in GONE_STATES]
    if not live or not seekers:
        return _unmatched(seekers, kept, mode)
    often = frequencies(people, live)
    taken = {(key[0], account_id) for key, account_id in links.items()}
    sure = certain.find(seekers, live, taken=taken, refused=not_same, often=often)
    linked: dict[Key, Linked] = {}
    if mode == "create":
        by_key = {p.key: p for p in seekers}
        for key, (account, how, kind) in sure.links.items():
            person = by_key[key]
            evidence = weigh(person, account, names_agree(person, account, often), often)
            linked[key] = Linked(account_id=account.account_id, how=how, by=kind, evidence=evidence)
            taken.add((key[0], account.account_id))
    else:
        sure.waits.update({key: ("link_mode", (account,)) for key, (account, _, _) in sure.links.items()})
    rest = [p for p in seekers if p.key not in linked]
    search = _Search(people, live, taken=taken, refused=not_same, often=often)
    waiting = search.waiting(rest, sure, mode)
    free = tuple(p.key for p in rest if p.key not in waiting)
    return MatchResult(linked=linked, waiting=waiting, free=free, kept=kept)


def _unmatched(seekers: Sequence[PersonFacts], kept: dict[Key, int], mode: str) -> MatchResult:
    if mode != "link":
        return MatchResult(free=tuple(p.key for p in seekers), kept=kept)
    return MatchResult(waiting={p.key: _wait("none", "link_mode") for p in seekers}, kept=kept)


def _wait(band: str, code: str, suggestions: tuple[Suggestion, ...] = ()) -> Waiting:
    return Waiting(band=band, code=code, reason=REASONS[code], suggestions=suggestions)


class _Search:
    """Everybody who is not certain beside the accounts nobody has."""

    def __init__(
        self,
        people: Sequence[PersonFacts],
        accounts: Sequence[AccountFacts],
        *,
        taken: Collection[tuple[str, int]],
        refused: Collection[tuple[Key, int]],
        often: Frequencies,
    ) -> None:
        self.taken, self.refused, self.often = taken, refused, often
        self.indexed = blocking.index(a for a in accounts if (a.role, a.account_id) not in taken)
        blocking.add_births(self.indexed, (a for a in accounts if (a.role, a.account_id) in taken))
        self.siblings = _families(people, accounts)

    def waiting(self, rest: Sequence[PersonFacts], sure: certain.Findings, mode: str) -> dict[Key, Waiting]:
        scored = {p.key: self._suggestions(p, sure.waits.get(p.key, ("", ()))[1]) for p in rest}
        rivals = _Rivals(scored)
        found: dict[Key, Waiting] = {}
        for person in rest:
            mine = scored[person.key]
            code = sure.waits[person.key][0] if person.key in sure.waits else ""
            if not mine and not code and mode != "link":
                continue
            found[person.key] = _verdict(mine, rivals.of(person.key, mine), code, mode)
        return found

    def _suggestions(self, person: PersonFacts, named: tuple[AccountFacts, ...]) -> list[Scored]:
        """The accounts similar enough to be shown, best first; ``named`` ones in any case."""
        around = blocking.worth_comparing(person, self.indexed)
        around.update({account.account_id: (account, True) for account in named})
        must = {account.account_id for account in named}
        family = (views(person.last).joined, person.date_of_birth)
        twin = person.date_of_birth is not None and self.siblings[family] > 1
        found = []
        for account, marked in around.values():
            pair = (person.key, account.account_id)
            if (person.role, account.account_id) in self.taken or pair in self.refused:
                continue
            one = self._score(person, account, twin=twin, marked=marked, forced=account.account_id in must)
            if one is not None and one.suggested:
                found.append(one)
        found.sort(key=lambda one: (-one.score, one.account.account_id))
        return found[: bands.SHOWN]

    def _score(
        self, person: PersonFacts, account: AccountFacts, *, twin: bool, marked: bool, forced: bool
    ) -> Scored | None:
        names = names_agree(person, account, self.often)
        full = names is not None and _full(names)
        if not (marked or full) and promise(person, account, names, self.often) < bands.POSSIBLE:
            return None
        evidence = weigh(person, account, names, self.often)
        score = round(sum(item.weight for item in evidence) + self.often.prior, 1)
        whole = full and _stands_in_the_way(person, account, names)
        twin = twin or (names is not None and names.given == "similar" and _two_names(names, self.often))
        return Scored(account=account, score=score, evidence=evidence, twin=twin, forced=forced or whole)


def _full(names: NameAgreement) -> bool:
    """First name and surname both agree without a slip."""
    return (
        not names.swapped
        and names.family in ("equal", "folded")
        and names.given in ("equal", "folded", "nickname")
    )


def _two_names(names: NameAgreement, often: Frequencies) -> bool:
    """Whether two similar first names are two real names (Jayden, Hayden) rather than a slip of the pen."""
    mine, theirs = (views(pair[0]).joined for pair in (names.person, names.account))
    if mine[:1] != theirs[:1]:
        return True
    return all(often.given[name] > 1 or nicknames.listed(name) for name in (mine, theirs))


def _stands_in_the_way(person: PersonFacts, account: AccountFacts, names: NameAgreement | None) -> bool:
    """The guard of K1: the whole name agrees in the same role, and no date of birth speaks against it.

    In the person's own school a full namesake waits even then: such a left-over account is usually a
    leaver's (Z17), but dates are mistyped too, and only accounts that nobody present has come this far.
    """
    if person.role != account.role or names is None:
        return False
    if similarity.born(person.date_of_birth, account.date_of_birth) == "differs":
        return not account.local and names.given != "nickname"
    return True


def _families(people: Sequence[PersonFacts], accounts: Sequence[AccountFacts]) -> Counter[tuple[str, object]]:
    """(surname, date of birth) -> how many different first names have it: twins show here."""
    first: dict[tuple[str, object], set[str]] = {}
    for person in people:
        if person.date_of_birth is not None:
            family = (views(person.last).joined, person.date_of_birth)
            first.setdefault(family, set()).add(views(person.first).joined)
    for account in accounts:
        if account.date_of_birth is not None:
            family = (views(account.family_name).joined, account.date_of_birth)
            names = first.get(family)
            given = account.given_name
            if names is not None and all(
                similarity.given(given, name) in ("differs", "missing") for name in names
            ):
                names.add(views(given).joined)
    return Counter({family: len(names) for family, names in first.items()})


class _Rivals:
    """Per account, the two best people who want it."""

    def __init__(self, scored: Mapping[Key, Sequence[Scored]]) -> None:
        self.best: dict[int, list[tuple[float, Key]]] = {}
        for key, suggestions in scored.items():
            for one in suggestions:
                top = self.best.setdefault(one.account.account_id, [])
                top.append((one.score, key))
                top.sort(reverse=True)
                del top[2:]

    def of(self, key: Key, suggestions: Sequence[Scored]) -> list[float]:
        """For each suggestion, the best score of somebody else for that account."""
        return [
            next((score for score, who in self.best[one.account.account_id] if who != key), float("-inf"))
            for one in suggestions
        ]


def _verdict(mine: Sequence[Scored], rivals: Sequence[float], code: str, mode: str) -> Waiting:
    gaps = bands.margins(mine, rivals)
    band = bands.band(mine, gaps, rivals)
    if code in ("contested", "several_accounts") and mine:
        band = "many"
    elif code in ("identifier_conflict", "upn_differs") and band == "likely":
        band = "possible"
    elif code == "link_mode" and band == "possible":
        band = "likely"
    fallback = "similar" if mine else "link_mode"
    suggestions = tuple(
        Suggestion(
            account_id=one.account.account_id, rank=rank, score=one.score, margin=gap, evidence=one.evidence
        )
        for rank, (one, gap) in enumerate(zip(mine, gaps, strict=True), start=1)
    )
    return _wait(band, code or ("link_mode" if mode == "link" and not mine else fallback), suggestions)
