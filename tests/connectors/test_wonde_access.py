"""Finding a school at Wonde, asking for access, and how approval stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from loopback import (
    NOW,
    QUICK,
    TODAY,
    TOKEN,
    Asked,
    Loopback,
    Reply,
    School,
    as_json,
    connector,
    pupil,
    serving,
)

from connectors import errors
from connectors.base import AccessState, SchoolRef, Setup
from connectors.records import Report
from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from connectors.wonde import Wonde
from connectors.wonde.schools import base_for


@pytest.fixture(scope="module")
def estate() -> Iterator[Simulator]:
    world = build_world(today=TODAY, schools=["sims", "arbor", "cmis", "engage"], scale=0.4)
    with Simulator(world, token=TOKEN) as simulator:
        yield simulator


@pytest.fixture
def control(estate: Simulator) -> Iterator[Control]:
    """The school's own decisions; the estate is untouched again afterwards."""
    yield Control(estate.url, estate.control_key)
    for standing in estate.approvals.of.values():
        standing.state, standing.online, standing.asked = "none", True, 0
    estate.faults.clear()


def wonde(estate: Simulator, school: str, **more: Any) -> Wonde:
    demo = estate.world.school(school)
    ref = SchoolRef(
        urn=more.get("urn", demo.urn),
        name=demo.name,
        la_code=demo.la_code,
        establishment_number=demo.establishment_number,
    )
    settings = {"url": estate.wonde_url, **more.get("settings", {})}
    setup = Setup(school=ref, settings=settings, secrets={"token": more.get("token", TOKEN)}, now=lambda: NOW)
    return Wonde(setup, limits=QUICK)


def test_B1_access_goes_from_not_asked_over_pending_to_approved(estate: Simulator, control: Control) -> None:
    with wonde(estate, "larkmere") as one:
        assert one.access().state is AccessState.NOT_ASKED
        asked = one.request_access()
        assert asked.state is AccessState.PENDING
        assert asked.link.startswith("https://")
        assert one.access().state is AccessState.PENDING
        control.approve("larkmere")
        approved = one.access()
    assert approved.state is AccessState.APPROVED
    assert approved.remote_id == estate.world.school("larkmere").wonde_id
    assert approved.remote_name == "Larkmere Academy"


def test_asking_twice_asks_the_school_once(estate: Simulator, control: Control) -> None:
    with wonde(estate, "larkmere") as one:
        one.request_access()
        one.request_access()
        control.approve("larkmere")
        one.request_access()
    assert estate.approvals.of[estate.world.school("larkmere").urn].asked == 1


@pytest.mark.parametrize(("decision", "state"), [("decline", "declined"), ("revoke", "revoked")])
def test_a_refusal_is_told_and_can_be_asked_again(
    estate: Simulator, control: Control, decision: str, state: str
) -> None:
    with wonde(estate, "larkmere") as one:
        one.request_access()
        getattr(control, decision)("larkmere")
        assert one.access().state == state
        with pytest.raises(errors.AccessRefused):
            list(one.extract(_everything()))
        assert one.request_access().state is AccessState.PENDING


def _everything() -> Any:
    from connectors.records import ExtractRequest

    return ExtractRequest(reports=frozenset({Report.STUDENTS, Report.STAFF}), today=TODAY)


def test_extract_before_approval_says_what_is_missing(estate: Simulator, control: Control) -> None:
    with wonde(estate, "larkmere") as one:
        with pytest.raises(errors.NotAuthorised):
            list(one.extract(_everything()))
        one.request_access()
        with pytest.raises(errors.AccessPending) as caught:
            list(one.extract(_everything()))
    assert "portal" in caught.value.mend


def test_Z20_a_frozen_link_is_offline_and_extract_refuses(estate: Simulator, control: Control) -> None:
    control.approve("larkmere")
    control.offline("larkmere", on=True)
    with wonde(estate, "larkmere") as one:
        assert one.access().state is AccessState.OFFLINE
        with pytest.raises(errors.MisOffline) as caught:
            list(one.extract(_everything()))
    assert isinstance(caught.value, errors.Unreachable)
    assert "frozen" in caught.value.message


def test_a_wrong_token_is_refused_and_never_shown(estate: Simulator) -> None:
    with wonde(estate, "larkmere", token="wrong-canary-99") as one:
        access = one.access()
        connectivity, data = one.probe()
    assert access.state is AccessState.REFUSED
    assert not connectivity.ok
    assert "401" in connectivity.message
    assert not data.ok
    assert "canary" not in repr((access, connectivity, data, one))


def test_D12_U7_connectivity_and_data_are_tested_apart(estate: Simulator, control: Control) -> None:
    with wonde(estate, "larkmere") as one:
        assert [probe.ok for probe in one.probe()] == [True, False]
        control.approve("larkmere")
        assert [(probe.name, probe.ok) for probe in one.probe()] == [("connectivity", True), ("data", True)]
        control.fault(None, "empty")
        connectivity, data = one.probe()
    assert connectivity.ok
    assert not data.ok
    assert "region" in data.mend


def test_permissions_tell_which_reports_are_withheld(estate: Simulator, control: Control) -> None:
    control.approve("ridgemoor")
    with wonde(estate, "ridgemoor") as one:
        access = one.access()
    assert access.withheld == {Report.CONTACTS}
    assert {Report.STAFF, Report.STUDENTS, Report.STUDENTS_FUTURE} <= access.granted


def test_a_school_is_found_by_la_and_establishment_number_too(estate: Simulator) -> None:
    with wonde(estate, "larkmere", urn="000001") as one:
        assert one.access().remote_name == "Larkmere Academy"


