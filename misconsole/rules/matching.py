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

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from misconsole.rules.evidence import Evidence
from misconsole.rules.facts import AccountFacts, PersonFacts

if TYPE_CHECKING:
    from misconsole.rules.certain import Findings
    from misconsole.rules.whole import Whole

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
    "local_school": "The account that fits belongs to a local school.",
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


class Links(Mapping[Key, Linked]):
    """The certain pairs, key -> Linked.  They are as they were found, in rows; names and evidence of each
    are written out when it is asked for."""

    def __init__(self, whole: Whole | None = None, sure: Findings | None = None) -> None:
        self._whole, self._sure = whole, sure

    @cached_property
    def _pairs(self) -> dict[Key, tuple[PersonFacts, AccountFacts, str, str]]:
        whole, sure = self._whole, self._sure
        if whole is None or sure is None:
            return {}
        people = map(whole.seekers.__getitem__, sure.plain[0].tolist())
        accounts = map(whole.accounts.__getitem__, sure.plain[1].tolist())
        found = {p.key: (p, a, "exact", "") for p, a in zip(people, accounts, strict=True)}
        for row, (account, how, kind) in sure.links.items():
            found[whole.seekers[row].key] = (whole.seekers[row], account, how, kind)
        return found

    def __getitem__(self, key: Key) -> Linked:
        person, account, how, kind = self._pairs[key]
        assert self._whole is not None  # noqa: S101 - there are no pairs without it
        from misconsole.rules.compare import names_agree, weigh

        often = self._whole.often
        evidence = weigh(person, account, names_agree(person, account, often), often)
        return Linked(account_id=account.account_id, how=how, by=kind, evidence=evidence)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return 0 if self._sure is None else len(self._sure.plain[0]) + len(self._sure.links)

    def __repr__(self) -> str:
        return f"Links({dict(self)!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchResult:
    """Everybody passed in who is not linked yet is in exactly one of these (none, in lookup mode).

    ``kept``  people passed in who had a link already: key -> account id
    """

    linked: Mapping[Key, Linked] = field(default_factory=Links)
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
    with _uncollected():
        return _match(people, accounts, links, not_same, mode)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of reference cycles: a match makes none, and looking for some among a million
    records again and again is most of the time it would take."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _match(
    people: Sequence[PersonFacts], accounts: Sequence[AccountFacts], links: Mapping[Key, int],
    not_same: Collection[tuple[Key, int]], mode: str,
) -> MatchResult:  # fmt: skip
    kept = {p.key: links[p.key] for p in people if p.key in links} if links else {}
    seekers = [p for p in people if p.key not in links] if links else list(people)
    if mode == "lookup":
        return MatchResult(kept=kept)
    live = accounts
    if not GONE_STATES.isdisjoint(map(attrgetter("state"), accounts)):
        live = [a for a in accounts if a.state not in GONE_STATES]
    if not live or not seekers:
        return _unmatched(seekers, kept, mode)
    from misconsole.rules.certain import Findings
    from misconsole.rules.whole import Whole  # numpy, which nothing but a match needs

    whole = Whole(people, seekers, live, links=links, not_same=not_same)
    sure = whole.certain()
    linked = Links(whole, sure)
    if mode != "create":
        for key, one in linked._pairs.items():
            sure.waits[key] = ("link_mode", (one[1],))
        linked, sure = Links(), Findings(waits=sure.waits)
    rest = whole.left(sure)
    waiting = _waiting(whole, rest, sure, mode) if rest else {}
    left = (seekers[row].key for row in rest)
    return MatchResult(
        linked=linked, waiting=waiting, free=tuple(key for key in left if key not in waiting), kept=kept
    )


def _unmatched(seekers: Sequence[PersonFacts], kept: dict[Key, int], mode: str) -> MatchResult:
    if mode != "link":
        return MatchResult(free=tuple(p.key for p in seekers), kept=kept)
    return MatchResult(waiting={p.key: wait("none", "link_mode") for p in seekers}, kept=kept)


def wait(band: str, code: str, suggestions: tuple[Suggestion, ...] = ()) -> Waiting:
    return Waiting(band=band, code=code, reason=REASONS[code], suggestions=suggestions)


def _waiting(whole: Whole, rest: Sequence[int], sure: Findings, mode: str) -> dict[Key, Waiting]:
    """Everybody who is not certain beside the accounts nobody has, assigned one to one."""
    from misconsole.rules.suggest import verdicts

    scored = whole.candidates(rest, sure)
    codes = {key: code for key, (code, _) in sure.waits.items()}
    return {
        key: wait(band, code, suggestions) for key, band, code, suggestions in verdicts(scored, codes, mode)
    }
