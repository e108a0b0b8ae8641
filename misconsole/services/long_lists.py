"""A list too long to hold: its ids and the text a filter looks through stay here, its rows in the store.

What a row of a list costs decides how large a school the console can show: an id eight bytes, the text
of a filter about a hundred, a view with its person two thousand.  So rows are read by window, and by
chunk where a command wants all of them.  The text is held, not asked for: looking through the text of a
hundred thousand rows takes ten milliseconds here and a hundred and fifty as a query.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlmodel import Session

from data import long_lists
from data.long_lists import Listed
from misconsole.services.desk import Desk
from misconsole.services.filtering import Found, Places, Texts, look

Row = TypeVar("Row")
CHUNK = 1_000
KEPT = 8  # filters whose rows are remembered
SPARSE = 8  # so many times as many ids as there are rows are no longer close together
Read = Callable[[Session, Sequence[int]], dict[int, Row]]  # rows by id; an id that is gone is left out


class LongList(Generic[Row]):
    """One state of a list; read it again to see another. Every method may run in any thread.

    ``ids`` are in the list's natural order; the other orders are told as places in it.
    """

    def __init__(
        self, desk: Desk, listed: Listed, conditions: tuple[Any, ...], read: Read[Row], ids: array[int]
    ) -> None:
        self._desk = desk
        self._listed = listed
        self._conditions = conditions
        self._read = read
        self.ids = ids
        self._texts: list[Texts] | None = None
        self._reading = Lock()
        self._found: dict[tuple[str, ...], Found] = {}
        self._sorted: tuple[tuple[str, bool], Places] = (("", False), range(len(ids)))

    def __len__(self) -> int:
        return len(self.ids)

    # Rows

    def rows(self, ids: Sequence[int]) -> dict[int, Row]:
        """The rows of these ids, as they are now."""
        if not ids:
            return {}
        with self._desk.store.read() as s:
            return self._read(s, ids)

    def each(self) -> Iterator[Row]:
        """Every row, in the natural order."""
        for start in range(0, len(self.ids), CHUNK):
            part = self.ids[start : start + CHUNK]
            found = self.rows(part)
            yield from (found[key] for key in part if key in found)

    # Which, and in which order

    def order(self, *, wanted: str = "", by: str = "", descending: bool = False) -> Places:
        """Places of the rows that hold every word of ``wanted``, sorted by a column of the list."""
        everything = self._order(by, descending)
        words = tuple(wanted.casefold().split())
        if not words:
            return everything
        found = self._holding(words)
        if isinstance(everything, range):
            return found if everything.step == 1 else found[::-1]
        shown = bytearray(len(self.ids))
        for place in found:
            shown[place] = 1
        return array("l", (place for place in everything if shown[place]))

    def _order(self, by: str, descending: bool) -> Places:
        if by not in self._listed.sorts:
            natural = range(len(self.ids))
            return natural[::-1] if descending else natural
        asked, places = self._sorted
        if asked != (by, descending):
            places = self._in_order(by, descending)
            self._sorted = ((by, descending), places)
        return places

    def _in_order(self, by: str, descending: bool) -> Places:
        """Of a row that came or went since this list was read, nothing is said or the old place kept."""
        with self._desk.store.read() as s:
            ids = long_lists.ids(s, self._listed, self._conditions, by=by, descending=descending)
        places = {key: place for place, key in enumerate(self.ids)}
        ordered = array("l", (places.pop(key) for key in ids if key in places))
        ordered.extend(places.values())
        return ordered

    def _holding(self, words: tuple[str, ...]) -> Places:
        """Places of the rows that hold every word, in the natural order. A filter is typed and taken back
        letter by letter: what was found last is kept, and one that grew is looked for in what it left."""
        known = self._found.pop(words, None)
        if known is None:
            wider = next((f for f in reversed(tuple(self._found.values())) if f.covers(words)), None)
            known = wider.narrowed(words) if wider else look(self.texts(), words, len(self.ids))
        self._found[words] = known
        for eldest in tuple(self._found)[:-KEPT]:
            self._found.pop(eldest, None)
        return known.places

    def texts(self) -> Sequence[Texts]:
        """What a filter looks through; read once. A few long strings, each a line for each of its places:
        half of what as many small ones would take, and given back whole when the list is read again."""
        with self._reading:
            if self._texts is None:
                self._texts = list(self._read_texts())
            return self._texts

    def _read_texts(self) -> Iterator[Texts]:
        """A row that came since the ids were read is left out; of one that went nothing is found."""
        place_of = _places_of(self.ids)
        with self._desk.store.read() as s:
            for keys, lines in long_lists.texts(s, self._listed, self._conditions):
                places, folded = array("l", map(place_of, keys)), lines.casefold()
                if min(places, default=0) < 0:
                    pairs = zip(places, folded.split(long_lists.END), strict=True)
                    kept = [(place, line) for place, line in pairs if place >= 0]
                    places, folded = array("l", (p for p, _ in kept)), long_lists.END.join(t for _, t in kept)
                if places:
                    yield places, folded


def _places_of(ids: array[int]) -> Callable[[int], int]:
    """The place of an id, -1 for one that is not there. By a table where ids lie close together, as those of
    one school mostly do: a dictionary of a hundred thousand takes ten times as much."""
    first = min(ids, default=0)
    span = max(ids, default=-1) - first + 1
    if span > SPARSE * len(ids):
        known = {key: place for place, key in enumerate(ids)}
        return lambda key: known.get(key, -1)
    table = array("l", [-1]) * span
    for place, key in enumerate(ids):
        table[key - first] = place
    return lambda key: table[key - first] if 0 <= key - first < span else -1


def read(desk: Desk, listed: Listed, conditions: tuple[Any, ...], rows: Read[Row]) -> LongList[Row]:
    """The list as it is now."""
    with desk.store.read() as s:
        ids = long_lists.ids(s, listed, conditions)
    return LongList(desk, listed, conditions, rows, ids)
