"""Hand out: who, as what, into which file; then one act that is confirmed by typing how many (P3).

Protects from handing out by a slip of the finger: the number of people has to be typed, and afterwards the
screen says what is to be done with the file.  Passwords are never drawn, not even masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.handout import calls, lines
from screens.prompts import Answers, Asked, Form
from screens.reading import Reading
from screens.showing import counted
from screens.widgets.lines import Line, line, span, wrap

if TYPE_CHECKING:
    from pathlib import Path

    from misconsole.services.handout_views import Done, Preview, Wish


class HandOut(Frame[None]):
    """``ids``: those marked on the tab; none means all who wait."""

    BINDINGS = bindings("handout")
    scopes = ("handout",)
    AUTO_FOCUS = "Reading"

    def __init__(self, urn: str, *, ids: Sequence[int] = ()) -> None:
        super().__init__()
        self.school = urn
        self.ids = tuple(ids)
        self.form, self.group, self.split = "slips", "", False
        self.groups: tuple[str, ...] = ()
        self.typed = self.suggested = ""
        self.seen: Preview | None = None
        self.done: Done | None = None
        self.refused = ""
        self.busy = False

    def place(self) -> Sequence[str]:
        return ("Schools", self.seen.school_name if self.seen else self.school, "Hand out")

    @property
    def urn(self) -> str:
        return self.school

    @property
    def wish(self) -> Wish:
        return calls.wish(self.form, ids=self.ids, group=self.group, split=self.split)

    @property
    def path(self) -> str:
        return self.typed or self.suggested

    def body(self) -> ComposeResult:
        yield Reading(self._lines)

    def on_mount(self) -> None:
        self._look()

    # Showing

    def _lines(self, width: int) -> list[Line]:
        show = self.program.showing
        if self.done is not None:
            return lines.after(self.done, show, width)
        if self.refused:
            return wrap(line(span(self.refused, "warn")), width)
        if self.seen is None:
            return [line(span("Reading…", "muted"))]
        return lines.before(self.seen, self.wish, self.path, self._whom(), show, width)

    def _whom(self) -> str:
        if self.group:
            return self.group
        return "those marked" if self.ids else "all who wait"

    def _repaint(self) -> None:
        self.query_one(Reading).show(self._lines)
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self._repaint()

    # Looking

    def _look(self) -> None:
        desk, asked = self.program.desk, self.wish
        self.ask(
            lambda: calls.preview(desk, self.school, asked), self._looked, group="look", failed=self._not_so
        )

    def _looked(self, found: tuple[Preview, Path]) -> None:
        self.seen, self.suggested, self.refused = found[0], str(found[1]), ""
        if not self.group:
            self.groups = tuple(each.name for each in self.seen.groups)
        self.retitle()
        self._repaint()

    def _not_so(self, trouble: Trouble) -> None:
        self.seen, self.refused = None, f"{trouble.message} {trouble.mend}".strip()
        self._repaint()

    # Commands

    def why_not(self, wanted: Command) -> str:
        if self.busy:
            return "Passwords are being set at this moment."
        if wanted.id == "handout.lost":
            return ""
        if self.done is not None:
            return "It is done; q goes back to the list."
        if wanted.id == "handout.hand-out" and (self.seen is None or not self.seen.count):
            return "Nobody waits who fits."
        if wanted.id == "handout.split" and self.form not in ("csv", "slips"):
            return "Only slips and lists come in a file for each group."
        if wanted.id == "handout.group" and len(self.groups) < 2:
            return "There is one group only."
        return ""

    def do_group(self) -> None:
        order = ("", *self.groups)
        self.group = order[(order.index(self.group) + 1) % len(order)]
        self._look()

    def do_form(self) -> None:
        order = tuple(lines.FORMS)
        self.form = order[(order.index(self.form) + 1) % len(order)]
        self.split = self.split and self.form in ("csv", "slips")
        self.typed = ""
        self._look()

    def do_split(self) -> None:
        self.split, self.typed = not self.split, ""
        self._look()

    def do_file(self) -> None:
        what = "Folder" if self.wish.folder else "File"
        asked = Asked(
            name="file", title=what, value=self.path, hint="the whole path", check=self._place_complaint
        )
        self.program.push_screen(Form("Where to write it", [asked], verb="take it"), self._filed)

    def _place_complaint(self, text: str) -> str:
        return calls.place_complaint(text, folder=self.wish.folder)

    def _filed(self, said: Answers | None) -> None:
        if said is not None:
            self.typed = said["file"]
            self._repaint()

    def do_hand_out(self) -> None:
        seen = self.seen
        if seen is None:
            return
        number = str(seen.count)
        what = [line(f"Written to {self.path}")]
        if seen.targets:
            what.append(line(f"Set at once in {', '.join(seen.targets)}"))
        what.append(line(span("This cannot be taken back: the passwords will be known.", "warn")))
        asked = Asked(
            name="number", title=f"Type {number} to hand out", hint="how many people",
            check=lambda text: "" if text == number else f"type {number}, or Esc",
        )  # fmt: skip
        title = f"Hand out {counted(seen.count, 'password')}?"
        form = Form(title, [asked], what=what, verb="hand out")
        self.program.push_screen(form, lambda said: self._go(self.wish, self.path) if said else self._kept())

    def _kept(self) -> None:
        self.program.say("Nothing was changed.")

    def _go(self, wish: Wish, path: str) -> None:
        desk, school = self.program.desk, self.school
        self._begin("Making passwords…")
        self.ask(
            lambda: calls.hand_out(desk, school, wish, path, self._say), self._handed, group="act",
            each=True, failed=self._failed,
        )  # fmt: skip

    def do_lost(self) -> None:
        asked = [
            Asked(name="who", title="Username", hint="who lost the slip"),
            Asked(
                name="file",
                title="File",
                value=calls.unused(self.path),
                hint="a file of its own",
                check=self._lost_complaint,
            ),
        ]
        what = [line("The password they have ends; the new one is logged as a second.")]
        form = Form("A new password for a lost slip", asked, what=what, verb="make it")
        self.program.push_screen(form, self._lost)

    def _lost_complaint(self, text: str) -> str:
        return calls.place_complaint(text, folder=calls.wish(self.form).folder)

    def _lost(self, said: Answers | None) -> None:
        if said is None:
            self._kept()
            return
        desk, school, form = self.program.desk, self.school, self.form
        self._begin("Making a password…")
        self.ask(
            lambda: calls.lost(desk, school, said["who"], form, said["file"], self._say), self._handed,
            group="act", each=True, failed=self._failed,
        )  # fmt: skip

    def _begin(self, said: str) -> None:
        self.busy = True
        self.program.say(said)
        self.refresh_bindings()

    def _say(self, text: str) -> None:
        """Called from the thread that hands out."""
        self.app.call_from_thread(self.program.say, f"{text}…")

    def _handed(self, done: Done) -> None:
        self.busy, self.done = False, done
        self.program.say("Handed out. The file is secret.", kind="good")
        self._repaint()

    def _failed(self, trouble: Trouble) -> None:
        self.busy = False
        self.program.complain(trouble)
        self._look()
