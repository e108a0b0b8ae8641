"""A run as lines: the stages in a row, each with its lamp, and one line of progress a report."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.views import ProgressView, RunView, StageView
from misconsole.text import cells, fit
from screens import glyphs
from screens.showing import took
from screens.widgets.lines import Line, Span, line, line_cells, span, wrap

STAGE_SIGNS = {
    "waiting": (glyphs.LATER, "muted"),
    "working": (glyphs.WORKING, "accent"),
    "ok": (glyphs.OK, "good"),
    "attention": (glyphs.ATTENTION, "warn"),
    "problem": (glyphs.PROBLEM, "bad"),
    "skipped": (glyphs.DASH, "muted"),
}


def stage_row(stages: Sequence[StageView], width: int) -> list[Line]:
    """All stages in one line where they fit, else over two; the word of the one at work below it."""
    parts: list[list[Span]] = []
    for stage in stages:
        sign, kind = STAGE_SIGNS.get(stage.state, (glyphs.LATER, ""))
        parts.append([span(f"{sign} {stage.name}", kind)])
    lines: list[Line] = []
    row: list[Span] = []
    for part in parts:
        if row and line_cells(row) + 3 + line_cells(part) > width:
            lines.append(tuple(row))
            row = []
        row += ([span("   ")] if row else []) + part
    return [*lines, tuple(row)] if row else lines


def stage_detail(run: RunView, width: int) -> list[Line]:
    """What the stage at work, or the one that stopped, says of itself."""
    told = [s for s in run.stages if s.state in ("working", "attention", "problem")] or [
        s for s in run.stages if s.state == "ok"
    ][-1:]
    lines: list[Line] = []
    for stage in told:
        seconds = f" {took(stage.seconds)}" if stage.seconds is not None else ""
        words = f"{stage.name}: {stage.detail or stage.state}"
        lines += wrap(line(words, span(seconds, "muted")), width)
    return lines


def progress_line(progress: ProgressView, width: int) -> Line:
    """Name, bar, count, rate and time left of one report. Drawn anew at most twice a second."""
    title = fit(progress.title or progress.report, 18)
    numbers = _numbers(progress)
    room = width - cells(title) - 1 - 34
    bar = _bar(progress, max(0, min(30, room)))
    return line(f"{title} ", *bar, span(f" {numbers}", "good" if progress.finished else ""))


def _numbers(progress: ProgressView) -> str:
    count = f"{progress.done:,}" if progress.total is None else f"{progress.done:,} of {progress.total:,}"
    if progress.finished:
        return f"{count} {glyphs.OK}"
    rate = f", {progress.rate:,.0f}/s" if progress.rate else ""
    left = f", {took(progress.left)} left" if progress.left is not None else ""
    return f"{count}{rate}{left}"


def _bar(progress: ProgressView, size: int) -> list[Span]:
    if size < 8:
        return []
    if progress.finished:
        return [span(glyphs.BAR * size, "good")]
    if not progress.total:
        return [span(glyphs.BAR_REST * size, "muted")]
    done = min(size, progress.done * size // progress.total)
    return [span(glyphs.BAR * done, "accent"), span(glyphs.BAR_REST * (size - done), "muted")]
