"""CSV with a mapping for the contract test: two lists in a folder, their columns accepted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from folders import served
from harness import Harness, Person, Served
from troubles import Broken, Files

from connectors.csv_mapped import CsvMapped
from connectors.csv_mapped.mapping import FileMap, digest_of, dump

LABELS = ("Id", "Forename", "Surname", "DOB", "Reg")
_FIELDS = ("source_id", "given_name", "family_name", "date_of_birth", "registration_group")


def mapping() -> str:
    columns = dict(zip(LABELS, _FIELDS, strict=True))
    pupils = FileMap(kind="pupils", head=digest_of(LABELS), columns=columns)
    staff = FileMap(kind="staff", head=digest_of(LABELS), columns={**columns, "Reg": "-"})
    return dump({"pupils.csv": pupils, "staff.csv": staff})


def table(people: Sequence[Person]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(LABELS)
    for person in people:
        born = person.born.strftime("%d/%m/%Y") if person.born else ""
        writer.writerow([person.id, person.given, person.family, born, person.form])
    return text.getvalue().encode()


def _files(people: Sequence[Person]) -> dict[str, bytes]:
    return {
        "pupils.csv": table([person for person in people if person.role == "pupil"]),
        "staff.csv": table([person for person in people if person.role == "staff"] or [Person(id="S0")]),
    }


def _served(
    files: Files, cancelled: Callable[[], bool] = lambda: False, text: str = ""
) -> AbstractContextManager[Served]:
    return served(files, cancelled=cancelled, mapping=text or mapping())


def serve(
    people: Sequence[Person], *, cancelled: Callable[[], bool] = lambda: False,
    around: Callable[[Files], Files] = lambda files: files,
) -> AbstractContextManager[Served]:  # fmt: skip
    return _served(around(_files(people)), cancelled)


def _broken(**changed: bytes | None) -> Broken:
    def broken() -> AbstractContextManager[Served]:
        files = _files([Person(id="A1")])
        for name, content in changed.items():
            if content is None:
                del files[f"{name}.csv"]
            else:
                files[f"{name}.csv"] = content
        return _served(files)

    return broken


HARNESS = Harness(
    route="csv",
    make=CsvMapped,
    serve=serve,
    broken={
        "no pupils": _broken(pupils=None),
        "empty file": _broken(pupils=b""),
        "nonsense": _broken(pupils=b"\x00\xff\xfe not a table"),
        "other columns": _broken(pupils=b"Id,Forename,Surname,Born,Reg\n1,Nia,Hale,1/1/2014,7K\n"),
        "nobody": _broken(pupils=",".join(LABELS).encode() + b"\n"),
        "mapping of somebody else": lambda: _served(_files([Person(id="A1")]), text='{"v":7}'),
    },
    # A file with NUL bytes or a row of a megabyte is refused whole, as half-written.
    cannot=frozenset({"nul", "long"}),
    roll="pupils.csv",
)
