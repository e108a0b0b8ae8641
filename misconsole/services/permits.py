"""Who may do what: every service that changes something, or shows what not everybody may see, asks here.

``desk.grade`` is the role of whoever sits in front (``GRADES``), ``desk.standing`` what the administrator's
file gives them besides, also at single schools; ``desk.read_only`` holds for anyone.
Standard library only: it is asked by commands that must answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from misconsole.errors import Exit, MisconsoleError

if TYPE_CHECKING:
    from misconsole.grades import Standing
    from misconsole.services.desk import Desk

GRADES = ("read-only", "operator", "head", "support", "administrator")
TITLES = {
    "none": "somebody without a role",
    "read-only": "a reader",
    "operator": "an operator",
    "head": "the school's head",
    "support": "the support desk",
    "administrator": "an administrator",
}
#: In the title line of the console, beside the school.
SHORT = {"none": "no role", "read-only": "reader", "head": "head", "support": "support desk"}
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
    "contacts": ("ask the MIS for a pupil's contacts", ("operator", "head", "support", "administrator")),
    "subject": ("look up all that is held on a person", ("head", "support", "administrator")),
    "audit": ("read the audit trail", ("read-only", "operator", "head", "support", "administrator")),
    "audit_out": ("write the audit trail to a file", ("support", "administrator")),
    "erase": ("erase personal data", ("administrator",)),
    "keep_house": ("back up, restore and mend the installation", ("administrator",)),
}
#: Kinds of decisions that ask for something else than "decide"; ``decisions.case.deciding`` holds them to it.
ACT_OF_KIND = {
    "accept-report": "reports", "decline-report": "reports", "accept-field": "reports",
    "decline-field": "reports", "connect": "connect", "connection-settings": "connect",
    "disconnect": "connect", "mode": "connect", "prepare-move": "connect", "move": "connect",
    "abandon-move": "connect", "add-school": "settings", "set": "settings",
    "export": "export",
}  # fmt: skip
#: Acts that only look; ``read_only`` does not stand in their way.
LOOKING = ("subject", "audit")
Where = str | Callable[[], str]


class NotPermitted(MisconsoleError):
    """The person in front may not do this; ``mend`` says who can."""

    code = "not_permitted"
    exit = Exit.FAILED


def refusal(desk: Desk, act: str, school: Where = "") -> tuple[str, str]:
    """What is in the way and who can, ("", "") when nothing is.

    ``school`` is its URN or short name, or what tells it: asked only where roles differ by school.
    """
    what, grades = ACTS[act]
    if desk.read_only and act not in LOOKING:
        return f"This was opened read-only; it cannot {what}.", "Open it without --read-only."
    if desk.grade in grades and desk.standing is None:
        return "", ""
    held = held_at(desk, school)
    if not held.isdisjoint(grades):
        return "", ""
    here = f" {shown(held)}" if held - {"none"} else f" {TITLES['none']}"
    return f"You are{here} here, who may not {what}.", f"Who can: {_who(desk, grades, school)}."


def need(desk: Desk, act: str, school: Where = "") -> None:
    """Raises NotPermitted unless whoever sits in front may do this (there)."""
    message, mend = refusal(desk, act, school)
    if message:
        raise NotPermitted(message, mend=mend)


def held_at(desk: Desk, school: Where = "") -> frozenset[str]:
    """Every role held at a school; without one, those held everywhere."""
    held = frozenset((desk.grade,))
    if desk.standing is None:
        return held
    held |= desk.standing.everywhere
    if desk.standing.at:
        for key in _keys(desk, school):
            held |= desk.standing.at.get(key, frozenset())
    return held


def shown(held: frozenset[str]) -> str:
    """ "an operator", or "an operator and the school's head"."""
    from misconsole.grades import WIDEST_FIRST

    return " and ".join(TITLES[each] for each in WIDEST_FIRST if each in held)


def title(desk: Desk, school: Where = "") -> str:
    """The role for the title line, in a word or two."""
    from misconsole.grades import widest

    held = held_at(desk, school)
    if not school and desk.standing is not None and not desk.standing.everywhere:
        held = held.union(*desk.standing.at.values())  # bound to single schools: what they are there
    main = widest(held) or "none"
    return SHORT.get(main, main)


def _who(desk: Desk, grades: tuple[str, ...], school: Where) -> str:
    told = []
    for grade in grades:
        names = _named(desk, grade, school)
        told.append(f"{TITLES[grade]} ({', '.join(names)})" if names else TITLES[grade])
    return ", ".join(told)


def _named(desk: Desk, grade: str, school: Where) -> list[str]:
    if desk.standing is None:
        return []
    names = list(desk.standing.named.get(grade, ()))
    for key in _keys(desk, school) if desk.standing.named_at else ():
        names += desk.standing.named_at.get(key, {}).get(grade, ())
    return list(dict.fromkeys(names))


def _keys(desk: Desk, school: Where) -> tuple[str, ...]:
    """Both names of a school, lower case: the file may have used either."""
    asked = school if isinstance(school, str) else school()
    if not asked:
        return ()
    from data.schools import by_key

    with desk.store.read() as s:
        found = by_key(s, asked)
    return (found.urn.lower(), found.slug.lower()) if found else (asked.strip().lower(),)


def must_have_role(account: str, standing: Standing | None) -> None:
    """Raises NotPermitted for somebody whom the administrator's file gives no role anywhere."""
    if standing is None or standing.everywhere or standing.at:
        return
    names = ", ".join(standing.named.get("administrator", ()))
    raise NotPermitted(
        f"The account {account} has no role in misconsole on this machine.",
        mend=f"Who can give one: an administrator{f' ({names})' if names else ''}.",
    )
