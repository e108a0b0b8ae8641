"""A push rehearsed: every line before anything is written, the troublesome first; then one confirmed key.

The rehearsal reads the directory and writes nothing, here or there.  The push itself is a run of its own
process, watched on the screen of runs; leaving it changes nothing about it.
"""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.target_views import RehearsalView
from misconsole.services.views import RunView
from screens import glyphs
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.listing import Listing
from screens.prompts import Confirm
from screens.showing import counted
from screens.targets import calls
from screens.targets.lines import ADOPT, NOTHING, WHICH, WHICH_WORDS, Row, about, heading, question, rows
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.panel import Panel


class Push(Listing[Row]):
    """What a push to one target would do now."""

    BINDINGS = bindings("push")
    scopes = ("push",)
    noun = ("line", "lines")

    def __init__(self, urn: str, school_name: str, target: str) -> None:
        super().__init__()
        self.school, self.school_name, self.target = urn, school_name, target
        self.seen: RehearsalView | None = None
        self.failed: Trouble | None = None
        self.which = ""
        self.grid = Grid(
            [
                Column(name="what", title="Change", width=13, cell=lambda each: span(each.what, each.kind)),
                Column(name="username", title="Username", width=14, grow=1,
                       cell=lambda each: self.program.showing.handle(each.username)),
                Column(name="name", title="Name", width=14, grow=1, rank=1,
                       cell=lambda each: self.program.showing.name(each.name)),
                Column(name="detail", title="What", width=16, grow=3, rank=2,
                       cell=lambda each: self.program.showing.prose(each.detail)),
            ],
            key=lambda each: each.key,
            search=lambda each: f"{each.what} {each.username} {each.name} {each.detail}",
            empty=self._empty,
            markable=True,
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name, "Targets", self.target)

    def _empty(self) -> Sequence[Line]:
        if self.failed is not None:
            return [line("The directory could not be read.")]
        if self.seen is None:
            return []
        return [line(NOTHING[self.which])]

    def about(self, width: int) -> list[Line]:
        if self.failed is not None:
            return wrap(line(span(self.failed.message, "bad"), f" {self.failed.mend}"), width)
        if self.seen is None:
            return wrap(line("Reading the directory…"), width)
        return about(self.grid.cursor_row, self.seen, self.showing, width)

    # Reading

    def on_mount(self) -> None:
        self.read()

    def read(self, *, then: str = "") -> None:
        desk = self.program.desk
        self.ask(
            lambda: calls.rehearse(desk, self.school, self.target),
            lambda seen: self._show(seen, then), group="rehearse", failed=self._not_read,
        )  # fmt: skip

    def _not_read(self, trouble: Trouble) -> None:
        self.failed, self.seen = trouble, None
        self.grid.show([])
        self.on_grid_moved()
        self.program.complain(trouble)

    def _show(self, seen: RehearsalView, then: str) -> None:
        self.seen, self.failed = seen, None
        self._list()
        if then:
            self.program.say(then)

    def _list(self) -> None:
        seen = self.seen
        if seen is None:
            return
        self.query_one(Panel).heading = heading(seen) if not self.which else WHICH_WORDS[self.which]
        self.grid.show([row for row in rows(seen) if not self.which or row.part == self.which])
        self.on_grid_moved()

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "push.again":
            return ""
        if self.seen is None:
            return "The directory could not be read." if self.failed else "The directory is still being read."
        if wanted.id == "push.apply" and not self.seen.steps:
            return "Nothing would be written."
        if wanted.id == "push.adopt" and not self._those():
            return "There is nothing to adopt under the cursor; w lists what can be."
        if wanted.id == "push.adopt-all" and not any(each.exact for each in self.seen.adoptable):
            return "No entry of the very same address and name waits to be adopted."
        return ""

    def do_again(self) -> None:
        self.read(then="Rehearsed again; nothing was written.")

    def do_which(self) -> None:
        self.which = WHICH[(WHICH.index(self.which) + 1) % len(WHICH)]
        self._list()
        self.grid.do_first()
        self.program.say(f"Shown: {WHICH_WORDS[self.which]}.")

    def do_apply(self) -> None:
        if self.seen is None:
            return
        confirm = Confirm(
            f"Push to {self.target}?", question(self.seen, self.program.showing), verb="write it there"
        )
        self.program.push_screen(confirm, self._apply)

    def _apply(self, yes: bool | None) -> None:
        if not yes:
            self.program.say("Nothing was written.")
            return
        desk = self.program.desk
        self.program.say("Starting the push…")
        self.ask(lambda: calls.push(desk, self.school, self.target), self._watch, group="push", each=True)

    def _watch(self, run: int) -> None:
        from screens.sync import Sync

        if self.in_front:
            self.program.switch_screen(Sync(self.school, run))
        else:
            self.program.say(f"Push {run} has started.")

    def _those(self) -> list[int]:
        shown = self.grid.items
        marked = [row for row in shown if row.key in self.grid.marked]
        row = self.grid.cursor_row
        chosen = marked or ([row] if row is not None else [])
        return [each.account for each in chosen if each.part == ADOPT and each.account is not None]

    def do_adopt(self) -> None:
        self._adopt(self._those(), exact=False)

    def do_adopt_all(self) -> None:
        exact = [each.account_id for each in self.seen.adoptable if each.exact] if self.seen else []
        self._adopt(exact, exact=True)

    def _adopt(self, accounts: Sequence[int], *, exact: bool) -> None:
        seen, show = self.seen, self.program.showing
        if seen is None:
            return
        chosen = [each for each in seen.adoptable if each.account_id in set(accounts)]
        what = [line("They bear our mark from then on; names and places follow with the next push.")]
        for a in chosen[:5]:
            there = f"{show.handle(a.there)}, {show.name(a.there_name)}".rstrip(", ")
            here = f"{show.name(a.name)}, {show.handle(a.username)} here"
            what.append(line(f"{glyphs.DOT} {here}: {there} there"))
        if len(chosen) > 5:
            what.append(line(span(f"and {counted(len(chosen) - 5, 'other')}", "muted")))
        title = f"Adopt {counted(len(chosen), 'entry', 'entries')}?"
        confirm = Confirm(title, what, verb="they are theirs")
        ids = [] if exact else list(accounts)
        self.program.push_screen(confirm, lambda yes: self._adopted_by(ids, exact, bool(yes)))

    def _adopted_by(self, accounts: Sequence[int], exact: bool, yes: bool) -> None:
        seen, desk = self.seen, self.program.desk
        if not yes or seen is None:
            self.program.say("Nothing was adopted.")
            return
        self.program.say("Adopting…")
        self.ask(
            lambda: calls.adopt(desk, self.school, seen, accounts, exact=exact), self._adopted, group="adopt",
            each=True,
        )  # fmt: skip

    def _adopted(self, run: RunView | int) -> None:
        self.grid.marked = frozenset()
        if isinstance(run, int):
            self._watch(run)
            return
        if run.state == "succeeded":
            n = run.changes.get("adopted", 0)
            self.read(
                then=f"{counted(n, 'entry is', 'entries are')} ours now; a push brings names and places."
            )
        else:
            self.program.say(str((run.error or {}).get("message", "Nothing was adopted.")), kind="warn")
            self.read()
