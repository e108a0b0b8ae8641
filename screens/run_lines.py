"""What a run is, in lines: how far it is, how it ended, what it changed, what waits, what was held."""

from __future__ import annotations

from misconsole.held_words import resolved
from misconsole.services.views import RunView
from misconsole.waiting_words import waiting_words
from screens import glyphs
from screens.showing import Showing, counted, took
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.stages import progress_line, stage_detail, stage_row

LEVELS = {"error": (glyphs.PROBLEM, "bad"), "warning": (glyphs.ATTENTION, "warn")}
ENDED = ("succeeded", "held", "failed", "cancelled")
CHANGES = (
    ("created", "account created", "accounts created"),
    ("linked", "person linked", "people linked"),
    ("updated", "record updated", "records updated"),
    ("unallocated", "account taken away", "accounts taken away"),
    ("unchanged", "unchanged", "unchanged"),
)


def head_lines(run: RunView, showing: Showing, width: int) -> list[Line]:
    lines = [_headline(run, showing), (), *stage_row(run.stages, width)]
    if run.state in ENDED:
        return [*lines, (), *_ending(run, width)]
    lines += stage_detail(run, width)
    if run.progress:
        lines.append(())
    return lines + [progress_line(each, width) for each in run.progress]


def _headline(run: RunView, showing: Showing) -> Line:
    what = (
        "Rehearsal (dry run)"
        if run.dry_run
        else {"sync": "Sync", "approval": "Approved run", "push": "Push"}.get(run.kind, run.kind)
    )
    state = "cancelling" if run.cancelling and run.state not in ENDED else run.state
    told = f"{what} {run.id}  by {run.actor}, {showing.when(run.started_at)}"
    seconds = f"  {took(run.seconds)}" if run.seconds is not None and run.state in ENDED else ""
    sign = span(f"{glyphs.LAMPS[run.lamp]} {state}", glyphs.LAMP_KINDS[run.lamp])
    return line(span(told, "strong"), "   ", sign, span(seconds, "muted"))


def _ending(run: RunView, width: int) -> list[Line]:
    lines: list[Line] = []
    if run.held:
        if run.resolution:
            lines += _told({"message": run.held.get("message", "")}, "muted", glyphs.ATTENTION, width)
            lines += wrap(line(resolved(run.resolution)), width)
        else:
            lines += _told(run.held, "warn", glyphs.ATTENTION, width)
            lines.append(
                line(
                    "Nothing was written. ",
                    span("v", "key"),
                    " shows who, ",
                    span("a", "key"),
                    " approves, ",
                    span("r", "key"),
                    " rejects.",
                )
            )
    if run.error:
        lines += _told(run.error, "bad", glyphs.PROBLEM, width)
    if run.kind == "push":
        words = "would write   " if run.held else "written       "
        return lines + wrap(line(span(words, "muted"), _written(run)), width, indent=14)
    if run.error:
        lines.append(line("Nothing was changed by this run."))
    if run.state == "cancelled":
        lines.append(line("Cancelled; nothing was changed."))
    lines += wrap(
        line(span("would change  " if run.dry_run or run.held else "changed       ", "muted"), _changes(run)),
        width,
        indent=14,
    )
    if run.reports:
        lines += wrap(line(span("read          ", "muted"), _reports(run)), width, indent=14)
    if waits := waiting_words(run.waiting):
        lines += wrap(line(span("waits         ", "muted"), ", ".join(waits)), width, indent=14)
    return lines


def _told(what: dict[str, object], kind: str, sign: str, width: int) -> list[Line]:
    lines = wrap(line(span(f"{sign} {what.get('message', '')}", kind)), width, indent=2)
    return lines + (wrap(line(f"  {what['mend']}"), width, indent=2) if what.get("mend") else [])


def _changes(run: RunView) -> str:
    said = [counted(run.changes[key], one, many) for key, one, many in CHANGES if run.changes.get(key)]
    return ", ".join(said) or "nothing"


def _written(run: RunView) -> str:
    """What a push wrote, or would; what was refused is among the messages."""
    told = [f"{n:,} {word}" for word, n in run.changes.items() if n and word != "conflicts"]
    stuck = run.changes.get("conflicts", 0)
    return ", ".join([*told, *([f"{stuck:,} cannot be written"] if stuck else [])]) or "nothing"


def _reports(run: RunView) -> str:
    return "; ".join(
        f"{name} {n.get('extracted', 0):,}" + (f" ({n['dropped']:,} left out)" if n.get("dropped") else "")
        for name, n in run.reports.items()
    )


def message_lines(run: RunView, showing: Showing, width: int, *, last: int | None = None) -> list[Line]:
    """The newest messages, oldest first; while a run is under way only the last few (textual-notes §5)."""
    messages = run.messages[-last:] if last else run.messages
    lines: list[Line] = []
    for each in messages:
        sign, kind = LEVELS.get(each.level, (glyphs.DOT, ""))
        said = showing.prose(each.message, otherwise=each.code or each.level)
        mend = f" {showing.prose(each.mend)}" if each.mend else ""
        lines += wrap(
            line(span(f"{each.at.astimezone():%H:%M:%S} ", "muted"), span(f"{sign} {said}", kind), mend),
            width,
            indent=11,
        )
    return lines
