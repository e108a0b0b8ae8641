"""Every decision of a queue, under one roof; what each does is told where it is defined."""

from __future__ import annotations

from misconsole.services.decisions.bulk import accept_likely, bulk_plan
from misconsole.services.decisions.display_name import set_display_name
from misconsole.services.decisions.exclusions import (
    exclude_name,
    exclude_person,
    lift_exclusion,
    preview_exclusion,
    renew_exclusion,
    settle_clash,
)
from misconsole.services.decisions.leavers import let_go, restore
from misconsole.services.decisions.many import (
    create_many,
    exclude_many,
    keep_many,
    let_go_many,
    link_many,
    not_same_many,
    remove_many,
    restore_many,
)
from misconsole.services.decisions.matching import create, link, not_same, unlink
from misconsole.services.decisions.renaming import rename
from misconsole.services.decisions.reviews import keep, remove
from misconsole.services.decisions.undo import last, undo, undo_last

__all__ = [
    "accept_likely", "bulk_plan", "create", "create_many", "exclude_many", "exclude_name", "exclude_person",
    "keep", "keep_many", "last", "let_go", "let_go_many", "lift_exclusion", "link", "link_many", "not_same",
    "not_same_many", "preview_exclusion", "remove", "remove_many", "rename", "renew_exclusion", "restore",
    "restore_many", "set_display_name", "settle_clash", "undo", "undo_last", "unlink",
]  # fmt: skip
