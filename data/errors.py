"""What can go wrong with the store, told so that an operator can act.

Standard library only: the quick commands import this.
"""

from __future__ import annotations

_MENDS = {
    "newer": "Install the version of misconsole that wrote it, or a newer one; nothing was changed.",
    "damaged": "Keep the file. misconsole backup list names copies; misconsole backup restore puts one back.",
    "locked": "Another process is writing. Wait a moment and try again; nothing was changed.",
    "full": "Make room on the disk and try again; nothing was changed.",
    "missing": "Check the path given with --store or MISCONSOLE_STORE.",
    "migration": "Nothing was changed; the file is as it was. Send the message to your support desk.",
    "denied": "Check who owns the store and its folder; this user must be able to write there.",
}


class StoreProblem(Exception):
    """The store cannot be used as it is.

    ``code``    newer, damaged, locked, full, missing, migration, denied
    ``message`` one sentence: what happened, and to which file
    ``mend``    what to do about it
    """

    def __init__(self, code: str, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.mend = mend or _MENDS.get(code, "")


class Stale(Exception):
    """A reversal would overwrite something that changed since; nothing was changed.

    ``blocked`` names every row in the way, one sentence each.
    """

    code = "conflict"

    def __init__(self, message: str, *, blocked: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.mend = "Undo what was decided later first, or decide the case again."
        self.blocked = blocked
