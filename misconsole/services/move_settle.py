"""Deciding the cases of a prepared move's short list, one at a time, and taking the last one back (B14).

The decisions are kept with the prepared move and do nothing until it is applied, so the school itself does
not change and its rehearsal stays valid; each is in the audit trail all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from data import moves
from data.tables import MisMove, School
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.rules import settling
from misconsole.rules.settling import Cases, Key, Verdict
from misconsole.services import audit_seal, permits
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve

NO_MOVE = "Prepare it: misconsole connect SCHOOL --mis M --change --dry-run."


def settle(
    desk: Desk, school: str, role: str, source_id: str, *, what: str = settling.SAME, person: int = 0
) -> None:
    """``what``: same or not-same as ``person``, or new (nobody we know).

    Raises Usage for a pair that is not on the list, Conflict for somebody who was settled as another.
    """
    permits.need(desk, "decide", school)
    with desk.store.write() as s:
        found, row = _prepared(s, resolve(s, school))
        cases, log = cases_of(row.result), log_of(row.result)
        verdict = Verdict((role, source_id), what, person, desk.actor, desk.now().isoformat())
        if said := settling.complaint(cases, log, verdict):
            kind = Conflict if "already" in said else Usage
            raise kind(said, mend="Look at the short list again; it shows how things stand now.")
        _keep(row, (*log, verdict))
        _tell(s, desk, found, _said(row.result, verdict))


def take_back(desk: Desk, school: str) -> str:
    """Take back the newest decision of this operator; "" when there is none. Says what was taken back."""
    permits.need(desk, "decide", school)
    with desk.store.write() as s:
        found, row = _prepared(s, resolve(s, school))
        log = log_of(row.result)
        mine = [n for n, each in enumerate(log) if each.by == desk.actor]
        if not mine:
            return ""
        last = log[mine[-1]]
        _keep(row, settling.still(cases_of(row.result), (*log[: mine[-1]], *log[mine[-1] + 1 :])))
        said = _said(row.result, last)
        _tell(s, desk, found, f"Took back: {said}")
        return said


def reopen(desk: Desk, school: str, role: str, source_id: str) -> None:
    """Forget what was decided on one case."""
    permits.need(desk, "decide", school)
    with desk.store.write() as s:
        found, row = _prepared(s, resolve(s, school))
        key = (role, source_id)
        if key not in cases_of(row.result):
            raise Usage(f"{source_id} is not on the short list.")
        _keep(row, tuple(each for each in log_of(row.result) if each.key != key))
        _tell(s, desk, found, f"Opened {_name(row.result, key)} of the short list again")


def cases_of(result: Mapping[str, Any]) -> Cases:
    return {
        (each["role"], each["source_id"]): tuple(one["person"] for one in each["candidates"])
        for each in result.get("short_list", ())
    }


def log_of(result: Mapping[str, Any]) -> tuple[Verdict, ...]:
    return tuple(
        Verdict((role, source), what, person, by, at)
        for role, source, what, person, by, at in result.get("settled", ())
    )


def kept_log(log: tuple[Verdict, ...]) -> list[list[Any]]:
    """As plain values, to be kept as JSON."""
    return [[*each.key, each.what, each.person, each.by, each.at] for each in log]


def _keep(row: MisMove, log: tuple[Verdict, ...]) -> None:
    row.result = {**row.result, "settled": kept_log(log)}


def _prepared(s: Session, school: School) -> tuple[School, MisMove]:
    row = moves.prepared(s, school.id or 0)
    if row is None:
        raise NotFound(f"No change of MIS is prepared for {school.name}.", mend=NO_MOVE, code="no_move")
    if not row.result:
        raise Conflict("The move was not rehearsed yet.", mend="Rehearse it first.", code="not_rehearsed")
    return school, row


def _tell(s: Session, desk: Desk, school: School, summary: str) -> None:
    """For the audit trail; the version of the school stays, as nothing a plan rests on has changed."""
    audit_seal.told(s, desk, school, "settle-move", summary=summary)


def _said(result: Mapping[str, Any], verdict: Verdict) -> str:
    who = _name(result, verdict.key)
    if verdict.what == settling.NEW:
        return f"{who} of the new MIS is nobody we know"
    known = next(
        (one["username"] or one["name"] for one in _case(result, verdict.key)["candidates"]
         if one["person"] == verdict.person), str(verdict.person),
    )  # fmt: skip
    return f"{who} of the new MIS is {'' if verdict.what == settling.SAME else 'not '}{known}"


def _name(result: Mapping[str, Any], key: Key) -> str:
    return str(_case(result, key)["name"])


def _case(result: Mapping[str, Any], key: Key) -> Mapping[str, Any]:
    return next(each for each in result["short_list"] if (each["role"], each["source_id"]) == key)
