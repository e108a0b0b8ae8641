"""The doctor at a store on a server: who it is, what its role may do, and where its password lies open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from misconsole.__main__ import main
from tests.postgresql import PASSWORD, Server, name_of


@pytest.fixture
def url(postgresql_server: Server) -> Iterator[str]:
    made = postgresql_server.new()
    yield made
    postgresql_server.drop(made)


def store_findings(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    main(["doctor", "--json"])
    said = capsys.readouterr()
    assert "canary" not in said.out + said.err
    return [each for each in json.loads(said.out)["findings"] if each["area"] in ("store", "backup")]


def test_it_tells_the_server_and_that_backups_are_the_servers(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MISCONSOLE_STORE", url)
    store, backup = store_findings(capsys)
    assert (store["state"], backup["state"]) == ("ok", "ok")
    assert store["message"].startswith(f"{name_of(url)} on ") and "PostgreSQL 1" in store["message"]
    assert "pg_dump" in backup["message"]


def test_a_role_that_may_do_everything_is_remarked_on(
    url: str, postgresql_server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MISCONSOLE_STORE", postgresql_server.url(name_of(url), role="postgres"))
    _, role, _ = store_findings(capsys)
    assert role["state"] == "attention" and "everything" in role["message"]


def test_a_password_in_settings_that_others_can_read_is_wrong_until_they_cannot(
    url: str, clean_environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MISCONSOLE_STORE")
    file = clean_environment / "config" / "misconsole.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"store = {json.dumps(url)}\n")
    file.chmod(0o644)
    assert PASSWORD not in file.read_text() and "canary" in file.read_text()
    first = store_findings(capsys)[0]
    assert first["state"] == "problem" and str(file) in first["message"] and ".pgpass" in first["mend"]
    file.chmod(0o600)
    assert [each["state"] for each in store_findings(capsys)] == ["ok", "ok"]


def test_a_server_that_is_not_there_is_told_once(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MISCONSOLE_STORE", url.replace("&port=5432", "&port=9"))
    [wrong] = [each for each in store_findings(capsys) if each["area"] == "store"]
    assert wrong["state"] == "problem" and "does not answer" in wrong["message"]
