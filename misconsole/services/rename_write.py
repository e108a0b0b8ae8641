"""Writing a batch of renames: all of them or none, journalled, the old names reserved and kept as aliases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from data import renames as rows
from data.tables import Account, Alias, ReservedName
from misconsole.counting import counted
from misconsole.errors import Conflict
from misconsole.rules.rename import Line, Look
from misconsole.services.decisions.case import Case
from misconsole.services.name_domain import key_of

SHOWN = 3


def check(lines: Sequence[Line]) -> None:
    if bad := [each for each in lines if each.look is Look.PROBLEM]:
        told = " ".join(f"{each.old}: {each.said[0]}" for each in bad[:SHOWN])
        more = f" And {len(bad) - SHOWN} more." if len(bad) > SHOWN else ""
        raise Conflict(
            f"{len(bad)} of {len(lines)} names cannot be given out. {told}{more}",
            mend="Rehearse again; nothing was changed.", code="username_taken",
        )  # fmt: skip
    if not any(each.changes for each in lines):
        raise Conflict("All of them are called that already.", mend="There is nothing to rename.")


def write(case: Case, lines: Sequence[Line]) -> None:
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


def say(case: Case, lines: Sequence[Line]) -> None:
    moved = [each for each in lines if each.changes]
    told = [f"Renamed {each.old} to {each.new}" for each in moved]
    if len(moved) == 1:
        case.decision.account_id = moved[0].account_id
        case.say(told[0], before=moved[0].old, after=moved[0].new)
    else:
        case.say(
            f"Renamed {counted(len(moved), 'account')} at once", many=len(moved), items=told,
            accounts=[each.account_id for each in moved],
        )  # fmt: skip
