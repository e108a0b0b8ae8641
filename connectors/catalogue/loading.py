"""Reads the catalogue's TOML and refuses anything it does not understand, naming file and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from connectors import registry
from connectors.catalogue.shapes import (
    KINDS,
    ROUTE_KINDS,
    STEP_KINDS,
    SUPPLY,
    WINDOW,
    Entry,
    Force,
    Note,
    RouteEntry,
    Step,
)
from connectors.records import Report

HERE = Path(__file__).parent
HOURS = re.compile(r"(daily|weekdays) ([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
NOT_HERE = "This console has no connector for this route yet; use another route or OneRoster files."


class CatalogueProblem(Exception):
    """A file of the catalogue is wrong.  ``where`` is ``arbor.toml: routes[0].kind``."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where


class Table:
    """A TOML table that knows where it stands and that every key of it was read."""

    def __init__(self, where: str, values: Any) -> None:
        if not isinstance(values, dict):
            raise CatalogueProblem(where, "should be a table")
        self.where = where
        self._left = dict(values)

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        if key not in self._left:
            if default is None:
                raise self.problem(key, "is missing")
            return default
        value = self._left.pop(key)
        if type(value) is not kind:
            raise self.problem(key, f"should be {kind.__name__}, not {type(value).__name__}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return str(self.take(key, str, default))

    def word(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise self.problem(key, f"is {value!r}, not one of {', '.join(allowed)}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, [])
        if not all(isinstance(v, str) and v for v in values):
            raise self.problem(key, "should be a list of words")
        return tuple(values)

    def texts(self, key: str) -> dict[str, str]:
        values = self.take(key, dict, {})
        for name, value in values.items():
            if not isinstance(value, str):
                raise self.problem(f"{key}.{name}", "should be text")
        return dict(values)

    def tables(self, key: str) -> Iterator[Table]:
        for index, value in enumerate(self.take(key, list, [])):
            yield Table(f"{self.where}{key}[{index}].", value)

    def done(self) -> None:
        for key in self._left:
            raise self.problem(key, "is not known here")

    def problem(self, key: str, message: str) -> CatalogueProblem:
        return CatalogueProblem(f"{self.where}{key}", message)


def load(folder: Path = HERE) -> tuple[Entry, ...]:
    """All entries.  Raises CatalogueProblem; also when two of them claim one name."""
    guides = {path.stem: _guide(path) for path in sorted((folder / "guides").glob("*.toml"))}
    entries = tuple(_entry(path, guides) for path in sorted((folder / "mis").glob("*.toml")))
    claimed: dict[str, str] = {}
    for entry in entries:
        for name in entry.names:
            if claimed.setdefault(name, entry.id) != entry.id:
                raise CatalogueProblem(f"{entry.id}.toml: aliases", f"{name!r} is also {claimed[name]}")
    return entries


def _read(path: Path) -> Table:
    try:
        return Table(f"{path.name}: ", tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CatalogueProblem(path.name, str(problem)) from None


class Guide:
    """What a route is for every MIS, before the MIS adds its own."""

    def __init__(self, table: Table) -> None:
        self.title = table.text("title")
        self.kind = table.word("kind", ROUTE_KINDS)
        self.schedule = table.text("schedule", "")
        self.window = _window(table)
        self.reason = table.text("reason", NOT_HERE)
        self.reports = _reports(table, "reports")
        self.report_reasons = table.texts("report_reasons")
        self.limits = table.texts("limits")
        self.force_run = _force(table)
        self.steps = tuple(_step(t) for t in table.tables("steps"))
        self.notes = tuple(_note(t) for t in table.tables("notes"))
        table.done()


def _guide(path: Path) -> Guide:
    return Guide(_read(path))


def _entry(path: Path, guides: Mapping[str, Guide]) -> Entry:
    table = _read(path)
    entry_id = table.text("id")
    if entry_id != path.stem:
        raise table.problem("id", f"is {entry_id!r}, but the file is {path.name}")
    window = _window(table)
    entry = Entry(
        id=entry_id,
        title=table.text("title"),
        kind=table.word("kind", KINDS),
        dated=table.take("dated", date),
        aliases=table.words("aliases"),
        shown_as=table.text("shown_as", ""),
        installs=table.take("installs", bool, False),
        on_site_software=table.text("on_site_software"),
        routes=tuple(_route(t, guides, window) for t in table.tables("routes")),
        notes=tuple(_note(t) for t in table.tables("notes")),
    )
    table.done()
    return entry


def _window(table: Table) -> str:
    window = table.text("window", "")
    if window and not HOURS.fullmatch(window):
        raise table.problem("window", f"is {window!r}, not such as 'daily 19:00-22:00'")
    return window


def _route(table: Table, guides: Mapping[str, Guide], window: str) -> RouteEntry:
    route = table.text("route")
    if route not in guides:
        raise table.problem("route", f"is {route!r}, which has no file in guides/")
    guide = guides[route]
    available = registry.has(route)
    entry = RouteEntry(
        route=route,
        title=table.text("title", guide.title),
        kind=guide.kind,
        available=available,
        reason="" if available else table.text("reason", guide.reason),
        reports={**guide.reports, **_reports(table, "reports")},
        report_reasons={**guide.report_reasons, **table.texts("report_reasons")},
        limits={**guide.limits, **table.texts("limits")},
        schedule=table.text("schedule", guide.schedule),
        window=_window(table) or window or guide.window or WINDOW,
        force_run=_force(table, guide.force_run),
        accept_by=table.word("accept_by", ("any", "headteacher"), "any"),
        steps=_steps(table, guide.steps) if available else (),
        notes=guide.notes + tuple(_note(t) for t in table.tables("notes")),
    )
    if available:
        table.text("reason", "")
    else:
        _steps(table, guide.steps)
    table.done()
    return entry


def _steps(table: Table, common: tuple[Step, ...]) -> tuple[Step, ...]:
    """The route's steps, with those of this MIS put before the step they name (``before``)."""
    steps = list(common)
    for extra in table.tables("steps"):
        before = extra.text("before")
        place = next((i for i, step in enumerate(steps) if step.id == before), None)
        if place is None:
            raise extra.problem("before", f"names no step of the route: {before!r}")
        steps.insert(place, _step(extra))
    return tuple(steps)


def _step(table: Table) -> Step:
    step = Step(
        id=table.text("id"),
        title=table.text("title"),
        text=table.text("text"),
        kind=table.word("kind", STEP_KINDS),
        link=table.text("link", ""),
        fields=table.words("fields"),
    )
    table.done()
    return step


def _note(table: Table) -> Note:
    note = Note(situation=table.text("situation"), text=table.text("text"))
    table.done()
    return note


def _force(table: Table, default: Force | None = None) -> Force:
    values = table.take("force_run", dict, {})
    if not values and default is not None:
        return default
    inner = Table(f"{table.where}force_run.", values)
    force = Force(
        word=inner.word("word", ("yes", "no", "in-mis", "on-site"), "no"),
        wait_minutes=inner.take("wait_minutes", int, 0),
        result_after=inner.take("result_after", int, 0),
        text=inner.text("text", ""),
    )
    inner.done()
    return force


def _reports(table: Table, key: str) -> dict[str, str]:
    values = table.texts(key)
    for name, word in values.items():
        if name not in set(Report):
            raise table.problem(f"{key}.{name}", "is no report")
        if word not in SUPPLY:
            raise table.problem(f"{key}.{name}", f"is {word!r}, not one of {', '.join(SUPPLY)}")
    return values
