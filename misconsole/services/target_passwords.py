"""Passwords written to the directories of a school: by whoever hands them out, never kept here.

Protects the password itself: it goes to the directory and nowhere else; what is journalled is that one was
set, when and by whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from misconsole.services import permits

if TYPE_CHECKING:
    from misconsole.services.desk import Desk


def set_passwords(
    desk: Desk, school: str, passwords: Mapping[int, str], *, must_change: bool
) -> dict[int, str]:
    """Set each account's password in every active target of the school; account id -> "" or why it failed.

    An account that is not there yet is created there first.  A school without targets answers "" for
    everybody: there is nowhere to set it.  Raises Busy while a run of the school is under way, before
    anything is set; NotPermitted.
    """
    permits.need(desk, "handout", school)
    from misconsole.push import passwords as engine

    return engine.set_everywhere(desk, school, passwords, must_change=must_change)
