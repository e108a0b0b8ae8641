"""Which files lie behind a route of files: name, own date, size and digest, so that a read can be told apart.

Looks only; what cannot be looked at is left out, because a description must never fail a read that worked.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

MOST = 40  # files described
LARGEST = 512 << 20  # bytes; a larger file is described without a digest
PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """``modified`` in UTC; ``sha256`` empty where the file is too large or cannot be read."""

    name: str
    modified: datetime
    bytes: int
    sha256: str


def look(named: str) -> tuple[Filed, ...]:
    """The file, or the regular files of the folder by name; hidden ones are none of ours."""
    try:
        path = Path(named).expanduser()
    except RuntimeError:  # the home of somebody unknown
        return ()
    return tuple(found for each in _regular(path) if (found := _one(each)) is not None)[:MOST]


def _regular(path: Path) -> Iterator[Path]:
    try:
        if path.is_file():
            yield path
            return
        found = sorted(path.iterdir())
    except OSError:
        return
    yield from (each for each in found if not each.name.startswith("."))


def _one(path: Path) -> Filed | None:
    try:
        found = path.lstat() if not path.is_file() else path.stat()
        if not stat.S_ISREG(found.st_mode):
            return None
        digest = _digest(path) if found.st_size <= LARGEST else ""
    except OSError:
        return None
    modified = datetime.fromtimestamp(found.st_mtime, UTC)
    return Filed(name=path.name, modified=modified, bytes=found.st_size, sha256=digest)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
