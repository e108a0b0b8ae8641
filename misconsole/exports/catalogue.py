"""Every format there is, and the choices of one checked against what it declares."""

from __future__ import annotations

import re
from collections.abc import Mapping

from misconsole.errors import NotFound, Usage
from misconsole.exports import apple, directory, google, microsoft365, oneroster, plain, sds, sds1
from misconsole.exports.shapes import Format, Option

FORMATS: tuple[Format, ...] = (
    google.FORMAT, microsoft365.FORMAT_USERS, microsoft365.FORMAT_ENTRA, sds.FORMAT, sds1.FORMAT,
    apple.FORMAT, *oneroster.FORMATS, directory.FORMAT, *plain.FORMATS,
)  # fmt: skip
ALIASES = {"m365": "microsoft365", "sds2": "sds", "asm": "apple", "oneroster": "oneroster-1.2"}


def find(name: str) -> Format:
    """The format of that id; NotFound lists them."""
    wanted = name.strip().lower()
    wanted = ALIASES.get(wanted, wanted)
    for each in FORMATS:
        if each.id == wanted:
            return each
    raise NotFound(
        f"There is no export format “{name[:40]}”.",
        mend=f"Formats: {', '.join(each.id for each in FORMATS)}.", code="no_such_format",
    )  # fmt: skip


def options(chosen: Format, given: Mapping[str, str]) -> dict[str, str]:
    """Every option of the format with its value; Usage for one it does not have, or that does not fit."""
    known = {each.name: each for each in chosen.options}
    for name in given:
        if name not in known:
            words = ", ".join(known) or "none"
            raise Usage(f"{chosen.title} has no option “{name[:40]}”.", mend=f"Its options: {words}.")
    found = {each.name: given.get(each.name, each.default).strip() for each in chosen.options}
    for name, value in found.items():
        fits(known[name], value)
    return found


def fits(option: Option, value: str) -> None:
    """Usage for a value that the option cannot have."""
    name = option.name
    if option.choices and value not in option.choices:
        raise Usage(
            f"{name} is “{value[:40]}”.", mend=f"It may be {', '.join(filter(None, option.choices))}."
        )
    if option.pattern and not re.fullmatch(option.pattern, value):
        raise Usage(f"{name} is “{value[:60]}”.", mend=f"It is the {option.doc}.")
    if not option.choices and not value.isprintable():
        raise Usage(f"{name} holds control characters.")
