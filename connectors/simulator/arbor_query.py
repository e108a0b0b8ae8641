"""Enough of GraphQL to answer questions about a ``Model``: root fields with arguments, nesting, aliases,
and the introspection of types (arbor.md §4).  Written for the simulator alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.arbor.entities import assumed
from connectors.simulator.arbor_model import Model, Ref

_TOKEN = re.compile(r'\s*(?:([A-Za-z_]\w*)|("(?:[^"\\]|\\.)*")|(-?\d+)|(\.\.\.)|([{}()\[\]:,]))')
DEFAULT_PAGE = 3000


class Malformed(Exception):
    """The question is no GraphQL that is understood here."""


@dataclass(slots=True)
class Field:
    name: str
    alias: str
    arguments: dict[str, Any] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = [next(part for part in found if part) for found in _TOKEN.findall(text) if any(found)]
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise Malformed(f"Syntax Error: Expected {wanted or 'a word'}, found {token or '<EOF>'}.")
        self.place += 1
        return token

    def block(self) -> list[Field]:
        self.take("{")
        found = []
        while self.peek() != "}":
            found.append(self.one())
        self.take("}")
        return found

    def one(self) -> Field:
        name = alias = self.take()
        if self.peek() == ":":
            self.take(":")
            name = self.take()
        made = Field(name, alias)
        if self.peek() == "(":
            self.take("(")
            while self.peek() != ")":
                key = self.take()
                self.take(":")
                made.arguments[key] = self.value()
                if self.peek() == ",":
                    self.take()
            self.take(")")
        if self.peek() == "{":
            made.fields = self.block()
        return made

    def value(self) -> Any:
        token = self.take()
        if token != "[":  # noqa: S105 - a bracket
            return json.loads(token)
        found = []
        while self.peek() != "]":
            found.append(self.value())
            if self.peek() == ",":
                self.take()
        self.take("]")
        return found


def parsed(text: str) -> list[Field]:
    return _Parser(text).block()


Cut = Callable[[Sequence[str], int, int], Sequence[str]]


@dataclass(slots=True)
class Query:
    """Answers one question.  ``withheld``: (entity, field) pairs the app may not read, field "" for all.
    ``cut`` gives the ids of a page out of all (page number, size)."""

    model: Model
    withheld: frozenset[tuple[str, str]]
    cut: Cut
    errors: dict[str, None] = field(default_factory=dict)

    def answer(self, text: str) -> dict[str, Any]:
        try:
            roots = parsed(text)
        except (Malformed, ValueError) as problem:
            return {"errors": [{"message": str(problem)}]}
        data = {one.alias: self._root(one) for one in roots}
        if self.errors:
            return {"data": dict.fromkeys(data), "errors": [{"message": text} for text in self.errors]}
        return {"data": data}

    def _root(self, one: Field) -> Any:
        if one.name == "__schema":
            return {"queryType": {"fields": [{"name": name} for name in sorted(self.model.tables)]}}
        if one.name == "__type":
            return self._type(str(one.arguments.get("name")))
        if one.name not in self.model.tables:
            self.errors[f'Cannot query field "{one.name}" on type "Query".'] = None
            return None
        self._check(one.name, one.fields)
        if self.errors:
            return None
        table = self.model.tables[one.name]
        ids = [own for own in table if self._matches(table[own], own, one.arguments)]
        size = int(one.arguments.get("page_size", DEFAULT_PAGE))
        page = self.cut(ids, int(one.arguments.get("page_num", 0)), size)
        return [self._shown(Ref(one.name, own), one.fields) for own in page]

    def _matches(self, row: dict[str, Any], own: str, arguments: dict[str, Any]) -> bool:
        for name, wanted in arguments.items():
            if name.endswith("_in"):
                path = name.removesuffix("_in").split("__")
                value: Any = row.get(path[0]) if path[0] != "id" else own
                if isinstance(value, Ref):
                    value = value.id
                if value not in wanted:
                    return False
        return True

    def _check(self, entity: str, fields: list[Field]) -> None:
        """Refuses what is not there, and what the app may not read, all of it at once."""
        if (entity, "") in self.withheld:
            self.errors[f"You do not have access to `{entity}`."] = None
            return
        known = shape(self.model, entity)
        for one in fields:
            if one.name not in known:
                self.errors[f'Cannot query field "{one.name}" on type "{entity}".'] = None
            elif (entity, one.name) in self.withheld:
                self.errors[f"You do not have access to `{entity}.{one.name}`."] = None
            elif known[one.name] and known[one.name] != "?":
                self._check(known[one.name], one.fields)

    def _shown(self, ref: Ref, fields: list[Field]) -> dict[str, Any]:
        row = {"id": ref.id, "displayName": None, **self.model.tables[ref.entity].get(ref.id, {})}
        return {one.alias: self._value(row.get(one.name), one) for one in fields}

    def _value(self, value: Any, one: Field) -> Any:
        if isinstance(value, Ref):
            return self._shown(value, one.fields)
        if isinstance(value, list):
            return [self._value(each, one) for each in value]
        return value.isoformat() if isinstance(value, date) else value

    def _type(self, entity: str) -> dict[str, Any] | None:
        if entity not in self.model.tables:
            return None
        fields = []
        for name, target in shape(self.model, entity).items():
            kind = {"name": target, "kind": "OBJECT", "ofType": None} if target else _SCALAR
            fields.append({"name": name, "type": {"name": None, "kind": "NON_NULL", "ofType": kind}})
        return {"fields": fields}


_SCALAR = {"name": "String", "kind": "SCALAR", "ofType": None}


def shape(model: Model, entity: str) -> dict[str, str]:
    """Field → entity it leads to ("" for plain values), as the objects themselves show; as documented where
    there are none."""
    rows = model.tables.get(entity, {}).values()
    found = {"id": "", "displayName": ""} if rows else dict(assumed(entity))
    for row in rows:
        for name, value in row.items():
            inner = value[0] if isinstance(value, list) and value else value
            if isinstance(inner, Ref):
                found[name] = inner.entity
            elif isinstance(value, list):
                found.setdefault(name, "?")
            else:
                found.setdefault(name, "")
    return found
