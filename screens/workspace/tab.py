"""What every tab of a workspace shares: a list, details beside or below it, decisions and their undo.

It protects the operator from deciding on the wrong person: a decision key counts only when the list has
stood still for a moment, and while one decision is being written no other is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from misconsole.services.desk import Desk
from screens.asking import Asking, Trouble
from screens.commands import Command
from screens.hosting import Hosting
from screens.prompts import Answers, Asked, Confirm, Form
from screens.reading import Reading
from screens.showing import Showing
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.order import Source
from screens.widgets.panel import Panel
from screens.workspace.outcome import Outcome, left_out, told

if TYPE_CHECKING:
    from misconsole.services.live import Newest
    from screens.workspace.screen import Workspace

Row = TypeVar("Row")


class Changed(Message):
    """A decision was taken: counts of the workspace need reading again."""


class Tab(Vertical, Hosting, Asking, Generic[Row]):
    """Subclasses say how rows are read, shown, explained, and which decisions they take."""

    slug: ClassVar[str]
    label: ClassVar[str]
    short: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    details_when_narrow: ClassVar[bool] = False
    markable: ClassVar[bool] = False

    def __init__(self, urn: str) -> None:
        super().__init__(id=f"tab-{self.slug}")
        self.urn = urn
        self._still_since = 0.0
        self._stood: Row | None = None  # the row under the cursor, as it was last shown
        # From the key of a decision until the list shows its outcome; until then a row may be out of date.
        self._writing = self._rereading = False
        self._others = False  # the list is being read because of what somebody else did
        self.set_class(self.details_when_narrow, "-details")
        self.grid: Grid[Row] = Grid(
            self.columns(), key=self.key, search=self.search, empty=self.empty, markable=self.markable
        )

    # What a subclass gives

    def fetch(self, desk: Desk) -> Sequence[Row]:
        """Read the rows; called in a thread."""
        raise NotImplementedError

    def source(self, desk: Desk) -> Source[Row]:
        """What the list shows; called in a thread. A list that may be long leaves its rows in the store."""
        return self.grid.prepare(self.fetch(desk))

    def columns(self) -> list[Column[Row]]:
        raise NotImplementedError

    def key(self, row: Row) -> Hashable:
        return int(cast(Any, row).id)

    def search(self, row: Row) -> str:
        """What a filter looks through; the service knows it of a list in the store."""
        raise NotImplementedError

    def empty(self) -> Sequence[Line]:
        raise NotImplementedError

    def details(self, row: Row, width: int) -> list[Line]:
        raise NotImplementedError

    def who(self, row: Row) -> int | str | None:  # noqa: ARG002
        """Whom ``w`` asks about: a person's id, or a name."""
        return None

    # Showing

    def compose(self) -> ComposeResult:
        yield Panel(self.grid, noun=self.noun)
        yield Reading(self._detail_lines, classes="details")

    @property
    def showing(self) -> Showing:
        return self.program.showing

    @property
    def workspace(self) -> Workspace:
        return cast("Workspace", self.screen)

    @property
    def row(self) -> Row | None:
        return self.grid.cursor_row

    def _detail_lines(self, width: int) -> list[Line]:
        row = self.row
        if row is None:
            return []
        company = self.program.company.told(self._case(row), self.showing.when, width)
        return [*company, *self.details(row, width)]

    def _case(self, row: Row) -> str:
        who = self.who(row)
        return f"person:{who}" if isinstance(who, int) else ""

    def on_grid_moved(self) -> None:
        """Also told when the list was read again: a row that is the same to the letter has not moved."""
        before, self._stood = self._stood, self.row
        self.query_one(Reading).show(self._detail_lines)
        if before is None or before != self._stood:
            self._still_since = max(self._still_since, monotonic())
            self.query_one(Reading).scroll_home(animate=False)
        self.refresh_bindings()

    def do_details(self) -> None:
        self.toggle_class("-plain" if self.workspace.is_wide else "-details")

    def on_grid_chosen(self) -> None:
        self.do_details()

    def repaint(self) -> None:
        """After the mask was switched."""
        self.grid.refresh()
        self.query_one(Reading).show(self._detail_lines)

    # Reading

    def on_mount(self) -> None:
        self.read()

    def read(self) -> None:
        desk = self.program.desk
        self.ask(lambda: self.source(desk), self._show, group="rows", failed=self._not_read)

    def read_after_others(self) -> None:
        """Somebody else changed something here; if it took the row under the cursor away, that is said."""
        self._others = True
        self.read()

    def _show(self, rows: Source[Row]) -> None:
        stood = self.grid.cursor_key if self._others else None
        self._rereading = self._others = False
        self.grid.show(rows)
        if stood is not None and rows.place(stood) is None:
            self._taken_away()

    def _taken_away(self) -> None:
        """The cursor is on somebody else now, and nobody here moved it: a key waits longer than usual."""
        self._still_since = monotonic() + 3 * self.program.quiet_keys
        desk = self.program.desk

        def newest() -> Newest:
            from misconsole.services import live

            return live.newest(desk, self.urn)

        self.ask(newest, self._told_who, group="newest")

    def _told_who(self, newest: Newest) -> None:
        who = newest.actor
        if newest.mine:
            who = "In another console you"
        elif not who:
            self.program.say("The row you stood on has left this list; you are on the next.", kind="warn")
            return
        self.program.say(f"{who} decided the row you stood on; you are on the next.", kind="warn")

    def _not_read(self, trouble: Trouble) -> None:
        self._rereading = self._others = False
        self.trouble(trouble)

    @property
    def busy(self) -> bool:
        """A decision is being written, or the list is being read already."""
        return self._writing or self._rereading or self.asking("rows")

    # Deciding

    def why_not(self, wanted: Command) -> str:
        if (
            wanted.writes
            and self.row is None
            and wanted.scope != "workspace"
            and wanted.id not in NO_ROW_NEEDED
        ):
            return "There is no row under the cursor."
        return ""

    def _unsettled(self, *, moved: bool = False) -> bool:
        """The list does not show the last decision yet, or has just ``moved``: a key now could hit the
        person just decided on, so it does nothing, and says so."""
        if self._writing or self._rereading or moved:
            self.program.say("Too quick: the list had just moved, so nothing was decided.", kind="warn")
            return True
        return False

    def decide(self, work: Callable[[Desk], Outcome]) -> None:
        """Write a decision; the list and the counts are read again when it is written."""
        if self._unsettled(moved=monotonic() - self._still_since < self.program.quiet_keys):
            return
        self._writing = True
        desk = self.program.desk
        self.ask(lambda: work(desk), self._decided, group="decide", failed=self._not_decided, each=True)

    def decide_at_once(self, work: Callable[[Desk], Outcome]) -> None:
        """After a question was answered: the key that is meant was not pressed on the list."""
        self._still_since = 0.0
        self.decide(work)

    def _decided(self, outcome: Outcome) -> None:
        self._writing, self._rereading = False, True
        if self.grid.marked:
            self.grid.marked &= left_out(outcome)
            self.grid.refresh()
        text, kind = told(outcome, self.showing)
        self.program.say(text, kind=kind)
        self.read()
        self.post_message(Changed())

    def _not_decided(self, trouble: Trouble) -> None:
        """Often somebody else was first: say so, and show how things stand now."""
        self._writing, self._rereading = False, True
        self.program.complain(trouble)
        self.read()
        self.post_message(Changed())

    def confirm(
        self, title: str, what: Sequence[Line], work: Callable[[Desk], Outcome], *, verb: str
    ) -> None:
        if self._unsettled():
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._still_since = 0.0
                self.decide(work)
            else:
                self.program.say("Nothing was changed.")

        self.program.push_screen(Confirm(title, what, verb=verb), answered)

    def ask_for(
        self,
        title: str,
        asked: Sequence[Asked],
        work: Callable[[Desk, Answers], Outcome],
        *,
        verb: str,
        what: Sequence[Line] = (),
    ) -> None:
        if self._unsettled():
            return

        def answered(answers: Answers | None) -> None:
            if answers is None:
                self.program.say("Nothing was changed.")
                return
            self._still_since = 0.0
            self.decide(lambda desk: work(desk, answers))

        self.program.push_screen(Form(title, asked, what=what, verb=verb), answered)


NO_ROW_NEEDED = ("exclusions.add", "accounts.new")


def fact(title: str, value: str, kind: str = "") -> Line:
    """A line of a details pane."""
    return line(span(f"{title:<14} ", "muted"), span(value, kind))


def facts(width: int, *pairs: tuple[str, str]) -> list[Line]:
    """What is too long for the pane goes on below, behind its title."""
    told = [fact(title, value) for title, value in pairs if value]
    return [part for each in told for part in wrap(each, width, indent=15)]
