"""Every MIS we know of: its names, its routes, what reaches us by each, and how a school authorises.

Data, not code: one dated TOML file an MIS in ``mis/``, the steps of a route in ``guides/``.  What a MIS
can supply is told by route, never by the MIS alone (E12).  Whether a route can be used here is asked of the
registry, so the catalogue cannot pretend.  Standard library only, and read when first asked.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.errors import BadSettings

if TYPE_CHECKING:
    from connectors.catalogue.shapes import Entry

__all__ = ["UnknownMis", "entries", "entry", "missing_help", "title"]

OTHER = "other"
HERE = Path(__file__).parent


class UnknownMis(BadSettings, LookupError):
    """No MIS is known by that name; the mend says what to do next (A9)."""

    code = "unknown_mis"


@cache
def entries() -> tuple[Entry, ...]:
    """By title, "MIS not listed" last.  Raises loading.CatalogueProblem naming file and key."""
    from connectors.catalogue.loading import load

    return tuple(sorted(load(), key=lambda e: (e.id == OTHER, e.title.casefold())))


@cache
def _by_name() -> dict[str, Entry]:
    return {name: entry for entry in entries() for name in entry.names}


def entry(id_or_alias: str) -> Entry:
    """By id, title or any alias, whatever the case and punctuation (A4-A6).  Raises UnknownMis."""
    try:
        return _by_name()[plain(id_or_alias)]
    except KeyError:
        raise UnknownMis(
            f"No MIS is known here by the name {id_or_alias[:60]!r}.", mend=missing_help()
        ) from None


@cache
def title(mis: str) -> str:
    """The title of an id, read from the head of its one file: for the quick look, which must not
    parse them all.  Raises UnknownMis."""
    path = HERE / "mis" / f"{mis}.toml"
    if mis.replace("-", "").isalnum() and path.is_file():
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.startswith("title = "):
                    return line.partition("=")[2].strip().strip('"')
    return entry(mis).title


def plain(name: str) -> str:
    """A name reduced to letters and digits, for comparing."""
    return "".join(c for c in name.casefold() if c.isalnum())


def missing_help() -> str:
    """What to do when the school's MIS is not in the list (A9)."""
    other = _by_name()[plain(OTHER)]
    return " ".join(note.text for note in other.notes if note.situation == "missing")
