"""Limits: how much one run may change before a person must look (product.md, 6).

They protect a school against a bad extract, a wrong filter and a wrong setting alike: they are asked
before the first write, each kind of change has its own count and share, and reaching a limit holds the
run just as passing it does.  The first sync of a school is exempt for what only adds (create, link,
update), because everything is new then; taking accounts away never is.

The school year is allowed for (``misconsole.rules.season``): changes that the season explains one by one do
not count, and what last year's same week brought widens a limit, at most to twice itself.  Neither lets a
run pass that would touch more than ROOF of everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from misconsole.counting import counted

#: Counted are accounts that would change, not people whose records did: not every change of a record
#: concerns the account ("updated" in the outcome of a run counts people).
KINDS = ("create", "update", "link", "unallocate")
EXEMPT_AT_FIRST = frozenset({"create", "update", "link"})
VERBS = {
    "create": "create {accounts}",
    "update": "change the accounts of {people}",
    "link": "link {people} to accounts",
    "unallocate": "take {accounts} away",
}


def told(kind: str, n: int) -> str:
    """ "take 1 account away", "create 1,204 accounts"."""
    return VERBS[kind].format(accounts=counted(n, "account"), people=counted(n, "person", "people"))


#: Share of those who could change from which on no season explains anything.
ROOF = {"create": 0.5, "update": 0.9, "link": 0.9, "unallocate": 0.4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What the school year allows for in one kind of change.

    ``explained`` planned changes that the season explains, ``why`` in words ("180 of Year 7"); ``last_year``
    what the same week of last year brought in all.
    """

    explained: int = 0
    why: str = ""
    last_year: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """``count`` changes, or ``share`` (0 to 1) of those who could change; None: no such limit.

    Up to ``floor`` changes never reach the share: one leaver of a nursery of eight is an eighth of it.
    """

    count: int | None = None
    share: float | None = None
    floor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One limit that was reached. ``of`` is the number the share is taken of."""

    kind: str
    planned: int
    of: int
    limit: Limit
    usual: Usual = Usual()

    @property
    def sentence(self) -> str:
        what = told(self.kind, self.planned)
        if self.usual.why:
            what += f" (the season explains {self.usual.why})"
        if self.limit.count is not None and self.planned >= self.limit.count:
            return f"the run would {what}; the limit is {self.limit.count}"
        share = 100 * (self.limit.share or 0.0)
        return f"the run would {what} of {self.of}; the limit is {share:g} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Why the run is held; ``code`` names the first kind that tripped, e.g. ``limit_unallocate``."""

    trips: tuple[Trip, ...]

    @property
    def code(self) -> str:
        return f"limit_{self.trips[0].kind}"

    @property
    def message(self) -> str:
        text = "; ".join(t.sentence for t in self.trips)
        return text[0].upper() + text[1:] + "."

    def as_dict(self, run_id: int) -> dict[str, str]:
        mend = (
            f"Look at who is affected (misconsole run show {run_id}), then approve or reject: "
            f"misconsole run approve {run_id}. Nothing has been changed."
        )
        return {"code": self.code, "message": self.message, "mend": mend}


def trips(planned: int, of: int, limit: Limit) -> bool:
    """True when either limit is reached; nothing planned never trips."""
    if planned <= 0:
        return False
    if limit.count is not None and planned >= limit.count:
        return True
    return limit.share is not None and of > 0 and planned > limit.floor and planned >= limit.share * of


def unusual(kind: str, planned: int, of: int, limit: Limit, usual: Usual) -> bool:
    """True when a limit is reached and the school year does not account for it."""
    if not trips(planned, of, limit):
        return False
    if of > 0 and planned >= ROOF[kind] * of and planned > limit.floor:
        return True
    rest = planned - min(usual.explained, planned)
    widened = min(max(0, usual.last_year - usual.explained), _reach(of, limit))
    return trips(rest - widened, of, limit)


def _reach(of: int, limit: Limit) -> int:
    """How many changes the limit allows, the nearer of count and share."""
    ways = [limit.count] if limit.count is not None else []
    ways += [int(limit.share * of)] if limit.share is not None else []
    return min(ways, default=0)


def check(
    planned: Mapping[str, int],
    *,
    of: Mapping[str, int],
    limits: Mapping[str, Limit],
    first_sync: bool,
    usual: Mapping[str, Usual] | None = None,
) -> Holding | None:
    """The limits that these counts reach, worst kind first; None: the run may go on.

    ``planned`` and ``of`` map each of KINDS to the changes planned and to those who could change; ``usual``
    what the school year allows for, by kind.
    """
    known = usual or {}
    found = tuple(
        Trip(
            kind=kind, planned=planned.get(kind, 0), of=of.get(kind, 0), limit=limits[kind],
            usual=known.get(kind, Usual()),
        )
        for kind in reversed(KINDS)
        if kind in limits
        and not (first_sync and kind in EXEMPT_AT_FIRST)
        and unusual(kind, planned.get(kind, 0), of.get(kind, 0), limits[kind], known.get(kind, Usual()))
    )  # fmt: skip
    return Holding(trips=found) if found else None
