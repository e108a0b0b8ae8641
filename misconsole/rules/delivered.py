"""Identifiers as one record delivered them: one value of each kind, in a third of the room of a dictionary.

A large school has tens of thousands of people in memory at once, each with a handful of identifiers.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any


class Delivered(Mapping[str, tuple[str, ...]]):
    """kind -> (value,), equal to a dictionary that says the same; kinds without a value are left out."""

    __slots__ = ("_kinds", "_values")

    def __init__(self, kinds: tuple[str, ...], values: tuple[str | None, ...]) -> None:
        """``kinds`` and ``values`` side by side."""
        self._kinds = _given(kinds, tuple(map(bool, values)))
        self._values = tuple(value for value in values if value)

    def __getitem__(self, kind: str) -> tuple[str, ...]:
        try:
            return (self._values[self._kinds.index(kind)],)
        except ValueError:
            raise KeyError(kind) from None

    def get(self, kind: str, default: Any = None) -> Any:
        return (self._values[self._kinds.index(kind)],) if kind in self._kinds else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def items(self) -> ItemsView[str, tuple[str, ...]]:
        return {kind: (value,) for kind, value in zip(self._kinds, self._values, strict=True)}.items()

    def __repr__(self) -> str:
        return repr(dict(self.items()))


@lru_cache(maxsize=256)  # one tuple for all who have the same kinds
def _given(kinds: tuple[str, ...], there: tuple[bool, ...]) -> tuple[str, ...]:
    return tuple(kind for kind, given in zip(kinds, there, strict=True) if given)


class _Plain:
    """Tells whoever writes a plan as JSON that this is a dictionary."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        written = core_schema.plain_serializer_function_ser_schema(dict)
        return handler(source) | {"serialization": written}


Identifiers = Annotated[Mapping[str, tuple[str, ...]], _Plain()]
