"""One OneRoster CSV package in a folder, as a nightly export would leave it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from connectors.simulator.face import Typed
from connectors.simulator.faults import Fault
from connectors.simulator.oneroster_files import write_oneroster
from connectors.simulator.schools import DemoSchool
from connectors.simulator.world import World


class OneRosterWriter:
    route: ClassVar[str] = "oneroster-csv"

    def write(self, world: World, school: DemoSchool, folder: Path, spoilt: Sequence[Fault]) -> Typed:
        return Typed(settings={"path": str(write_oneroster(world, school.urn, folder, zipped=True))})


WRITER = OneRosterWriter()
