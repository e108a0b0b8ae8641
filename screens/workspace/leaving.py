"""Leaving soon: who has an account and goes by the date in the MIS, while that can be looked into (Q1, X7).

Nothing here takes an account away or keeps one: the date rules.  A note says who looks after it; a wrong
date is mended in the MIS, and a taken account comes back from Unallocated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView, LeavingItem, PersonView
from screens import glyphs
from screens.commands import Command, bindings
from screens.listing import Listing
from screens.prompts import Answers, Asked, Form
from screens.showing import counted, said_day
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.order import Rows
from screens.workspace.cases import LONGEST_NAME, LONGEST_NOTE, short_enough
from screens.workspace.tab import facts

if TYPE_CHECKING:
    from misconsole.services.radar import LeavingDay

AHEAD = (28, 92, 366)
Undoable = Callable[[Desk], DecisionView | None]


class Leaving(Listing[LeavingItem]):
    BINDINGS = bindings("leaving")
    scopes = ("leaving",)
    noun = ("person leaves", "people leave")
    heading = "Leaving soon"

    def __init__(self, urn: str, school_name: str) -> None:
        super().__init__()
        self.school = urn
        self.school_name = school_name
        self.ahead = AHEAD[0]
        self.odd: tuple[LeavingDay, ...] = ()
        self.grid = Grid(
            [
                Column(name="leaves", title="Leaves", width=11, cell=lambda i: said_day(i.leaves_on),
                       sort=lambda i: i.leaves_on),
                Column(name="days", title="Days", width=4, right=True, cell=lambda i: str(i.days),
                       sort=lambda i: i.days),
                Column(name="name", title="Name", width=20, grow=2,
                       cell=lambda i: self.showing.sorted_name(i.person)),
                Column(name="role", title="Role", width=6, rank=2, cell=lambda i: i.person.role),
                Column(name="group", title="Group", width=8, rank=3,
                       cell=self._group),
                Column(name="username", title="Username", width=16, grow=1,
                       cell=lambda i: self.showing.handle(i.account.username)),
                Column(name="notes", title="Note", width=4, rank=1,
                       cell=lambda i: span(f"{i.person.notes:>4}" if i.person.notes else "", "accent"),
                       sort=lambda i: i.person.notes),
            ],
            key=lambda i: i.person.id,
            search=lambda i: f"{i.person.name} {i.account.username} {i.person.registration_group or ''}",
            empty=self._empty,
        )  # fmt: skip

    def _group(self, item: LeavingItem) -> str:
        return item.person.registration_group or self.showing.handle(item.person.staff_code)

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name or self.school, "Leaving soon")

    @property
    def person(self) -> PersonView | None:
        return self.grid.cursor_row.person if self.grid.cursor_row else None

    def _empty(self) -> Sequence[Line]:
        return [
            line(f"Nobody with an account leaves within {self.ahead} days by the dates in the MIS."),
            line(span("o", "key"), " looks further ahead."),
        ]

    def on_mount(self) -> None:
        self.read()

    def read(self) -> None:
        desk, school, days = self.program.desk, self.school, self.ahead

        def leaving() -> tuple[Rows[LeavingItem], tuple[LeavingDay, ...]]:
            from misconsole.services import queues, radar

            rows = self.grid.prepare(queues.leaving_soon(desk, school, days=days))
            return rows, radar.ahead(desk, school, days=days)

        def show(read: tuple[Rows[LeavingItem], tuple[LeavingDay, ...]]) -> None:
            rows, self.odd = read
            self.grid.show(rows)
            self.show_about()

        self.ask(leaving, show, group="rows")

    def about(self, width: int) -> list[Line]:
        return [*super().about(width), *self._days(width)]

    def details(self, item: LeavingItem, width: int) -> list[Line]:
        show = self.showing
        left = "today" if item.days == 0 else f"in {counted(item.days, 'day')}"
        lines = [
            line(span(show.person(item.person), "strong"), f"  {show.handle(item.account.username)}"),
            *facts(width, ("leaves", f"{said_day(item.leaves_on)}, {left}")),
            *wrap(line(span("source         ", "muted"), item.source), width, indent=15),
            *wrap(line(span("then           ", "muted"), item.then), width, indent=15),
        ]
        if item.person.last_note:
            hand = f" {item.person.assigned_to} has it in hand." if item.person.assigned_to else ""
            said = f"{show.prose(item.person.last_note)}{hand}"
            lines += wrap(line(span("note           ", "accent"), said), width, indent=15)
        told = "A wrong date is put right in the MIS; the next sync picks it up."
        return [*lines, *wrap(line(span(told, "muted")), width)]

    def _days(self, width: int) -> list[Line]:
        """Days that deserve a question to the school office before they come."""
        lines: list[Line] = []
        for day in self.odd:
            lines += wrap(line(span(f"{glyphs.ATTENTION} {day.message}", "warn")), width, indent=2)
        return [line(""), *lines] if lines else []

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id in ("leaving.note", "leaving.why") and self.person is None:
            return "There is no row under the cursor."
        return ""

    def on_grid_chosen(self) -> None:
        self.do_why()

    def do_why(self) -> None:
        from screens.why import Why

        if person := self.person:
            self.program.push_screen(Why(self.school, subject=person.id))

    def do_further(self) -> None:
        self.ahead = AHEAD[(AHEAD.index(self.ahead) + 1) % len(AHEAD)]
        self.program.say(f"Those who leave within {self.ahead} days.")
        self.read()

    def do_note(self) -> None:
        person = self.person
        if person is None:
            return
        asked = [
            Asked(name="text", title="Note", check=partial(short_enough, most=LONGEST_NOTE)),
            Asked(name="to", title="In hand of", hint="who takes it on; may stay empty", required=False,
                  check=partial(short_enough, most=LONGEST_NAME)),
        ]  # fmt: skip
        title = f"Note on {self.program.showing.person(person)}"

        def answered(answers: Answers | None) -> None:
            if answers is None:
                self.program.say("Nothing was changed.")
            else:
                self._write(lambda desk: _note(desk, self.school, person.id, answers))

        self.program.push_screen(Form(title, asked, verb="save the note"), answered)

    def do_undo(self) -> None:
        from misconsole.services import decide

        self._write(lambda desk: decide.undo_last(desk, self.school), taken_back=True)

    def _write(self, work: Undoable, *, taken_back: bool = False) -> None:
        desk = self.program.desk

        def told(done: DecisionView | None) -> None:
            if done is None:
                self.program.say("You have decided nothing here that could be taken back.")
                return
            said = self.program.showing.prose(done.summary, otherwise="done").rstrip(".")
            said = f"Taken back: {said}." if taken_back else f"{said}. u takes it back."
            self.program.say(said, kind="good")
            self.read()

        self.ask(lambda: work(desk), told, group="decide", each=True)


def _note(desk: Desk, school: str, person: int, answers: Answers) -> DecisionView:
    from misconsole.services import notes

    return notes.add(desk, school, answers["text"], person_id=person, assigned_to=answers["to"])
