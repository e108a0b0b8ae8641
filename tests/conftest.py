"""A clean environment for every test: no colour or terminal settings of the developer, no real home, no
keyring, no real store."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

# Times are for the benchmarks: a slow or busy machine must not fail a property.
settings.register_profile("misconsole", deadline=None)
settings.load_profile("misconsole")

if TYPE_CHECKING:
    from data.store import Store
    from tests.connectors.directories import Directory

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


@pytest.fixture(scope="session")
def _empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once; every test that wants a store gets a copy."""
    from data.store import Store

    path = tmp_path_factory.mktemp("empty") / "store.sqlite3"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def store(_empty_store: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store at the newest schema, in a folder of its own."""
    from data.store import Store

    path = tmp_path / "store" / "store.sqlite3"
    path.parent.mkdir(mode=0o700)
    shutil.copy(_empty_store, path)
    with Store.open(f"sqlite:///{path}") as opened:
        yield opened


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
