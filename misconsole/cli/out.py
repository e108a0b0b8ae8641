"""The one writer of stdout and stderr: text for people, tabs for pipes, JSON for programs.

Foreign text is cleaned on its way to text output; JSON carries values as they are, every control
character escaped.  Stdout holds what was asked for and nothing else; the rest goes to stderr.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TextIO

from misconsole.errors import Exit
from misconsole.text import cells, shown

_CELL = 400  # characters of one cell; a name of a megabyte must not flood a terminal
_LINE = 20_000


class Out:
    """``as_json``: only ``json`` and ``error`` write to stdout. ``plain``: tabs between cells, no header."""

    def __init__(
        self,
        *,
        as_json: bool = False,
        plain: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.as_json = as_json
        self.plain = plain
        self.stdout = stdout or sys.stdout
        self.stderr = stderr or sys.stderr
        self._document_written = False
        for stream in (self.stdout, self.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # an old locale must not end a command

    def json(self, document: Any) -> None:
        """One document on stdout; dataclasses, days, times, enums and paths are understood."""
        text = json.dumps(document, ensure_ascii=True, indent=2, default=plain_value)
        self.stdout.write(text.replace("\x7f", "\\u007f") + "\n")
        self._document_written = True

    def json_line(self, document: Any) -> None:
        """One document on one line, for what goes on telling."""
        self.stdout.write(json.dumps(document, ensure_ascii=True, default=plain_value) + "\n")
        self.stdout.flush()
        self._document_written = True

    def lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(shown(line, limit=_LINE) + "\n")

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Columns aligned by width under their headers; with ``plain`` tab-separated rows alone."""
        body = [[_cell(value) for value in row] for row in rows]
        if self.plain:
            self.stdout.writelines("\t".join(row) + "\n" for row in body)
            return
        listed = [[(text, cells(text)) for text in row] for row in (headers, *body)]
        widths = [max(have for _, have in column) for column in zip(*listed, strict=True)]
        for row in listed:
            padded = [text + " " * (width - have) for (text, have), width in zip(row, widths, strict=True)]
            self.stdout.write("  ".join(padded).rstrip() + "\n")

    def note(self, message: str) -> None:
        """A message or progress for whoever watches; never on stdout."""
        self.stderr.write(shown(message, limit=_LINE) + "\n")
        self.stderr.flush()

    def error(self, problem: BaseException) -> int:
        """Say what happened and what mends it; returns the exit code."""
        found = as_dict(problem)
        if self.as_json and not self._document_written:
            self.json({"error": found})
        self.note(f"misconsole: {found['message']}")
        if found["mend"]:
            self.note(f"  {found['mend']}")
        return exit_code(problem)


def plain_value(value: Any) -> Any:
    """What ``json`` does not know itself."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, BaseException):
        return as_dict(value)
    return list(value)


def as_dict(problem: BaseException) -> dict[str, str]:
    return {
        "code": str(getattr(problem, "code", "failed")),
        "message": str(getattr(problem, "message", "") or problem),
        "mend": str(getattr(problem, "mend", "") or ""),
    }


_CODES = {
    "not_authorised": Exit.NOT_AUTHORISED,
    "access_pending": Exit.NOT_AUTHORISED,
    "access_refused": Exit.NOT_AUTHORISED,
    "scope_missing": Exit.NOT_AUTHORISED,
    "unreachable": Exit.UNREACHABLE,
    "tls_blocked": Exit.UNREACHABLE,
    "bad_settings": Exit.USAGE,
    "held": Exit.HELD,
}


def exit_code(problem: BaseException) -> int:
    """By the error's own ``exit``, else by its stable code (connectors and the store know no exit codes)."""
    own = getattr(problem, "exit", None)
    return int(own if own is not None else exit_of(str(getattr(problem, "code", ""))))


def exit_of(code: str) -> Exit:
    """The exit code of an error code, e.g. of ``RunView.error["code"]``."""
    return _CODES.get(code, Exit.FAILED)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return shown(str(value), limit=_CELL)
