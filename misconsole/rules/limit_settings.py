"""Limits as settings: for each kind of change a count and a share, read, bounded and explained alike.

A school's syncs and a target's pushes have their own kinds and numbers; what a limit is, is said here once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from misconsole.rules.limits import Limit
from misconsole.rules.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """``kinds``: kind of change -> (count, share in per cent, what was done); the rest are words of the
    documentation: ``job`` is held for too many ``rows``, or too large a share of ``known``."""

    job: str
    rows: str
    known: str
    kinds: Mapping[str, tuple[int, int, str]]

    @property
    def settings(self) -> tuple[Setting, ...]:
        return tuple(setting for kind in self.kinds for setting in self._of(kind))

    def _of(self, kind: str) -> tuple[Setting, Setting]:
        count, share, done = self.kinds[kind]
        held = f"{self.job} is held when it would have this"
        return (
            Setting(name=f"limit_{kind}_count", kind="limit", default=count, low=1, high=1_000_000,
                    doc=f"{held} many {self.rows} {done}."),
            Setting(name=f"limit_{kind}_share", kind="share", default=share, low=1, high=100,
                    doc=f"{held} share of {self.known} {done}."),
        )  # fmt: skip

    def limits(self, value: Callable[[str], Any]) -> dict[str, Limit]:
        """One limit a kind, shares from 0 to 1, from the ``value`` of each setting."""
        return {kind: self._limit(kind, value) for kind in self.kinds}

    def _limit(self, kind: str, value: Callable[[str], Any]) -> Limit:
        share: int | None = value(f"limit_{kind}_share")
        return Limit(
            count=value(f"limit_{kind}_count"),
            share=None if share is None else share / 100,
            floor=value("limit_small"),
        )
