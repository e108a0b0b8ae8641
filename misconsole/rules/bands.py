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

from misconsole.rules.evidence import Evidence
from misconsole.rules.facts import AccountFacts

LIKELY = 10.0
POSSIBLE = 0.0
CLEAR = 5.0
TIE = 3.0
SHOWN = 9  # keys 1 to 9

#: field -> agreements that forbid calling a pair likely, whatever else agrees.
AGAINST = {
    "given_name": frozenset({"differs", "missing"}),
    "family_name": frozenset({"missing"}),
    "date_of_birth": frozenset({"differs", "near"}),
    "role": frozenset({"differs"}),
    "upn": frozenset({"differs"}),
    "username": frozenset({"initial and surname"}),
}
#: Agreements of first names that a twin could have as well.
DOUBTFUL = frozenset({"similar", "initial", "nickname", "part"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A person and an account compared. ``twin``: others share this surname and date of birth;
    ``forced``: kept whatever the score, because an identifier or the whole name points here."""

    account: AccountFacts
    score: float
    evidence: tuple[Evidence, ...]
    twin: bool = False
    forced: bool = False

    @property
    def suggested(self) -> bool:
        return self.forced or self.score >= POSSIBLE

    @property
    def capped(self) -> bool:
        """Something speaks outright against it, or a twin could be meant."""
        for item in self.evidence:
            if item.agreement in AGAINST.get(item.field, ()):
                return True
            if self.twin and item.field == "given_name" and item.agreement in DOUBTFUL:
                return True
        return False


def margins(scored: Sequence[Scored], rivals: Sequence[float]) -> tuple[float, ...]:
    """For each suggestion, best first, the gap to its best rival: the other accounts of this person, and
    in ``rivals`` the best score of another person for that account (-inf for none).  Without a rival
    the gap is the score itself."""
    gaps = []
    for i, one in enumerate(scored):
        others = [other.score for j, other in enumerate(scored) if j != i]
        gaps.append(one.score - max([0.0, rivals[i], *others]))
    return tuple(round(gap, 1) for gap in gaps)


def band(scored: Sequence[Scored], gaps: Sequence[float], rivals: Sequence[float]) -> str:
    """The band of a person whose suggestions are these, best first."""
    if not scored:
        return "none"
    best = scored[0]
    second = scored[1].score if len(scored) > 1 else float("-inf")
    if best.score - max(second, rivals[0]) < TIE:
        return "many"
    if best.score >= LIKELY and gaps[0] >= CLEAR and not best.capped:
        return "likely"
    return "possible"
