"""OneRoster CSV for the contract test: a package of the standard's own shape in a folder of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from folders import served
from harness import Harness, Person, Served
from troubles import Broken, Files

from connectors.oneroster_csv import OneRosterCsv
from tests.fixtures.oneroster.builder import Package


def _package(people: Sequence[Person]) -> Package:
    package = Package("1.1")
    package.add("orgs", sourcedId="sch", name="Test School", type="school", identifier="990099")
    package.add("academicSessions", sourcedId="ses", title="2025/26", type="schoolYear",
                startDate="2025-09-01", endDate="2026-07-31", schoolYear="2026")  # fmt: skip
    package.add("courses", sourcedId="crs", title="Registration", orgSourcedId="sch")
    package.add("classes", sourcedId="cls", title="7KES", courseSourcedId="crs", classType="homeroom",
                schoolSourcedId="sch", termSourcedIds="ses")  # fmt: skip
    for number, person in enumerate(people):
        role = "student" if person.role == "pupil" else "teacher"
        package.add("users", sourcedId=person.id, enabledUser="true", orgSourcedIds="sch", role=role,
                    username=f"u{number}", givenName=person.given, familyName=person.family)  # fmt: skip
        package.add("enrollments", sourcedId=f"enr{number}", classSourcedId="cls", schoolSourcedId="sch",
                    userSourcedId=person.id, role=role)  # fmt: skip
        if person.born:
            package.add("demographics", sourcedId=person.id, birthDate=person.born.isoformat())
    return package


def _served(
    package: Package, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Files], Files] = lambda files: files,
) -> AbstractContextManager[Served]:  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = package.write(Path(name) / "package")
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
    return served(around(files), cancelled=cancelled)


def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Files], Files] = lambda files: files,
) -> AbstractContextManager[Served]:  # fmt: skip
    return _served(_package(people), cancelled, around)


def _without(file: str) -> Broken:
    def broken() -> AbstractContextManager[Served]:
        package = _package([Person(id="A1")])
        del package.rows[file]
        package.modes[file] = "bulk"
        return _served(package)

    return broken


def _bytes(content: bytes) -> Broken:
    def broken() -> AbstractContextManager[Served]:
        package = _package([Person(id="A1")])
        package.raw["users"] = content
        return _served(package)

    return broken


HARNESS = Harness(
    route="oneroster-csv",
    make=OneRosterCsv,
    serve=serve,
    broken={
        "no users": _without("users"),
        "no orgs": _without("orgs"),
        "empty users": _bytes(b""),
        "nonsense users": _bytes(b"\x00\xff\xfe not a table"),
    },
    # A file with NUL bytes or a row of a megabyte is refused whole, as half-written.
    cannot=frozenset({"nul", "long"}),
    roll="users.csv",
)
