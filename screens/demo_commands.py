"""Commands of the demo estate: what a school or its MIS would do, done from the palette."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from screens.asking import Asking

if TYPE_CHECKING:
    from screens.demo import DemoEstate


class DemoCommands(Asking):
    """Of the console; refused by it where no demo estate runs."""

    def _steer(self, work: Callable[[DemoEstate], None], told: str) -> None:
        estate = cast("DemoEstate", self.program.demo)
        self.ask(lambda: work(estate), lambda _: self.program.say(told, kind="good"), group="demo", each=True)

    def do_demo_approve(self) -> None:
        urn = self.program.frame.urn
        self._steer(lambda e: e.approve(urn), "The school approved the request (demo).")

    def do_demo_decline(self) -> None:
        urn = self.program.frame.urn
        self._steer(lambda e: e.decline(urn), "The school declined the request (demo).")

    def do_demo_revoke(self) -> None:
        urn = self.program.frame.urn
        self._steer(lambda e: e.revoke(urn), "The school took its approval back (demo).")

    def do_demo_day(self) -> None:
        self._steer(lambda e: e.advance(1), "A day has passed in all schools (demo).")

    def do_demo_week(self) -> None:
        self._steer(lambda e: e.advance(7), "Seven days have passed in all schools (demo).")

    def _fault(self, kind: str, told: str, **how: Any) -> None:
        """For the school in front of the operator; from the home list without one, for all."""
        urn = self.program.frame.urn or None
        self._steer(lambda e: e.fault(urn, kind, **how), told)

    def do_demo_slow(self) -> None:
        self._fault("slow", "The MIS answers slowly from now on (demo).")

    def do_demo_fail(self) -> None:
        self._fault("status", "The MIS answers with errors from now on (demo).")

    def do_demo_busy(self) -> None:
        self._fault(
            "status", code=429, retry_after=1, told="The MIS says it is asked too often from now on (demo)."
        )

    def do_demo_half(self) -> None:
        self._fault("half", "Reading breaks off half way from now on (demo).")

    def do_demo_clear(self) -> None:
        self._steer(lambda e: e.clear_faults(), "Every simulated MIS behaves again (demo).")
