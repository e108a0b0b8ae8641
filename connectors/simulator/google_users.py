"""What Google's Directory API answers about users and units of one simulated directory, and its errors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.simulator.cloud_directory import CloudDirectory, Row
from connectors.simulator.face import Answer, Call, as_json
from connectors.simulator.faults import Fault

MOST = 500
READ_ONLY = ("id", "isAdmin", "isDelegatedAdmin", "aliases", "nonEditableAliases")


@dataclass(slots=True)
class GoogleDirectory(CloudDirectory):
    units: set[str] = field(default_factory=lambda: {"/"})
    keeps_alias: bool = True

    def by(self, key: str) -> Row | None:
        if key in self.users:
            return self.users[key]
        found = (row for row in self.users.values() if key.lower() in addresses(row))
        return next(found, None)


def addresses(row: Row) -> set[str]:
    return {each.lower() for each in (row["primaryEmail"], *row.get("aliases", ()))}


def problem(status: int, reason: str, message: str) -> Answer:
    several = [{"domain": "global", "reason": reason, "message": message}]
    return as_json({"error": {"code": status, "message": message, "errors": several}}, status)


def body_of(call: Call) -> Row:
    try:
        found = json.loads(call.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _fields(call: Call) -> list[str]:
    """Of a user, those asked for."""
    asked = call.asked.get("fields", "")
    inner = asked.partition("users(")[2].rstrip(")") if "users(" in asked else asked
    return [name for name in inner.split(",") if name]


def _shown(row: Row, fields: list[str]) -> Row:
    whole = {
        **row,
        "name": {**row["name"], "fullName": f"{row['name']['givenName']} {row['name']['familyName']}"},
    }
    return {name: value for name, value in whole.items() if not fields or name in fields}


def listed(there: GoogleDirectory, call: Call, spoilt: Sequence[Fault]) -> Answer:
    asked = call.asked
    if not (asked.get("domain") or asked.get("customer")):
        return problem(400, "required", "Missing required field: domain or customer")
    field_, _, value = asked.get("query", "").partition("=")
    value = value.strip("'").replace("\\'", "'").replace("\\\\", "\\")
    found = sorted(there.users.values(), key=lambda row: row["primaryEmail"])
    if field_ == "externalId":
        found = [
            row for row in there.searched() if any(e["value"] == value for e in row.get("externalIds", ()))
        ]
    elif field_ == "orgUnitPath":
        found = [r for r in found if f"{r['orgUnitPath'].lower()}/".startswith(f"{value.lower()}/")]
    if asked.get("domain"):
        found = [row for row in found if row["primaryEmail"].lower().endswith("@" + asked["domain"].lower())]
    size = there.page or min(int(asked.get("maxResults", "100")), MOST)
    start = int(asked.get("pageToken") or "0")
    page = found[start : start + size]
    endless = any(fault.kind == "endless_paging" for fault in spoilt)
    more = (
        {"nextPageToken": str(0 if endless else start + size)} if endless or start + size < len(found) else {}
    )
    told: Row = {"kind": "admin#directory#users"} if "kind" in asked.get("fields", "kind") else {}
    told |= {"users": [_shown(row, _fields(call)) for row in page]} if page else {}
    return as_json({**told, **more})


def _refusal(there: GoogleDirectory, body: Row) -> Answer | None:
    """What is wrong with values sent."""
    names: dict[str, Any] = body.get("name", {})
    if any(len(str(value)) > 60 for key, value in names.items() if key != "displayName"):
        return problem(400, "invalid", "Invalid Input: INVALID_GIVEN_NAME")
    if "password" in body and not 8 <= len(str(body["password"])) <= 100:
        return problem(400, "invalid", "Invalid Password")
    path = body.get("orgUnitPath")
    if path is not None and path.lower() not in {unit.lower() for unit in there.units}:
        return problem(400, "invalid", "Invalid Input: INVALID_OU_ID")
    email = body.get("primaryEmail")
    if email is not None and email.rpartition("@")[2].lower() != there.domain.lower():
        return problem(400, "invalid", f"Domain not found: {email}")
    return None


def inserted(there: GoogleDirectory, call: Call) -> Answer:
    body = body_of(call)
    names = body.get("name", {})
    if not (
        body.get("primaryEmail")
        and body.get("password")
        and names.get("givenName")
        and names.get("familyName")
    ):
        return problem(400, "required", "Missing required field")
    if wrong := _refusal(there, body):
        return wrong
    if there.by(body["primaryEmail"]):
        return problem(409, "duplicate", "Entity already exists.")
    row: Row = {"orgUnitPath": "/", "suspended": False, "isAdmin": False, "isDelegatedAdmin": False}
    row |= {name: value for name, value in body.items() if name not in (*READ_ONLY, "password")}
    row["id"] = there.next_id("1")
    there.passwords[row["id"]] = body["password"]
    there.made(row)
    return as_json(_shown(row, []))


def one(there: GoogleDirectory, call: Call, key: str) -> Answer:
    row = there.shown(there.by(key))
    if row is None:
        return problem(404, "notFound", "Resource Not Found: userKey")
    if call.method == "GET":
        return as_json(_shown(row, _fields(call)))
    if call.method == "DELETE":
        del there.users[row["id"]]
        return Answer(204, b"")
    body = body_of(call)
    if wrong := _refusal(there, body):
        return wrong
    address = str(body.get("primaryEmail", row["primaryEmail"]))
    if address.lower() != row["primaryEmail"].lower():
        if there.by(address):
            return problem(409, "duplicate", "Entity already exists.")
        if there.keeps_alias:
            row["aliases"] = [*row.get("aliases", ()), row["primaryEmail"]]
    if "password" in body:
        there.passwords[row["id"]] = body.pop("password")
    if "name" in body:
        body["name"] = {**row["name"], **body["name"]}
    row.update({name: value for name, value in body.items() if name not in READ_ONLY})
    return as_json(_shown(row, []))


def aliases(there: GoogleDirectory, call: Call, key: str, rest: list[str]) -> Answer:
    row = there.shown(there.by(key))
    if row is None:
        return problem(404, "notFound", "Resource Not Found: userKey")
    if call.method == "DELETE":
        row["aliases"] = [each for each in row.get("aliases", ()) if each.lower() != rest[0].lower()]
        return Answer(204, b"")
    alias = str(body_of(call).get("alias"))
    if there.by(alias):
        return problem(409, "duplicate", "Entity already exists.")
    row["aliases"] = [*row.get("aliases", ()), alias]
    return as_json({"id": row["id"], "alias": alias})


def unit_made(there: GoogleDirectory, body: Row) -> Answer:
    parent, name = str(body.get("parentOrgUnitPath") or "/"), str(body.get("name"))
    path = f"{parent.rstrip('/')}/{name}"
    known = {unit.lower() for unit in there.units}
    if parent.lower() not in known:
        return problem(400, "invalid", "Invalid Parent Orgunit Id")
    if path.lower() in known:
        return problem(409, "duplicate", "Entity already exists.")
    there.units.add(path)
    return as_json({"name": name, "orgUnitPath": path})
