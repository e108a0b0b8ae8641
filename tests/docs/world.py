"""The store that the examples of ``docs/commands.md`` are run on: four schools with something of everything.

100001  Larkmere School: a hand-made roll with work in every queue (``tests.seed.larkmere``)
100002  Fairholt School: a sync under way
990006  Saltmere Infant School: connected to the simulator, synced, then held by a limit
990007  Whitebridge Primary School: connected by CSV files whose columns nobody has looked at
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from data import tables
from misconsole.__main__ import main
from misconsole.sync import lease
from tests import seed

ACCOUNTS = """username,given_name,family_name,role,shoe_size
n.nowak,Nadia,Nowak,staff,5
,Nobody,Blank,pupil,4
"""


PUPILS = """pupilId,firstName,surname,preferredFirstName,dob,yearGroup,class,upn,shoeSize
40118,Marigold,Stubbs,,2016-05-30,Year 4,Hazel,J820200121077,3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """``folder`` holds the store as it is before every example; ``control`` plays the schools."""

    folder: Path
    simulator: Simulator
    control: Control
    held: int  # the run a limit holds

    def copied(self) -> Path:
        """A folder with the store as it is before every example."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for file in self.folder.iterdir():
            if file.is_file() and not file.name.endswith(("-wal", "-shm")):
                shutil.copy(file, copy)
        shutil.copytree(self.folder / "secrets", copy / "secrets")
        return copy

    def run(self, *words: str) -> tuple[int, str]:
        """One command on a copy of the store: (exit code, stdout)."""
        return _said(self.copied(), *words)


def _said(folder: Path, *words: str) -> tuple[int, str]:
    path, environment, here = list(sys.path), dict(os.environ), Path.cwd()
    os.environ["MISCONSOLE_STORE"] = f"sqlite:///{folder / 'store.sqlite3'}"
    os.environ["MISCONSOLE_CONFIG"] = str(folder / "secrets")
    os.environ["MISCONSOLE_WORK"] = str(folder / "work")
    os.chdir(folder)
    out = io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(io.StringIO()):
            code = main(words)
    finally:
        os.chdir(here)
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
    return code, out.getvalue()


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Made once; every example gets a copy."""
    today = datetime.now(UTC).date()
    estate = build_world(today=today, schools=["saltmere"], scale=0.3)
    with Simulator(estate) as simulator:
        control = Control(simulator.url, simulator.control_key)
        _files(folder, simulator)
        with seed.estate(folder) as made:
            made.now = datetime.now(UTC)
            _larkmere(made)
        held = _saltmere(folder, simulator, control)
        _whitebridge(folder)
        _settle(folder)
        yield World(folder=folder, simulator=simulator, control=control, held=held)


def _files(folder: Path, simulator: Simulator) -> None:
    (folder / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (folder / "token").write_text(simulator.token, encoding="utf-8")
    ready = {"url": simulator.url, "control_key": simulator.control_key}
    (folder / "simulator.json").write_text(json.dumps(ready), encoding="utf-8")


def _larkmere(e: seed.Estate) -> None:
    """``seed.larkmere``, and on top an exclusion that clashes, a kept account and a decision."""
    school = seed.larkmere(e)
    from misconsole.services import decide

    e.account(school, "visitor1", "Nils", "Berg", "other")
    desk = e.desk()
    [governor] = e.all(tables.Account, username="governor1")
    decide.keep(desk, "100001", governor.id, reason="Chair of governors", until=date(2099, 7, 31))
    decide.exclude_name(desk, "100001", given="Nils", family="Berg", reason="Left the governing body")
    busy = e.school("100002", "Fairholt School")
    run = e.run(busy, "running", finished_at=None, heartbeat_at=e.now, pid=os.getpid())
    mine = tables.Lease(school_id=busy, run_id=run, holder=lease.holder())
    mine.acquired_at, mine.expires_at = e.now, e.now + timedelta(hours=1)
    with e.store.write() as s:
        s.add(mine)


def _saltmere(folder: Path, simulator: Simulator, control: Control) -> int:
    urn = "990006"
    url = f"url={simulator.wonde_url}"
    said = [
        ("school", "add", "Saltmere Infant School", "--urn", urn, "--set", "domain=saltmere.example",
         "--set", "la_code=925", "--set", "establishment_number=2301"),
        ("connect", urn, "--mis", "scholarpack", "--set", url, "--secrets-file", "token"),
        ("authorise", urn),
    ]  # fmt: skip
    for words in said:
        _said(folder, *words)
    control.approve(urn)
    for words in (("authorise", urn), ("reports", urn, "accept", "all"), ("sync", urn)):
        code, text = _said(folder, *words)
        assert code == 0, text
    control.advance(120)
    _said(
        folder,
        "school",
        "set",
        urn,
        "limit_update_count=1",
        "limit_create_count=1",
        "limit_unallocate_count=1",
    )
    code, text = _said(folder, "sync", urn, "--json")
    assert code == 3, text
    return int(json.loads(text)["run"])


def _whitebridge(folder: Path) -> None:
    export = folder / "export"
    export.mkdir()
    (export / "pupils.csv").write_text(PUPILS, encoding="utf-8")
    _said(folder, "school", "add", "Whitebridge Primary School", "--urn", "990007")
    _said(folder, "connect", "990007", "--mis", "pupil asset", "--route", "csv", "--set", f"path={export}")


def _settle(folder: Path) -> None:
    """Everything in the one file, so that a copy of it is a copy of the store."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / "store.sqlite3")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
