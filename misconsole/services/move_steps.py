"""The steps of a guided move: those of the new MIS's guide, then rehearse, settle, switch over (B14).

The guide's own test, reports and first sync are left out: the rehearsal reads everything there is, consent
stays as the school gave it, and the first sync comes after the switch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from misconsole.services.views import GuideStep

LATER_OR_NEVER = ("test", "reports", "sync")
REHEARSE = (
    "Reads the new MIS whole and finds everybody again, by the identifiers that outlive a MIS, else by exact "
    "name and date of birth. Nothing is changed; the school goes on with its MIS."
)
SETTLE = (
    "Somebody of the new MIS resembles somebody we know without being certain. Say who is who; whoever is "
    "left open waits in Unmatched afterwards, the account untouched."
)
SWITCH = (
    "Exactly what was rehearsed is applied, in one go: ids, links and connection change together. "
    "History takes it back whole until the next sync."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How far the move is. ``state`` as of ``MovePlan``; ``problem`` and ``mend`` of what just failed."""

    state: str
    rehearsed: bool
    cases: int
    open_cases: int
    problem: str = ""
    mend: str = ""


def steps(guided: Sequence[GuideStep], title: str, stage: Stage) -> tuple[GuideStep, ...]:
    mine = _typed([each for each in guided if each.kind not in LATER_OR_NEVER])
    ready = all(each.state == "done" for each in mine)
    wanted = (*mine, *_own(title, stage, ready=ready))
    return tuple(replace(each, number=number) for number, each in enumerate(wanted, 1))


def _typed(guided: Sequence[GuideStep]) -> list[GuideStep]:
    """Steps that are only read are behind us once one after them is; no tick is kept of them."""
    last = max((n for n, each in enumerate(guided) if each.state == "done"), default=-1)
    done = [each.state == "done" or (each.kind == "read" and n < last) for n, each in enumerate(guided)]
    first = done.index(False) if False in done else len(done)
    return [
        each
        if each.state == "problem"
        else replace(each, state="done" if done[n] else "now" if n == first else "later")
        for n, each in enumerate(guided)
    ]


def _own(title: str, stage: Stage, *, ready: bool) -> Iterator[GuideStep]:
    fresh = stage.state in ("ready", "held", "applied")
    rehearse = "done" if fresh else "now" if ready else "later"
    again = "The school changed since the rehearsal." if stage.rehearsed and not fresh else ""
    yield GuideStep(
        id="rehearse", number=0, title="Rehearse the move", kind="rehearse", text=REHEARSE,
        state="problem" if stage.problem and ready else rehearse, message=stage.problem or again,
        mend=stage.mend or ("Rehearse it again; what was settled is kept." if again else ""),
    )  # fmt: skip
    settled = fresh and not stage.open_cases
    yield GuideStep(
        id="settle", number=0, title="Settle the short list", kind="settle", text=SETTLE,
        state="done" if settled else "now" if fresh else "later", message=_open(stage) if fresh else "",
    )  # fmt: skip
    yield GuideStep(
        id="switch", number=0, title=f"Switch to {title}", kind="switch", text=SWITCH,
        state="done" if stage.state == "applied" else "now" if fresh else "later",
    )  # fmt: skip


def _open(stage: Stage) -> str:
    if not stage.cases:
        return ""
    return f"{stage.open_cases} of {stage.cases} still open." if stage.open_cases else ""
