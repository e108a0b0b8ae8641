"""The users in one quiet pass: who is there, and who belongs to whom.

Small indexes of ids, so that the file can be streamed afterwards.  Passwords and profiles are never read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.oneroster_common.orgs import Org
from connectors.oneroster_common.roles import Roles, roles_of
from connectors.oneroster_common.rows import Modes, Row, Table
from connectors.oneroster_common.words import CONTACT, PUPIL
from connectors.records import Report


@dataclass(slots=True)
class Scan:
    """Who is among the users, by id, and the pairs of contact and pupil that ``agents`` name.

    ``known`` maps id → kinds anywhere, ``here`` id → kinds at the school.
    ``links`` maps (contact, pupil) → line of the users that names the pair first.
    ``gone`` maps ids of rows marked for removal → their kinds (0 if no role is told).
    """

    known: dict[str, int] = field(default_factory=dict)
    here: dict[str, int] = field(default_factory=dict)
    links: dict[tuple[str, str], int] = field(default_factory=dict)
    grades: dict[str, str] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # contact → role word, the relationship
    total: int = 0


def scan_users(table: Table, org: Org, roles: Roles | None) -> Scan:
    """One quiet pass; what is wrong is told when the rows are read for good."""
    scan = Scan()
    for row in table.rows(quiet=True):
        scan.total += 1
        held = roles_of(row, org, roles)
        kinds = 0
        for role in held:
            kinds |= role.kind
        if row.removed:
            scan.gone[row.id] = kinds
            continue
        scan.known[row.id] = kinds
        at_school = 0
        for role in held:
            at_school |= role.kind if role.here else 0
        if at_school:
            scan.here[row.id] = at_school
        if at_school & PUPIL and (grade := ",".join(row.words("grades"))):
            scan.grades[row.id] = grade
        if kinds & CONTACT:
            scan.words[row.id] = next(role.word for role in held if role.kind == CONTACT)
        _add_links(scan, row, kinds, at_school)
    return scan


def _add_links(scan: Scan, row: Row, kinds: int, at_school: int) -> None:
    agents = row.words("agentSourcedIds")
    for agent in agents:
        if at_school & PUPIL:
            scan.links.setdefault((agent, row.id), row.line)
        if kinds & CONTACT:
            scan.links.setdefault((row.id, agent), row.line)


def settle_links(scan: Scan, table: Table, modes: Modes) -> dict[str, list[str]]:
    """contact → pupils of this school; a contact so linked belongs to the school wherever the role is."""
    whole = modes.whole("users")
    kept: dict[str, list[str]] = {}
    for (contact, pupil), line in scan.links.items():
        known = (scan.known.get(contact), scan.known.get(pupil))
        if whole and None in known:
            missing = contact if known[0] is None else pupil
            if missing not in scan.gone and (scan.here.get(pupil, 0) & PUPIL or known[1] is None):
                _unknown_agent(table, line, missing)
            continue
        pupil_here = None if known[1] is None else scan.here.get(pupil, 0)
        if _is(known[0], CONTACT) and _is(pupil_here, PUPIL):
            kept.setdefault(contact, []).append(pupil)
    return kept


def _is(kinds: int | None, kind: int) -> bool:
    """Of that kind, or (in a delta) not in the package and so taken at its word."""
    return kinds is None or bool(kinds & kind)


def _unknown_agent(table: Table, line: int, agent: str) -> None:
    table.findings.reject(
        (Report.CONTACTS,), table.place(line, "agentSourcedIds"), code="unknown_reference",
        field="pupil_id", value=agent,
        message="The agent is not among the users; that link is left out.",
    )  # fmt: skip
