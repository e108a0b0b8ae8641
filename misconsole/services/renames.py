"""Many usernames at once: prepared from the store, rehearsed by a pure rule, applied as one decision.

``prepare`` reads; ``rules.rename.rehearse`` says every line; ``apply`` takes exactly the names that were
seen and writes all of them or none.  Who comes second, because somebody took one of the names meanwhile,
rehearses again.  A surname that changes in the MIS never renames anybody: it is proposed here (O7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from misconsole.errors import Usage
from misconsole.rules import usernames
from misconsole.rules.rename import Ground, Rehearsal, Subject, rehearse
from misconsole.rules.username_kinds import KINDS, of_role
from misconsole.rules.usernames import Format
from misconsole.services import permits, rename_write
from misconsole.services.decisions.case import deciding
from misconsole.services.desk import Desk
from misconsole.services.rename_files import read_file, write_file
from misconsole.services.rename_ground import KEPT, accounts_of, changed_surnames, ground_of, proposed
from misconsole.services.schools import options_of, resolve
from misconsole.services.views import DecisionView


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Whom to rename: the accounts of ``ids`` (None: all in use), of a role or kind, that hold every word of
    ``wanted``; ``proposed``: only whose surname changed in the MIS and whose username has the old one."""

    ids: tuple[int, ...] | None = None
    role: str = ""
    wanted: str = ""
    proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a rehearsal needs; ``formats`` are the school's own, by kind."""

    school: str
    school_name: str
    subjects: tuple[Subject, ...]
    ground: Ground
    formats: Mapping[str, Format]


def prepare(desk: Desk, school: str, chosen: Chosen) -> Prepared:
    """Raises NotFound for an account that is not of the school."""
    wanted = _matching(desk, school, chosen.wanted) if chosen.wanted else None
    with desk.store.read() as s:
        found = resolve(s, school)
        formats = {kind: options_of(found).username_format(kind) for kind in KINDS}
        subjects = accounts_of(s, found, chosen.ids)
        ground = ground_of(s, found)
        if chosen.proposed:
            subjects = proposed(s, found, subjects, ground, formats)
    kept = (
        each
        for each in subjects
        if (not chosen.role or of_role(each.kind, chosen.role))
        and (wanted is None or each.account_id in wanted)
    )
    return Prepared(
        school=found.urn, school_name=found.name, subjects=tuple(kept), ground=ground, formats=formats
    )


def _matching(desk: Desk, school: str, words: str) -> set[int]:
    """The accounts that the filter of the Accounts tab shows for these words."""
    from misconsole.services import queues

    listed = queues.account_list(desk, school)
    return {listed.ids[place] for place in listed.order(wanted=words)}


# Proposals


def proposals(desk: Desk, school: str) -> int:
    """How many renames are proposed because a surname changed in the MIS; soon told where none did."""
    with desk.store.read() as s:
        if not changed_surnames(s, resolve(s, school).id or 0):
            return 0
    return len(prepare(desk, school, Chosen(proposed=True)).subjects)


def keep_names(desk: Desk, school: str, account_ids: Sequence[int]) -> DecisionView:
    """These proposals are declined: the usernames stay until a surname changes again."""
    if not account_ids:
        raise Usage("Nobody was marked.")
    with deciding(desk, school, KEPT) as case:
        names = [case.account(each).username for each in account_ids]
        if len(names) > 1:
            case.decision.account_id = None
        told = f"{names[0]} stays" if len(names) == 1 else f"{len(names)} usernames stay"
        case.say(f"{told} although the family name changed", accounts=list(account_ids), items=names)
    return case.view


# Applying


def apply(desk: Desk, school: str, names: Mapping[int, str]) -> DecisionView:
    """Rename these accounts to exactly these names, as one decision, all or none; old ones stay reserved
    and lead here as aliases (O4, O5).

    Raises Conflict, with nothing changed, when a name cannot be given out any more.
    """
    permits.need(desk, "rename", school)
    if not names:
        raise Usage("There is nothing to rename.", mend="Choose another format, or type names.")
    with deciding(desk, school, "rename") as case:
        subjects = accounts_of(case.s, case.school, tuple(names))
        ground = ground_of(case.s, case.school)
        lines = rehearse(subjects, ground=ground, formats={}, typed=names).lines
        rename_write.check(lines)
        rename_write.write(case, lines)
        rename_write.say(case, lines)
    return case.view


def formats_for(prepared: Prepared, text: str) -> dict[str, Format]:
    """The school's formats for an empty ``text``, else that one for everybody chosen. Raises Usage."""
    if not text.strip():
        return dict(prepared.formats)
    try:
        form = Format.parse(text)
    except usernames.FormatError as problem:
        raise Usage(str(problem), mend="Such as first_initial.last_name.", code="bad_setting") from problem
    return dict.fromkeys(KINDS, form)


__all__ = [
    "Chosen", "Prepared", "Rehearsal", "apply", "formats_for", "keep_names", "prepare", "proposals",
    "read_file", "rehearse", "write_file",
]  # fmt: skip
