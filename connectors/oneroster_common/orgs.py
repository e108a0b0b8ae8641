"""The orgs, and which of its schools is ours."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.base import SchoolRef
from connectors.errors import BadSettings
from connectors.oneroster_common.rows import Table


@dataclass(frozen=True, slots=True)
class Org:
    id: str
    name: str
    type: str
    identifier: str


def read_orgs(table: Table | None) -> dict[str, Org]:
    if table is None:
        return {}
    found: dict[str, Org] = {}
    for row in table.rows():
        if row.removed:
            continue
        for column in ("name", "type"):
            if row[column] is None:
                table.findings.note(
                    "missing_value", row.file, line=row.line, column=column, message="is blank."
                )
        found[row.id] = Org(
            row.id, (row["name"] or "")[:200], (row["type"] or "").lower(), row["identifier"] or ""
        )
    return found


def choose_org(orgs: dict[str, Org], setting: str, school: SchoolRef) -> Org:
    """The school: the one set, else the one the school's own numbers name, else the only one there."""
    if setting:
        return _set_org(orgs, setting)
    estab = f"{school.la_code}{school.establishment_number}"
    own = {word for word in (school.remote_id, school.urn, estab) if word}
    schools = [org for org in orgs.values() if org.type == "school"]
    known = [org for org in schools if {org.id, org.identifier} & own]
    if len(known) == 1:
        return known[0]
    if len(schools) == 1:
        return schools[0]
    listed = "; ".join(f"{org.id} ({org.name})" for org in schools[:20])
    raise BadSettings(
        f"There are {len(schools)} schools here: {listed}." if schools else "No school is named here.",
        mend="Say which one: --set org=SOURCEDID (or its identifier).", where="orgs",
    )  # fmt: skip


def _set_org(orgs: dict[str, Org], setting: str) -> Org:
    if not orgs:  # a delta without orgs
        return Org(setting, "", "school", "")
    found = [org for org in orgs.values() if setting in (org.id, org.identifier)]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{org.id} ({org.name})" for org in list(orgs.values())[:20])
    raise BadSettings(
        f"org is set to “{setting[:60]}”, which names {len(found)} of: {listed}.",
        mend="Set org to one sourcedId of these.", where="orgs",
    )  # fmt: skip
