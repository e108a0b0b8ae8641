"""Who holds which post, and who is whose line manager by the chain of positions (reference §5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from connectors.arbor import fields, sides
from connectors.arbor.source import Source
from connectors.errors import ScopeMissing
from connectors.records import Report
from connectors.values import Faults


@dataclass(slots=True)
class Posts:
    """Who holds which post now, and which position supervises which (reference §5, line manager).

    ``titles`` in Arbor's order (Z14).  ``complete`` False: posts can't be read, so nothing is known.
    """

    titles: dict[str, list[str]] = field(default_factory=dict)
    held: dict[str, list[str]] = field(default_factory=dict)  # staff → positions
    holders: dict[str, list[str]] = field(default_factory=dict)  # position → staff
    above: dict[str, str | None] = field(default_factory=dict)  # position → its supervisor's
    roles_known: bool = False
    managers_known: bool = False
    several: int = 0  # people whose manager's position is held by more than one

    def manager_of(self, staff_id: str) -> str | None:
        """Up the chain of positions to the first that somebody else holds; nobody if several do."""
        for position in self.held.get(staff_id, ()):
            seen = {position}
            up = self.above.get(position)
            while up is not None and up not in seen:
                seen.add(up)
                others = [one for one in self.holders.get(up, ()) if one != staff_id]
                if len(others) == 1:
                    return others[0]
                if others:
                    self.several += 1
                    return None
                up = self.above.get(up)
        return None


def read(source: Source, today: date, *, roles: bool, managers: bool) -> Posts:
    """Empty, with nothing known, where the app may not read posts."""
    found = Posts()
    from connectors.http_errors import NotFound

    try:
        if roles or managers:
            _read_posts(source, found, today, roles=roles, managers=managers)
        if managers and found.managers_known:
            _read_positions(source, found)
    except (ScopeMissing, NotFound):
        found.managers_known = False
    return found


def _read_posts(source: Source, found: Posts, today: date, *, roles: bool, managers: bool) -> None:
    entity = "StaffContractPost"
    if not sides.readable(source, entity, ("staffContract.staff",)):
        return
    paths = [
        "staffContract.staff.id",
        "startDate",
        "endDate",
        "staffContract.startDate",
        "staffContract.endDate",
    ]
    paths += ["jobTitle"] if roles else []
    paths += ["position.id"] if managers else []
    silent = Faults(Report.STAFF)
    for row in sides.rows(source, entity, paths):
        owner = fields.link(row, "staffContract.staff")
        contract = fields.dig(row, "staffContract")
        now = fields.running(row, today) and (
            not isinstance(contract, dict) or fields.running(contract, today)
        )
        if owner is None or not now:
            continue
        title = fields.read(row, "jobTitle", "roles", silent) if roles else None
        if title is not None:
            found.titles.setdefault(owner, []).append(title)
        position = fields.link(row, "position")
        if position is not None:
            found.held.setdefault(owner, []).append(position)
            found.holders.setdefault(position, []).append(owner)
    found.roles_known = roles and source.has(entity, "jobTitle")
    found.managers_known = managers and source.has(entity, "position")


def _read_positions(source: Source, found: Posts) -> None:
    if not sides.readable(source, "Position", ("supervisorPosition",)):
        found.managers_known = False
        return
    for row in sides.rows(source, "Position", ["supervisorPosition.id"]):
        own = fields.link(row, "id")
        if own is not None:
            found.above[own] = fields.link(row, "supervisorPosition")
