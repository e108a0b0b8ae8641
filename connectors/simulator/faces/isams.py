"""iSAMS and Ed:gen among the faces: ``/isams/{slug}/`` with tokens, REST lists and the Batch document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID
from xml.sax.saxutils import escape

from connectors.simulator import isams_objects as objects
from connectors.simulator.bend import bent
from connectors.simulator.face import Answer, Call, Ground, Typed, as_json, same, thinned
from connectors.simulator.faults import Fault
from connectors.simulator.people import Roll
from connectors.simulator.schools import DemoSchool

RESOURCES = {"token": "meta", "xml.ashx": "batch"}
_METHOD = re.compile(rb"<Method>\s*(\w+)\s*</Method>")


class IsamsFace:
    """``withheld`` maps a slug to modules ("students", "employees", "roles") the client may not read.

    Schools of an odd number are merged systems: they refuse a token request that names a scope.
    """

    route: ClassVar[str] = "isams"
    prefixes: ClassVar[tuple[str, ...]] = ("isams",)

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.given: dict[str, int] = {}
        self.withheld: dict[str, frozenset[str]] = {}

    # -- who may ask --------------------------------------------------------------

    def typed(self, school: DemoSchool) -> Typed:
        return Typed(
            settings={"url": f"{self.ground.origin}/isams/{school.slug}", "client_id": self._client(school)},
            secrets={"client_secret": self.ground.key("isams", school.slug)},
        )

    def keyed(self, school: DemoSchool) -> Typed:
        """The same school by Batch with an API key."""
        url = self.typed(school).settings["url"]
        return Typed(
            settings={"url": url, "interface": "batch"}, secrets={"client_secret": self.api_key(school)}
        )

    def api_key(self, school: DemoSchool) -> str:
        return str(UUID(self.ground.key("isams-batch", school.slug)[:32]))

    def expire(self, school: DemoSchool) -> None:
        """The token given last is no longer good."""
        self.given[school.slug] = self.given.get(school.slug, 0) + 1

    def _client(self, school: DemoSchool) -> str:
        return f"partner-{school.slug}"

    def _good(self, school: DemoSchool) -> str:
        return self.ground.key("isams-token", school.slug, str(self.given.get(school.slug, 0)))

    def _token(self, call: Call, school: DemoSchool) -> Answer:
        form = call.form
        known = same(form.get("client_secret", ""), self.ground.key("isams", school.slug))
        if form.get("client_id") != self._client(school) or not known or not self.ground.approved(school):
            return as_json({"error": "invalid_client"}, 400)
        if form.get("scope") and school.number % 2:
            return as_json({"error": "invalid_scope"}, 400)
        self.expire(school)
        return as_json({"access_token": self._good(school), "token_type": "Bearer", "expires_in": 3600})

    def _signed(self, call: Call, school: DemoSchool) -> bool:
        return bool(call.bearer) and same(call.bearer, self._good(school)) and self.ground.approved(school)

    # -- answering ----------------------------------------------------------------

    def _school(self, call: Call) -> DemoSchool | None:
        slug = call.path[0] if call.path else ""
        return next((one for one in self.ground.world.schools if one.slug == slug), None)

    def aim(self, call: Call) -> tuple[str | None, str]:
        school, last = self._school(call), call.path[-1] if call.path else ""
        resource = RESOURCES.get(last, last)
        if resource == "batch":
            resource = "employees" if objects.STAFF_METHOD.encode() in call.body else "students"
        return school.urn if school else None, resource

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        school = self._school(call)
        if school is None:
            return as_json({"message": "No such school."}, 404)
        match call.path[1:]:
            case ("auth", "connect", "token") if call.method == "POST":
                return self._token(call, school)
            case ("api", "batch", "1.0", "xml.ashx"):
                return self._batch(call, school, spoilt)
            case ("api", *words) if call.method == "GET":
                return self._rest(call, school, words, spoilt)
        return as_json({"message": "Not found."}, 404)

    def _rest(self, call: Call, school: DemoSchool, words: Sequence[str], spoilt: Sequence[Fault]) -> Answer:
        if not self._signed(call, school):
            return as_json({"message": "Authorization has been denied for this request."}, 401)
        if not self.ground.online(school):
            return as_json({"message": "The service is unavailable."}, 503)
        if words[-1:] and words[-1] in self.withheld.get(school.slug, ()):
            return as_json({"message": "The client has no permission on this module."}, 403)
        roll = self.ground.world.roll(school.urn)
        match words:
            case ["students"]:
                rows = [objects.student(roll, row) for row in objects.pupils(roll)]
                return self._page(call, "students", rows, spoilt)
            case ["humanresources", "employees"]:
                members = [objects.employee(row, roll.today) for row in objects.staff(roll)]
                return self._page(call, "employees", members, spoilt)
            case ["humanresources", "employees", own, "roles"]:
                return self._roles(roll, own)
        return as_json({"message": "Not found."}, 404)

    def _roles(self, roll: Roll, own: str) -> Answer:
        row = next((one for one in roll.staff.values() if one.mis_id == own), None)
        return (
            as_json({"message": "Not found."}, 404) if row is None else as_json({"roles": objects.roles(row)})
        )

    def _page(self, call: Call, key: str, rows: Sequence[Any], spoilt: Sequence[Fault]) -> Answer:
        total, asked = len(rows), call.asked
        number, size = asked.get("page", "1"), asked.get("pageSize", "100")
        if not (number.isdecimal() and int(number) > 0 and size.isdecimal() and 0 < int(size) <= 1000):
            return as_json({"message": "page and pageSize must be numbers from 1."}, 400)
        kept, most = thinned(rows, spoilt), min(int(size), 200)
        page = bent(len(kept), {"page": number, "per_page": str(most)}, call.url, spoilt)
        for fault in spoilt:
            total += {
                "duplicated_page": min(most, total),
                "totals_disagree": int(fault.how.get("more", 25)),
            }.get(fault.kind, 0)
        pages = 10**6 if any(fault.kind == "endless_paging" for fault in spoilt) else -(-total // most)
        return as_json(
            {key: kept[page.start : page.stop], "page": int(number), "pageSize": most, "totalCount": total,
             "totalPages": pages}
        )  # fmt: skip

    # -- the Batch document ---------------------------------------------------------

    def _batch(self, call: Call, school: DemoSchool, spoilt: Sequence[Fault]) -> Answer:
        key = call.asked.get("apiKey", "")
        by_key = same(key, self.api_key(school)) and self.ground.approved(school)
        if not by_key and not (key == self._client(school) and self._signed(call, school)):
            return told(401, "InvalidApiKey", "The API key is not valid.")
        if not self.ground.online(school):
            return told(503, "UnhandledException", "The service is unavailable.")
        methods = [method.decode() for method in _METHOD.findall(call.body)]
        hidden = self.withheld.get(school.slug, frozenset())
        names = {"students": objects.PUPIL_METHOD, "employees": objects.STAFF_METHOD}
        lacking = [names[one] for one in hidden if names.get(one) in methods]
        if lacking:
            return told(
                403, "MethodsNotAllocatedToKeyException", f"Not allocated to this key: {', '.join(lacking)}"
            )
        roll = self.ground.world.roll(school.urn)
        body = objects.document(roll, methods, lambda rows: thinned(rows, spoilt))
        return Answer(200, body, kind="application/xml; charset=utf-8")


def told(status: int, name: str, text: str) -> Answer:
    """An error in the Batch API's own form (§4.3)."""
    body = (
        f'<?xml version="1.0" encoding="utf-16"?><Message><MessageId>{status}</MessageId>'
        f"<MessageName>{name}</MessageName><Title>{name}</Title><Description>{escape(text)}</Description></Message>"
    )
    return Answer(status, body.encode(), kind="application/xml")


FACE = IsamsFace
