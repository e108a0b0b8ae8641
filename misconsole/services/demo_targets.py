"""The directories of the demo estate: two schools write their accounts to a simulated one.

Set up as an operator would, with everything there still to be done: who is there already waits to be adopted,
and nothing was pushed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from misconsole.services.demo import Estate
    from misconsole.services.desk import Desk

#: school -> kind of directory, and the options it is set up with
DEMO_TARGETS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "thornley-park": ("google", {"place_pupil": "Pupils/{year_of_entry}", "place_staff": "Staff"}),
    "penhallow": ("graph", {"extras": "job_title,department"}),
}


def furnish(desk: Desk, place: Estate, *, urn: str, slug: str) -> None:
    """Set up the school's directory, if it is to have one; in an estate kept from before, point at it anew.

    What was written there went with the simulator of then, so which entries are ours is forgotten too.
    """
    from data import targets as target_rows
    from data.tables import Target
    from misconsole.services import targets

    if slug not in DEMO_TARGETS:
        return
    kind, options = DEMO_TARGETS[slug]
    typed = place.target(urn, kind)
    there = next((each for each in targets.list_targets(desk, urn) if each.name == kind), None)
    if there is None:
        settings = {**typed.settings, **options, "adopt": "address"}
        targets.add(desk, urn, name=kind, kind=kind, settings=settings, secrets=typed.secrets)
        return
    targets.set_settings(desk, urn, kind, settings=typed.settings, secrets=typed.secrets)
    with desk.store.write() as s:
        target_rows.forget_all(s, there.id)
        s.get_one(Target, there.id).pushed_at = None
