"""Errors of the product, each with what happened and what mends it, and the exit codes.

Exit codes are a promise to scripts (design/headless.md).
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2
    HELD = 3
    NOT_AUTHORISED = 4
    UNREACHABLE = 5


class MisconsoleError(Exception):
    """``code`` is stable for scripts; ``message`` one sentence; ``mend`` what to do."""

    code = "failed"
    exit = Exit.FAILED

    def __init__(self, message: str, *, mend: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend
        if code:
            self.code = code

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "mend": self.mend}


class Usage(MisconsoleError):
    """The words of the command or the value typed are wrong."""

    code = "usage"
    exit = Exit.USAGE


class NotFound(MisconsoleError):
    """No such school, person, account or run."""

    code = "not_found"


class Conflict(MisconsoleError):
    """Somebody else decided first, or what was seen has changed since."""

    code = "conflict"


class Busy(MisconsoleError):
    """The school is being synced; the lease is held."""

    code = "busy"


class Held(MisconsoleError):
    """A limit or an approval waits for a person."""

    code = "held"
    exit = Exit.HELD


class NotAuthorisedError(MisconsoleError):
    code = "not_authorised"
    exit = Exit.NOT_AUTHORISED


class UnreachableError(MisconsoleError):
    code = "unreachable"
    exit = Exit.UNREACHABLE


class StoreError(MisconsoleError):
    """The store is damaged, locked, full, or from a newer version."""

    code = "store"
