"""Where things are kept, and who may choose."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from misconsole import paths


def test_the_option_wins_over_the_environment_and_that_over_the_default(tmp_path: Path) -> None:
    env = {"MISCONSOLE_STORE": f"sqlite:///{tmp_path}/env.sqlite3"}
    assert paths.store_url("/data/arg.sqlite3", env) == "sqlite:////data/arg.sqlite3"
    assert paths.store_url(None, env) == f"sqlite:///{tmp_path}/env.sqlite3"
    assert paths.store_url(None, {}).endswith("/misconsole/store.sqlite3")


def test_a_path_is_made_absolute_so_that_another_process_finds_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = f"sqlite:///{tmp_path}/here.sqlite3"
    assert paths.store_url("here.sqlite3", {}) == expected
    assert paths.store_url("sqlite:///here.sqlite3", {}) == expected
    assert paths.sqlite_path(expected) == tmp_path / "here.sqlite3"


def test_a_server_has_an_address_and_no_path() -> None:
    url = "postgresql+psycopg://desk@db.example/misconsole"
    assert (paths.store_url(url, {}), paths.sqlite_path(url)) == (url, None)


def test_the_default_folders_are_the_platforms_and_can_be_moved(
    clean_environment: Path, tmp_path: Path
) -> None:
    assert paths.config_dir({}) == clean_environment / "config" / "misconsole"
    assert paths.crash_dir({}) == clean_environment / "state" / "misconsole" / "crashes"
    assert paths.config_dir({"MISCONSOLE_CONFIG": str(tmp_path)}) == tmp_path
    assert paths.crash_dir({"MISCONSOLE_CRASHES": str(tmp_path)}) == tmp_path


def test_the_work_folder_is_private(tmp_path: Path) -> None:
    made = paths.work_dir({"MISCONSOLE_WORK": str(tmp_path / "work")})
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_path_is_taken_as_typed_and_a_home_that_nobody_has_is_only_a_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert paths.typed("~/x.csv") == tmp_path / "x.csv"
    assert paths.typed("~nobody-of-that-name/x.csv") == tmp_path / "~nobody-of-that-name" / "x.csv"
    assert paths.typed("/") == Path("/")


@pytest.mark.skipif(sys.platform != "linux", reason="only there is platformdirs not asked")
@pytest.mark.parametrize("given", ["", "/srv/elsewhere"])
@pytest.mark.parametrize("kind", ["data", "config", "state", "cache"])
def test_folders_of_ones_own_are_those_of_platformdirs(
    kind: str, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import platformdirs

    if given:
        monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", given)
    else:
        monkeypatch.delenv(f"XDG_{kind.upper()}_HOME", raising=False)
    assert paths._own(kind) == getattr(platformdirs, f"user_{kind}_path")("misconsole", appauthor=False)
