"""Connect: the numbered guide of one school, from the catalogue. It can be left and resumed at any step,
because nothing is kept here: every step's state comes from what is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.timer import Timer

from misconsole.counting import counted
from misconsole.services.desk import Desk
from misconsole.services.views import ConnectionView, GuideStep, ProbeView, SettingView
from screens.commands import Command, bindings
from screens.connect import calls
from screens.connect.changing import open_change
from screens.connect.choose import Choice, ChooseMis
from screens.connect.fields import SettingFields
from screens.connect.guided import Guided, why_not_step
from screens.widgets.guide import step_lines
from screens.widgets.lines import Line, line, span

POLL_EVERY = 5.0
Work = Callable[[Desk], ConnectionView | None]
Then = Callable[[ConnectionView | None], None]


class Connect(Guided):
    BINDINGS = bindings("connect")
    scopes = ("connect",)

    def __init__(self, urn: str, *, name: str = "", change: bool = False) -> None:
        super().__init__(urn, name=name)
        self._change_at_once = change
        self.view: ConnectionView | None = None
        self.probes: tuple[ProbeView, ...] = ()
        self._timer: Timer | None = None

    def place(self) -> Sequence[str]:
        if self.view is None:
            return ("Schools", self.school_name, "Connect")
        return ("Schools", self.view.school_name, f"Connect to {self.view.mis_title} by {self.view.route}")

    @property
    def steps(self) -> Sequence[GuideStep]:
        return self.view.steps if self.view else ()

    @property
    def settings(self) -> Sequence[SettingView]:
        return self.view.settings if self.view else ()

    @property
    def route(self) -> str:
        return self.view.route if self.view else ""

    def step_text(self, width: int) -> list[Line]:
        if self.view is None:
            return [line("Choose the school's MIS first: ", span("m", "key"))]
        return step_lines(self.view, self.step, self.probes, width) if self.step else []

    # Reading

    def on_mount(self) -> None:
        self._timer = self.set_interval(POLL_EVERY, self._poll)
        self._ask(partial(calls.connection, urn=self.school), self._first, group="connection")

    def on_screen_resume(self) -> None:
        if self.view is not None:
            self._ask(partial(calls.connection, urn=self.school), self._resumed, group="connection")

    def _ask(self, work: Work, then: Then, *, group: str) -> None:
        desk = self.program.desk
        self.ask(lambda: work(desk), then, group=group)

    def _first(self, view: ConnectionView | None) -> None:
        if view is None:
            self.program.push_screen(ChooseMis(self.school_name), self._first_chosen)
            return
        self._shown(view)
        self.open_now()
        if self._change_at_once:
            self.do_change()
            return
        desk = self.program.desk
        self.ask(lambda: calls.prepared_move(desk, self.school), self._tell_prepared, group="prepared")

    def _tell_prepared(self, plan: object) -> None:
        if title := getattr(plan, "mis_title", ""):
            self.program.say(f"A change of MIS to {title} is prepared; m goes on with it.")

    def _first_chosen(self, choice: Choice | None) -> None:
        if choice is None:
            self.dismiss(None)
        else:
            self._connect(choice)

    def _resumed(self, view: ConnectionView | None) -> None:
        """A change of MIS may have been made meanwhile: then another guide begins."""
        other = (
            self.view is None or view is None or self.view.route != view.route or self.view.mis != view.mis
        )
        self._shown(view)
        if other and view is not None:
            self.probes = ()
            self.open_now()
            self.program.say(f"{view.mis_title} by {view.route} is in use now.")

    def _shown(self, view: ConnectionView | None) -> None:
        """Show how things stand; stay on the open step unless it is done and another waits."""
        if view is None:
            return
        before, self.view = self.step, view
        self.opened = min(self.opened, max(0, len(view.steps) - 1))
        if before is not None and (step := self.step) and step.state == "done" and step != before:
            self.open_now()
        self.repaint()

    def _poll(self) -> None:
        """While the school has not answered, ask every few seconds; silent when nothing is new."""
        waits = self.step is not None and self.step.kind == "wait" and self.step.state in ("now", "problem")
        pending = self.view is not None and self.view.access == "pending"
        may = not self.program.leave("connect", self.school)[0]
        if may and self.in_front and waits and pending and not self.asking("check"):
            self._ask(partial(calls.check, urn=self.school), self._checked, group="check")

    def _checked(self, view: ConnectionView | None) -> None:
        before = self.view.access if self.view else ""
        self._shown(view)
        if view is not None and view.access != before:
            kind = "good" if view.access == "approved" else "warn"
            self.program.say(f"Access is {view.access}.", kind=kind, mend=view.mend)

    # Typing

    def on_setting_fields_typed(self, typed: SettingFields.Typed) -> None:
        self.program.say("Saving…")
        save = partial(calls.save, urn=self.school, plain=typed.plain, secrets=typed.secrets)
        self._ask(save, self._saved, group="save")

    def _saved(self, view: ConnectionView | None) -> None:
        self.program.say("Saved; secrets are kept apart from the store.", kind="good")
        self.query_one("#steps").focus()
        self.view = view
        self.open_now()

    # Commands

    def why_not(self, wanted: Command) -> str:
        step = self.step
        if wanted.id == "connect.mode":
            return ""
        if self.view is None or step is None:
            return "" if wanted.id == "connect.change" else "Choose the MIS first: m."
        if wanted.id == "connect.sync" and self.view.access != "approved":
            return "The school has not approved yet."
        if wanted.id == "connect.columns" and not any(each.kind == "columns" for each in self.steps):
            return "This route has no columns to look at."
        return why_not_step(wanted.id.rpartition(".")[2], step, self.steps)

    def do_go(self) -> None:
        kind = self.step.kind if self.step else ""
        {
            "input": self.do_edit,
            "columns": self.do_columns,
            "reports": self.do_reports,
            "request": self.do_request,
            "wait": self.do_check,
            "test": self.do_test,
            "sync": self.do_sync,
        }.get(kind, self.do_tick)()

    def do_tick(self) -> None:
        step = self.step
        if step is None or step.kind != "read":
            return
        done = step.state != "done"

        def told(view: ConnectionView | None) -> None:
            self.view = view
            if done:
                self.open_now()
            self.repaint()

        self._ask(partial(calls.tick, urn=self.school, step=step.id, done=done), told, group="tick")

    def do_reports(self) -> None:
        from screens.connect.scope import Scope

        if self.view:
            self.program.push_screen(Scope(self.school, self.view.school_name))

    def do_columns(self) -> None:
        from screens.mapping import Columns

        if self.view:
            self.program.push_screen(Columns(self.school, self.view.school_name))

    def do_request(self) -> None:
        self.program.say("Asking the school for access…")
        self._ask(partial(calls.request, urn=self.school), self._checked, group="check")

    def do_check(self) -> None:
        self.program.say("Asking whether the school has approved…")

        def told(view: ConnectionView | None) -> None:
            self._shown(view)
            if view is not None:
                kind = "good" if view.access == "approved" else ""
                self.program.say(f"Access is {view.access}.", kind=kind, mend=view.mend)

        self._ask(partial(calls.check, urn=self.school), told, group="check")

    def do_test(self) -> None:
        self.program.say("Testing the connection and the data…")
        desk = self.program.desk
        self.ask(lambda: calls.probe(desk, self.school), self._tested, group="probe")

    def _tested(self, probes: tuple[ProbeView, ...]) -> None:
        self.probes = probes
        good = bool(probes) and all(each.ok for each in probes)
        self.program.say(
            "Both tests passed." if good else "A test failed; see the step.", kind="good" if good else "bad"
        )
        self.open_kind("test")
        self._ask(partial(calls.connection, urn=self.school), self._after_test, group="connection")

    def _after_test(self, view: ConnectionView | None) -> None:
        """The results stay in view; the operator goes on when they have been read."""
        self.view = view
        self.repaint()

    def do_sync(self) -> None:
        from screens.sync import start_and_watch

        start_and_watch(self, self.school, dry_run=False)

    def do_mode(self) -> None:
        from screens.modes.screen import ChangeMode

        self.program.push_screen(ChangeMode(self.school))

    def do_change(self) -> None:
        if self.view is None:
            self.program.push_screen(ChooseMis(self.school_name), self._first_chosen)
        else:
            open_change(self, self.school, anew=self._connect)

    def _connect(self, choice: Choice) -> None:
        route = choice.route.route if choice.route else ""
        self.probes = ()
        connect = partial(
            calls.connect, urn=self.school, mis=choice.mis.id, route=route, demo=self.program.demo
        )
        self._ask(connect, self._connected, group="connection")

    def _connected(self, view: ConnectionView | None) -> None:
        self.view = view
        self.open_now()
        if view:
            self.program.say(f"{view.mis_title} by {view.route}: {counted(len(view.steps), 'step')}.")
