"""Year and registration groups, as the pupils' own rows name them (checklist E6: there are no others).

The interface gives such groups no id of their own, so the name is the id: a class that is renamed is a new
class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.records import (
    ClassKind,
    Group,
    GroupKind,
    Membership,
    Part,
    Record,
    Report,
    SchoolClass,
)
from connectors.scholarpack.fieldmap import FieldMap
from connectors.values import Faults, Row


class Groups:
    """Filled while the pupils are read; hands on its records at the end."""

    def __init__(self, fields: FieldMap) -> None:
        self.map = fields
        self._silent = Faults(Report.GROUPS_CLASSES)
        self._classes: dict[str, list[str]] = {}
        self._years: dict[str, list[str]] = {}

    def add(self, rows: Iterable[tuple[str, Row]]) -> None:
        """(id, row) of pupils on roll."""
        for own, row in rows:
            for name, kept in (("registration_group", self._classes), ("nc_year", self._years)):
                told = self.map.read("pupil", row, name, self._silent)
                if told is not None:
                    kept.setdefault(told, []).append(own)
        self._silent.found.clear()

    def records(self) -> Iterator[Record]:
        """Every group first, then who is in it."""
        for name in self._classes:
            yield SchoolClass(source_id=f"class:{name}", name=name, kind=ClassKind.REGISTRATION)
        for name in self._years:
            yield Group(source_id=f"year:{name}", name=name, kind=GroupKind.YEAR)
        for container, prefix, kept in (("class", "class", self._classes), ("group", "year", self._years)):
            for name, pupils in kept.items():
                for own in pupils:
                    yield Membership(
                        container=container, container_id=f"{prefix}:{name}", person_role="pupil",
                        person_id=own, part=Part.PUPIL,
                    )  # fmt: skip
