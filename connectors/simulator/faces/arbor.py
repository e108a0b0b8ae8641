"""Arbor among the faces: a host a school, here ``/arbor/{slug}/``; GraphQL and REST v2 by one Basic pair."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from connectors.simulator import shapes
from connectors.simulator.arbor_model import Model, Ref
from connectors.simulator.arbor_query import Query
from connectors.simulator.face import Answer, Call, Ground, Typed, as_json, same, thinned
from connectors.simulator.faults import Fault
from connectors.simulator.schools import DemoSchool

RESOURCES = {
    "Student": "students", "Staff": "employees", "Guardian": "contacts",
    "StudentGuardianRelationship": "contacts", "RegistrationForm": "groups", "AcademicLevel": "groups",
    "House": "groups", "CustomGroup": "groups", "TeachingGroup": "classes",
}  # fmt: skip
_FIRST = re.compile(r"[{]\s*(?:\w+\s*:\s*)?(\w+)")
REFUSED = {
    "response": {"code": 401, "reason": "Unauthorized", "errors": [{"message": "Invalid credentials"}]}
}


class ArborFace:
    route: ClassVar[str] = "arbor"
    prefixes: ClassVar[tuple[str, ...]] = ("arbor",)

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._models: dict[str, Model] = {}
        self.withheld: dict[str, frozenset[tuple[str, str]]] = {}  # slug → what the app may not read

    def typed(self, school: DemoSchool) -> Typed:
        return Typed(
            settings={"url": f"{self.ground.origin}/arbor/{school.slug}", "username": f"app-{school.slug}"},
            secrets={"password": self.ground.key("arbor", school.slug)},
        )

    def _school(self, call: Call) -> DemoSchool | None:
        slug = call.path[0] if call.path else ""
        return next((one for one in self.ground.world.schools if one.slug == slug), None)

    def aim(self, call: Call) -> tuple[str | None, str]:
        school = self._school(call)
        urn = school.urn if school else None
        words = call.path[1:]
        if words[:1] == ("graphql",):
            entity = _FIRST.search(_question(call))
            return urn, RESOURCES.get(entity.group(1), "meta") if entity else "meta"
        if words[-1:] == ("changelog",):
            return urn, "deletions"
        name = words[1] if len(words) > 1 else ""
        return urn, {"staffs": "employees", "guardians": "contacts"}.get(name, name or "schools")

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        school = self._school(call)
        if school is None:
            return as_json({"message": "No such school."}, 404)
        if not self._signed(call, school) or not self.ground.approved(school):
            return as_json(REFUSED, 401)
        if not self.ground.online(school):
            return as_json({"message": "Service unavailable."}, 503)
        roll = self.ground.world.roll(school.urn)
        model = self._models.get(school.slug)
        if model is None or model.roll is not roll:
            model = self._models[school.slug] = Model(roll)
        model.fresh()
        match call.path[1:]:
            case ("graphql", "query") if call.method == "POST":
                return self._graphql(call, school, model, spoilt)
            case ("rest-v2", *words) if call.method == "GET":
                return Rest(model, school, self._withheld(school)).answer(words, call.asked, spoilt)
            case ("rest-v2", *_):
                return as_json({"response": {"code": 405, "reason": "This simulator is read-only."}}, 405)
        return as_json({"message": "Not found."}, 404)

    def _signed(self, call: Call, school: DemoSchool) -> bool:
        kind, _, value = call.headers.get("authorization", "").partition(" ")
        try:
            told = b64decode(value).decode()
        except ValueError:
            return False
        typed = self.typed(school)
        wanted = f"{typed.settings['username']}:{typed.secrets['password']}"
        return kind.lower() == "basic" and same(told, wanted)

    def _withheld(self, school: DemoSchool) -> frozenset[tuple[str, str]]:
        return self.withheld.get(school.slug, frozenset())

    def _graphql(self, call: Call, school: DemoSchool, model: Model, spoilt: Sequence[Fault]) -> Answer:
        def cut(ids: Sequence[str], number: int, size: int) -> Sequence[str]:
            return page(thinned(ids, spoilt), number, size, spoilt)

        return as_json(Query(model, self._withheld(school), cut).answer(_question(call)))


def page(ids: Sequence[str], number: int, size: int, spoilt: Sequence[Fault]) -> Sequence[str]:
    """Pages count from 0 here; the paging faults bend them."""
    for fault in spoilt:
        if fault.kind == "duplicated_page":
            number = max(0, number - 1)
        elif fault.kind == "missing_page" and len(ids) > size:
            number += number > 0
        elif fault.kind == "endless_paging":
            number = min(number, max(0, (len(ids) - 1) // size))
    return ids[number * size : (number + 1) * size]


def _question(call: Call) -> str:
    try:
        body = json.loads(call.body or b"{}")
    except ValueError:
        return ""
    return str(body.get("query") or "") if isinstance(body, dict) else ""


class Rest:
    """REST v2 over the same objects: short rows, then each object with stubs for its links (§3)."""

    def __init__(self, model: Model, school: DemoSchool, withheld: frozenset[tuple[str, str]]) -> None:
        from connectors.arbor.entities import PROPERTIES, plural

        self.model, self.school, self.withheld = model, school, withheld
        self.properties = PROPERTIES
        self.paths = {plural(entity): entity for entity in model.tables}
        self.plurals = {entity: path for path, entity in self.paths.items()}

    def answer(self, words: list[str], query: dict[str, str], spoilt: Sequence[Fault]) -> Answer:
        if words[:1] == ["profile-picture"] and len(words) == 3:
            return self._photo(words[1], words[2])
        entity = self.paths.get(words[0]) if words else None
        if entity is None:
            return as_json({"response": {"code": 404, "reason": "Not found"}}, 404)
        if words[1:] == ["changelog"]:
            return self._changes(entity, query)
        if len(words) == 2:
            return self._one(entity, words[1])
        return self._list(entity, query, spoilt)

    def _stub(self, ref: Ref) -> dict[str, Any]:
        held = self.model.tables.get(ref.entity, {}).get(ref.id, {})
        stub = {
            "entityType": ref.entity,
            "id": ref.id,
            "href": f"/rest-v2/{self.plurals[ref.entity]}/{ref.id}",
        }
        return stub | ({"displayName": held["displayName"]} if held.get("displayName") else {})

    def _list(self, entity: str, query: dict[str, str], spoilt: Sequence[Fault]) -> Answer:
        from connectors.arbor.entities import root

        table = self.model.tables[entity]
        ids = [own for own in table if self._matches(table[own], query)]
        number, size = int(query.get("page-number", "1")), int(query.get("page-size", "100"))
        if number < 1:
            return as_json({"response": {"code": 422, "reason": "page-number must be at least 1"}}, 422)
        rows = page(thinned(ids, spoilt), number - 1, size, spoilt)
        return as_json({root(entity): [self._stub(Ref(entity, own)) for own in rows]})

    def _matches(self, row: dict[str, Any], query: dict[str, str]) -> bool:
        for name, wanted in query.items():
            words = name.split(".")
            if words == ["filters", "self", "tagged"]:
                if wanted != "STAFF__CURRENT_TEACHING_STAFF" or not row.get("isActiveTeachingInSchool"):
                    return False
            elif words[0] == "filters" and words[-1] == "equals":
                value = row.get(words[1])
                if not isinstance(value, Ref) or self._stub(value)["href"] != wanted:
                    return False
        return True

    def _one(self, entity: str, own: str) -> Answer:
        from connectors.arbor.entities import single

        row = self.model.tables[entity].get(own)
        if row is None:
            return as_json({"response": {"code": 404, "reason": "Not found"}}, 404)
        shown = self._stub(Ref(entity, own)) | {"revisionId": str(self.model.revisions.get((entity, own), 0))}
        if (entity, "") not in self.withheld:
            shown |= {"userTags": []}
            for name in self.properties.get(entity, {}):
                if (entity, name) not in self.withheld:
                    shown[name] = self._value(row.get(name))
        return as_json({single(entity): shown})

    def _value(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return self._stub(value)
        if isinstance(value, list):
            return [self._value(one) for one in value]
        return {"entityType": "date", "date": f"{value} 00:00:00"} if isinstance(value, date) else value

    def _changes(self, entity: str, query: dict[str, str]) -> Answer:
        since = int(query.get("from-revision", "0"))
        changes = [
            {
                "changedObject": {
                    "entityType": entity, "id": one.id, "href": f"/rest-v2/{self.plurals[entity]}/{one.id}",
                },
                "changeType": one.kind, "fromRevision": one.before, "toRevision": one.revision,
            }
            for one in self.model.log if one.entity == entity and one.revision > since
        ]  # fmt: skip
        return as_json({"changes": changes} if changes else {})

    def _photo(self, kind: str, own: str) -> Answer:
        rows = self.model.roll.pupils if kind == "student" else self.model.roll.staff
        row = next((one for one in rows.values() if one.mis_id == own), None)
        photo = shapes.photo(row) if row is not None else None
        if photo is None:
            return as_json({"response": {"code": 404, "reason": "No picture"}}, 404)
        return Answer(200, b64decode(photo["content"]), kind="image/png")


FACE = ArborFace
