"""How the contract test plays a school to a connector it knows nothing about.

A connector joins by a module ``harness_<slug>.py`` beside this one with ``HARNESS = Harness(...)``;
nothing else is touched.
``serve`` makes the connector's source (a server, a file) out of plain people and gives the
``Setup`` that reads it; the same person may be listed twice.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from connectors import registry
from connectors.base import Connector, Setup
from connectors.records import Batch, ExtractRequest, Report

TODAY = date(2026, 1, 15)
CANARY = "canary-2c9e7f15ab"  # what a harness uses for every secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """``role`` "pupil" or "staff". ``form`` names the registration group or class they are in."""

    id: str
    role: str = "pupil"
    given: str = "Nia"
    family: str = "Okonjo-Hale"
    born: date | None = date(2013, 11, 2)
    form: str = "7KES"


@dataclass(slots=True)
class Served:
    """``writes``: what the connector did besides reading (method and path, or file); must stay empty."""

    setup: Setup
    writes: Callable[[], Sequence[str]] = field(default=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harness:
    """``make``   the connector for a setup, with patience fit for a test
    ``serve``  people → a context that gives Served; ``cancelled`` goes into its setup, and ``around`` (see
               ``troubles``) makes what is served out of what would be: of a server's answers a function of
               another's, of files, name → content, others
    ``token``  the path where tokens are given, blank where none are; ``page`` rows its server gives a page
    ``roll``   the file the pupils stand in, of a connector that reads files
    ``broken`` name → a context whose source is broken in that way; every method must end in ConnectorError
    ``cannot`` hostile texts the format can't carry: there a clear error is asked for instead"""

    route: str
    make: Callable[[Setup], Connector]
    serve: Callable[..., AbstractContextManager[Served]]
    broken: dict[str, Callable[[], AbstractContextManager[Served]]] = field(default_factory=dict)
    cannot: frozenset[str] = frozenset()
    token: str = ""
    page: int = 0
    roll: str = ""


def harnesses() -> dict[str, Harness]:
    """Route → harness, of every ``harness_*.py`` here."""
    found: dict[str, Any] = {}
    for path in sorted(Path(__file__).parent.glob("harness_*.py")):
        harness = importlib.import_module(path.stem).HARNESS
        found[harness.route] = harness
    return found


PEOPLE = (
    Person(id="A1"),
    Person(id="A2", given="Ada", family="Hale"),
    Person(id="S1", role="staff", given="Femi", family="Hale", born=date(1981, 5, 23)),
)


def reports_of(harness: Harness) -> frozenset[Report]:
    return frozenset(offer.report for offer in registry.declaration(harness.route).reports)


def read(harness: Harness, people: tuple[Person, ...], **more: Any) -> list[Any]:
    with harness.serve(people) as served:
        connector = harness.make(served.setup)
        try:
            items = list(connector.extract(ExtractRequest(reports=reports_of(harness), today=TODAY, **more)))
        finally:
            connector.close()
        assert list(served.writes()) == []
    return items


def records(items: list[Any], kind: type) -> list[Any]:
    return [r for item in items if isinstance(item, Batch) for r in item.records if isinstance(r, kind)]