def test_a_school_wonde_does_not_know_is_unknown_with_what_to_do(estate: Simulator) -> None:
    with wonde(estate, "harbour-point", urn="000001") as one:
        access = one.access()
    assert access.state is AccessState.UNKNOWN
    assert "region" in access.mend
    assert "Register" in access.mend


def test_A13_a_schools_own_token_finds_its_school(estate: Simulator, control: Control) -> None:
    control.approve("larkmere")
    demo = estate.world.school("larkmere")
    with wonde(estate, "larkmere", token=estate.face.school_token(demo)) as one:
        assert one.access().state is AccessState.APPROVED


def test_the_data_is_read_from_the_schools_own_region(estate: Simulator, control: Control) -> None:
    """The school says where its data is; the wrong region would answer with nobody."""
    control.approve("harbour-point")
    assert estate.world.school("harbour-point").region
    with wonde(estate, "harbour-point") as one:
        assert one.probe()[1].ok


def test_two_schools_of_one_urn_are_not_guessed_between() -> None:
    twins = [{"id": "A1", "name": "One", "urn": 990099}, {"id": "A2", "name": "Two", "urn": "990099"}]

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/all"):
            return as_json({"data": twins})
        meta = as_json({"data": {"approved": True, "online": True}})
        return meta if "meta" in asked.path else as_json({}, 404)

    with serving(answer) as server:
        with connector(server) as one:
            access = one.access()
        assert access.state is AccessState.UNKNOWN
        assert "A1, A2" in access.message
        with connector(server, settings={"school_id": "A2"}) as chosen:
            assert chosen.access().remote_name == "Two"


@pytest.mark.parametrize("urn", [990099, "990099"])
def test_a_urn_may_be_a_number_or_text(urn: object) -> None:
    row = {"id": "A1", "name": "One", "urn": urn}

    def answer(asked: Asked) -> Reply:
        return as_json({"data": [row]}) if asked.path.endswith("/all") else as_json({}, 404)

    with serving(answer) as server, connector(server) as one:
        assert one.access().state is AccessState.NOT_ASKED


def test_a_request_wonde_does_not_pass_on_is_told_without_the_token() -> None:
    def answer(asked: Asked) -> Reply | None:
        if asked.method == "POST":
            return as_json({"success": False, "state": "none", "message": f"bad {TOKEN} [bold]\x1b[31m"})
        return School(meta={"approved": False})(asked)

    with serving(answer) as server:
        with connector(server) as one:
            access = one.request_access()
        posts = [asked for asked in server.asked if asked.method != "GET"]
    assert "did not pass the request on" in access.message
    assert TOKEN not in access.message
    assert "\x1b" not in access.message
    assert [asked.path.rpartition("/")[2] for asked in posts] == ["request-access"]


UK = "https://api.wonde.com/v1.0/"
AU = "https://api-ap-southeast-2.wonde.com/v1.0/"


@pytest.mark.parametrize(
    ("region", "base", "there"),
    [
        ({}, UK, UK),
        ({"domain": "api-ap-southeast-2.wonde.com"}, UK, AU),
        ({"school_url": f"{AU}schools/A1"}, UK, AU),
        ({"domain": "api.wonde.com"}, "http://127.0.0.1:9/w/v1.0/", "http://127.0.0.1:9/w/v1.0/"),
        ({"school_url": "http://127.0.0.1:9/au/v1.0/schools/A1"}, "http://127.0.0.1:9/w/v1.0/",
         "http://127.0.0.1:9/au/v1.0/"),
    ],
)  # fmt: skip
def test_the_region_of_the_school_decides_the_host(region: dict[str, str], base: str, there: str) -> None:
    assert base_for({"region": region}, base) == there


@pytest.mark.parametrize(
    "region",
    [
        {"domain": "api.wonde.com.evil.example"},
        {"domain": "evilwonde.com"},
        {"school_url": "http://api.wonde.com/v1.0/schools/A1"},
        {"school_url": "https://api.wonde.com:8443/v1.0/schools/A1"},
        {"domain": "x@evil.example/"},
    ],
)
def test_the_token_is_never_taken_to_a_host_that_is_not_wondes(region: dict[str, str]) -> None:
    with pytest.raises(errors.BadAnswer, match="not a host of Wonde"):
        base_for({"region": region}, UK)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "http://api.wonde.com/"},
        {"url": "api.wonde.com"},
        {"per_page": "0"},
        {"per_page": "many"},
        {"paging": "sideways"},
        {"school_id": "../../x"},
        {"timeout": "-1"},
    ],
)
def test_a_malformed_setting_is_refused_with_a_hint(settings: dict[str, str]) -> None:
    setup = Setup(
        school=SchoolRef(urn="1", name="x"),
        settings=settings,
        secrets={"token": TOKEN},
    )
    with pytest.raises(errors.BadSettings) as caught:
        Wonde(setup)
    assert TOKEN not in f"{caught.value} {caught.value.mend}"


def test_a_school_that_shares_nothing_with_the_search_is_not_taken(request: pytest.FixtureRequest) -> None:
    """A server that ignores the filter must not hand us some other school."""
    other = {"id": "A9", "name": "Another", "urn": 123456}
    with serving(lambda _: as_json({"data": [other]})) as server, connector(server) as one:
        assert one.access().state is AccessState.UNKNOWN


def test_an_approved_school_needs_no_other_permission_call_to_read() -> None:
    school = School({"students": [pupil(1)]})
    server: Loopback
    with serving(school) as server, connector(server) as one:
        assert one.probe()[1].ok
        assert not [path for path in server.paths() if path.endswith("permissions")]
