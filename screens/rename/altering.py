"""What may be altered in a rehearsal: a single name, the format, whom it is for, who is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.prompts import Answers, Asked, Form
from screens.rename import calls
from screens.rename.rehearsing import ROLE_WORDS, ROLES, Rehearsing
from screens.showing import counted
from screens.widgets.lines import line

if TYPE_CHECKING:
    from misconsole.rules.rename import Line


class Altering(Rehearsing):
    def on_grid_chosen(self) -> None:
        from screens.commands import command

        if reason := self.refusal(command("rename.edit")):
            self.program.say(reason, kind="warn")
        else:
            self.do_edit()

    def do_edit(self) -> None:
        row = self.grid.cursor_row
        if row is None:
            return
        asked = Asked(
            name="username", title="New username", value=row.new, required=False,
            hint="empty: the account stays as it is", check=lambda text: self._complaint(row, text),
        )  # fmt: skip
        title = f"Rename {self.program.showing.handle(row.old)}"
        self.program.push_screen(
            Form(title, [asked], verb="put it into the rehearsal"), lambda said: self._edited(row, said)
        )

    def _complaint(self, row: Line, text: str) -> str:
        """What is wrong with a name as it is typed, looked up in what the rehearsal started from."""
        from misconsole.rules.rename import wrong_shape

        if wrong := wrong_shape(text):
            return wrong
        key, me = text.lower(), row.account_id
        held = self.prepared.ground.held if self.prepared else {}
        if held.get(key, me) != me:
            return "is or was somebody else's"
        taken = any(
            each.typed and each.account_id != me and each.new.lower() == key for each in self.grid.items
        )
        return "goes to another line" if taken else ""

    def _edited(self, row: Line, said: Answers | None) -> None:
        if said is None:
            return
        self.typed[row.account_id] = said["username"]
        self._rehearse()

    def do_format(self) -> None:
        asked = Asked(
            name="format", title="Format", value=self.form, required=False,
            hint="empty: the school's own", check=calls.format_complaint,
        )  # fmt: skip
        what = [line("Such as first_initial.last_name, or lm:first_name-last_name:-stu.")]
        form = Form("Another format", [asked], what=what, verb="rehearse")
        self.program.push_screen(form, self._formatted)

    def _formatted(self, said: Answers | None) -> None:
        if said is not None:
            self.form = said["format"]
            words = self.form or "the school’s own formats"
            self._rehearse(then=f"Rehearsed with {words}.", from_the_top=True)

    def do_role(self) -> None:
        self.role = ROLES[(ROLES.index(self.role) + 1) % len(ROLES)]
        self._rehearse(then=f"Now: {ROLE_WORDS[self.role]}.", from_the_top=True)

    def do_leave_out(self) -> None:
        those = self.those()
        back = all(self.typed.get(each) == "" for each in those)
        for each in those:
            if back:
                self.typed.pop(each)
            else:
                self.typed[each] = ""
        self.grid.marked = frozenset()
        said = "taken in again" if back else "left out"
        self._rehearse(then=f"{counted(len(those), 'line')} {said}.")

    def do_again(self) -> None:
        self.typed, self.form, self.role = {}, "", ""
        self._prepare(then="Read again.")
