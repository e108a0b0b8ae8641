"""What these screens ask of the services; each is called in a thread, with the imports it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from misconsole.services.desk import Desk
from misconsole.services.target_views import ChangeView, KindView, RehearsalView, TargetView
from misconsole.services.views import ProbeView, RunView

A_FEW = 10  # entries that are adopted while one waits


def listed(desk: Desk, urn: str) -> tuple[str, tuple[TargetView, ...]]:
    """(name of the school, its targets)."""
    from misconsole.services import schools, targets

    return str(schools.show(desk, urn)["name"]), targets.list_targets(desk, urn)


def kinds() -> tuple[KindView, ...]:
    from misconsole.services import targets

    return targets.kinds()


def show(desk: Desk, urn: str, name: str) -> TargetView:
    from misconsole.services import targets

    return targets.show(desk, urn, name)


def add(desk: Desk, urn: str, name: str, kind: str) -> TargetView:
    from misconsole.services import targets

    return targets.add(desk, urn, name=name, kind=kind)


def change(
    desk: Desk, urn: str, name: str, plain: Mapping[str, str], secrets: Mapping[str, str]
) -> TargetView:
    from misconsole.services import targets

    return targets.set_settings(desk, urn, name, settings=plain, secrets=secrets)


def remove(desk: Desk, urn: str, name: str) -> None:
    from misconsole.services import targets

    targets.remove(desk, urn, name)


def probe(desk: Desk, urn: str, name: str) -> tuple[ProbeView, ...]:
    from misconsole.services import targets

    return targets.probe(desk, urn, name)


def log(desk: Desk, urn: str, name: str) -> tuple[ChangeView, ...]:
    from misconsole.services import targets

    return targets.log(desk, urn, name)


def rehearse(desk: Desk, urn: str, name: str) -> RehearsalView:
    from misconsole.services import pushes

    return pushes.rehearse(desk, urn, name)


def push(desk: Desk, urn: str, name: str) -> int:
    """In a process of its own; returns the run's id without waiting."""
    from misconsole.services import pushes

    return pushes.start(desk, urn, name)


def adopt(
    desk: Desk, urn: str, seen: RehearsalView, accounts: Sequence[int], *, exact: bool
) -> RunView | int:
    """A few at once; many in a process of their own, whose run is returned without waiting."""
    from misconsole.services import pushes

    chosen: list[dict[str, Any]] = pushes.choose_adoptable(seen.adoptable, accounts=accounts, all_exact=exact)
    if len(chosen) > A_FEW:
        return pushes.start_adopting(desk, urn, seen.target, chosen=chosen, all_exact=exact)
    return pushes.adopt(desk, urn, seen.target, chosen=chosen, all_exact=exact)
