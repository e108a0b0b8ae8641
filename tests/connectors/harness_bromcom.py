"""Bromcom for the contract test: the Partner Data API over plain rows on loopback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from harness import CANARY, Harness, Person, Served
from loopback import NOW, QUICK, Asked, Loopback, Reply, as_json, serving
from troubles import Answer, broken_by, usual

from connectors.base import SchoolRef, Setup
from connectors.bromcom import Bromcom
from connectors.simulator.bromcom_filter import matches

SCHOOL_ID = "20001"
ID = "app-4471"
MARKER = re.compile(r"(.*)\{page:(\d+)\}")


@dataclass
class Api:
    """Entities of one school as rows: entity → rows.  ``denied`` are not granted; an entity nobody put
    here is there and empty.  ``page`` rows a page; ``hook`` may answer anything instead."""

    rows: dict[str, list[Any]] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    page: int = 100_000
    hook: Callable[[Asked], Reply | None] = lambda _: None
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply | None:
        told = self.hook(asked)
        if told is not None:
            return told
        if (asked.headers.get("ApplicationId"), asked.headers.get("ApplicationSecret")) != (ID, CANARY):
            return as_json({"message": "Unauthorized"}, 401)
        entity = asked.path.removeprefix("/v2/")
        found = MARKER.fullmatch(asked.query["entityFilter"])
        assert found, asked.query
        assert asked.query["schoolId"] == SCHOOL_ID
        condition, number = found[1], int(found[2])
        self.asked.append((entity, condition, number))
        if entity in self.denied:
            return as_json({"message": "Forbidden"}, 403)
        rows = [
            row for row in self.rows.get(entity, []) if not isinstance(row, dict) or matches(condition, row)
        ]
        return as_json({"success": True, "data": rows[number * self.page : (number + 1) * self.page]})

    def entities(self) -> set[str]:
        return {entity for entity, _, _ in self.asked}

    def conditions(self, entity: str) -> list[str]:
        return [condition for name, condition, _ in self.asked if name == entity]


def pupil(own: Any, **more: Any) -> dict[str, Any]:
    row = {
        "studentId": own, "firstName": f"Forename{own}", "lastName": f"Surname{own}", "genderCode": "F",
        "preferredFirstName": None, "preferredLastName": None, "dateOfBirth": "2013-11-02T00:00:00",
        "studentEmail": None, "upn": "K820200124008", "admissionNumber": "004871", "yearGroup": "7",
        "tutorGroupName": "7KES", "enrolmentStateName": "C", "premiumPupilFlag": False,
        "enrolmentstartDate": "2025-09-03T00:00:00", "enrolmentendDate": None,
        **{f"contact{n}{key}": None for n in (1, 2, 3)
           for key in ("Name", "Telephone", "Email", "Relationship", "ParentalResponsibility")},
    }  # fmt: skip
    return {**row, **more}


def staff(own: Any, **more: Any) -> dict[str, Any]:
    row = {
        "staffId": own, "title": "Mrs", "firstName": f"Forename{own}", "lastName": f"Surname{own}",
        "preferredFirstName": None, "preferredLastName": None, "workEmail": "", "staffCode": "DOK  ",
        "jobTitle": "Teacher", "startDate": "2018-09-01T00:00:00", "endDate": None,
    }  # fmt: skip
    return {**row, **more}


def member(person: Any, collection: Any, name: str, **more: Any) -> dict[str, Any]:
    row = {"personID": person, "collectionID": collection, "collectionName": name,
           "startDate": "2025-09-03T00:00:00", "endDate": None}  # fmt: skip
    return {**row, **more}


def _school(people: Sequence[Person]) -> Api:
    born = {p.id: f"{p.born}T00:00:00" if p.born else None for p in people}
    slot = {"contact1Name": "Ms Ola Hale", "contact1Relationship": "Mother",
            "contact1Telephone": "07700 900204", "contact1ParentalResponsibility": "Yes"}  # fmt: skip
    pupils = [
        pupil(p.id, firstName=p.given, lastName=p.family, dateOfBirth=born[p.id], tutorGroupName=p.form,
              **slot)
        for p in people if p.role == "pupil"
    ]  # fmt: skip
    posts = [staff(p.id, firstName=p.given, lastName=p.family) for p in people if p.role == "staff"]
    taught = [{"studentId": p["studentId"], "className": "7x/En1", "subjectDescription": "English"}
              for p in pupils]  # fmt: skip
    lessons = [{"staffId": p["staffId"], "className": "7x/En1", "isCover": "No"} for p in posts]
    return Api(
        {"StudentFlatView": pupils, "Staff": posts, "YearGroupSubjectStudents": taught, "TimeTable": lessons},
        page=7,
    )


def setup_for(server: Loopback, cancelled: Callable[[], bool] = lambda: False, **more: str) -> Setup:
    return Setup(
        school=SchoolRef(urn="990099", name="Test School"),
        settings={"url": f"{server.url}/v2/", "school_id": SCHOOL_ID, **more},
        secrets={"application_id": ID, "application_secret": CANARY}, now=lambda: NOW, cancelled=cancelled,
    )  # fmt: skip


def bromcom(server: Loopback, **more: str) -> Bromcom:
    return Bromcom(setup_for(server, **more), limits=QUICK)


def _served(server: Loopback, cancelled: Callable[[], bool] = lambda: False) -> Served:
    return Served(
        setup_for(server, cancelled, page_size="7"),
        lambda: [f"{asked.method} {asked.path}" for asked in server.asked if asked.method != "GET"],
    )


@contextmanager
def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Answer], Answer] = lambda answer: answer,
) -> Iterator[Served]:  # fmt: skip
    with serving(around(_school(people))) as server:
        yield _served(server, cancelled)


answering = broken_by(_served)


def _echo(status: int) -> Callable[[Asked], Reply]:
    """A server that sends the pair back in every way it can."""

    def answer(asked: Asked) -> Reply:
        said = (
            f"refused {asked.headers.get('ApplicationId')} {asked.headers.get('ApplicationSecret')} {CANARY}"
        )
        return as_json({"success": False, "message": said}, status, **{"X-Echo": CANARY})

    return answer


HARNESS = Harness(
    route="bromcom",
    make=lambda setup: Bromcom(setup, limits=QUICK),
    serve=serve,
    broken={
        **{str(status): answering(_echo(status)) for status in (200, 400, 401, 403, 404, 422, 429, 500, 503)},
        **usual(answering),
        "wrong shape": answering(lambda _: as_json({"success": True, "data": {CANARY: [CANARY]}})),
        "no data": answering(lambda _: as_json({"success": True})),
        "a list": answering(lambda _: as_json([CANARY])),
    },
    page=7,
)
