"""A OneRoster service for every school: ``/oneroster/<URN>/…``, 1.1 or 1.2, by tokens or by signatures.

Which of them, how long a page may be, whether a total is told and where ``next`` points differ from school
to school, as services do (oneroster.md §1-§5).  A school that has not approved refuses the credentials.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from connectors.oauth import basic
from connectors.simulator.face import Answer, Call, Ground, Typed, as_json, same, thinned
from connectors.simulator.faults import Fault
from connectors.simulator.oneroster_objects import Json, Objects
from connectors.simulator.oneroster_signatures import Register
from connectors.simulator.schools import DemoSchool

BASES = {("ims", "oneroster", "v1p1"): "1.1", ("ims", "oneroster", "rostering", "v1p2"): "1.2"}
MODELS = {"students": "users", "teachers": "users", "schools": "orgs"}
COLLECTIONS = ("orgs", "schools", "academicSessions", "courses", "classes", "users", "students", "teachers",
               "enrollments", "demographics")  # fmt: skip
_SINCE = re.compile(r"dateLastModified>='([0-9TZ:.\-]+)'")


class OneRosterFace:
    route: ClassVar[str] = "oneroster"
    prefixes: ClassVar[tuple[str, ...]] = ("oneroster",)

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.given: dict[str, int] = {}
        self.register = Register(self._secret_of)
        self._objects: dict[str, Objects] = {}
        self._gone: dict[str, dict[str, Json]] = {}

    # -- who may ask --------------------------------------------------------------

    def version(self, school: DemoSchool) -> str:
        return "1.2" if school.number % 3 == 0 else "1.1"

    def signs(self, school: DemoSchool) -> bool:
        return school.number % 3 == 2

    def typed(self, school: DemoSchool) -> Typed:
        """The address as suppliers print it: bare, with /ims/oneroster, or whole."""
        stem = f"{self.ground.origin}/oneroster/{school.urn}"
        path = {v: "/".join(words) for words, v in BASES.items()}[self.version(school)]
        address = (stem, f"{stem}/ims/oneroster", f"{stem}/{path}")[school.number % 4 % 3]
        settings = {"url": address, "client_id": f"client-{school.slug}"}
        if self.signs(school):
            settings |= {"auth": "oauth1", "signature": ("HMAC-SHA1", "HMAC-SHA256")[school.number % 2]}
        else:
            settings["token_url"] = f"{stem}/token"
        return Typed(settings=settings, secrets={"client_secret": self._secret(school)})

    def expire(self, school: DemoSchool) -> None:
        """The token given last is no longer good."""
        self.given[school.urn] = self.given.get(school.urn, 0) + 1

    def _secret(self, school: DemoSchool) -> str:
        return self.ground.key("oneroster", school.urn)

    def _secret_of(self, client: str) -> str:
        found = (s for s in self.ground.world.schools if client == f"client-{s.slug}")
        return next((self._secret(school) for school in found), "")

    def _good_token(self, school: DemoSchool) -> str:
        return self.ground.key("oneroster-token", school.urn, str(self.given.get(school.urn, 0)))

    def _token(self, call: Call, school: DemoSchool) -> Answer:
        pair = basic(f"client-{school.slug}", self._secret(school))
        if not same(call.headers.get("authorization", ""), pair) or not self.ground.approved(school):
            return as_json({"error": "invalid_client", "error_description": "The client is not known."}, 401)
        if call.method != "POST" or call.form.get("grant_type") != "client_credentials":
            return as_json({"error": "unsupported_grant_type"}, 400)
        self.expire(school)
        return as_json({"access_token": self._good_token(school), "token_type": "bearer", "expires_in": 3600})

    def _may(self, call: Call, school: DemoSchool) -> bool:
        if not self.ground.approved(school):
            return False
        if self.signs(school):
            return self.register.signed(call)
        return bool(call.bearer) and same(call.bearer, self._good_token(school))

    # -- answering ----------------------------------------------------------------

    def aim(self, call: Call) -> tuple[str | None, str]:
        known = {school.urn for school in self.ground.world.schools}
        urn = next((word for word in call.path[:1] if word in known), None)
        words = [word for word in call.path if word in (*COLLECTIONS, "token")]
        return urn, words[-1] if words else ""

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        school = next((s for s in self.ground.world.schools if call.path[:1] == (s.urn,)), None)
        if school is None:
            return as_json({"error": "Not found"}, 404)
        if call.path[1:] == ("token",):
            return self._token(call, school)
        base = next((b for b, v in BASES.items() if v == self.version(school)), ())
        if call.path[1 : len(base) + 1] != base:
            return as_json({"error": "Not found"}, 404)
        if not self._may(call, school):
            return told(401, "unauthorisedrequest", "The request is not signed by a client that may ask.")
        if not self.ground.online(school):
            return told(500, "internal_server_error", "The MIS behind this service does not answer.")
        return self._data(call, school, call.path[len(base) + 1 :], spoilt)

    def _data(self, call: Call, school: DemoSchool, path: tuple[str, ...], spoilt: Sequence[Fault]) -> Answer:
        objects = self._of(school)
        match path:
            case (name,) if name in COLLECTIONS:
                return self._page(call, school, name, objects.of(name), spoilt)
            case ("schools", id_, name) if name in ("classes", "enrollments", "students", "teachers"):
                rows = objects.of(name) if id_ == f"sch-{school.urn}" else []
                return self._page(call, school, name, rows, spoilt)
            case (name, id_) if name in COLLECTIONS:
                row = next((r for r in objects.of(name) if r["sourcedId"] == id_), None)
                if row is None:
                    return told(404, "unknownobject", "There is no such object.")
                model = MODELS.get(name, name)
                return as_json({model if model == "demographics" else _single(model): row})
        return told(404, "unknownobject", "There is no such collection.")

    def _of(self, school: DemoSchool) -> Objects:
        roll = self.ground.world.roll(school.urn)
        known = self._objects.get(school.urn)
        if known is None or known.as_of != roll.version:
            gone = self._gone.setdefault(school.urn, {})
            known = self._objects[school.urn] = Objects(
                roll, version=self.version(school), origin="https://mis.example", gone=gone
            )
        return known

    def _page(
        self, call: Call, school: DemoSchool, name: str, rows: Sequence[Json], spoilt: Sequence[Fault]
    ) -> Answer:
        asked = call.asked
        limit, offset = asked.get("limit", "100"), asked.get("offset", "0")
        if not (limit.isdecimal() and int(limit) > 0 and offset.isdecimal()):
            return told(400, "invaliddata", "limit and offset must be numbers.")
        if asked.get("sort", "sourcedId") != "sourcedId" or (school.number % 7 == 0 and "sort" in asked):
            return told(400, "invalid_sort_field", "This field cannot be sorted by.")
        if said := asked.get("filter"):
            since = _SINCE.fullmatch(said)
            if since is None:
                return told(400, "invalid_filter_field", f"Unknown filter {said[:80]}")
            rows = [row for row in rows if row["dateLastModified"] >= since[1]]
        most = 150 if school.number % 4 == 1 else 5000
        return self._cut(call, school, name, rows, min(int(limit), most), int(offset), spoilt)

    def _cut(
        self, call: Call, school: DemoSchool, name: str, rows: Sequence[Json], size: int, offset: int,
        spoilt: Sequence[Fault],
    ) -> Answer:  # fmt: skip
        total, loops, endless = len(rows), False, False
        rows = thinned(rows, spoilt)
        for fault in spoilt:
            if fault.kind == "duplicated_page":
                rows, total = [*rows[:size], *rows], total + min(size, total)
            elif fault.kind == "missing_page":
                rows = [*rows[:size], *rows[2 * size :]]
            elif fault.kind == "totals_disagree":
                total += int(fault.how.get("more", 25))
            elif fault.kind == "endless_paging":
                endless, loops = True, bool(fault.how.get("loop"))
        if endless:
            offset = min(offset, max(0, (len(rows) - 1) // size * size))
        page = rows[offset : offset + size]
        headers = {} if endless or school.number % 5 == 0 else {"X-Total-Count": str(total)}
        if endless or offset + len(page) < total:
            after = int(call.asked.get("offset", "0")) + (0 if loops else len(page))
            headers |= _link(call, school, after)
        key = name if school.number % 2 else MODELS.get(name, name)
        return as_json({key: list(page)}, 200, **headers)


def _link(call: Call, school: DemoSchool, offset: int) -> dict[str, str]:
    """None, a good one, one to an internal host, or one whose rels stand in another order (§3)."""
    kind = school.number % 4
    if kind == 0:
        return {}
    url = call.url if kind != 2 else f"http://internal.example/{'/'.join(call.path)}"
    following = f"<{url}?{urlencode({**call.asked, 'offset': str(offset)})}>"
    first = f'<{url}>; rel="first"'
    return {"Link": f'{first}, {following}; rel="next"' if kind == 1 else f"{following}; rel=next, {first}"}


def _single(model: str) -> str:
    return "class" if model == "classes" else model.removesuffix("s")


def told(status: int, code: str, text: str) -> Answer:
    """An error in the standard's own form (§5)."""
    minor: dict[str, Any] = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": code}
    return as_json(
        {"imsx_codeMajor": "failure", "imsx_severity": "error", "imsx_description": text,
         "imsx_CodeMinor": {"imsx_codeMinorField": [minor]}}, status,
    )  # fmt: skip


FACE = OneRosterFace
