"""The first tab of a workspace."""

from __future__ import annotations

from dataclasses import dataclass

from misconsole.services.rows import SchoolRow
from misconsole.services.views.runs import MessageView, RunView


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first tab of a workspace."""

    school: SchoolRow
    people: dict[str, int]  # staff, pupils present; eligible; linked
    accounts: dict[str, int]  # active, unallocated, non-mis, new
    last_runs: tuple[RunView, ...]
    messages: tuple[MessageView, ...]
    hints: tuple[str, ...]  # what to do next, one sentence each
