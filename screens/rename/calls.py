"""What bulk renames ask of the services; each is called in a thread, with the imports it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from misconsole.paths import typed
from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView

if TYPE_CHECKING:
    from misconsole.rules.rename import Line, Rehearsal
    from misconsole.rules.rename_csv import Names
    from misconsole.services.renames import Prepared


def prepare(desk: Desk, urn: str, ids: Sequence[int] | None, *, proposed: bool) -> Prepared:
    from misconsole.services import renames

    chosen = renames.Chosen(ids=None if ids is None else tuple(ids), proposed=proposed)
    return renames.prepare(desk, urn, chosen)


def rehearse(prepared: Prepared, form: str, role: str, typed: Mapping[int, str]) -> Rehearsal:
    from misconsole.rules.username_kinds import of_role
    from misconsole.services import renames

    subjects = [each for each in prepared.subjects if not role or of_role(each.kind, role)]
    formats = renames.formats_for(prepared, form)
    return renames.rehearse(subjects, ground=prepared.ground, formats=formats, typed=typed)


def apply(desk: Desk, urn: str, names: Mapping[int, str]) -> DecisionView:
    from misconsole.services import renames

    return renames.apply(desk, urn, names)


def keep(desk: Desk, urn: str, accounts: Sequence[int]) -> DecisionView:
    from misconsole.services import renames

    return renames.keep_names(desk, urn, accounts)


def take_back(desk: Desk, decision: int) -> DecisionView:
    from misconsole.services import decide

    return decide.undo(desk, decision)


def write(lines: Iterable[Line], path: str) -> int:
    from misconsole.services import renames

    return renames.write_file(lines, typed(path))


def read(path: str, prepared: Prepared) -> Names:
    from misconsole.services import renames

    return renames.read_file(typed(path), prepared.subjects)


def format_complaint(text: str) -> str:
    """What is wrong with a format as it is typed."""
    from misconsole.rules.usernames import Format, FormatError

    try:
        Format.parse(text)
    except FormatError as problem:
        return str(problem)
    return ""
