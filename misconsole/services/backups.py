"""Backups of the store: made, listed, proved, put back.

A backup holds what the store holds, so it is as private as the store.  Secrets are not in it: they stay in
the keyring or the secrets file of the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data import copies, server
from data.errors import StoreProblem
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.services import permits

if TYPE_CHECKING:
    from misconsole.services.desk import Desk

PATTERN = "store-*.sqlite3"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupView:
    """``whole`` None: not looked at; ``rows`` of all tables together."""

    path: str
    at: datetime
    bytes: int
    rows: int
    revision: str
    sha256: str


def folder_of(store: Path) -> Path:
    """Where backups go unless another place is named."""
    return store.parent / "backups"


def make(desk: Desk, *, folder: Path | None = None, keep: int | None = None) -> BackupView:
    """A backup of this moment, proved by opening it; ``keep`` older ones beyond so many are removed.

    Raises Usage for a store on a server, StoreProblem when it could not be written whole.
    """
    permits.need(desk, "keep_house")
    store = _file(desk)
    if keep is not None and keep < 1:
        raise Usage("At least one backup is kept.")
    where = folder or folder_of(store)
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    to = where / f"store-{desk.now():%Y%m%d-%H%M%S}.sqlite3"
    if to.exists():
        raise Conflict(f"There is a backup {to.name} already.", mend="Wait a second and try again.")
    made = _view(copies.make(store, to))
    if keep is not None:
        for old in _files(where)[keep:]:
            old.unlink()
            old.with_name(old.name + copies.MANIFEST).unlink(missing_ok=True)
    return made


def listed(desk: Desk, *, folder: Path | None = None) -> tuple[Path, ...]:
    """The newest first."""
    permits.need(desk, "keep_house")
    return tuple(_files(folder or folder_of(_file(desk))))


def of_file(store: Path, *, folder: Path | None = None) -> tuple[Path, ...]:
    """The same where the store cannot be opened to ask who asks; the folder is private as it is."""
    return tuple(_files(folder or folder_of(store)))


def check(path: Path) -> BackupView:
    """Open a backup, look at every page, and compare it with its manifest. Raises StoreProblem."""
    return _view(copies.checked(path))


def restore(store: Path, path: Path, *, busy: bool) -> tuple[BackupView, Path | None]:
    """Put a backup in the place of the store; what was there is kept beside it, and its path given.

    ``busy``: a run or a worker is under way, which is refused.  Raises NotFound, Conflict, StoreProblem.
    """
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="misconsole backup list names the backups.")
    if busy:
        raise Conflict(
            "A run or a worker is at work on this store.", mend="Stop it, or wait for its end; then restore."
        )
    seen = check(path)
    return seen, copies.put_back(path, store)


def busy(desk: Desk) -> bool:
    """Whether a run or a worker lives on this store."""
    from sqlmodel import col, select

    from data import runs
    from data.tables import Run, Worker
    from misconsole.sync import lease

    with desk.store.read() as s:
        rows = s.exec(select(Run).where(col(Run.state).in_(runs.UNFINISHED))).all()
        if any(lease.run_alive(run, runs.lease(s, run.school_id), desk.now()) for run in rows):
            return True
        for worker in s.exec(select(Worker).where(col(Worker.stopped_at).is_(None))):
            beat = worker.heartbeat_at
            if beat is not None and (desk.now() - beat).total_seconds() < 180:
                return True
    return False


def newest(store: Path) -> datetime | None:
    """When the newest backup in the usual folder was made."""
    found = _files(folder_of(store))
    return datetime.fromtimestamp(found[0].stat().st_mtime, UTC) if found else None


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(PATTERN), reverse=True) if folder.is_dir() else []


def _file(desk: Desk) -> Path:
    if desk.store.path is None:
        raise Usage(
            "This store is on a database server, whose own tools make its backups.",
            mend=f"pg_dump --format=custom --file=store.dump '{server.libpq(desk.store.url)}'",
        )
    return desk.store.path


def _view(found: copies.Copy) -> BackupView:
    at = datetime.fromtimestamp(found.path.stat().st_mtime, UTC)
    return BackupView(
        path=str(found.path), at=at, bytes=found.bytes, rows=sum(found.rows.values()),
        revision=found.revision, sha256=found.sha256,
    )  # fmt: skip


__all__ = ["BackupView", "StoreProblem", "busy", "check", "folder_of", "listed", "make", "newest", "restore"]
