"""Who is what, and where: rows of roles in 1.2, the role and orgs of the user's own row in 1.1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.orgs import Org
from connectors.oneroster_common.roster import PEOPLE, kind_of, read_day, reports_of
from connectors.oneroster_common.rows import Row, Table


@dataclass(frozen=True, slots=True)
class Role:
    """One row of roles, or the role and orgs of a 1.1 user."""

    kind: int
    word: str
    here: bool
    primary: bool
    begins: date | None
    ends: date | None
    line: int


def read_roles(table: Table, org: Org, orgs: dict[str, Org], *, orgs_whole: bool) -> Roles:
    """The roles (1.2) by user; roles elsewhere are kept only to tell "nowhere" from "not here"."""
    roles = Roles(table.file, table.place)
    for row in table.rows(PEOPLE):
        user, org_id = row["userSourcedId"], row["orgSourcedId"]
        kind = kind_of(row["role"])
        if _missing(table.findings, row, ("userSourcedId", "role", "orgSourcedId"), kind):
            roles.spoilt.add(user or "")
            continue
        if row["roleType"] is None:
            _tell(table.findings, row, "roleType", "is blank; taken as secondary.")
        if orgs_whole and org_id not in orgs:
            roles.spoilt.add(user or "")
            _unknown_reference(table.findings, row, "orgSourcedId", kind, user)
            continue
        if row.removed:
            roles.gone.append((str(user), kind, org_id == org.id))
            continue
        role = Role(
            kind, str(row["role"]), org_id == org.id, (row["roleType"] or "").lower() == "primary",
            _day(table.findings, row, "beginDate", kind, user),
            _day(table.findings, row, "endDate", kind, user),
            row.line,
        )  # fmt: skip
        roles.of.setdefault(str(user), []).append(role)
    return roles


@dataclass(slots=True)
class Roles:
    """``file`` as spelt, ``place`` tells a line of it; ``of``: user → roles that are on or ended."""

    file: str
    place: Callable[[int, str], str]
    of: dict[str, list[Role]] = field(default_factory=dict)
    gone: list[tuple[str, int, bool]] = field(default_factory=list)  # user, kind, at this school
    spoilt: set[str] = field(default_factory=set)  # users who lost a role row; that was told already


def roles_of(row: Row, org: Org, roles: Roles | None) -> list[Role]:
    """The roles of a user row: its own columns in 1.1, the rows of roles in 1.2."""
    if roles is not None:
        return roles.of.get(row.id, [])
    word = row["role"]
    if word is None:
        return []
    here = org.id in row.words("orgSourcedIds")
    return [Role(kind_of(word), word, here, True, None, None, row.line)]


def _missing(findings: Findings, row: Row, columns: tuple[str, ...], kind: int) -> bool:
    column = next((c for c in columns if row[c] is None), None)
    if column is None:
        return False
    findings.reject(
        reports_of(kind), row.where(column), code="missing_value", source_id=row["userSourcedId"],
        message=f"{column} is blank; the row is left out.",
    )  # fmt: skip
    return True


def _unknown_reference(findings: Findings, row: Row, column: str, kind: int, user: str | None) -> None:
    findings.reject(
        reports_of(kind), row.where(column), code="unknown_reference", source_id=user, value=row[column],
        message=f"{column} names a row that is not there; this row is left out.",
    )  # fmt: skip


def _tell(findings: Findings, row: Row, column: str, message: str) -> None:
    findings.note("value_unusual", row.file, line=row.line, column=column, message=message)


def _day(findings: Findings, row: Row, column: str, kind: int, user: str | None) -> date | None:
    text = row[column]
    return None if text is None else read_day(findings, row, column, text, reports_of(kind), source_id=user)
