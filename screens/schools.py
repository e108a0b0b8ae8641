"""Home: one row a school. Answers "did last night run?" at a glance and is the way to everything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.timer import Timer

from misconsole.services.rows import SchoolRow
from screens import glyphs
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.school_lines import QUEUE_COLUMNS, SEVERITY, Read, lamp_cell, queue_column, why_no_sync
from screens.showing import oldest_first, short_count
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span
from screens.widgets.order import Rows
from screens.widgets.panel import Panel

if TYPE_CHECKING:  # questions come after the first frame
    from screens.prompts import Answers

RUNNING_EVERY = 0.5
QUIET_EVERY = 10.0
SELDOM = 10  # times as long as reading took: so often at most, whatever runs


class Schools(Frame[None]):
    """Reads the list through the standard library, so that it is there before the store is open."""

    BINDINGS = bindings("schools")
    scopes = ("schools",)

    def __init__(self) -> None:
        super().__init__()
        self._timer: Timer | None = None
        self._every = QUIET_EVERY
        self._last: Read | None = None
        self.company: dict[int, tuple[str, ...]] = {}
        self.grid: Grid[SchoolRow] = Grid(
            self._columns(),
            key=lambda row: row.urn,
            search=lambda row: f"{row.name} {row.urn} {row.mis_title} {row.lamp_word}",
            empty=self._empty,
            id="schools",
        )

    def body(self) -> ComposeResult:
        yield Panel(self.grid, noun=("school", "schools"), summary=self._summary)

    def _columns(self) -> list[Column[SchoolRow]]:
        def when(name: str, title: str, rank: int) -> Column[SchoolRow]:
            return Column(
                name=name,
                title=title,
                width=9,
                rank=rank,
                cell=lambda row: self.program.showing.when(getattr(row, name)),
                sort=lambda row: oldest_first(getattr(row, name)),
            )

        return [
            Column(
                name="lamp", title="Status", width=15, cell=lamp_cell, sort=lambda row: SEVERITY[row.lamp]
            ),
            Column(name="name", title="School", width=22, grow=3, cell=lambda row: row.name),
            Column(
                name="mis",
                title="MIS",
                width=12,
                grow=1,
                rank=2,
                cell=lambda row: row.mis_title or glyphs.DASH,
            ),
            Column(name="route", title="Route", width=12, rank=4, cell=lambda row: row.route),
            when("last_checked", "Checked", 1),
            when("last_changed", "Changed", 3),
            Column(
                name="waiting",
                title="Waiting",
                width=7,
                right=True,
                cell=lambda row: span(short_count(row.waiting.total) if row.waiting.total else ""),
                sort=lambda row: -row.waiting.total,
            ),
            *([Column(name="with", title="With", width=10, rank=1, cell=self._with)] if self.company else []),
            *(queue_column(*each) for each in QUEUE_COLUMNS),
        ]

    def _summary(self) -> list[Span]:
        """How many of each lamp, the worst first: did last night run, in a list longer than a screen."""
        if self._last is None or len(self._last.rows.items) < 2:
            return []
        lit = Counter(row.lamp for row in self._last.rows.items)
        parts = []
        for lamp in sorted(lit, key=SEVERITY.__getitem__):
            parts.append(span("   "))
            parts.append(span(f"{glyphs.LAMPS[lamp]} {lit[lamp]:,} {lamp.value}", glyphs.LAMP_KINDS[lamp]))
        return parts

    def _with(self, row: SchoolRow) -> str:
        """Who works at that school in another console."""
        return ", ".join(self.company.get(row.id, ()))

    def _empty(self) -> Sequence[Line]:
        return [
            line("There is no school here yet."),
            line(span("a", "key"), " adds one by its name and URN; ", span("?", "key"), " shows every key."),
        ]

    # Reading

    def on_mount(self) -> None:
        self._timer = self.set_interval(self._every, self.read)
        self.call_after_refresh(self.read)

    def on_screen_resume(self) -> None:
        if self.is_mounted and self.grid.loaded:
            self.read()
        if self.program.is_open:
            self.ask(self.program.company.leave, lambda _: None, group="company", failed=lambda _: None)

    def store_ready(self) -> None:
        self.read()

    def read(self) -> None:
        """Ask for the list; nothing is read where nobody wrote, and nothing painted where nothing changed."""
        if not self.in_front or (self.asking("rows") and self.grid.loaded):
            return
        url, now, last = self.program.url, self.program.showing.now(), self._last

        def rows() -> Read | None:
            from misconsole.services import status

            began, stamp = monotonic(), status.stamp(url)
            if last is not None and last.holds(stamp, now):
                return None
            found = self.grid.prepare(status.school_rows(url, now=now))
            return Read(found, stamp, now, monotonic() - began)

        self.ask(rows, self._came, group="rows", failed=self._not_read)
        if self.program.is_open:
            self.ask(self.program.company.everywhere, self._met, group="met", failed=lambda _: None)

    def _met(self, company: dict[int, tuple[str, ...]]) -> None:
        if company != self.company:
            self.company = company
            self.grid.lay(self._columns())

    def _not_read(self, trouble: Trouble) -> None:
        """A store that is only just being made is not trouble; anything else is."""
        if not self.program.is_open and trouble.code in ("missing", "store_missing"):
            return
        self.trouble(trouble)

    def _came(self, read: Read | None) -> None:
        if read is None:
            return  # nobody has written since
        self._last = read
        wanted = RUNNING_EVERY if read.running else QUIET_EVERY
        self._pace(max(wanted, SELDOM * read.took))
        self._show(read.rows)

    def _show(self, rows: Rows[SchoolRow]) -> None:
        if not rows.items and not self.program.is_open:
            return  # a new store: wait until it is made before saying that it is empty
        if list(rows.items) == [self.grid.row(key) for key in rows.keys] and self.grid.loaded:
            return
        first = not self.grid.loaded
        self.grid.show(rows)
        if first and self.program.memory.last_school:
            self.grid.stand_on(self.program.memory.last_school)
        self.retitle()
        self.refresh_bindings()

    def _pace(self, every: float) -> None:
        """Twice a second while something runs, else now and then to see runs started elsewhere."""
        if not self._every / 2 < every < self._every * 2 and self._timer is not None:
            self._timer.stop()
            self._every = every
            self._timer = self.set_interval(every, self.read)

    # Commands

    def place(self) -> Sequence[str]:
        return ("Schools",)

    @property
    def row(self) -> SchoolRow | None:
        return self.grid.cursor_row

    @property
    def urn(self) -> str:
        return self.row.urn if self.row else ""

    def why_not(self, wanted: Command) -> str:
        if wanted.id in ("schools.add", "schools.refresh"):
            return ""
        row = self.row
        if row is None:
            return "There is no school under the cursor."
        if wanted.id in ("schools.sync", "schools.rehearse"):
            return why_no_sync(row)
        if wanted.id == "schools.view-run" and not (row.running or row.last_run):
            return f"{row.name} has never been synced; s syncs it."
        return ""

    def on_grid_moved(self) -> None:
        self.refresh_bindings()

    def on_grid_chosen(self) -> None:
        self.do_open()

    def do_open(self) -> None:
        if self.refusal_of_open():
            return
        from screens.workspace.screen import Workspace

        self.program.push_screen(Workspace(self.urn))

    def refusal_of_open(self) -> bool:
        """True when there is nothing to open, or the store must be opened first; then it opens by itself."""
        if not self.program.is_open and self.row is not None:
            self.program.school = self.urn
            self.program.say(f"Opening {self.row.name}…")
        return not self.program.is_open or self.row is None

    def do_connect(self) -> None:
        from screens.connect.screen import Connect

        self.program.push_screen(Connect(self.urn, name=self.row.name if self.row else ""))

    def do_sync(self) -> None:
        self._start(dry_run=False)

    def do_rehearse(self) -> None:
        self._start(dry_run=True)

    def _start(self, *, dry_run: bool) -> None:
        from screens.sync import start_and_watch

        start_and_watch(self, self.urn, dry_run=dry_run)

    def do_view_run(self) -> None:
        from screens.sync import Sync

        row = self.row
        if row and (run := row.running or row.last_run):
            self.program.push_screen(Sync(row.urn, run))

    def do_plots(self) -> None:
        from screens.plots.screen import Plots

        self.program.push_screen(Plots())

    def do_refresh(self) -> None:
        self._last = None
        self.read()
        self.program.say("Read again.")

    def do_add(self) -> None:
        from screens.prompts import Asked, Form

        self.program.push_screen(
            Form(
                "Add a school",
                [
                    Asked(name="name", title="Name"),
                    Asked(name="urn", title="URN", hint="the school's six-digit number", check=_check_urn),
                    Asked(
                        name="domain",
                        title="E-mail domain",
                        hint="such as larkmere.example; may stay empty",
                        required=False,
                    ),
                ],
                verb="add the school",
            ),
            self._added,
        )

    def _added(self, answers: Answers | None) -> None:
        if answers is None:
            return
        desk = self.program.desk
        settings = {"domain": answers["domain"]} if answers["domain"] else {}

        def add() -> SchoolRow:
            from misconsole.services.schools import add_school

            return add_school(desk, name=answers["name"], urn=answers["urn"], settings=settings)

        self.ask(add, self._told_added, group="add", each=True)

    def _told_added(self, row: SchoolRow) -> None:
        self.program.say(f"{row.name} was added. c connects it to its MIS.", kind="good")
        self.read()
        self.set_timer(0.2, lambda: self.grid.stand_on(row.urn))


def _check_urn(text: str) -> str:
    return "" if text.isalnum() and len(text) <= 32 else "letters and digits only"
