"""Many usernames at once: prepared from the store, rehearsed by a pure rule, applied as one decision.

``prepare`` reads; ``rules.rename.rehearse`` says every line; ``apply`` takes exactly the names that were
seen and writes all of them or none.  Who comes second, because somebody took one of the names meanwhile,
rehearses again.  A surname that changes in the MIS never renames anybody: it is proposed here (O7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session

from data import renames as rows
from data.accounts import shown_name
from data.tables import Account, Alias, ReservedName, School
from misconsole.errors import Conflict, MisconsoleError, Usage
from misconsole.private_file import private_file
from misconsole.rules import rename_csv, usernames
from misconsole.rules.account_csv import decode
from misconsole.rules.names import fold, letters
from misconsole.rules.rename import Ground, Line, Look, Rehearsal, Subject, rehearse
from misconsole.rules.username_kinds import KINDS, kind_of, of_role
from misconsole.rules.usernames import Format
from misconsole.services import permits
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.name_domain import key_of
from misconsole.services.schools import options_of, resolve
from misconsole.services.views import DecisionView

SHOWN = 3
ENOUGH = 3  # letters of a surname that show that a username was made of it
KEPT = "keep-name"


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
        subjects = _subjects(s, found, chosen.ids)
        ground = ground_of(s, found)
        if chosen.proposed:
            subjects = _proposed(s, found, subjects, ground, formats)
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


def _subjects(s: Session, school: School, ids: Sequence[int] | None) -> list[Subject]:
    teaching = rows.teaching(s, school.id or 0)
    accounts = rows.accounts(s, school.id or 0)
    if ids is None:
        return [_subject(each, teaching) for each in accounts if each.state == "active"]
    wanted = set(ids)
    subjects = [_subject(each, teaching) for each in accounts if each.id in wanted]
    if missing := sorted(wanted - {each.account_id for each in subjects}):
        raise Usage(
            f"{len(missing)} of these accounts are not of {school.name} or were removed.",
            mend="Read the list again.",
        )
    return subjects


def _subject(row: Any, teaching: Mapping[int, bool | None]) -> Subject:
    given = row.preferred_given_name or row.given_name
    family = row.preferred_family_name or row.family_name
    return Subject(
        account_id=row.id, username=row.username, kind=kind_of(row.role, teaching.get(row.id)),
        name=shown_name(row) or " ".join(part for part in (given, family) if part) or row.username,
        given=given, family=family, year_of_entry=row.year_of_entry, email=row.email,
        in_use=row.handed_out_at is not None or row.origin == "imported",
    )  # fmt: skip


def ground_of(s: Session, school: School) -> Ground:
    """Names and addresses that are somebody's, where the school's names must be unique (Z8)."""
    domain = school.domain.strip().lstrip("@").lower()
    return Ground(held=rows.held(s, key_of(school)), addresses=rows.addresses(s, domain), domain=domain)


# Proposals


def _proposed(
    s: Session, school: School, subjects: Iterable[Subject], ground: Ground, formats: Mapping[str, Format]
) -> list[Subject]:
    from dataclasses import replace

    changed = _changed_surnames(s, school.id or 0)
    candidates = [
        replace(each, why=f"The family name changed from {before} in the MIS.")
        for each in subjects
        if (before := changed.get(each.account_id)) and _made_of(each.username, before)
    ]
    lines = rehearse(candidates, ground=ground, formats=formats).lines
    moving = {each.account_id for each in lines if each.look is not Look.SAME}
    return [each for each in candidates if each.account_id in moving]


def _changed_surnames(s: Session, school_id: int) -> dict[int, str]:
    """account -> family name before the last change by a sync, where nobody decided on the name since."""
    decided = {
        account: at
        for one, at, detail in rows.decided(s, school_id, ("rename", KEPT))
        for account in (one, *detail.get("accounts", ()))
    }
    found: dict[int, str] = {}
    for account, at, before, after in rows.surname_changes(s, school_id):
        since = decided.get(account)
        settled = since is not None and at is not None and since >= at
        if before and after and fold(before) != fold(after) and not settled:
            found[account] = before
    return found


def _made_of(username: str, family: str) -> bool:
    text = letters(family)
    return bool(text) and text[: max(ENOUGH, min(len(text), 5))] in letters(username)


def proposals(desk: Desk, school: str) -> int:
    """How many renames are proposed because a surname changed in the MIS; soon told where none did."""
    with desk.store.read() as s:
        if not _changed_surnames(s, resolve(s, school).id or 0):
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
        subjects = _subjects(case.s, case.school, tuple(names))
        ground = ground_of(case.s, case.school)
        lines = rehearse(subjects, ground=ground, formats={}, typed=names).lines
        _check(lines)
        _write(case, lines)
        _say(case, lines)
    return case.view


def _check(lines: Sequence[Line]) -> None:
    if bad := [each for each in lines if each.look is Look.PROBLEM]:
        told = " ".join(f"{each.old}: {each.said[0]}" for each in bad[:SHOWN])
        more = f" And {len(bad) - SHOWN} more." if len(bad) > SHOWN else ""
        raise Conflict(
            f"{len(bad)} of {len(lines)} names cannot be given out. {told}{more}",
            mend="Rehearse again; nothing was changed.", code="username_taken",
        )  # fmt: skip
    if not any(each.changes for each in lines):
        raise Conflict("All of them are called that already.", mend="There is nothing to rename.")


def _write(case: Case, lines: Sequence[Line]) -> None:
    moved = [each for each in lines if each.changes]
    where = key_of(case.school)
    case.scribe.update_many(Account, [(each.account_id, _row(each, old=True), _row(each)) for each in moved])
    known = rows.reserved(case.s, where)
    fresh = [
        {
            "domain_key": where, "username_key": each.new.lower(), "account_id": each.account_id,
            "since": case.now,
        }
        for each in moved
        if each.new.lower() not in known
    ]  # fmt: skip
    case.scribe.insert_many(ReservedName, fresh)
    kept = rows.aliases(case.s, {each.account_id for each in moved})
    wanted = dict.fromkeys(pair for each in moved for pair in _aliases(each))
    case.scribe.insert_many(
        Alias,
        [
            {"account_id": account, "kind": kind, "value": value, "since": case.now}
            for account, kind, value in wanted
            if (account, kind, value) not in kept
        ],
    )


def _row(line: Line, *, old: bool = False) -> dict[str, Any]:
    name, email = (line.old, line.old_email) if old else (line.new, line.email)
    return {"username": name, "username_key": name.lower(), "email": email or None}


def _aliases(line: Line) -> Iterable[tuple[int, str, str]]:
    if line.old.lower() != line.new.lower():
        yield line.account_id, "username", line.old
    if line.alias:
        yield line.account_id, "email", line.alias


def _say(case: Case, lines: Sequence[Line]) -> None:
    moved = [each for each in lines if each.changes]
    told = [f"Renamed {each.old} to {each.new}" for each in moved]
    if len(moved) == 1:
        case.decision.account_id = moved[0].account_id
        case.say(told[0], before=moved[0].old, after=moved[0].new)
    else:
        case.say(
            f"Renamed {len(moved):,} accounts at once", many=len(moved), items=told,
            accounts=[each.account_id for each in moved],
        )  # fmt: skip


# Files


def write_file(lines: Iterable[Line], path: Path) -> int:
    """The rehearsal as CSV, for its owner alone, whole or not at all; returns how many lines."""
    with private_file(path) as file:
        return rename_csv.write(file, lines)


def read_file(path: Path, subjects: Iterable[Subject]) -> rename_csv.Names:
    """The names of an edited file. Raises AccountFileError or MisconsoleError with nothing changed."""
    try:
        if path.stat().st_size > rename_csv.LONGEST:
            raise MisconsoleError(f"{path.name} is too large.", mend="Name the file you edited.")
        content = path.read_bytes()
    except OSError as error:
        raise MisconsoleError(
            f"{path} cannot be read: {error.strerror or error}.", mend="Check the path.", code="bad_file"
        ) from error
    return rename_csv.read(decode(content), subjects)


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
