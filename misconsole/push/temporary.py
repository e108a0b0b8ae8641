"""The password an entry is made with until it is handed out one: random, long, shown to nobody (P5)."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Sequence

Choose = Callable[[Sequence[str]], str]
KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%+-=?@_")
LENGTH = 24


def temporary(least: int, choose: Choose = secrets.choice) -> str:
    """At least ``least`` characters and four kinds of them, as the strictest policies ask."""
    letters = [choose(kind) for kind in KINDS]
    every = "".join(KINDS)
    return "".join(letters + [choose(every) for _ in range(max(LENGTH, least + 8) - len(letters))])
