"""Why a key of the guided move cannot be used now; "" when it can."""

from __future__ import annotations

from misconsole.services.guided_views import MovePlan
from misconsole.services.views import GuideStep
from screens.connect.guided import why_not_step

AFTER = ("sync", "review", "take-back")
ALWAYS = ("up", "down", "page-up", "page-down", "go", "run", "lost")
REHEARSED = ("ready", "held")


def why_not_now(run: str, plan: MovePlan, step: GuideStep | None, *, applied: bool, rehearsing: bool) -> str:
    if run in AFTER:
        return "" if applied else f"{plan.mis_title} is not in use yet; a switches over."
    if run == "run" and plan.run is None:
        return "Nothing was rehearsed yet."
    if run == "lost" and not plan.lost:
        return "Everybody with an account was found, or is on the short list." if plan.run else NOT_YET
    if run in ALWAYS:
        return ""
    if applied:
        return f"The switch was made; {plan.mis_title} is in use."
    if run == "cancel":
        return "" if rehearsing else "No rehearsal is under way."
    if rehearsing:
        return "A rehearsal is under way; c stops it."
    return _before(run, plan, step)


NOT_YET = "Rehearse first: d."


def _before(run: str, plan: MovePlan, step: GuideStep | None) -> str:
    if run == "columns":
        return "" if plan.route == "csv" else "Only a move to CSV files has columns to look at."
    if run == "rehearse":
        unready = next((s for s in plan.steps if s.state != "done" and s.kind in NEEDED), None)
        return f"Step {unready.number} comes first: {unready.title}." if unready else ""
    if run in ("settle", "switch") and plan.state not in REHEARSED:
        return "The school changed since the rehearsal; rehearse again: d." if plan.known else NOT_YET
    if run == "settle" and not plan.short_list:
        return "The short list is empty: nobody is in doubt."
    if run == "check" and (step is None or step.kind not in ("wait", "request")):
        return "Nobody is asked in this step."
    if run == "edit":
        return "" if any(each.kind == "input" for each in plan.steps) else "This route has no settings."
    return why_not_step(run, step, plan.steps) if step is not None else ""


NEEDED = ("input", "columns", "request", "wait")
