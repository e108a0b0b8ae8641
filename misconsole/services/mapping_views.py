"""What is handed out about the columns of a school's files: a guess, or what was accepted.

Apart from ``views`` so that nothing that paints a list pays for making them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChoice:
    """A field that a column of a file of some kind can be. ``name`` "-" leaves the column out."""

    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """``confidence``: certain, likely, unsure; "accepted" for one a person accepted, "yours" for one
    changed just now.  ``samples``: a few values as they are in the file.  ``taken_by``: the column that
    has the field this one would have been."""

    label: str
    field: str
    title: str
    confidence: str
    reason: str
    samples: tuple[str, ...]
    taken_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """``state``: accepted, changed (its header is not the accepted one) or new.  ``problems``: why it
    cannot be read as it stands.  ``lost``: what was read from it before and would not be any more.
    ``written``: encoding, delimiter and header line in words."""

    key: str
    file: str
    kind: str
    kind_title: str
    confidence: str
    reason: str
    written: str
    state: str
    columns: tuple[ColumnView, ...]
    lost: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingView:
    """``accepted``: every file is as somebody accepted it, and a sync can read."""

    school: str
    school_name: str
    path: str
    accepted: bool
    files: tuple[FileView, ...]
    missing: tuple[str, ...] = ()  # accepted files that are not there now

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(each for file in self.files for each in file.problems)
