"""The workspace of one school: ten tabs, each with what waits in it counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container
from textual.dom import DOMNode
from textual.timer import Timer
from textual.widget import AwaitMount

from misconsole.services.views import DecisionView, PersonView, RunView, Waiting
from misconsole.services.views import Overview as OverviewView
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.modes.telling import ModeLine
from screens.widgets.grid import Grid
from screens.widgets.tabbar import TabBar, TabLabel
from screens.workspace.accounts import Accounts
from screens.workspace.exclusions import Exclusions
from screens.workspace.history import History
from screens.workspace.leavers import Unallocated
from screens.workspace.lists import Problems
from screens.workspace.new_users import NewUsers
from screens.workspace.non_mis import NonMis
from screens.workspace.overview import Overview
from screens.workspace.tab import Tab
from screens.workspace.unmatched import UnmatchedPupils, UnmatchedStaff

if TYPE_CHECKING:
    from misconsole.services.live import Glance

TABS: tuple[Any, ...] = (
    Overview,
    UnmatchedStaff,
    UnmatchedPupils,
    Unallocated,
    Exclusions,
    NonMis,
    Accounts,
    NewUsers,
    History,
    Problems,
)
TINY = {
    "overview": "Over",
    "unmatched-staff": "Staff",
    "unmatched-pupils": "Pup",
    "unallocated": "Una",
    "exclusions": "Exc",
    "non-mis": "Non",
    "accounts": "Acc",
    "new-users": "New",
    "history": "His",
    "problems": "Pro",
}
WATCH_EVERY = 2.0


def ignore(_: Trouble) -> None:
    """A look that failed is taken again two seconds later; whoever works is not disturbed by it."""


class Workspace(Frame[None]):
    """Tabs are made when first opened and kept; counts follow every decision and every run."""

    BINDINGS = bindings("workspace")
    scopes = ("workspace",)
    AUTO_FOCUS = None
    DEFAULT_CSS = "Workspace #tabs { height: 1fr; }"

    def __init__(self, urn: str, *, tab: str = "overview") -> None:
        super().__init__()
        self.school = urn
        self.school_name = ""
        self.opened = tab
        self.waiting = Waiting()
        self.running: int | None = None
        self.last_run: int | None = None
        self.version: int | None = None  # of the school, as last seen
        self._timer: Timer | None = None

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name or self.school)

    @property
    def urn(self) -> str:
        return self.school

    def body(self) -> ComposeResult:
        yield TabBar()
        yield ModeLine(self.school)
        yield Container(id="tabs")

    def on_mount(self) -> None:
        self._label()
        last = self.program.memory.tab_of(self.school) if self.opened == "overview" else ""
        self.open(last if last in TINY else self.opened)
        self.count()
        self._timer = self.set_interval(WATCH_EVERY, self.look_round)

    def on_screen_resume(self) -> None:
        if self.query(".tab"):
            self.count()
            self.tab.read()

    # Tabs

    @property
    def tab(self) -> Any:
        return self.query_one(f"#tab-{self.opened}")

    def inner_host(self) -> DOMNode:
        found = self.query(f"#tab-{self.opened}")
        return found.first() if found else self

    def open(self, slug: str) -> None:
        self.opened = slug
        holder = self.query_one("#tabs")
        found = self.query(f"#tab-{slug}")
        for each in holder.children:
            each.display = each.id == f"tab-{slug}"
        self._label()
        if found:
            self.tab.read()
            self._focus()
            return
        kind = next(each for each in TABS if each.slug == slug)
        self.call_later(self._made, holder.mount(kind(self.school).add_class("tab")))

    async def _made(self, mounting: AwaitMount) -> None:
        """A frame may come sooner than the list of a tab, which is what is focused."""
        await mounting
        self._focus()

    def _focus(self) -> None:
        if wanted := self.tab.query("Grid") or self.tab.query("Reading"):
            wanted.first().focus()  # else another tab was opened meanwhile, which comes to this by itself
        self.refresh_bindings()

    def do_next(self, step: int = 1) -> None:
        slugs = [each.slug for each in TABS]
        self.open(slugs[(slugs.index(self.opened) + step) % len(slugs)])

    def do_previous(self) -> None:
        self.do_next(-1)

    def on_tab_bar_picked(self, picked: TabBar.Picked) -> None:
        self.open(picked.slug)

    def _label(self) -> None:
        counts = {name.replace("_", "-"): getattr(self.waiting, name) for name in Waiting.__slots__}
        labels = [
            TabLabel(
                slug=each.slug,
                label=each.label,
                short=each.short,
                tiny=TINY[each.slug],
                count=counts.get(each.slug),
            )
            for each in TABS
        ]
        self.query_one(TabBar).set(labels, self.opened)
        self.query_one(ModeLine).told(self.opened)

    # Counts and runs

    def know(self, view: OverviewView) -> None:
        """What the overview read about the school."""
        self.school_name = view.school.name
        self.waiting = view.school.waiting
        self.running, self.last_run = view.school.running, view.school.last_run
        self.retitle()
        self._label()

    def count(self) -> None:
        desk = self.program.desk

        def counts() -> Waiting:
            from misconsole.services import queues

            return queues.counts(desk, self.school)

        self.ask(counts, self._counted, group="counts", failed=self._no_school)

    def _no_school(self, trouble: Trouble) -> None:
        self.program.complain(trouble)

    def _counted(self, waiting: Waiting) -> None:
        self.waiting = waiting
        self._label()

    def on_changed(self) -> None:
        self.count()

    def look_round(self) -> None:
        """Has anybody changed anything, or a run begun or ended? Then the counts and the open tab are read
        again; cursor, marks and filter stay where they are."""
        if not self.in_front or self.asking("glance"):
            return
        look = self.program.company.look(self.school, self._case())
        self.ask(look, self._saw, group="glance", failed=ignore)

    def _case(self) -> str:
        """What this console is at, in a word that says nobody's name."""
        person = self.person
        return f"person:{person.id}" if person is not None else self.opened

    def _saw(self, glance: Glance) -> None:
        if self.program.company.saw(glance.others):
            self.retitle()
            self.tab.repaint()
        self._saw_run(glance.run)
        # What is shown when the first look comes was read before it, so it may be older than what is seen.
        if self.version != glance.version and not self.tab.busy:  # else with the next look
            self.version = glance.version
            self.count()
            self.tab.read_after_others()

    def _saw_run(self, run: RunView | None) -> None:
        before, self.running = self.running, run.id if run else None
        if before == self.running:
            return
        if before is not None:
            self.last_run = before
        said = (
            f"Run {run.id} is under way; F6 shows it."
            if run
            else "The run has ended; the lists are read again."
        )
        self.program.say(said)
        self.count()
        self.tab.read()

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "workspace.run" and not (self.running or self.last_run):
            return "This school has never been synced; s on Overview syncs it."
        if wanted.id == "workspace.why" and self.subject is None:
            return "Nobody is under the cursor; F2 asks about anybody."
        if wanted.id == "workspace.contacts":
            from screens.contacts import not_a_pupil

            return not_a_pupil(self.person)
        if wanted.id == "workspace.details" and self.opened == "overview":
            return "Overview has no rows."
        return ""

    @property
    def subject(self) -> int | str | None:
        """Whom the row under the cursor is about."""
        found = self.query(f"#tab-{self.opened}")
        tab = found.first() if found else None
        if not isinstance(tab, Tab) or tab.row is None:
            return None
        return tab.who(tab.row)

    @property
    def person(self) -> PersonView | None:
        """The MIS person of the row under the cursor, or of the account the row is about."""
        found = self.query(f"#tab-{self.opened}")
        row = getattr(found.first(), "row", None) if found else None
        person = getattr(row, "person", None) or getattr(getattr(row, "account", None), "person", None)
        return person if isinstance(person, PersonView) else None

    def do_contacts(self) -> None:
        from screens.contacts import Contacts

        if person := self.person:
            self.program.push_screen(Contacts(self.school, person))

    def do_why(self) -> None:
        from screens.why import Why

        if (subject := self.subject) is not None:
            self.program.push_screen(Why(self.school, subject=subject))

    def do_details(self) -> None:
        self.tab.do_details()

    def do_refresh(self) -> None:
        self.count()
        self.tab.read()
        self.program.say("Read again.")

    def do_run(self) -> None:
        from screens.sync import Sync

        if run := self.running or self.last_run:
            self.program.push_screen(Sync(self.school, run))

    def do_undo(self) -> None:
        desk = self.program.desk

        def undo() -> DecisionView | None:
            from misconsole.services import decide

            return decide.undo_last(desk, self.school)

        self.ask(undo, self._undone, group="undo", each=True)

    def _undone(self, decision: DecisionView | None) -> None:
        if decision is None:
            self.program.say("You have decided nothing here that could be taken back.")
            return
        summary = self.program.showing.prose(decision.summary, otherwise="the last decision")
        self.program.say(f"Taken back: {summary}", kind="good")
        self.count()
        self.tab.read()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        for each in self.query(".tab"):
            each.repaint()  # type: ignore[attr-defined]
        for grid in self.query(Grid):
            grid.refresh()
