"""From headers and sample rows to a guess: what each file holds and what each column is. Pure.

A guess, never a decision: nothing is read by it until a person has accepted it.  Two columns never become
one field; the second is left out and says which column has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.csv_mapped.candidates import OWN, Candidate, candidates, why_left_out
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
    words,
)
from connectors.csv_mapped.headers import plain, read
from connectors.csv_mapped.shapes import Shape, shape

LEAST = 0.5  # a candidate below is only mentioned
_DATED = re.compile(
    r"(?<!\d)(?:20\d\d[-_. ]?\d\d[-_. ]?\d\d|\d\d[-_. ]\d\d[-_. ]20\d\d|\d{8})(?:[-_ T]?\d{4,6})?(?!\d)"
)
_NAMED = {
    PUPILS: "pupil pupils student students learner learners children roll onroll",
    STAFF: "staff teacher teachers employee employees personnel",
    CONTACTS: "contact contacts parent parents guardian guardians carer carers",
    CLASSES: "classes groups sets",
    MEMBERS: "enrolment enrolments enrollments memberships members classlist classlists timetable membership",
    PEOPLE: "people users persons everyone all",
}  # fmt: skip
_EVIDENCE = {
    PUPILS: {"upn", "nc_year", "registration_group", "admission_number", "uln", "house", "date_of_birth"},
    STAFF: {"staff_code", "roles", "teaching", "reports_to", "non_teaching", "title"},
    CONTACTS: {"relationship", "parental_responsibility", "priority", "pupil", "title", "phone"},
    CLASSES: {"class_name", "class_id", "class_code", "subject", "teacher", "class_type"},
    MEMBERS: {"class_name", "class_id", "class_code", "pupil", "subject", "teacher"},
    PEOPLE: {"person_type"},
}
NAMES = ("full_name", "natural_name", "family_name", "preferred_family_name", "legal_family_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The beginning of one file: its name, its column labels, and some rows as wide as they are."""

    file: str
    labels: tuple[str, ...]
    rows: Sequence[Sequence[str | None]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGuess:
    """``field`` "-" for a column that is left out; ``score`` 0 to 1; ``taken_by``: the column that has
    the field this one would have been."""

    label: str
    field: str
    score: float
    reason: str
    taken_by: str = ""

    @property
    def confidence(self) -> str:
        return in_words(self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGuess:
    """``key`` is the file's name with dates in it replaced by ``*``, lower case."""

    file: str
    key: str
    kind: str
    score: float
    reason: str
    columns: tuple[ColumnGuess, ...]

    @property
    def confidence(self) -> str:
        return in_words(self.score)

    def column_of(self, field: str) -> str:
        return next((each.label for each in self.columns if each.field == field), "")


def in_words(score: float) -> str:
    return "certain" if score >= 0.9 else "likely" if score >= 0.7 else "unsure"


def key_of(file: str) -> str:
    """``Pupils_2026-01-15.csv`` and tomorrow's are one: ``pupils_*.csv``."""
    return _DATED.sub("*", file).casefold()


def guess(sample: Sample, *, kind: str = "") -> FileGuess:
    """``kind`` says what the file holds where a person has decided that; else it is guessed too."""
    shapes = [shape([row[at] for row in sample.rows]) for at in range(len(sample.labels))]
    if kind:
        return _with(sample, shapes, kind, 1.0, "you said so")
    judged = sorted(
        ((_points(sample, shapes, each), each) for each in FIELDS if each != NOTHING), reverse=True
    )
    (best, chosen), (second, other) = judged[0], judged[1]
    if best < 4:
        return _with(sample, shapes, NOTHING, 0.6, "nothing in it tells that it holds people or classes")
    score = min(0.97, 0.6 + 0.05 * (best - second)) if best > second else 0.5
    reason = f"its columns are those of {KINDS[chosen].split(',')[0]}"
    if score < 0.7:
        reason += f"; it might also hold {KINDS[other].split(',')[0]}"
    return _with(sample, shapes, chosen, score, reason)


def _points(sample: Sample, shapes: Sequence[Shape], kind: str) -> float:
    """How much speaks for a kind: file name, whom the headers are about, fields, what must be there."""
    stem = plain(sample.file.rpartition(".")[0] or sample.file).split()
    points = 4.0 if set(stem) & set(_NAMED[kind].split()) else 0.0
    points += min(3, sum(read(label).about == OWN[kind] for label in sample.labels))
    fields = {each.field for each in _assigned(sample.labels, shapes, kind) if each.field != NOTHING}
    points += 2 * len(fields & _EVIDENCE[kind])
    named = any(name in fields for name in NAMES)
    other_headers = {"relationship", "parental_responsibility"} & {
        each.field.rpartition(".")[2] for each in _assigned(sample.labels, shapes, CONTACTS)
    }
    if kind in (PUPILS, STAFF) and (not named or other_headers - {f.rpartition(".")[2] for f in fields}):
        points -= 5
    if kind == CONTACTS and ("pupil" not in fields or not named):
        points -= 6
    if kind == MEMBERS and ("pupil" not in fields or not fields & {"class_name", "class_id", "class_code"}):
        points -= 8
    if kind in (MEMBERS, CLASSES) and _about_persons(sample.labels):
        points -= 6
    about_pupils = any(read(label).about == "pupil" for label in sample.labels)
    if kind == CLASSES and (about_pupils or "class_name" not in fields):
        points -= 6
    if kind == PEOPLE:
        points += 6 if "person_type" in fields and named and _two_types(sample, shapes) else -10
    return points


def _about_persons(labels: Sequence[str]) -> bool:
    """A birthday, or a year group beside a name: the rows are people and not places in classes."""
    said = {words(PUPILS).get(read(label).words) or words(PUPILS).get(read(label).rest) for label in labels}
    return "date_of_birth" in said or ("nc_year" in said and "given_name" in said)


def _two_types(sample: Sample, shapes: Sequence[Shape]) -> bool:
    from connectors.csv_mapped.shapes import PERSON_TYPES

    for at, found in enumerate(shapes):
        if found.filled and found.person >= 0.6:
            kinds = {PERSON_TYPES.get((row[at] or "").casefold()) for row in sample.rows} - {None}
            return len(kinds) > 1 or kinds == {"pupil"}
    return False


def _with(sample: Sample, shapes: Sequence[Shape], kind: str, score: float, reason: str) -> FileGuess:
    return FileGuess(
        file=sample.file, key=key_of(sample.file), kind=kind, score=score, reason=reason,
        columns=_assigned(sample.labels, shapes, kind),
    )  # fmt: skip


def _assigned(labels: Sequence[str], shapes: Sequence[Shape], kind: str) -> tuple[ColumnGuess, ...]:
    """The surest first; nobody gets a field that is taken."""
    if kind == NOTHING:
        return tuple(
            ColumnGuess(label=label, field=NOTHING, score=1, reason="the file is not read")
            for label in labels
        )
    wanted = [candidates(label, kind, found) for label, found in zip(labels, shapes, strict=True)]
    pairs = sorted(
        ((each.score, -at, each) for at, found in enumerate(wanted) for each in found if each.score >= LEAST),
        key=lambda pair: (-pair[0], -pair[1]),
    )
    holder: dict[str, int] = {}
    given: dict[int, Candidate] = {}
    for _, negative, candidate in pairs:
        at = -negative
        if at not in given and candidate.field not in holder:
            given[at], holder[candidate.field] = candidate, at
    return tuple(
        _column(labels, at, kind, shapes[at], given.get(at), wanted[at], holder) for at in range(len(labels))
    )


def _column(
    labels: Sequence[str], at: int, kind: str, found: Shape, chosen: Candidate | None,
    wanted: Sequence[Candidate], holder: dict[str, int],
) -> ColumnGuess:  # fmt: skip
    label = labels[at]
    if chosen is not None:
        return ColumnGuess(label=label, field=chosen.field, score=chosen.score, reason=chosen.reason)
    if wanted and wanted[0].field in holder and wanted[0].score >= LEAST:
        other = labels[holder[wanted[0].field]]
        title = FIELDS[kind][wanted[0].field]
        return ColumnGuess(
            label=label,
            field=NOTHING,
            score=0.6,
            reason=f"“{other}” is read as {title} already",
            taken_by=other,
        )
    if wanted:
        title = FIELDS[kind][wanted[0].field]
        return ColumnGuess(label=label, field=NOTHING, score=0.5, reason=f"{wanted[0].reason} ({title})")
    sure, reason = why_left_out(label, kind, found)
    return ColumnGuess(label=label, field=NOTHING, score=sure, reason=reason)
