"""Accepting the likely ones at once: how many, and a sample of them to look at before anything is linked."""

from __future__ import annotations

from misconsole.services.views import BulkPlan, Evidence, UnmatchedItem
from screens import glyphs
from screens.showing import Showing, counted, full_name
from screens.widgets.evidence import AGREEMENT, TITLES, said_margin
from screens.widgets.lines import Line, line, span

SHOWN = 6  # with two lines each they fit a terminal of 24 rows


def likely_lines(plan: BulkPlan, showing: Showing) -> list[Line]:
    """The weakest first, as the plan has them: each with the account and what does not simply agree."""
    lines: list[Line] = []
    if plan.total > len(plan.sample[:SHOWN]):
        lines.append(line(span(f"{SHOWN} of them, the least certain among them:", "muted")))
    for item in plan.sample[:SHOWN]:
        lines.append(_pair(item, showing))
    if plan.refused:
        left = counted(len(plan.refused), "person is", "people are")
        lines.append(line(span(f"{left} left for you to look at: {plan.refused[0].reason}", "muted")))
    return [*lines, line("It is one decision; u takes all of it back.")]


def _pair(item: UnmatchedItem, showing: Showing) -> Line:
    best = item.candidates[0]
    group = item.person.registration_group or showing.handle(item.person.staff_code)
    called = showing.name(full_name(best.account))
    odd = [_said(each) for each in best.evidence if each.agreement not in ("equal", "folded", "missing")]
    return line(
        span(showing.sorted_name(item.person), "strong"),
        f" {group} {glyphs.ARROW} " if group else f" {glyphs.ARROW} ",
        span(showing.handle(best.account.username), "strong"),
        f" {called}",
        span(f", {best.score:.1f} bits, {said_margin(best, item.candidates)}", "muted"),
        span(f"; {', '.join(odd)}" if odd else "", "warn"),
    )


def _said(each: Evidence) -> str:
    """ "given name nickname": a field that does not simply agree."""
    title = TITLES.get(each.field, each.field.replace("_", " "))
    return f"{title} {AGREEMENT.get(each.agreement, ('', each.agreement, ''))[1]}"
