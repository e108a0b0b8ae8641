"""What the guide asks of the services; each is called in a thread, with the imports it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from misconsole.services.desk import Desk
from misconsole.services.views import ConnectionView, ProbeView

if TYPE_CHECKING:
    from misconsole.services.guided_views import MovePlan
    from screens.demo import DemoEstate


def connection(desk: Desk, urn: str) -> ConnectionView | None:
    from misconsole.services import connect

    return connect.connection(desk, urn)


def connect(desk: Desk, urn: str, mis: str, route: str, demo: DemoEstate | None) -> ConnectionView:
    """Connect, or connect otherwise; only ever for a school nobody was read from yet (``needs_a_move``).

    On a demo estate the simulated MIS's settings come along; what is secret is still typed."""
    from misconsole.services import connect as service

    plain = demo.typed(urn, route).settings if demo is not None and route else {}
    return service.connect(desk, urn, mis=mis, route=route, settings=plain, change=True)


def save(desk: Desk, urn: str, plain: Mapping[str, str], secrets: Mapping[str, str]) -> ConnectionView:
    from misconsole.services import connect

    return connect.set_settings(desk, urn, settings=plain, secrets=secrets)


def request(desk: Desk, urn: str) -> ConnectionView:
    from misconsole.services import connect

    return connect.request_access(desk, urn)


def check(desk: Desk, urn: str) -> ConnectionView:
    from misconsole.services import connect

    return connect.check_access(desk, urn)


def tick(desk: Desk, urn: str, step: str, done: bool) -> ConnectionView:
    from misconsole.services import connect

    return connect.tick_step(desk, urn, step, done=done)


def probe(desk: Desk, urn: str) -> tuple[ProbeView, ...]:
    from misconsole.services import connect

    return connect.probe(desk, urn)


def prepared_move(desk: Desk, urn: str) -> MovePlan | None:
    """The change of MIS that is prepared, if there is one."""
    from misconsole.errors import NotFound
    from misconsole.services import moving

    try:
        return moving.move(desk, urn)
    except NotFound:
        return None


def needs_a_move(desk: Desk, urn: str) -> bool:
    from misconsole.services import moving

    return moving.needed(desk, urn)


def prepare_move(desk: Desk, urn: str, mis: str, route: str, demo: DemoEstate | None) -> MovePlan:
    from misconsole.services import moving

    plain = demo.typed(urn, route).settings if demo is not None else {}
    return moving.prepare_move(desk, urn, mis=mis, route=route, settings=plain)
