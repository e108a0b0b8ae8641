"""The rows of a OneRoster package as the objects a REST service gives, 1.1 or 1.2 (oneroster.md §4).

Schools differ as services do: three spellings of a boolean, lists named after the model or the path.
Who is no longer there stays as ``tobedeleted`` with the day it was noticed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.simulator.oneroster_files import Cells, Package
from connectors.simulator.people import Roll, moment

Json = dict[str, Any]
BOOLEANS = ((True, False), ("true", "false"), (1, 0), ("TRUE", "FALSE"))


class Objects:
    """The collections of one roll; ``gone`` are the users known from an earlier look."""

    def __init__(self, roll: Roll, *, version: str, origin: str, gone: dict[str, Json]) -> None:
        self.roll, self.version, self.origin = roll, version, origin
        self.as_of = roll.version
        self.booleans = BOOLEANS[1] if version == "1.2" else BOOLEANS[roll.school.number % 4]
        self._start = _stamp(moment(roll.today.replace(month=1, day=1), 0))
        package = Package(roll, version=version)
        tables = {name: list(rows) for name, rows in package.tables().items()}
        self.changed = {cells["sourcedId"]: row.updated for row, cells in
                        zip(package.people(), tables["users"], strict=True)}  # fmt: skip
        roles = {cells["userSourcedId"]: cells for cells in tables.get("roles", ())}
        users = [self._user(cells, roles.get(cells["sourcedId"], {})) for cells in tables["users"]]
        self._welcome(users, gone)
        self.rows: dict[str, list[Json]] = {
            "orgs": [self._plain(cells) for cells in tables["orgs"]],
            "academicSessions": [self._plain(cells) for cells in tables["academicSessions"]],
            "courses": [self._course(cells) for cells in tables["courses"]],
            "classes": [self._class(cells) for cells in tables["classes"]],
            "enrollments": [self._enrolment(cells) for cells in tables["enrollments"]],
            "demographics": [self._plain(cells, cells["sourcedId"]) for cells in tables["demographics"]],
            "users": self._with_gone(users, gone),
        }

    def of(self, name: str) -> list[Json]:
        """A collection by its path, sorted by sourcedId."""
        if name in ("students", "teachers"):
            role = name.removesuffix("s")
            return [user for user in self.rows["users"] if role in _roles(user)]
        return self.rows["orgs" if name == "schools" else name]

    def _welcome(self, users: list[Json], gone: dict[str, Json]) -> None:
        """Who was not there at an earlier look is new today, however old the record behind it is."""
        today = _stamp(moment(self.roll.today, 0))
        for user in users:
            known = gone.get(user["sourcedId"])
            if gone and (known is None or known["status"] != "active"):
                user["dateLastModified"] = max(user["dateLastModified"], today)
            elif known is not None:
                user["dateLastModified"] = max(user["dateLastModified"], known["dateLastModified"])
        gone.update((user["sourcedId"], user) for user in users)

    def _with_gone(self, users: list[Json], gone: dict[str, Json]) -> list[Json]:
        there = {user["sourcedId"] for user in users}
        for key in gone.keys() - there:
            if gone[key]["status"] == "active":
                left = _stamp(moment(self.roll.today, 0))
                gone[key] = {**gone[key], "status": "tobedeleted", "dateLastModified": left}
        left_behind = [gone[key] for key in gone.keys() - there]
        return sorted([*users, *left_behind], key=lambda user: str(user["sourcedId"]))

    def _plain(self, cells: Cells, person: str = "") -> Json:
        at = self.changed.get(person)
        rest = {key: value for key, value in cells.items() if value}
        return {**rest, "status": "active", "dateLastModified": _stamp(at) if at else self._start,
                "metadata": None}  # fmt: skip

    def _ref(self, kind: str, id_: str) -> Json:
        return {"href": f"{self.origin}/{kind}s/{id_}", "sourcedId": id_, "type": kind}

    def _flag(self, yes: bool) -> Any:
        return self.booleans[0] if yes else self.booleans[1]

    def _user(self, cells: Cells, role: Cells) -> Json:
        agents = [self._ref("user", one) for one in cells.get("agentSourcedIds", "").split(",") if one]
        upn = cells.get("userIds", "").strip("{}").partition(":")[2]
        org = self._ref("org", f"sch-{self.roll.school.urn}")
        user = {
            **self._plain({"sourcedId": cells["sourcedId"]}, cells["sourcedId"]),
            "username": cells["username"],
            "userIds": [{"type": "UPN", "identifier": upn}] if upn else [], "enabledUser": self._flag(True),
            "givenName": cells["givenName"], "familyName": cells["familyName"],
            "middleName": cells.get("middleName", ""), "identifier": cells.get("identifier", ""),
            "email": cells.get("email", ""), "sms": "", "phone": cells.get("phone", ""), "agents": agents,
            "grades": [cells["grades"]] if cells.get("grades") else [], "password": "",
        }  # fmt: skip
        if self.version == "1.1":
            return {**user, "role": cells["role"], "orgs": [org]}
        held = {"roleType": "primary", "role": role["role"], "org": org}
        if role.get("beginDate"):
            held["beginDate"] = role["beginDate"]
        return {
            **user, "roles": [held], "primaryOrg": org,
            "preferredFirstName": cells.get("preferredGivenName", ""),
            "preferredLastName": cells.get("preferredFamilyName", ""),
        }  # fmt: skip

    def _course(self, cells: Cells) -> Json:
        made = self._plain({key: cells.get(key, "") for key in ("sourcedId", "title", "courseCode")})
        return {**made, **_listed(cells), "org": self._ref("org", cells["orgSourcedId"])}

    def _class(self, cells: Cells) -> Json:
        made = self._plain(
            {key: cells.get(key, "") for key in ("sourcedId", "title", "classCode", "classType")}
        )
        return {
            **made, **_listed(cells), "course": self._ref("course", cells["courseSourcedId"]),
            "school": self._ref("org", cells["schoolSourcedId"]), "periods": [],
            "terms": [self._ref("academicSession", cells["termSourcedIds"])],
        }  # fmt: skip

    def _enrolment(self, cells: Cells) -> Json:
        made = self._plain({key: cells.get(key, "") for key in ("sourcedId", "role", "beginDate")})
        return {
            **made, "user": self._ref("user", cells["userSourcedId"]),
            "class": self._ref("class", cells["classSourcedId"]),
            "school": self._ref("org", cells["schoolSourcedId"]),
            "primary": self._flag(cells["primary"] == "true"),
        }  # fmt: skip


def _listed(cells: Cells) -> Json:
    return {key: [cells[key]] if cells.get(key) else [] for key in ("subjects", "subjectCodes", "grades")}


def _roles(user: Json) -> set[str]:
    return {user["role"]} if "role" in user else {role["role"] for role in user["roles"]}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
