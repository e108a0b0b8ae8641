"""Another mode for a school, guided: what would change is shown before anything does (L1-L8, B24)."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container

from misconsole.services.guided_views import ModePlan
from misconsole.services.views import DecisionView
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.connect.guided import StepList
from screens.frame import Frame
from screens.modes import calls
from screens.modes.lines import MODES, TITLES, changed_lines, mode_list, now_lines, plan_lines, question_lines
from screens.prompts import Confirm
from screens.reading import Reading
from screens.widgets.lines import Line, line, span, wrap


class ChangeMode(Frame[None]):
    """The three modes at the left; at the right what the next sync would do in the one under the cursor.

    It opens at the mode the school is in, or at ``look_at``."""

    BINDINGS = bindings("modes")
    scopes = ("modes",)
    AUTO_FOCUS = "#steps"

    def __init__(self, urn: str, *, look_at: str = "") -> None:
        super().__init__()
        self.school = urn
        self.look_at = look_at
        self.school_name = urn
        self.mode = ""
        self.means = ""
        self.opened = 0
        self.plans: dict[str, ModePlan] = {}
        self.failed: dict[str, Trouble] = {}
        self.changed: tuple[DecisionView, ModePlan] | None = None

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name, "Mode")

    @property
    def urn(self) -> str:
        return self.school

    @property
    def wanted(self) -> str:
        return MODES[self.opened]

    @property
    def plan(self) -> ModePlan | None:
        return self.plans.get(self.wanted)

    def body(self) -> ComposeResult:
        with Container(classes="guide"):
            yield StepList(lambda width: mode_list(self.mode, self.wanted, width), id="steps")
            yield Reading(self._text, id="step")

    def _text(self, width: int) -> list[Line]:
        if not self.mode:
            return [line("Reading…")]
        if self.changed is not None and self.wanted == self.mode:
            summary = self.changed[0].summary
            return changed_lines(summary, self.changed[1], width)
        if self.wanted == self.mode:
            return now_lines(self.mode, self.means, width)
        if trouble := self.failed.get(self.wanted):
            return wrap(line(span(trouble.message, "bad"), f" {trouble.mend}"), width)
        plan = self.plan
        return (
            plan_lines(plan, self.program.showing, width)
            if plan
            else [line("Working out what would change…")]
        )

    def on_mount(self) -> None:
        self._read()

    def on_screen_resume(self) -> None:
        if self.mode:
            self._read()

    def _read(self) -> None:
        desk = self.program.desk
        self.plans, self.failed = {}, {}
        self.ask(lambda: calls.now(desk, self.school), self._told_now, group="now")

    def _told_now(self, now: tuple[str, str, str]) -> None:
        first = not self.mode
        self.school_name, self.mode, self.means = now
        if first:
            self.opened = MODES.index(self.look_at or self.mode)
        self._open()

    def _open(self) -> None:
        self.repaint()
        self.query_one("#step", Reading).scroll_home(animate=False)
        mode, desk = self.wanted, self.program.desk
        if mode != self.mode and mode not in self.plans:
            self.ask(
                lambda: calls.plan(desk, self.school, mode), self._planned, group=f"plan-{mode}",
                failed=lambda trouble: self._not_planned(mode, trouble),
            )  # fmt: skip

    def _planned(self, plan: ModePlan) -> None:
        self.plans[plan.after] = plan
        self.repaint()

    def _not_planned(self, mode: str, trouble: Trouble) -> None:
        self.failed[mode] = trouble
        self.program.complain(trouble)
        self.repaint()

    def repaint(self) -> None:
        self.query_one(StepList).show(lambda width: mode_list(self.mode, self.wanted, width))
        self.query_one("#step", Reading).show(self._text)
        self.retitle()
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.repaint()

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id in ("modes.up", "modes.down", "modes.page-up", "modes.page-down"):
            return ""
        if not self.mode:
            return "The school is still being read."
        if wanted.id == "modes.change":
            if self.wanted == self.mode:
                return f"The school is in {TITLES[self.mode].lower()} mode already; ↑ ↓ choose another."
            return "" if self.plan else "What would change is still being worked out."
        if wanted.id == "modes.take-back" and self.changed is None:
            return "The mode was not changed here; History takes an earlier change back."
        return ""

    def do_up(self) -> None:
        self._go_to(self.opened - 1)

    def do_down(self) -> None:
        self._go_to(self.opened + 1)

    def do_page_down(self) -> None:
        self.query_one("#step").scroll_page_down(animate=False)

    def do_page_up(self) -> None:
        self.query_one("#step").scroll_page_up(animate=False)

    def _go_to(self, place: int) -> None:
        self.opened = max(0, min(place, len(MODES) - 1))
        self._open()

    def do_change(self) -> None:
        plan = self.plan
        if plan is None:
            return
        title = f"Change from {TITLES[plan.before].lower()} to {TITLES[plan.after].lower()} mode?"
        question = Confirm(title, question_lines(plan), verb="change the mode")
        self.program.push_screen(question, lambda yes: self._change(plan, bool(yes)))

    def _change(self, plan: ModePlan, yes: bool) -> None:
        if not yes:
            self.program.say("Nothing was changed.")
            return
        desk = self.program.desk
        self.ask(
            lambda: calls.change(desk, self.school, plan.after),
            lambda decision: self._changed(plan, decision), group="change", each=True,
        )  # fmt: skip

    def _changed(self, plan: ModePlan, decision: DecisionView) -> None:
        self.changed = (decision, plan)
        self.program.say(f"{decision.summary}.", kind="good")
        self._read()

    def do_take_back(self) -> None:
        desk = self.program.desk
        if self.changed is not None:
            decision = self.changed[0].id
            self.ask(lambda: calls.take_back(desk, decision), self._taken_back, group="change", each=True)

    def _taken_back(self, decision: DecisionView) -> None:
        self.changed = None
        self.program.say(f"Taken back: {decision.summary}.", kind="good")
        self._read()

    def do_sync(self) -> None:
        from screens.sync import start_and_watch

        start_and_watch(self, self.school, dry_run=True)
