"""Canaries: a token, a child, first passwords; all is run and broken, then what was left is searched.

The token is nowhere but in the encrypted file of secrets, a password nowhere but in the list handed out.
The child is in the store and in the files that were asked for, and in no log, crash file, line of an error or
word of a process.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from data import bulk
from data.store import Store
from data.tables import Account, Connection, Identifier, Person
from misconsole.__main__ import main
from misconsole.services import privacy
from tests import seed
from tests.screens.driving import Opened

URN = "990006"
TOKEN = "canarytoken7Qv9zX2mLk4sBw81"


@dataclass
class Night:
    """What was left behind: ``home`` with every file, all that was printed, all words of processes."""

    home: Path
    said: str
    words: list[str]
    child: Person
    upn: str
    passwords: list[str]

    def files(self, *names: str) -> Iterator[tuple[str, bytes]]:
        for name in names:
            folder = self.home / name
            for path in [folder] if folder.is_file() else folder.rglob("*"):
                if path.is_file():
                    yield str(path.relative_to(self.home)), path.read_bytes()

    @property
    def telling(self) -> list[str]:
        """What must not be told of the child: the whole name, and the number."""
        return [f"{self.child.given_name} {self.child.family_name}", self.child.search_name, self.upn]


@pytest.fixture
def night(
    clean_environment: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Night:
    """Connect, sync in a process of its own, fail, export, and break a command."""
    home = clean_environment
    (home / "token").write_text(TOKEN)
    words: list[str] = []
    estate = build_world(today=datetime.now(UTC).date(), schools=["saltmere"], scale=0.2)
    with Simulator(estate, token=TOKEN) as simulator:
        control = Control(simulator.url, simulator.control_key)
        run("school", "add", "Saltmere Infant School", "--urn", URN, "--set", "domain=saltmere.example",
            "--set", "la_code=925", "--set", "establishment_number=2301")  # fmt: skip
        run("connect", URN, "--mis", "scholarpack", "--set", f"url={simulator.wonde_url}",
            "--secrets-file", str(home / "token"))  # fmt: skip
        (home / "token").unlink()
        run("authorise", URN)
        control.approve(URN)
        run("authorise", URN)
        run("reports", URN, "accept", "all")
        words += own_process("sync", URN)
        child, upn = a_child(home)
        for kind in ("status", "truncated"):
            control.fault(URN, kind, **({"status": 500} if kind == "status" else {}))
            main(["sync", URN, "--full"])
            control.clear_faults()
        control.revoke(URN)
        main(["sync", URN, "--full"])
        assert main(["export", URN, "--format", "google", "--out", str(home / "export")]) == 0
        slips = home / "handout.csv"
        assert main(["handout", URN, "--role", "pupil", "--out", str(slips), "--yes"]) == 0
    with slips.open(newline="", encoding="utf-8-sig") as file:
        passwords = [next(v for k, v in row.items() if "assword" in k) for row in csv.DictReader(file)]
    said = "".join(capfd.readouterr())
    break_a_command(monkeypatch, f"{TOKEN} {child.given_name} {child.family_name} {upn}")
    return Night(home, said + "".join(capfd.readouterr()), words, child, upn, passwords)


def run(*words: str) -> None:
    assert main(list(words)) in (0, 3, 4), words


def own_process(*words: str) -> list[str]:
    """Run a command as an operator does, and note the words of every process of its family."""
    process = subprocess.Popen(
        [sys.executable, "-m", "misconsole", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    noted: set[str] = set()
    try:
        family = psutil.Process(process.pid)
        while process.poll() is None:
            for each in [family, *family.children(recursive=True)]:
                noted.add(" ".join(each.cmdline()))
            time.sleep(0.01)
    except psutil.Error:
        pass
    out, _ = process.communicate()
    assert process.returncode == 0, out.decode()
    return [*noted, out.decode()]


def a_child(home: Path) -> tuple[Person, str]:
    with Store.open(f"sqlite:///{home}/store.sqlite3") as store, store.read() as s:
        from sqlmodel import col, select

        asked = select(Person, Identifier.value).join(Identifier, col(Identifier.person_id) == col(Person.id))
        asked = asked.where(Person.role == "pupil", Identifier.kind == "upn", Person.present)
        found = s.exec(asked.order_by(col(Person.search_name).desc())).first()
        assert found is not None
        return found


def break_a_command(monkeypatch: pytest.MonkeyPatch, telling: str) -> None:
    def broken(*_: object, **__: object) -> object:
        raise ZeroDivisionError(telling)

    with monkeypatch.context() as change:
        change.setattr(privacy, "held", broken)
        assert main(["privacy", URN, "id:1"]) == 1


def test_X5_what_was_planted_is_nowhere_but_where_it_was_asked_for(night: Night) -> None:
    """X5, in one: the night takes longer than the search."""
    a_token_is_in_no_file_but_the_encrypted_one_and_in_no_word(night)
    a_password_is_in_the_list_that_was_handed_out_and_nowhere_else(night)
    a_child_is_in_the_store_and_the_files_asked_for_and_nowhere_else(night)
    crash_files_are_private_and_hold_places_alone(night)
    everything_that_is_written_is_for_its_owner_alone(night)


def a_token_is_in_no_file_but_the_encrypted_one_and_in_no_word(night: Night) -> None:
    """Of the store its bytes, the log beside it and every copy."""
    held = [name for name, content in night.files(".") if TOKEN.encode() in content]
    assert held == []
    assert any((night.home / "config").rglob("*")), (
        "the secrets are somewhere, and cannot be read as they are"
    )
    assert TOKEN not in night.said
    assert [words for words in night.words if TOKEN in words] == []


def a_password_is_in_the_list_that_was_handed_out_and_nowhere_else(night: Night) -> None:
    assert len(night.passwords) > 10 and all(len(each) >= 6 for each in night.passwords)
    files = list(night.files("."))
    for each in night.passwords:
        held = [name for name, content in files if each.encode() in content]
        assert held == ["handout.csv"]
        assert each not in night.said


def a_child_is_in_the_store_and_the_files_asked_for_and_nowhere_else(night: Night) -> None:
    name = night.telling[0].split()[-1].encode()
    assert any(name in content for _, content in night.files("export")), "the search must find what is there"
    told = [
        path
        for path, content in night.files(".")
        if not path.startswith(("store.sqlite3", "export/", "handout.csv"))
        for word in night.telling
        if word.encode() in content
    ]
    assert told == []
    assert [word for word in night.telling if word in night.said] == []
    assert [each for each in night.words for word in night.telling if word in each] == []


def crash_files_are_private_and_hold_places_alone(night: Night) -> None:
    crashes = [path for path in (night.home / "crashes").iterdir() if path.name.startswith("crash-")]
    assert len(crashes) == 1
    text = crashes[0].read_text()
    assert "ZeroDivisionError" in text and "in broken" in text
    assert crashes[0].stat().st_mode & 0o077 == 0
    assert TOKEN not in text
    assert [word for word in night.telling if word in text] == []


def everything_that_is_written_is_for_its_owner_alone(night: Night) -> None:
    open_to_others = [
        str(path.relative_to(night.home))
        for path in night.home.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077
    ]
    assert open_to_others == []


async def test_a_crash_in_a_screen_tells_neither_name_nor_number(
    tmp_path: Path, clean_environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    telling = f"Zoë Smith-Jones A823432100001 {TOKEN}"

    def broken() -> None:
        raise ZeroDivisionError(telling)

    with seed.estate(tmp_path) as e:
        app = Opened(e, seed.larkmere(e)).console()
        with pytest.raises(ZeroDivisionError):
            async with app.run_test() as pilot:
                await pilot.pause()
                app.call_later(broken)
                await pilot.pause()
    [filed] = (clean_environment / "crashes").iterdir()
    told = filed.read_text() + capsys.readouterr().err
    assert [word for word in ("Smith-Jones", "A823432100001", TOKEN) if word in told] == []


def test_X7_who_left_loses_the_account_by_the_next_sync_and_is_exported_as_suspended(
    clean_environment: Path,
) -> None:
    """X7, Q1: sync, unallocated, exported as suspended; nobody has to remember anything."""
    from connectors.records import Report
    from misconsole.services import exporting
    from tests.fake_mis import Bench, a_school

    with Store.open(f"sqlite:///{clean_environment}/leavers.sqlite3") as store:
        bench = Bench(store, clean_environment, a_school(20, 4))
        used = bench.one(Connection).id
        with store.write() as s:
            bulk.update(s, Connection, [{"id": used, "mis": "arbor", "route": "wonde"}])
        bench.sync()
        leaver = bench.one(Person, source_id="P3")
        bench.drop(Report.STUDENTS, "P3")
        bench.sync()
        gone = bench.one(Person, id=leaver.id)
        assert not gone.present
        [account] = [a for a in bench.rows(Account) if a.state == "unallocated"]
        folder = clean_environment / "google"
        wish = exporting.Wish(format="google", leavers=True)
        exporting.export(bench.desk, bench.urn, wish, folder)
        [row] = [
            line
            for line in (folder / "google-users.csv").read_text().splitlines()
            if account.username in line
        ]
        assert "Suspended" in row or "suspended" in row


def test_X6_the_guides_ask_for_an_account_of_the_mis_for_this_and_nothing_else() -> None:
    """X6: on-site software reads with a user of its own; interfaces are given a token that only reads."""
    from connectors import catalogue

    asked = []
    for entry in catalogue.entries():
        for route in entry.routes:
            told = " ".join(step.text for step in route.steps)
            if entry.id.startswith("sims") and route.available and "SIMS user" in told:
                asked.append((entry.id, route.route, "SIMS user for this" in told))
    assert asked and all(own for *_, own in asked)
