"""The simulated Wonde: who may ask, which call is meant, and the answer as bytes (wonde.md §2-§10).

Knows nothing of sockets: ``Face.answer`` takes a parsed request and returns an ``Answer``, so that every
rule can be tried without a server.  Collections are cut, rendered and cached page by page.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import zlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from connectors.simulator import shapes
from connectors.simulator.approvals import Approvals
from connectors.simulator.bend import bent
from connectors.simulator.face import Answer, dumps, thinned
from connectors.simulator.faults import Fault
from connectors.simulator.listing import Invalid, Page, Query, cut, rows_of
from connectors.simulator.objects import INCLUDES, SCOPE_OF, Objects, tree_of
from connectors.simulator.schools import DemoSchool
from connectors.simulator.world import World

CACHE_BYTES = 64 * 1024 * 1024  # of packed pages: some ten times that unpacked
_PAGING = frozenset({"page", "cursor", "per_page", "include"})
_LISTS = {
    "": ("approved",), "pending": ("pending",), "audited": ("approved",), "offline": ("approved",),
    "revoked": ("revoked",), "declined": ("declined",), "all": None,
}  # fmt: skip
_SCOPES = (
    ("students", False), ("employees", False), ("contacts", True), ("classes", True), ("groups", True),
    ("subjects", True), ("photos", True), ("attendance", True), ("medical", True),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """``region`` is "" or "apse2"; ``path`` the words after ``/v1.0/``, without a trailing slash."""

    method: str
    region: str
    path: tuple[str, ...]
    query: str
    authorization: str = ""
    body: bytes = b""


class Face:
    """``origin`` is this server's own address, for the absolute links in the answers."""

    def __init__(self, world: World, approvals: Approvals, *, token: str, origin: str) -> None:
        self.world, self.approvals, self.token, self.origin = world, approvals, token, origin
        self._objects: dict[str, Objects] = {}
        self._pages: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()
        self._size = 0

    def school_token(self, school: DemoSchool) -> str:
        """The token of one school only, as the approval webhook would deliver it (§2)."""
        return hmac.new(self.token.encode(), school.wonde_id.encode(), "sha256").hexdigest()[:40]

    def answer(self, request: Request, spoilt: Sequence[Fault] = ()) -> Answer:
        allowed = self._who(request.authorization)
        if not allowed:
            return Answer(401, dumps({"error": "Unauthenticated."}))
        try:
            return self._route(request, allowed, spoilt)
        except Invalid as wrong:
            return Answer(422, dumps(wrong.body))

    def _who(self, header: str) -> tuple[DemoSchool, ...]:
        """The schools the token is good for; none if refused. Bearer, or Basic with the token as name."""
        kind, _, value = header.partition(" ")
        if kind.lower() == "basic":
            try:
                value = base64.b64decode(value, validate=True).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                return ()
        elif kind.lower() != "bearer":
            return ()
        if hmac.compare_digest(value.strip().encode(), self.token.encode()):
            return self.world.schools
        return tuple(
            one for one in self.world.schools if hmac.compare_digest(value.strip(), self.school_token(one))
        )

    def _route(self, request: Request, allowed: tuple[DemoSchool, ...], spoilt: Sequence[Fault]) -> Answer:
        match request.method, request.path:
            case "GET", ("schools",):
                return self._schools(request, allowed, "")
            case "GET", ("schools", state) if state in _LISTS:
                return self._schools(request, allowed, state)
            case _, ("schools", wonde_id, *rest):
                school = next((one for one in allowed if one.wonde_id == wonde_id), None)
                if school is None:
                    return Answer(404, dumps({"error": "School not found."}))
                return self._school(request, school, tuple(rest), spoilt)
            case "GET", ("meta", "schools", wonde_id, *rest):
                school = next((one for one in allowed if one.wonde_id == wonde_id), None)
                if school is None:
                    return Answer(404, dumps({"error": "School not found."}))
                return self._meta(school, tuple(rest))
        return Answer(404, dumps({"message": "Not found."}))

    # -- schools and approval (§3) --

    def _schools(self, request: Request, allowed: tuple[DemoSchool, ...], state: str) -> Answer:
        query, wanted = dict(parse_qsl(request.query)), _LISTS[state]
        rows = [
            school
            for school in allowed
            if (wanted is None or self.approvals.of[school.urn].state in wanted)
            and (state != "offline" or not self.approvals.of[school.urn].online)
            and _found(school, query)
        ]
        url = f"{self._base(request)}/{'/'.join(request.path)}"
        page = cut(len(rows), query, url)
        shown = [shapes.school_object(one, origin=self.origin) for one in rows[page.start : page.stop]]
        return Answer(200, dumps({"data": shown, "meta": _meta_of(page, ())}))

    def _school(
        self, request: Request, school: DemoSchool, rest: tuple[str, ...], spoilt: Sequence[Fault]
    ) -> Answer:
        match request.method, rest:
            case "GET", () if not self.approvals.of[school.urn].approved:
                return self._refuse(school, 404, "School not found.")  # not (or no longer) shared (§10)
            case "GET", ():
                return Answer(200, dumps({"data": shapes.school_object(school, origin=self.origin)}))
            case "POST", ("request-access",):
                return _outcome(self.approvals.request(school.urn))
            case "DELETE", ("revoke-access",):
                return _outcome(self.approvals.hand_back(school.urn))
            case "GET", (_, *_):
                return self._data(request, school, rest, spoilt)
        return Answer(404, dumps({"message": "Not found."}))

    def _meta(self, school: DemoSchool, rest: tuple[str, ...]) -> Answer:
        standing = self.approvals.of[school.urn]
        if rest == ():
            data = {"online": standing.online, "approved": standing.approved,
                    "audited": standing.approved, "custom_attendance_codes": False}  # fmt: skip
            return Answer(200, dumps({"data": data}))
        if rest == ("permissions",):
            return Answer(
                200, dumps({"data": [self._permission(school, *one) for one in _SCOPES], "meta": {}})
            )
        if rest == ("acl",):
            return Answer(200, dumps({"data": {"mode": "exclude", "ids": []}}))
        return self._refuse(school, 404, "Not found.")

    def _permission(self, school: DemoSchool, name: str, optional: bool) -> shapes.Json:
        standing = self.approvals.of[school.urn]
        given = standing.approved and name not in school.quirks.withheld
        begun = self.world.today.replace(month=1, day=1)
        return {
            "identity": f"{name}.read", "name": f"Read {name}", "description": f"Read access to {name}.",
            "parent": None, "group": name, "active_from": shapes.day(begun, "utc"), "optional": optional,
            "approved": given, "audited": given,
        }  # fmt: skip

    def _refuse(self, school: DemoSchool, status: int, text: str) -> Answer:
        return Answer(status, dumps({school.quirks.error_shape: text}))

    def _base(self, request: Request) -> str:
        return f"{self.origin}/wonde{'-' + request.region if request.region else ''}/v1.0"

    # -- people and sets (§5-§9) --

    def _data(
        self, request: Request, school: DemoSchool, rest: tuple[str, ...], spoilt: Sequence[Fault]
    ) -> Answer:
        if not self.approvals.of[school.urn].approved:
            return self._refuse(school, 403, "This school has not approved access for this application.")
        query = dict(parse_qsl(request.query))
        includes = [name.strip() for name in query.get("include", "").split(",") if name.strip()]
        if rest == ("counts",):
            return self._counts(school, includes, request.region, spoilt)
        joined = "/".join(rest)
        resource = joined if joined in INCLUDES else "/".join(rest[:-1])
        if resource.partition("/")[0] in school.quirks.withheld:
            return self._refuse(school, 403, f"Permission denied: {resource}.read is not approved.")
        if resource not in INCLUDES:
            return self._refuse(school, 404, "Not found.")
        allowed = INCLUDES[resource]
        refused = [name for name in includes if SCOPE_OF.get(name.split(".")[0]) in school.quirks.withheld]
        if refused and school.quirks.without_consent == "error":
            return self._refuse(school, 403, f"Permission denied for include: {refused[0]}.")
        includes = [name for name in includes if name not in refused]
        if request.region != school.region:  # the wrong host has no data and says no word about it (§1)
            return Answer(200, dumps({"data": [], "meta": _meta_of(cut(0, query, ""), allowed)}))
        if joined != resource:
            return self._one(school, resource, rest[-1], includes, allowed)
        return self._many(request, school, resource, query, includes, allowed, spoilt)

    def objects(self, school: DemoSchool) -> Objects:
        """The index of a roll, made anew when the roll has moved on."""
        roll = self.world.roll(school.urn)
        known = self._objects.get(school.urn)
        if known is None or known.version != roll.version:
            known = self._objects[school.urn] = Objects(roll)
        return known

    def _one(
        self, school: DemoSchool, resource: str, key: str, includes: list[str], allowed: tuple[str, ...]
    ) -> Answer:
        objects = self.objects(school)
        rows = rows_of(objects.roll, objects, resource, {})
        row = next((one for one in rows if getattr(one, "id", "") == key), None)
        if row is None:
            return self._refuse(school, 404, "Record not found.")
        data = objects.render(resource, row, tree_of(includes, allowed))
        return Answer(200, dumps({"data": data, "meta": {"includes": list(allowed)}}))

    def _many(
        self, request: Request, school: DemoSchool, resource: str, query: Query, includes: list[str],
        allowed: tuple[str, ...], spoilt: Sequence[Fault],
    ) -> Answer:  # fmt: skip
        objects = self.objects(school)
        filters = tuple(sorted(one for one in query.items() if one[0] not in _PAGING))
        rows = objects.listed.get((resource, filters))
        if rows is None:
            rows = objects.listed[resource, filters] = rows_of(objects.roll, objects, resource, query)
        rows = list(thinned(rows, spoilt)) if spoilt else rows
        page = bent(len(rows), query, f"{self._base(request)}/{'/'.join(request.path)}", spoilt)
        key = (
            school.urn,
            objects.version,
            resource,
            tuple(includes),
            filters,
            page.start,
            page.stop,
            len(rows),
        )
        packed = self._pages.get(key)
        if packed is None:
            tree = tree_of(includes, allowed)
            body = dumps([objects.render(resource, row, tree) for row in rows[page.start : page.stop]])
            self._keep(key, zlib.compress(body, 1))
        else:
            body = zlib.decompress(packed)
        return Answer(200, b'{"data":' + body + b',"meta":' + dumps(_meta_of(page, allowed)) + b"}")

    def _keep(self, key: tuple[Any, ...], body: bytes) -> None:
        """The newest pages, up to CACHE_BYTES."""
        self._pages[key] = body
        self._size += len(body)
        while self._size > CACHE_BYTES:
            self._size -= len(self._pages.popitem(last=False)[1])

    def _counts(
        self, school: DemoSchool, includes: list[str], region: str, spoilt: Sequence[Fault]
    ) -> Answer:
        objects, data = self.objects(school), {}
        extra = sum(int(fault.how.get("more", 25)) for fault in spoilt if fault.kind == "totals_disagree")
        for name in includes:
            withheld = name in school.quirks.withheld
            if withheld and school.quirks.without_consent == "error":
                return self._refuse(school, 403, f"Permission denied: {name}.read is not approved.")
            if name in INCLUDES and not withheld:
                rows = rows_of(objects.roll, objects, name, {}) if region == school.region else []
                data[name] = {"data": {"count": len(rows) + extra}}
        return Answer(200, dumps({"data": data}))


def _outcome(result: tuple[bool, str, str]) -> Answer:
    success, state, message = result
    return Answer(200, dumps({"success": success, "state": state, "message": message}))


def _found(school: DemoSchool, query: Query) -> bool:
    prefix = query.get("postcode", "").replace(" ", "").upper()
    return (
        query.get("urn", school.urn) == school.urn
        and query.get("la_code", school.la_code) == school.la_code
        and query.get("establishment_number", school.establishment_number) == school.establishment_number
        and school.postcode.replace(" ", "").startswith(prefix)
    )


def _meta_of(page: Page, includes: tuple[str, ...]) -> shapes.Json:
    meta: shapes.Json = {} if page.meta is None else {"pagination": page.meta}
    return {**meta, "includes": list(includes)} if includes else meta
