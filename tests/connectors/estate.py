"""The demo estate for tests of one connector: some of its schools served, and what is typed there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any

from loopback import TODAY, TOKEN

from connectors.base import SchoolRef, Setup
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world


@contextmanager
def serving_estate(*schools: str, scale: float = 1.0) -> Iterator[Simulator]:
    """All schools approved; the whole estate where none is named."""
    world = build_world(today=TODAY, schools=_named(schools), scale=scale)
    with Simulator(world, token=TOKEN, approved=("all",)) as simulator:
        yield simulator


def _named(schools: Sequence[str]) -> list[str] | None:
    return list(schools) or None


def setup_in(simulator: Simulator, slug: str, typed: Any, *, more: dict[str, str], **also: Any) -> Setup:
    """``typed`` what the route's face tells of the school; ``more`` settings besides.  It is noon there."""
    demo = simulator.world.school(slug)
    noon = datetime.combine(simulator.world.today, time(12), UTC)
    school = SchoolRef(
        urn=demo.urn, name=demo.name, la_code=demo.la_code, establishment_number=demo.establishment_number
    )
    told = {"settings": {**typed.settings, **more}, "secrets": typed.secrets, "now": lambda: noon, **also}
    return Setup(school=school, **told)
