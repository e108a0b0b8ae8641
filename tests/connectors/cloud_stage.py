"""The simulated directories as stages of the contract test, and for the tests of one adapter each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from loopback import QUICK, TODAY
from target_stages import DOMAIN, Stage

from connectors.http import Limits
from connectors.simulator.cloud_directory import ADMIN, STRANGER
from connectors.simulator.server import Simulator
from connectors.simulator.world import World, build_world
from connectors.targets.base import TargetSetup

URN_OF = "larkmere"
_worlds: dict[str, World] = {}


def world() -> World:
    """One small school; only read, so one for all tests."""
    if not _worlds:
        _worlds["one"] = build_world(seed=2026, today=TODAY, schools=[URN_OF], scale=0.05)
    return _worlds["one"]


@dataclass
class Cloud:
    """A simulator with one kind of directory in view."""

    simulator: Simulator
    kind: str
    make: Callable[..., Any]
    opened: list[Any] = field(default_factory=list)

    @property
    def school(self) -> Any:
        return self.simulator.world.schools[0]

    @property
    def face(self) -> Any:
        return self.simulator.directories[self.kind]

    @property
    def there(self) -> Any:
        return self.face.directories.of(self.school)

    @property
    def typed(self) -> Any:
        return self.face.typed(self.school)

    def target(
        self, *, limits: Limits = QUICK, secrets: dict[str, str] | None = None, **settings: str
    ) -> Any:
        given = TargetSetup(
            settings={**self.typed.settings, **settings}, secrets=secrets or dict(self.typed.secrets)
        )
        self.opened.append(self.make(given, limits=limits))
        return self.opened[-1]

    def fault(self, kind: str, **how: Any) -> None:
        self.simulator.faults.add(self.school.urn, kind, **how)

    def by(self, address: str) -> dict[str, Any]:
        """The raw user of an address."""
        row = self.there.by(address)
        assert row is not None
        return dict(row)


@contextmanager
def cloud(kind: str, make: Callable[..., Any]) -> Iterator[Cloud]:
    with Simulator(world()) as simulator:
        one = Cloud(simulator, kind, make)
        try:
            yield one
        finally:
            for target in one.opened:
                target.close()


@contextmanager
def staged(
    kind: str, make: Callable[..., Any], canaries: Callable[[Cloud], tuple[str, ...]]
) -> Iterator[Stage]:
    with cloud(kind, make) as one:
        assert one.school.domain == DOMAIN
        yield Stage(
            target=one.target, stranger=f"{STRANGER}@{DOMAIN}", admin=f"{ADMIN}@{DOMAIN}",
            lose=lambda: one.fault("lost", resource="insert", times=1),
            refuse_all=lambda code: one.fault("status", code=code),
            password_of=lambda key: one.there.passwords.get(key), canaries=canaries(one),
        )  # fmt: skip
