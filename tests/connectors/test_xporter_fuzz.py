"""Whatever Xporter might send ends in records, in rejected rows, or in an error with a mend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness_xporter import Host, contact, group, link, staff, student, xporter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback import Loopback, gather, serving

from connectors.errors import ConnectorError
from connectors.xporter.declaration import DECLARATION

ALL = tuple(offer.report for offer in DECLARATION.reports)
GOOD = {
    "Students": student("1"), "Staff": staff("7"), "Groups": group("6"), "Contacts": contact("91"),
    "StudentContacts": link("1", "91"), "Photos": {"Id": "1", "PersonId": "1", "PersonType": "Student"},
    "AttendanceForDateRange": {
        "Id": "1", "StudentId": "1", "Date": "2026-01-14", "Session": "AM", "Mark": "/",
    },
}  # fmt: skip
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
JSON = st.recursive(
    LEAF,
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=8), x, max_size=3),
    max_leaves=6,
)
OFTEN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with serving(Host()) as found:
        yield found


def ends_well(server: Loopback, host: Host) -> None:
    server.answer = host
    server.asked.clear()
    try:
        with xporter(server) as one:
            found = gather(one, *ALL)
    except ConnectorError as problem:
        assert problem.mend
        return
    assert all(rejected.message and rejected.where for rejected in found.rejected)
    assert {end.report for end in found.finished.values()} <= set(ALL)


@OFTEN
@given(data=st.data())
def test_any_value_in_any_column(server: Loopback, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(GOOD)))
    row: dict[str, Any] = dict(GOOD[name])
    for column in data.draw(st.lists(st.sampled_from(sorted(row)), min_size=1, max_size=4)):
        row[column] = data.draw(JSON)
    ends_well(server, Host({key: [value] for key, value in GOOD.items()} | {name: [row, GOOD[name]]}))


@OFTEN
@given(data=st.data())
def test_any_rows_and_any_envelope(server: Loopback, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(GOOD)))
    keys = ("__pagination__", "__changedRows__", "meta", "Students_deleted", "ExceptionMessage", name)
    extra = data.draw(st.dictionaries(st.sampled_from(keys), JSON, max_size=3))
    numbers = ("PageCount", "RowCount", "PageNumber", "NextChangedRows", "DateTime", "MIS")
    inner = data.draw(st.dictionaries(st.sampled_from(numbers), LEAF, max_size=4))
    extra |= {key: [inner] for key in data.draw(st.sets(st.sampled_from(keys[:3])))}
    rows = {key: [value] for key, value in GOOD.items()} | {name: data.draw(st.lists(JSON, max_size=3))}
    ends_well(server, Host(rows, extra={name: extra}))


@OFTEN
@given(details=st.dictionaries(st.sampled_from(["Estab", "Scopes", "Name", "Expires"]), JSON, max_size=4),
       gdpr=st.dictionaries(st.sampled_from(["IsOptIn", "StudentIds", "StaffIds"]), JSON, max_size=3),
       token=st.dictionaries(st.sampled_from(["token", "expires", "ExceptionMessage"]), JSON, max_size=3),
       meta=st.dictionaries(st.sampled_from(["MIS", "DateTime"]), JSON, max_size=2))  # fmt: skip
def test_any_answer_about_the_connection(
    server: Loopback,
    details: dict[str, Any],
    gdpr: dict[str, Any],
    token: dict[str, Any],
    meta: dict[str, Any],
) -> None:
    host = Host({key: [value] for key, value in GOOD.items()}, details=details, gdpr=gdpr, meta=meta)
    host.token = {**host.token, **token}
    ends_well(server, host)
