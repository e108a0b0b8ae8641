"""A rehearsal as a CSV file to be edited outside, and its usernames back; nothing else of it is read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from misconsole.errors import MisconsoleError
from misconsole.private_file import private_file
from misconsole.rules import rename_csv
from misconsole.rules.account_csv import decode
from misconsole.rules.rename import Line, Subject


def write_file(lines: Iterable[Line], path: Path) -> int:
    """The rehearsal as CSV, for its owner alone, whole or not at all; returns how many lines."""
    with private_file(path) as file:
        return rename_csv.write(file, lines)


def read_file(path: Path, subjects: Iterable[Subject]) -> rename_csv.Names:
    """The names of an edited file. Raises AccountFileError or MisconsoleError with nothing changed."""
    try:
        if path.stat().st_size > rename_csv.LONGEST:
            raise MisconsoleError(f"{path.name} is too large.", mend="Name the file you edited.")
        content = path.read_bytes()
    except OSError as error:
        raise MisconsoleError(
            f"{path} cannot be read: {error.strerror or error}.", mend="Check the path.", code="bad_file"
        ) from error
    return rename_csv.read(decode(content), subjects)
