"""Many usernames at once: every line old and new before anything is written, then all or none (M14, O7, O8).

Nothing here is written until it is applied: what is typed, read from a file or left out lives on this
screen.  What is applied is exactly what was shown; if somebody took one of the names meanwhile, nothing
is renamed and the rehearsal is made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container

from misconsole.services.views import DecisionView
from screens import glyphs
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.prompts import Answers, Asked, Confirm, Form
from screens.reading import Reading
from screens.rename import calls
from screens.showing import counted
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line as Drawn
from screens.widgets.lines import line
from screens.widgets.panel import Panel

if TYPE_CHECKING:
    from misconsole.rules.rename import Line, Rehearsal
    from misconsole.rules.rename_csv import Names
    from misconsole.services.renames import Prepared

ROLES = ("", "pupil", "teaching", "non-teaching", "other")
ROLE_WORDS = {
    "": "everybody", "pupil": "pupils", "teaching": "teaching staff", "non-teaching": "non-teaching staff",
    "other": "others",
}  # fmt: skip


class Rename(Frame[None]):
    """``ids`` None: all accounts in use; ``proposed``: whose surname changed in the MIS."""

    BINDINGS = bindings("rename")
    scopes = ("rename",)

    def __init__(self, urn: str, *, ids: Sequence[int] | None = None, proposed: bool = False) -> None:
        super().__init__()
        self.school = urn
        self.ids, self.proposed = ids, proposed
        self.form = self.role = ""
        self.typed: dict[int, str] = {}
        self.prepared: Prepared | None = None
        self.seen: Rehearsal | None = None
        self.applied: DecisionView | None = None
        self.grid: Grid[Line] = Grid(
            [
                Column(name="old", title="Now", width=16, grow=1, cell=self._old),
                Column(name="new", title="New", width=20, grow=1, cell=self._new),
                Column(name="name", title="Name", width=16, grow=2, rank=1, cell=self._who),
                Column(name="look", title="Look", width=14, cell=self._look, sort=lambda each: each.look),
            ],
            key=lambda each: each.account_id,
            search=lambda each: f"{each.old} {each.new} {each.name} {each.kind} {each.look.name}",
            empty=self._empty,
            markable=True,
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        name = self.prepared.school_name if self.prepared else self.school
        return ("Schools", name, "Proposed renames" if self.proposed else "Rename many")

    @property
    def urn(self) -> str:
        return self.school

    def body(self) -> ComposeResult:
        with Container(classes="beside"):
            yield Panel(self.grid, noun=("line", "lines"))
            yield Reading(self._about, classes="about")

    def on_mount(self) -> None:
        self._prepare()

    # Showing

    def _old(self, each: Line) -> str:
        return self.program.showing.handle(each.old)

    def _new(self, each: Line) -> str:
        return self.program.showing.handle(each.new) if each.changes else glyphs.DASH

    def _who(self, each: Line) -> str:
        return self.program.showing.name(each.name)

    def _look(self, each: Line) -> Any:
        from screens.rename.lines import look

        return look(each)

    def _empty(self) -> Sequence[Drawn]:
        if self.proposed:
            return [
                line("No rename is proposed."),
                line("When a surname changes in the MIS, the username stays and is proposed here."),
            ]
        return [line("There is no account to rename here.")]

    def _about(self, width: int) -> list[Drawn]:
        from screens.rename.lines import about

        row, seen = self.grid.cursor_row, self.seen
        return about(row, seen, self.program.showing, width) if row is not None and seen is not None else []

    def on_grid_moved(self) -> None:
        self.query_one(Reading).show(self._about)
        self.query_one(Reading).scroll_home(animate=False)
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.grid.refresh()
        self.query_one(Reading).show(self._about)

    # Reading and rehearsing

    def _prepare(self, *, then: str = "") -> None:
        desk = self.program.desk
        self.ask(
            lambda: calls.prepare(desk, self.school, self.ids, proposed=self.proposed),
            lambda found: self._prepared(found, then), group="prepare",
        )  # fmt: skip

    def _prepared(self, found: Prepared, then: str) -> None:
        self.prepared = found
        self.retitle()
        self._rehearse(then=then)

    def _rehearse(self, *, then: str = "", from_the_top: bool = False) -> None:
        prepared = self.prepared
        if prepared is None:
            return
        form, role, typed = self.form, self.role, dict(self.typed)
        self.ask(
            lambda: calls.rehearse(prepared, form, role, typed),
            lambda seen: self._rehearsed(seen, then, from_the_top=from_the_top), group="rehearse",
        )  # fmt: skip

    def _rehearsed(self, seen: Rehearsal, then: str, *, from_the_top: bool) -> None:
        from screens.rename.lines import heading

        self.seen = seen
        whom = f"{ROLE_WORDS[self.role]}: " if self.role else ""
        self.query_one(Panel).heading = f"{whom}{heading(seen)}"
        self.grid.show(list(seen.lines))
        if from_the_top:
            self.grid.do_first()
        self.on_grid_moved()
        if then:
            self.program.say(then)

    # Commands

    def why_not(self, wanted: Command) -> str:
        if self.seen is None:
            return "The accounts are still being read."
        row = self.grid.cursor_row
        needs_row = ("rename.edit", "rename.leave-out", "rename.keep")
        if wanted.id in needs_row and row is None and not self.grid.marked:
            return "There is no line under the cursor."
        if wanted.id == "rename.apply" and not self.seen.names:
            return "Nothing would change; f takes another format, e types a name."
        if wanted.id == "rename.undo" and self.applied is None:
            return "Nothing was applied here; u on Accounts takes back what you decided last."
        if wanted.id == "rename.keep" and not self.proposed:
            return "This is for proposals (p on Accounts); x leaves a line out."
        return ""

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
            hint="first_initial.last_name, lm:first_name-last_name:-stu; empty: the school's own",
            check=calls.format_complaint,
        )  # fmt: skip
        self.program.push_screen(Form("Another format", [asked], verb="rehearse"), self._formatted)

    def _formatted(self, said: Answers | None) -> None:
        if said is not None:
            self.form = said["format"]
            words = self.form or "the school’s own formats"
            self._rehearse(then=f"Rehearsed with {words}.", from_the_top=True)

    def do_role(self) -> None:
        self.role = ROLES[(ROLES.index(self.role) + 1) % len(ROLES)]
        self._rehearse(then=f"Now: {ROLE_WORDS[self.role]}.", from_the_top=True)

    def _those(self) -> list[int]:
        marked = [key for key in self.grid.marked if isinstance(key, int)]
        row = self.grid.cursor_row
        return marked or ([row.account_id] if row is not None else [])

    def do_leave_out(self) -> None:
        those = self._those()
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

    # Files

    def do_write(self) -> None:
        asked = Asked(name="file", title="File", value="renames.csv", hint="only you can read it")
        self.program.push_screen(Form("Write the rehearsal as CSV", [asked], verb="write"), self._write)

    def _write(self, said: Answers | None) -> None:
        if said is None or self.seen is None:
            return
        lines, path = self.seen.lines, said["file"]
        self.ask(
            lambda: calls.write(lines, path),
            lambda n: self.program.say(f"Wrote {n:,} lines to {path}; c reads it back.", kind="good"),
            group="write", each=True,
        )  # fmt: skip

    def do_read(self) -> None:
        asked = Asked(name="file", title="File", value="renames.csv", hint="only its usernames are read")
        self.program.push_screen(Form("Read usernames from a CSV file", [asked], verb="read"), self._read)

    def _read(self, said: Answers | None) -> None:
        prepared = self.prepared
        if said is None or prepared is None:
            return
        path = said["file"]
        self.ask(lambda: calls.read(path, prepared), self._was_read, group="read")

    def _was_read(self, names: Names) -> None:
        self.typed.update(names.typed)
        self._rehearse()
        read = counted(len(names.typed), "name")
        if not names.rejected:
            self.program.say(f"Read {read}; nothing is renamed until you apply.", kind="good")
            return
        number, reason = names.rejected[0]
        reason = self.program.showing.prose(reason, otherwise="the reason names somebody.")
        left = counted(len(names.rejected), "row was", "rows were")
        self.program.say(f"Read {read}; {left} left out. Line {number}: {reason}", kind="warn")

    # Writing

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
        desk, those = self.program.desk, self._those()
        self.grid.marked = frozenset()
        self.ask(
            lambda: calls.keep(desk, self.school, those), self._kept, group="apply", each=True,
            failed=self._not_applied,
        )  # fmt: skip

    def _kept(self, decision: DecisionView) -> None:
        self.applied = decision
        said = self.program.showing.prose(decision.summary, otherwise="The usernames stay")
        self._say_and_read(f"{said}. u takes it back.")
