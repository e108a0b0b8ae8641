"""From scores to bands: how sure a suggestion is, in a word (reference 6.2).

Bands
  likely    score at least LIKELY, at least CLEAR bits ahead of every rival, and nothing that speaks
            outright against it
  possible  something similar enough that no account may be made by itself (K1)
  many      two or more that are within TIE bits of each other, or an account wanted by two people:
            a tie is never likely
  none      nobody similar

A score of 0 means even odds that the best pair is one person, each bit doubles them; LIKELY is a
thousand to one.  Rivals are counted on both sides: other accounts for the person, and other people
for the account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from misconsole.rules.evidence import IN_GENERAL, Evidence, Habits
from misconsole.rules.facts import AccountFacts

LIKELY = 5.0
POSSIBLE = 0.0
CLEAR = 4.0
TIE = 3.0
SHOWN = 9  # keys 1 to 9

#: field -> agreements that forbid calling a pair likely, whatever else agrees.
AGAINST = {
    "given_name": frozenset({"differs", "missing"}),
    "family_name": frozenset({"differs", "missing"}),
    "date_of_birth": frozenset({"differs", "near", "year", "digit"}),
    "role": frozenset({"differs"}),
    "upn": frozenset({"differs"}),
    "uln": frozenset({"differs"}),
    "username": frozenset({"initial and surname"}),
    "email_name": frozenset({"initial and surname"}),
}
#: Fields of which an equal one tells namesakes apart.
MARKS = ("upn", "uln", "staff_code", "mis_id", "email")
#: Agreements of first names that a twin could have as well.
DOUBTFUL = frozenset({"similar", "initial", "nickname", "part"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A person and an account compared. ``twin``: others share this surname and date of birth;
    ``forced``: kept whatever the score, because an identifier or the whole name points here;
    ``unmistakable``: nothing but the name speaks for it, and that is enough (``namesakes``)."""

    account: AccountFacts
    score: float
    evidence: tuple[Evidence, ...]
    twin: bool = False
    forced: bool = False
    unmistakable: bool = False
    habits: Habits = IN_GENERAL

    @property
    def suggested(self) -> bool:
        return self.forced or self.score >= POSSIBLE

    @property
    def elsewhere(self) -> bool:
        """A namesake at a local school: no mark in common, and the date of birth differs."""
        if not self.account.local:
            return False
        kept = {item.field: item.agreement for item in self.evidence}
        return kept.get("date_of_birth") == "differs" and not any(
            kept.get(name) in ("equal", "former") for name in MARKS
        )

    @property
    def capped(self) -> bool:
        """Something speaks outright against it, or somebody else of that name or family could be meant."""
        for item in self.evidence:
            if item.agreement in AGAINST.get(item.field, ()) and not self._usual(item.field):
                return True
            if self.twin and item.field == "given_name" and item.agreement in DOUBTFUL:
                return True
        return self._doubtful

    def _usual(self, name: str) -> bool:
        """Whether that field is seen to be wrong here so often that it settles nothing by itself."""
        if name in ("given_name", "family_name"):
            return not self.habits.twins
        return name == "date_of_birth" and self.habits.dates_slip

    @property
    def by_name_alone(self) -> bool:
        """Nothing but name and role speaks for it: a date of birth is missing, no mark is in common."""
        kept = {item.field: item.agreement for item in self.evidence}
        return kept.get("date_of_birth", "missing") == "missing" and not any(
            kept.get(name) in ("equal", "former") for name in MARKS
        )

    @property
    def _doubtful(self) -> bool:
        """The name alone, where it may be a namesake's."""
        if not self.by_name_alone or self.unmistakable:
            return False
        return self.habits.twins or self.account.role not in self.habits.dated


def margins(scored: Sequence[Scored], rivals: Sequence[float]) -> tuple[float, ...]:
    """For each suggestion, best first, the gap to its best rival: the other accounts of this person, and
    in ``rivals`` the best score of another person for that account (-inf for none).  Without a rival
    the gap is the score itself."""
    gaps = []
    for i, one in enumerate(scored):
        others = [other.score for j, other in enumerate(scored) if j != i]
        gaps.append(one.score - max([0.0, rivals[i], *others]))
    return tuple(round(gap, 1) for gap in gaps)


def band(scored: Sequence[Scored], gaps: Sequence[float], rivals: Sequence[float], *, assigned: bool) -> str:
    """The band of a person whose suggestions are these, best first.

    ``assigned``: the best is the one this person gets when everybody is thought of at once; the first of
    ``gaps`` is then what forbidding it would cost."""
    if not scored:
        return "none"
    best = scored[0]
    second = scored[1].score if len(scored) > 1 else float("-inf")
    if best.score - max(second, rivals[0]) < TIE and (gaps[0] < TIE or not assigned):
        return "many"
    if assigned and best.score >= LIKELY and gaps[0] >= CLEAR and not best.capped:
        return "likely"
    return "possible"
