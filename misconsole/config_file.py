"""One settings file: read, checked against the list of settings, each mistake told with its line.

A file that says who may do what is believed only if nobody else could have written it: it belongs to root or
to an administrator it names, and neither its group nor others can write it or its folder.
Standard library only, and TOML is read only where a file exists.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from misconsole.config_settings import SETTINGS, setting
from misconsole.errors import Exit, MisconsoleError

Name = tuple[str, ...]
LARGEST = 1024 * 1024


class ConfigProblem(MisconsoleError):
    """A settings file, variable or flag that cannot be used; ``message`` names file and line."""

    code = "bad_config"
    exit = Exit.USAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """``line`` is 0 where a mistake is about the whole file."""

    path: Path
    line: int
    message: str
    mend: str = ""

    def problem(self) -> ConfigProblem:
        where = f"{self.path}, line {self.line}" if self.line else str(self.path)
        return ConfigProblem(f"{where}: {self.message}", mend=self.mend)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Values by their name in parts, the line each stands in, and what is wrong."""

    path: Path
    values: Mapping[Name, Any]
    lines: Mapping[Name, int]
    mistakes: tuple[Mistake, ...] = ()


def read(path: Path, *, site: bool) -> Read | None:
    """The file as it is; None where there is none. What is wrong with it comes back as ``mistakes``."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        return _bad(path, f"cannot be read: {error.strerror}.", "Let everybody read it: chmod a+r.")
    with os.fdopen(handle, "rb") as file:
        status, content = os.fstat(handle), file.read(LARGEST + 1)
    if len(content) > LARGEST:
        return _bad(path, "is too large to be a settings file.", "Name another.")
    import tomllib

    try:
        text = content.decode()
        whole = tomllib.loads(text)
    except UnicodeDecodeError:
        return _bad(path, "is not UTF-8 text.", "Save it as UTF-8.")
    except tomllib.TOMLDecodeError as error:
        return _not_toml(path, str(error))
    values = dict(_flat(whole, ()))
    lines = dict(_lines(text))
    mistakes = [*_unsafe(path, status, values, site=site), *_wrong(path, values, lines, site=site)]
    return Read(path=path, values=values, lines=lines, mistakes=tuple(mistakes))


def _bad(path: Path, message: str, mend: str, line: int = 0) -> Read:
    return Read(
        path=path, values={}, lines={}, mistakes=(Mistake(path=path, line=line, message=message, mend=mend),)
    )


def _not_toml(path: Path, said: str) -> Read:
    """tomllib tells the place in words: "… (at line 3, column 7)"."""
    what, _, place = said.partition(" (at line ")
    digits = place.partition(",")[0]
    line = int(digits) if digits.isdigit() else 0
    return _bad(
        path, f"this is not TOML: {what}.", "Text stands in quotes, a list in [ ], a section in [name].", line
    )


def _flat(table: Mapping[str, Any], above: Name) -> Iterator[tuple[Name, Any]]:
    for key, value in table.items():
        name = (*above, key)
        if isinstance(value, dict):
            yield from _flat(value, name)
        else:
            yield name, value


def _lines(text: str) -> Iterator[tuple[Name, int]]:
    """The line of each section and key, as far as it can be told line by line."""
    import tomllib

    section: Name = ()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        header = stripped.startswith("[")
        key = stripped if header else f"{stripped.partition('=')[0]} = 0"
        try:
            named = _deepest(tomllib.loads(key))
        except tomllib.TOMLDecodeError:
            continue
        if header:
            section = named
            yield section, number
        else:
            yield (*section, *named), number


def _deepest(table: Any) -> Name:
    name: Name = ()
    while isinstance(table, dict) and table:
        key, table = next(iter(table.items()))
        name = (*name, key)
    return name


def _unsafe(
    path: Path, status: os.stat_result, values: Mapping[Name, Any], *, site: bool
) -> Iterator[Mistake]:
    if os.name != "posix":
        return
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Mistake(path=path, line=0, message="others can write it, so it is not believed.",
                      mend=f"chmod go-w {path}")  # fmt: skip
    if site and status.st_uid != 0 and not _is_administrator(status.st_uid, values):
        yield Mistake(path=path, line=0, message="it belongs to neither root nor an administrator it names.",
                      mend=f"chown root {path}")  # fmt: skip
    if not site and status.st_uid not in (0, os.getuid()):
        yield Mistake(path=path, line=0, message="it belongs to somebody else, so it is not believed.",
                      mend=f"Remove it, or make it yours: chown $USER {path}")  # fmt: skip


def _is_administrator(uid: int, values: Mapping[Name, Any]) -> bool:
    import pwd

    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        return False
    named = values.get(("roles", "administrator"), ())
    return isinstance(named, list) and (name in named or f"user:{name}" in named)


def _wrong(
    path: Path, values: Mapping[Name, Any], lines: Mapping[Name, int], *, site: bool
) -> Iterator[Mistake]:
    for name, value in values.items():
        found, dotted = setting(name), ".".join(name)
        line = lines.get(name, 0)
        if found is None:
            yield Mistake(path=path, line=line, message=f"there is no setting “{dotted}”.{_near(dotted)}",
                          mend="misconsole config show lists the settings.")  # fmt: skip
        elif found.site_only and not site:
            yield Mistake(path=path, line=line, message=f"only the administrator's file may say {dotted}.",
                          mend="Take it out of your own file.")  # fmt: skip
        elif not found.check(value):
            yield Mistake(path=path, line=line, message=f"{dotted} takes {found.takes}.", mend=found.doc)


def _near(dotted: str) -> str:
    import difflib

    names = [each.name for each in SETTINGS]
    near = difflib.get_close_matches(dotted, names, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""
