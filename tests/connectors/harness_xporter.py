"""Xporter for the contract test: a token address and collections over plain rows on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from harness import CANARY, Harness, Person, Served
from loopback import NOW, QUICK, Asked, Loopback, Reply, as_json, serving
from troubles import Answer, Broken, broken_by, usual

from connectors.base import SchoolRef, Setup
from connectors.xporter import Xporter

ESTAB = "8234017"
TOKEN = "tOk3n+canary/" + "x" * 40 + "=="
EXPIRES = "2126-01-14T18:55:26.1852229Z"
BLANK = dict.fromkeys(("Message", "ExceptionType", "ExceptionMessage", "InnerException"))
SCOPES = ["School", "Student", "StudentExtended", "UPN", "Staff", "StaffExtended", "StaffEmployment",
          "Contact", "Photos", "Attendance"]  # fmt: skip
LISTS = {"Groups": "Group", "AttendanceForDateRange": "AttendMarks"}


@dataclass
class Host:
    """One school over rows: path's name → rows.  ``told`` name → an error instead; ``counts`` area → count.

    ``most`` rows a page at most, whatever was asked for; ``plain`` leaves the page numbers out.
    ``hook`` may answer anything instead; ``token`` what the token address answers.
    """

    rows: dict[str, list[Any]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] | None = None
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    details: dict[str, Any] = field(default_factory=dict)
    gdpr: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=lambda: {
        "Id": 1, "MIS": "simsnet", "Version": "4", "DateTime": "2026-01-15T02:07:21.03"})  # fmt: skip
    most: int = 10_000
    plain: bool = False
    extra: dict[str, dict[str, Any]] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=lambda: {**BLANK, "token": TOKEN, "expires": EXPIRES})
    hook: Callable[[Asked], Reply | None] = lambda _: None

    def __call__(self, asked: Asked) -> Reply | None:
        told = self.hook(asked)
        if told is not None:
            return told
        if asked.path == "/api/oauth/GetToken":
            return as_json(self.token) if asked.method == "POST" else as_json(BLANK, 405)
        if asked.headers.get("Authorization") != f"Idaas {TOKEN}":
            return as_json({"Message": "Authorization has been denied for this request."}, 401)
        words = asked.path.removeprefix("/api/v1/").strip("/").split("/")
        if words == ["TokenDetails"]:
            return as_json(
                {"Estab": ESTAB, "Scopes": self.scopes, "Name": "Test School", **BLANK, **self.details}
            )
        if words == ["GDPRIDs"]:
            row = {"IsOptIn": False, "StudentIds": [], "StaffIds": [], "ContactIds": [], **self.gdpr}
            return as_json({"GDPR": [row], **BLANK})
        if words[:2] == ["School", ESTAB] and len(words) in (3, 4):
            return self._collection(asked, words[2], "".join(words[3:]))
        return as_json({"Message": "No HTTP resource was found."}, 404)

    def _collection(self, asked: Asked, name: str, own: str) -> Reply:
        if name in self.told:
            return as_json({**BLANK, "ExceptionMessage": self.told[name]})
        if name == "Counts":
            if self.counts is None:
                return as_json({"Message": "No HTTP resource was found."}, 404)
            return as_json({"Counts": [{"Area": a, "Count": c} for a, c in self.counts.items()]})
        if name == "SchoolInfo":
            return as_json({"SchoolInfo": [{"Id": 1, "Name": "Test School"}], "meta": [self.meta]})
        rows = self.rows.get(name, [])
        if kind := asked.query.get("Type"):
            rows = [row for row in rows if not isinstance(row, dict) or row.get("Type") == kind]
        if own:
            keys = ("Id", "StudentId", "ContactId")
            rows = [row for row in rows if own in [row.get(key) for key in keys]]
        return as_json(self._page(asked, LISTS.get(name, name), name, rows))

    def _page(self, asked: Asked, list_: str, name: str, rows: list[Any]) -> dict[str, Any]:
        number = int(asked.query.get("page", "1"))
        size = min(int(asked.query.get("pageSize", "500")), self.most)
        body: dict[str, Any] = {list_: rows[(number - 1) * size : number * size], "meta": []}
        if number == 1:
            body["meta"] = [self.meta]
        if not self.plain:
            body["__pagination__"] = [{
                "PageSize": size, "PageNumber": number, "PageCount": max(1, -(-len(rows) // size)),
                "RowCount": len(rows), "NextPage": f"?page={number + 1}&pageSize={size}",
            }]  # fmt: skip
        return {**body, **self.extra.get(name, {})}


def student(own: str, **more: Any) -> dict[str, Any]:
    row = {
        "Id": own, "IdaasId": f"PL-{own}", "Forename": f"Forename{own}", "Surname": f"Surname{own}",
        "AdmissionNo": "003318", "UPN": "D823401725011", "FormerUPN": None, "UniqueLearnerNumber": None,
        "DateofBirth": "2013-11-02", "RegGroup": "7KES", "YearGroup": "Year  7", "HouseGroup": None,
        "LegalForename": None, "LegalSurname": None, "MiddleName": None, "WorkEmail": None,
        "EntryDate": "2025-09-01", "LeavingDate": None, "StudentStatus": "OnRoll",
        "LastUpdated": "2026-01-12T02:07:21.03", "RowHash": "5B0E1F7A9C3D2244881166AABBCCDDEEFF001122",
    }  # fmt: skip
    return {**row, **more}


def staff(own: str, **more: Any) -> dict[str, Any]:
    row = {
        "Id": own, "IdaasId": f"PWT-{own}", "Title": "Dr", "StaffCode": "FHA", "StaffStatus": "Current",
        "Forename": f"Forename{own}", "Surname": f"Surname{own}", "MiddleName": None, "LegalForename": None,
        "LegalSurname": None, "DateOfBirth": "1981-05-23", "WorkEmail": "f.hale@larkmere.example",
        "WorkPhone": None, "EmploymentStart": "2022-09-01", "EmploymentEnd": None,
        "Roles": "Classroom Teacher,Head of Department", "IsTeacher": 1, "IsSupport": 0, "RegGroup": "7KES",
        "LastUpdated": "2026-01-12T02:07:21.03",
    }  # fmt: skip
    return {**row, **more}


def group(own: str, **more: Any) -> dict[str, Any]:
    row = {
        "Id": own, "IdaasId": f"GR-{own}", "Type": "RegGrp", "Code": "7KES", "Name": "7KES",
        "PrimaryStaffId": None, "StudentIds": "", "StaffIds": "", "NumStudents": 0,
    }  # fmt: skip
    return {**row, **more}


def contact(own: str, **more: Any) -> dict[str, Any]:
    row = {
        "Id": own, "IdaasId": f"PC-{own}", "Title": "Dr", "Forename": "Femi", "Surname": "Hale",
        "WorkEmail": None, "WorkPhone": None, "HomeEmail": "femi.hale@mail.example", "HomePhone": None,
        "MobilePhone": "07700900441", "LastUpdated": "2026-01-12T02:07:21.03",
    }  # fmt: skip
    return {**row, **more}


def link(pupil: str, kin: str, **more: Any) -> dict[str, Any]:
    row = {"Id": f"PL-{pupil}.PC-{kin}", "StudentId": pupil, "ContactId": kin, "Relationship": "Father",
           "Priority": 1, "ParResp": 1}  # fmt: skip
    return {**row, **more}


def _school(people: Sequence[Person]) -> Host:
    born = {p.id: p.born and p.born.isoformat() for p in people}
    pupils = [
        student(p.id, Forename=p.given, Surname=p.family, DateofBirth=born[p.id], RegGroup=p.form)
        for p in people if p.role == "pupil"
    ]  # fmt: skip
    teachers = [
        staff(p.id, Forename=p.given, Surname=p.family, DateOfBirth=born[p.id])
        for p in people if p.role == "staff"
    ]  # fmt: skip
    form = group(
        "612", StudentIds=",".join(p["Id"] for p in pupils), StaffIds=",".join(s["Id"] for s in teachers)
    )
    kin = [link(p["Id"], "9920") for p in pupils[:1]]
    mark = {"Id": "A1.2026-01-14.AM", "Date": "2026-01-14", "StudentId": "A1", "Mark": "/", "Type": "S",
            "Session": "AM"}  # fmt: skip
    return Host(
        {"Students": pupils, "Staff": teachers, "Groups": [form], "Contacts": [contact("9920")],
         "StudentContacts": kin, "AttendanceForDateRange": [mark],
         "Photos": [{"Id": "1", "PersonId": "A1", "PersonType": "Student", "RowHash": "AB" * 20}]},
        most=5,
    )  # fmt: skip


def setup_for(server: Loopback, cancelled: Callable[[], bool] = lambda: False, **more: str) -> Setup:
    settings = {
        "url": f"{server.url}/api/v1/", "token_url": f"{server.url}/api/oauth/GetToken",
        "relying_party": "accounts.larkmere.example", **more,
    }  # fmt: skip
    school = SchoolRef(urn="990099", name="Test School", la_code="823", establishment_number="4017")
    return Setup(
        school=school, settings=settings, secrets={"secret": CANARY}, now=lambda: NOW, cancelled=cancelled
    )


def xporter(server: Loopback, **more: str) -> Xporter:
    return Xporter(setup_for(server, lambda: False, **more), limits=QUICK)


def _served(server: Loopback, cancelled: Callable[[], bool] = lambda: False) -> Served:
    """A token is asked for by POST; anything else but a GET would be a write."""

    def writes() -> list[str]:
        return [
            f"{asked.method} {asked.path}"
            for asked in server.asked
            if asked.method != "GET" and asked.path != "/api/oauth/GetToken"
        ]

    return Served(setup_for(server, cancelled), writes)


@contextmanager
def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Answer], Answer] = lambda answer: answer,
) -> Iterator[Served]:  # fmt: skip
    with serving(around(_school(people))) as server:
        yield _served(server, cancelled)


def _echoed(asked: Asked) -> str:
    """Everything a server could send back: the header, the body, the secret."""
    return f"refused: {asked.headers.get('Authorization')} {asked.body.decode()} {CANARY}"


answering = broken_by(_served)


def _echo(status: int) -> Broken:
    return answering(lambda asked: as_json({"Message": _echoed(asked)}, status, **{"X-Echo": CANARY}))


def _inside(asked: Asked) -> Reply:
    return as_json({**BLANK, "ExceptionMessage": _echoed(asked), "token": None})


def _after_token(asked: Asked) -> Reply | None:
    """A canary for a token, and every answer an error that echoes it."""
    if asked.path.endswith("GetToken"):
        return as_json({**BLANK, "token": CANARY, "expires": EXPIRES})
    return as_json({**BLANK, "ExceptionType": _echoed(asked), "ExceptionMessage": _echoed(asked)})


HARNESS = Harness(
    route="xporter",
    make=lambda setup: Xporter(setup, limits=QUICK),
    serve=serve,
    broken={
        **{str(status): _echo(status) for status in (400, 401, 403, 404, 409, 422, 429, 500, 503)},
        "error inside": answering(_inside),
        "error after the token": answering(_after_token),
        **usual(answering),
        "wrong shape": answering(lambda _: as_json({"token": CANARY, "Students": CANARY, "data": [CANARY]})),
        "list": answering(lambda _: Reply(200, json.dumps([CANARY]).encode())),
    },
    token="/api/oauth/GetToken",
    page=5,
)
