"""Wonde for the contract test: a school of plain rows on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from harness import CANARY, Harness, Person, Served
from loopback import NOW, QUICK, Asked, Loopback, Reply, School, as_json, employee, pupil, serving
from troubles import Answer, Broken, broken_by, usual

from connectors.base import SchoolRef, Setup
from connectors.wonde import Wonde


def _row(person: Person) -> dict[str, Any]:
    born = person.born and {"date": f"{person.born} 00:00:00.000000", "timezone": "Europe/London"}
    make = pupil if person.role == "pupil" else employee
    form = {"registration": {"data": {"id": "A9", "name": person.form}}, "contacts": {"data": []}}
    own = form if person.role == "pupil" else {}
    return make(1, id=person.id, forename=person.given, surname=person.family, date_of_birth=born, **own)


def _school(people: Sequence[Person]) -> School:
    pupils = [_row(p) for p in people if p.role == "pupil"]
    staff = [_row(p) for p in people if p.role == "staff"]
    members = {"students": {"data": pupils}, "employees": {"data": staff}}
    group = {"id": "A9", "name": people[0].form if people else "7KES", "type": "REGISTRATION", **members}
    counts = {"students": len({p["id"] for p in pupils}), "employees": len({p["id"] for p in staff})}
    return School({"students": pupils, "employees": staff, "groups": [group]}, page=5, counts=counts)


def _served(server: Loopback, cancelled: Callable[[], bool] = lambda: False) -> Served:
    setup = Setup(
        school=SchoolRef(urn="990099", name="Test School"),
        settings={"url": f"{server.url}/v1.0/"},
        secrets={"token": CANARY},
        now=lambda: NOW,
        cancelled=cancelled,
    )

    def writes() -> list[str]:
        return [
            f"{asked.method} {asked.path}"
            for asked in server.asked
            if asked.method != "GET" and not asked.path.endswith("/request-access")
        ]

    return Served(setup, writes)


@contextmanager
def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Answer], Answer] = lambda answer: answer,
) -> Iterator[Served]:  # fmt: skip
    with serving(around(_school(people))) as server:
        yield _served(server, cancelled)


def _echo(status: int) -> Broken:
    """A server that sends the token back in every way it can."""

    def answer(asked: Asked) -> Reply:
        said = f"refused: {asked.headers.get('Authorization')} {CANARY}"
        return as_json({"error": said, "message": said}, status, **{"X-Echo": CANARY})

    return answering(answer)


answering = broken_by(_served)


HARNESS = Harness(
    route="wonde",
    make=lambda setup: Wonde(setup, limits=QUICK),
    serve=serve,
    broken={
        **{str(status): _echo(status) for status in (400, 401, 403, 404, 409, 422, 429, 500, 503)},
        **usual(answering),
        "wrong shape": answering(lambda _: as_json({"data": {CANARY: [CANARY]}})),
    },
    page=5,
)
