"""The pick list for a column (which field it is) or for a file (what it holds)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult

from misconsole.services.mapping_views import FieldChoice
from screens.commands import bindings
from screens.frame import Frame
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import line
from screens.widgets.panel import Panel


class PickField(Frame[str | None]):
    """Enter picks, q goes back without.  ``kind`` of the file, "" to pick that kind itself; ``held``: the
    columns that have a field already."""

    scopes = ("pick-field",)
    BINDINGS = bindings("pick-field")

    def __init__(self, *, kind: str, what: str, now: str, held: Mapping[str, str]) -> None:
        super().__init__()
        self.kind, self.what, self.now, self.held = kind, what, now, held
        self.grid: Grid[FieldChoice] = Grid(
            [
                Column(name="title", title="Read as" if kind else "Holds", width=30, grow=2,
                       cell=lambda each: each.title, sortable=False),
                Column(name="now", title="Now", width=24, grow=1, rank=1, cell=self._now, sortable=False),
            ],
            key=lambda each: each.name,
            search=lambda each: f"{each.title} {each.name}",
            empty=lambda: [line("Nothing can be chosen here.")],
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Columns", self.what)

    def body(self) -> ComposeResult:
        heading = "What is it?" if self.kind else "What does the file hold?"
        yield Panel(self.grid, noun=("choice", "choices"), heading=heading)

    def on_mount(self) -> None:
        from misconsole.services import mapping

        self.grid.show(list(mapping.choices(self.kind) if self.kind else mapping.kinds()))

    def _now(self, each: FieldChoice) -> str:
        if each.name == self.now:
            return "as it is"
        return f"from {self.held[each.name]}" if each.name in self.held else ""

    def on_grid_chosen(self) -> None:
        if (each := self.grid.cursor_row) is not None and self.is_active:
            self.dismiss(each.name)
