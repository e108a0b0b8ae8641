"""The text of a support case, filled in with everything the other side would ask for (W9, V6)."""

from __future__ import annotations

from dataclasses import replace

from data.tables import Connection, School
from misconsole.services.status import mis_title
from misconsole.services.views import PersonView, WhyView

STATES = {"passed": "passed", "failed": "FAILED", "not_reached": "not reached"}


def case_text(view: WhyView, *, school: School, connection: Connection | None, run: str) -> WhyView:
    """``view`` with its ``support_text``; plain lines, ready to paste."""
    lines = [
        f"School: {school.name} (URN {school.urn})",
        f"MIS: {mis_title(connection.mis)} by {connection.route}" if connection else "MIS: not connected",
        f"At the MIS end: {connection.remote_name} {connection.remote_id}".rstrip()
        if connection and (connection.remote_id or connection.remote_name)
        else "",
        f"Last complete run: {run}",
        "",
        f"Asked about: {view.who}",
        f"Found: {view.subject}" if view.subject else "",
        *(_person(view.person) if view.person else ()),
        f"Account: {view.account.username} ({view.account.state})" if view.account else "Account: none",
        "",
        *(
            f"{number}. {gate.title}: {STATES[gate.state]}{f' - {gate.detail}' if gate.detail else ''}"
            for number, gate in enumerate(view.gates, 1)
        ),
    ]
    if view.reason:
        lines += ["", f"What mends it: {view.reason.mend}", f"Who can: {view.reason.who_can}"]
    return replace(view, support_text="\n".join(_tidy(lines)))


def _person(person: PersonView) -> list[str]:
    """Enough to find the record in the MIS and no more: no date of birth, no address (X2)."""
    known = [
        f"id in the MIS {person.source_id}",
        f"UPN {person.upn}" if person.upn else "",
        f"admission number {person.admission_number}" if person.admission_number else "",
        f"staff code {person.staff_code}" if person.staff_code else "",
        f"registration group {person.registration_group}" if person.registration_group else "",
    ]
    return [f"Person: {person.name}, {person.role}; {', '.join(part for part in known if part)}"]


def _tidy(lines: list[str]) -> list[str]:
    """Without the lines that had nothing to say; blank ones between paragraphs stay single."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return kept
