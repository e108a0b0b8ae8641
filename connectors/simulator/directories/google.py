"""Google's Directory API, as docs/targets/google.md tells it, with the errors and delays it really has.

Address: ``/google/SLUG/admin/directory/v1/…`` and ``/google/SLUG/token``.  The service account's key is made
when it is first needed; only its public half is used to look at what is signed with it.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from connectors.simulator import google_users as users
from connectors.simulator.cloud_directory import ADMIN, CloudFace, Row
from connectors.simulator.face import Answer, Call, Typed, as_json
from connectors.simulator.faults import Fault
from connectors.simulator.google_users import GoogleDirectory, problem
from connectors.simulator.schools import DemoSchool

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES = frozenset(f"https://www.googleapis.com/auth/admin.directory.{name}" for name in ("user", "orgunit"))
CLIENT = "console@simulated.example"


class GoogleFace(CloudFace[GoogleDirectory]):
    route = "google"
    prefixes = ("google",)

    def seeded(self, school: DemoSchool, people: list[dict[str, str]]) -> GoogleDirectory:
        made = GoogleDirectory(domain=school.domain)
        for one in people:
            row: Row = {
                "id": made.next_id("1"), "primaryEmail": one["email"], "orgUnitPath": "/", "suspended": False,
                "name": {"givenName": one["given"] or "-", "familyName": one["family"] or "-"},
                "isAdmin": one["username"] == ADMIN, "isDelegatedAdmin": False,
            }  # fmt: skip
            made.users[row["id"]] = row
        return made

    @cached_property
    def private(self) -> Any:
        from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

        return generate_private_key(public_exponent=65537, key_size=2048)

    def typed(self, school: DemoSchool) -> Typed:
        from cryptography.hazmat.primitives import serialization as form

        pem = self.private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
        key = {
            "type": "service_account", "client_email": CLIENT, "private_key_id": "simulated",
            "private_key": pem.decode(), "token_uri": f"{self.base(school)}token",
        }  # fmt: skip
        return Typed(
            settings={
                "admin": f"{ADMIN}@{school.domain}", "domain": school.domain, "url": self.base(school),
                "token_url": f"{self.base(school)}token", "make_places": "yes",
            },
            secrets={"key": json.dumps(key)},
        )  # fmt: skip

    def aim(self, call: Call) -> tuple[str | None, str]:
        school = self.school(call)
        words = call.path[4:]
        name = "token" if call.path[1:] == ("token",) else "users"
        if "orgunits" in words:
            name = "orgunits"
        elif "aliases" in words:
            name = "aliases"
        elif len(words) > 1:
            name = "user"
        elif call.method == "POST" and name == "users":
            name = "insert"
        return (school.urn if school else None), name

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        school = self.school(call)
        if school is None:
            return problem(404, "notFound", "Not Found")
        there = self.directories.of(school)
        if call.path[1:] == ("token",):
            return self._token(call, school, there)
        if call.bearer not in there.tokens:
            return problem(401, "authError", "Request had invalid authentication credentials.")
        match (call.method, call.path[4:]):
            case ("GET", ("users",)):
                return users.listed(there, call, spoilt)
            case ("POST", ("users",)):
                return users.inserted(there, call)
            case (_, ("users", key)):
                return users.one(there, call, key)
            case (_, ("users", key, "aliases", *rest)):
                return users.aliases(there, call, key, rest)
            case ("POST", ("customer", _, "orgunits")):
                return users.unit_made(there, users.body_of(call))
            case ("GET", ("customer", _, "orgunits", *names)):
                path = "/" + "/".join(names)
                found = path.lower() in {unit.lower() for unit in there.units}
                return (
                    as_json({"orgUnitPath": path})
                    if found
                    else problem(404, "notFound", "Org unit not found")
                )
        return problem(404, "notFound", "Not Found")

    def _token(self, call: Call, school: DemoSchool, there: GoogleDirectory) -> Answer:
        form = call.form
        claims = self._claims(form.get("assertion", ""))
        if form.get("grant_type") != GRANT or claims is None or claims.get("iss") != CLIENT:
            return as_json({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        if (
            claims.get("aud") != f"{self.base(school)}token"
            or not claims["iat"] <= time.time() + 60 < claims["exp"] + 60
        ):
            return as_json(
                {"error": "invalid_grant", "error_description": "Invalid JWT: aud, iat or exp."}, 400
            )
        acting = there.by(str(claims.get("sub")))
        if not set(str(claims.get("scope")).split()) <= SCOPES or acting is None:
            told = "Client is unauthorized to retrieve access tokens using this method."
            return as_json({"error": "unauthorized_client", "error_description": told}, 401)
        return self.granted(school, there)

    def _claims(self, assertion: str) -> Row | None:
        """What was signed with our key, None for anything else."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        try:
            head, body, signature = assertion.split(".")
            self.private.public_key().verify(
                _unpacked(signature), f"{head}.{body}".encode(), PKCS1v15(), SHA256()
            )
            claims = json.loads(_unpacked(body))
        except (ValueError, InvalidSignature):
            return None
        return claims if isinstance(claims, dict) and {"iat", "exp"} <= claims.keys() else None


def _unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


FACE = GoogleFace
