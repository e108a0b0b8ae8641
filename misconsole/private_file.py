"""A file that only its owner can read, written whole or not at all.

What leaves the store (marks, secrets of a rehearsal) must not lie about half written, nor be readable by
others for a moment: it is written beside its place, 0600 from its first byte, and then moved there.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from misconsole.errors import MisconsoleError


@contextmanager
def private_file(path: Path) -> Iterator[TextIO]:
    """Text to write, UTF-8 with the line ends as given. Raises MisconsoleError where nothing can be written;
    then, and when the block fails, whatever was at ``path`` is still there."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _problem(path, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise _problem(path, error) from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _problem(path: Path, error: OSError) -> MisconsoleError:
    return MisconsoleError(
        f"{path} cannot be written: {error.strerror or type(error).__name__}. Nothing was written.",
        mend="Name a file in a folder that is yours and has room.",
        code="cannot_write",
    )
