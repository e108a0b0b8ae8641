"""A directory in memory that keeps to the contract of ``connectors.targets.base``; can be cut at any call.

``cut = (index, after)``: the call of that number (from 0, over every call) raises Unreachable, before its
effect or after it, as a lost answer does.  ``refuse`` maps a username to the error its changes raise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any, TypeVar

from connectors.base import Probe, SettingField
from connectors.errors import ConnectorError, Unreachable
from connectors.targets.base import (
    EXTRAS,
    Entry,
    EntryGone,
    NameTaken,
    Target,
    TargetDeclaration,
    TargetRefused,
    TargetSetup,
    Wanted,
)

T = TypeVar("T")
DECLARATION = TargetDeclaration(
    kind="memory", title="Directory in memory", extras=frozenset(EXTRAS), password_least=10,
    settings=(
        SettingField(name="host", title="address", required=True, pattern=r"[a-z0-9.-]+", hint="a host name"),
        SettingField(name="password", title="password", secret=True, required=True),
    ),
)  # fmt: skip


class MemoryDirectory:
    def __init__(self, *entries: Entry, declaration: TargetDeclaration = DECLARATION) -> None:
        self.declaration = declaration
        self.rows = {entry.remote_id: entry for entry in entries}
        self.passwords: dict[str, tuple[str, bool]] = {}
        self.cut: tuple[int, bool] | None = None
        self.refuse: dict[str, ConnectorError] = {}
        self.refuse_enable: ConnectorError | None = None  # what letting in or shutting out raises,
        self.refuse_after = False  # and whether it was done all the same
        self.hide: set[str] = set()  # remote ids that a list leaves out, though find has them
        self.end_early = False
        self.calls: list[tuple[str, str]] = []
        self.before_call: Callable[[str], None] = lambda _name: None
        self.spelling: Callable[[Entry], Entry] = lambda entry: entry
        self.closed = 0
        self._ids = count(len(entries) + 1)

    def opened(self, *_: Any) -> MemoryDirectory:
        """To be given as ``open_directory``."""
        return self

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [call for call in self.calls if call[0] not in ("probe", "entries", "find")]

    def state(self) -> dict[str, Entry]:
        return dict(self.rows)

    def _call(self, name: str, whose: str, work: Callable[[], T]) -> T:
        number = len(self.calls)
        self.calls.append((name, whose))
        self.before_call(name)
        cut_here = self.cut is not None and self.cut[0] == number
        if cut_here and self.cut and not self.cut[1]:
            raise Unreachable("The connection was cut.")
        result = work()
        if cut_here:
            raise Unreachable("The connection was cut.")
        return result

    # Target

    def probe(self) -> tuple[Probe, ...]:
        def tests() -> tuple[Probe, ...]:
            return (Probe(name="connectivity", ok=True, message="It answers."),
                    Probe(name="data", ok=True, message="It can be read and written."))  # fmt: skip

        return self._call("probe", "", tests)

    def entries(self) -> Iterator[Entry]:
        found = self._call("entries", "", lambda: [e for i, e in self.rows.items() if i not in self.hide])
        for n, entry in enumerate(found):
            if self.end_early and n == len(found) // 2:
                raise Unreachable("The list broke off.")
            yield entry

    def find(self, anchor: str) -> Entry | None:
        return self._call("find", anchor, lambda: self._marked(anchor))

    def create(self, wanted: Wanted, *, password: str, must_change: bool) -> Entry:
        def make() -> Entry:
            if (there := self._marked(wanted.anchor)) is not None:
                return there
            self._refused(wanted.username)
            self._free(wanted, "")
            if len(password) < self.declaration.password_least:
                raise TargetRefused("The password is too short.")
            entry = Entry(
                remote_id=f"r{next(self._ids)}", username=wanted.username, anchor=wanted.anchor,
                email=wanted.email, given_name=wanted.given_name, family_name=wanted.family_name,
                display_name=wanted.display_name, aliases=wanted.aliases, place=wanted.place,
                enabled=wanted.enabled, extras=dict(wanted.extras),
            )  # fmt: skip
            self.passwords[entry.remote_id] = (password, must_change)
            return self._keep(entry)

        return self._call("create", wanted.username, make)

    def update(self, remote_id: str, wanted: Wanted, *, fields: frozenset[str]) -> Entry:
        def change() -> Entry:
            entry = self._here(remote_id)
            self._refused(wanted.username)
            names = {
                n: getattr(wanted, n) for n in ("given_name", "family_name", "display_name") if n in fields
            }
            extras = {k: v for k, v in entry.extras.items() if k not in fields}
            extras |= {k: v for k, v in wanted.extras.items() if k in fields}
            aliases = entry.aliases | (wanted.aliases if "aliases" in fields else frozenset())
            return self._keep(replace(entry, **names, extras=extras, aliases=aliases))

        return self._call("update", wanted.username, change)

    def rename(self, remote_id: str, wanted: Wanted, *, keep: frozenset[str]) -> Entry:
        def change() -> Entry:
            entry = self._here(remote_id)
            self._refused(wanted.username)
            self._free(wanted, remote_id)
            email = wanted.email or entry.email
            aliases = frozenset(a for a in entry.aliases | keep if a.casefold() != email.casefold())
            return self._keep(replace(entry, username=wanted.username, email=email, aliases=aliases))

        return self._call("rename", wanted.username, change)

    def move(self, remote_id: str, place: tuple[str, ...]) -> Entry:
        return self._call("move", remote_id, lambda: self._keep(replace(self._here(remote_id), place=place)))

    def enable(self, remote_id: str, *, on: bool) -> Entry:
        def change() -> Entry:
            entry = self._here(remote_id)
            if self.refuse_enable is not None and not self.refuse_after:
                raise self.refuse_enable
            kept = self._keep(replace(entry, enabled=on))
            if self.refuse_enable is not None:
                raise self.refuse_enable
            return kept

        return self._call("enable", remote_id, change)

    def adopt(self, remote_id: str, anchor: str) -> Entry:
        def change() -> Entry:
            entry = self._here(remote_id)
            if entry.anchor not in ("", anchor):
                raise NameTaken("It bears another mark.")
            return self._keep(replace(entry, anchor=anchor))

        return self._call("adopt", remote_id, change)

    def set_password(self, remote_id: str, password: str, *, must_change: bool) -> None:
        def change() -> None:
            self._refused(self._here(remote_id).username)
            self.passwords[remote_id] = (password, must_change)

        self._call("set_password", remote_id, change)

    def delete(self, remote_id: str) -> None:
        def change() -> None:
            self.rows.pop(remote_id, None)

        self._call("delete", remote_id, change)

    def close(self) -> None:
        self.closed += 1

    # Inside

    def _marked(self, anchor: str) -> Entry | None:
        return next((entry for entry in self.rows.values() if anchor and entry.anchor == anchor), None)

    def _here(self, remote_id: str) -> Entry:
        if remote_id not in self.rows:
            raise EntryGone("The entry is not there any more.")
        return self.rows[remote_id]

    def _refused(self, username: str) -> None:
        if username in self.refuse:
            raise self.refuse[username]

    def _free(self, wanted: Wanted, me: str) -> None:
        """No name, address or alias may lead to two entries."""
        asked = {name.casefold() for name in (wanted.username, wanted.email) if name}
        for entry in self.rows.values():
            names = {name.casefold() for name in (entry.username, entry.email, *entry.aliases) if name}
            if entry.remote_id != me and asked & names:
                raise NameTaken(f"{entry.username} has that name.")

    def _keep(self, entry: Entry) -> Entry:
        self.rows[entry.remote_id] = self.spelling(entry)
        return self.rows[entry.remote_id]


def _is_a_target(directory: MemoryDirectory) -> Target:
    """mypy holds the fake to the contract."""
    return directory


#: What ``registry.make("memory", …)`` gives out, in tests that go through commands and screens.
SHARED: dict[str, MemoryDirectory] = {}


def make(setup: TargetSetup) -> MemoryDirectory:
    assert setup.secrets.get("password"), "made without its secret"
    return SHARED[setup.settings["host"]]


def register(monkeypatch: Any, directory: MemoryDirectory, *, host: str = "dc.larkmere.example") -> None:
    """Let the registry know the kind "memory" for one test."""
    import sys
    from types import ModuleType

    from connectors.targets import registry

    declared = ModuleType("tests.targets_fake.declaration")
    declared.DECLARATION = directory.declaration  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tests.targets_fake.declaration", declared)
    monkeypatch.setitem(registry.ADAPTERS, "memory", "tests.targets_fake")
    monkeypatch.setitem(SHARED, host, directory)
