"""ScholarPack for the contract test: tokens, scopes and the paging envelope over plain rows on loopback."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from harness import CANARY, Harness, Person, Served
from loopback import NOW, QUICK, Asked, Loopback, Reply, as_json, serving
from troubles import Answer, Broken, broken_by, usual

from connectors.base import SchoolRef, Setup
from connectors.records import ExtractRequest
from connectors.scholarpack import ScholarPack

RETURN = "http://127.0.0.1:9/back"
PAIR = {"client_id": "console", "redirect_uri": RETURN}


@dataclass
class Host:
    """ScholarPack over rows: path → rows.  ``withheld`` paths answer 403.  ``good`` the access token that
    counts now; a code or the refresh token gives ``next`` ones, and the one used counts no more."""

    rows: dict[str, list[Any]] = field(default_factory=dict)
    withheld: frozenset[str] = frozenset()
    school: dict[str, Any] = field(default_factory=lambda: {"name": "Test School", "urn": "990099"})
    good: str = f"{CANARY}-access"
    refresh: str = f"{CANARY}-refresh"
    code: str = "code-1"
    rotates: bool = True
    lives: int | None = 3600
    given: int = 0
    hook: Callable[[Asked], Reply | None] = lambda _: None

    def __call__(self, asked: Asked) -> Reply | None:
        told = self.hook(asked)
        if told is not None:
            return told
        if asked.path == "/oauth2/token/" and asked.method == "POST":
            return self.token(asked)
        if asked.headers.get("Authorization") != f"Bearer {self.good}":
            return as_json({"message": "The token is not valid."}, 401)
        path = asked.path.removeprefix("/api/v1/")
        if path in self.withheld:
            return as_json({"message": "insufficient scope"}, 403)
        if path == "school/":
            return as_json({"data": self.school})
        if path in self.rows:
            return as_json(envelope(self.rows[path], asked))
        return as_json({"message": "nothing here"}, 404)

    def token(self, asked: Asked) -> Reply:
        form = dict(parse_qsl(asked.body.decode()))
        kind, _, pair = asked.headers.get("Authorization", "").partition(" ")
        if kind != "Basic" or b64decode(pair).decode() != f"console:{CANARY}":
            return as_json({"error": "invalid_client"}, 401)
        good = {
            "authorization_code": form.get("code") == self.code and form.get("redirect_uri") == RETURN,
            "refresh_token": bool(self.refresh) and form.get("refresh_token") == self.refresh,
        }
        if not good.get(form.get("grant_type", "")):
            return as_json({"error": "invalid_grant"}, 400)
        self.given += 1
        self.good = f"{CANARY}-access-{self.given}"
        answer: dict[str, Any] = {"access_token": self.good, "token_type": "Bearer"}
        if self.lives is not None:
            answer["expires_in"] = self.lives
        if form["grant_type"] == "authorization_code":
            self.code = ""
        if self.rotates:
            self.refresh = answer["refresh_token"] = f"{CANARY}-refresh-{self.given}"
        return as_json(answer)


def envelope(rows: Sequence[Any], asked: Asked, **more: Any) -> dict[str, Any]:
    size, page = int(asked.query["per_page"]), int(asked.query["page"])
    pages = max(1, -(-len(rows) // size))
    return {
        "has_next": page < pages, "has_prev": page > 1, "next_num": page + 1 if page < pages else None,
        "prev_num": page - 1 or None, "page": page, "pages": pages, "per_page": size, "next_uri": None,
        "prev_uri": None, "data": list(rows[(page - 1) * size : page * size]), **more,
    }  # fmt: skip


def student(own: str, **more: Any) -> dict[str, Any]:
    return {
        "student_uuid": own, "forename": f"Forename{own}", "surname": f"Surname{own}",
        "preferred_forename": None, "date_of_birth": "2013-11-02", "upn": "A123456789012",
        "admission_number": "004504", "year_group": "2", "class_name": "2KES", "house": "Oak",
        "start_date": "2022-09-01", "leaving_date": None, **more,
    }  # fmt: skip


def staff(own: str, **more: Any) -> dict[str, Any]:
    return {
        "staff_uuid": own, "title": "Mx", "forename": f"Forename{own}", "surname": f"Surname{own}",
        "date_of_birth": "1981-05-23", "email": f"{own}@school.example", "role": "Class Teacher",
        "active": True, **more,
    }  # fmt: skip


def contact(own: str, pupil: Any, **more: Any) -> dict[str, Any]:
    return {
        "contact_uuid": own, "title": "Mr", "forename": "Ola", "surname": "Hale",
        "email": "ola@home.example",
        "mobile": "07700 900123", "relationship": "Father", "responsibility": "Yes", "contact_order": "1",
        "student_uuid": pupil, **more,
    }  # fmt: skip


def school(**rows: list[Any]) -> Host:
    """A small school; ``students=[…]`` and the like replace its rows."""
    found = {
        "students": [student("A1"), student("A2")], "staff": [staff("S1")],
        "staff/contracts": [{"staff_uuid": "S1", "start_date": "2019-09-01", "end_date": None}],
        "contacts": [contact("C1", "A1")],
        "students/register": [{"student_uuid": "A1", "date": "2026-01-14", "session": "AM", "mark": "/"}],
    } | {name.replace("__", "/"): told for name, told in rows.items()}  # fmt: skip
    return Host({f"{name}/": told for name, told in found.items()})


def _of(people: Sequence[Person]) -> Host:
    pupils = [
        student(p.id, preferred_forename=p.given, surname=p.family, class_name=p.form,
                date_of_birth=p.born and p.born.isoformat())
        for p in people if p.role == "pupil"
    ]  # fmt: skip
    teachers = [
        staff(p.id, forename=p.given, surname=p.family, date_of_birth=p.born and p.born.isoformat())
        for p in people if p.role == "staff"
    ]  # fmt: skip
    return school(students=pupils, staff=teachers)


TOKENS = {"access_token": f"{CANARY}-access", "refresh_token": f"{CANARY}-refresh"}


def setup_for(
    server: Loopback, *, cancelled: Callable[[], bool] = lambda: False,
    secrets: Mapping[str, str] = TOKENS, keep: Any = None, consent: ExtractRequest | None = None,
    **more: str,
) -> Setup:  # fmt: skip
    return Setup(
        school=SchoolRef(urn="990099", name="Test School"),
        settings={"url": f"{server.url}/api/v1/", **PAIR, **more},
        secrets={"client_secret": CANARY, **secrets}, now=lambda: NOW, cancelled=cancelled, keep=keep,
        consent=consent,
    )  # fmt: skip


def scholarpack(server: Loopback, **more: Any) -> ScholarPack:
    return ScholarPack(setup_for(server, **more), limits=QUICK)


def _served(server: Loopback, cancelled: Callable[[], bool] = lambda: False, **more: Any) -> Served:
    """Asking for a token is no write; anything else but a GET would be one."""

    def writes() -> list[str]:
        return [
            f"{asked.method} {asked.path}"
            for asked in server.asked
            if asked.method != "GET" and asked.path != "/oauth2/token/"
        ]

    return Served(setup_for(server, cancelled=cancelled, **more), writes)


@contextmanager
def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Answer], Answer] = lambda answer: answer,
) -> Iterator[Served]:  # fmt: skip
    with serving(around(_of(people))) as server:
        yield _served(server, cancelled, per_page="5")


answering = broken_by(_served)


def _echo(status: int) -> Broken:
    """A server that sends token, secret and form back in every way it can."""

    def answer(asked: Asked) -> Reply:
        said = f"refused: {asked.headers.get('Authorization')} {CANARY} {asked.body.decode()}"
        return as_json({"message": said, "error_description": said}, status, **{"X-Echo": CANARY})

    return answering(answer)


HARNESS = Harness(
    route="scholarpack",
    make=lambda setup: ScholarPack(setup, limits=QUICK),
    serve=serve,
    broken={
        **{str(status): _echo(status) for status in (400, 401, 403, 404, 409, 422, 429, 500, 503)},
        **usual(answering),
        "wrong shape": answering(lambda _: as_json({"data": {CANARY: [CANARY]}})),
        "no envelope": answering(lambda _: as_json({"data": [CANARY]})),
    },
    token="/oauth2/token/",
    page=5,
)
