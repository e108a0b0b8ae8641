"""The examples of a page of commands, and whether a document printed has exactly the keys that are shown."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

EXAMPLE = re.compile(
    r"^```console\n\$ misconsole (?P<words>[^\n]*?)(?: +# exits (?P<code>\d+))?\n```\n\n"
    r"```json\n(?P<json>.*?)\n```$",
    re.DOTALL | re.MULTILINE,
)
SHAPE = re.compile(r"^<!-- shape: (?P<name>\w+) -->\n```json\n(?P<json>.*?)\n```$", re.DOTALL | re.MULTILINE)
_STANDS_FOR = re.compile(r"<(\w+)>")

#: Dictionaries whose keys are data (reports, schools, fields), not names we promise; their values are alike.
BY_DATA = frozenset({"reports", "report_reasons", "limits", "schools", "records"})


class Example(NamedTuple):
    words: tuple[str, ...]
    code: int
    document: Any


def examples(page: str) -> list[Example]:
    return [
        Example(tuple(shlex.split(found["words"])), int(found["code"] or 0), json.loads(found["json"]))
        for found in EXAMPLE.finditer(page)
    ]


def shapes(page: str) -> dict[str, Any]:
    """Documents that examples name instead of repeating them: ``"<person>"``."""
    return {found["name"]: json.loads(found["json"]) for found in SHAPE.finditer(page)}


def differences(shown: Any, printed: Any, known: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """Each place where the documents are not of one shape: keys, kinds of value, items of lists.

    ``null`` agrees with anything, because it stands for what is not known; an empty list with any list.
    """
    if isinstance(shown, str) and (named := _STANDS_FOR.fullmatch(shown)):
        shown = known[named[1]]
    if shown is None or printed is None:
        return
    if _kind(shown) != _kind(printed):
        yield f"{at or 'document'}: shown as {_kind(shown)}, printed as {_kind(printed)}"
    elif isinstance(shown, dict):
        yield from _in_dict(shown, printed, known, at)
    elif isinstance(shown, list):
        for number, item in enumerate(printed if shown else ()):
            yield from differences(shown[0], item, known, f"{at}[{number}]")


def _in_dict(shown: Any, printed: Any, known: Mapping[str, Any], at: str) -> Iterator[str]:
    if at.rpartition(".")[2] in BY_DATA:
        model = next(iter(shown.values()), None)
        for key, value in printed.items():
            yield from differences(model, value, known, f"{at}.{key}")
        return
    for key in sorted(set(shown) - set(printed)):
        yield f"{at}.{key}: shown and not printed"
    for key in sorted(set(printed) - set(shown)):
        yield f"{at}.{key}: printed and not shown"
    for key in shown.keys() & printed.keys():
        yield from differences(shown[key], printed[key], known, f"{at}.{key}")


def _kind(value: Any) -> str:
    names = {dict: "object", list: "list", bool: "truth", int: "number", float: "number", str: "text"}
    return names[type(value)]
