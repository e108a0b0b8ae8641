"""Applying exactly what was shown, all or none, and taking it back; or keeping names after a new surname."""

from __future__ import annotations

from misconsole.services.views import DecisionView
from screens.asking import Trouble
from screens.prompts import Confirm
from screens.rename import calls
from screens.rename.rehearsing import Rehearsing
from screens.showing import counted


class Applying(Rehearsing):
    def do_apply(self) -> None:
        from screens.rename.lines import question

        seen = self.seen
        if seen is None:
            return
        title = f"Rename {counted(len(seen.names), 'account')}?"
        confirm = Confirm(title, question(seen), verb="rename them")
        self.program.push_screen(confirm, lambda yes: self._apply(seen.names, bool(yes)))

    def _apply(self, names: dict[int, str], yes: bool) -> None:
        if not yes:
            self.program.say("Nothing was changed.")
            return
        desk = self.program.desk
        self.program.say(f"Renaming {counted(len(names), 'account')}…")
        self.ask(
            lambda: calls.apply(desk, self.school, names), self._applied, group="apply", each=True,
            failed=self._not_applied,
        )  # fmt: skip

    def _applied(self, decision: DecisionView) -> None:
        self.applied = decision
        self.typed = {}
        said = self.program.showing.prose(decision.summary, otherwise="Renamed")
        self._say_and_read(f"{said}. u takes it back.")

    def _not_applied(self, trouble: Trouble) -> None:
        self.program.complain(trouble)
        self._prepare()

    def _say_and_read(self, text: str) -> None:
        self.program.say(text, kind="good")
        self._prepare()

    def do_undo(self) -> None:
        desk, applied = self.program.desk, self.applied
        if applied is None:
            return
        self.ask(
            lambda: calls.take_back(desk, applied.id), self._taken_back, group="apply", each=True,
            failed=self._not_applied,
        )  # fmt: skip

    def _taken_back(self, decision: DecisionView) -> None:
        self.applied = None
        said = self.program.showing.prose(decision.summary, otherwise="the renames")
        self._say_and_read(f"Taken back: {said}.")

    def do_keep(self) -> None:
        desk, those = self.program.desk, self.those()
        self.grid.marked = frozenset()
        self.ask(
            lambda: calls.keep(desk, self.school, those), self._kept, group="apply", each=True,
            failed=self._not_applied,
        )  # fmt: skip

    def _kept(self, decision: DecisionView) -> None:
        self.applied = decision
        said = self.program.showing.prose(decision.summary, otherwise="The usernames stay")
        self._say_and_read(f"{said}. u takes it back.")
