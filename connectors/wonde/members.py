"""A page of classes or groups with nothing of their members but the id.

Members come as whole people: a year group of a large school is megabytes of names nobody asked for here.
Left out while the page is read, they cost neither the time nor the memory to make them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

LARGE = 2 * 1024 * 1024  # bytes
INSIDE = ("students", "employees")


def slim(body: bytes) -> Any:
    """The page as it came, members cut to their ids; a large one whole, because cutting takes more memory
    while it lasts.  ValueError for any other shape, which whoever reads the page whole tells better."""
    from pydantic_core import from_json

    return _page().validate_json(body) if len(body) <= LARGE else from_json(body, cache_strings="keys")


@lru_cache(maxsize=1)
def _page() -> SchemaValidator:
    from pydantic_core import SchemaValidator
    from pydantic_core.core_schema import any_schema, list_schema, typed_dict_field, typed_dict_schema

    person = typed_dict_schema(
        {"id": typed_dict_field(any_schema(), required=False)}, extra_behavior="ignore"
    )
    include = typed_dict_schema({"data": typed_dict_field(list_schema(person))}, extra_behavior="ignore")
    members = typed_dict_field(include, required=False)
    row = typed_dict_schema(dict.fromkeys(INSIDE, members), extra_behavior="allow")
    page = {"data": typed_dict_field(list_schema(row))}
    return SchemaValidator(typed_dict_schema(page, extra_behavior="allow"), {"cache_strings": "keys"})
