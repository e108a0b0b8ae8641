"""The directory's accounts, imported from CSV: good rows go in, bad ones are told by line (headless.md).

Decisions
  * A row is the account of that username in the school's collision domain, letter case aside.
  * A blank cell, or a column that is not there, changes nothing.
  * Where a MIS person has the account, the MIS says names and identifiers; the file only its address.
  * An unallocated or let-go account stays so.  If the row is plainly about somebody else, the directory
    has given the name away: the row becomes a new account, and the old one is told apart (Z24).
  * A removed account is not brought back by a file that still has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import Session

from data import accounts as account_rows
from data.journal import Scribe
from data.tables import Account, ReservedName, School
from misconsole.errors import MisconsoleError
from misconsole.rules import account_csv
from misconsole.rules.account_csv import AccountRow
from misconsole.rules.names import fold
from misconsole.services import permits
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.name_domain import key_of
from misconsole.services.schools import resolve
from misconsole.services.views import ImportReport

LARGEST = 64 * 1024 * 1024
SAID_BY_MIS = (
    "given_name", "family_name", "preferred_given_name", "preferred_family_name", "date_of_birth",
    "year_of_entry", "upn", "mis_id", "staff_code",
)  # fmt: skip
RELEASED = "#"  # never in a username: marks the key of an account whose name went to somebody else


@dataclass(slots=True)
class Sorted:
    """What the rows come to. ``new`` are whole rows, ``changes`` (id, before, after)."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changes: list[tuple[int, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    updated: int = 0
    unchanged: int = 0
    rejected: list[tuple[int, str, str]] = field(default_factory=list)


def import_csv(desk: Desk, school: str, path: Path, *, dry_run: bool = False) -> ImportReport:
    """Raises AccountFileError, with nothing changed, for a file that cannot be used at all."""
    permits.need(desk, "decide", school)
    parsed = account_csv.parse(account_csv.decode(_content(path)), today=desk.today)
    if dry_run:
        with desk.store.read() as s:
            found = resolve(s, school)
            done = _sort(s, found, parsed.rows, at=desk.now())
    else:
        with deciding(desk, school, "import") as case:
            done = _sort(case.s, case.school, parsed.rows, at=case.now)
            _write(case, done)
            case.say(
                f"Imported accounts: {len(done.new)} new, {done.updated} updated, {done.unchanged} unchanged",
                file=path.name,
            )
    return ImportReport(
        read=parsed.read,
        imported=len(done.new),
        updated=done.updated,
        unchanged=done.unchanged,
        rejected=tuple(sorted([*parsed.rejected, *done.rejected])),
        columns_left_out=parsed.left_out,
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise account_csv.AccountFileError(f"{path.name} is larger than {LARGEST // 1024**2} MB.")
        return path.read_bytes()
    except OSError as error:
        raise MisconsoleError(
            f"{path} cannot be read: {error.strerror or error}.", mend="Check the path.", code="bad_file"
        ) from error


def _sort(s: Session, school: School, rows: Iterable[AccountRow], *, at: Any) -> Sorted:
    where = key_of(school)
    known = {row.username_key: row for row in account_rows.of_domain(s, where)}
    linked = account_rows.linked_in(s, where)
    done = Sorted()
    for row in rows:
        existing = known.get(row.username.lower())
        if existing is None:
            done.new.append(_new(school, where, row, at))
        elif existing.school_id != school.id:
            done.rejected.append((row.line, "username", "belongs to an account of another school"))
        elif existing.state == "removed":
            done.rejected.append((row.line, "username", "was removed here; its name stays reserved"))
        elif existing.state != "active" and _somebody_else(existing, row):
            key = f"{existing.username_key}{RELEASED}{existing.id}"
            done.changes.append((existing.id, {"username_key": existing.username_key}, {"username_key": key}))
            done.new.append(_new(school, where, row, at))
        else:
            _update(done, existing, row, linked=existing.id in linked)
    return done


def _new(school: School, where: str, row: AccountRow, at: Any) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in SAID_BY_MIS}
    return {
        "school_id": school.id, "domain_key": where, "username": row.username,
        "username_key": row.username.lower(), "email": row.email, "role": row.role or _role(row),
        "display_name": _display_name(values), "state": "active", "origin": "imported", "created_at": at,
        **values,
    }  # fmt: skip


def _role(row: AccountRow) -> str:
    """What a file without roles still tells: only pupils have a UPN or a year of entry (M1, M2)."""
    if row.upn or row.year_of_entry:
        return "pupil"
    return "staff" if row.staff_code else "other"


def _display_name(values: dict[str, Any]) -> str:
    given = values["preferred_given_name"] or values["given_name"]
    family = values["preferred_family_name"] or values["family_name"]
    return " ".join(part for part in (given, family) if part)


def _somebody_else(existing: Any, row: AccountRow) -> bool:
    """Whether the row is plainly not about the account's former owner."""
    for name in ("upn", "date_of_birth"):
        before, now = getattr(existing, name), getattr(row, name)
        if before and now:
            return bool(before != now)
    pairs = [
        (fold(getattr(existing, name)), fold(getattr(row, name))) for name in ("given_name", "family_name")
    ]
    return all(before and now and before != now for before, now in pairs)


def _update(done: Sorted, existing: Any, row: AccountRow, *, linked: bool) -> None:
    names = ("username", "email", "role", *(() if linked else SAID_BY_MIS))
    after = {name: getattr(row, name) for name in names if getattr(row, name) is not None}
    before = {name: getattr(existing, name) for name in after}
    if not linked and after != before:
        whole = {name: after.get(name, getattr(existing, name)) for name in SAID_BY_MIS}
        after["display_name"] = _display_name(whole) or existing.display_name
        before["display_name"] = existing.display_name
    if after == before:
        done.unchanged += 1
    else:
        done.updated += 1
        done.changes.append((existing.id, before, after))


def _write(case: Case, done: Sorted) -> None:
    """Names are released before they are given again; every new name is reserved for good (Z8)."""
    case.scribe.update_many(Account, done.changes)
    ids = case.scribe.insert_many(Account, done.new)
    _reserve(case.s, case.scribe, done.new, ids, at=case.now)


def _reserve(s: Session, scribe: Scribe, rows: list[dict[str, Any]], ids: list[int], *, at: Any) -> None:
    if not rows:
        return
    held = account_rows.reserved_in(s, rows[0]["domain_key"])
    wanted = [
        {"domain_key": row["domain_key"], "username_key": row["username_key"], "account_id": i, "since": at}
        for row, i in zip(rows, ids, strict=True)
        if row["username_key"] not in held
    ]
    scribe.insert_many(ReservedName, wanted)
