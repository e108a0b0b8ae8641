"""Arbor for the contract test: a GraphQL and REST server over plain rows on loopback."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from harness import CANARY, Harness, Person, Served
from loopback import NOW, QUICK, Asked, Loopback, Reply, as_json, serving
from troubles import Answer, Broken, broken_by, usual

from connectors.arbor import Arbor
from connectors.arbor.entities import assumed
from connectors.base import SchoolRef, Setup
from connectors.simulator.arbor_query import Field, parsed

USER = "app-test"
BASIC = "Basic " + b64encode(f"{USER}:{CANARY}".encode()).decode()


@dataclass
class Host:
    """One school's Arbor over rows as GraphQL shows them: entity → rows.

    ``denied`` names what the app may not read, as ``Staff.staffNumber`` or ``Guardian``; ``partial`` sends
    the data beside the errors.  ``first`` is the number of the first page, ``most`` the rows a page at most.
    ``open`` False: introspection is refused.  ``rest`` answers GETs; ``hook`` may answer anything instead.
    """

    rows: dict[str, list[Any]] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    partial: bool = False
    first: int = 0
    most: int = 10_000
    open: bool = False
    lacking: frozenset[str] = frozenset()
    rest: dict[str, Any] = field(default_factory=dict)
    hook: Callable[[Asked], Reply | None] = lambda _: None
    questions: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply | None:
        told = self.hook(asked)
        if told is not None:
            return told
        if asked.headers.get("Authorization") != BASIC:
            return as_json({"response": {"code": 401, "reason": "Unauthorized"}}, 401)
        if asked.path == "/graphql/query" and asked.method == "POST":
            return as_json(self.answer(json.loads(asked.body)["query"]))
        key = asked.path.removeprefix("/rest-v2/")
        if asked.method == "GET" and key in self.rest:
            made = self.rest[key]
            return made(asked) if callable(made) else as_json(made)
        return as_json({"response": {"code": 404, "reason": "Not found"}}, 404)

    def answer(self, text: str) -> dict[str, Any]:
        self.questions.append(text)
        roots = parsed(text)
        if roots[0].name.startswith("__"):
            return (
                {"data": self._schema(roots)} if self.open else {"errors": [{"message": "No introspection."}]}
            )
        errors = sorted({name for one in roots for name in self._refused(one.name, one)})
        data = {one.alias: self._page(one) for one in roots}
        if errors:
            told = [{"message": f"You do not have access to `{name}`."} for name in errors]
            return {"data": data if self.partial else dict.fromkeys(data), "errors": told}
        return {"data": data}

    def _refused(self, entity: str, asked: Field) -> Iterator[str]:
        if entity in self.denied:
            yield entity
        for one in asked.fields:
            if f"{entity}.{one.name}" in self.denied:
                yield f"{entity}.{one.name}"
            yield from self._refused(assumed(entity).get(one.name, ""), one)

    def _schema(self, roots: list[Field]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for one in roots:
            name = str(one.arguments.get("name"))
            known = [f for f in assumed(name) if f"{name}.{f}" not in self.lacking]
            links = {f: assumed(name)[f] for f in known}
            fields = [{"name": f, "type": {"name": t, "kind": "OBJECT" if t else "SCALAR"}}
                      for f, t in links.items()]  # fmt: skip
            made[one.alias] = {"fields": fields}
        made["roots"] = {"queryType": {"fields": []}}
        return made

    def _page(self, asked: Field) -> list[Any]:
        rows = self.rows.get(asked.name, [])
        for name, wanted in asked.arguments.items():
            if name.endswith("_in"):
                rows = [row for row in rows if _id(row, name.removesuffix("_in").split("__")) in wanted]
        size = min(int(asked.arguments.get("page_size", 3000)), self.most)
        number = max(0, int(asked.arguments.get("page_num", 0)) - self.first)
        return [_shown(row, asked.fields) for row in rows[number * size : (number + 1) * size]]


def _id(row: Any, path: list[str]) -> Any:
    for name in path:
        row = row.get(name) if isinstance(row, dict) else None
    return row


def _shown(row: Any, fields: list[Field]) -> Any:
    """Only what was asked for, as GraphQL does; a row that is no object stays as it is."""
    if isinstance(row, list):
        return [_shown(one, fields) for one in row]
    if not isinstance(row, dict) or not fields:
        return row
    return {one.alias: _shown(row.get(one.name), one.fields) for one in fields}


def student(own: str, **more: Any) -> dict[str, Any]:
    row = {
        "id": own, "person": {"id": f"9{own}"}, "legalFirstName": f"Forename{own}",
        "legalLastName": f"Surname{own}", "dateOfBirth": "2013-11-02", "mostRecentEntryDate": "2022-09-01",
        "studentNumber": "004504",
    }  # fmt: skip
    return {**row, **more}


def staff(own: str, **more: Any) -> dict[str, Any]:
    row = {
        "id": own, "person": {"id": f"8{own}", "dateOfBirth": "1981-05-23"},
        "legalFirstName": f"Forename{own}",
        "legalLastName": f"Surname{own}", "joiningDate": "2019-09-01", "isActiveInSchool": True,
        "isActiveTeachingInSchool": True, "displayJobTitle": "Teacher",
    }  # fmt: skip
    return {**row, **more}


def _school(people: Sequence[Person]) -> Host:
    born = {p.id: p.born and p.born.isoformat() for p in people}
    pupils = [
        student(p.id, legalFirstName=p.given, legalLastName=p.family, dateOfBirth=born[p.id],
                registrationForm={"id": "F1", "shortName": p.form})
        for p in people if p.role == "pupil"
    ]  # fmt: skip
    teachers = [
        staff(p.id, legalFirstName=p.given, legalLastName=p.family,
              person={"id": f"8{p.id}", "dateOfBirth": born[p.id]})
        for p in people if p.role == "staff"
    ]  # fmt: skip
    form = {"id": "F1", "registrationFormName": "7KES", "shortName": "7KES", "tutors": teachers[:1]}
    members = [
        {"id": f"M{n}", "student": {"id": p["id"]}, "registrationForm": {"id": "F1"}}
        for n, p in enumerate(pupils)
    ]
    kin = {"id": "G1", "person": {"id": "71", "legalFirstName": "Ola", "legalLastName": "Hale"}}
    relation = {"id": "R1", "student": {"id": people[0].id if people else "A1"}, "guardian": {"id": "G1"},
                "guardianRelationshipType": {"displayName": "Father"}, "isLegalGuardian": True,
                "emergencyContactPriority": 1}  # fmt: skip
    return Host(
        {"Student": pupils, "Staff": teachers, "RegistrationForm": [form], "Guardian": [kin],
         "RegistrationFormMembership": members, "StudentGuardianRelationship": [relation]},
        most=5,
    )  # fmt: skip


def settings(server: Loopback, **more: str) -> dict[str, str]:
    return {"url": server.url, "username": USER, **more}


def setup_for(server: Loopback, cancelled: Callable[[], bool] = lambda: False, **more: str) -> Setup:
    return Setup(
        school=SchoolRef(urn="990099", name="Test School"), settings=settings(server, **more),
        secrets={"password": CANARY}, now=lambda: NOW, cancelled=cancelled,
    )  # fmt: skip


def arbor(server: Loopback, **more: str) -> Arbor:
    return Arbor(setup_for(server, lambda: False, **more), limits=QUICK)


def _served(server: Loopback, cancelled: Callable[[], bool] = lambda: False) -> Served:
    """A question may be posted; anything else but a GET would be a write."""

    def writes() -> list[str]:
        return [
            f"{asked.method} {asked.path}"
            for asked in server.asked
            if asked.method != "GET" and (asked.path != "/graphql/query" or b"mutation" in asked.body)
        ]

    return Served(setup_for(server, cancelled), writes)


@contextmanager
def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Answer], Answer] = lambda answer: answer,
) -> Iterator[Served]:  # fmt: skip
    with serving(around(_school(people))) as server:
        yield _served(server, cancelled)


def _echo(status: int) -> Broken:
    """A server that sends the pair back in every way it can."""

    def answer(asked: Asked) -> Reply:
        pair = asked.headers.get("Authorization") or ""
        said = f"refused: {pair} {b64decode(pair.partition(' ')[2]).decode()} {CANARY}"
        inner = {"code": status, "reason": said, "errors": [{"message": said}]}
        return as_json({"response": inner, "message": said}, status, **{"X-Echo": CANARY})

    return answering(answer)


answering = broken_by(_served)


def _inside(code: int) -> Callable[[Asked], Reply]:
    return lambda _: as_json(
        {"response": {"code": code, "reason": CANARY, "errors": [{"message": f"no {CANARY}"}]}}
    )


HARNESS = Harness(
    route="arbor",
    make=lambda setup: Arbor(setup, limits=QUICK),
    serve=serve,
    broken={
        **{str(status): _echo(status) for status in (400, 401, 403, 404, 409, 422, 429, 500, 503)},
        **{f"{code} inside": answering(_inside(code)) for code in (401, 403, 422, 500)},
        **usual(answering),
        "wrong shape": answering(lambda _: as_json({"data": {CANARY: [CANARY]}})),
        "errors": answering(lambda _: as_json({"data": None, "errors": [{"message": f"Oh, {CANARY}"}]})),
    },
    page=5,
)
