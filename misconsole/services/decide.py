"""Every decision of a queue, under one roof; what each does is told where it is defined."""

from __future__ import annotations

from misconsole.services.decisions.exclusions import (
    exclude_name,
    exclude_person,
    lift_exclusion,
    settle_clash,
)
from misconsole.services.decisions.leavers import let_go, restore
from misconsole.services.decisions.matching import create, link, not_same, unlink
from misconsole.services.decisions.renaming import rename
from misconsole.services.decisions.reviews import keep, remove
from misconsole.services.decisions.undo import last, undo, undo_last

__all__ = [
    "create", "exclude_name", "exclude_person", "keep", "last", "let_go", "lift_exclusion", "link",
    "not_same", "remove", "rename", "restore", "settle_clash", "undo", "undo_last", "unlink",
]  # fmt: skip
