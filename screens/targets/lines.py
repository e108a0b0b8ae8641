"""Targets and pushes in rows and lines: what troubles first, in words an operator reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from misconsole.services.target_views import RehearsalView, TargetView
from misconsole.services.views import ProbeView
from screens import glyphs
from screens.showing import Showing, counted
from screens.widgets.lines import Line, Span, line, span, wrap

WRITES, DRIFT, ADOPT = "write", "drift", "adopt"
WHICH = ("", WRITES, DRIFT, ADOPT)
WHICH_WORDS = {"": "everything", WRITES: "what would be written", DRIFT: "what drifted", ADOPT: "to adopt"}
NOTHING = {
    "": "Everything there is as it should be.", WRITES: "There is nothing to write.",
    DRIFT: "Nothing drifted: all that is there we put there, and just so.",
    ADOPT: "No entry of the same username or address waits to be adopted.",
}  # fmt: skip
_KINDS = {"delete": "bad", "suspend": "warn", "cannot": "bad", "changed": "warn", "missing": "warn"}
_DRIFT = {
    "changed": "changed there", "blocked": "blocked there", "missing": "vanished", "orphan": "left over",
    "stranger": "not ours",
}  # fmt: skip
_ABOUT = {
    "missing": "an entry of ours is not there any more",
    "stranger": "nobody here is behind it; it is left alone",
    "orphan": "it bears our mark, but its account is gone here",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a rehearsal. ``key`` is its place; ``account`` where it can be adopted."""

    key: int
    part: str
    what: str
    username: str
    name: str
    detail: str
    mend: str = ""
    kind: str = ""
    account: int | None = None
    exact: bool = False


def rows(seen: RehearsalView) -> list[Row]:
    """Conflicts, then what takes away, then what adds, then what can be adopted, then drift."""
    return [Row(n, *each) for n, each in enumerate(_rows(seen))]


def _rows(seen: RehearsalView) -> Iterator[tuple[str, str, str, str, str, str, str, int | None, bool]]:
    for c in seen.conflicts:
        yield (WRITES, "cannot", c.username, c.name, c.message, c.mend, "bad", None, False)
    for s in seen.steps:
        yield (WRITES, s.action, s.username, s.name, s.detail, "", _KINDS.get(s.action, ""), None, False)
    for a in seen.adoptable:
        told = f"{a.there}, {a.there_name}" if a.there_name else a.there
        yield (ADOPT, "adopt?", a.username, a.name, told, "", "accent", a.account_id, a.exact)
    for d in sorted(seen.drift, key=lambda drift: list(_DRIFT).index(drift.kind)):
        told = (
            f"{d.field.replace('_', ' ')}: {d.theirs}; {d.wins} wins" if d.field else _ABOUT.get(d.kind, "")
        )
        yield (DRIFT, _DRIFT[d.kind], d.username, d.name, told, "", _KINDS.get(d.kind, "muted"), None, False)


def heading(seen: RehearsalView) -> str:
    words = [f"{n:,} to {action}" for action, n in seen.counts.items()] or ["nothing to write"]
    if seen.conflicts:
        words.append(f"{len(seen.conflicts):,} cannot")
    if seen.adoptable:
        words.append(f"{len(seen.adoptable):,} adoptable")
    return ", ".join([*words, *([f"{len(seen.drift):,} drifted"] if seen.drift else [])])


def about(row: Row | None, seen: RehearsalView, showing: Showing, width: int) -> list[Line]:
    lines: list[Line] = []
    if seen.held:
        lines += wrap(line(span(f"{glyphs.ATTENTION} Would be held: {seen.held['message']}", "warn")), width)
        lines.append(())
    if row is not None:
        lines.append(line(span(showing.name(row.name) or showing.handle(row.username), "title")))
        lines += wrap(line(span(f"{row.what}  ", row.kind or "strong"), showing.handle(row.username)), width)
        lines += wrap(line(showing.prose(row.detail)), width) if row.detail else []
        lines += wrap(line(row.mend), width, indent=2) if row.mend else []
        if row.part == ADOPT:
            sure = (
                "The address is the very same and the name agrees."
                if row.exact
                else "Look twice: only the username or address is the same."
            )
            lines += [(), *wrap(line(sure, " ", span("m", "key"), " says that it is theirs."), width)]
        lines.append(())
    return [*lines, *_numbers(seen, width)]


def _numbers(seen: RehearsalView, width: int) -> list[Line]:
    told = (
        (seen.entries, "entry there", "entries there"), (seen.known, "of them ours", "of them ours"),
        (seen.unchanged, "is as it should be", "are as they should be"),
        (seen.elsewhere, "is another school’s", "are other schools’"),
        (len(seen.adoptable), "can be adopted", "can be adopted"),
        (len(seen.drift), "drifted", "drifted"),
    )  # fmt: skip
    return [each for n, one, many in told if n for each in wrap(line(counted(n, one, many)), width)]


def question(seen: RehearsalView, showing: Showing) -> list[Line]:
    """What a push writes, with a sample of what takes away first."""
    lines = [line(f"{', '.join(f'{n:,} to {action}' for action, n in seen.counts.items())}.")]
    if seen.held:
        lines.append(
            line(span("The limits will hold it for somebody to approve: ", "warn"), seen.held["message"])
        )
    lines += [
        line(f"{glyphs.DOT} {each.action} {showing.name(each.name)} {showing.handle(each.username)}")
        for each in seen.steps[:5]
    ]
    more = len(seen.steps) - 5
    return [*lines, line(span(f"and {counted(more, 'other')}", "muted"))] if more > 0 else lines


def state(target: TargetView) -> Span:
    """How a target stands, in a word."""
    if not target.active:
        return span("paused", "muted")
    if target.held:
        return span(f"{glyphs.ATTENTION} held", "warn")
    last = target.last_push
    if last is None:
        return span("never pushed", "muted")
    return span(f"{glyphs.LAMPS[last.lamp]} {last.state}", glyphs.LAMP_KINDS[last.lamp])


def target_lines(target: TargetView, showing: Showing, width: int) -> list[Line]:
    lines = [line(span(target.name, "title")), *wrap(line(target.title), width), line(state(target)), ()]
    facts = (
        ("entries of ours", f"{target.entries:,}"), ("suspended", f"{target.suspended:,}"),
        ("password not handed out", f"{target.temporary:,}"), ("looked at", showing.when(target.read_at)),
        ("pushed", showing.when(target.pushed_at)),
    )  # fmt: skip
    lines += [line(span(f"{words:<24}", "muted"), value) for words, value in facts]
    if missing := [each.title for each in target.settings if each.required and not each.present]:
        lines += [
            (),
            *wrap(line(span(f"{glyphs.ATTENTION} To be typed: {', '.join(missing)}", "warn")), width),
        ]
    run = target.held or target.last_push
    for said in (run.held, run.error) if run else ():
        if said and not (run and run.resolution):
            lines += [(), *wrap(line(span(str(said.get("message", "")), "warn")), width)]
            lines += wrap(line(str(said.get("mend", ""))), width)
    return [*lines, (), *wrap(line(span("Enter", "key"), " shows what a push would do"), width)]


def probe_lines(results: Iterable[ProbeView], width: int) -> list[Line]:
    lines: list[Line] = []
    for each in results:
        sign, kind = (glyphs.OK, "good") if each.ok else (glyphs.PROBLEM, "bad")
        lines += wrap(line(span(f"{sign} {each.name}: ", kind), each.message), width, indent=2)
        lines += wrap(line(each.mend), width, indent=2) if each.mend else []
    return lines
