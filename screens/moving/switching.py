"""Rehearsing and settling a move, switching over, and what comes after; or giving it up."""

from __future__ import annotations

from misconsole.services.guided_views import MovePlan
from misconsole.services.views import DecisionView
from screens.asking import Trouble
from screens.moving import calls
from screens.moving.lines import question_lines
from screens.moving.watching import Watching
from screens.prompts import Confirm
from screens.widgets.lines import line


class Switching(Watching):
    def do_rehearse(self) -> None:
        self.open_kind("rehearse")
        self.program.say("Rehearsing; nothing is changed. c stops it.")
        self._read(calls.rehearse, self._rehearsed, group="rehearse")
        self.repaint()

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
