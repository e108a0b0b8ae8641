"""Many usernames at once: every line old and new before anything is written, then all or none (M14, O7, O8).

Nothing here is written until it is applied: what is typed, read from a file or left out lives on this
screen.  What is applied is exactly what was shown; if somebody took one of the names meanwhile, nothing
is renamed and the rehearsal is made again.
"""

from __future__ import annotations

from screens.commands import Command, bindings
from screens.rename.altering import Altering
from screens.rename.applying import Applying
from screens.rename.files import Files


class Rename(Altering, Files, Applying):
    """The keys of a rehearsal, and why one of them is not to be had."""

    BINDINGS = bindings("rename")
    scopes = ("rename",)

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
