"""Where the program keeps its store, its secrets, its settings and its crash files.

``--store``, then ``MISCONSOLE_STORE``, then a settings file, then the platform's user data folder;
``MISCONSOLE_CONFIG`` and ``MISCONSOLE_CRASHES`` move the other two.  Standard library only at import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_APP = "misconsole"
SETTINGS_FILE = "misconsole.toml"
_SQLITE = "sqlite:///"
_FIXED = Path("/etc/misconsole")  # a file here is the administrator's whatever any variable says


def store_url(arg: str | None, env: Mapping[str, str] | None = None) -> str:
    """The address of the store. A plain path is understood too; file paths are made absolute, so that a
    process started elsewhere finds the same file."""
    env = os.environ if env is None else env
    given = arg or env.get("MISCONSOLE_STORE", "") or _configured(env)
    if not given:
        return _SQLITE + str(_own("data") / "store.sqlite3")
    path = given.removeprefix(_SQLITE) if given.startswith(_SQLITE) else given
    if "://" in path:
        return given
    return _SQLITE + str(Path(path).expanduser().absolute())


def typed(text: str) -> Path:
    """A file or folder as somebody typed it, whole; "~" is the home folder, and "~nobody" only a name."""
    path = Path(text)
    with suppress(RuntimeError):
        path = path.expanduser()
    return path.absolute()


def _configured(env: Mapping[str, str]) -> str:
    from misconsole import config

    return str(config.load(env).get("store") or "")


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite store; None for a server."""
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def config_dir(env: Mapping[str, str] | None = None) -> Path:
    """Holds the secrets file where no keyring answers."""
    given = (os.environ if env is None else env).get("MISCONSOLE_CONFIG", "")
    if given:
        return Path(given).expanduser().absolute()
    return _own("config")


_LINUX = {"data": ".local/share", "config": ".config", "state": ".local/state", "cache": ".cache"}


def _own(kind: str) -> Path:
    """The user's folder of that kind as platformdirs has it; on Linux without the time it takes to import,
    for it stands between a key and the first frame (a test holds the two to the same answer)."""
    if platform() == "linux":
        given = os.environ.get(f"XDG_{kind.upper()}_HOME", "").strip()
        return (Path(given) if given else Path.home() / _LINUX[kind]) / _APP
    import platformdirs

    found: Path = getattr(platformdirs, f"user_{kind}_path")(_APP, appauthor=False)
    return found


def platform() -> str:
    """As a question, so that what is checked on one system is not passed over on another."""
    return sys.platform


def site_dir(env: Mapping[str, str] | None = None) -> Path:
    """Holds the administrator's settings. ``MISCONSOLE_SITE_CONFIG`` moves it, but never away from a file in
    /etc/misconsole."""
    if os.name == "posix" and (_FIXED / SETTINGS_FILE).exists():
        return _FIXED
    given = (os.environ if env is None else env).get("MISCONSOLE_SITE_CONFIG", "")
    if given:
        return Path(given).expanduser().absolute()
    if platform() == "linux":
        return Path("/etc/xdg") / _APP
    import platformdirs

    return Path(platformdirs.site_config_dir(_APP, appauthor=False))


def site_file(env: Mapping[str, str] | None = None) -> Path | None:
    """The administrator's settings, None where there are none; asked before anything that reads them."""
    path = site_dir(env) / SETTINGS_FILE
    return path if os.path.lexists(path) else None


def state_dir(env: Mapping[str, str] | None = None) -> Path:
    """Holds what each person's console remembers of them."""
    given = (os.environ if env is None else env).get("MISCONSOLE_STATE", "")
    if given:
        return Path(given).expanduser().absolute()
    return _own("state")


def crash_dir(env: Mapping[str, str] | None = None) -> Path:
    given = (os.environ if env is None else env).get("MISCONSOLE_CRASHES", "")
    if given:
        return Path(given).expanduser().absolute()
    return _own("state") / "crashes"


def work_dir(env: Mapping[str, str] | None = None) -> Path:
    """A private folder for what a run must have on disk while it reads; made when it is missing."""
    given = (os.environ if env is None else env).get("MISCONSOLE_WORK", "")
    found = Path(given).expanduser().absolute() if given else _own("cache") / "work"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found
