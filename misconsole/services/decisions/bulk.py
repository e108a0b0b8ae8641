"""Accepting what is *likely* in bulk: a sample to look at first, then one decision that can be undone whole.

What it protects: only people whose one best account is in the band *likely*, clear of every rival, go
along; a tie, an account wanted twice, or a case somebody has a note on is left for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from misconsole.errors import Usage
from misconsole.rules import bands
from misconsole.services import queues
from misconsole.services.decisions.many import link_many
from misconsole.services.desk import Desk
from misconsole.services.views import BulkPlan, ManyView, RefusedView, UnmatchedItem

SAMPLE = 12
BAND_TOLD = {
    "possible": "Only possible: somebody has to look.",
    "many": "Several accounts are about equally similar.",
    "none": "There is no similar account.",
}


def bulk_plan(
    desk: Desk, school: str, role: str, person_ids: Collection[int] | None = None, *, sample: int = SAMPLE
) -> BulkPlan:
    """What accepting would link, of everybody who waits or of the people named; nothing is changed.

    ``sample`` holds the least certain half and an even spread over the rest, so that a look at it says
    something about all of them.
    """
    if role not in ("staff", "pupil"):
        raise Usage(f"“{role[:20]}” is not a role.", mend="Name staff or pupil.")
    items = queues.unmatched(desk, school, role)
    wanted = None if person_ids is None else set(person_ids)
    named = [item for item in items if wanted is None or item.person.id in wanted]
    claimed = Counter(item.candidates[0].account.id for item in items if item.band == "likely")
    fit, refused = [], []
    for item in named:
        if told := _against(item, claimed):
            refused.append(RefusedView(id=item.person.id, name=item.person.name, reason=told))
        else:
            fit.append(item)
    if wanted is not None:
        waiting = {item.person.id for item in items}
        refused += [RefusedView(id=i, reason="Does not wait any more.") for i in sorted(wanted - waiting)]
    return BulkPlan(
        role=role,
        total=len(fit),
        sample=_sample(fit, sample),
        pairs=tuple((item.person.id, item.candidates[0].account.id) for item in fit),
        refused=tuple(refused),
    )


def _against(item: UnmatchedItem, claimed: Counter[int]) -> str:
    """Why this one is for a person, "" when nothing speaks against it."""
    if item.band != "likely":
        return BAND_TOLD.get(item.band, "Not likely enough.")
    best = item.candidates[0]
    if best.margin < bands.CLEAR:
        return f"Not clear of the next one: {best.margin:.1f} bits, where {bands.CLEAR:.0f} are needed."
    if claimed[best.account.id] > 1:
        return f"{best.account.username} is likely for {claimed[best.account.id]} people."
    if item.person.notes:
        return "Somebody left a note on this case."
    return ""


def _sample(fit: Sequence[UnmatchedItem], size: int) -> tuple[UnmatchedItem, ...]:
    by_score = sorted(fit, key=lambda item: (item.candidates[0].margin, item.person.id))
    if len(by_score) <= size:
        return tuple(by_score)
    weakest = by_score[: (size + 1) // 2]
    rest = by_score[len(weakest) :]
    step = len(rest) / (size - len(weakest)) if size > len(weakest) else len(rest)
    spread = [rest[int(n * step)] for n in range(size - len(weakest))]
    return (*weakest, *spread)


def accept_likely(desk: Desk, school: str, person_ids: Iterable[int]) -> ManyView:
    """Link these people to the account that is likely theirs, as one decision.

    People who are not likely (any more) are refused one by one; Conflict or Usage when nobody is left.
    """
    wanted = list(dict.fromkeys(person_ids))
    plans = [bulk_plan(desk, school, role, wanted) for role in ("staff", "pupil")]
    pairs = [pair for plan in plans for pair in plan.pairs]
    going = {person for person, _ in pairs}
    reasons = {each.id: each for plan in plans for each in plan.refused if each.name}
    left = tuple(
        reasons.get(i) or RefusedView(id=i, reason="Does not wait any more.")
        for i in wanted
        if i not in going
    )
    if not pairs:
        raise Usage(
            "Nobody of these is likely enough to be linked without a look.",
            mend=left[0].reason if left else "Mark people in the band likely.",
        )
    done = link_many(desk, school, pairs)
    return ManyView(decision=done.decision, done=done.done, refused=(*done.refused, *left))
