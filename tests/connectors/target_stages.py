"""How the contract test of targets plays a directory to an adapter it knows nothing about.

An adapter joins by a module ``target_stage_<kind>.py`` beside this one with ``STAGE``, a function that gives
a context manager of ``Stage``; nothing else is touched.  Those that need a system package stay out of here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.targets.base import Target, Wanted

PASSWORD = "Canary-Pass-81f3"
DOMAIN = "larkmere.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One directory that is there, for one test.

    ``target``       the adapter, with patience fit for a test; asked twice, two of them on the same directory
    ``password_of``  what arrived as the password of an entry, None where it can't be seen
    ``lose``         the next write is done and its answer lost
    ``refuse_all``   every request ends in a failure that tells the canary
    ``stranger``     address of an entry nobody of ours is, ``admin`` of one nobody may change
    ``weak``         a password its policy refuses
    ``canaries``     secrets that must be in no message
    """

    target: Callable[[], Target]
    stranger: str
    admin: str
    lose: Callable[[], None]
    refuse_all: Callable[[int], None]
    password_of: Callable[[str], str | None] = lambda _: None
    weak: str = "short"
    canaries: tuple[str, ...] = ()


Staged = Callable[[], AbstractContextManager[Stage]]


def stages() -> dict[str, Staged]:
    found: dict[str, Any] = {}
    for path in sorted(Path(__file__).parent.glob("target_stage_*.py")):
        found[path.stem.removeprefix("target_stage_")] = importlib.import_module(path.stem).STAGE
    return found


def wanted(number: int = 1, **more: Any) -> Wanted:
    usual: dict[str, Any] = {
        "anchor": f"990099-{number}", "username": f"nokonjo{number}", "email": f"nokonjo{number}@{DOMAIN}",
        "given_name": "Nia", "family_name": "Okonjo-Hale", "display_name": "Nia Okonjo-Hale",
    }  # fmt: skip
    return Wanted(**{**usual, **more})
