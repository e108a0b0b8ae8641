"""What each person's console remembers of them: last school and tab, order of lists, theme, mask.

Kept in the user's own state folder, 0600, never in the store; a damaged file is told once and started
afresh.  Words of a filter may be names, so only words of the list's own states are kept (``kept_filter``),
unless the setting ``remember_filters`` says otherwise.  Two consoles at once: the one that writes last is
remembered, and the file is whole at every moment.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from misconsole import paths
from misconsole.errors import MisconsoleError

FILE = "console.json"
EVERY = 5.0  # seconds between two writings, while things change
LARGEST = 64 * 1024
LISTS = 200  # lists that are remembered; there are some twenty
DAMAGED = "What this console remembered of you could not be read, so it begins afresh."
#: Words that tell states, roles and kinds, never a person; a filter of these alone may be kept.
PLAIN_WORDS = frozenset((
    "problem", "attention", "working", "ok", "unknown", "held", "failed", "succeeded", "cancelled", "running",
    "queued", "undone", "run", "decision", "staff", "pupil", "other", "active", "unallocated", "removed",
    "let", "go", "likely", "possible", "many", "none", "teaching", "kept", "due", "clash", "imported",
    "created", "manual", "link", "lookup", "create", "never", "not", "connected", "overdue",
))  # fmt: skip


@dataclass(slots=True)
class Own:
    """``lists`` maps a list's name to its order and filter. ``trouble`` is told once."""

    path: Path
    school: str = ""
    tab: str = ""
    theme: str = ""
    mask: bool | None = None
    lists: dict[str, dict[str, str]] = field(default_factory=dict)
    trouble: str = ""
    last: tuple[str, str] = ("", "")  # school and tab as they were when this sitting began
    _written: str = ""
    _at: float = float("-inf")

    def text(self) -> str:
        said = {
            "school": self.school, "tab": self.tab, "theme": self.theme, "mask": self.mask,
            "lists": dict(list(self.lists.items())[-LISTS:]),
        }  # fmt: skip
        return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True)

    def keep(self, *, now: Callable[[], float] = monotonic, at_once: bool = False) -> bool:
        """Write what changed, but not more often than every few seconds unless ``at_once``; whether it did.

        A folder that cannot be written costs nobody their work: nothing is remembered then.
        """
        text = self.text()
        if text == self._written or not (at_once or now() - self._at >= EVERY):
            return False
        from misconsole.private_file import private_file

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with private_file(self.path) as file:
                file.write(text)
        except (OSError, MisconsoleError):
            return False
        self._written, self._at = text, now()
        return True


def load(env: Mapping[str, str]) -> Own:
    """What is remembered; empty where nothing is, or where it cannot be read."""
    own = Own(path=paths.state_dir(env) / FILE)
    try:
        if own.path.stat().st_size > LARGEST:
            raise ValueError
        own = _filled(own, json.loads(own.path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, TypeError, AttributeError):
        own = Own(path=own.path, trouble=DAMAGED)
    own._written = own.text() if not own.trouble else ""
    own.last = (own.school, own.tab)
    return own


def _filled(own: Own, said: Any) -> Own:
    for name in ("school", "tab", "theme"):
        value = said.get(name, "")
        if not isinstance(value, str) or len(value) > 200:
            raise ValueError(name)
        setattr(own, name, value)
    own.mask = said["mask"] if isinstance(said.get("mask"), bool) else None
    for name, held in said.get("lists", {}).items():
        own.lists[str(name)] = {str(key): str(value) for key, value in held.items()}
    return own


def kept_filter(words: str, *, all_of_it: bool) -> str:
    """The filter as it may be kept: words of states alone, as anything else may be somebody's name."""
    if all_of_it or all(word in PLAIN_WORDS for word in words.casefold().split()):
        return words
    return ""
