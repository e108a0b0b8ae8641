"""What every connector promises, whatever it speaks to (architecture: a connector that yields a field it
doesn't declare fails its contract test)."""

from __future__ import annotations

import logging
import threading
import traceback
from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from harness import CANARY, PEOPLE, TODAY, Harness, Person, harnesses, read, records, reports_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import registry
from connectors.base import Connector
from connectors.errors import Cancelled, ConnectorError
from connectors.records import (
    Batch,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Pupil,
    Rejected,
    Report,
    SchoolClass,
    Staff,
)

HARNESSES = harnesses()
# What a record needs to be a record; not the school's to accept or decline.
STRUCTURE = frozenset({
    "source_id", "status", "updated_at", "unknown", "kind", "contact_id", "pupil_id", "container",
    "container_id", "person_role", "person_id", "part", "at",
})  # fmt: skip
HOSTILE = {
    "markup": "[bold red]Nia[/] [link=https://evil.example]x[/link]",
    "escape": "Nia\x1b[2J\x1b]0;title\x07",
    "c1": "Nia\x9b31m\x85Hale",
    "bidi": "Nia\u202egnp.exe\u2066",
    "nul": "Nia\x00Hale",
    "formula": "=cmd|'/c calc'!A1",
    "sql": "Robert'); DROP TABLE person;--",
    "path": "../../etc/passwd",
    "html": "<script>alert(1)</script>",
    "quotes": 'O"Neil, "Jr"\nsecond line',
    "wide": "李\u0301🏳️\u200d🌈",
    "long": "n" * 1_000_000,
}


@pytest.fixture(params=sorted(HARNESSES), name="harness")
def _harness(request: pytest.FixtureRequest) -> Harness:
    return HARNESSES[request.param]


def test_every_connector_there_is_comes_under_this_contract() -> None:
    assert set(HARNESSES) == {declaration.route for declaration in registry.declarations()}


def test_every_connector_keeps_the_protocol(harness: Harness) -> None:
    with harness.serve(PEOPLE) as served:
        connector = harness.make(served.setup)
        assert isinstance(connector, Connector)
        assert connector.declaration == registry.declaration(harness.route)
        connector.close()


def test_it_yields_only_what_it_declares(harness: Harness) -> None:
    declaration = registry.declaration(harness.route)
    for item in read(harness, PEOPLE):
        if isinstance(item, Batch | Finished):
            assert declaration.offer(item.report), item.report
        if isinstance(item, Batch):
            offer = declaration.offer(item.report)
            assert offer
            allowed = {field.name for field in offer.fields} | STRUCTURE
            for record in item.records:
                filled = {
                    f.name for f in fields(record) if getattr(record, f.name) not in (None, (), frozenset())
                }
                if isinstance(record, Pupil | Staff | Contact | ContactLink | SchoolClass):
                    assert filled <= allowed, (item.report, filled - allowed)


def test_C8_a_declined_field_never_comes(harness: Harness) -> None:
    declaration = registry.declaration(harness.route)
    declined = {
        offer.report: frozenset(f.name for f in offer.fields if f.status != "mandatory")
        for offer in declaration.reports
    }
    for item in read(harness, PEOPLE, declined=declined):
        for record in item.records if isinstance(item, Batch) else ():
            if isinstance(record, Pupil | Staff | Contact):
                names = {f.name for f in fields(record)}
                for name in declined[item.report] & names:
                    assert getattr(record, name) in (None, ()), name


def test_C_only_requested_reports_come(harness: Harness) -> None:
    for report in reports_of(harness):
        with harness.serve(PEOPLE) as served:
            connector = harness.make(served.setup)
            items = list(connector.extract(ExtractRequest(reports=frozenset({report}), today=TODAY)))
            connector.close()
        assert {item.report for item in items if isinstance(item, Batch | Finished)} <= {report}


def test_everybody_comes_and_every_report_is_finished(harness: Harness) -> None:
    items = read(harness, PEOPLE)
    assert {p.source_id for p in records(items, Pupil)} == {"A1", "A2"}
    assert {p.source_id for p in records(items, Staff)} == {"S1"}
    finished = {item.report for item in items if isinstance(item, Finished)}
    assert {Report.STUDENTS, Report.STAFF} <= finished


@pytest.mark.parametrize("what", sorted(HOSTILE))
def test_hostile_text_passes_unharmed_as_data(harness: Harness, what: str) -> None:
    text = HOSTILE[what]
    people = (Person(id="A1", given=text, family=text), *PEOPLE[1:])
    if what in harness.cannot:
        with pytest.raises(ConnectorError) as caught:
            read(harness, people)
        assert caught.value.mend
        return
    one = next(p for p in records(read(harness, people), Pupil) if p.source_id == "A1")
    assert one.given_name == text
    assert one.family_name == text


