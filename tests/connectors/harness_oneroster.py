"""OneRoster for the contract test: a service of plain rows on loopback, of version 1.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from harness import CANARY, Harness, Person, Served
from loopback import NOW, QUICK, Asked, Loopback, Reply, as_json, serving
from oneroster_service import Rows, Service, enrolment, school_class, setup_for, user
from troubles import Answer, Broken, broken_by, usual

from connectors.oneroster import OneRoster


def _rows(people: Sequence[Person]) -> Rows:
    rows: Rows = {"users": [], "enrollments": [], "demographics": [], "classes": [school_class("cls")]}
    for number, person in enumerate(people):
        role = "student" if person.role == "pupil" else "teacher"
        rows["users"].append(user(person.id, role, givenName=person.given, familyName=person.family))
        rows["enrollments"].append(enrolment(f"enr{number}", "cls", person.id, role))
        if person.born:
            rows["demographics"].append({"sourcedId": person.id, "birthDate": person.born.isoformat()})
    rows["demographics"] = list({row["sourcedId"]: row for row in rows["demographics"]}.values())
    return rows


def _served(server: Loopback, cancelled: Callable[[], bool] = lambda: False) -> Served:
    setup = setup_for(server, secret=CANARY, cancelled=cancelled, now=lambda: NOW, limit="7")
    return Served(setup, lambda: [f"{a.method} {a.path}" for a in server.asked if _writes(a)])


def _writes(asked: Asked) -> bool:
    return asked.method != "GET" and asked.path != "/token"


@contextmanager
def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Answer], Answer] = lambda answer: answer,
) -> Iterator[Served]:  # fmt: skip
    with serving(around(Service(_rows(people), secret=CANARY))) as server:
        yield _served(server, cancelled)


answering = broken_by(_served)


def _behind(answer: Answer) -> Broken:
    """A token is given; everything else is answered in that way."""
    service = Service({}, secret=CANARY)
    return answering(lambda asked: service(asked) if asked.path == "/token" else answer(asked))


def _echo(status: int) -> Callable[[Asked], Reply]:
    def answer(asked: Asked) -> Reply:
        said = f"refused: {asked.headers.get('Authorization')} {CANARY} {asked.body.decode()}"
        minor = {"imsx_codeMinorField": [{"imsx_codeMinorFieldValue": said}]}
        told = {"imsx_codeMajor": "failure", "imsx_description": said, "imsx_CodeMinor": minor}
        return as_json({"imsx_StatusInfo": [told]}, status, **{"X-Echo": CANARY})

    return answer


HARNESS = Harness(
    route="oneroster",
    make=lambda setup: OneRoster(setup, limits=QUICK),
    serve=serve,
    broken={
        **{f"token {status}": answering(_echo(status)) for status in (400, 401, 403, 429, 500)},
        **{str(status): _behind(_echo(status)) for status in (400, 401, 403, 404, 422, 429, 500, 503)},
        "silence at the token": answering(lambda _: None),
        **usual(_behind),
        "no token": answering(lambda _: as_json({"token": CANARY})),
        "token of another kind": answering(lambda _: as_json({"access_token": [CANARY]})),
        "wrong shape": _behind(lambda _: as_json({"users": {CANARY: [CANARY]}})),
    },
    token="/token",
    page=7,
)
