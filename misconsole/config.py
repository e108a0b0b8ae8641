"""Settings of the installation: the administrator's file, then the user's own, then variables, then flags.

What each later place says wins, but for what only narrows (``read_only``: said anywhere, it holds) and what
only the administrator may say (roles).  Standard library only, and nothing but two looks for a file where
there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.config_file import ConfigProblem, Mistake, Name, Read, read
from misconsole.config_settings import SETTINGS, Setting, setting
from misconsole.paths import SETTINGS_FILE

if TYPE_CHECKING:
    from misconsole.grades import Standing

FILE = SETTINGS_FILE
NO_FLAGS: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One setting's value and where it was said: a file with its line, a variable, a flag, or the default."""

    name: str
    value: Any
    source: str
    setting: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """``get`` a value by its dotted name; ``under`` gives what was said of a section, as nested dicts."""

    told: Mapping[Name, Told]
    files: tuple[Read, ...] = ()

    def get(self, name: str) -> Any:
        found = self.told.get(tuple(name.split(".")))
        return found.value if found else _default(name)

    def source(self, name: str) -> str:
        found = self.told.get(tuple(name.split(".")))
        return found.source if found else "default"

    def under(self, *section: str) -> dict[str, Any]:
        """``under("notify")`` -> {"desk": {"url": …}}."""
        made: dict[str, Any] = {}
        for name, each in self.told.items():
            if name[: len(section)] == section and len(name) > len(section):
                place = made
                for part in name[len(section) : -1]:
                    place = place.setdefault(part, {})
                place[name[-1]] = each.value
        return made

    def listed(self) -> tuple[Told, ...]:
        """Every setting in the order of the list, those not said with their default."""
        return tuple(self._listed())

    def _listed(self) -> Iterator[Told]:
        for each in SETTINGS:
            said = [told for told in self.told.values() if told.setting is each]
            if said:
                yield from said
            elif "*" not in each.name:
                yield Told(name=each.name, value=each.default, source="default", setting=each)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        return tuple(mistake for file in self.files for mistake in file.mistakes)


def _default(name: str) -> Any:
    found = setting(tuple(name.split(".")))
    if found is None:
        raise KeyError(name)
    return found.default


def paths(env: Mapping[str, str]) -> tuple[Path, Path]:
    """The administrator's file and the user's own, whether they exist or not."""
    from misconsole import paths as places

    return places.site_dir(env) / FILE, places.config_dir(env) / FILE


def load(env: Mapping[str, str], flags: Mapping[str, Any] = NO_FLAGS) -> Config:
    """Raises ConfigProblem with the first mistake; ``look`` gives them all."""
    found = look(env, flags)
    if found.mistakes:
        raise found.mistakes[0].problem()
    return found


def look(env: Mapping[str, str], flags: Mapping[str, Any] = NO_FLAGS) -> Config:
    """As ``load``, mistakes of files in ``mistakes``. ``flags`` are by setting name; None is not said."""
    site, own = paths(env)
    files = [read(site, site=True), read(own, site=False) if own != site else None]
    told: dict[Name, Told] = {}
    for file in files:
        for name, value in file.values.items() if file and not file.mistakes else ():
            line = file.lines.get(name, 0) if file else 0
            _say(
                told, name, value, f"{file.path if file else ''}:{line}" if line else str(file and file.path)
            )
    for each in SETTINGS:
        if each.env and env.get(each.env, ""):
            _say(told, tuple(each.name.split(".")), _from_env(each, env[each.env]), each.env)
    for dotted, value in flags.items():
        if value is not None and value is not False and value != "":
            name = tuple(dotted.split("."))
            found = setting(name)
            _say(told, name, value, found.flag if found else "flag")
    return Config(told=told, files=tuple(each for each in files if each is not None))


def _from_env(each: Setting, text: str) -> Any:
    value = each.of_text(text)
    if not each.check(value):
        raise ConfigProblem(f"{each.env} takes {each.takes}.", mend=each.doc)
    return value


def _say(told: dict[Name, Told], name: Name, value: Any, source: str) -> None:
    found = setting(name)
    if found is None:
        return
    if found.narrows and name in told and told[name].value:
        return
    told[name] = Told(name=".".join(name), value=value, source=source, setting=found)


def standing(env: Mapping[str, str], config: Config | None = None) -> tuple[str, Standing | None]:
    """The account in front, and its roles; None where no file says who may do what."""
    from misconsole import grades

    config = config or load(env)
    roles, schools = config.under("roles"), config.under("schools")
    who = grades.behind(str(roles.get("service_account", "")), env)
    if not roles and not schools:
        return who.name, None
    at_schools = {school: said.get("roles", {}) for school, said in schools.items()}
    return who.name, grades.standing(who, roles, at_schools)


def only(env: Mapping[str, str]) -> frozenset[str] | None:
    """The schools whoever is in front is bound to; None where they see all of them."""
    from misconsole import paths as places

    if places.site_file(env) is None:
        return None
    held = standing(env)[1]
    return held.only if held else None


def is_throw_away(url: str) -> bool:
    """Whether the store is a demo estate's: everybody may do everything there.

    Asked of the folder the file really lies in: a link to a school's store from a folder of one's own must
    not take the roles away.
    """
    from misconsole import paths as places

    path = places.sqlite_path(url)
    return path is not None and (path.resolve().parent / "estate.json").is_file()
