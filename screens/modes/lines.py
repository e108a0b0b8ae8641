"""A school's mode in lines: what each one is, and what the next sync would change in it (L, B24)."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.guided_views import ModePlan
from screens import glyphs
from screens.showing import Showing, counted
from screens.widgets.lines import Line, line, span, wrap

MODES = ("create", "link", "lookup")
TITLES = {"create": "Create", "link": "Link", "lookup": "Look up only"}
#: What each mode is for, beside what it means (``services.schools.MODES``); L1, L2, L6, L8.
SOURCES = {
    "create": "The right one where accounts are passed on to a directory: the MIS is the reliable source. "
    "For a MIS that no route reaches, OneRoster files or an imported CSV stand in.",
    "link": "Your directory, or a CSV of it, is the source; import it again when it changes.",
    "lookup": "For finding people and contacts; accounts are somebody else's affair.",
}


def mode_list(now: str, opened: str, width: int) -> list[Line]:
    lines: list[Line] = []
    for mode in MODES:
        pointer = glyphs.POINTER if mode == opened else " "
        here = f" {glyphs.OK} now" if mode == now else ""
        shade = "chosen" if mode == opened else "strong" if mode == now else ""
        lines.append(line(span(f"{pointer} {TITLES[mode]}{here}".ljust(width)[:width], shade)))
    return lines


def now_lines(mode: str, means: str, width: int) -> list[Line]:
    lines = [line(span(f"{TITLES[mode]} mode", "title")), line(span("the mode of this school now", "muted"))]
    return [*lines, (), *wrap(line(means), width), (), *wrap(line(span(SOURCES[mode], "muted")), width)]


def plan_lines(plan: ModePlan, showing: Showing, width: int) -> list[Line]:
    """Warnings first, then numbers, then the names behind them."""
    lines = [line(span(f"{TITLES[plan.after]} mode", "title"))]
    lines += wrap(line(plan.means), width)
    lines += wrap(line(span(SOURCES[plan.after], "muted")), width)
    lines.append(())
    for each in plan.warnings:
        lines += wrap(line(span(f"{glyphs.ATTENTION} ", "warn"), each), width, indent=2)
    lines += [(), line(span("With the next sync", "title")), *_numbers(plan)]
    lines += _names("Created", plan.created, plan.creates, showing, width)
    lines += _names("Linked", plan.linked, plan.links, showing, width)
    lines += _names("Unallocated", plan.unallocated, plan.unallocates, showing, width)
    lines += _renames(plan, showing, width)
    return [*lines, (), line(span("Enter", "key"), " asks once more, then changes the mode")]


def _numbers(plan: ModePlan) -> list[Line]:
    rows = (
        ("accounts created", plan.creates), ("people linked", plan.links),
        ("staff who wait", plan.waits["staff"]), ("pupils who wait", plan.waits["pupil"]),
        ("accounts unallocated", plan.unallocates), ("leavers left to you", plan.leavers_by_hand),
        ("display names changed", len(plan.renames)),
    )  # fmt: skip
    return [
        line(span(f"{words:<22} ", "muted"), span(f"{n:>6,}", "strong" if n else "")) for words, n in rows
    ]


def _names(title: str, names: Sequence[str], total: int, showing: Showing, width: int) -> list[Line]:
    if not names:
        return []
    lines: list[Line] = [(), line(span(title, "strong"))]
    for each in names:
        lines += wrap(line(f"{glyphs.DOT} {showing.name(each)}"), width, indent=2)
    more = total - len(names)
    return [*lines, line(span(f"and {more:,} more", "muted"))] if more > 0 else lines


def _renames(plan: ModePlan, showing: Showing, width: int) -> list[Line]:
    if not plan.renames:
        return []
    lines: list[Line] = [(), line(span("Names that come from the MIS", "strong"))]
    for each in plan.renames:
        names = f"{showing.name(each.before)} {glyphs.ARROW} {showing.name(each.after)}"
        said = f"{glyphs.DOT} {showing.handle(each.username)}: {names}"
        lines += wrap(line(said, span(f"  {each.when}", "muted")), width, indent=2)
    return lines


def question_lines(plan: ModePlan) -> list[Line]:
    numbers = (
        (plan.creates, "account is created", "accounts are created"),
        (plan.links, "person is linked", "people are linked"),
        (sum(plan.waits.values()), "person waits for a decision", "people wait for a decision"),
        (plan.unallocates, "account is unallocated", "accounts are unallocated"),
        (plan.leavers_by_hand, "leaver's account is left to you", "leavers' accounts are left to you"),
        (len(plan.renames), "display name comes from the MIS", "display names come from the MIS"),
    )
    told = [line(f"{glyphs.DOT} {counted(n, one, many)}") for n, one, many in numbers if n]
    what = told or [line("Nobody is concerned by it now.")]
    return [line("Only the mode changes now; with the next sync:"), *what]


def changed_lines(summary: str, plan: ModePlan, width: int) -> list[Line]:
    lines = wrap(line(span(f"{glyphs.OK} {summary}.", "good")), width, indent=2)
    lines += [
        (),
        *wrap(line("People and accounts follow with the next sync, which the limits guard."), width),
    ]
    lines += [(), line(span("d", "key"), " rehearses that sync; nothing is changed")]
    lines += [line(span("z", "key"), f" goes back to {TITLES[plan.before].lower()} mode")]
    return lines
