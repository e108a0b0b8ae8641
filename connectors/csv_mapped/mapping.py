"""The columns as a person confirmed them: kept as one connection setting, compact JSON that can be read.

``{"v": 1, "files": {"pupils_*.csv": {"kind": "pupils", "head": "3f9c…", "columns": {"Adno":
"admission_number", "Fax": "-"}}}}``.  Every column of the header stands in it, also those left out, and
``head`` is the digest of the header: so a header that changed is noticed, with the column's name, before
anything is read by a mapping that no longer fits.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.csv_mapped.fields import (
    CLASSES,
    CONTACTS,
    FIELDS,
    KINDS,
    MEMBERS,
    NOTHING,
    PEOPLE,
    PUPILS,
    STAFF,
)
from connectors.csv_mapped.guess import NAMES, FileGuess
from connectors.errors import BadFile, BadSettings

VERSION = 1
LOOK = "Look at the columns and accept them: “misconsole columns SCHOOL”, then --accept."
_IDS = {
    PUPILS: ("source_id", "admission_number", "upn", "uln"), STAFF: ("source_id", "staff_code"),
    PEOPLE: ("source_id", "admission_number", "upn", "staff_code"),
}  # fmt: skip
_GIVEN = ("full_name", "natural_name", "given_name", "preferred_given_name", "legal_given_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMap:
    """One file: what it holds, the digest of its header, and the field of every column ("-": left out)."""

    kind: str
    head: str
    columns: Mapping[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, str]:
        """field → the column it is read from."""
        return {name: label for label, name in self.columns.items() if name != NOTHING}


def digest_of(labels: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(labels).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def from_guess(guesses: Iterable[FileGuess]) -> dict[str, FileMap]:
    """What accepting these guesses means.  Of files with one key (yesterday's, today's) the last counts."""
    return {
        each.key: FileMap(
            kind=each.kind, head=digest_of([column.label for column in each.columns]),
            columns={column.label: column.field for column in each.columns},
        )
        for each in guesses
    }  # fmt: skip


def dump(files: Mapping[str, FileMap]) -> str:
    """Text for the setting; ``parse`` gives the same back."""
    shown = {
        key: {"kind": each.kind, "head": each.head, "columns": dict(each.columns)}
        for key, each in files.items()
    }
    return json.dumps({"v": VERSION, "files": shown}, ensure_ascii=False, separators=(",", ":"))


def parse(text: str) -> dict[str, FileMap]:
    """The confirmed files by key; nothing for a blank text.  Raises BadSettings naming what is wrong."""
    if not text.strip():
        return {}
    try:
        document = json.loads(text)
        if document.get("v") != VERSION:
            raise BadSettings(
                f"The mapping is of version {str(document.get('v'))[:9]}, not {VERSION}.", mend=LOOK
            )
        files = {str(key): _file(str(key), each) for key, each in document["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadSettings("The setting “mapping” is not what this console wrote.", mend=LOOK) from None
    for key, each in files.items():
        for told in problems(key, each):
            raise BadSettings(told, mend=LOOK)
    return files


def _file(key: str, each: Mapping[str, object]) -> FileMap:
    columns = each["columns"]
    if not isinstance(columns, dict):
        raise TypeError(key)
    named = {str(label): str(name) for label, name in columns.items()}
    return FileMap(kind=str(each["kind"]), head=str(each["head"]), columns=named)


def problems(file: str, each: FileMap) -> list[str]:
    """Why a file so mapped cannot be read; nothing when it can."""
    if each.kind not in KINDS:
        return [f"{file}: “{each.kind[:30]}” is not a kind of file; it is one of {', '.join(KINDS)}."]
    told = []
    for label, name in each.columns.items():
        if name != NOTHING and name not in FIELDS[each.kind]:
            told.append(f"{file}, column {label}: “{name[:40]}” is not a field of {KINDS[each.kind]}.")
    counts = Counter(name for name in each.columns.values() if name != NOTHING)
    told += [f"{file}: two columns are read as {name}." for name, count in counts.items() if count > 1]
    return told + ([] if told else _missing(file, each.kind, set(counts)))


def _missing(file: str, kind: str, fields: set[str]) -> list[str]:
    told = []
    ids = _IDS.get(kind, ())
    if ids and not fields & set(ids):
        told.append(f"{file}: no column tells who is who; one must be {' or '.join(ids)}.")
    if kind in (PUPILS, STAFF, PEOPLE) and not (fields & set(NAMES) and fields & set(_GIVEN)):
        told.append(f"{file}: no column is the name; surname and forename are needed, or both in one column.")
    if kind == CONTACTS and "pupil" not in fields:
        told.append(f"{file}: no column names the pupil the contact belongs to.")
    if kind == CONTACTS and not fields & set(NAMES):
        told.append(f"{file}: no column is the contact's name.")
    if kind == PEOPLE and "person_type" not in fields:
        told.append(f"{file}: no column tells pupils from staff.")
    if kind in (CLASSES, MEMBERS) and not fields & {"class_id", "class_name", "class_code"}:
        told.append(f"{file}: no column names the class.")
    if kind == MEMBERS and not fields & {"pupil", "teacher"}:
        told.append(f"{file}: no column names who is in the class.")
    return told


def check_header(file: str, labels: Sequence[str], confirmed: FileMap) -> None:
    """``BadFile`` naming file and column when the header is not the one that was confirmed."""
    if digest_of(labels) == confirmed.head:
        return
    known = list(confirmed.columns)
    gone = [label for label in known if label not in labels]
    new = [label for label in labels if label not in confirmed.columns]
    if gone:
        told, column = f"the column “{gone[0]}” is not there any more", gone[0]
    elif new:
        told, column = f"the column “{new[0]}” is new", new[0]
    else:
        moved = next((a for a, b in zip(labels, known, strict=False) if a != b), labels[0])
        told, column = f"the column “{moved}” is in another place", moved
    more = len(gone) + len(new) - 1
    also = f" (and {more} more changed)" if more > 0 else ""
    raise BadFile(f"{file}: {told}{also}; nothing was read.", mend=LOOK, where=f"{file}:1:{column}")
