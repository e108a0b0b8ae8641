"""A list that stays in the store: its ids are here, and the rows around what is in view."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from screens.memory import give_back
from screens.widgets.order import Sort, SortKey, Source

if TYPE_CHECKING:  # opening the store is not needed to paint
    from misconsole.services.long_lists import LongList

Row = TypeVar("Row")
KEPT = 1_000  # rows; about two megabytes


class Stored(Source[Row]):
    """The sorts are those of the service, by the names of the columns."""

    complete = False
    at_once = False

    def __init__(self, listed: LongList[Row]) -> None:
        self.listed = listed
        self.keys: Sequence[Any] = listed.ids
        self._here: dict[int, Row] = {}

    def place(self, key: Hashable) -> int | None:
        try:
            return self.listed.ids.index(key)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            return None

    def row(self, place: int) -> Row | None:
        return self._here.get(self.keys[place])

    def order(self, wanted: str, sort: Sort, key: SortKey[Row] | None) -> Sequence[int]:  # noqa: ARG002
        return self.listed.order(wanted=wanted, by=sort.column, descending=sort.descending)

    def missing(self, places: Sequence[int]) -> list[Any]:
        keys, here = self.keys, self._here
        return [keys[place] for place in places if keys[place] not in here]

    def fetch(self, keys: Sequence[Any]) -> Mapping[Any, Row]:
        return self.listed.rows(keys)

    def keep(self, rows: Mapping[Any, Row], near: Sequence[int]) -> None:
        if len(self._here) + len(rows) > KEPT:
            wanted = {self.keys[place] for place in near}
            self._here = {key: row for key, row in self._here.items() if key in wanted}
        self._here.update(rows)

    def warm(self) -> None:
        self.listed.texts()
        give_back()
