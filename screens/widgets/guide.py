"""The guide's steps as lines: numbered, each with its state in sign and word, the open one marked."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.guided_views import MovePlan
from misconsole.services.views import ConnectionView, GuideStep, ProbeView
from misconsole.text import fit
from screens import glyphs
from screens.widgets.lines import Line, line, span, wrap

STEP_SIGNS = {
    "done": (glyphs.OK, "good"), "now": (glyphs.ARROW, "accent"), "later": (glyphs.LATER, "muted"),
    "problem": (glyphs.PROBLEM, "bad"),
}  # fmt: skip


def step_list(steps: Sequence[GuideStep], opened: int, width: int) -> list[Line]:
    lines: list[Line] = []
    for index, step in enumerate(steps):
        sign, kind = STEP_SIGNS.get(step.state, (glyphs.LATER, ""))
        here = index == opened
        pointer = glyphs.POINTER if here else " "
        shade = "chosen" if here else ("strong" if step.state == "now" else kind)
        title = wrap(line(span(f"{pointer} {sign} {step.number} {step.title}", shade)), width, indent=6)
        lines += [
            (span(fit(each[-1].text if n == 0 else f"      {each[-1].text}", width), shade),)
            for n, each in enumerate(title)
        ]
    return lines


def step_lines(
    view: ConnectionView | MovePlan, step: GuideStep, probes: Sequence[ProbeView], width: int
) -> list[Line]:
    """The open step in full; its fields follow as fields to type in."""
    sign, kind = STEP_SIGNS.get(step.state, (glyphs.LATER, ""))
    lines = wrap(line(span(f"Step {step.number}: {step.title}", "title")), width)
    lines.append(line(span(f"{sign} {STATE_WORDS.get(step.state, step.state)}", kind)))
    lines.append(())
    for paragraph in step.text.split("\n"):
        lines += wrap(line(paragraph), width)
    if step.link:
        lines += [(), *wrap(line(span("link  ", "muted"), span(step.link, "accent")), width, indent=6)]
    if step.message:
        lines += [(), *wrap(line(span(f"{glyphs.ATTENTION} {step.message}", "warn")), width, indent=2)]
    if step.mend:
        lines += wrap(line(f"  {step.mend}"), width, indent=2)
    if step.kind in ("request", "wait") and view.message and view.message != step.message:
        lines += wrap(line(span(view.message, "muted")), width)
    if step.kind == "test":
        lines += probe_lines(probes, width)
    lines += [(), *wrap(what_next(step), width)]
    return lines


STATE_WORDS = {"done": "done", "now": "to do now", "later": "later", "problem": "stuck"}


def probe_lines(probes: Sequence[ProbeView], width: int) -> list[Line]:
    """Connectivity and data, each by itself (D10-D13, U7)."""
    lines: list[Line] = [()] if probes else []
    for probe in probes:
        sign, kind = (glyphs.OK, "good") if probe.ok else (glyphs.PROBLEM, "bad")
        words = f"{sign} {probe.name} {'works' if probe.ok else 'fails'}"
        lines += wrap(line(span(f"{words}: ", kind), probe.message), width, indent=2)
        if probe.mend:
            lines += wrap(line(f"  {probe.mend}"), width, indent=2)
    return lines


def what_next(step: GuideStep) -> Line:
    """What Enter does here."""
    link = (span("   y", "key"), " copies the link, ") if step.link else ()
    words = {
        "read": "ticks this when you have done it",
        "input": "goes to the first field; Enter in the last one saves",
        "columns": "opens the columns of the files",
        "reports": "opens the reports and fields",
        "request": "asks the school for access",
        "wait": "asks at once; it is asked every few seconds anyway",
        "test": "tests the connection, and the data",
        "sync": "starts the first sync",
        "pass": "goes on when you have done it",
        "rehearse": "rehearses the move; nothing is changed",
        "settle": "opens the short list",
        "switch": "asks once more, then switches over",
    }.get(step.kind, "ticks this step")
    return line(span("Enter", "key"), f" {words}", *link)
