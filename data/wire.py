"""How values travel to the database: JSON written fast, and text that no database encoding can refuse.

A lone surrogate (half a character, from a broken export or an odd command line) cannot be written as
UTF-8, and PostgreSQL refuses NUL.  They become U+FFFD here, the one change made to delivered text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic_core import PydanticSerializationError
from pydantic_core import from_json as fast_from_json
from pydantic_core import to_json as fast_to_json

_REFUSED = re.compile("[\ud800-\udfff\0]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def to_json(value: object) -> str:
    """Compact JSON; days and times as ISO text."""
    try:
        return fast_to_json(value).decode()
    except PydanticSerializationError:  # a lone surrogate inside
        return json.dumps(_plain(value), separators=(",", ":"))


def from_json(written: str | bytes) -> Any:
    return fast_from_json(written)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_SURROGATE.sub("\ufffd", str(name)): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def clean(value: object) -> object:
    """``value``, with what some database cannot store replaced."""
    return _REFUSED.sub("\ufffd", value) if isinstance(value, str) else value


def clean_row(row: Mapping[str, Any], *, keep_nul: bool) -> dict[str, Any]:
    refused = _SURROGATE if keep_nul else _REFUSED
    return {n: refused.sub("\ufffd", v) if isinstance(v, str) else v for n, v in row.items()}


def storable(
    connection: Any, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
) -> tuple[str, Any]:
    """SQLAlchemy's ``before_cursor_execute`` for single statements; ``data.bulk`` sees to its own rows."""
    if many or not parameters:
        return statement, parameters
    refused = _SURROGATE if connection.dialect.name == "sqlite" else _REFUSED
    values = parameters.values() if isinstance(parameters, dict) else parameters
    if not any(isinstance(value, str) and refused.search(value) for value in values):
        return statement, parameters
    if isinstance(parameters, dict):
        return statement, clean_row(parameters, keep_nul=refused is _SURROGATE)
    return statement, tuple(refused.sub("\ufffd", v) if isinstance(v, str) else v for v in parameters)
