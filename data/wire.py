"""How values travel to the database: JSON written fast, and text that no database encoding can refuse.

A lone surrogate (half a character, from a broken export or an odd command line) cannot be written as
UTF-8, and PostgreSQL refuses NUL.  Both become U+FFFD here, the one change made to delivered text.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic_core import PydanticSerializationError
from pydantic_core import from_json as fast_from_json
from pydantic_core import to_json as fast_to_json

_REFUSED = re.compile("[\ud800-\udfff\0]")


def to_json(value: object) -> str:
    try:
        return fast_to_json(value).decode()
    except PydanticSerializationError:  # a lone surrogate inside
        return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def from_json(written: str | bytes) -> Any:
    try:
        return fast_from_json(written)
    except ValueError:
        return json.loads(written)


def clean(value: object) -> object:
    """``value``, with what cannot be stored replaced."""
    return _REFUSED.sub("\ufffd", value) if type(value) is str else value


def _refused(values: Any) -> bool:
    return any(type(value) is str and _REFUSED.search(value) for value in values)


def storable(
    _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
) -> tuple[str, Any]:
    """SQLAlchemy's ``before_cursor_execute``: costs a scan, copies only what must change."""
    if many:
        return statement, [_clean_row(row) for row in parameters]
    return statement, _clean_row(parameters)


def _clean_row(row: Any) -> Any:
    if isinstance(row, dict):
        return {name: clean(value) for name, value in row.items()} if _refused(row.values()) else row
    return tuple(clean(value) for value in row) if _refused(row) else row
