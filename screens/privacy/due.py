"""Due for erasure: every leaver with the clock, why it counts from that day, and what is in the way.

Nothing goes by itself: the number of those who are due is confirmed, and then they go by one act.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from screens.commands import Command, bindings
from screens.listing import Listing
from screens.privacy.calls import due, erase_due
from screens.prompts import Confirm
from screens.showing import counted, said_day
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.widgets.order import Rows
from screens.workspace.tab import facts

if TYPE_CHECKING:
    from misconsole.services.privacy_views import DueList, DueView, ErasedView


class Due(Listing["DueView"]):
    BINDINGS = bindings("due")
    scopes = ("due",)
    noun = ("leaver", "leavers")
    heading = "Due for erasure"

    def __init__(self, urn: str) -> None:
        super().__init__()
        self.school = urn
        self.listed: DueList | None = None
        self.grid = Grid(
            [
                Column(name="state", title="Due", width=8, cell=self._state, sort=lambda i: not i.is_due),
                Column(name="due", title="On", width=11, cell=lambda i: said_day(i.due) or "never",
                       sort=lambda i: i.due.isoformat() if i.due else "9"),
                Column(name="name", title="Name", width=20, grow=2, cell=lambda i: self.showing.name(i.name)),
                Column(name="kind", title="Role", width=7, rank=2, cell=lambda i: i.kind),
                Column(name="left", title="Left", width=11, rank=1, cell=lambda i: said_day(i.left),
                       sort=lambda i: i.left.isoformat() if i.left else ""),
                Column(name="username", title="Username", width=14, grow=1, rank=3,
                       cell=lambda i: self.showing.handle(i.username)),
            ],
            key=lambda i: i.key,
            search=lambda i: f"{i.name} {i.username}",
            empty=lambda: [line("Nobody has left this school, as far as its MIS and accounts tell.")],
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        name = self.listed.school_name if self.listed else self.school
        return ("Schools", name, "Due for erasure")

    def on_mount(self) -> None:
        self.read()

    def read(self) -> None:
        desk, school = self.program.desk, self.school

        def work() -> tuple[DueList, Rows[DueView]]:
            listed = due(desk, school)
            return listed, self.grid.prepare(listed.items)

        self.ask(work, self._show, group="rows")

    def _show(self, read: tuple[DueList, Rows[DueView]]) -> None:
        self.listed, rows = read
        self.grid.show(rows)
        self.show_about()
        self.retitle()
        self.refresh_bindings()

    def _state(self, item: DueView) -> Span:
        if item.is_due:
            return span("now", "warn")
        return span("blocked", "muted") if item.blocked else span("later" if item.due else "never", "muted")

    def details(self, item: DueView, width: int) -> list[Line]:
        if self.listed is None:
            return []
        kept = f"{self.listed.days} days" if self.listed.days else "for ever (retention_days 0)"
        lines = [
            line(span(self.showing.name(item.name), "strong"), f"  {self.showing.handle(item.username)}"),
            *facts(width, ("left", said_day(item.left) or "not known"),
                   ("due", said_day(item.due) or "never"), ("kept for", kept)),
            *wrap(line(span("counted from   ", "muted"), item.why), width, indent=15),
        ]  # fmt: skip
        for what, mend in item.blocked:
            lines += wrap(line(span("in the way     ", "accent"), what), width, indent=15)
            lines += wrap(line(span("               ", "muted"), mend), width, indent=15)
        return lines

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "due.held" and self.grid.cursor_row is None:
            return "There is no row under the cursor."
        if wanted.id == "due.erase" and not (self.listed and self.listed.due):
            return "Nobody is due for erasure."
        return ""

    def on_grid_chosen(self) -> None:
        self.do_held()

    def do_held(self) -> None:
        from screens.privacy.held import Held

        if item := self.grid.cursor_row:
            self.program.push_screen(Held(self.school, item.key))

    def do_erase(self) -> None:
        count = len(self.listed.due) if self.listed else 0
        what = [
            line(f"{counted(count, 'leaver')} with every row about them, for good."),
            line(span("Usernames stay reserved. If the MIS delivers them again, they come as new.", "muted")),
        ]
        question = Confirm(f"Erase {counted(count, 'leaver')}?", what, verb="erase for good")
        self.program.push_screen(question, partial(self._erase, count))

    def _erase(self, count: int, yes: bool | None) -> None:
        if not yes:
            self.program.say("Nobody was erased.")
            return
        work = partial(erase_due, self.program.desk, self.school, count)
        self.ask(work, self._gone, group="erase", each=True)

    def _gone(self, done: ErasedView) -> None:
        act = done.references[0].partition("-")[0]
        self.program.say(f"Erased {counted(len(done.references), 'leaver')}; quote {act}.", kind="good")
        self.read()
