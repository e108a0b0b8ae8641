"""Any JSON at the Wonde parsers: a record, a fault or a clear error; never a crash (bars: any bytes)."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback import TODAY, Reply, School, connector, employee, gather, pupil, serving

from connectors.base import SchoolRef
from connectors.errors import ConnectorError
from connectors.http import Answer
from connectors.records import Pupil, Report, Staff
from connectors.wonde import checks, schools
from connectors.wonde.classes import ClassReader
from connectors.wonde.contacts import ContactReader
from connectors.wonde.paging import page_of
from connectors.wonde.people import PupilReader, StaffReader
from connectors.wonde.shapes import Faults, moment

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = (
    "id", "upi", "mis_id", "forename", "surname", "date_of_birth", "updated_at", "education_details", "year",
    "registration", "house", "contact_details", "photo", "employment_details", "line_manager", "contacts",
    "relationship", "data", "emails", "phones", "name", "type", "subject", "students", "employees", "date",
    "timezone", "current_nc_year", "part_time_rate", "current", "employment_start_date", "priority", "count",
)  # fmt: skip
rows = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=10,
)
objects = st.dictionaries(st.sampled_from(KEYS), rows, max_size=12)
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(row=objects)
def test_any_object_is_read_or_refused_by_every_reader(row: dict[str, Any]) -> None:
    faults = Faults(Report.STUDENTS)
    none: frozenset[str] = frozenset()
    PupilReader(Report.STUDENTS, dropped=none, faults=faults).read(row)
    StaffReader(Report.STAFF, dropped=none, faults=faults, limited=frozenset({"teaching"})).read(row)
    ContactReader(dropped=none, faults=faults).under(row, "A1")
    reader = ClassReader(dropped=none, faults=faults)
    reader.read_class(row)
    reader.read_group(row)
    assert all(
        fault.where is not None and fault.message and len(fault.value or "") <= 80 for fault in faults.found
    )


@many
@given(values=objects)
def test_a_record_with_an_id_survives_whatever_its_fields_hold(values: dict[str, Any]) -> None:
    faults = Faults(Report.STUDENTS)
    one = PupilReader(Report.STUDENTS, dropped=frozenset(), faults=faults).read({**values, "id": "A1"})
    assert isinstance(one, Pupil)
    staff = StaffReader(Report.STAFF, dropped=frozenset(), faults=faults, limited=frozenset())
    assert isinstance(staff.read({**values, "id": "A1"}), Staff)


@many
@given(body=anything | objects)
def test_any_answer_is_a_page_or_a_clear_error(body: Any) -> None:
    try:
        page_of(Answer(url="http://127.0.0.1/x", data=body))
    except ConnectorError as problem:
        assert problem.message
    checks.count_in(body)
    moment(body)


@many
@given(region=rows)
def test_any_region_is_a_wonde_address_or_a_clear_error(region: Any) -> None:
    try:
        base = schools.base_for({"region": region}, "https://api.wonde.com/v1.0/")
    except ConnectorError:
        return
    assert base.startswith("https://")


@settings(max_examples=20, deadline=None)
@given(body=st.binary(max_size=200) | st.builds(lambda text: text.encode(), st.text(max_size=60)))
def test_any_bytes_over_the_wire_end_in_a_connector_error_or_a_read(body: bytes) -> None:
    ref = SchoolRef(urn="990099", name="x", remote_id="A1")
    reply = Reply(200, body, {"Content-Type": "application/json"})
    with serving(lambda _: reply) as server, connector(server, school=ref) as one:
        try:
            gather(one, Report.STUDENTS)
        except ConnectorError as problem:
            assert problem.message
            assert problem.mend


@settings(max_examples=20, deadline=None)
@given(noise=st.lists(rows, max_size=6))
def test_noise_among_the_rows_never_costs_a_good_row(noise: list[Any]) -> None:
    good = [pupil(n) for n in range(3)]
    mixed = [*good[:1], *noise, *good[1:]]
    school = School({"students": mixed, "employees": [employee(1)]}, counts={"students": None})
    with serving(school) as server, connector(server) as one:
        found = {p.source_id for p in gather(one, Report.STUDENTS, today=TODAY).of(Pupil)}
    assert {row["id"] for row in good} <= found
