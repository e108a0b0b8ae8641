"""Connect: the numbered guide of one school, from the catalogue. It can be left and resumed at any step,
because nothing is kept here: every step's state comes from what is stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import Input

from misconsole.services.desk import Desk
from misconsole.services.views import ConnectionView, GuideStep, ProbeView, SettingView
from misconsole.text import shown
from screens import glyphs
from screens.commands import Command, bindings
from screens.connect.choose import Choice, ChooseMis
from screens.frame import Frame
from screens.prompts import Confirm
from screens.widgets.field import Field
from screens.widgets.guide import step_lines, step_list
from screens.widgets.lines import Line, Lines, line, span, wrap

POLL_EVERY = 5.0


class StepList(Lines, can_focus=True):
    """Has the focus while no field is typed in."""


class Connect(Frame[None]):
    BINDINGS = bindings("connect")
    scopes = ("connect",)
    AUTO_FOCUS = "#steps"

    def __init__(self, urn: str, *, name: str = "") -> None:
        super().__init__()
        self.school = urn
        self.school_name = name or urn
        self.view: ConnectionView | None = None
        self.opened = 0
        self.probes: tuple[ProbeView, ...] = ()
        self._timer: Timer | None = None
        self._fields_of = ""
        self.more = False

    def place(self) -> Sequence[str]:
        if self.view is None:
            return ("Schools", self.school_name, "Connect")
        return ("Schools", self.view.school_name, f"Connect to {self.view.mis_title} by {self.view.route}")

    @property
    def urn(self) -> str:
        return self.school

    def body(self) -> ComposeResult:
        with Container(classes="guide"):
            yield StepList(self._steps, id="steps")
            with VerticalScroll(id="step", can_focus=False):
                yield Lines(self._step, id="step-text")
                yield Vertical(id="fields")

    # Reading

    def on_mount(self) -> None:
        self._timer = self.set_interval(POLL_EVERY, self._poll)
        self._ask(lambda desk: _connection(desk, self.school), self._first, group="connection")

    def on_screen_resume(self) -> None:
        if self.view is not None:
            self._ask(lambda desk: _connection(desk, self.school), self._shown, group="connection")

    def _ask(
        self,
        work: Callable[[Desk], ConnectionView | None],
        then: Callable[[ConnectionView | None], None],
        *,
        group: str,
    ) -> None:
        desk = self.program.desk
        self.ask(lambda: work(desk), then, group=group)

    def _first(self, view: ConnectionView | None) -> None:
        if view is None:
            self._choose("")
            return
        self._shown(view)
        self._open_now()

    def _shown(self, view: ConnectionView | None) -> None:
        """Show how things stand; stay on the open step unless it is done and another waits."""
        if view is None:
            return
        before, self.view = self.view, view
        if (
            before is not None
            and (step := self.step)
            and step.state == "done"
            and step != self._step_of(before)
        ):
            self._open_now()
        self.opened = min(self.opened, max(0, len(view.steps) - 1))
        self.repaint()

    def _step_of(self, view: ConnectionView) -> GuideStep | None:
        return view.steps[self.opened] if self.opened < len(view.steps) else None

    def _open_now(self) -> None:
        """Open the first step that is not behind us."""
        steps = self.view.steps if self.view else ()
        waiting = (n for n, step in enumerate(steps) if step.state in ("now", "problem"))
        self.opened = next(waiting, max(0, len(steps) - 1))
        self.repaint()

    def _poll(self) -> None:
        """While the school has not answered, ask every few seconds; silent when nothing is new."""
        waits = self.step is not None and self.step.kind == "wait" and self.step.state in ("now", "problem")
        if (
            self.in_front
            and waits
            and self.view
            and self.view.access == "pending"
            and not self.asking("check")
        ):
            self._ask(lambda desk: _check(desk, self.school), self._checked, group="check")

    def _checked(self, view: ConnectionView | None) -> None:
        before = self.view.access if self.view else ""
        self._shown(view)
        if view is not None and view.access != before:
            kind = "good" if view.access == "approved" else "warn"
            self.program.say(f"Access is {view.access}.", kind=kind, mend=view.mend)

    # Showing

    @property
    def step(self) -> GuideStep | None:
        return self._step_of(self.view) if self.view else None

    def repaint(self) -> None:
        self.query_one("#steps", Lines).show(self._steps)
        self.query_one("#step-text", Lines).show(self._step)
        self._place_fields()
        self.retitle()
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.repaint()

    def _steps(self, width: int) -> list[Line]:
        if self.view is None:
            return [line("Reading…")]
        return step_list(self.view.steps, self.opened, width)

    def _step(self, width: int) -> list[Line]:
        if self.view is None or self.step is None:
            return [line("Choose the school's MIS first: ", span("m", "key"))] if self.view is None else []
        return step_lines(self.view, self.step, self.probes, width)

    # Fields

    def wanted_settings(self) -> list[SettingView]:
        """What the open step asks for; with ``o`` also the settings that no step asks for."""
        step = self.step
        if self.view is None or step is None or step.kind != "input":
            return []
        elsewhere = {name for other in self.view.steps if other.id != step.id for name in other.fields}
        named = step.fields or tuple(each.name for each in self.view.settings if each.required)
        mine = [
            each
            for each in self.view.settings
            if each.name in named or (self.more and each.name not in elsewhere)
        ]
        return sorted(mine, key=lambda each: each.name not in step.fields)

    def _place_fields(self) -> None:
        """Fields of the open step; made anew only when another step is opened, so typing is never lost."""
        wanted = self.wanted_settings()
        name = f"{self.step.id} {self.more}" if self.step and wanted else ""
        if name == self._fields_of:
            return
        self._fields_of = name
        holder = self.query_one("#fields")
        holder.remove_children()
        for each in wanted:
            holder.mount(Lines(partial(_label, each), classes="field--label"))
            value = self._demo_values().get(each.name, "") if each.secret else shown(each.value)
            holder.mount(
                Field(
                    value, name=each.name, password=each.secret, compact=True, placeholder=_placeholder(each)
                )
            )
            holder.mount(Lines(name=f"{each.name}-wrong"))

    def _demo_values(self) -> dict[str, str]:
        """On the demo estate the simulated MIS's address and token are known; nobody has to type them."""
        demo, view = self.program.demo, self.view
        known = demo is not None and view is not None and view.route == "wonde"
        return {"token": demo.token, "url": demo.wonde_url} if known and demo is not None else {}

    def on_input_changed(self, event: Input.Changed) -> None:
        setting = next((each for each in self.wanted_settings() if each.name == event.input.name), None)
        if setting is None:
            return
        said = complaint(setting, event.value)
        for each in self.query("#fields Lines"):
            if each.name == f"{setting.name}-wrong" and isinstance(each, Lines):
                each.show(
                    lambda width: (
                        wrap(line(span(f"{glyphs.ATTENTION} {said}", "warn")), width) if said else []
                    )
                )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        fields = list(self.query("#fields Field").results(Field))
        settings = {each.name: each for each in self.wanted_settings()}
        for field in fields:
            setting = settings[field.name or ""]
            if complaint(setting, field.value, whole=True):
                field.focus()
                self.program.say(
                    f"{setting.title}: {complaint(setting, field.value, whole=True)}", kind="warn"
                )
                return
        if event.input is not fields[-1]:
            fields[fields.index(event.input) + 1].focus()  # type: ignore[arg-type]
            return
        typed = {each.name or "": each.value.strip() for each in fields if each.value.strip()}
        secrets = {name: value for name, value in typed.items() if settings[name].secret}
        plain = {name: value for name, value in typed.items() if not settings[name].secret}
        self.program.say("Saving…")
        self._ask(lambda desk: _save(desk, self.school, plain, secrets), self._saved, group="save")

    def _saved(self, view: ConnectionView | None) -> None:
        self.program.say("Saved; secrets are kept apart from the store.", kind="good")
        self.query_one("#steps").focus()
        self.view = view
        self._open_now()

    # Commands

    def why_not(self, wanted: Command) -> str:
        step = self.step
        if wanted.id in ("connect.change", "connect.go", "connect.up", "connect.down"):
            return "" if wanted.id == "connect.change" or self.view else "Choose the MIS first: m."
        if self.view is None or step is None:
            return "Choose the MIS first: m."
        if wanted.id == "connect.copy" and not step.link:
            return "This step has no link."
        if wanted.id == "connect.more" and not any(each.kind == "input" for each in self.view.steps):
            return "This route has no settings."
        if wanted.id == "connect.edit" and step.kind != "input":
            return "There is nothing to type in this step."
        if wanted.id == "connect.tick" and step.kind != "read":
            return "This step is ticked by itself once it is done."
        if wanted.id == "connect.sync" and self.view.access != "approved":
            return "The school has not approved yet."
        return ""

    def _go_to(self, step: int) -> None:
        steps = self.view.steps if self.view else ()
        self.opened = max(0, min(step, len(steps) - 1))
        self.repaint()

    def do_up(self) -> None:
        if isinstance(self.focused, Field):
            self.focus_previous()
        else:
            self._go_to(self.opened - 1)

    def do_down(self) -> None:
        if isinstance(self.focused, Field):
            self.focus_next()
        else:
            self._go_to(self.opened + 1)

    def do_go(self) -> None:
        kind = self.step.kind if self.step else ""
        {
            "input": self.do_edit,
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
                self._open_now()
            self.repaint()

        self._ask(lambda desk: _tick(desk, self.school, step.id, done), told, group="tick")

    def do_edit(self) -> None:
        if fields := self.query("#fields Field"):
            fields.first().focus()

    def do_more(self) -> None:
        """Address, school number, page size and the like: only for who needs them."""
        steps = self.view.steps if self.view else ()
        self.more = not self.more
        self.opened = next((n for n, step in enumerate(steps) if step.kind == "input"), self.opened)
        self.repaint()
        if self.more:
            self.call_after_refresh(self.do_edit)

    def do_copy(self) -> None:
        from screens.clipboard import send
        from screens.connect.link import Link

        if self.step and self.step.link:
            self.program.push_screen(Link(self.step.link, self.step.title))
            self.set_timer(0.1, lambda link=self.step.link: send(self.program, link, what="The link"))

    def do_reports(self) -> None:
        from screens.connect.scope import Scope

        if self.view:
            self.program.push_screen(Scope(self.school, self.view.school_name))

    def do_request(self) -> None:
        self.program.say("Asking the school for access…")
        self._ask(lambda desk: _request(desk, self.school), self._checked, group="check")

    def do_check(self) -> None:
        self.program.say("Asking whether the school has approved…")

        def told(view: ConnectionView | None) -> None:
            self._shown(view)
            if view is not None:
                self.program.say(
                    f"Access is {view.access}.",
                    kind="good" if view.access == "approved" else "",
                    mend=view.mend,
                )

        self._ask(lambda desk: _check(desk, self.school), told, group="check")

    def do_test(self) -> None:
        self.program.say("Testing the connection and the data…")
        desk = self.program.desk
        self.ask(lambda: _probe(desk, self.school), self._tested, group="probe")

    def _tested(self, probes: tuple[ProbeView, ...]) -> None:
        self.probes = probes
        good = bool(probes) and all(each.ok for each in probes)
        self.program.say(
            "Both tests passed." if good else "A test failed; see the step.", kind="good" if good else "bad"
        )
        steps = self.view.steps if self.view else ()
        self.opened = next((n for n, step in enumerate(steps) if step.kind == "test"), self.opened)
        desk = self.program.desk
        self.ask(lambda: _connection(desk, self.school), self._after_test, group="connection")

    def _after_test(self, view: ConnectionView | None) -> None:
        """The results stay in view; the operator goes on when they have been read."""
        self.view = view
        self.repaint()

    def do_sync(self) -> None:
        from screens.sync import start_and_watch

        start_and_watch(self, self.school, dry_run=False)

    def do_change(self) -> None:
        self._choose(self.view.mis if self.view else "")

    def _choose(self, current: str) -> None:
        name = self.view.school_name if self.view else self.school_name

        def chosen(choice: Choice | None) -> None:
            if choice is None or choice.route is None:
                if self.view is None:
                    self.dismiss(None)
                return
            same = self.view is not None and (self.view.mis, self.view.route) == (
                choice.mis.id,
                choice.route.route,
            )
            if same or not current:
                self._connect(choice)
                return
            former = self.view.mis_title if self.view else ""
            what = [
                line(f"The connection to {former} ends; its guide starts anew."),
                line("People, accounts and links stay; the first sync shows how the links carry over."),
            ]
            question = Confirm(f"Change to {choice.mis.title}?", what, verb="change")
            self.program.push_screen(question, lambda yes: self._connect(choice) if yes else None)

        self.program.push_screen(ChooseMis(name), chosen)

    def _connect(self, choice: Choice) -> None:
        route = choice.route.route if choice.route else ""
        self.probes = ()
        self._ask(
            lambda desk: _connect(desk, self.school, choice.mis.id, route),
            self._connected,
            group="connection",
        )

    def _connected(self, view: ConnectionView | None) -> None:
        self.view = view
        if url := self._demo_values().get("url"):
            self._ask(lambda desk: _save(desk, self.school, {"url": url}, {}), self._shown, group="save")
        self._open_now()
        if view:
            self.program.say(f"{view.mis_title} by {view.route}: {len(view.steps)} steps.")


def complaint(setting: SettingView, text: str, *, whole: bool = False) -> str:
    """What is wrong with what was typed; an empty field is only wrong when everything is sent."""
    text = text.strip()
    if not text:
        missing = whole and setting.required and not (setting.secret and setting.present)
        return "this is needed" if missing else ""
    if setting.pattern and not re.fullmatch(setting.pattern, text):
        return setting.hint or "this is not as it should be"
    return ""


def _label(setting: SettingView, width: int) -> list[Line]:
    needed = "" if setting.required else "may stay empty. "
    return [line(span(setting.title, "strong")), *wrap(line(span(f"{needed}{setting.help}", "muted")), width)]


def _placeholder(setting: SettingView) -> str:
    if setting.secret and setting.present:
        return "kept; type only to replace it"
    return setting.hint


def _connection(desk: Desk, urn: str) -> ConnectionView | None:
    from misconsole.services import connect

    return connect.connection(desk, urn)


def _connect(desk: Desk, urn: str, mis: str, route: str) -> ConnectionView:
    from misconsole.services import connect

    return connect.connect(desk, urn, mis=mis, route=route, change=True)


def _save(desk: Desk, urn: str, settings: dict[str, str], secrets: dict[str, str]) -> ConnectionView:
    from misconsole.services import connect

    return connect.set_settings(desk, urn, settings=settings, secrets=secrets)


def _request(desk: Desk, urn: str) -> ConnectionView:
    from misconsole.services import connect

    return connect.request_access(desk, urn)


def _check(desk: Desk, urn: str) -> ConnectionView:
    from misconsole.services import connect

    return connect.check_access(desk, urn)


def _tick(desk: Desk, urn: str, step: str, done: bool) -> ConnectionView:
    from misconsole.services import connect

    return connect.tick_step(desk, urn, step, done=done)


def _probe(desk: Desk, urn: str) -> tuple[ProbeView, ...]:
    from misconsole.services import connect

    return connect.probe(desk, urn)
