"""Driving the console as an operator does: keys in, the text of the screen and the store out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from misconsole.services.desk import Desk
from screens.console import Console
from tests import seed

LATE_ROUNDS = 25  # more rounds of settling, while messages or workers are on their way
DAYS_TO_WAIT = 200  # rounds of settling before a condition counts as never coming


@dataclass
class Opened:
    """``estate`` is the store behind the console, ``school`` the id of its first school."""

    estate: seed.Estate
    school: int

    def console(self, **how: Any) -> Console:
        @contextmanager
        def opener(_url: str) -> Iterator[Desk]:
            yield self.estate.desk("sam")

        how = {"opener": opener, "now": lambda: self.estate.now, "quiet_keys": 0.0, **how}
        return Console(self.estate.url, **how)

    @asynccontextmanager
    async def running(
        self, *keys: str, size: tuple[int, int] = (80, 24), **how: Any
    ) -> AsyncIterator[Driver]:
        app = self.console(**how)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            await driver.until(lambda: app.is_open and app.screen.query("Grid").first().loaded)  # type: ignore[attr-defined]
            await driver.press(*keys)
            yield driver


@dataclass
class Driver:
    app: Console
    pilot: Pilot[Any]

    async def settle(self) -> None:
        for _ in range(3):
            await self.pilot.pause()
            await self.app.workers.wait_for_complete()
        await self.pilot.pause()
        for _ in range(LATE_ROUNDS):
            if not self.busy:
                break
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()

    @property
    def busy(self) -> bool:
        """Something is still to be done. A pause goes by the processor's time, and where others take most of
        that, it ends before what it waits for began."""
        pumps = [self.app, *self.app._registry]
        return any(not each.is_finished for each in self.app.workers) or any(
            each.message_queue_size for each in pumps if each.is_running
        )

    async def press(self, *keys: str) -> Driver:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()
        return self

    async def type(self, text: str) -> Driver:
        await self.pilot.press(*text)
        await self.settle()
        return self

    async def until(self, true: Callable[[], bool]) -> None:
        for _ in range(DAYS_TO_WAIT):
            await self.settle()
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"never came true; the screen was:\n{self.text}")

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def grid(self) -> Any:
        screen = self.app.screen
        return screen.tab.grid if hasattr(screen, "tab") else screen.query("Grid").first()


def screen_text(app: App[Any]) -> str:
    """What the operator reads, line by line, without trailing spaces."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def tab(name: str) -> list[str]:
    """The keys from the home screen to a tab of the first school's workspace."""
    order = [
        "overview",
        "unmatched-staff",
        "unmatched-pupils",
        "unallocated",
        "exclusions",
        "non-mis",
        "accounts",
        "new-users",
        "history",
        "problems",
    ]
    return ["enter", *("right_square_bracket" for _ in range(order.index(name)))]
