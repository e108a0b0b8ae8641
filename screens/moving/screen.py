"""A change of MIS, guided: choose, authorise, rehearse, settle, switch. Nothing changes before the switch.

It can be left at any step and resumed: everything is kept with the prepared move, and a rehearsal goes on
without this screen.
"""

from __future__ import annotations

from dataclasses import replace

from textual.dom import DOMNode

from misconsole.services.guided_views import MovePlan
from screens.commands import Command, bindings
from screens.connect.fields import SettingFields
from screens.moving import calls
from screens.moving.reasons import AFTER, why_not_now
from screens.moving.switching import Switching


class Move(Switching):
    BINDINGS = bindings("moving")
    scopes = ("moving",)

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


def _order_after(command: Command) -> int:
    if command.footer and command.id.rpartition(".")[2] in AFTER:
        return 1 + AFTER.index(command.id.rpartition(".")[2])
    return command.footer and command.footer + 10
