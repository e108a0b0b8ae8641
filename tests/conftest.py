"""A clean environment for every test: no colour or terminal settings of the developer, no real home, no
keyring, no real store."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import stores

# Times are for the benchmarks: a slow or busy machine must not fail a property.
settings.register_profile("misconsole", deadline=None)
settings.load_profile("misconsole")

if TYPE_CHECKING:
    from data.store import Store
    from tests.connectors.directories import Directory
    from tests.postgresql import Server

_CLEARED = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "ESCDELAY", "SSH_CONNECTION", "COLUMNS", "LINES")
_CLEARED_PREFIXES = ("TEXTUAL", "MISCONSOLE", "XDG_", "PYTHON_KEYRING")


@pytest.fixture(autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Home, store, secrets and crash files in a folder of this test; returns that folder."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name in _CLEARED or name.startswith(_CLEARED_PREFIXES):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    for name in ("DATA", "CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("MISCONSOLE_STORE", f"sqlite:///{home}/store.sqlite3")
    monkeypatch.setenv("MISCONSOLE_CONFIG", str(home / "config"))
    monkeypatch.setenv("MISCONSOLE_CRASHES", str(home / "crashes"))
    monkeypatch.setenv("MISCONSOLE_WORK", str(home / "work"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return home


@pytest.fixture(scope="session", autouse=True)
def _commits_without_the_disk() -> None:
    """A store in this process outlives a kill as ever, but not a power cut, which no test makes: waiting for
    the disk at every commit was a tenth of what tests with a store took."""
    from sqlalchemy import Engine, event

    def connected(dbapi: object, _record: object) -> None:
        if isinstance(dbapi, sqlite3.Connection):
            dbapi.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", connected)


@pytest.fixture(scope="session")
def _empty_store() -> Path:
    """Migrated once; every test that wants a file gets a copy."""
    return stores.empty_file()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store at the newest schema, in a folder of its own."""
    from data.store import Store

    with Store.open(stores.url_at(tmp_path / "store" / "store.sqlite3")) as opened:
        yield opened


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked ``every_store`` runs on each kind of store there is."""
    if metafunc.definition.get_closest_marker("every_store"):
        metafunc.parametrize("_kind_of_store", stores.KINDS, indirect=True)


@pytest.fixture(autouse=True)
def _kind_of_store(request: pytest.FixtureRequest) -> Iterator[None]:
    if getattr(request, "param", os.environ.get("TESTS_STORE", "sqlite")) == "sqlite":
        yield
        return
    with stores.on(request.getfixturevalue("postgresql_server")):
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """Started once for all tests that ask for it; each gets databases of its own."""
    from tests import postgresql

    with postgresql.running() as server:
        yield server


@pytest.fixture(scope="session")
def open_ldap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """A directory server, started once for all tests that ask for it."""
    from tests.connectors.directories import openldap

    with openldap(tmp_path_factory.mktemp("slapd")) as directory:
        yield directory


@pytest.fixture(scope="session")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """A domain controller, likewise."""
    from tests.connectors.directories import samba

    with samba(tmp_path_factory.mktemp("domain")) as directory:
        yield directory


@pytest.fixture
def new_base() -> Iterator[Callable[[Directory], str]]:
    """Makes an empty organisational unit for this test alone, and takes it away with all that is in it."""
    made: list[tuple[Directory, str]] = []

    def make(directory: Directory) -> str:
        base = f"ou=T{uuid.uuid4().hex[:8]},{directory.suffix}"
        directory.make(base, objectClass=["organizationalUnit"])
        made.append((directory, base))
        return base

    yield make
    for directory, base in made:
        directory.clear(base)
