"""The Datashare file set for the contract test: a folder of rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from folders import served
from harness import Harness, Person, Served
from troubles import Broken, Files

from connectors.datashare import Datashare
from connectors.simulator.writers.datashare import COLUMNS


def rows(name: str, *items: Mapping[str, str]) -> bytes:
    """A list of the set with its own columns; what an item does not say is blank."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS[name], restval="")
    writer.writeheader()
    writer.writerows(items)
    return text.getvalue().encode()


def files_of(people: Sequence[Person]) -> dict[str, bytes]:
    pupils = [person for person in people if person.role == "pupil"]
    staff = [person for person in people if person.role == "staff"] or [Person(id="S0")]
    forms = dict.fromkeys(person.form for person in pupils)
    return {
        "students.csv": rows("students", *(
            {"studentId": p.id, "knownName": p.given, "surname": p.family, "yearGroup": "Year 7",
             "className": p.form, "dateOfBirth": p.born.isoformat() if p.born else ""} for p in pupils
        )),
        "teachers.csv": rows("teachers", *(
            {"staffId": p.id, "title": "Ms", "forename": p.given, "surname": p.family,
             "email": "t@larkmere.example"} for p in staff
        )),
        "classes.csv": rows("classes", *(
            {"classId": f"R{n}", "classCode": form, "description": form, "type": "Registration",
             "staffId1": staff[0].id, "studentIds": ";".join(p.id for p in pupils if p.form == form)}
            for n, form in enumerate(forms)
        )),
        "contacts.csv": rows("contacts", {"contactId": "C1", "title": "Mr and Mrs", "firstName": "J & P",
                                          "surname": "Hale", "phone": "01632 960155"}),
        "contactLinks.csv": rows("contactLinks", {"studentId": "A1", "contactId": "C1",
                                                  "relationship": "Parent"}),
        "groups.csv": rows("groups", {"groupId": "H2", "description": "Otters", "type": "House",
                                      "studentIds": "A1"}),
        "attendance.csv": b"studentId,date,session,mark\nA1,2026-01-14,AM,/\n",
    }  # fmt: skip


def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Files], Files] = lambda files: files,
) -> AbstractContextManager[Served]:  # fmt: skip
    return served(around(files_of(people)), cancelled=cancelled)


def _broken(**changed: bytes) -> Broken:
    files = files_of([Person(id="A1")])
    return lambda: served({**files, **{f"{name}.csv": content for name, content in changed.items()}})


HARNESS = Harness(
    route="datashare",
    make=Datashare,
    serve=serve,
    broken={
        "nothing there": lambda: served({}),
        "empty file": _broken(students=b""),
        "nonsense": _broken(teachers=b"\x00\xff\xfe not a table"),
        "no id column": _broken(students=b"Known name,Surname,Date of birth\nNia,Hale,2014-01-01\n"),
        "nobody": _broken(students=rows("students")),
        "not JSON": lambda: served({"datashare.json": b'{"students": [{"studentId": "1", '}),
        "no list": lambda: served({"datashare.json": b'{"students": {"studentId": "1"}}'}),
        "too deep": lambda: served({"datashare.json": b"[" * 100_000}),
        "columns of nothing": lambda: served(files_of([Person(id="A1")]), columns="pupils.id=Id"),
    },
    # A file with NUL bytes or a row of a megabyte is refused whole, as half-written.
    cannot=frozenset({"nul", "long"}),
    roll="students.csv",
)
