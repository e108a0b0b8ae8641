"""Who has an account and was not found in the new MIS: the accounts stay in use and wait for review (S3)."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from misconsole.services.guided_views import MoveLost, MovePlan
from screens.frame import Frame
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Lines, line, span, wrap
from screens.widgets.panel import Panel


class Lost(Frame[None]):
    """Only to read; what becomes of them is decided in Non-MIS, after the switch."""

    DEFAULT_CSS = "Lost #lost-about { height: auto; padding: 0 1; }"

    def __init__(self, plan: MovePlan) -> None:
        super().__init__()
        self.plan = plan
        self.grid: Grid[MoveLost] = Grid(
            [
                Column(name="name", title="Name", width=24, grow=2,
                       cell=lambda one: self.program.showing.name(one.name)),
                Column(name="role", title="Role", width=6, cell=lambda one: one.role),
                Column(name="username", title="Account", width=16, grow=1,
                       cell=lambda one: self.program.showing.handle(one.username)),
            ],
            key=lambda one: one.person_id,
            search=lambda one: f"{one.name} {one.role} {one.username}",
            empty=lambda: [line("Everybody with an account was found. q goes back.")],
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Schools", self.plan.school_name, f"To {self.plan.mis_title}", "Not found")

    @property
    def urn(self) -> str:
        return self.plan.school

    def body(self) -> ComposeResult:
        yield Lines(self._about, id="lost-about")
        yield Panel(self.grid, noun=("account", "accounts"), heading="Not in the new MIS")

    def _about(self, width: int) -> list[Line]:
        said = "Nothing is taken away: after the switch these accounts stay in use and wait in Non-MIS."
        return wrap(line(span(said, "muted")), width)

    def on_mount(self) -> None:
        self.grid.show(list(self.plan.lost))

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.grid.refresh()
