"""The targets of a school: what each is, how it stands, and the ways on from it (Y1, Y2)."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.target_views import KindView, TargetView
from screens.commands import Command, bindings, command
from screens.listing import Listing
from screens.prompts import Answers, Asked, Confirm, Form
from screens.targets import calls
from screens.targets.lines import state, target_lines
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line


class Targets(Listing[TargetView]):
    """A list left, the target under the cursor right."""

    BINDINGS = bindings("targets")
    scopes = ("targets",)
    noun = ("target", "targets")
    CSS = """
    Targets .beside > Panel { height: 2fr; }
    Targets .beside > .about { height: 4fr; }
    Targets.-wide .beside > Panel, Targets.-wide .beside > .about { height: 1fr; }
    """

    def __init__(self, urn: str) -> None:
        super().__init__()
        self.school = self.school_name = urn
        self.grid = Grid(
            [
                Column(name="name", title="Target", width=12, grow=2, cell=lambda each: each.name),
                Column(name="kind", title="Kind", width=6, rank=1, cell=lambda each: each.kind),
                Column(name="entries", title="Ours", width=6, right=True,
                       cell=lambda each: f"{each.entries:,}", sort=lambda each: each.entries),
                Column(name="state", title="Stands", width=14, cell=state),
            ],
            key=lambda each: each.id,
            search=lambda each: f"{each.name} {each.kind} {each.title}",
            empty=lambda: [
                line("No directory is set up here."),
                line("n sets one up: Active Directory or LDAP, Google Workspace, Microsoft 365."),
            ],
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name, "Targets")

    def details(self, row: TargetView, width: int) -> list[Line]:
        return target_lines(row, self.showing, width)

    def on_mount(self) -> None:
        self.read()

    def on_screen_resume(self) -> None:
        self.read()

    def read(self) -> None:
        desk = self.program.desk
        self.ask(lambda: calls.listed(desk, self.school), self._show, group="targets")

    def _show(self, found: tuple[str, tuple[TargetView, ...]]) -> None:
        self.school_name, targets = found
        self.grid.show(list(targets))
        self.retitle()
        self.on_grid_moved()

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "targets.new":
            return ""
        row = self.grid.cursor_row
        if row is None:
            return "There is no target yet; n sets one up."
        if wanted.id == "targets.last" and row.last_push is None and row.held is None:
            return "It was never pushed to."
        return ""

    def on_grid_chosen(self) -> None:
        if reason := self.refusal(command("targets.rehearse")):
            self.program.say(reason, kind="warn")
        else:
            self.do_rehearse()

    def do_rehearse(self) -> None:
        from screens.targets.push import Push

        if (row := self.grid.cursor_row) is not None:
            self.program.push_screen(Push(self.school, self.school_name, row.name))

    def do_settings(self) -> None:
        if (row := self.grid.cursor_row) is not None:
            self._settings(row)

    def _settings(self, row: TargetView) -> None:
        from screens.targets.settings import TargetSettings

        self.program.push_screen(TargetSettings(row))

    def do_last(self) -> None:
        from screens.sync import Sync

        row = self.grid.cursor_row
        run = (row.held or row.last_push) if row is not None else None
        if run is not None:
            self.program.push_screen(Sync(self.school, run.id))

    def do_log(self) -> None:
        from screens.targets.log import TargetLog

        if (row := self.grid.cursor_row) is not None:
            self.program.push_screen(TargetLog(self.school, self.school_name, row.name))

    def do_new(self) -> None:
        self.ask(calls.kinds, self._ask_new, group="kinds")

    def _ask_new(self, kinds: tuple[KindView, ...]) -> None:
        names = [each.kind for each in kinds]
        asked = [
            Asked(name="kind", title="Kind", hint=", ".join(names),
                  check=lambda text: "" if text in names else f"one of {', '.join(names)}"),
            Asked(name="name", title="Name", hint="yours to choose, such as curriculum"),
        ]  # fmt: skip
        what = [line(f"{each.kind}: {each.title}") for each in kinds]
        self.program.push_screen(Form("Set up a directory", asked, what=what, verb="go on"), self._add)

    def _add(self, said: Answers | None) -> None:
        if said is None:
            return
        desk = self.program.desk
        self.ask(
            lambda: calls.add(desk, self.school, said["name"], said["kind"]),
            self._settings,
            group="add",
            each=True,
        )

    def do_pause(self) -> None:
        row, desk = self.grid.cursor_row, self.program.desk
        if row is None:
            return
        word = "no" if row.active else "yes"
        self.ask(
            lambda: calls.change(desk, self.school, row.name, {"active": word}, {}),
            lambda view: self._changed(f"{view.name} {'goes on' if view.active else 'is paused'}."),
            group="change", each=True,
        )  # fmt: skip

    def _changed(self, told: str) -> None:
        self.program.say(told, kind="good")
        self.read()

    def do_remove(self) -> None:
        row = self.grid.cursor_row
        if row is None:
            return
        what = [line("Its settings, its secrets and which entries are ours are forgotten here."),
                line("Nothing is changed there; the journal of what was written stays.")]  # fmt: skip
        question = Confirm(f"Remove {row.name}?", what, verb="remove it")
        self.program.push_screen(question, lambda yes: self._remove(row) if yes else None)

    def _remove(self, row: TargetView) -> None:
        desk = self.program.desk
        self.ask(
            lambda: calls.remove(desk, self.school, row.name),
            lambda _: self._changed(f"{row.name} is forgotten; nothing was changed there."),
            group="change", each=True,
        )  # fmt: skip
