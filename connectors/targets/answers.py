"""Answers of a directory read strictly: half a list must never pass for a whole one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from connectors.errors import BadAnswer, TooLarge
from connectors.targets.base import TargetRefused

Row = dict[str, Any]
MOST_PAGES = 10_000


def pages(
    first: str, fetch: Callable[[str], tuple[Iterable[Any], str]], *, what: str = "users"
) -> Iterator[Row]:
    """The rows of page after page; ``fetch`` gives a page's rows and the mark of the next, "" for none.

    BadAnswer for a row that is no object or a mark that came before, TooLarge for paging without end: half a
    list must never pass for a whole one.
    """
    mark, met = first, {first}
    for _ in range(MOST_PAGES):
        rows, mark = fetch(mark)
        for row in rows:
            if not isinstance(row, dict):
                raise BadAnswer(f"A row of the list of {what} is not an object.")
            yield row
        if not mark:
            return
        if mark in met:
            raise BadAnswer(f"The list of {what} leads in a circle; it was not read to its end.")
        met.add(mark)
    raise TooLarge(f"The list of {what} has no end.")


def listed(data: Any, name: str, where: str) -> list[Any]:
    """The list under ``name`` in an answer; BadAnswer if it is none."""
    found = data.get(name) if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise BadAnswer(f"The answer holds no list “{name}”.", where=where)
    return found


def text(row: Mapping[str, Any], name: str) -> str:
    """A text as it came, empty for anything else."""
    value = row.get(name)
    return value if isinstance(value, str) else ""


def needed(row: Mapping[str, Any], name: str) -> str:
    value = text(row, name)
    if not value:
        raise BadAnswer(f"A user came without its {name}.")
    return value


def address_of(username: str, email: str, domain: str) -> str:
    """The whole sign-in name. TargetRefused where it can't be one."""
    address = email or (username if "@" in username else f"{username}@{domain}" if domain else "")
    local, _, host = address.rpartition("@")
    if not (local and host and address.isprintable() and " " not in address):
        raise TargetRefused(
            "The account has no address to sign in with.",
            mend="Give the account an e-mail address, or set the domain of the target.",
        )
    return address
