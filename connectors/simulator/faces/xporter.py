"""Xporter on Demand among the faces: ``/xporter/api/oauth/GetToken`` and ``/xporter/api/v1/…``.

A school that has not finished authorising is *paused*, one that has taken it back is not known; both with
status 200.  While its link is down the data stands still and attendance cannot be fetched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from connectors.simulator.face import Answer, Call, Ground, Typed, as_json, same
from connectors.simulator.faults import Fault
from connectors.simulator.schools import DemoSchool
from connectors.simulator.xporter_answer import NOTHING_WRONG, Snapshots, error, page
from connectors.simulator.xporter_rows import EXTENDED, SCOPES, Row, Rows, hashed

PARTY = "console.example"
UNKNOWN = "Relying party not found for this estab, or the password is wrong."
PAUSED = "Authorisation for this relying party is currently paused while the school completes it."
WORDS = {"sims": "simsnet", "sims-connected": "simsnet"}  # the only word that is known
RESOURCES = {
    "students": "students", "staff": "employees", "contacts": "contacts", "studentcontacts": "contacts",
    "groups": "groups", "photos": "photos", "counts": "counts", "schoolinfo": "schools",
    "attendancefordaterange": "attendance",
}  # fmt: skip
NEEDED = {
    "Students": ("Student",), "Staff": ("Staff",), "Contacts": ("Contact",), "Photos": ("Photos",),
    "StudentContacts": ("Contact", "Student"), "Group": ("School",), "SchoolInfo": ("School",),
    "AttendMarks": ("Attendance",), "Counts": ("School",),
}  # fmt: skip


class XporterFace:
    """``withheld``: slug → scopes the school does not grant; ``held``: slug → list → ids kept back."""

    route: ClassVar[str] = "xporter"
    prefixes: ClassVar[tuple[str, ...]] = ("xporter",)

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.withheld: dict[str, frozenset[str]] = {}
        self.held: dict[str, dict[str, list[str]]] = {}
        self.authorised: dict[str, int] = {}
        self.tokens: dict[str, int] = {}
        self._rows: dict[str, tuple[tuple[int, date], Rows]] = {}
        self._snapshots: dict[str, Snapshots] = {}
        self._lists: dict[str, tuple[Any, dict[Any, list[Row]]]] = {}

    # -- who may ask --------------------------------------------------------------

    def typed(self, school: DemoSchool) -> Typed:
        base = f"{self.ground.origin}/xporter/api"
        return Typed(
            settings={
                "relying_party": PARTY, "estab": self.estab(school), "url": f"{base}/v1/",
                "token_url": f"{base}/oauth/GetToken",
            },
            secrets={"secret": self._secret(school)},
        )  # fmt: skip

    def _secret(self, school: DemoSchool) -> str:
        return self.ground.key("xporter", school.urn, str(self.authorised.get(school.urn, 0)))

    def estab(self, school: DemoSchool) -> str:
        told = school.la_code + school.establishment_number
        return told if len(told) == 7 and told.isdigit() else f"99{school.number:05d}"

    def authorise_again(self, school: DemoSchool) -> None:
        """The school gets a new secret; the old one, and the tokens given for it, are dead."""
        self.authorised[school.urn] = self.authorised.get(school.urn, 0) + 1
        self.expire(school)

    def expire(self, school: DemoSchool) -> None:
        self.tokens[school.urn] = self.tokens.get(school.urn, 0) + 1

    def _token(self, school: DemoSchool) -> str:
        one, other = (self.ground.key("xporter-token", school.urn, str(self.tokens.get(school.urn, 0)), part)
                      for part in "ab")  # fmt: skip
        return f"{one}+{other}/=="

    def _of(self, estab: object) -> DemoSchool | None:
        return next((s for s in self.ground.world.schools if self.estab(s) == str(estab)), None)

    def _asked(self, call: Call) -> DemoSchool | None:
        if call.path[-1:] == ("GetToken",):
            return self._of(_body(call).get("estab"))
        if call.path[2:3] == ("School",):
            return self._of("".join(call.path[3:4]))
        given = call.headers.get("authorization", "").removeprefix("Idaas ")
        return next((s for s in self.ground.world.schools if same(given, self._token(s))), None)

    def aim(self, call: Call) -> tuple[str | None, str]:
        school, words = self._asked(call), [word.lower() for word in call.path[4:5]]
        if words == ["groups"] and call.asked.get("Type") == "TeachingGrp":
            words = ["classes"]
        return school.urn if school else None, RESOURCES.get("".join(words), "".join(words) or "meta")

    # -- answering ----------------------------------------------------------------

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        match call.method, call.path:
            case "POST", ("api", "oauth", "GetToken"):
                return as_json(self._give(call))
            case "GET", ("api", "v1", *words):
                return self._data(call, words, spoilt)
        return as_json({"Message": "No HTTP resource was found."}, 404)

    def _give(self, call: Call) -> dict[str, Any]:
        told, school = _body(call), self._asked(call)
        refused = {"token": None, "expires": "0001-01-01T00:00:00"}
        if (
            school is None
            or told.get("relyingParty") != PARTY
            or told.get("thirdpartyid") != "XporterOnDemand"
        ):
            return {**error(UNKNOWN), **refused}
        if self.ground.approvals.of[school.urn].state == "pending":
            return {**error(PAUSED), **refused}
        good = same(str(told.get("password")), self._secret(school))
        if not good or not self.ground.approved(school):
            return {**error(UNKNOWN), **refused}
        until = datetime.combine(self.ground.world.today, time(18, 55, 26)) + timedelta(days=3650)
        return {**NOTHING_WRONG, "token": self._token(school), "expires": f"{until.isoformat()}.1852229Z"}

    def _data(self, call: Call, words: list[str], spoilt: Sequence[Fault]) -> Answer:
        school = self._asked(call)
        given = call.headers.get("authorization", "")
        if (
            school is None
            or not same(given, f"Idaas {self._token(school)}")
            or not self.ground.approved(school)
        ):
            return as_json({"Message": "Authorization has been denied for this request."}, 401)
        match words:
            case ["TokenDetails"]:
                return as_json(self._details(school))
            case ["GDPRIDs"]:
                return as_json(self._gdpr(school))
            case ["School", _, "Counts"]:
                return as_json(self._counts(school, spoilt))
            case ["School", _, name, *rest] if name in COLLECTIONS:
                return as_json(self._collection(call, school, name, "".join(rest), spoilt))
        return as_json({"Message": "No HTTP resource was found."}, 404)

    def scopes(self, school: DemoSchool) -> frozenset[str]:
        return SCOPES - self.withheld.get(school.slug, frozenset())

    def _details(self, school: DemoSchool) -> dict[str, Any]:
        return {
            "Estab": self.estab(school), "Expires": "2036-01-12T18:55:26.1852229Z", "Name": school.name,
            "RelyingParty": PARTY, "Scopes": sorted(self.scopes(school)), **NOTHING_WRONG,
        }  # fmt: skip

    def _gdpr(self, school: DemoSchool) -> dict[str, Any]:
        lists: dict[str, list[str]] = {"StudentIds": [], "StaffIds": [], "ContactIds": [], "OtherIds": []}
        row = {"IsOptIn": False, "Estab": self.estab(school), "RelyingParty": PARTY, "MIS": None}
        return {"GDPR": [{**row, **lists, **self.held.get(school.slug, {})}], **NOTHING_WRONG}

    def _counts(self, school: DemoSchool, spoilt: Sequence[Fault]) -> dict[str, Any]:
        if not self.scopes(school) >= {"School"}:
            return error("The scope School is required.")
        more = sum(int(f.how.get("more", 25)) for f in spoilt if f.kind == "totals_disagree")
        rows = self.rows(school).counts()
        return {
            "Counts": [{**row, "Count": row["Count"] + more} for row in rows],
            "meta": [self._meta(school)],
        }

    def rows(self, school: DemoSchool) -> Rows:
        roll = self.ground.world.roll(school.urn)
        key = (roll.version, roll.today)
        if self._rows.get(school.urn, (None, None))[0] != key:
            self._rows[school.urn] = key, Rows(roll)
        return self._rows[school.urn][1]

    def _meta(self, school: DemoSchool) -> Row:
        """Taken in the night before the day the MIS was last reached."""
        taken = datetime.combine(self.ground.world.roll(school.urn).today, time(2, 7, 21, 30_000))
        told = WORDS.get(school.mis, school.mis_title)
        return {"Id": 1, "MIS": told, "Version": "4", "DateTime": taken.isoformat(timespec="milliseconds")}

    def _collection(
        self, call: Call, school: DemoSchool, path: str, own: str, spoilt: Sequence[Fault]
    ) -> dict[str, Any]:
        name, others, _ = COLLECTIONS[path]
        lacking = [scope for scope in NEEDED[name] if scope not in self.scopes(school)]
        if lacking:
            return error(f"The scope {lacking[0]} is required for this endpoint.", "ScopeException")
        if name == "AttendMarks" and not self.ground.online(school):
            return error("Unable to connect to the school agent.")
        rows = self._listed(call, school, path, own)
        snapshots = self._snapshots.setdefault(school.urn, Snapshots())
        return page(name, rows, call.asked, spoilt, snapshots, self._meta(school), others)

    def _listed(self, call: Call, school: DemoSchool, path: str, own: str) -> list[Row]:
        """All rows of a question, whatever its page; made once while nothing changes."""
        name, _, make = COLLECTIONS[path]
        asked = {k: v for k, v in call.asked.items() if k not in ("page", "pageSize", "changedRows")}
        key = (path, own, *sorted(asked.items()))
        rules = (self.scopes(school), json.dumps(self.held.get(school.slug)), self.rows(school))
        if self._lists.get(school.urn, (None, {}))[0] != rules:
            self._lists[school.urn] = rules, {}
        known = self._lists[school.urn][1]
        if key not in known:
            known[key] = self._made(school, name, make, own, asked)
        return known[key]

    def _made(self, school: DemoSchool, name: str, make: Make, own: str, asked: dict[str, str]) -> list[Row]:
        held = set(self.held.get(school.slug, {}).get(f"{name.rstrip('s')}Ids", ()))
        rows = [row for row in make(self, school, asked) if str(row["Id"]) not in held]
        if own:
            rows = [row for row in rows if own in (row["Id"], row.get("StudentId"), row.get("ContactId"))]
        return [self._shown(school, name, row, asked) for row in rows]

    def _shown(self, school: DemoSchool, name: str, row: Row, asked: dict[str, str]) -> Row:
        """Without what no scope lets through, and only the columns asked for."""
        row = hashed(row)
        for scope, columns in EXTENDED.get(name, {}).items():
            if scope not in self.scopes(school):
                row = {key: value for key, value in row.items() if key not in columns}
        wanted = {one.lower() for one in asked.get("select", "").split(",") if one}
        return {key: value for key, value in row.items() if key.lower() in wanted} if wanted else row


def _body(call: Call) -> dict[str, Any]:
    try:
        told = json.loads(call.body or b"{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _options(asked: dict[str, str]) -> set[str]:
    return set(asked.get("options", "").split(","))


def _students(face: XporterFace, school: DemoSchool, asked: dict[str, str]) -> Iterable[Row]:
    shown = {"OnRoll"}
    shown |= {"PreAdmission"} if "includePreAdmissions" in _options(asked) else set()
    return (row for row in face.rows(school).students() if row["StudentStatus"] in shown)


def _staff(face: XporterFace, school: DemoSchool, asked: dict[str, str]) -> Iterable[Row]:
    shown = {"Current"} | ({"Future"} if "includeFuture" in _options(asked) else set())
    return (row for row in face.rows(school).staff() if row["StaffStatus"] in shown)


def _groups(face: XporterFace, school: DemoSchool, asked: dict[str, str]) -> Iterable[Row]:
    hidden = set() if "includeMembersIds" in _options(asked) else {"StudentIds", "StaffIds"}
    if "includeSubjects" not in _options(asked):
        hidden |= {"SubjectLocalId", "SubjectCode", "SubjectName"}
    for row in face.rows(school).groups():
        if asked.get("Type") in (None, "", row["Type"]):
            yield {key: value for key, value in row.items() if key not in hidden}


def _photos(face: XporterFace, school: DemoSchool, asked: dict[str, str]) -> Iterable[Row]:
    kind = asked.get("PersonType")
    return (row for row in face.rows(school).photos() if kind in (None, "", row["PersonType"]))


def _marks(face: XporterFace, school: DemoSchool, asked: dict[str, str]) -> Iterable[Row]:
    first, last = (date.fromisoformat(asked[key]) for key in ("DateFrom", "DateTo"))
    hidden = {"-"} if "excludeNoMarks" in _options(asked) else set()
    return (row for row in face.rows(school).marks(first, last) if row["Mark"] not in hidden)


def _info(face: XporterFace, school: DemoSchool, _: dict[str, str]) -> Iterable[Row]:
    yield {
        "Id": 1, "Name": school.name, "Head": None, "Phase": school.phase.capitalize(),
        "EstabId": face.estab(school), "CurrentAcademicYear": str(face.ground.world.today.year),
    }  # fmt: skip


Make = Callable[[XporterFace, DemoSchool, dict[str, str]], Iterable[Row]]
COLLECTIONS: dict[str, tuple[str, tuple[str, ...], Make]] = {
    "Students": ("Students", ("StudentSiblings",), _students),
    "Staff": ("Staff", (), _staff),
    "Contacts": ("Contacts", (), lambda face, school, _: face.rows(school).contacts()),
    "StudentContacts": ("StudentContacts", (), lambda face, school, _: face.rows(school).links()),
    "Groups": ("Group", ("StaffMembers", "StudentMembers", "GroupTypes"), _groups),
    "Photos": ("Photos", (), _photos),
    "AttendanceForDateRange": ("AttendMarks", (), _marks),
    "SchoolInfo": ("SchoolInfo", (), _info),
}
FACE = XporterFace
