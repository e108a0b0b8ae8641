"""Settling the short list of a change of MIS: what was decided case by case, replayed over the list (B14).

What is kept is the log of decisions, in order; how a case stands is worked out from it.  So the last
decision can be taken back, and after another rehearsal the decisions that still fit are taken over.
Nobody we know can be two people of the new MIS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Key = tuple[str, str]
SAME, NOT_SAME, NEW = "same", "not-same", "new"


class Verdict(NamedTuple):
    """``what``: same (they are ``person``), not-same (they are not ``person``), new (nobody we know)."""

    key: Key
    what: str
    person: int = 0
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands. ``person`` is who they are (0: not said), ``refused`` who they are not."""

    person: int = 0
    refused: frozenset[int] = frozenset()
    by: str = ""

    def word(self, candidates: Iterable[int]) -> str:
        """open, same, or new: nobody of those suggested is left."""
        if self.person:
            return SAME
        return "open" if any(each not in self.refused for each in candidates) else NEW


OPEN = Standing()
Cases = Mapping[Key, Sequence[int]]


def stand(cases: Cases, log: Iterable[Verdict]) -> dict[Key, Standing]:
    """How every case stands after the decisions of ``log``."""
    found = dict.fromkeys(cases, OPEN)
    for each in log:
        found[each.key] = _after(found[each.key], each, cases[each.key])
    return found


def _after(before: Standing, verdict: Verdict, candidates: Sequence[int]) -> Standing:
    if verdict.what == SAME:
        return Standing(verdict.person, before.refused - {verdict.person}, verdict.by)
    refused = frozenset(candidates) if verdict.what == NEW else before.refused | {verdict.person}
    return Standing(0 if before.person in refused else before.person, refused, verdict.by)


def complaint(cases: Cases, log: Iterable[Verdict], verdict: Verdict) -> str:
    """Why this decision cannot be taken; "" when it can."""
    if verdict.key not in cases:
        return f"{verdict.key[1]} is not on the short list."
    if verdict.what == NEW:
        return ""
    if verdict.person not in cases[verdict.key]:
        return f"{verdict.key[1]} and person {verdict.person} are no pair of the short list."
    others = {key: one.person for key, one in stand(cases, log).items() if key != verdict.key}
    if verdict.what == SAME and verdict.person in others.values():
        return f"Person {verdict.person} is somebody else's already."
    return ""


def still(cases: Cases, log: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The decisions that hold for another rehearsal's list too, in order; the rest lapses."""
    kept: list[Verdict] = []
    for each in log:
        if not complaint(cases, kept, each):
            kept.append(each)
    return tuple(kept)


def pairs(cases: Cases, log: Iterable[Verdict]) -> dict[Key, int]:
    """New key -> person we know, as people settled it."""
    return {key: one.person for key, one in stand(cases, log).items() if one.person}


def told_apart(cases: Cases, log: Iterable[Verdict]) -> dict[Key, frozenset[int]]:
    """New key -> people they are not; to be remembered, so that nobody is asked the same again."""
    return {key: one.refused for key, one in stand(cases, log).items() if one.refused}
