"""iSAMS for the contract test: tokens, REST lists and the Batch document over plain rows on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from harness import CANARY, Harness, Person, Served
from loopback import NOW, QUICK, Asked, Loopback, Reply, as_json, serving
from troubles import Answer, Broken, broken_by, usual

from connectors.base import SchoolRef, Setup
from connectors.isams import Isams

TOKEN_PATH = "/auth/connect/token"
BATCH_PATH = "/api/batch/1.0/xml.ashx"
KEY = "5b1e0c52-77aa-4c1d-9f0e-2c9e7f15ab00"
LISTS = {"/api/students": ("students", "schoolId"), "/api/humanresources/employees": ("employees", "id")}


@dataclass
class Host:
    """One school's iSAMS.  ``lists``: path → rows; ``roles``: employee's id → names; ``denied`` paths answer
    403.  ``most`` rows a page at most; ``counts`` overrides totalCount; ``envelope`` False leaves the counts
    out.  ``scope`` is what a token request must name; ``documents``: method → XML.  ``hook`` may answer
    anything instead."""

    lists: dict[str, list[Any]] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    most: int = 1000
    counts: dict[str, int] = field(default_factory=dict)
    envelope: bool = True
    scope: str = "restapi"
    lives: int = 3600
    documents: dict[str, str] = field(default_factory=dict)
    hook: Callable[[Asked], Reply | None] = lambda _: None
    tokens: int = 0
    scopes: list[str] = field(default_factory=list)

    @property
    def good(self) -> str:
        return f"Bearer token-{self.tokens}"

    def __call__(self, asked: Asked) -> Reply | None:
        told = self.hook(asked)
        if told is not None:
            return told
        if asked.path == TOKEN_PATH:
            return self._token(dict(parse_qsl(asked.body.decode())))
        if asked.path == BATCH_PATH:
            return self._batch(asked)
        if asked.headers.get("Authorization") != self.good:
            return as_json({"message": "denied"}, 401)
        if asked.path in self.denied or asked.path.rpartition("/")[2] in self.denied:
            return as_json({"message": "no permission"}, 403)
        if asked.path in LISTS:
            return self._page(asked)
        own = asked.path.split("/")[-2]
        if asked.path.endswith("/roles") and own in self.roles:
            return as_json({"roles": [{"id": n, "name": name} for n, name in enumerate(self.roles[own])]})
        return as_json({"message": "Not found"}, 404)

    def _token(self, form: dict[str, str]) -> Reply:
        self.scopes.append(form.get("scope", ""))
        if form.get("client_secret") != CANARY or form.get("client_id") != "partner":
            return as_json({"error": "invalid_client"}, 400)
        if form.get("scope", "") != self.scope:
            return as_json({"error": "invalid_scope"}, 400)
        self.tokens += 1
        return as_json(
            {"access_token": f"token-{self.tokens}", "token_type": "Bearer", "expires_in": self.lives}
        )

    def _page(self, asked: Asked) -> Reply:
        key, _ = LISTS[asked.path]
        rows = self.lists.get(asked.path, [])
        number, size = int(asked.query["page"]), min(int(asked.query["pageSize"]), self.most)
        total = self.counts.get(asked.path, len(rows))
        body: dict[str, Any] = {key: rows[(number - 1) * size : number * size]}
        if self.envelope:
            body |= {"page": number, "totalCount": total, "totalPages": -(-total // size)}
        return as_json(body)

    def _batch(self, asked: Asked) -> Reply:
        key, signed = asked.query.get("apiKey"), asked.headers.get("Authorization") == self.good
        if key != KEY and not (key == "partner" and signed):
            return message(401, "InvalidApiKey", "The key is not known.")
        method = next((m for m in self.documents if m.encode() in asked.body), "")
        if not method:
            return message(403, "MethodsNotAllocatedToKeyException", "Not allocated to this key.")
        return Reply(200, self.documents[method].encode(), {"Content-Type": "application/xml"})


def message(status: int, name: str, text: str) -> Reply:
    body = (
        f'<?xml version="1.0" encoding="utf-16"?><Message><MessageId>1</MessageId><MessageName>{name}'
        f"</MessageName><Title>{name}</Title><Description>{text}</Description></Message>"
    )
    return Reply(status, body.encode(), {"Content-Type": "application/xml"})


def student(own: str, **more: Any) -> dict[str, Any]:
    row = {
        "schoolId": own, "personGuid": "0b3de1b4-4a9f-4f0e-8f6d-3f4c1c8d7c11", "schoolCode": "LF0119",
        "uniquePupilNumber": None, "title": None, "forename": f"Forename{own}", "middlenames": None,
        "surname": f"Surname{own}", "preferredName": " ", "dob": "2013-11-02T00:00:00", "yearGroup": 7,
        "formGroup": "7KES", "academicHouse": "Kestrel", "enrolmentDate": "2022-09-01T00:00:00",
        "leavingDate": None, "schoolEmailAddress": None, "latestPhotoId": None,
    }  # fmt: skip
    return {**row, **more}


def employee(own: int | str, **more: Any) -> dict[str, Any]:
    row = {
        "id": own, "personGuid": "6F0F2A0E-6B1C-4F4E-9A77-0C0A5F7B1D20", "title": "Mrs",
        "forename": f"Forename{own}", "middleNames": None, "surname": f"Surname{own}", "preferredName": None,
        "schoolInitials": "HPA", "isTeachingStaff": True, "dateOfBirth": "1984-03-09T00:00:00",
        "enrolmentDate": "2016-09-01T00:00:00", "leavingDate": None, "systemStatus": 1,
    }  # fmt: skip
    return {**row, **more}


def host(students: Sequence[Any] = (), employees: Sequence[Any] = (), **more: Any) -> Host:
    return Host({"/api/students": list(students), "/api/humanresources/employees": list(employees)}, **more)


def setup_for(
    server: Loopback, cancelled: Callable[[], bool] = lambda: False, *, api_key: str = "", **more: str
) -> Setup:
    """``api_key`` in place of the client."""
    secrets = {"client_secret": api_key or CANARY}
    client = {} if api_key else {"client_id": "partner"}
    return Setup(
        school=SchoolRef(urn="990099", name="Test School"),
        settings={"url": server.url, **client, **more}, secrets=secrets,
        now=lambda: NOW, cancelled=cancelled,
    )  # fmt: skip


def isams(server: Loopback, **more: str) -> Isams:
    return Isams(setup_for(server, **more), limits=QUICK)


def _school(people: Sequence[Person]) -> Host:
    """Somebody listed twice is counted twice, too."""
    pupils = [
        student(p.id, forename=p.given, surname=p.family, formGroup=p.form,
                dob=p.born and f"{p.born}T00:00:00") for p in people if p.role == "pupil"
    ]  # fmt: skip
    staff = [
        employee(p.id, forename=p.given, surname=p.family, dateOfBirth=p.born and f"{p.born}T00:00:00")
        for p in people if p.role == "staff"
    ]  # fmt: skip
    return host(pupils, staff, roles={p.id: ["Teacher"] for p in people}, most=5)


def _served(server: Loopback, cancelled: Callable[[], bool] = lambda: False) -> Served:
    def writes() -> list[str]:
        return [f"{a.method} {a.path}" for a in server.asked if a.method != "GET" and a.path != TOKEN_PATH]

    return Served(setup_for(server, cancelled), writes)


@contextmanager
def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Answer], Answer] = lambda answer: answer,
) -> Iterator[Served]:  # fmt: skip
    with serving(around(_school(people))) as server:
        yield _served(server, cancelled)


answering = broken_by(_served)


def behind(answer: Answer) -> Broken:
    """A token is given; everything else is answered in that way."""
    given = Host()
    return answering(lambda asked: given(asked) if asked.path == TOKEN_PATH else answer(asked))


def _echo(status: int) -> Callable[[Asked], Reply]:
    def answer(asked: Asked) -> Reply:
        said = f"refused: {asked.headers.get('Authorization')} {CANARY} {asked.body.decode()}"
        return as_json({"message": said, "error": said}, status, **{"X-Echo": CANARY})

    return answer


HARNESS = Harness(
    route="isams",
    make=lambda setup: Isams(setup, limits=QUICK),
    serve=serve,
    broken={
        **{f"token {status}": answering(_echo(status)) for status in (400, 401, 403, 429, 500)},
        **{str(status): behind(_echo(status)) for status in (400, 401, 403, 404, 422, 429, 500, 503)},
        "silence at the token": answering(lambda _: None),
        **usual(behind),
        "no token": answering(lambda _: as_json({"token": CANARY})),
        "a message": behind(lambda _: as_json({"message": f"It went wrong with {CANARY}."})),
        "wrong shape": behind(lambda _: as_json({"students": {CANARY: [CANARY]}})),
    },
    token=TOKEN_PATH,
    page=5,
)
