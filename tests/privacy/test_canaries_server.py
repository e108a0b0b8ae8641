"""A first day on PostgreSQL, by commands alone; the password in the address is a canary all the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from misconsole.__main__ import main
from misconsole.services import privacy
from tests.postgresql import PASSWORD, Server, name_of
from tests.privacy.test_canaries import own_process

URN = "990006"


class Asked:
    """Runs commands and keeps all that they said."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd
        self.said = ""
        self.words: list[str] = []

    def __call__(self, *words: str, code: int | tuple[int, ...] = 0) -> str:
        got = main(list(words))
        out, err = self._capfd.readouterr()
        self.said += out + err
        assert got in ((code,) if isinstance(code, int) else code), (words, got, out, err)
        return out or err

    def json(self, *words: str, code: int | tuple[int, ...] = 0) -> Any:
        return json.loads(self(*words, "--json", code=code))

    def apart(self, *words: str) -> None:
        """As a process of its own, whose words and whose family's are noted."""
        self.words += own_process(*words)


@pytest.fixture
def url(postgresql_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database, as somebody has it who has just made it."""
    made = postgresql_server.new(empty=True)
    monkeypatch.setenv("MISCONSOLE_STORE", made)
    yield made
    postgresql_server.drop(made)


@pytest.fixture
def ask(url: str, capfd: pytest.CaptureFixture[str]) -> Asked:
    return Asked(capfd)


def test_the_first_day_of_a_school_on_a_server_tells_nobody_the_password(
    ask: Asked, url: str, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = clean_environment
    assert "There is no store" in ask("status", code=(1, 2, 3, 4, 5, 6))
    estate = build_world(today=datetime.now(UTC).date(), schools=["saltmere"], scale=0.2)
    with Simulator(estate) as simulator:
        connected(ask, simulator, home)
        ask.apart("sync", URN)
    decided(ask)
    looked_at(ask, url)
    nothing_pretends_to_copy_it(ask, url, home)
    broken(ask, monkeypatch)
    refused(ask, url, monkeypatch)

    quoted = quote(PASSWORD, safe="")
    for canary in (PASSWORD, quoted, "canary-Pg"):
        assert canary not in ask.said
        assert [each for each in ask.words if canary in each] == []
        assert [p for p in home.rglob("*") if p.is_file() and canary.encode() in p.read_bytes()] == []


def connected(ask: Asked, simulator: Simulator, home: Path) -> None:
    control = Control(simulator.url, simulator.control_key)
    (home / "token").write_text(simulator.token)
    ask("school", "add", "Saltmere Infant School", "--urn", URN, "--set", "domain=saltmere.example",
        "--set", "la_code=925", "--set", "establishment_number=2301")  # fmt: skip
    ask("connect", URN, "--mis", "scholarpack", "--set", f"url={simulator.wonde_url}",
        "--secrets-file", str(home / "token"), code=(0, 3, 4))  # fmt: skip
    (home / "token").unlink()
    ask("authorise", URN, code=(0, 3, 4))
    control.approve(URN)
    ask("authorise", URN, code=(0, 3, 4))
    ask("reports", URN, "accept", "all")


def decided(ask: Asked) -> None:
    """Everybody waits in new users, somebody is excluded, and that is taken back."""
    new = ask.json("queue", URN, "new-users")["items"]
    assert len(new) > 5
    ask("exclude", "add", URN, "--given", "Mary", "--family", "Quill", "--reason", "Court order")
    ask("undo", "--last", URN)
    assert "whole" in ask("audit", "--verify")


def looked_at(ask: Asked, url: str) -> None:
    [school] = ask.json("status", code=(0, 1, 2, 3))["schools"]
    assert school["school"] == URN and school["last_checked"] and school["waiting"]["new_users"] > 5
    ask("status", "--summary", "night", code=(0, 1, 2, 3))
    store = [each for each in ask.json("doctor", code=(0, 1))["findings"] if each["area"] == "store"]
    assert [each["state"] for each in store] == ["ok"] and "PostgreSQL" in store[0]["message"]
    shown = next(each for each in ask.json("config", "show")["settings"] if each["name"] == "store")
    assert name_of(url) in shown["value"]
    assert "EnvironmentFile=" in ask("schedule", "install", "--print")
    assert ask.json("tidy", "--rewrite")["rewritten"]


def nothing_pretends_to_copy_it(ask: Asked, url: str, home: Path) -> None:
    """The command to use instead is told."""
    assert "pg_dump" in ask("backup", "make", code=2)
    assert "pg_dump" in ask("backup", "list", code=2)
    (home / "store.dump").write_bytes(b"a dump")
    told = ask("backup", "restore", str(home / "store.dump"), "--yes", code=2)
    assert "pg_restore" in told and f"/{name_of(url)}?" in told


def broken(ask: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def quoting(*_: object, **__: object) -> object:
        raise ZeroDivisionError(PASSWORD)

    with monkeypatch.context() as change:
        change.setattr(privacy, "held", quoting)
        ask("privacy", URN, "id:1", code=1)


def refused(ask: Asked, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a wrong password nothing is told either; and on the command line it is remarked on."""
    for wrong in (url.replace("p4ss", "wr0ng"), url.replace("/" + name_of(url), "/nowhere")):
        with monkeypatch.context() as change:
            change.setenv("MISCONSOLE_STORE", wrong)
            for words in (["status"], ["find", "Anybody"], ["doctor"], ["audit", "--verify"]):
                ask(*words, code=(1, 2, 3, 4, 5, 6))
    ask("status", "--store", url, code=(0, 1, 2, 3))
    assert ".pgpass" in ask.said
