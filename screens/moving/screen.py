"""A change of MIS, guided: choose, authorise, rehearse, settle, switch. Nothing changes before the switch.

It can be left at any step and resumed: everything is kept with the prepared move, and a rehearsal goes on
without this screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.dom import DOMNode
from textual.timer import Timer

from misconsole.services.desk import Desk
from misconsole.services.guided_views import MovePlan
from misconsole.services.views import DecisionView, GuideStep, RunView, SettingView
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.connect.fields import SettingFields
from screens.connect.guided import Guided
from screens.moving import calls
from screens.moving.lines import choice_lines, done_lines, question_lines, result_lines
from screens.moving.reasons import AFTER, why_not_now
from screens.prompts import Confirm
from screens.run_lines import head_lines
from screens.widgets.guide import step_lines
from screens.widgets.lines import Line, line

WATCH_EVERY = 0.5
ASK_EVERY = 10  # of those: how often a school that has not answered is asked
Work = Callable[[Desk], MovePlan]


class Move(Guided):
    BINDINGS = bindings("moving")
    scopes = ("moving",)

    def __init__(self, urn: str, plan: MovePlan) -> None:
        super().__init__(urn, name=plan.school_name)
        self.plan = plan
        self.applied: DecisionView | None = None
        self.running: RunView | None = None
        self._timer: Timer | None = None
        self._ticks = 0

    def place(self) -> Sequence[str]:
        return ("Schools", self.plan.school_name, f"From {self.plan.before} to {self.plan.mis_title}")

    @property
    def steps(self) -> Sequence[GuideStep]:
        if self.applied is not None:
            return tuple(replace(step, state="done", message="", mend="") for step in self.plan.steps)
        return self.plan.steps

    @property
    def settings(self) -> Sequence[SettingView]:
        return self.plan.settings

    @property
    def route(self) -> str:
        return self.plan.route

    @property
    def rehearsing(self) -> bool:
        return self.running is not None or self.asking("rehearse")

    def step_text(self, width: int) -> list[Line]:
        step, plan, showing = self.step, self.plan, self.program.showing
        if self.applied is not None:
            return done_lines(showing.prose(self.applied.summary, otherwise="Moved"), plan, width)
        if step is None:
            return []
        if step.kind == "rehearse" and self.running is not None:
            return head_lines(self.running, showing, width)
        passed = replace(step, kind="pass") if step.kind == "read" else step
        lines = step_lines(plan, passed, (), width)
        if step.number == 1:
            return [*lines, (), *choice_lines(plan, width)]
        if step.kind in ("rehearse", "settle", "switch"):
            found = result_lines(plan, showing, width)
            return [*found, (), *lines] if found else lines
        return lines

    # Watching

    def on_mount(self) -> None:
        self._timer = self.set_interval(WATCH_EVERY, self._watch)
        self.open_now()

    def on_screen_resume(self) -> None:
        if self.applied is None and self.is_attached and not self.rehearsing:
            self._read(calls.move, self._shown, group="move")

    def _watch(self) -> None:
        """A rehearsal under way, of this sitting or another, and a school that has not answered yet."""
        self._ticks += 1
        if not self.in_front or self.applied is not None:
            return
        wanted = self.rehearsing or self._ticks % 4 == 0
        if wanted and not self.asking("current"):
            desk = self.program.desk
            self.ask(lambda: calls.rehearsal(desk, self.school), self._saw, group="current")
        waits = self.step is not None and self.step.kind == "wait" and self.plan.access == "pending"
        waits = waits and not self.program.leave("connect", self.school)[0]
        if waits and self._ticks % ASK_EVERY == 0 and not self.asking("access"):
            self._read(calls.check, self._answered, group="access")

    def _saw(self, run: RunView | None) -> None:
        before, self.running = self.running, run
        if run is not None:
            if before is None:
                self.open_kind("rehearse")
            self.repaint()
        elif before is not None and not self.asking("rehearse"):
            self._read(calls.move, self._rehearsed, group="move")

    def _read(
        self, work: Callable[[Desk, str], MovePlan], then: Callable[[MovePlan], None], *, group: str
    ) -> None:
        desk = self.program.desk
        self.ask(lambda: work(desk, self.school), then, group=group, failed=self._gone)

    def _gone(self, trouble: Trouble) -> None:
        """Somebody else switched or gave up meanwhile, or it did not work: said, and read again."""
        self.program.complain(trouble)
        if trouble.code == "no_move" and self.is_active:
            self.dismiss(None)

    def _shown(self, plan: MovePlan) -> None:
        before, self.plan = self.step, plan
        if before is not None and self.step is not None and self.step.state == "done" != before.state:
            self.open_now()
        self.repaint()

    def _answered(self, plan: MovePlan) -> None:
        before = self.plan.access
        self._shown(plan)
        if plan.problem:
            self.program.say(plan.message, kind="bad", mend=plan.mend)
        elif plan.access != before:
            kind = "good" if plan.access == "approved" else "warn"
            self.program.say(f"Access to {plan.mis_title} is {plan.access}.", kind=kind, mend=plan.mend)

    # Typing and asking

    def on_setting_fields_typed(self, typed: SettingFields.Typed) -> None:
        desk = self.program.desk
        self.ask(
            lambda: calls.save(desk, self.school, typed.plain, typed.secrets),
            self._saved,
            group="save",
            each=True,
        )

    def _saved(self, plan: MovePlan) -> None:
        self.program.say("Saved beside the connection in use; secrets are kept apart.", kind="good")
        self.query_one("#steps").focus()
        self.plan = plan
        self.open_now()

    def offered(self) -> list[tuple[Command, DOMNode, str]]:
        """What comes after the switch leads the footer then; before it, it would only stand in the way."""
        found = super().offered()
        if self.applied is None:
            return found
        return [(replace(each, footer=_order_after(each)), host, reason) for each, host, reason in found]

    def why_not(self, wanted: Command) -> str:
        return why_not_now(
            wanted.id.rpartition(".")[2], self.plan, self.step, applied=self.applied is not None,
            rehearsing=self.rehearsing,
        )  # fmt: skip

    def do_go(self) -> None:
        kind = self.step.kind if self.step else ""
        run = {
            "input": "edit", "columns": "columns", "request": "request", "wait": "check",
            "rehearse": "rehearse", "settle": "settle", "switch": "switch",
        }.get(kind, "down")  # fmt: skip
        reason = why_not_now(
            run, self.plan, self.step, applied=self.applied is not None, rehearsing=self.rehearsing
        )
        if reason:
            self.program.say(reason, kind="warn")
        else:
            getattr(self, f"do_{run}")()

    def do_edit(self) -> None:
        """From any step: back to what was typed."""
        if self.step is not None and self.step.kind != "input":
            self.open_kind("input")
            self.repaint()
        self.call_after_refresh(super().do_edit)

    def do_request(self) -> None:
        self.program.say("Asking the school for access…")
        self._read(calls.request, self._answered, group="access")

    def do_check(self) -> None:
        self.program.say("Asking whether the school has approved…")
        self._read(calls.check, self._answered, group="access")

    def do_columns(self) -> None:
        from screens.mapping import Columns

        self.program.push_screen(Columns(self.school, self.plan.school_name, move=True))

    # Rehearsing and settling

    def do_rehearse(self) -> None:
        self.open_kind("rehearse")
        self.program.say("Rehearsing; nothing is changed. c stops it.")
        self._read(calls.rehearse, self._rehearsed, group="rehearse")
        self.repaint()

    def _rehearsed(self, plan: MovePlan) -> None:
        self.running, self.plan = None, plan
        self.open_kind("rehearse")
        self.repaint()
        if plan.problem:
            self.program.say(plan.message, kind="bad", mend=plan.mend)
        elif plan.state in ("ready", "held"):
            told = f"{plan.open_cases} to settle: l." if plan.open_cases else "a switches over."
            self.program.say(f"{plan.reanchored:,} of {plan.known:,} found again. {told}", kind="good")
        else:
            said = plan.message or f"Access to {plan.mis_title} is {plan.access}; nothing was rehearsed."
            self.program.say(said, kind="warn", mend=plan.mend)

    def do_cancel(self) -> None:
        if run := self.running:
            desk = self.program.desk
            self.ask(lambda: calls.cancel(desk, run.id), lambda _: None, group="cancel", each=True)
            self.program.say("Asked the rehearsal to stop.")

    def do_settle(self) -> None:
        from screens.moving.short_list import ShortList

        self.program.push_screen(ShortList(self.school, self.plan))

    def do_lost(self) -> None:
        from screens.moving.lost import Lost

        self.program.push_screen(Lost(self.plan))

    def do_run(self) -> None:
        from screens.sync import Sync

        if self.plan.run is not None:
            self.program.push_screen(Sync(self.school, self.plan.run.id))

    # Switching, and what comes after

    def do_switch(self) -> None:
        title = f"Switch from {self.plan.before} to {self.plan.mis_title}?"
        what = question_lines(self.plan)
        self.program.push_screen(Confirm(title, what, verb="switch over"), self._switch)

    def _switch(self, yes: bool | None) -> None:
        if not yes:
            self.program.say(f"Nothing was changed; {self.plan.before} stays in use.")
            return
        desk, held = self.program.desk, bool(self.plan.held)
        self.program.say("Switching over…")
        self.ask(
            lambda: calls.apply(desk, self.school, held), self._switched, group="apply", failed=self._refused,
            each=True,
        )  # fmt: skip

    def _refused(self, trouble: Trouble) -> None:
        self.program.complain(trouble)
        self._read(calls.move, self._shown, group="move")

    def _switched(self, decision: DecisionView) -> None:
        self.applied = decision
        self.open_kind("switch")
        self.repaint()
        self.query_one("#step").scroll_home(animate=False)
        self.program.say(f"{self.plan.mis_title} is in use now. Next: s, the first sync.", kind="good")

    def do_sync(self) -> None:
        from screens.sync import start_and_watch

        start_and_watch(self, self.school, dry_run=False)

    def do_review(self) -> None:
        from screens.workspace.screen import Workspace

        self.program.push_screen(Workspace(self.school, tab="non-mis"))

    def do_take_back(self) -> None:
        desk = self.program.desk
        if (decision := self.applied) is not None:
            self.ask(
                lambda: calls.take_back(desk, self.school, decision.id), self._back, group="apply", each=True
            )

    def _back(self, plan: MovePlan) -> None:
        self.applied, self.plan = None, plan
        self.open_now()
        self.program.say(f"Taken back: {plan.before} is in use again; the move stays prepared.", kind="good")

    def do_give_up(self) -> None:
        what = [
            line(f"{self.plan.before} stays in use, with everything as it is."),
            line("What was typed, its secrets and what was settled are forgotten."),
        ]
        question = Confirm(f"Give up the move to {self.plan.mis_title}?", what, verb="give it up")
        self.program.push_screen(question, self._give_up)

    def _give_up(self, yes: bool | None) -> None:
        desk = self.program.desk
        if yes:
            self.ask(lambda: calls.abandon(desk, self.school), self._given_up, group="apply", each=True)

    def _given_up(self, _: None) -> None:
        title = self.plan.mis_title
        if self.is_active:
            self.dismiss(None)
        self.program.say(f"The move to {title} was given up; nothing was changed.")


def _order_after(command: Command) -> int:
    if command.footer and command.id.rpartition(".")[2] in AFTER:
        return 1 + AFTER.index(command.id.rpartition(".")[2])
    return command.footer and command.footer + 10
