"""What a school may decide about one directory: who goes there, where to, how much, and what wins.

``OPTIONS`` is the one list: ``target set``, the screen, the docs and the store go by it.  They stand beside
the adapter's own settings (``TargetDeclaration.settings``), which say how to get there.

A place is a template such as ``Pupils/{year_of_entry}``.  It is cut at "/" first and filled in afterwards, so
that what the MIS sends is a name of a place, never a path.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.targets.base import EXTRAS
from misconsole.errors import Usage
from misconsole.rules.limit_settings import LimitSettings
from misconsole.rules.limits import Limit
from misconsole.rules.setting import Setting

ROLES = ("pupil", "staff", "other")
PLACE_FIELDS = ("year_of_entry", "year_group", "registration_group", "role")
PLACE_TAKES = f"names with / between, which may hold {', '.join(f'{{{name}}}' for name in PLACE_FIELDS)}"
LIMITS = LimitSettings(
    job="A push",
    rows="entries",
    known="our entries",
    kinds={
        "create": (500, 30, "created"), "update": (1000, 60, "changed"), "rename": (300, 20, "renamed"),
        "move": (1000, 60, "moved"), "resume": (200, 20, "let in again"),
        "suspend": (100, 10, "suspended"), "delete": (20, 5, "deleted"),
    },
)  # fmt: skip


def segments(template: str) -> tuple[str, ...]:
    """The template cut at "/". Raises ValueError with a sentence for a field there is not."""
    parts = tuple(part.strip() for part in template.split("/") if part.strip())
    for part in parts:
        try:
            fields = [
                (name, form, how) for _, name, form, how in string.Formatter().parse(part) if name is not None
            ]
        except ValueError:
            raise ValueError("A brace { or } has no partner.") from None
        for name, form, how in fields:
            if name not in PLACE_FIELDS or form or how:
                raise ValueError(f"A place knows no {{{name[:30]}}}.")
    return parts


def _place(text: str) -> object:
    segments(text)
    return text


def filled(template: str, values: Mapping[str, object]) -> tuple[str, ...]:
    """Where somebody belongs, from the top down; a place whose name would be empty is left out."""
    known = {name: _name(values.get(name)) for name in PLACE_FIELDS}
    named = (_name(part.format_map(known)) for part in segments(template))
    return tuple(name for name in named if name)


def _name(value: object) -> str:
    """One line of text, whatever was sent."""
    text = "" if value is None else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


OPTIONS: tuple[Setting, ...] = (
    Setting(name="roles", kind="words", choices=ROLES, default=("pupil", "staff"),
            doc="Whose accounts are written there; entries of others are left as they are."),
    *(
        Setting(name=f"place_{who}", kind="text", default="", check=_place,
                takes=PLACE_TAKES,
                doc=f"Where {whose} live, such as {example}; empty: a push leaves them where they are.")
        for who, whose, example in (
            ("pupil", "pupils", "Pupils/{year_of_entry}"), ("staff", "staff", "Staff"),
            ("other", "others", "Guests"), ("leaver", "leavers", "Leavers"),
        )
    ),
    Setting(name="extras", kind="words", choices=EXTRAS, default=(),
            doc="What goes there beside names: job title, department (registration group), employee id "
                "(staff code or admission number); what the school declined never does (X1)."),
    Setting(name="changed_there", kind="choice", choices=("ours", "theirs"), default="ours",
            doc="What wins where somebody changed an entry of ours there: ours is written again, or theirs "
                "stays. A leaver is suspended either way, and sign-in blocked there is never opened."),
    Setting(name="adopt", kind="choice", choices=("person", "address"), default="person",
            doc="How an entry that was there before becomes ours: one by one by a person, or also all of the "
                "very same address and name in one confirmed go."),
    Setting(name="leavers", kind="choice", choices=("suspend", "delete"), default="suspend",
            doc="Leavers are suspended; delete: and removed for good when they were so for long enough."),
    Setting(name="delete_after_days", kind="number", default=90, low=30, high=3650,
            doc="With leavers=delete, the days an entry was suspended by us before it is deleted."),
    Setting(name="short_read", kind="percent", default=70, low=1, high=100,
            doc="A push is held when the directory shows fewer than this share of what we wrote there."),
    *LIMITS.settings,
    Setting(name="limit_small", kind="number", default=5, low=0, high=100,
            doc="Up to this many changes of a kind never reach a share."),
)  # fmt: skip
BY_NAME: dict[str, Setting] = {each.name: each for each in OPTIONS}


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """The options of one target; ``values`` holds those that differ from their default."""

    values: Mapping[str, Any]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TargetOptions:
        """From ``Target.options``. Usage when a stored value is out of bounds."""
        return cls({name: BY_NAME[name].read(value) for name, value in data.items() if name in BY_NAME})

    def with_texts(self, texts: Mapping[str, str]) -> TargetOptions:
        """These with others typed as text; ``default`` puts one back. Usage, and nothing changed, else."""
        changed = dict(self.values)
        for name, text in texts.items():
            if name not in BY_NAME:
                raise Usage(
                    f"There is no option “{name[:40]}”.", mend=f"Options: {', '.join(BY_NAME)}.",
                    code="no_such_setting",
                )  # fmt: skip
            changed.pop(name, None)
            if text != "default":
                changed[name] = BY_NAME[name].read(text)
        return TargetOptions(changed)

    def to_dict(self) -> dict[str, Any]:
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self.values.items()
            if value != BY_NAME[name].default
        }

    def as_text(self) -> dict[str, str]:
        return {each.name: each.show(self[each.name]) for each in OPTIONS}

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name, BY_NAME[name].default)

    @property
    def limits(self) -> dict[str, Limit]:
        return LIMITS.limits(self.__getitem__)
