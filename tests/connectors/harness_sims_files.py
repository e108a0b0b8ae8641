"""SIMS report files for the contract test: pupils, contacts and marks as XML, staff and groups as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import folders
from harness import Harness, Person, Served
from troubles import Broken, Files

from connectors.sims_files import SimsFiles
from connectors.simulator.writers.sims_files import encoded

Rows = Sequence[dict[str, str]]
EMPTY = b'<?xml version="1.0" standalone="yes"?>\r\n<SuperStarReport />\r\n'


def xml(rows: Rows) -> bytes:
    """The texts as they are, so that a test can put in what breaks it."""
    from xml.sax.saxutils import escape

    lines = ['<?xml version="1.0" standalone="yes"?>', "<SuperStarReport>"]
    for row in rows:
        cells = "".join(f"<{encoded(c)}>{escape(t)}</{encoded(c)}>" for c, t in row.items() if t)
        lines.append(f"<Record>{cells}</Record>")
    return "\r\n".join([*lines, "</SuperStarReport>", ""]).encode("utf-8", "surrogatepass")


def table(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    captions = list(dict.fromkeys(caption for row in rows for caption in row))
    writer = csv.writer(text)
    writer.writerow(captions)
    writer.writerows([row.get(caption, "") for caption in captions] for row in rows)
    return text.getvalue().encode()


def pupil(person: Person) -> dict[str, str]:
    born = person.born.isoformat() + "T00:00:00" if person.born else ""
    return {
        "ID": person.id, "Forename": person.given, "Surname": person.family, "DOB": born, "Year": "Year  7",
        "Reg": person.form,
    }  # fmt: skip


def staff(person: Person) -> dict[str, str]:
    born = person.born.strftime("%d/%m/%Y") if person.born else ""
    return {
        "ID": person.id, "Preferred Forename": person.given, "Preferred Surname": person.family, "DOB": born,
        "Role Text": "Teacher",
    }  # fmt: skip


def files_of(people: Sequence[Person]) -> dict[str, bytes]:
    pupils = [person for person in people if person.role == "pupil"]
    adults = [person for person in people if person.role == "staff"] or [Person(id="S0")]
    first = next((person.id for person in pupils if person.id), "A0")
    return {
        "students.xml": xml([pupil(person) for person in pupils]),
        "staff.csv": table([staff(person) for person in adults]),
        "contacts.xml": xml([{"ID": "C1", "Surname": "Hale", "Pupil ID": first}]),
        "groups-classes.csv": table([
            {"ID": "G1", "Short Name": "7KES", "Type": "Registration Group", "Pupil ID": first},
        ]),
        "attendance.xml": xml([{"Pupil ID": first, "Date": "2026-01-14", "Session": "AM", "Mark": "/"}]),
    }  # fmt: skip


def served(
    files: Files, cancelled: Callable[[], bool] = lambda: False, **settings: str
) -> AbstractContextManager[Served]:
    """Just written, so that nothing may have to settle."""
    return folders.served(files, cancelled=cancelled, **{"settle": "0", **settings})


def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Files], Files] = lambda files: files,
) -> AbstractContextManager[Served]:  # fmt: skip
    return served(around(files_of(people)), cancelled)


def _broken(**changed: bytes | None) -> Broken:
    def broken() -> AbstractContextManager[Served]:
        files = {
            name.partition(".")[0]: (name, content) for name, content in files_of([Person(id="A1")]).items()
        }
        for stem, content in changed.items():
            name = files.pop(stem)[0]
            if content is not None:
                files[stem] = (name, content)
        return served(dict(files.values()))

    return broken


HARNESS = Harness(
    route="sims-files",
    make=SimsFiles,
    serve=serve,
    broken={
        "nothing there": lambda: served({}),
        "no current people": _broken(students=None, staff=None),
        "empty files": _broken(students=b"", staff=b""),
        "no records": _broken(students=EMPTY, staff=EMPTY),
        "cut short": _broken(students=xml([pupil(Person(id="A1"))])[:-30]),
        "nonsense": _broken(students=b"\x00\xff\xfe not a report"),
        "an error of SIMS": _broken(
            students=b"<CommandReporterError>Login failed</CommandReporterError>", staff=None
        ),
        "no ids": _broken(students=xml([{"Forename": "Nia", "Surname": "Hale"}])),
        "a bad setting": lambda: served({}, settle="soon"),
    },
    # XML cannot hold control characters, and a record of a megabyte is refused whole.
    cannot=frozenset({"nul", "escape", "long"}),
    roll="students.xml",
)
