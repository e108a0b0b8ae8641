"""A rehearsal in lines: what is under the cursor, what follows from all of it, and the question before it."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.rules.rename import STAYING, WORDS, Line, Look, Rehearsal
from misconsole.rules.username_kinds import TITLES
from screens import glyphs
from screens.showing import Showing, counted
from screens.widgets import lines as drawn
from screens.widgets.lines import Span, line, span, wrap

SIGNS = {
    Look.PROBLEM: (glyphs.PROBLEM, "bad"), Look.NAMELESS: (glyphs.ATTENTION, "warn"),
    Look.COLLISION: (glyphs.ATTENTION, "warn"),
    Look.ASK: (glyphs.ATTENTION, "warn"), Look.CUT: (glyphs.DOT, "accent"), Look.CHANGE: ("", ""),
    Look.SAME: ("", "muted"),
}  # fmt: skip
TOLD = (
    (Look.PROBLEM, "not possible"), (Look.NAMELESS, "without a name"), (Look.COLLISION, "with a number"),
    (Look.ASK, "to look at"),
    (Look.CUT, "cut"), (Look.SAME, "stay"),
)  # fmt: skip

SHORT = {Look.NAMELESS: "nameless", Look.COLLISION: "numbered"}  # the heading is one line of 80 columns


def look(each: Line) -> Span:
    sign, kind = SIGNS[each.look]
    word = "typed" if each.typed and each.look is Look.CHANGE else WORDS[each.look]
    if each.typed and each.look is Look.SAME:
        word = "left out"
    return span(f"{sign} {word}".strip(), kind)


def heading(seen: Rehearsal) -> str:
    """ "1,100 change, 37 numbered, 4 cut"."""
    parts = [counted(len(seen.names), "changes", "change")]
    parts += [f"{seen.count(each):,} {SHORT.get(each, words)}" for each, words in TOLD if seen.count(each)]
    return ", ".join(parts)


def about(each: Line, seen: Rehearsal, showing: Showing, width: int) -> list[drawn.Line]:
    arrow = f" {glyphs.ARROW} "
    names = line(span(showing.name(each.name), "strong"), f"  {TITLES[each.kind].lower()}")
    old = showing.handle(each.old)
    moved = f"{old}{arrow}{showing.handle(each.new)}" if each.changes else old
    lines = [*wrap(names, width), *wrap(line(moved), width)]
    if each.email and each.email != each.old_email:
        lines += wrap(line(span("e-mail ", "muted"), showing.email(each.email)), width, indent=7)
    if each.alias:
        lines += wrap(line(span("stays as an alias: ", "muted"), showing.email(each.alias)), width, indent=2)
    for said in each.said:
        shown = showing.prose(said, otherwise=WORDS[each.look])
        lines += wrap(line(span(shown, SIGNS[each.look][1])), width, indent=2)
    for said in seen.downstream:
        lines += wrap(line(span(f"{glyphs.DOT} {said}", "muted")), width, indent=2)
    return lines


def question(seen: Rehearsal) -> Sequence[drawn.Line]:
    """What applying does, in numbers, before it is done."""
    told = [
        line(f"{glyphs.DOT} {seen.count(each):,} {words}")
        for each, words in TOLD
        if each not in STAYING and seen.count(each)
    ]
    kept = seen.count(*STAYING)
    if kept:
        told.append(
            line(f"{glyphs.DOT} {counted(kept, 'account keeps its name', 'accounts keep their names')}")
        )
    return [*told, *(line(f"{glyphs.DOT} {each}") for each in seen.downstream)]
