"""Find: any member of staff or pupil, in every school, as you type."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Input

from misconsole.services.views import FoundItem
from screens import glyphs
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.widgets.columns import Column
from screens.widgets.field import Field
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line, span
from screens.widgets.order import Rows
from screens.widgets.panel import Panel

PAUSE = 0.15  # seconds of stillness before a question is sent
LEAST = 2


class Words(Field):
    asks_for_people = True
    hint = "Type a name; ↓ or Enter goes to the list, F7 asks for contacts, Esc leaves"


class Find(Frame[None]):
    BINDINGS = bindings("find")
    scopes = ("find",)
    AUTO_FOCUS = "Words"
    DEFAULT_CSS = """
    Find Words { margin: 0 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.grid: Grid[FoundItem] = Grid(
            [
                Column(
                    name="name",
                    title="Name",
                    width=22,
                    grow=2,
                    cell=lambda i: self.program.showing.sorted_name(i.person),
                ),
                Column(name="role", title="Role", width=6, cell=lambda i: i.person.role),
                Column(
                    name="group",
                    title="Group",
                    width=8,
                    rank=2,
                    cell=lambda i: (
                        i.person.registration_group or self.program.showing.handle(i.person.staff_code)
                    ),
                ),
                Column(
                    name="born",
                    title="Born",
                    width=11,
                    rank=3,
                    cell=lambda i: self.program.showing.birth(i.person.date_of_birth),
                ),
                Column(
                    name="account",
                    title="Account",
                    width=16,
                    grow=1,
                    cell=lambda i: (
                        span(self.program.showing.handle(i.account))
                        if i.account
                        else span(f"{glyphs.DASH} {i.person.gate.replace('_', ' ')}", "warn")
                    ),
                ),
                Column(name="school", title="School", width=18, grow=2, rank=1, cell=lambda i: i.school_name),
            ],
            key=lambda i: i.person.id,
            search=lambda i: f"{i.person.name} {i.account or ''} {i.school_name}",
            empty=self._empty,
        )

    def place(self) -> Sequence[str]:
        return ("Find",)

    @property
    def urn(self) -> str:
        return self.grid.cursor_row.school if self.grid.cursor_row else ""

    def body(self) -> ComposeResult:
        yield Words(
            placeholder="Name, username, UPN, admission number or staff code", id="words", compact=True
        )
        yield Panel(self.grid, noun=("person", "people"))

    def _empty(self) -> Sequence[Line]:
        if len(self.words) < LEAST:
            return [line("Type two letters or more.")]
        words = self.program.showing.prose(self.words)
        return [line(f"Nobody called “{words}” is known in any school.")]

    def on_mount(self) -> None:
        self.grid.show(())

    def on_input_changed(self, event: Input.Changed) -> None:
        self.words = event.value.strip()
        self.set_timer(PAUSE, lambda asked=self.words: self._look(asked))

    def _look(self, asked: str) -> None:
        if asked != self.words:
            return
        if len(asked) < LEAST:
            self.grid.show(())
            return
        desk = self.program.desk

        def look() -> Rows[FoundItem]:
            from misconsole.services import find

            return self.grid.prepare(find.find(desk, asked))

        self.ask(look, self.grid.show, group="find")

    def on_input_submitted(self) -> None:
        self.grid.focus()

    def on_grid_chosen(self) -> None:
        from screens.why import Why

        if item := self.grid.cursor_row:
            self.program.push_screen(Why(item.school, subject=item.person.id))

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "find.contacts":
            from screens.contacts import not_a_pupil

            return not_a_pupil(item.person if (item := self.grid.cursor_row) else None)
        return ""

    def on_grid_moved(self) -> None:
        self.refresh_bindings()

    def do_contacts(self) -> None:
        from screens.contacts import Contacts

        if item := self.grid.cursor_row:
            self.program.push_screen(Contacts(item.school, item.person))

    def do_again(self) -> None:
        self.query_one(Words).focus()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.grid.refresh()
