"""What is wrong with an installation, its store, its terminal and its connections, and what is safe to mend.

Each check looks at one thing and says what it found, what mends it, and whether it can be mended here.
Nothing is mended that could lose anything: modes of files, runs whose process died, a log that grew.
"""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import StoreProblem
from misconsole import paths
from misconsole.config_file import ConfigProblem
from misconsole.errors import MisconsoleError

if TYPE_CHECKING:
    from misconsole.services.desk import Desk

OLDEST_SQLITE = (3, 35, 0)  # upserts that RETURN
WAL_LARGE = 64_000_000
BACKUP_OLD = timedelta(days=7)
WORKER_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``state`` ok, attention or problem. ``mended``: it was wrong and is put right now."""

    area: str
    state: str
    message: str
    mend: str = ""
    mended: bool = False


@dataclass(slots=True, kw_only=True)
class Patient:
    """What is looked at. ``desk`` None: the store could not be opened. ``online``: ask every MIS, too."""

    env: Mapping[str, str]
    store: Path | None
    now: datetime
    mend: bool = False
    online: bool = False
    desk: Desk | None = None
    trouble: StoreProblem | MisconsoleError | None = None
    size: tuple[int, int] = field(default=(80, 24))


Check = Callable[[Patient], Iterator[Finding]]


def examine(patient: Patient) -> tuple[Finding, ...]:
    """Every check in order; one that fails itself is told as a problem and does not stop the others."""
    found: list[Finding] = []
    for area, check in CHECKS:
        try:
            found += check(patient)
        except (StoreProblem, MisconsoleError) as error:
            found.append(_bad(area, error.message, error.mend))
        except (OSError, sqlite3.Error) as error:
            found.append(_bad(area, f"This could not be looked at: {type(error).__name__}.", ""))
    return tuple(found)


def _ok(area: str, message: str) -> Finding:
    return Finding(area=area, state="ok", message=message)


def _hint(area: str, message: str, mend: str) -> Finding:
    return Finding(area=area, state="attention", message=message, mend=mend)


def _bad(area: str, message: str, mend: str) -> Finding:
    return Finding(area=area, state="problem", message=message, mend=mend)


def _mended(area: str, message: str) -> Finding:
    return Finding(area=area, state="ok", message=message, mended=True)


def installation(_: Patient) -> Iterator[Finding]:
    from misconsole import __version__

    yield _ok("installation", f"misconsole {__version__} on Python {platform.python_version()}")
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield _bad(
            "installation", f"SQLite {sqlite3.sqlite_version} is too old.", "Install Python with SQLite 3.35."
        )
    if sys.flags.optimize:
        yield _hint("installation", "Python runs with -O.", "Run it without: checks are left out by it.")


def store_file(patient: Patient) -> Iterator[Finding]:
    if patient.store is None:
        yield from _on_server(patient)
        return
    if not patient.store.is_file():
        yield _hint("store", f"There is no store at {patient.store} yet.", "misconsole school add makes one.")
        return
    yield from _modes("store", [patient.store, *_beside(patient.store)], patient.mend)
    yield from _folder(patient.store.parent, patient.mend)
    free = shutil.disk_usage(patient.store.parent).free
    size = patient.store.stat().st_size
    if free < 2 * size + 50_000_000:
        yield _bad(
            "store", f"Only {free / 1e6:.0f} MB are free; the store has {size / 1e6:.0f} MB.",
            "Make room: a migration and a backup need as much again.",
        )  # fmt: skip
    if patient.trouble is None:
        yield from _inside(patient, patient.store)


def _on_server(patient: Patient) -> Iterator[Finding]:
    if patient.desk is None:
        return  # what is wrong is told by ``opened``
    from data import server

    store = patient.desk.store
    with store.read() as s:
        seen = server.look(s.connection())
    yield _ok("store", f"{server.named(store.url)}: PostgreSQL {seen.version}, {seen.bytes / 1e6:.1f} MB")
    if seen.superuser:
        yield _hint("store", "The role may do everything on the server.", "Give the store a role of its own.")
    if not seen.private:
        yield _hint(
            "store", "What goes to the server and comes from it is not encrypted.",
            "Add sslmode=verify-full to the address.",
        )  # fmt: skip


def _folder(folder: Path, mend: bool) -> Iterator[Finding]:
    """Who can write there can put another store in the place of ours, however private the file is."""
    mode = folder.stat().st_mode
    if os.name == "nt" or not mode & 0o022 or mode & stat.S_ISVTX:
        return
    if mend:
        folder.chmod(mode & 0o7777 & ~0o022)
        yield _mended("store", f"The folder {folder} can be written by its owner alone now.")
    else:
        yield _bad(
            "store", f"The folder {folder} can be written by others, who could put another store there.",
            "misconsole doctor --mend leaves it to its owner.",
        )  # fmt: skip


def _beside(store: Path) -> list[Path]:
    return [path for end in ("-wal", "-shm") if (path := Path(f"{store}{end}")).is_file()]


def _modes(area: str, files: list[Path], mend: bool) -> Iterator[Finding]:
    if os.name == "nt":
        return
    for path in files:
        if path.stat().st_mode & 0o077:
            if mend:
                path.chmod(0o600)
                yield _mended(area, f"{path} can be read by its owner alone now.")
            else:
                yield _bad(
                    area, f"{path} can be read by others.", "misconsole doctor --mend makes it private."
                )


def _inside(patient: Patient, store: Path) -> Iterator[Finding]:
    from data import sqlite

    with closing(sqlite.connect(store)) as db:
        told = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        loose = db.execute("PRAGMA foreign_key_check").fetchone()
    if told != "ok" or loose is not None:
        yield _bad(
            "store", f"The store is damaged: {told if told != 'ok' else 'rows that belong to nothing'}.",
            "Keep the file, and put a backup in its place: misconsole backup restore FILE.",
        )  # fmt: skip
        return
    yield _ok("store", f"{store} is whole, {store.stat().st_size / 1e6:.1f} MB")
    wal = Path(f"{store}-wal")
    if wal.is_file() and wal.stat().st_size > WAL_LARGE:
        if patient.mend:
            with closing(sqlite.connect(store, read_only=False)) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            yield _mended("store", "Its write-ahead log was folded into the store.")
        else:
            yield _hint(
                "store", "Its write-ahead log has grown large.", "misconsole doctor --mend folds it in."
            )


def opened(patient: Patient) -> Iterator[Finding]:
    if patient.trouble is not None:
        area = "settings" if isinstance(patient.trouble, ConfigProblem) else "store"
        yield _bad(area, patient.trouble.message, patient.trouble.mend)


def backups(patient: Patient) -> Iterator[Finding]:
    from misconsole.services import backups as copies

    if patient.store is None:
        yield _ok("backup", "The server's own, made with pg_dump; misconsole backup make tells the command.")
        return
    if not patient.store.is_file():
        return
    last = copies.newest(patient.store)
    if last is None:
        yield _hint(
            "backup", "There is no backup in the usual place.", "misconsole backup make copies the store."
        )
    elif patient.now - last > BACKUP_OLD:
        yield _hint(
            "backup", f"The newest backup is of {last:%-d %B %Y}.", "misconsole backup make makes one."
        )
    else:
        yield _ok("backup", f"The newest backup is of {last:%-d %B %Y %H:%M} UTC")


def secrets(patient: Patient) -> Iterator[Finding]:
    folder = paths.config_dir(patient.env)
    files = [path for path in folder.glob("secrets*") if path.is_file()] if folder.is_dir() else []
    yield from _modes("secrets", files, patient.mend)
    if patient.desk is None:
        return
    yield _ok(
        "secrets", f"kept in the {'system keyring' if 'keyring' in repr(patient.desk.secrets) else 'file'}"
    )
    for name, urn, missing in _missing(patient.desk):
        yield _bad(
            "secrets", f"The {missing} of {name} is not where it should be.",
            f"Give it again: misconsole connect {urn} --secrets-file FILE.",
        )  # fmt: skip


def _missing(desk: Desk) -> Iterator[tuple[str, str, str]]:
    """School, URN and the title of a secret its route cannot do without and that is not kept."""
    from sqlmodel import col, select

    from connectors import registry
    from data.tables import Connection, School

    with desk.store.read() as s:
        asked = select(School.name, School.urn, Connection.route, Connection.secret_ref).join(
            Connection, col(Connection.school_id) == col(School.id)
        )
        rows = s.exec(
            asked.where(col(Connection.active).is_(True), col(Connection.access) == "approved")
        ).all()
    known = {each.route: each for each in registry.declarations()}
    for name, urn, route, ref in rows:
        needed = (
            [f for f in known[route].settings if f.secret and f.required and not f.once]
            if route in known
            else []
        )
        kept = desk.secrets.get(ref) if ref and needed else {}
        for one in needed:
            if not kept.get(one.name):
                yield name, urn, one.title


def runs(patient: Patient) -> Iterator[Finding]:
    if patient.desk is None:
        return
    from sqlmodel import col, select

    from data import runs as run_rows
    from data.tables import Run
    from misconsole.sync import lease

    with patient.desk.store.read() as s:
        rows = s.exec(select(Run).where(col(Run.state).in_(run_rows.UNFINISHED))).all()
        dead = [r for r in rows if not lease.run_alive(r, run_rows.lease(s, r.school_id), patient.now)]
    if not dead:
        yield _ok("runs", f"{len(rows)} under way" if rows else "none under way")
        return
    numbers = ", ".join(str(run.id) for run in dead)
    if not patient.mend:
        yield _hint(
            "runs", f"The process of run {numbers} died.", "misconsole doctor --mend ends it; then run again."
        )
        return
    with patient.desk.store.write() as s:
        for run in dead:
            run_rows.set_run(
                s, run.id or 0, state="failed", finished_at=patient.now, error=lease.ended(run.kind)
            )
            run_rows.end_stages(s, run.id or 0, patient.now)
            run_rows.drop_lease(s, run.school_id, run_id=run.id or 0)
    yield _mended("runs", f"Run {numbers} is told as failed now.")


def worker(patient: Patient) -> Iterator[Finding]:
    if patient.desk is None:
        return
    from sqlmodel import col, select

    from data.tables import Slot, Worker

    with patient.desk.store.read() as s:
        planned = s.exec(select(Slot).where(col(Slot.due_at).is_not(None)).limit(1)).first()
        beats = [w.heartbeat_at for w in s.exec(select(Worker).where(col(Worker.stopped_at).is_(None)))]
    last = max((beat for beat in beats if beat is not None), default=None)
    if last is not None and patient.now - last < WORKER_LATE:
        yield _ok("worker", "at work")
    elif planned is not None:
        yield _hint(
            "worker", "Schools are due at their times, and no worker is at work.",
            "misconsole schedule install sets one up; or misconsole sync --all-due from cron.",
        )  # fmt: skip


def terminal(patient: Patient) -> Iterator[Finding]:
    term, env = patient.env.get("TERM", ""), patient.env
    if term in ("", "dumb", "unknown"):
        yield _hint(
            "terminal", f"TERM is {term or 'not set'}; the console cannot draw on it.", "Commands work."
        )
        return
    many = env.get("COLORTERM", "") in ("truecolor", "24bit") or term.endswith(
        ("256color", "direct", "kitty")
    )
    yield _ok(
        "terminal", f"{term}, {'many' if many else 'sixteen'} colours, {patient.size[0]}x{patient.size[1]}"
    )
    if patient.size[0] < 80 or patient.size[1] < 24:
        yield _hint(
            "terminal", "It is smaller than 80x24.", "Make the window larger; lists are cut otherwise."
        )
    words = (env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "").upper().replace("-", "")
    if "UTF8" not in words:
        yield _hint(
            "terminal",
            "The locale does not say UTF-8, so plain signs are drawn.",
            "Set LANG=en_GB.UTF-8 or C.UTF-8.",
        )


def connections(patient: Patient) -> Iterator[Finding]:
    if patient.desk is None:
        return
    from misconsole.services import connect, schools

    every = schools.list_schools(patient.desk)
    lost = [row for row in every if row.access in ("declined", "revoked", "refused")]
    for row in lost:
        yield _bad(
            "connections", f"{row.name}: access {row.access}.", f"misconsole authorise {row.urn} asks again."
        )
    if not patient.online:
        yield _ok("connections", f"{sum(1 for r in every if r.mis)} connected, {len(lost)} without access; "
                  "--online asks each")  # fmt: skip
        return
    from connectors.errors import ConnectorError

    for row in (each for each in every if each.mis):
        try:
            probes = connect.probe(patient.desk, row.urn)
        except (ConnectorError, MisconsoleError) as error:
            yield _bad("connections", f"{row.name}: {error.message}", error.mend)
            continue
        wrong = [probe for probe in probes if not probe.ok]
        for probe in wrong:
            yield _bad("connections", f"{row.name}: {probe.name}: {probe.message}", probe.mend)
        if not wrong:
            yield _ok("connections", f"{row.name} answers")


def leftovers(patient: Patient) -> Iterator[Finding]:
    crashes = paths.crash_dir(patient.env)
    found = len(list(crashes.glob("*"))) if crashes.is_dir() else 0
    if found:
        yield _hint(
            "crashes", f"{found} crash {'file lies' if found == 1 else 'files lie'} in {crashes}.",
            "They hold nobody's data; send the newest to your support desk, then remove them.",
        )  # fmt: skip


CHECKS: tuple[tuple[str, Check], ...] = (
    ("installation", installation), ("store", store_file), ("store", opened), ("backup", backups),
    ("secrets", secrets), ("runs", runs), ("worker", worker), ("terminal", terminal),
    ("connections", connections), ("crashes", leftovers),
)  # fmt: skip
