"""A OneRoster service whose rows a test writes: tokens, signatures, limit and offset, and its deviations."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from loopback import NOW, QUICK, Asked, Loopback, Reply, as_json

from connectors.base import SchoolRef, Setup
from connectors.http import Limits
from connectors.oneroster import OneRoster

Rows = dict[str, list[Any]]
SECRET = "canary-secret-of-a-client-5d1e"
CLIENT = "relying.example|8234017"
PATHS = {"1.1": "/ims/oneroster/v1p1/", "1.2": "/ims/oneroster/rostering/v1p2/"}
STAMP = "2026-01-09T07:31:12.000Z"
KEYS = {"students": "users", "teachers": "users", "schools": "orgs"}


def org(id_: str = "sch", **more: Any) -> dict[str, Any]:
    return {"sourcedId": id_, "status": "active", "dateLastModified": STAMP, "name": "Test School",
            "type": "school", "identifier": "990099", **more}  # fmt: skip


def ref(id_: str, kind: str = "org") -> dict[str, str]:
    return {"href": f"https://elsewhere.example/{id_}", "sourcedId": id_, "type": kind}


def user(id_: str, role: str = "student", school: str = "sch", **more: Any) -> dict[str, Any]:
    """Of version 1.2; ``roles`` may be given."""
    held = [{"roleType": "primary", "role": role, "org": ref(school)}]
    row = {"sourcedId": id_, "status": "active", "dateLastModified": STAMP, "metadata": {},
           "username": f"u{id_}", "userIds": [], "enabledUser": "true", "givenName": "Nia",
           "familyName": "Okonjo-Hale", "roles": held, "identifier": "", "agents": [], "grades": [],
           "password": "never-read"}  # fmt: skip
    return {**row, **more}


def user_1_1(id_: str, role: str = "student", school: str = "sch", **more: Any) -> dict[str, Any]:
    row = user(id_) | {"enabledUser": True, "role": role, "orgs": [ref(school)]}
    del row["roles"]
    return {**row, **more}


def school_class(id_: str, school: str = "sch", **more: Any) -> dict[str, Any]:
    row = {"sourcedId": id_, "status": "active", "dateLastModified": STAMP, "title": "7KES",
           "classType": "homeroom", "course": ref("crs", "course"), "school": ref(school),
           "terms": [ref("ses", "academicSession")]}  # fmt: skip
    return {**row, **more}


def enrolment(id_: str, class_: str, person: str, role: str = "student", **more: Any) -> dict[str, Any]:
    row = {"sourcedId": id_, "status": "active", "dateLastModified": STAMP, "user": ref(person, "user"),
           "class": ref(class_, "class"), "school": ref("sch"), "role": role, "primary": "false"}  # fmt: skip
    return {**row, **more}


@dataclass
class Service:
    """``rows`` by collection; orgs and courses have a default.  ``hook`` may answer instead.

    ``most`` rows a page at most; ``total`` False: no X-Total-Count; ``link`` gives the Link header for the
    next address; ``by_path`` names the list after the path; ``filters`` False: the filter is not heeded.
    """

    rows: Rows
    secret: str = SECRET
    versions: tuple[str, ...] = ("1.2",)
    most: int = 10_000
    total: bool = True
    link: Callable[[str], str] | None = None
    by_path: bool = False
    filters: bool = True
    in_body: bool = False
    hook: Callable[[Asked], Reply | None] = lambda _: None
    given: int = 0
    forms: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = {"orgs": [org()], "courses": [{"sourcedId": "crs", "title": "Forms"}], **self.rows}

    def __call__(self, asked: Asked) -> Reply | None:
        told = self.hook(asked)
        if told is not None:
            return told
        if asked.path == "/token":
            return self._token(asked)
        if asked.headers.get("Authorization") != f"Bearer tok-{self.given}":
            return as_json({"error": "invalid_token"}, 401)
        version = next((v for v in self.versions if asked.path.startswith(PATHS[v])), None)
        if version is None:
            return as_json({"error": "Not found"}, 404)
        return self.answer(asked, asked.path.removeprefix(PATHS[version]))

    def _token(self, asked: Asked) -> Reply:
        form = {key: values[0] for key, values in parse_qs(asked.body.decode()).items()}
        self.forms.append(form)
        pair = base64.b64encode(f"{CLIENT}:{self.secret}".encode()).decode()
        good = asked.headers.get("Authorization") == f"Basic {pair}"
        if self.in_body:
            good = (form.get("client_id"), form.get("client_secret")) == (CLIENT, self.secret)
        if not good:
            return as_json({"error": "invalid_client", "error_description": "Client unknown."}, 401)
        self.given += 1
        return as_json({"access_token": f"tok-{self.given}", "token_type": "bearer", "expires_in": 3600})

    def answer(self, asked: Asked, path: str) -> Reply:
        words = path.split("/")
        if len(words) == 2 and words[0] in self.rows:
            found = [r for r in self.rows[words[0]] if isinstance(r, dict) and r.get("sourcedId") == words[1]]
            key = words[0] if words[0] == "demographics" else words[0].removesuffix("s")
            return as_json({key: found[0]}) if found else as_json({"error": "Not found"}, 404)
        name = KEYS.get(words[-1], words[-1])
        if name not in self.rows:
            return as_json({"error": "Not found"}, 404)
        rows = [r for r in self.rows[name] if self._asked_for(asked, r)]
        return self._page(asked, rows, words[-1] if self.by_path else name)

    def _asked_for(self, asked: Asked, row: Any) -> bool:
        said = asked.query.get("filter", "")
        if not said or not self.filters or not isinstance(row, dict):
            return True
        assert said.startswith("dateLastModified>='")
        return str(row.get("dateLastModified", "")) >= said.split("'")[1]

    def _page(self, asked: Asked, rows: list[Any], key: str) -> Reply:
        limit, offset = int(asked.query.get("limit", "100")), int(asked.query.get("offset", "0"))
        page = rows[offset : offset + min(limit, self.most)]
        headers = {"X-Total-Count": str(len(rows))} if self.total else {}
        after = offset + len(page)
        if self.link and after < len(rows):
            headers["Link"] = self.link(f"{asked.path}?limit={limit}&offset={after}")
        return as_json({key: page}, **headers)


def setup_for(
    server: Loopback, *, secret: str = SECRET, cancelled: Callable[[], bool] = lambda: False,
    now: Callable[[], datetime] = lambda: NOW, school: SchoolRef | None = None, **settings: str,
) -> Setup:  # fmt: skip
    address = {"url": server.url, "token_url": f"{server.url}/token", "client_id": CLIENT}
    return Setup(
        school=school or SchoolRef(urn="990099", name="Test School"), settings={**address, **settings},
        secrets={"client_secret": secret}, cancelled=cancelled, now=now,
    )  # fmt: skip


def roster(server: Loopback, *, limits: Limits = QUICK, **settings: Any) -> OneRoster:
    return OneRoster(setup_for(server, **settings), limits=limits)
