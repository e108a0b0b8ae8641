"""What a person who decides is shown: the accounts that may be somebody's, weighed, assigned and banded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from misconsole.rules import bands, nicknames, similarity
from misconsole.rules.assign import assign
from misconsole.rules.bands import Scored
from misconsole.rules.compare import NameAgreement, names_agree, weigh
from misconsole.rules.evidence import Frequencies
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.matching import Suggestion
from misconsole.rules.names import views

Key = tuple[str, str]
Families = Mapping[tuple[str, date], int]


class Weigher:
    """Weighs pairs of rows of ``people`` and ``accounts`` field by field."""

    def __init__(
        self, people: Sequence[PersonFacts], accounts: Sequence[AccountFacts], *, often: Frequencies,
        families: Families,
    ) -> None:  # fmt: skip
        self.people, self.accounts, self.often, self.families = people, accounts, often, families

    def weighed(
        self, pairs: Iterable[tuple[int, int]], forced: Collection[tuple[int, int]]
    ) -> dict[Key, list[Scored]]:
        """Everybody -> the accounts to be shown, best first; ``forced`` pairs are shown in any case."""
        found: dict[Key, list[Scored]] = {person.key: [] for person in self.people}
        for i, j in pairs:
            one = self._scored(self.people[i], self.accounts[j], forced=(i, j) in forced)
            if one.forced or (one.suggested and not one.elsewhere):
                found[self.people[i].key].append(one)
        for key, scored in found.items():
            scored.sort(key=lambda one: (-one.score, one.account.account_id))
            found[key] = scored[: bands.SHOWN]
        return found

    def _scored(self, person: PersonFacts, account: AccountFacts, *, forced: bool) -> Scored:
        names = names_agree(person, account, self.often)
        evidence = weigh(person, account, names, self.often)
        score = round(sum(item.weight for item in evidence) + self.often.prior, 1)
        whole = names is not None and _full(names) and _stands_in_the_way(person, account, names)
        twin = self._twin(person) or (
            names is not None and names.given == "similar" and self._two_names(names)
        )
        return Scored(
            account=account, score=score, evidence=evidence, twin=twin, forced=forced or whole,
            habits=self.often.habits,
        )  # fmt: skip

    def _twin(self, person: PersonFacts) -> bool:
        born = person.date_of_birth
        return born is not None and self.families.get((views(person.last).joined, born), 0) > 1

    def _two_names(self, names: NameAgreement) -> bool:
        """Whether two similar first names are real ones (Jayden, Hayden) rather than a slip."""
        mine, theirs = (views(pair[0]).joined for pair in (names.person, names.account))
        if not self.often.habits.twins:
            return False
        if mine[:1] != theirs[:1]:
            return True
        return all(self.often.given.get(name, 0) > 1 or nicknames.listed(name) for name in (mine, theirs))


def _full(names: NameAgreement) -> bool:
    """First name and surname both agree without a slip."""
    return (
        not names.swapped
        and names.family in ("equal", "folded", "spelling")
        and names.given in ("equal", "folded", "nickname")
    )


def _stands_in_the_way(person: PersonFacts, account: AccountFacts, names: NameAgreement) -> bool:
    """The guard of K1: the whole name agrees in the same role, and no date of birth speaks against it.

    In the person's own school a full namesake waits even then: such a left-over account is usually a
    leaver's (Z17), but dates are mistyped too, and only accounts that nobody present has come this far.
    """
    if person.role != account.role:
        return False
    if similarity.born(person.date_of_birth, account.date_of_birth) == "differs":
        return not account.local and names.given != "nickname"
    return True


def families(people: Iterable[PersonFacts], accounts: Iterable[AccountFacts]) -> Families:
    """(surname, date of birth) -> how many different first names have it: twins show here."""
    first: dict[tuple[str, date], set[str]] = {}
    for person in people:
        if person.date_of_birth is not None:
            family = (views(person.last).joined, person.date_of_birth)
            first.setdefault(family, set()).add(views(person.first).joined)
    for account in accounts:
        if account.date_of_birth is not None:
            family = (views(account.family_name).joined, account.date_of_birth)
            names, given = first.get(family), account.given_name
            if names is not None and all(
                similarity.given(given, name) in ("differs", "missing") for name in names
            ):
                names.add(views(given).joined)
    return Counter({family: len(names) for family, names in first.items()})


def verdicts(
    scored: Mapping[Key, Sequence[Scored]], codes: Mapping[Key, str], mode: str
) -> Iterator[tuple[Key, str, str, tuple[Suggestion, ...]]]:
    """(person, band, code of REASONS, suggestions) of everybody who has to wait."""
    wishes = {
        key: {one.account.account_id: one.score for one in mine if one.score > 0}
        for key, mine in scored.items()
        if mine
    }
    assigned = assign(wishes)
    rivals = _Rivals(scored)
    for key, mine in scored.items():
        code = codes.get(key, "")
        if not mine and not code and mode != "link":
            continue
        account, gap = assigned.get(key, (None, 0.0))
        yield key, *_verdict(mine, rivals.of(key, mine), account, gap, code, mode)


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


def _verdict(
    mine: Sequence[Scored], rivals: Sequence[float], account: int | None, gap: float, code: str, mode: str
) -> tuple[str, str, tuple[Suggestion, ...]]:
    gaps = list(bands.margins(mine, rivals))
    if mine and mine[0].account.account_id == account:
        gaps[0] = round(gap, 1)  # what the whole would lose, not only what is next best here
    band = bands.band(mine, gaps, rivals, assigned=bool(mine) and mine[0].account.account_id == account)
    if code in ("contested", "several_accounts") and mine:
        band = "many"
    elif code in ("identifier_conflict", "upn_differs") and band == "likely":
        band = "possible"
    elif code == "link_mode" and band == "possible":
        band = "likely"
    fallback = "similar" if mine else "link_mode"
    suggestions = tuple(
        Suggestion(
            account_id=one.account.account_id, rank=rank, score=one.score, margin=each, evidence=one.evidence
        )
        for rank, (one, each) in enumerate(zip(mine, gaps, strict=True), start=1)
    )
    return band, code or ("link_mode" if mode == "link" and not mine else fallback), suggestions
