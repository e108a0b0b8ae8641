"""Who may do what: every service that changes something, or shows what not everybody may see, asks here.

``desk.grade`` is the role of whoever sits in front (``GRADES``), ``desk.read_only`` holds for anyone.
Standard library only: it is asked by commands that must answer at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from misconsole.errors import Exit, MisconsoleError

if TYPE_CHECKING:
    from misconsole.services.desk import Desk

GRADES = ("read-only", "operator", "head", "support", "administrator")
TITLES = {
    "read-only": "a reader",
    "operator": "an operator",
    "head": "the school's head",
    "support": "the support desk",
    "administrator": "an administrator",
}
_OPERATORS = ("operator", "support", "administrator")
_SENIOR = ("support", "administrator")
_HEADS = ("head", "administrator")
#: act -> (what it is called in a refusal, grades that may)
ACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "decide": ("decide on people and accounts", _OPERATORS),
    "sync": ("start or stop a sync", _OPERATORS),
    "approve": ("approve or reject a held run", _SENIOR),
    "undo_run": ("take back a whole run", _SENIOR),
    "reports": ("accept or decline reports and fields", _HEADS),
    "connect": ("connect a school, or change its MIS or mode", _SENIOR),
    "settings": ("change the settings of a school", _SENIOR),
    "rename": ("rename many at once", _OPERATORS),
    "handout": ("set and hand out passwords", _OPERATORS),
    "export": ("export personal data", _OPERATORS),
    "push": ("write to a directory", _OPERATORS),
    "targets": ("set up or remove a directory", _SENIOR),
    "subject": ("look up all that is held on a person", ("head", "support", "administrator")),
    "erase": ("erase personal data", ("administrator",)),
    "keep_house": ("back up, restore and mend the installation", ("administrator",)),
}


class NotPermitted(MisconsoleError):
    """The person in front may not do this; ``mend`` says who can."""

    code = "not_permitted"
    exit = Exit.FAILED


def refusal(desk: Desk, act: str) -> tuple[str, str]:
    """What is in the way and who can, ("", "") when nothing is."""
    what, grades = ACTS[act]
    if desk.read_only:
        return f"This was opened read-only; it cannot {what}.", "Open it without --read-only."
    if desk.grade in grades:
        return "", ""
    can = ", ".join(TITLES[each] for each in grades)
    return f"You are {TITLES[desk.grade]} here, who may not {what}.", f"Who can: {can}."


def need(desk: Desk, act: str) -> None:
    """Raises NotPermitted unless whoever sits in front may do this."""
    message, mend = refusal(desk, act)
    if message:
        raise NotPermitted(message, mend=mend)
