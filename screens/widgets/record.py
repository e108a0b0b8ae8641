"""A person's whole record under the reason: what the MIS told, hidden by the mask as names are."""

from __future__ import annotations

from misconsole.record_words import HANDLE, NAME, PHONE, record_words
from misconsole.services.views import WhyView
from screens.showing import Showing
from screens.widgets.lines import Line, line, span, wrap

TITLE = 17  # cells


def record_lines(view: WhyView, showing: Showing, width: int) -> list[Line]:
    """Nothing for whoever is no person."""
    if view.person is None or view.record is None:
        return []
    hide = {NAME: showing.name, HANDLE: showing.handle, PHONE: showing.phone}
    lines: list[Line] = [(), line(span("What the MIS told", "title"))]
    for title, value, kind in record_words(view.record, view.person.role):
        shown = hide[kind](value) if kind in hide else value
        lines += wrap(line(span(f"{title:<{TITLE}}", "muted"), shown), width, indent=TITLE)
    return lines
