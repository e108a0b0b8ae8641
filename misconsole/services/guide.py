"""The numbered guide of a connection: which steps are done, which one is now, what is wrong (B3).

The steps come from the catalogue.  Steps of some kinds complete themselves from what is stored; the rest
are ticked by the operator.  Nothing is kept but ticks, so a guide can be left and resumed at any time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from connectors.catalogue.shapes import Step
from misconsole.services.views import GuideStep, SettingView

TESTED = "test-passed"  # kept among the ticks: the last test of this connection passed
MAPPING = "mapping"  # the setting that holds the columns somebody accepted
WRONG = ("declined", "revoked", "refused", "offline")
MENDS = {
    "not asked": "Ask for access (misconsole authorise SCHOOL).",
    "pending": "Ask the school to approve the request in its own system.",
    "declined": "Speak to the school, then ask again.",
    "revoked": "The school took its approval back; speak to it, then ask again.",
    "offline": "The MIS link at the school is down. Nothing is taken away; it is read again once it is up.",
    "refused": "Our own credentials are refused; type them again.",
    "unknown": "Check again in a moment.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the states are worked out from. ``asked``: access was requested or is known to be granted."""

    ticked: Collection[str]
    settings: Sequence[SettingView]
    access: str
    asked: bool
    reports_accepted: bool
    tested: bool
    synced: bool
    problem: str = ""  # message of a call that just failed
    mend: str = ""


def steps(entry_steps: Sequence[Step], now: Progress) -> tuple[GuideStep, ...]:
    """Every step with its state: done, now (the first not done), later, or problem."""
    approved = now.access in ("approved", "offline")
    last_wait = max((i for i, step in enumerate(entry_steps) if step.kind in ("request", "wait")), default=-1)
    done = [
        is_done(step, now) or (step.kind == "read" and approved and i < last_wait)
        for i, step in enumerate(entry_steps)
    ]
    first = done.index(False) if False in done else len(done)
    saved = _links_open_from(entry_steps, done)
    return tuple(
        _view(step, i, now, state="done" if done[i] else "now" if i == first else "later", linked=i < saved)
        for i, step in enumerate(entry_steps)
    )


def is_done(step: Step, now: Progress) -> bool:
    """Whether a step is behind us; a self-completing one cannot be ticked away."""
    if step.kind == "input":
        return _typed(step, now)
    facts = {
        "columns": any(each.name == MAPPING and each.present for each in now.settings),
        "reports": now.reports_accepted,
        "request": now.asked or now.access not in ("not asked", "unknown"),
        "wait": now.access in ("approved", "offline"),
        "test": now.tested,
        "sync": now.synced,
    }
    return facts.get(step.kind, step.id in now.ticked)


def _typed(step: Step, now: Progress) -> bool:
    """What is used up by authorising is missed only while access is not approved."""
    approved = now.access in ("approved", "offline")
    wanted = [each for each in now.settings if not step.fields or each.name in step.fields]
    return all(each.present for each in wanted if each.required or (each.once and not approved))


def _links_open_from(entry_steps: Sequence[Step], done: Sequence[bool]) -> int:
    """Links are shown before the first consent step that is not done: the link exists only after (B6)."""
    for i, step in enumerate(entry_steps):
        if step.kind == "reports" and not done[i]:
            return i + 1
    return len(entry_steps)


def _view(step: Step, index: int, now: Progress, *, state: str, linked: bool) -> GuideStep:
    view = GuideStep(
        id=step.id,
        number=index + 1,
        title=step.title,
        text=step.text,
        kind=step.kind,
        state=state,
        link=step.link if linked else "",
        fields=step.fields,
    )
    if state == "now" and now.problem and step.kind not in ("read", "reports"):
        return replace(view, state="problem", message=now.problem, mend=now.mend)
    if step.kind == "wait" and now.access in WRONG:
        return replace(view, state="problem", message=f"Access is {now.access}.", mend=MENDS[now.access])
    if step.kind == "wait" and state == "now":
        return replace(view, message=f"Access is {now.access}.", mend=MENDS.get(now.access, ""))
    return view
