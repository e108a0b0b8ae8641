"""Every setting of the installation: its name, what it takes, where else it can be said, what it is for.

One list; reading, checking, ``config show`` and docs follow it.  A part of a name that is ``*`` stands for
a word of the administrator's (a school, a channel).  Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ENTRY = re.compile(r"(?:user:|group:)?[A-Za-z0-9_.][A-Za-z0-9_.@+$-]{0,63}")
GRADES = ("administrator", "support", "operator", "head", "read-only")
YES, NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """``check`` gives what is wrong with a value, "" when nothing is; ``takes`` says what would do.

    ``site_only``: the user's own file may not say it. ``narrows``: any place that says true wins.
    ``secret``: never shown. ``needs``: a command-line flag or variable that says it too.
    """

    name: str
    doc: str
    takes: str
    check: Callable[[Any], bool]
    default: Any = None
    env: str = ""
    flag: str = ""
    site_only: bool = False
    narrows: bool = False
    secret: bool = False

    def fits(self, name: tuple[str, ...]) -> bool:
        parts = self.name.split(".")
        return len(parts) == len(name) and all(p in ("*", n) for p, n in zip(parts, name, strict=True))

    def of_text(self, text: str) -> Any:
        """The value an environment variable means; the text itself where it is none."""
        if self.takes == "true or false":
            word = text.strip().lower()
            return True if word in YES else False if word in NO else text
        if self.takes.startswith("a number") and re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII):
            return int(text)
        return text


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _people(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and ENTRY.fullmatch(each) for each in value)


def _name(value: Any) -> bool:
    return isinstance(value, str) and bool(ENTRY.fullmatch(value)) and ":" not in value


def _number(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _one_of(*words: str) -> Callable[[Any], bool]:
    return lambda value: value in words


PEOPLE = 'a list such as ["user:anna", "group:it"]'

SETTINGS: tuple[Setting, ...] = (
    Setting(name="store", env="MISCONSOLE_STORE", flag="--store", takes="an address or a path", check=_text,
            doc="The store: sqlite:///path, or the address of a server."),
    Setting(name="theme", env="MISCONSOLE_THEME", takes="the name of a theme", check=_text,
            doc="The console's colours to start with, before anybody chose others."),
    Setting(name="read_only", env="MISCONSOLE_READ_ONLY", flag="--read-only", takes="true or false",
            check=_flag, default=False, narrows=True,
            doc="Nothing can be changed, whoever it is; said anywhere, it holds."),
    Setting(name="mask", env="MISCONSOLE_MASK", takes="true or false", check=_flag, default=False,
            doc="Open the console with names, dates and addresses hidden (F9 shows them)."),
    Setting(name="remember_filters", takes="true or false", check=_flag, default=False,
            doc="Keep the words of filters from one sitting to the next; they may hold names."),
    *(
        Setting(name=f"roles.{grade}", takes=PEOPLE, check=_people, site_only=True,
                doc=f"Accounts and groups that have the role {grade} for all schools.")
        for grade in GRADES
    ),
    Setting(name="roles.others", takes="none, read-only or operator", default="none", site_only=True,
            check=_one_of("none", "read-only", "operator"),
            doc="The role of everybody the file does not name; none keeps them out."),
    Setting(name="roles.service_account", takes="the name of an account", check=_name, site_only=True,
            doc="The account that owns the store; who reaches it by sudo has the role of their own."),
    *(
        Setting(name=f"schools.*.roles.{grade}", takes=PEOPLE, check=_people, site_only=True,
                doc=f"Accounts and groups that have the role {grade} at this school (URN or short name).")
        for grade in GRADES
    ),
    Setting(name="worker.parallel", takes="a number from 1 to 64", check=_number(1, 64), default=4,
            env="MISCONSOLE_PARALLEL", flag="--parallel",
            doc="How many schools the worker syncs at the same time."),
    Setting(name="worker.per_supplier", takes="a number from 1 to 64", check=_number(1, 64), default=2,
            flag="--per-supplier", doc="How many of them may be of the same supplier."),
)  # fmt: skip


def setting(name: tuple[str, ...]) -> Setting | None:
    return next((each for each in SETTINGS if each.fits(name)), None)
