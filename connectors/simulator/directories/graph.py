"""Microsoft Graph's users, as docs/targets/graph.md tells them, with the errors it really has.

Address: ``/graph/SLUG/v1.0/…`` and ``/graph/SLUG/login/TENANT/oauth2/v2.0/token``.  Everybody has a mailbox
unless ``mailboxes`` is off, so that an old address is kept by itself, as Exchange does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from connectors.simulator.cloud_directory import ADMIN, CloudDirectory, CloudFace, Row
from connectors.simulator.face import Answer, Call, Typed, as_json, same
from connectors.simulator.faults import Fault
from connectors.simulator.schools import DemoSchool

MOST = 999
EXTENSIONS = "onPremisesExtensionAttributes"
READ_ONLY = ("id", "proxyAddresses", "onPremisesSyncEnabled", "mail")
SHORT = {
    "employeeId": 16,
    "givenName": 64,
    "surname": 64,
    "displayName": 256,
    "mailNickname": 64,
    "jobTitle": 128,
}
TAKEN = "Another object with the same value for property userPrincipalName already exists."
WEAK = (
    "The specified password does not comply with password complexity requirements. "
    "Please provide a different password."
)


@dataclass(slots=True)
class GraphDirectory(CloudDirectory):
    """``roles``: role id -> what holds it; ``groups``: group id -> its members."""

    mailboxes: bool = True
    roles: dict[str, list[Row]] = field(default_factory=dict)
    groups: dict[str, list[Row]] = field(default_factory=dict)
    signed_out: list[str] = field(default_factory=list)

    def by(self, key: str) -> Row | None:
        if key in self.users:
            return self.users[key]
        return next((r for r in self.users.values() if r["userPrincipalName"].lower() == key.lower()), None)


class GraphFace(CloudFace[GraphDirectory]):
    route = "graph"
    prefixes = ("graph",)

    def seeded(self, school: DemoSchool, people: list[dict[str, str]]) -> GraphDirectory:
        made = GraphDirectory(domain=school.domain)
        for one in people:
            row: Row = {
                "id": made.next_id("7f"), "userPrincipalName": one["email"], "accountEnabled": True,
                "displayName": f"{one['given']} {one['family']}".strip() or one["username"],
                "givenName": one["given"] or None, "surname": one["family"] or None,
                "mail": one["email"], "proxyAddresses": [f"SMTP:{one['email']}"],
                "onPremisesSyncEnabled": True if one["role"] == "synced" else None,
            }  # fmt: skip
            made.users[row["id"]] = row
            if one["username"] == ADMIN:
                held: Row = {"@odata.type": "#microsoft.graph.user", "id": row["id"]}
                made.roles = {"role-user-administrator": [held], "role-reader": []}
        return made

    def typed(self, school: DemoSchool) -> Typed:
        return Typed(
            settings={
                "tenant": school.domain, "client_id": self.ground.key("graph-id", school.urn)[:36],
                "domain": school.domain, "url": f"{self.base(school)}v1.0/",
                "login_url": f"{self.base(school)}login/",
            },
            secrets={"client_secret": self.ground.key("graph-secret", school.urn)},
        )  # fmt: skip

    def aim(self, call: Call) -> tuple[str | None, str]:
        school = self.school(call)
        words = call.path[2:]
        if call.path[1:2] == ("login",):
            name = "token"
        elif words[:1] == ("directoryRoles",):
            name = "roles"
        else:
            name = "user" if len(words) > 1 else "insert" if call.method == "POST" else "users"
        return (school.urn if school else None), name

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        school = self.school(call)
        if school is None:
            return problem(404, "Request_ResourceNotFound", "No such school.")
        there = self.directories.of(school)
        if call.path[1:2] == ("login",):
            return self._token(call, school, there)
        if call.bearer not in there.tokens:
            return problem(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
        match (call.method, call.path[2:]):
            case ("GET", ("users",)):
                return _listed(there, call, spoilt)
            case ("POST", ("users",)):
                return _made(there, call)
            case ("POST", ("users", key, "revokeSignInSessions")):
                there.signed_out.append(key)
                return as_json({"value": True})
            case (_, ("users", key)):
                return _one(there, call, key)
            case ("GET", ("directoryRoles",)):
                return as_json({"value": [{"id": role} for role in there.roles]})
            case ("GET", ("directoryRoles", role, "members")):
                return as_json({"value": there.roles[role]})
            case ("GET", ("groups", group, "transitiveMembers")):
                return as_json({"value": there.groups[group]})
        return problem(404, "Request_ResourceNotFound", "Resource not found for the segment.")

    def _token(self, call: Call, school: DemoSchool, there: GraphDirectory) -> Answer:
        form, typed = call.form, self.typed(school)
        right = same(form.get("client_secret", ""), typed.secrets["client_secret"])
        if not right or form.get("client_id") != typed.settings["client_id"]:
            told = "AADSTS7000215: Invalid client secret provided."
            return as_json({"error": "invalid_client", "error_description": told}, 401)
        if form.get("scope") != f"{self.ground.origin}/.default" or call.path[2] != typed.settings["tenant"]:
            return as_json(
                {"error": "invalid_scope", "error_description": "AADSTS70011: Invalid scope."}, 400
            )
        return self.granted(school, there)


def problem(status: int, code: str, message: str, *details: tuple[str, str]) -> Answer:
    error: Row = {"code": code, "message": message, "innerError": {"request-id": "0" * 8}}
    if details:
        error["details"] = [{"target": target, "code": why, "message": message} for target, why in details]
    return as_json({"error": error}, status)


def _body(call: Call) -> Row:
    try:
        found = json.loads(call.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _shown(row: Row, call: Call) -> Row:
    """Those asked for; without, the ones Graph gives by itself."""
    asked = call.asked.get("$select", "id,userPrincipalName,displayName,givenName,surname,mail,jobTitle")
    whole = {
        **row,
        EXTENSIONS: {f"extensionAttribute{n}": None for n in range(1, 16)} | row.get(EXTENSIONS, {}),
    }
    return {name: whole.get(name) for name in asked.split(",")}


def _listed(there: GraphDirectory, call: Call, spoilt: Sequence[Fault]) -> Answer:
    asked = call.asked
    found = list(there.users.values())
    if where := asked.get("$filter"):
        if call.headers.get("consistencylevel") != "eventual" or asked.get("$count") != "true":
            return problem(400, "Request_UnsupportedQuery", "Unsupported Query.")
        path, _, value = where.partition(" eq ")
        value = value[1:-1].replace("''", "'")
        found = [row for row in there.searched() if _at(row, path) == value]
    size = there.page or min(int(asked.get("$top", "100")), MOST)
    start = int(asked.get("$skiptoken", "0"))
    told: Row = {"value": [_shown(row, call) for row in found[start : start + size]]}
    endless = any(fault.kind == "endless_paging" for fault in spoilt)
    if endless or start + size < len(found):
        following = {**asked, "$skiptoken": str(start if endless and start else start + size)}
        told["@odata.nextLink"] = f"{call.url}?{urlencode(following)}"
    return as_json(told)


def _at(row: Row, path: str) -> object:
    first, _, second = path.partition("/")
    return row.get(first, {}).get(second) if second else row.get(first)


def _strong(password: str) -> bool:
    tests = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return 8 <= len(password) <= 256 and sum(any(map(test, password)) for test in tests) >= 3


def _refusal(there: GraphDirectory, body: Row, own: str = "") -> Answer | None:
    for name, most in SHORT.items():
        if len(body.get(name) or "") > most or body.get(name) == "":
            return problem(400, "Request_BadRequest", f"Property {name} is invalid.", (name, "InvalidValue"))
    profile = body.get("passwordProfile")
    if profile is not None and not _strong(str(profile.get("password", ""))):
        return problem(400, "Request_BadRequest", WEAK, ("passwordProfile", "InvalidValue"))
    address = body.get("userPrincipalName")
    if address is None:
        return None
    if address.rpartition("@")[2].lower() != there.domain.lower():
        told = f"The domain portion of the userPrincipalName property is invalid: {address}"
        return problem(400, "Request_BadRequest", told, ("userPrincipalName", "InvalidValue"))
    other = there.by(address)
    if other is not None and other["id"] != own:
        return problem(400, "Request_BadRequest", TAKEN, ("userPrincipalName", "ObjectConflict"))
    return None


def _made(there: GraphDirectory, call: Call) -> Answer:
    body = _body(call)
    for name in ("accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"):
        if body.get(name) in (None, ""):
            told = f"A value is required for property '{name}' of resource 'User'."
            return problem(400, "Request_BadRequest", told, (name, "MissingValue"))
    if wrong := _refusal(there, body):
        return wrong
    row = {name: value for name, value in body.items() if name not in READ_ONLY}
    row |= {"id": there.next_id("7f"), "onPremisesSyncEnabled": None}
    there.passwords[row["id"]] = row.pop("passwordProfile")["password"]
    if there.mailboxes:
        row |= {"mail": row["userPrincipalName"], "proxyAddresses": [f"SMTP:{row['userPrincipalName']}"]}
    there.made(row)
    return as_json(_shown(row, call), 201)


def _one(there: GraphDirectory, call: Call, key: str) -> Answer:
    row = there.shown(there.by(key))
    if row is None:
        return problem(404, "Request_ResourceNotFound", f"Resource '{key}' does not exist.")
    if call.method == "GET":
        return as_json(_shown(row, call))
    if call.method == "DELETE":
        del there.users[row["id"]]
        return Answer(204, b"")
    body = _body(call)
    if row.get("onPremisesSyncEnabled"):
        told = "Unable to update the specified properties for on-premises mastered Directory Sync objects."
        return problem(400, "Request_BadRequest", told)
    if wrong := _refusal(there, body, row["id"]):
        return wrong
    if "passwordProfile" in body:
        there.passwords[row["id"]] = body.pop("passwordProfile")["password"]
    old, address = row["userPrincipalName"], body.get("userPrincipalName")
    if address and address.lower() != old.lower() and there.mailboxes:
        kept = [f"smtp:{each[5:]}" for each in row["proxyAddresses"] if each[5:].lower() != address.lower()]
        row |= {"mail": address, "proxyAddresses": [f"SMTP:{address}", *kept]}
    if EXTENSIONS in body:
        body[EXTENSIONS] = {**row.get(EXTENSIONS, {}), **body[EXTENSIONS]}
    row.update({name: value for name, value in body.items() if name not in READ_ONLY})
    return Answer(204, b"")


FACE = GraphFace
