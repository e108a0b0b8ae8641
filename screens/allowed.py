"""What may be done here and now, and what stands in the way: reasons that hold on every screen."""

from __future__ import annotations

from typing import Any

from screens.asking import Asking
from screens.commands import Command
from screens.hosting import Hosting
from screens.permitted import act_of


class Allowed(Hosting, Asking):
    """Of the console."""

    _leaves: dict[tuple[str, str], tuple[str, str]]
    _roles: dict[str, str]

    def refusal(self, wanted: Command) -> str:
        """Reasons that hold everywhere."""
        if wanted.demo and self.program.demo is None:
            return "This works on the demo estate only."
        if wanted.writes and self.program.read_only:
            return "The console was opened read-only; nothing can be changed from here."
        if wanted.desk and not self.program.is_open:
            return "The store is still being opened; try again in a moment."
        act = act_of(wanted)
        if not act or not self.program.is_open:
            return ""
        return " ".join(self.leave(act, self.program.frame.urn)).strip()

    def leave(self, act: str, urn: str) -> tuple[str, str]:
        """What stands in the way of an act at a school, and who can. Asked for every key, so kept."""
        if (act, urn) not in self._leaves:
            from misconsole.services import permits

            self._leaves[act, urn] = permits.refusal(self.program.desk, act, urn)
        return self._leaves[act, urn]

    def is_head(self, urn: str) -> bool:
        """Whether who sits here is the head of the school by their role, and need not be named (C11)."""
        from misconsole.services import reports

        return reports.decides_as_head(self.program.desk, urn)

    @property
    def role(self) -> str:
        """The role of whoever sits here, at the school in front; "" where everybody may do everything."""
        program = self.program
        if not program.is_open or (program.desk.standing is None and program.desk.grade == "administrator"):
            return ""
        urn = program.frame.urn if len(program.screen_stack) > 1 else ""
        if urn not in self._roles:
            from misconsole.services import permits

            self._roles[urn] = permits.title(program.desk, urn)
        return self._roles[urn]

    def why_not(self, wanted: Command) -> str:
        if wanted.id in ("app.change-mis", "app.change-mode", "app.due") and not self.program.frame.urn:
            return "Stand on a school first."
        if (
            wanted.demo
            and wanted.id.startswith(("app.demo-approve", "app.demo-decline", "app.demo-revoke"))
            and not self.program.frame.urn
        ):
            return "Stand on a school first."
        return ""

    def offered(self) -> list[tuple[Command, Any, str]]:
        return [each for each in super().offered() if self.program.demo is not None or not each[0].demo]

    def flags(self) -> list[str]:
        flags = []
        if self.role:
            flags.append(self.role)
        if self.program.demo is not None:
            flags.append("demo")
        if self.program.read_only:
            flags.append("read-only")
        if self.program.showing.masked:
            flags.append("masked")
        if self.program.frame.urn and self.program.company.flag:
            flags.append(self.program.company.flag)
        return flags
