"""A clean environment for every test: no colour or terminal settings of the developer, no real home, no
keyring, no real store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

# Times are for the benchmarks: a slow or busy machine must not fail a property.
settings.register_profile("misconsole", deadline=None)
settings.load_profile("misconsole")

if TYPE_CHECKING:
    from data.store import Store

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
