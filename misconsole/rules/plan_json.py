"""A plan as text and back, without loss: what a held run keeps until somebody approves it.

The types of the plan say how to read it, so a plan that does not fit any more (a newer version of the
product) is refused as a whole instead of being half understood.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from misconsole.errors import Conflict
from misconsole.rules.plan import Plan

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Plan]:
    from pydantic import TypeAdapter

    return TypeAdapter(Plan)


def dump(plan: Plan) -> str:
    """JSON text. Text that is no valid Unicode is written as the store would keep it."""
    from pydantic_core import PydanticSerializationError

    try:
        return _adapter().dump_json(plan).decode()
    except (PydanticSerializationError, UnicodeEncodeError):
        return _adapter().dump_json(_cleaned(plan)).decode()


def load(text: str) -> Plan:
    """The plan again, equal to what was dumped. Raises Conflict when it cannot be read."""
    from pydantic import ValidationError

    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise Conflict(
            "The plan of this run was kept by another version and cannot be applied.", mend="Run again."
        ) from error


def _cleaned(plan: Plan) -> Plan:
    return _adapter().validate_python(_clean(_adapter().dump_python(plan)))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value)(_clean(item) for item in value)
    return value
