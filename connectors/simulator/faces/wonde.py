"""The Wonde face among the others: ``/wonde/v1.0/…`` (UK) and ``/wonde-apse2/v1.0/…`` (another region)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from connectors.simulator.face import Answer, Call, Ground, Typed, as_json
from connectors.simulator.faults import Fault
from connectors.simulator.schools import DemoSchool
from connectors.simulator.wonde_face import Face, Request

REGIONS = {"wonde": "", "wonde-apse2": "apse2"}


class WondeFace:
    route: ClassVar[str] = "wonde"
    prefixes: ClassVar[tuple[str, ...]] = tuple(REGIONS)

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.inner = Face(ground.world, ground.approvals, token=ground.token, origin=ground.origin)

    def typed(self, school: DemoSchool) -> Typed:
        """The UK host for every school: one elsewhere is found from there."""
        return Typed(
            settings={"url": f"{self.ground.origin}/wonde/v1.0/"}, secrets={"token": self.ground.token}
        )

    def aim(self, call: Call) -> tuple[str | None, str]:
        words = call.path[1:]
        meta = words[:1] == ("meta",)
        words = words[1:] if meta else words
        school = next((one for one in self.ground.world.schools if words[1:2] == (one.wonde_id,)), None)
        urn = school.urn if school else None
        if meta:
            return urn, "meta"
        return urn, words[2] if len(words) > 2 else "schools"

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        if call.path[:1] != ("v1.0",):
            return as_json({"error": "Not found."}, 404)
        request = Request(
            method=call.method, region=REGIONS[call.prefix], path=call.path[1:], query=call.query,
            authorization=call.headers.get("authorization", ""), body=call.body,
        )  # fmt: skip
        return self.inner.answer(request, spoilt)


FACE = WondeFace
