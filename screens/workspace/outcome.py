"""What a decision left behind, in one line for the operator, and which rows it did not reach."""

from __future__ import annotations

from collections.abc import Hashable

from misconsole.services.views import DecisionView, ManyView, RunView
from screens.showing import Showing, counted

Outcome = DecisionView | ManyView | RunView


def told(outcome: Outcome, showing: Showing) -> tuple[str, str]:
    """(the line, its kind). Who was left out is never passed over in silence."""
    if isinstance(outcome, RunView):
        return (
            f"Run {outcome.changes.get('undoes', '')} is taken back, by run {outcome.id}. "
            "The next sync reads everything anew.",
            "good",
        )
    decision = outcome.decision if isinstance(outcome, ManyView) else outcome
    said = f"{showing.prose(decision.summary, otherwise='Decided').rstrip('.')}. u takes it back."
    refused = outcome.refused if isinstance(outcome, ManyView) else ()
    if not refused:
        return said, "good"
    reason = showing.prose(refused[0].reason, otherwise="The reasons name people.")
    return f"{said} {counted(len(refused), 'is', 'are')} left out and still marked: {reason}", "warn"


def left_out(outcome: Outcome) -> frozenset[Hashable]:
    """Ids of those a decision on many could not decide."""
    return frozenset(each.id for each in outcome.refused) if isinstance(outcome, ManyView) else frozenset()
