"""What a push may change before a person must look: asked before the first write.

A directory that suddenly shows few of the entries we wrote is taken for a bad look, not for a clear-out:
the push is held, so that an empty answer never makes everybody again.
"""

from __future__ import annotations

from dataclasses import dataclass

from misconsole.counting import counted
from misconsole.rules.limits import trips
from misconsole.rules.target_options import LIMITS, TargetOptions
from misconsole.rules.target_parts import TargetPlan

SHORT_READ = "short_read"  # the code of that holding
#: Everything is new at first; nothing else is exempt.
EXEMPT_AT_FIRST = frozenset({"create"})
_VERBS = {
    "create": "create {entries}", "update": "change {entries}", "rename": "rename {entries}",
    "move": "move {entries}", "resume": "let {people} in again", "suspend": "suspend {entries}",
    "delete": "delete {entries}",
}  # fmt: skip
_WORST_FIRST = ("delete", "suspend", "create", "rename", "resume", "move", "update")


@dataclass(frozen=True, slots=True)
class TargetHolding:
    """Why a push waits for a person."""

    code: str
    message: str

    def as_dict(self, *, approve: str) -> dict[str, str]:
        mend = f"Look at what it would do, then approve or reject it: {approve}. Nothing has been changed."
        return {"code": self.code, "message": self.message, "mend": mend}


def planned(plan: TargetPlan) -> dict[str, int]:
    """Kind of limit -> changes; putting our mark back counts as a change of the entry."""
    counts = plan.counts
    found = {kind: counts.get(kind, 0) for kind in LIMITS.kinds}
    found["update"] += counts.get("adopt", 0)
    return found


def check(plan: TargetPlan, options: TargetOptions, *, first: bool) -> TargetHolding | None:
    """None: the push may go on. ``first``: none reached its end yet, so that everybody is new there."""
    if short := _short(plan):
        return short
    limits = options.limits
    told = []
    for kind in _WORST_FIRST:
        n, limit = planned(plan)[kind], limits[kind]
        if (first and kind in EXEMPT_AT_FIRST) or not trips(n, plan.known, limit):
            continue
        reached = limit.count is not None and n >= limit.count
        most = str(limit.count) if reached else f"{100 * (limit.share or 0.0):g} % of {plan.known}"
        what = _VERBS[kind].format(
            entries=counted(n, "entry", "entries"), people=counted(n, "person", "people")
        )
        told.append((kind, f"the push would {what}; the limit is {most}"))
    if not told:
        return None
    text = "; ".join(sentence for _, sentence in told)
    return TargetHolding(f"limit_{told[0][0]}", f"{text[0].upper()}{text[1:]}.")


def _short(plan: TargetPlan) -> TargetHolding | None:
    """One alone that is missing of a few was asked for by its mark, and is made again."""
    if not plan.short or (plan.found and plan.known - plan.found == 1):
        return None
    return TargetHolding(
        SHORT_READ,
        f"The directory shows {plan.found} of the {counted(plan.known, 'entry', 'entries')} we wrote there.",
    )
