"""What every simulated interface is made of: a request, an answer, and the ground a face stands on.

A face is one module in ``faces/`` with an attribute ``FACE``, a file writer one in ``writers/`` with an
attribute ``WRITER``, a directory that accounts are written to a face in ``directories/``; all are found by
looking.  A face knows nothing of sockets: it gets a parsed
``Request`` and gives an ``Answer``, so that every rule can be tried without a server.
"""

from __future__ import annotations

import hmac
import importlib
import json
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar
from urllib.parse import parse_qsl

from connectors.simulator.approvals import Approvals
from connectors.simulator.faults import Fault
from connectors.simulator.schools import DemoSchool
from connectors.simulator.world import World

Row = TypeVar("Row")


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request.  ``path`` the words after the face's prefix, ``url`` the whole address without its
    query, ``headers`` in lower case."""

    method: str
    prefix: str
    path: tuple[str, ...]
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    url: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """The query; of a name given twice the last value."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """A urlencoded body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def bearer(self) -> str:
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if kind.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the operator would type at the connect step for one school by one route."""

    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a face is made from.  ``origin`` is the server's own address, without a slash at its end."""

    world: World
    approvals: Approvals
    token: str = field(repr=False)
    origin: str

    def key(self, *words: str) -> str:
        """A secret of this simulator for a purpose, the same whenever it is asked for: 40 characters."""
        return hmac.new(self.token.encode(), "\0".join(words).encode(), "sha256").hexdigest()[:40]

    def approved(self, school: DemoSchool) -> bool:
        return self.approvals.of[school.urn].approved

    def online(self, school: DemoSchool) -> bool:
        return self.approvals.of[school.urn].online


class Face(Protocol):
    """One interface.  ``route`` as the connector declares it, ``prefixes`` the first word of its paths."""

    route: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]]

    def __init__(self, ground: Ground) -> None: ...

    def typed(self, school: DemoSchool) -> Typed:
        """Settings and secrets that reach ``school`` here, by the names the connector declares."""
        ...

    def aim(self, call: Call) -> tuple[str | None, str]:
        """Which school (URN) and which resource a call is about, for the faults."""
        ...

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        """Carries out the faults that act inside a list (``faults.LISTS``); the others act around it."""
        ...


class Writer(Protocol):
    """Files a MIS would leave in a folder.  Writing again replaces what it wrote before."""

    route: ClassVar[str]

    def write(self, world: World, school: DemoSchool, folder: Path, spoilt: Sequence[Fault]) -> Typed:
        """Gives the settings that read what was written."""
        ...


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, dumps(value), headers=headers)


def thinned(rows: Sequence[Row], spoilt: Sequence[Fault]) -> Sequence[Row]:
    """The rows a list holds while the faults "half" or "empty" are on."""
    for fault in spoilt:
        rows = rows[:0] if fault.kind == "empty" else rows[: len(rows) // 2] if fault.kind == "half" else rows
    return rows


def same(one: str, other: str) -> bool:
    """Compares two secrets without telling by the time it takes."""
    return hmac.compare_digest(one.encode(), other.encode())


@cache
def faces() -> dict[str, type[Face]]:
    """Route → face."""
    return {face.route: face for face in _found("faces", "FACE")}


@cache
def directories() -> dict[str, type[Face]]:
    """Kind of target → face of a directory that accounts are written to."""
    return {face.route: face for face in _found("directories", "FACE")}


@cache
def writers() -> dict[str, Writer]:
    """Route → writer of files."""
    return {writer.route: writer for writer in _found("writers", "WRITER")}


def _found(folder: str, name: str) -> list[Any]:
    package = importlib.import_module(f"connectors.simulator.{folder}")
    modules = (
        importlib.import_module(f"{package.__name__}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
    )
    return [getattr(module, name) for module in modules if hasattr(module, name)]
