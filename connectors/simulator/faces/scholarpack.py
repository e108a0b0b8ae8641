"""ScholarPack among the faces: one address for all schools, ``/scholarpack/api/v1/…``; the token tells which.

The consent page at ``/scholarpack/oauth2/authorize/`` asks for the school's word instead of a password: who
opens the link of the demo in a browser chooses a school there and ends at an address with the code.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from connectors.oauth import basic
from connectors.simulator import scholarpack_rows as rows
from connectors.simulator import shapes
from connectors.simulator.face import Answer, Call, Ground, Typed, as_json, same, thinned
from connectors.simulator.faults import Fault
from connectors.simulator.scholarpack_grants import Grant, Grants
from connectors.simulator.schools import DemoSchool

CLIENT = "misconsole-demo"
SCOPES = {
    "school": "school-info:read", "students": "student:read", "staff": "staff:read",
    "staff/contracts": "staff-contract:read", "contacts": "contacts:third-party",
    "students/register": "student-register:read", "students/photos": "student-photo:read",
    "staff/photos": "staff-photo:read",
}  # fmt: skip
ALL = frozenset({*SCOPES.values(), "contacts:first-party"})
RESOURCES = {"staff": "employees", "staff/contracts": "contracts", "students/register": "attendance"}
PAGE = "<!doctype html><meta charset=utf-8><title>Demo ScholarPack</title>"
MOST = 500


class ScholarPackFace:
    route: ClassVar[str] = "scholarpack"
    prefixes: ClassVar[tuple[str, ...]] = ("scholarpack",)

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.grants = Grants(ground.key)
        self.base = f"{ground.origin}/scholarpack"

    @property
    def _secret(self) -> str:
        return self.ground.key("scholarpack", "client")

    def typed(self, school: DemoSchool) -> Typed:
        """With a code as if somebody at the school had just consented to everything."""
        return Typed(
            settings={
                "url": f"{self.base}/api/v1/", "client_id": CLIENT,
                "redirect_uri": f"{self.base}/returned/",
            },
            secrets={"client_secret": self._secret, "code": self.grants.code(school.urn, ALL)},
        )  # fmt: skip

    def _school(self, urn: str) -> DemoSchool:
        return next(school for school in self.ground.world.schools if school.urn == urn)

    def aim(self, call: Call) -> tuple[str | None, str]:
        grant = self.grants.by_access(call.bearer)
        name = _resource(call.path[2:]) if call.path[:2] == ("api", "v1") else "token"
        return grant.urn if grant else None, RESOURCES.get(name, name)

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        match call.path:
            case ("oauth2", "authorize") if call.method == "GET":
                return self._consent(call)
            case ("returned",):
                return _page("<p>Copy the whole address of this page into the console.")
            case ("oauth2", "token") if call.method == "POST":
                return self._token(call)
            case ("api", "v1", *_) if call.method == "GET" and call.url.endswith("/"):
                return self._data(call, spoilt)
        return as_json({"error": "Not found"}, 404)

    # -- consent ------------------------------------------------------------------

    def _consent(self, call: Call) -> Answer:
        asked = call.asked
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") != f"{self.base}/returned/":
            return as_json({"error": "invalid_client"}, 400)
        scopes = frozenset(asked.get("scope", "").split()) & ALL
        school = next((one for one in self.ground.world.schools if one.slug == asked.get("school")), None)
        if school is None or asked.get("response_type") != "code":
            return self._form(asked, scopes)
        state = self.ground.approvals.of[school.urn].state
        if asked.get("decision") == "cancel" or state == "declined":
            told = {"error": "access_denied"}
        else:
            self.ground.approvals.decide([school.urn], "approved")
            told = {"code": self.grants.code(school.urn, scopes)}
        back = f"{asked['redirect_uri']}?{urlencode({**told, 'state': asked.get('state', '')})}"
        return Answer(302, b"", headers={"Location": back})

    def _form(self, asked: dict[str, str], scopes: frozenset[str]) -> Answer:
        kept = "".join(
            f'<input type=hidden name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items() if name not in ("school", "decision")
        )  # fmt: skip
        schools = "".join(
            f"<option value={one.slug}>{html.escape(one.name)}" for one in self.ground.world.schools
        )
        listed = "".join(f"<li>{html.escape(scope)}" for scope in sorted(scopes))
        return _page(
            f"<form>{kept}<p>School <select name=school>{schools}</select><ul>{listed}</ul>"
            "<button name=decision value=confirm>Confirm</button> "
            "<button name=decision value=cancel>Cancel</button></form>"
        )

    def _token(self, call: Call) -> Answer:
        form = call.form
        known = same(call.headers.get("authorization", ""), basic(CLIENT, self._secret))
        known = known or same(
            f"{form.get('client_id')} {form.get('client_secret')}", f"{CLIENT} {self._secret}"
        )
        if not known:
            return as_json({"error": "invalid_client"}, 401)
        match form.get("grant_type"):
            case "authorization_code" if form.get("redirect_uri") == f"{self.base}/returned/":
                grant = self.grants.exchange(form.get("code", ""))
                self._consented(grant)
            case "refresh_token":
                grant = self.grants.refresh(form.get("refresh_token", ""))
            case _:
                return as_json({"error": "unsupported_grant_type"}, 400)
        if grant is None or not self.ground.approved(self._school(grant.urn)):
            return as_json({"error": "invalid_grant"}, 400)
        return as_json({
            "access_token": grant.access, "token_type": "Bearer", "expires_in": 3600,
            "refresh_token": grant.refresh, "scope": " ".join(sorted(grant.scopes)),
        })  # fmt: skip

    def _consented(self, grant: Grant | None) -> None:
        """A code is a consent: a school that was not asked in any other way has approved by it."""
        if grant is not None and self.ground.approvals.of[grant.urn].state in ("none", "pending"):
            self.ground.approvals.decide([grant.urn], "approved")

    # -- data ---------------------------------------------------------------------

    def _data(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        grant = self.grants.by_access(call.bearer)
        if grant is None or not self.ground.approved(self._school(grant.urn)):
            return as_json({"message": "The access token is invalid or has expired."}, 401)
        school = self._school(grant.urn)
        if not self.ground.online(school):
            return as_json({"message": "ScholarPack is not available at the moment."}, 503)
        words = call.path[2:]
        name = _resource(words)
        if SCOPES.get(name) not in grant.scopes:
            if name not in SCOPES:
                return as_json({"message": "Not found"}, 404)
            return as_json({"message": "The token does not hold the scope."}, 403)
        if name == "school":
            return as_json({"data": rows.school(school)})
        if name.endswith("/photos"):
            return self._photo(school, words[1])
        return paged(self._rows(school, name, grant), call, spoilt)

    def _rows(self, school: DemoSchool, name: str, grant: Grant) -> list[Any]:
        roll = self.ground.world.roll(school.urn)
        if name == "students":
            return [rows.student(roll, row) for row in rows.on_roll(roll)]
        if name == "students/register":
            return rows.marks(roll)
        if name == "contacts":
            return rows.contacts(roll, first_party="contacts:first-party" in grant.scopes)
        make = rows.staff if name == "staff" else rows.contract
        return [make(row) for row in roll.staff.values()]

    def _photo(self, school: DemoSchool, uuid: str) -> Answer:
        roll = self.ground.world.roll(school.urn)
        people = (*roll.pupils.values(), *roll.staff.values())
        row = next((one for one in people if rows.uuid_of(one.id) == uuid), None)
        photo = shapes.photo(row) if row is not None else None
        return as_json({"data": [photo] if photo else []})


def _resource(words: tuple[str, ...]) -> str:
    """A path without the id in it."""
    return f"{words[0]}/photos" if len(words) == 3 and words[2] == "photos" else "/".join(words)


def _page(body: str) -> Answer:
    return Answer(200, (PAGE + body).encode(), kind="text/html")


def paged(found: Sequence[Any], call: Call, spoilt: Sequence[Fault]) -> Answer:
    """The envelope of reference §4, bent by the paging faults."""
    size = min(int(call.asked.get("per_page", "100")), MOST)
    number = int(call.asked.get("page", "1"))
    whole, lost, more = list(thinned(found, spoilt)), 0, 0
    endless = next((fault for fault in spoilt if fault.kind == "endless_paging"), None)
    for fault in spoilt:
        if fault.kind == "duplicated_page":
            whole = [*whole[:size], *whole]
        elif fault.kind == "missing_page":
            whole, lost = [*whole[:size], *whole[2 * size :]], 1
        elif fault.kind == "totals_disagree":
            more = int(fault.how.get("more", 25))
    pages = max(1, -(-(len(whole) + lost * size + more) // size))
    start = (number - 1) * size
    if endless is not None:
        start, pages = 0, number + 1
    loops = endless is not None and bool(endless.how.get("loop"))
    return as_json(_envelope(call, whole[start : start + size], number, pages, size, loops=loops))


def _envelope(
    call: Call, page: list[Any], number: int, pages: int, size: int, *, loops: bool
) -> dict[str, Any]:
    more, back = number < pages, number > 1
    following = number + (not loops)
    where = f"/{call.prefix}/{'/'.join(call.path)}/"
    return {
        "has_next": more, "has_prev": back, "next_num": following if more else None,
        "prev_num": number - 1 if back else None, "page": number, "pages": pages, "per_page": size,
        "next_uri": f"{where}?page={following}&per_page={size}" if more else None,
        "prev_uri": f"{where}?page={number - 1}&per_page={size}" if back else None, "data": page,
    }  # fmt: skip


FACE = ScholarPackFace
