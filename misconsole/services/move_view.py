"""A prepared change of MIS as screens and commands see it: steps and what was found; never a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date
from typing import Any

from connectors.base import Access
from connectors.catalogue.shapes import Entry
from connectors.errors import ConnectorError
from data.tables import Connection, MisMove, School
from misconsole.errors import MisconsoleError
from misconsole.rules import settling
from misconsole.services import catalogue, guide, move_steps
from misconsole.services.guided_views import MoveCandidate, MoveCase, MoveLost, MovePlan
from misconsole.services.move_settle import cases_of, log_of
from misconsole.services.queues import evidence
from misconsole.services.views import RunView

CHANGING = "Changing MIS"  # the situation of a note in the catalogue (B15, B16)


def view(
    school: School, row: MisMove, *, former: Connection | None, run: RunView | None,
    error: ConnectorError | MisconsoleError | None, held: str, reminders: tuple[str, ...],
    secrets: Mapping[str, str], accepted: Sequence[str] = (), access: Access | None = None,
) -> MovePlan:  # fmt: skip
    said, mend = _said(row, error, access)
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
    result, state = row.result, _state(school, row, held)
    short_list = tuple(_cases(result))
    lost = tuple(_lost(each) for each in result.get("lost", ()))
    supplies = {report: route.reports.get(report, "no") for report in accepted}
    return MovePlan(
        school=school.urn,
        school_name=school.name,
        before=catalogue.find(former.mis).title if former else "",
        mis=row.mis,
        mis_title=entry.title,
        route=row.route,
        state=state,
        access=row.access,
        message=said,
        mend=mend,
        steps=move_steps.steps(
            guide.steps(route.steps, progress),
            entry.title,
            move_steps.Stage(
                state=state,
                rehearsed=bool(result),
                open_cases=sum(1 for c in short_list if not c.settled),
                cases=len(short_list),
                problem=said if error or row.access in guide.WRONG else "",
                mend=mend,
            ),
        ),
        settings=settings,
        known=int(result.get("known", 0)),
        reanchored=len(result.get("pairs", ())),
        linked=int(result.get("linked", 0)),
        linked_reanchored=int(result.get("linked_found", 0)),
        how=dict(result.get("how", {})),
        by=dict(result.get("by", {})),
        short_list=short_list,
        lost=lost,
        fresh=int(result.get("fresh", 0)),
        run=run,
        held=held,
        reminders=reminders,
        problem=error.code if error else "",
        notes=tuple(_notes(entry, row.route)),
        supplies=supplies,
        accounts_lost=_unaccounted(result, short_list, lost),
        accounts_doubled=_doubled(result, short_list),
    )


def _said(
    row: MisMove, error: ConnectorError | MisconsoleError | None, access: Access | None
) -> tuple[str, str]:
    """What was said just now, and what mends it."""
    if error is not None:
        return error.message, error.mend
    if access is not None and row.access in guide.WRONG:
        return access.message or f"Access is {row.access}.", access.mend or guide.MENDS.get(row.access, "")
    return "", guide.MENDS.get(row.access, "")


def _state(school: School, row: MisMove, held: str) -> str:
    if row.state != "prepared":
        return row.state
    if row.result:
        if row.result.get("version") != school.version:
            return "rehearse"
        return "held" if held else "ready"
    return "rehearse" if row.access == "approved" else "access"


def _unaccounted(result: Mapping[str, Any], cases: Sequence[MoveCase], lost: Sequence[MoveLost]) -> int:
    """Accounts that are in none of the lists."""
    found = {person for person, *_ in result.get("pairs", ())}
    told = {each.person_id for each in lost}
    asked = {one.person_id for case in cases for one in case.candidates if one.username} - found - told
    listed = int(result.get("linked_found", 0)) + len(lost) + len(asked)
    return max(0, int(result.get("linked", 0)) - listed)


def _doubled(result: Mapping[str, Any], cases: Sequence[MoveCase]) -> int:
    """People who would be two people of the new MIS."""
    everybody = [person for person, *_ in result.get("pairs", ())]
    everybody += [one.person_id for case in cases for one in case.candidates if one.state == settling.SAME]
    return len(everybody) - len(set(everybody))


def _notes(entry: Entry, chosen: str) -> Iterator[tuple[str, str]]:
    """What the catalogue says of changing to this MIS, the chosen route first; others by their name."""
    for route in sorted(entry.routes, key=lambda each: each.route != chosen):
        for situation, text in ((each.situation, each.text) for each in route.notes):
            if situation == CHANGING:
                yield ("" if route.route == chosen else route.title, text)


def _cases(result: Mapping[str, Any]) -> Iterator[MoveCase]:
    cases = cases_of(result)
    stands = settling.stand(cases, log_of(result))
    taken = {one.person for one in stands.values() if one.person}
    for each in result.get("short_list", ()):
        key = (each["role"], each["source_id"])
        yield _case(each, stands[key], taken, cases[key])


def _candidate_state(person: int, standing: settling.Standing, taken: Set[int]) -> str:
    if person == standing.person:
        return settling.SAME
    if person in standing.refused:
        return settling.NOT_SAME
    return "taken" if person in taken else ""


def _case(
    each: Mapping[str, Any], standing: settling.Standing, taken: Set[int], candidates: Sequence[int]
) -> MoveCase:
    born = each["date_of_birth"]
    word = standing.word(candidates)
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
                state=_candidate_state(one["person"], standing, taken),
            )
            for one in each["candidates"]
        ),
        settled="" if word == "open" else word,
        settled_by=standing.by,
    )  # fmt: skip


def _lost(each: Mapping[str, Any]) -> MoveLost:
    return MoveLost(person_id=each["person"], name=each["name"], role=each["role"], username=each["username"])
