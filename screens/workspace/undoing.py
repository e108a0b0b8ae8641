"""What taking a run back would do, to look at first: what comes back, what cannot, what is in the way."""

from __future__ import annotations

from misconsole.services.views import UndoView
from screens import glyphs
from screens.showing import Showing
from screens.widgets.lines import Line, line, span

NAMES = 4  # of each kind
BLOCKS = 6


def undo_lines(view: UndoView, showing: Showing) -> list[Line]:
    lines: list[Line] = []
    for each in view.restores:
        names = ", ".join(showing.name(name) for name in each.names[:NAMES])
        more = ", and more" if each.count > NAMES and names else ""
        lines.append(
            line(
                span(f"{each.count:>5,} ", "strong"),
                each.title,
                span(f": {names}{more}" if names else "", "muted"),
            )
        )
    lines.append(line(span("What does not come back:", "warn")))
    return lines + [line(f"{glyphs.DOT} {each}") for each in view.cannot]


def blocked_lines(view: UndoView, showing: Showing) -> list[Line]:
    """What people did since stands in the way; it is named, and nothing of it is overrun."""
    lines = [
        line(
            span(f"{glyphs.ATTENTION} {showing.prose(each.message, otherwise='A later decision')}", "warn"),
            f" {showing.prose(each.mend)}",
        )
        for each in view.blocked[:BLOCKS]
    ]
    if len(view.blocked) > BLOCKS:
        lines.append(line(span(f"and {len(view.blocked) - BLOCKS:,} more", "muted")))
    return [*lines, line("Nothing was changed.")]
