"""What was asked of a directory, newest first: by whom, from what to what, and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from misconsole.rules.target_parts import said
from misconsole.text import shown
from screens import glyphs
from screens.listing import Listing
from screens.showing import Showing
from screens.targets import calls
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span, wrap

if TYPE_CHECKING:
    from misconsole.services.target_views import ChangeView

Numbered = tuple[int, "ChangeView"]


class TargetLog(Listing[Numbered]):
    """A list left, the change under the cursor field by field right. No password is ever in it."""

    noun = ("change", "changes")

    def __init__(self, urn: str, school_name: str, target: str) -> None:
        super().__init__()
        self.school, self.school_name, self.target = urn, school_name, target
        self.grid = Grid(
            [
                Column(name="at", title="When", width=12, cell=lambda each: self._when(each[1])),
                Column(name="action", title="Change", width=8, cell=lambda each: _action(each[1])),
                Column(name="username", title="Username", width=14, grow=1,
                       cell=lambda each: self.showing.handle(each[1].username)),
                Column(name="state", title="State", width=6, cell=lambda each: _state(each[1])),
                Column(name="by", title="By", width=8, grow=1, rank=1, cell=lambda each: each[1].actor),
                Column(name="push", title="Push", width=6, right=True, rank=2,
                       cell=lambda each: str(each[1].run or "")),
            ],
            key=lambda each: each[0],
            search=lambda each: f"{each[1].action} {each[1].username} {each[1].state} {each[1].actor}",
            empty=lambda: [line("Nothing was written there yet.")],
        )  # fmt: skip

    def _when(self, each: ChangeView) -> str:
        return self.showing.when(each.at)

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name, "Targets", self.target, "Log")

    def on_mount(self) -> None:
        desk = self.program.desk
        self.ask(lambda: calls.log(desk, self.school, self.target), self._show, group="log")

    def _show(self, found: Sequence[ChangeView]) -> None:
        self.grid.show(list(enumerate(found)))
        self.on_grid_moved()

    def details(self, row: Numbered, width: int) -> list[Line]:
        return about(row[1], self.showing, width)


def about(each: ChangeView, showing: Showing, width: int) -> list[Line]:
    lines = [line(_action(each), "  ", showing.handle(each.username))]
    if each.message:
        lines += wrap(
            line(span(showing.prose(each.message), "warn" if each.state == "failed" else "")), width
        )
    before, after = each.before or {}, each.after or {}
    for name in dict.fromkeys((*before, *(name for name, value in after.items() if said(value)))):
        was, now = (showing.prose(said(of.get(name)) or "nothing") for of in (before, after))
        told = f"{was} {glyphs.ARROW} {now}" if name in before else now
        lines += wrap(line(span(f"{shown(name).replace('_', ' ')}: ", "muted"), told), width, indent=2)
    push = f", push {each.run}" if each.run else ""
    return [*lines, (), *wrap(line(span(f"by {each.actor}, {showing.when(each.at)}{push}", "muted")), width)]


def _action(each: ChangeView) -> Span:
    return span(each.action, {"delete": "bad", "suspend": "warn"}.get(each.action, "strong"))


def _state(each: ChangeView) -> Span:
    return span(each.state, "warn" if each.state == "failed" else "muted")
