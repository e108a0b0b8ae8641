"""``python -m tests.docs --examples``: runs the examples of ``docs/commands.md`` and rewrites those whose
keys differ from what is printed now; the words around them stay, and should be looked at.

A list keeps its fullest item, long text is cut short, and what would differ the next time (times, ports,
folders, who is signed in) is made the same for everybody.
"""

from __future__ import annotations

import getpass
import json
import re
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.docs import examples
from tests.docs.blocks import DOCS
from tests.docs.world import World, world

PAGE = DOCS / "commands.md"
WIDTH = 100
LONGEST = 95
_KNOWN_BY = {
    "person": frozenset({"source_id", "gate_detail"}),
    "account": frozenset({"username", "display_name", "aliases"}),
}
_SAME: tuple[tuple[str, str], ...] = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", "2026-09-14T06:30:00+00:00"),
    (r"\d+ \w+ 20\d\d \d\d:\d\d UTC", "14 September 2026 06:30 UTC"),
    (r"http://127\.0\.0\.1:\d+/wonde/v1\.0/", "https://api.wonde.com/v1.0/"),
    (r"/\S+/export\b", "/srv/exports/whitebridge"),
    (rf"^{re.escape(getpass.getuser())}$", "ann"),
)


def renew(page: str, place: World) -> str:
    """The page with every example, and every shape, whose keys differ written anew."""
    page = examples.SHAPE.sub(partial(_shape, place), page)
    return examples.EXAMPLE.sub(partial(_example, place, examples.shapes(page)), page)


def _example(place: World, known: dict[str, Any], found: re.Match[str]) -> str:
    [example] = examples.examples(found[0])
    if example.words[0] == "demo":  # takes a minute; its document is that of sync
        return found[0]
    printed = json.loads(place.run(*example.words)[1])
    if not list(examples.differences(example.document, printed, known)):
        return found[0]
    return found[0].replace(found["json"], shown(tidy(printed)))


def _shape(place: World, found: re.Match[str]) -> str:
    """A person from a queue, an account from its own command."""
    read: Callable[[], Any] = {
        "person": lambda: _said(place, "queue", "100001", "unmatched-pupils")["items"][0]["person"],
        "account": lambda: _said(place, "account", "show", "100001", "p.anand")["account"],
    }[found["name"]]
    printed = read()
    if set(printed) == set(json.loads(found["json"])):
        return found[0]
    return found[0].replace(found["json"], shown({key: tidy(value) for key, value in printed.items()}))


def _said(place: World, *words: str) -> Any:
    return json.loads(place.run(*words, "--json")[1])


def tidy(value: Any) -> Any:
    if isinstance(value, dict):
        named = next((name for name, keys in _KNOWN_BY.items() if keys <= set(value)), "")
        return f"<{named}>" if named else {key: tidy(each) for key, each in value.items()}
    if isinstance(value, list):
        plain = all(not isinstance(each, dict | list) for each in value)
        return [tidy(each) for each in value[:3]] if plain else [tidy(max(value, key=_fullness))]
    if isinstance(value, str):
        for pattern, same in _SAME:
            value = re.sub(pattern, same, value)
        return value if len(value) <= LONGEST else value[: LONGEST - 7].rsplit(" ", 1)[0] + " …"
    return round(value, 1) if isinstance(value, float) else value


def _fullness(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_fullness, value.values()))
    if isinstance(value, list):
        return max(map(_fullness, value), default=0)
    return 0 if value in (None, "") else 1


def shown(value: Any, indent: int = 0, before: int = 0) -> str:
    """JSON in as few lines as fit the width."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or indent + before + len(line) <= WIDTH:
        return line
    between = ",\n" + " " * (indent + 1)
    if isinstance(value, list):
        return f"[{between.join(shown(each, indent + 1) for each in value)}]"
    lines: list[str] = []
    for key, each in value.items():
        name = f"{json.dumps(key, ensure_ascii=False)}: "
        part = name + shown(each, indent + 1 + len(name))
        fits = lines and "\n" not in part + lines[-1] and indent + len(lines[-1]) + len(part) + 2 <= WIDTH
        if fits:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    return f"{{{between.join(lines)}}}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as place:
        PAGE.write_text(renew(PAGE.read_text(encoding="utf-8"), place), encoding="utf-8")
