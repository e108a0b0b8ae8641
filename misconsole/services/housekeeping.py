"""Looking after the house: what is older than each school keeps it goes, nightly or when it is asked for.

What it protects: counts outlive the runs they came from, nothing that waits for somebody goes, and nobody is
erased by it: who is due is only counted (``services.privacy_due``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from data import schools as school_rows
from data import shredding, tidying
from data.tables import School
from misconsole.rules.options import BY_NAME
from misconsole.services import permits, privacy_due
from misconsole.services.desk import Desk
from misconsole.services.schools import options_of

CRASH_DAYS = 90
WORK_HOURS = 24
#: From every second page on that holds nothing, the file is written anew: every sync waits for that, and what
#: is free was overwritten and is used again.
FREE_SHARE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TidySchool:
    """``rows`` table -> rows removed; ``due`` leavers that wait for somebody to confirm their erasure."""

    school: str
    name: str
    days: int
    rows: Mapping[str, int]
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyReport:
    """``files`` names of crash files and left-over extracts; ``rewritten`` whether the store was."""

    dry_run: bool
    schools: tuple[TidySchool, ...]
    elsewhere: Mapping[str, int]
    files: tuple[str, ...]
    rewritten: bool


def tidy(
    desk: Desk,
    *,
    dry_run: bool = False,
    rewrite: bool = False,
    crashes: Path | None = None,
    leavers: bool = True,
) -> TidyReport:
    """Remove what nobody keeps any more. A school at a time, so that nobody waits long.

    ``rewrite``: write the store's file anew also where little of it is empty.  ``leavers`` False: nobody
    reads how many are due for erasure, and they are not counted.
    """
    permits.need(desk, "keep_house")
    with desk.store.read() as s:
        schools = [each.id or 0 for each in school_rows.every(s)]
    told = tuple(_school(desk, each, dry_run, leavers) for each in schools)
    files = tuple(_files(desk, dry_run, crashes))
    elsewhere = {} if dry_run else _elsewhere(desk)
    wanted = not dry_run and (rewrite or _mostly_free(desk))
    return TidyReport(
        dry_run=dry_run, schools=told, elsewhere=elsewhere, files=files,
        rewritten=wanted and shredding.shred(desk.store),
    )  # fmt: skip


def _school(desk: Desk, school_id: int, dry_run: bool, leavers: bool) -> TidySchool:
    with desk.store.read() if dry_run else desk.store.write() as s:
        school = s.get_one(School, school_id)
        days = options_of(school).keep_runs_days
        before = _before(desk, days)
        removed = (tidying.counted if dry_run else tidying.tidy)(s, school_id, before=before)
        return TidySchool(
            school=school.urn, name=school.name, days=days, rows=dict(removed),
            due=_due(s, school, desk) if leavers else 0,
        )  # fmt: skip


def _due(s: Session, school: School, desk: Desk) -> int:
    return privacy_due.count(s, school, desk)


def _before(desk: Desk, days: int) -> datetime:
    return desk.now() - timedelta(days=days)


def _elsewhere(desk: Desk) -> Mapping[str, int]:
    days = int(BY_NAME["keep_runs_days"].default)
    with desk.store.write() as s:
        return dict(tidying.tidy_everywhere(s, now=desk.now(), before=_before(desk, days)))


def _files(desk: Desk, dry_run: bool, crashes: Path | None) -> Iterator[str]:
    from misconsole import paths

    aged = [
        *_older(crashes or paths.crash_dir(), "crash-*.txt", _before(desk, CRASH_DAYS)),
        *_older(desk.workdir, "*", desk.now() - timedelta(hours=WORK_HOURS)),
    ]
    for path in aged:
        if not dry_run:
            path.unlink(missing_ok=True)
        yield path.name


def _older(folder: Path, pattern: str, before: datetime) -> Iterator[Path]:
    """Files of ours and nothing else: by name, no links, not what is still written to."""
    for path in sorted(folder.glob(pattern)) if folder.is_dir() else ():
        if path.name.startswith("last-"):  # when something was done last, which is nobody's data
            continue
        if path.is_file() and not path.is_symlink() and path.stat().st_mtime < before.timestamp():
            yield path


def _mostly_free(desk: Desk) -> bool:
    if desk.store.path is None:
        return False
    with desk.store.engine.connect() as connection:
        free, pages = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0)
            for name in ("freelist_count", "page_count")
        )
    return free * 100 > pages * FREE_SHARE
