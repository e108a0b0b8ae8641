"""Bromcom's settings, questions, access states and own errors, over loopback HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from harness import CANARY
from harness_bromcom import Api, bromcom, pupil, setup_for, staff
from loopback import QUICK, TODAY, Asked, Reply, as_json, gather, serving

from connectors.base import AccessState, FetchesContacts, SchoolRef, Setup
from connectors.bromcom import Bromcom
from connectors.bromcom.entities import ENROLMENT, USUAL, Entities, quoted
from connectors.errors import (
    BadAnswer,
    BadSettings,
    ConnectorError,
    EmptyExtract,
    NotAuthorised,
    ScopeMissing,
    TooLarge,
)
from connectors.http import Http
from connectors.records import ExtractRequest, Pupil, Report, Staff

PEOPLE: dict[str, list[Any]] = {"StudentFlatView": [pupil(1), pupil(2)], "Staff": [staff(9)]}


def setup(**more: Any) -> Setup:
    settings = {"url": "http://127.0.0.1:9/v2", "school_id": "20001", **more.pop("settings", {})}
    secrets = {"application_id": "a", "application_secret": "b", **more.pop("secrets", {})}
    return Setup(school=SchoolRef(urn="990099", name="Test"), settings=settings, secrets=secrets)


# -- settings --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("school_id", "Ashgrove"), ("school_id", ""), ("school_id", "0"), ("timetable", "Time"),
        ("guests", "maybe"), ("page_size", "0"), ("leavers", "-1"), ("teaching", "yes"), ("houses", "a,,b"),
        ("url", "http://api.bromcomcloud.com/v2"), ("url", "ftp://x"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_right_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as caught:
        Bromcom(setup(settings={name: value}))
    assert name.split("_")[0] in caught.value.message or "https://" in caught.value.message


@pytest.mark.parametrize("secret", ["application_id", "application_secret"])
@pytest.mark.parametrize("value", ["", "two words", "tab\there", "naïve"])
def test_U7_a_missing_or_odd_key_is_told_without_showing_it(secret: str, value: str) -> None:
    with pytest.raises(BadSettings) as caught:
        Bromcom(setup(secrets={secret: value}))
    assert secret.replace("_", " ") in caught.value.message.lower()
    assert not value or value not in caught.value.message


def test_the_suppliers_public_address_is_the_default_and_both_keys_are_secrets() -> None:
    fields = {f.name: f for f in Bromcom.declaration.settings}
    assert fields["url"].default == "https://api.bromcomcloud.com/v2/"
    assert {name for name, f in fields.items() if f.secret} == {"application_id", "application_secret"}


# -- the question ----------------------------------------------------------------------


def test_conditions_are_those_of_the_reference() -> None:
    assert USUAL.current(TODAY) == (
        "startDate <='2026-01-15' and (endDate>='2026-01-15' or isnull(endDate,'')='')"
    )
    assert ENROLMENT.later(TODAY) == "enrolmentstartDate > '2026-01-15'"
    assert ENROLMENT.left(TODAY, 60) == (
        "enrolmentendDate < '2026-01-15' and enrolmentendDate >= '2025-11-16'"
    )


@pytest.mark.parametrize(
    ("value", "told"), [("88031", "88031"), ("O'Neil", "'O''Neil'"), ("' or 1=1", "''' or 1=1'")]
)
def test_quotes_inside_values_are_doubled(value: str, told: str) -> None:
    assert quoted(value) == told


def test_the_page_is_glued_to_the_filter_and_everything_is_percent_encoded() -> None:
    asked: list[str] = []

    class Wire(Http):
        def start(self, url: str, params: Any = None) -> Any:
            asked.append(url)
            return super().start(url, params)

    with serving(Api()) as server:
        http = Wire(f"{server.url}/v2/", headers={}, limits=QUICK)
        future = Entities(http, "20001").ask("Staff", USUAL.current(date(2026, 1, 15)), 0)
        assert isinstance(future.exception(), NotAuthorised)
        http.close()
    assert asked[0].startswith("Staff?schoolId=20001&entityFilter=startDate%20%3C%3D%272026-01-15%27%20and")
    assert asked[0].endswith("%7Bpage%3A0%7D")
    assert dict(parse_qsl(urlsplit(asked[0]).query))["entityFilter"].endswith("='')" + "{page:0}")


# -- access and tests ------------------------------------------------------------------


def test_D12_access_tells_what_is_granted_entity_by_entity() -> None:
    """Each entity is asked for nobody, with an impossible condition."""
    api = Api(PEOPLE, denied=frozenset({"Staff", "CollectionExecutives"}))
    with serving(api) as server, bromcom(server) as one:
        access = one.access()
        connectivity, data = one.probe()
        assert one.request_access().state is AccessState.APPROVED
    assert {condition for _, condition, _ in api.asked} == {"1=0"}
    assert access.state is AccessState.APPROVED
    assert access.withheld == {Report.STAFF, Report.STAFF_FUTURE}
    assert connectivity.ok and data.ok
    assert "Not switched on: Staff, CollectionExecutives." in data.message
    assert "StudentFlatView" in data.message.partition("Not switched")[0]
    assert "Partner Applications" in data.mend


@pytest.mark.parametrize(
    ("accepted", "denied", "ok", "named"),
    [
        ({Report.STAFF}, {"StudentFlatView", "TimeTable"}, True, set()),
        ({Report.STAFF}, {"StaffLineManagers"}, True, {"StaffLineManagers"}),
        ({Report.STAFF, Report.STUDENTS}, {"Staff"}, False, {"Staff"}),
        ({Report.GROUPS_CLASSES}, {"TimeTable"}, False, {"TimeTable"}),
    ],
)
def test_D12_U7_the_test_of_data_names_what_the_accepted_reports_lack(
    accepted: set[Report], denied: set[str], ok: bool, named: set[str]
) -> None:
    with serving(Api(PEOPLE, denied=frozenset(denied))) as server:
        told = replace(setup_for(server), consent=ExtractRequest(reports=frozenset(accepted)))
        with Bromcom(told, limits=QUICK) as one:
            connectivity, data = one.probe()
    assert connectivity.ok
    assert data.ok is ok
    missing = data.message.partition("Not switched on: ")[2].rstrip(".")
    assert {name for name in missing.split(", ") if name} == named
    assert bool(data.mend) is bool(named)


def test_a_wrong_pair_is_ours_to_mend_and_not_the_schools() -> None:
    api = Api(PEOPLE, hook=lambda _: as_json({"message": "Unauthorized"}, 401))
    with serving(api) as server, bromcom(server) as one:
        access = one.access()
        with pytest.raises(NotAuthorised) as caught:
            gather(one, Report.STAFF)
        failed, skipped = one.probe()
    assert access.state is AccessState.REFUSED
    assert "nothing needs doing at the school" in access.mend
    assert caught.value.mend == access.mend == failed.mend
    assert not failed.ok and not skipped.ok
    assert skipped.message.startswith("Not tried")


def test_a_school_that_granted_nothing_is_waited_for() -> None:
    api = Api(PEOPLE, hook=lambda _: as_json({}, 403))
    with serving(api) as server, bromcom(server) as one:
        assert one.access().state is AccessState.PENDING
        with pytest.raises(ScopeMissing) as caught:
            gather(one, Report.STUDENTS, Report.STAFF)
    assert caught.value.message.startswith("The school has not switched on Staff for our application.")


def test_an_address_where_nothing_is_known_is_told_as_that() -> None:
    with serving(Api(PEOPLE, hook=lambda _: as_json({}, 404))) as server, bromcom(server) as one:
        access = one.access()
    assert access.state is AccessState.UNKNOWN
    assert "school's id" in access.mend


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"success": False, "message": f"Timeout {CANARY}"}, "It says: Timeout [removed]"),
        ({"success": False}, "could not answer"), ({"data": []}, "could not answer"),
        ({"success": True, "data": "x"}, "no list"), ([], "not an object"),
    ],
)  # fmt: skip
def test_an_answer_of_200_that_is_none_is_an_error(body: Any, told: str) -> None:
    with serving(Api(hook=lambda _: as_json(body))) as server, bromcom(server) as one:
        with pytest.raises(BadAnswer) as caught:
            gather(one, Report.STUDENTS)
        with pytest.raises(BadAnswer):
            one.access()
    assert told in caught.value.message
    assert CANARY not in caught.value.message


def test_an_answer_without_data_counts_as_not_granted() -> None:
    def hook(asked: Asked) -> Reply | None:
        return as_json({"success": True, "data": None}) if asked.path.endswith("/Staff") else None

    with serving(Api(PEOPLE, hook=hook)) as server, bromcom(server) as one:
        found = gather(one, Report.STUDENTS, Report.STAFF)
    assert set(found.finished) == {Report.STUDENTS}
    assert "Staff" in found.notices[0].message


def test_the_wrong_spelling_of_the_timetable_is_named() -> None:
    def hook(asked: Asked) -> Reply | None:
        return as_json({}, 404) if asked.path.endswith("/TimeTable") else None

    with serving(Api(PEOPLE, hook=hook)) as server:
        with bromcom(server) as one, pytest.raises(ConnectorError) as caught:
            gather(one, Report.GROUPS_CLASSES)
        assert "TimeTable" in caught.value.message
        with bromcom(server, timetable="Timetable") as one:
            assert gather(one, Report.GROUPS_CLASSES).finished
        with bromcom(server, timetable="none") as one:
            assert gather(one, Report.GROUPS_CLASSES).finished


# -- pages -----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 10, 11])
def test_a_full_page_is_followed_by_another(count: int) -> None:
    api = Api({**PEOPLE, "StudentFlatView": [pupil(n) for n in range(1, count + 1)]}, page=5)
    with serving(api) as server, bromcom(server, page_size="5") as one:
        if not count:
            with pytest.raises(EmptyExtract):
                gather(one, Report.STUDENTS)
            return
        found = gather(one, Report.STUDENTS)
    assert len(found.of(Pupil)) == count
    pages = {number for _, condition, number in api.asked if condition == ENROLMENT.current(TODAY)}
    assert pages == set(range(count // 5 + 1))


def test_Z20_a_page_of_a_round_number_may_be_a_full_one_of_a_smaller_server() -> None:
    api = Api({**PEOPLE, "Staff": [staff(n) for n in range(1, 2501)]}, page=1000)
    with serving(api) as server, bromcom(server) as one:
        assert len(gather(one, Report.STAFF).of(Staff)) == 2500


def test_a_server_that_does_not_heed_the_page_ends_in_an_error_not_in_a_loop() -> None:
    api = Api({**PEOPLE, "Staff": [staff(1), staff(2)]})
    endless = {"success": True, "data": api.rows["Staff"]}
    with serving(replace(api, hook=lambda _: as_json(endless))) as server:
        with bromcom(server, page_size="2") as one, pytest.raises(TooLarge) as caught:
            gather(one, Report.STAFF)
        assert len(server.asked) < 20
    assert "do not end" in caught.value.message


def test_Z20_a_school_without_staff_is_an_error() -> None:
    api = Api({"StudentFlatView": [pupil(1)]})
    with serving(api) as server, bromcom(server) as one, pytest.raises(EmptyExtract):
        gather(one, Report.STAFF)


# -- protocol --------------------------------------------------------------------------


def test_X3_contacts_of_one_pupil_are_part_of_the_protocol_and_kept_nowhere() -> None:
    slot = {"contact1Name": "Ms Carys Pike", "contact1ParentalResponsibility": "Yes"}
    api = Api({"StudentFlatView": [pupil(1, **slot), pupil(2)]})
    with serving(api) as server, bromcom(server) as one:
        assert isinstance(one, FetchesContacts)
        assert len(one.contacts_of("1")) == 2
        assert one.contacts_of("2") == ()
        assert [condition for _, condition, _ in api.asked] == ["studentID=1", "studentID=2"]
        assert repr(one) == "Bromcom(urn='990099')"
        assert CANARY not in repr(setup_for(server))
