"""The stages that need the MIS: authorise, and extract."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.base import Access, Connector
from connectors.records import Pupil, Report, Staff
from data import roster, runs
from misconsole.errors import MisconsoleError
from misconsole.rules import facts_from
from misconsole.rules.facts import PersonFacts
from misconsole.rules.standing import Scope
from misconsole.sync import extract, outcome, source
from misconsole.sync.extract import PEOPLE, Extract
from misconsole.sync.job import Job

if TYPE_CHECKING:
    from data.tables import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``marks`` go beside the high water, to know next time whether the same fields were read."""

    extract: Extract
    scope: Scope
    marks: dict[str, str]


def run(job: Job) -> Reading:
    """Raises ConnectorError or MisconsoleError; the connector is closed in any case."""
    with ExitStack() as stack:
        with job.recorder.stage("authorise"):
            if job.connection is None:
                raise MisconsoleError(
                    f"{job.school.name} is not connected to a MIS.",
                    mend="Connect it first: misconsole connect SCHOOL --mis MIS.",
                    code="not_connected",
                )
            connector = job.open_connector(job.desk, job.school, job.recorder.cancelled)
            stack.callback(connector.close)
            access = connector.access()
            outcome.remember_access(job, access)
            source.check_access(access)
        with job.recorder.stage("extract"):
            return _extract(job, job.connection, connector, access)


def _extract(job: Job, connection: Connection, connector: Connector, access: Access) -> Reading:
    now, declaration = job.desk.now(), connector.declaration
    with job.desk.store.read() as s:
        scopes = roster.scopes(s, job.school_id)
        known = {role: roster.person_ids(s, job.school_id, role) for role in sorted(set(PEOPLE.values()))}
        present = {role: roster.present(s, job.school_id, role) for role in known}
        earlier = runs.last_applied(s, job.school_id)
    wanted = source.wanted(declaration, scopes, access.withheld)
    _tell_withheld(job, wanted.accepted & access.withheld)
    asked = source.request(
        wanted, connection, full=job.run.full, delta=declaration.delta, days=job.options.full_every_days,
        now=now, today=now.date(),
    )  # fmt: skip
    found = extract.run(
        connector.extract(asked), request=asked, declaration=declaration, convert=_converter(job, known),
        recorder=job.recorder,
    )  # fmt: skip
    job.source = source.described(connection, declaration, found, now)
    counts = earlier.reports if earlier is not None else {}
    extract.check_present(found, present, {r: int(c.get("extracted", 0)) for r, c in counts.items()})
    _tell_unfinished(job, found)
    marks = {mark: text for mark, text in wanted.marks.items() if found.of(Report(mark[1:])) is not None}
    return Reading(extract=found, scope=wanted.scope, marks=marks)


def _converter(job: Job, known: Mapping[str, Mapping[str, int]]) -> extract.Convert:
    """Records become facts at once, so that only one of the two is in memory. ``known``: role -> source id
    -> person id."""
    options, country, today = job.options, job.school.country, job.desk.today
    shared: dict[Any, Any] = {}  # one copy of each name, date and word that many people have

    def convert(record: Pupil | Staff) -> PersonFacts:
        role = "pupil" if isinstance(record, Pupil) else "staff"
        return facts_from.from_record(
            record, options=options, country=country, today=today,
            person_id=known[role].get(record.source_id), shared=shared,
        )  # fmt: skip

    return convert


def _tell_withheld(job: Job, reports: Collection[Report]) -> None:
    for report in sorted(reports):
        job.recorder.attention("extract")
        job.recorder.message(
            "warning", "report_withheld", f"The MIS does not share the report {report} with us.",
            "Ask the school to approve it, or decline the report here.",
        )  # fmt: skip


def _tell_unfinished(job: Job, found: Extract) -> None:
    """Reports that were not read to their end change nothing; none at all is a failure."""
    unfinished = [report for report, page in found.pages.items() if not page.whole]
    if len(unfinished) == len(found.pages):
        raise extract.Unfinished("No report was read to its end.")
    for report in unfinished:
        job.recorder.attention("extract")
        job.recorder.message(
            "warning", "report_unfinished",
            f"The report {report} was not read to its end; what it holds stays as it was.",
            "Run again; if it stays, send the message to the supplier.",
        )  # fmt: skip
