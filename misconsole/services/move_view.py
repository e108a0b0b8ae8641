"""A prepared change of MIS as screens and commands see it: steps and what was found; never a secret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from connectors.errors import ConnectorError
from data.tables import Connection, MisMove, School
from misconsole.errors import MisconsoleError
from misconsole.services import catalogue, guide
from misconsole.services.guided_views import MoveCandidate, MoveCase, MoveLost, MovePlan
from misconsole.services.queues import evidence
from misconsole.services.views import RunView


def view(
    school: School, row: MisMove, *, former: Connection | None, run: RunView | None,
    error: ConnectorError | MisconsoleError | None, held: str, reminders: tuple[str, ...],
    secrets: Mapping[str, str],
) -> MovePlan:  # fmt: skip
    entry = catalogue.find(row.mis)
    route = catalogue.choose_route(entry, row.route)
    settings = catalogue.settings_of(
        catalogue.declaration_of(row.route), values=row.settings, secrets=secrets
    )
    progress = guide.Progress(
        ticked=(), settings=settings, access=row.access, asked=row.access != "not asked",
        reports_accepted=True, tested=bool(row.result), synced=False,
        problem=error.message if error else "", mend=error.mend if error else "",
    )  # fmt: skip
    result = row.result
    return MovePlan(
        school=school.urn,
        school_name=school.name,
        before=catalogue.find(former.mis).title if former else "",
        mis=row.mis,
        mis_title=entry.title,
        route=row.route,
        state=_state(school, row, held),
        access=row.access,
        message=error.message if error else "",
        mend=error.mend if error else guide.MENDS.get(row.access, ""),
        steps=guide.steps(route.steps, progress),
        settings=settings,
        known=int(result.get("known", 0)),
        reanchored=len(result.get("pairs", ())),
        linked=int(result.get("linked", 0)),
        linked_reanchored=int(result.get("linked_found", 0)),
        how=dict(result.get("how", {})),
        short_list=tuple(_case(each) for each in result.get("short_list", ())),
        lost=tuple(_lost(each) for each in result.get("lost", ())),
        fresh=int(result.get("fresh", 0)),
        run=run,
        held=held,
        reminders=reminders,
        problem=error.code if error else "",
    )


def _state(school: School, row: MisMove, held: str) -> str:
    if row.state != "prepared":
        return row.state
    if row.result:
        if row.result.get("version") != school.version:
            return "rehearse"
        return "held" if held else "ready"
    return "rehearse" if row.access == "approved" else "access"


def _case(each: Mapping[str, Any]) -> MoveCase:
    born = each["date_of_birth"]
    return MoveCase(
        role=each["role"],
        source_id=each["source_id"],
        name=each["name"],
        date_of_birth=date.fromisoformat(born) if born else None,
        band=each["band"],
        reason=each["reason"],
        candidates=tuple(
            MoveCandidate(
                person_id=one["person"], name=one["name"], username=one["username"], score=one["score"],
                margin=one["margin"], evidence=tuple(evidence(line) for line in one["evidence"]),
            )
            for one in each["candidates"]
        ),
    )  # fmt: skip


def _lost(each: Mapping[str, Any]) -> MoveLost:
    return MoveLost(person_id=each["person"], name=each["name"], role=each["role"], username=each["username"])
