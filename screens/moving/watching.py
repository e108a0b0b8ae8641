"""A prepared move as it stands: read again when it may have changed, a rehearsal watched while it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.timer import Timer

from misconsole.services.desk import Desk
from misconsole.services.guided_views import MovePlan
from misconsole.services.views import DecisionView, GuideStep, RunView, SettingView
from screens.asking import Trouble
from screens.connect.guided import Guided
from screens.moving import calls
from screens.moving.lines import choice_lines, done_lines, result_lines
from screens.run_lines import head_lines
from screens.widgets.guide import step_lines
from screens.widgets.lines import Line

WATCH_EVERY = 0.5
ASK_EVERY = 10  # of those: how often a school that has not answered is asked


class Watching(Guided):
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
