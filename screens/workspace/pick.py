"""Pick somebody who waits for an account, for an account that has nobody."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from misconsole.services.views import PersonView, UnmatchedItem
from screens.commands import bindings
from screens.frame import Frame
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line
from screens.widgets.order import Rows
from screens.widgets.panel import Panel


class PickPerson(Frame[PersonView | None]):
    """Everybody unmatched, staff and pupils; Enter picks, q goes back without picking."""

    scopes = ("pick-person",)
    BINDINGS = bindings("pick-person")

    def __init__(self, urn: str, account: str) -> None:
        super().__init__()
        self.school = urn
        self.account = account
        self.grid: Grid[UnmatchedItem] = Grid(
            [
                Column(name="name", title="Name", width=24, grow=2,
                       cell=lambda i: self.program.showing.sorted_name(i.person)),
                Column(name="role", title="Role", width=6, cell=lambda i: i.person.role),
                Column(name="group", title="Group", width=8, rank=1,
                       cell=lambda i: i.person.registration_group or ""),
                Column(name="born", title="Born", width=11, rank=2,
                       cell=lambda i: self.program.showing.birth(i.person.date_of_birth)),
            ],
            key=lambda i: i.person.id,
            search=lambda i: f"{i.person.name} {i.person.registration_group or ''} {i.person.role}",
            empty=self._empty,
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Link an account", self.account)

    def body(self) -> ComposeResult:
        yield Panel(self.grid, noun=("person waits", "people wait"), heading="Who is it?")

    def _empty(self) -> Sequence[Line]:
        return [line("Nobody in the MIS waits for an account. q goes back.")]

    def on_mount(self) -> None:
        desk = self.program.desk

        def waiting() -> Rows[UnmatchedItem]:
            from misconsole.services import queues

            both = (queues.unmatched(desk, self.school, role) for role in ("staff", "pupil"))
            return self.grid.prepare([item for items in both for item in items])

        self.ask(waiting, self.grid.show, group="rows")

    def on_grid_chosen(self) -> None:
        if (item := self.grid.cursor_row) is not None and self.is_active:
            self.dismiss(item.person)