def test_a_record_that_comes_twice_is_kept_once(harness: Harness) -> None:
    items = read(harness, (*PEOPLE, PEOPLE[0], PEOPLE[2]))
    for kind in (Pupil, Staff):
        ids = [p.source_id for p in records(items, kind)]
        assert sorted(ids) == sorted(set(ids))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(born=st.lists(st.dates(date(1940, 1, 1), date(2024, 12, 31)), min_size=1, max_size=20))
def test_G8_Z22_birthdays_do_not_shift(harness: Harness, born: list[date]) -> None:
    """Summer time, its first and last days, and midnight London time included."""
    days = [date(2012, 3, 25), date(2012, 10, 28), date(2013, 6, 15), date(2012, 2, 29), *born]
    people = tuple(Person(id=f"A{n}", born=day) for n, day in enumerate(days, 1)) + PEOPLE[2:]
    found = {p.source_id: p.date_of_birth for p in records(read(harness, people), Pupil)}
    assert found == {f"A{n}": day for n, day in enumerate(days, 1)}


def test_cancel_stops_at_once(harness: Harness) -> None:
    stop = False
    people = tuple(Person(id=f"A{n}", given=f"G{n}") for n in range(1, 60)) + PEOPLE[2:]
    with harness.serve(people, cancelled=lambda: stop) as served:
        connector = harness.make(served.setup)
        seen: list[Any] = []
        with pytest.raises(Cancelled):
            for item in connector.extract(ExtractRequest(reports=reports_of(harness), today=TODAY)):
                seen.append(item)
                stop = True
        assert not [item for item in seen if isinstance(item, Finished)]
        connector.close()


def test_a_stream_left_early_leaves_nothing_running(harness: Harness) -> None:
    people = tuple(Person(id=f"A{n}", given=f"G{n}") for n in range(1, 60)) + PEOPLE[2:]
    before = set(threading.enumerate())
    with harness.serve(people) as served:
        connector = harness.make(served.setup)
        stream = iter(connector.extract(ExtractRequest(reports=reports_of(harness), today=TODAY)))
        next(item for item in stream if isinstance(item, Batch))
        stream.close()  # type: ignore[attr-defined]
        connector.close()
        ours = [each.name for each in set(threading.enumerate()) - before if each.name.startswith("conn")]
        assert ours == []
        assert list(stream) == []


def test_access_request_and_probe_only_read(harness: Harness) -> None:
    with harness.serve(PEOPLE) as served:
        connector = harness.make(served.setup)
        connector.access()
        connector.request_access()
        names = [probe.name for probe in connector.probe()]
        connector.close()
        assert names == ["connectivity", "data"]
        assert list(served.writes()) == []


BROKEN = [(route, name) for route, harness in sorted(HARNESSES.items()) for name in harness.broken]


@pytest.mark.parametrize(("route", "name"), BROKEN)
@pytest.mark.parametrize("call", ["access", "request_access", "probe", "extract"])
def test_every_failure_is_clear_and_tells_no_secret(
    route: str, name: str, call: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Errors, their tracebacks, what is returned, and logs: the canary is in none of them."""
    harness = HARNESSES[route]
    told = ""
    with caplog.at_level(logging.DEBUG), harness.broken[name]() as served:
        connector = harness.make(served.setup)
        try:
            result = getattr(connector, call)(
                *([ExtractRequest(reports=reports_of(harness), today=TODAY)] if call == "extract" else [])
            )
            told = repr(list(result) if call == "extract" else result)
            assert call != "extract"
        except ConnectorError as problem:
            assert problem.message
            assert problem.mend
            told = f"{problem!r} {problem.mend} {problem.where} " + "".join(
                traceback.format_exception(problem)
            )
        finally:
            connector.close()
        told += repr(connector) + repr(served.setup)
    assert CANARY not in told
    assert CANARY not in caplog.text
    assert CANARY not in "".join(capsys.readouterr())


def test_what_is_left_out_is_told_with_place_and_mend(harness: Harness) -> None:
    """A pupil whose id is blank can't be kept; the others are."""
    items = read(harness, (*PEOPLE, Person(id="", given="No", family="Id")))
    rejected = [r for item in items if isinstance(item, Batch) for r in item.rejected]
    assert rejected
    assert all(isinstance(r, Rejected) and r.where and r.message and r.mend and r.code for r in rejected)
    assert {p.source_id for p in records(items, Pupil)} == {"A1", "A2"}
