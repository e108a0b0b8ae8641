"""The rehearsal to a file and usernames back from one; only the column of usernames is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.prompts import Answers, Asked, Form
from screens.rename import calls
from screens.rename.rehearsing import Rehearsing
from screens.showing import counted

if TYPE_CHECKING:
    from misconsole.rules.rename_csv import Names


class Files(Rehearsing):
    def do_write(self) -> None:
        asked = Asked(name="file", title="File", value="renames.csv", hint="only you can read it")
        self.program.push_screen(Form("Write the rehearsal as CSV", [asked], verb="write"), self._write)

    def _write(self, said: Answers | None) -> None:
        if said is None or self.seen is None:
            return
        lines, path = self.seen.lines, said["file"]
        self.ask(
            lambda: calls.write(lines, path),
            lambda n: self.program.say(
                f"Wrote {counted(n, 'line')} to {path}; c reads it back.", kind="good"
            ),
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
