"""MIS misbehaving (bars, Z20): each fault of the simulator ends in its own clear error or is survived, in
bounded time, and never looks like people having left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from loopback import (
    NOW,
    TODAY,
    TOKEN,
    Asked,
    Reply,
    School,
    as_json,
    connector,
    employee,
    gather,
    pupil,
    serving,
)

from connectors import errors
from connectors.base import SchoolRef, Setup
from connectors.http import Limits
from connectors.records import Pupil, Report, Staff
from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from connectors.wonde import Wonde

LIMITS = Limits(
    connect=2, read=1, retries=2, backoff=0.001, longest_wait=0.05, deadline=20, body=8 * 1024 * 1024
)
PUPILS, STAFF = Report.STUDENTS, Report.STAFF


@pytest.fixture(scope="module")
def estate() -> Iterator[Simulator]:
    world = build_world(today=TODAY, schools=["arbor", "engage", "sims"], scale=0.6)
    with Simulator(world, token=TOKEN, approved=("all",)) as simulator:
        yield simulator


@pytest.fixture
def control(estate: Simulator) -> Iterator[Control]:
    yield Control(estate.url, estate.control_key)
    estate.faults.clear()


def wonde(estate: Simulator, slug: str = "thornley-park", **settings: str) -> Wonde:
    demo = estate.world.school(slug)
    return Wonde(
        Setup(
            school=SchoolRef(urn=demo.urn, name=demo.name),
            settings={"url": estate.wonde_url, "per_page": "40", **settings},
            secrets={"token": TOKEN},
            now=lambda: NOW,
        ),
        limits=LIMITS,
    )


def pupils_of(estate: Simulator, slug: str = "thornley-park") -> int:
    return len(estate.world.roll(slug).of_status("current"))


@pytest.mark.parametrize("paging", ["cursor", "page"])
@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("status", {"code": 500}, errors.Unreachable),
        ("status", {"code": 503}, errors.Unreachable),
        ("status", {"code": 429}, errors.RateLimited),
        ("status", {"code": 429, "retry_after": 600}, errors.RateLimited),
        ("status", {"code": 401}, errors.NotAuthorised),
        ("slow", {"seconds": 1.5}, errors.Unreachable),
        ("drop", {}, errors.Unreachable),
        ("half", {}, errors.ShortExtract),
        ("empty", {}, errors.EmptyExtract),
        ("truncated", {}, errors.BadAnswer),
        ("hang_up", {}, errors.BadAnswer),
        ("wrong_type", {"how": "html"}, errors.BadAnswer),
        ("wrong_type", {"how": "list"}, errors.BadAnswer),
        ("redirect", {}, errors.BadAnswer),
        ("expired_token", {"after": 2}, errors.NotAuthorised),
        ("missing_page", {}, errors.ShortExtract),
        ("endless_paging", {}, errors.TooLarge),
        ("endless_paging", {"loop": True}, errors.TooLarge),
        ("huge_body", {"megabytes": 32}, errors.TooLarge),
        ("gzip_bomb", {"megabytes": 40}, errors.TooLarge),
        ("totals_disagree", {}, errors.ShortExtract),
    ],
)
def test_Z20_a_lasting_fault_ends_in_its_own_error(
    estate: Simulator,
    control: Control,
    paging: str,
    kind: str,
    how: dict[str, Any],
    expected: type[errors.ConnectorError],
) -> None:
    resource = "counts" if kind == "totals_disagree" else "students"
    control.fault("thornley-park", kind, resource=resource, **how)
    with wonde(estate, paging=paging) as one, pytest.raises(expected) as caught:
        gather(one, PUPILS)
    assert caught.value.message
    assert caught.value.mend
    assert TOKEN not in f"{caught.value!r}{caught.value.mend}{caught.value.where}"
    assert not control.state()["trap"]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("status", {"code": 500, "times": 1}),
        ("status", {"code": 429, "retry_after": 0, "times": 2}),
        ("drop", {"times": 1}),
        ("hang_up", {"times": 1}),
        ("truncated", {"times": 1}),
        ("slow", {"seconds": 0.05, "times": 2}),
        ("duplicated_page", {}),
    ],
)
@pytest.mark.parametrize("paging", ["cursor", "page"])
def test_a_passing_fault_is_survived_with_nobody_lost(
    estate: Simulator, control: Control, paging: str, kind: str, how: dict[str, Any]
) -> None:
    control.fault("thornley-park", kind, resource="students", **how)
    with wonde(estate, paging=paging) as one:
        result = gather(one, PUPILS)
    assert len({p.source_id for p in result.of(Pupil)}) == len(result.of(Pupil)) == pupils_of(estate)
    assert PUPILS in result.finished
    assert ("duplicates" in result.codes) is (kind == "duplicated_page")


def test_rows_that_are_no_records_are_named_and_the_read_is_short(
    estate: Simulator, control: Control
) -> None:
    control.fault("thornley-park", "wrong_type", how="rows", resource="students")
    with wonde(estate) as one, pytest.raises(errors.ShortExtract):
        gather(one, PUPILS)


def test_Z20_the_wrong_region_is_empty_and_empty_is_an_error(estate: Simulator) -> None:
    """The school in another region, asked at the default address by a client that ignores its region."""
    demo = estate.world.school("harbour-point")
    assert demo.region
    with wonde(estate, "harbour-point") as one:
        one._school = {"id": demo.wonde_id}  # a school object without a region, as older answers had
        with pytest.raises(errors.EmptyExtract) as caught:
            gather(one, PUPILS, STAFF)
    assert "region" in caught.value.mend


def test_the_token_dying_in_mid_run_stops_the_run_with_no_report_finished_after(
    estate: Simulator, control: Control
) -> None:
    control.fault("larkmere", "expired_token", after=8)
    finished = []
    from connectors.records import ExtractRequest, Finished

    request = ExtractRequest(reports=frozenset({PUPILS, STAFF, Report.GROUPS_CLASSES}), today=TODAY)
    with wonde(estate, "larkmere") as one, pytest.raises(errors.NotAuthorised):
        for item in one.extract(request):
            finished += [item.report] if isinstance(item, Finished) else []
    assert Report.GROUPS_CLASSES not in finished


def test_approval_withdrawn_in_mid_run_is_told_as_such(estate: Simulator, control: Control) -> None:
    from connectors.records import ExtractRequest

    with wonde(estate, "larkmere") as one:
        stream = one.extract(ExtractRequest(reports=frozenset({PUPILS}), today=TODAY))
        next(stream)
        control.revoke("larkmere")
        try:
            with pytest.raises(errors.AccessRefused):
                list(stream)
        finally:
            control.approve("larkmere")


def read(school: School, *reports: Report, **settings: str) -> Any:
    with serving(school) as server, connector(server, settings=settings) as one:
        return gather(one, *reports)


def counting(*numbers: int) -> Callable[[Asked], Reply | None]:
    """Totals that change from call to call."""
    left = list(numbers)

    def hook(asked: Asked) -> Reply | None:
        if not asked.path.endswith("/counts"):
            return None
        count = left.pop(0) if len(left) > 1 else left[0]
        return as_json({"data": {"students": {"data": {"count": count}}}})

    return hook


def test_somebody_leaving_while_we_read_is_no_short_extract() -> None:
    school = School({"students": [pupil(n) for n in range(9)]}, hook=counting(10, 9))
    assert read(school, PUPILS).finished[PUPILS].counted == 9


def test_a_few_more_than_counted_are_told_and_many_more_contradict() -> None:
    few = School({"students": [pupil(n) for n in range(102)]}, hook=counting(100))
    assert "totals_differ" in read(few, PUPILS).codes
    many = School({"students": [pupil(n) for n in range(140)]}, hook=counting(100))
    with pytest.raises(errors.ContradictoryExtract):
        read(many, PUPILS)
    assert PUPILS in read(many, PUPILS, counts="ignore").finished


@pytest.mark.parametrize("count", ["9", 9])
def test_a_total_may_be_text(count: object) -> None:
    school = School({"students": [pupil(n) for n in range(8)]}, counts={"students": count})
    with pytest.raises(errors.ShortExtract, match="Only 8 pupils arrived; Wonde counts 9"):
        read(school, PUPILS)


@pytest.mark.parametrize("count", [None, -1, "many", True, [], 1.5])
def test_a_total_of_the_wrong_type_is_no_total(count: object) -> None:
    school = School({"students": [pupil(1)], "employees": [employee(1)]}, counts={"students": count})
    result = read(school, PUPILS, STAFF)
    assert result.finished[PUPILS].counted is None
    assert result.finished[STAFF].counted == 1


def test_no_staff_at_all_is_an_error_even_with_pupils() -> None:
    with pytest.raises(errors.EmptyExtract, match="no staff"):
        read(School({"students": [pupil(1)]}), PUPILS, STAFF)


def test_nobody_in_the_future_is_nothing_unusual() -> None:
    result = read(School({"employees": [employee(1)]}), Report.STAFF_FUTURE, Report.STUDENTS_FUTURE)
    assert set(result.finished) == {Report.STAFF_FUTURE, Report.STUDENTS_FUTURE}
    assert not result.of(Staff)


def test_new_rows_without_end_are_stopped_by_the_total() -> None:
    def hook(asked: Asked) -> Reply | None:
        if not asked.path.endswith("/students"):
            return None
        start = int(asked.query.get("from", "0"))
        rows = [pupil(start + n) for n in range(500)]
        following = f"{asked.path}?from={start + 500}"
        return as_json({"data": rows, "meta": {"pagination": {"more": True, "next": following}}})

    with pytest.raises(errors.TooLarge):
        read(School(counts={"students": 10}, hook=hook), PUPILS)


def test_empty_pages_without_end_are_stopped() -> None:
    def hook(asked: Asked) -> Reply | None:
        if not asked.path.endswith("/students"):
            return None
        following = f"{asked.path}?from={int(asked.query.get('from', '0')) + 1}"
        return as_json({"data": [], "meta": {"pagination": {"more": True, "next": following}}})

    with pytest.raises(errors.TooLarge):
        read(School(hook=hook), PUPILS)


@pytest.mark.parametrize("following", ["https://api.evil.example/x", 7, None, "http://[x"])
def test_a_next_page_elsewhere_is_not_followed(following: object) -> None:
    def hook(asked: Asked) -> Reply | None:
        paging = {"more": True, "next": following}
        body = {"data": [pupil(1)], "meta": {"pagination": paging}}
        return as_json(body) if asked.path.endswith("/students") else None

    with pytest.raises(errors.BadAnswer):
        read(School(hook=hook), PUPILS)


@pytest.mark.parametrize(
    "meta", [None, [], "x", {"pagination": None}, {"pagination": []}, {"pagination": {}}]
)
def test_a_missing_pagination_block_means_one_page(meta: object) -> None:
    def hook(asked: Asked) -> Reply | None:
        return as_json({"data": [pupil(1)], "meta": meta}) if asked.path.endswith("/students") else None

    assert PUPILS in read(School(hook=hook, counts={"students": 1}), PUPILS).finished


def test_cancel_stops_between_pages() -> None:
    from connectors.records import Batch, ExtractRequest

    stop = False
    school = School({"students": [pupil(n) for n in range(100)]}, page=10)
    with serving(school) as server, connector(server, cancelled=lambda: stop) as one:
        stream = one.extract(ExtractRequest(reports=frozenset({PUPILS}), today=TODAY))
        batches = 0
        with pytest.raises(errors.Cancelled):
            for item in stream:
                batches += isinstance(item, Batch)
                stop = batches == 2
        assert batches == 2
        assert len([path for path in server.paths() if path.endswith("/students")]) <= 4
