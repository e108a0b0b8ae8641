"""Which fields this school's Arbor has, and which of them the app may read.

Asked once by introspection (open at Arbor, reference §4); where that is refused, what was seen elsewhere
is assumed and the answers correct it.  A question then names exactly the fields wanted and there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.arbor.entities import (
    CODE,
    GRAPH_ONLY,
    IF_LISTED,
    PROPERTIES,
    Tree,
    assumed,
    readable,
    tree_of,
)

Denied = tuple[str, str]
_TYPE = "name kind ofType { name kind ofType { name kind ofType { name kind } } }"
_NAMED = re.compile(r"\b([A-Z][A-Za-z]*(?:_[A-Z][A-Za-z]*)?)\.([a-z][A-Za-z0-9]*)\b")
_UNKNOWN = re.compile(r"field [\"'`](\w+)[\"'`] on type [\"'`](\w+)[\"'`]", re.IGNORECASE)
_WHOLE = re.compile(r"access to [\"'`]?([A-Z]\w+)[\"'`]?(?![.\w])")
LINKS = sorted({*PROPERTIES, *GRAPH_ONLY, *IF_LISTED})


class Schema:
    """``denied`` holds (entity, field) pairs, the field "" for a whole entity."""

    def __init__(self) -> None:
        self._types: dict[str, dict[str, str]] = {}
        self._roots: frozenset[str] | None = None
        self.denied: set[Denied] = set()

    @staticmethod
    def question() -> str:
        types = " ".join(
            f'{n}: __type(name: "{n}") {{ fields {{ name type {{ {_TYPE} }} }} }}' for n in LINKS
        )
        return f"{{ roots: __schema {{ queryType {{ fields {{ name }} }} }} {types} }}"

    def learn(self, data: Any) -> None:
        """Takes what is readable of the answer; of the rest the assumption stands."""
        if not isinstance(data, Mapping):
            return
        names = _names((data.get("roots") or {}).get("queryType"))
        self._roots = frozenset(names) or None
        for entity in LINKS:
            fields = _names(data.get(entity))
            if fields:
                self._types[entity] = {name: _target(kind) for name, kind in fields.items()}

    def has_entity(self, entity: str) -> bool:
        known = self._roots is None or entity in self._roots
        return known and (entity, "") not in self.denied and (entity, "id") not in self.denied

    def has(self, entity: str, path: str) -> bool:
        """Whether every step of a dotted path is there and allowed."""
        for name in path.split("."):
            if not self._has(entity, name):
                return False
            entity = self._link(entity, name)
        return True

    def _has(self, entity: str, name: str) -> bool:
        if (entity, name) in self.denied or (entity, "") in self.denied:
            return False
        known = self._types.get(entity)
        if known is not None:
            return name in known
        return entity not in LINKS or name in assumed(entity)

    def _link(self, entity: str, name: str) -> str:
        """Which entity a property leads to, by our own names; "" for a plain value."""
        told = self._types.get(entity, {}).get(name)
        supposed = readable(entity).get(name, "")
        if told is None:
            return supposed
        return (supposed or CODE) if told else ""

    def select(self, entity: str, paths: Iterable[str]) -> str:
        """The body of a question: ``id person { title { id displayName } }``, without what is not there."""
        tree = tree_of(path for path in paths if self.has(entity, path))
        return self._written(entity, tree)

    def _written(self, entity: str, tree: Tree) -> str:
        parts, start = [], Tree({"id": {}})
        for name, branch in (start | tree).items():
            target = self._link(entity, name)
            if not target:
                parts.append(name)
            else:
                bare = "displayName" if target == CODE else "id displayName"
                inner = self._written(target, branch) if branch else bare
                parts.append(f"{name} {{ {inner} }}")
        return " ".join(parts)

    def deny(self, errors: Any) -> set[Denied]:
        """Notes what the errors of an answer name as not readable; the new pairs."""
        found: set[Denied] = set()
        for error in errors if isinstance(errors, list) else ():
            message = str(error.get("message") or "") if isinstance(error, Mapping) else ""
            found |= {(entity, name) for entity, name in _NAMED.findall(message)}
            found |= {(entity, name) for name, entity in _UNKNOWN.findall(message)}
            if not _NAMED.search(message):
                found |= {(entity, "") for entity in _WHOLE.findall(message)}
        fresh = found - self.denied
        self.denied |= found
        return fresh


def _names(told: Any) -> dict[str, Any]:
    fields = told.get("fields") if isinstance(told, Mapping) else None
    rows = fields if isinstance(fields, list) else []
    return {
        row["name"]: row.get("type")
        for row in rows
        if isinstance(row, Mapping) and isinstance(row.get("name"), str)
    }


def _target(kind: Any) -> str:
    """The name of the object type behind list and non-null wrappers; "" for scalars and enums."""
    for _ in range(6):
        if not isinstance(kind, Mapping):
            return ""
        if kind.get("kind") in ("OBJECT", "INTERFACE", "UNION"):
            return str(kind.get("name") or CODE)
        kind = kind.get("ofType")
    return ""
