"""Worlds and servers for the simulator's tests; all days are fixed, nothing asks a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date

import httpx
import pytest

from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import World, build_world

TODAY = date(2026, 1, 14)


class Desk:
    """A running simulator with a client that carries the token, and its control."""

    def __init__(self, simulator: Simulator, client: httpx.Client) -> None:
        self.simulator, self.client, self.world = simulator, client, simulator.world
        self.control = Control(simulator.url, simulator.control_key)

    def path(self, slug: str, rest: str = "") -> str:
        return f"schools/{self.world.school(slug).wonde_id}/{rest}".rstrip("/")

    def get(self, slug: str, rest: str = "", **params: str) -> httpx.Response:
        return self.client.get(self.path(slug, rest), params=params)

    def rows(self, slug: str, rest: str, **params: str) -> list[dict[str, object]]:
        """Every record of a collection, read by following ``next``."""
        found, url = [], str(self.get(slug, rest, per_page="200", **params).url)
        while url:
            document = self.client.get(url).json()
            found += document["data"]
            pages = document["meta"].get("pagination", {"more": False})
            url = pages["next"] if pages["more"] else ""
        return found


@pytest.fixture(scope="session")
def estate() -> World:
    """The whole estate, as built; tests must not change it."""
    return build_world(today=TODAY)


@pytest.fixture
def serve() -> Iterator[Callable[..., Desk]]:
    """Serves a small world: ``serve("saltmere", approved=("all",))``."""
    with ExitStack() as stack:

        def start(*slugs: str, approved: tuple[str, ...] = ("all",), scale: float = 1.0) -> Desk:
            world = build_world(today=TODAY, schools=slugs, scale=scale)
            simulator = stack.enter_context(Simulator(world, approved=approved))
            headers = {"Authorization": f"Bearer {simulator.token}"}
            client = httpx.Client(base_url=simulator.wonde_url, headers=headers, trust_env=False)
            return Desk(simulator, stack.enter_context(client))

        yield start
