"""How the school's iSAMS lets us in, every way it can refuse, and what mends it (checklist B11, B12)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from harness import CANARY
from harness_isams import (
    BATCH_PATH,
    KEY,
    TOKEN_PATH,
    Host,
    employee,
    host,
    isams,
    message,
    setup_for,
    student,
)
from loopback import QUICK, Asked, Reply, as_json, gather, serving

from connectors import catalogue, registry
from connectors.base import AccessState, SchoolRef, Setup
from connectors.errors import (
    BadAnswer,
    BadSettings,
    ConnectorError,
    NotAuthorised,
    RateLimited,
    ScopeMissing,
    Unreachable,
)
from connectors.isams import Isams
from connectors.isams.answers import METHODS
from connectors.records import Report

STAFF_DOCUMENT = '<iSAMS><HRManager><CurrentStaff><StaffMember Id="1"/></CurrentStaff></HRManager></iSAMS>'
PUPIL_DOCUMENT = (
    "<iSAMS><PupilManager><CurrentPupils><Pupil><SchoolId>2</SchoolId></Pupil></CurrentPupils>"
    "</PupilManager></iSAMS>"
)
DOCUMENTS = {METHODS[Report.STAFF]: STAFF_DOCUMENT, METHODS[Report.STUDENTS]: PUPIL_DOCUMENT}


def made(settings: dict[str, str], **secrets: str) -> Isams:
    return Isams(Setup(school=SchoolRef(urn="990099", name="x"), settings=settings, secrets=secrets))


def school(**more: object) -> Host:
    return host([student("A1")], [employee(1)], roles={"1": ["Teacher"]}, **more)


# -- what is typed ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("https://larkfield.isams.cloud", "larkfield"), ("https://larkfield.edgen.cloud/", "larkfield"),
        ("larkfield.isams.cloud", "larkfield"), ("st-marys.edgen.cloud", "st-marys"),
    ],
)  # fmt: skip
def test_B12_the_address_of_either_product_is_taken(typed: str, place: str) -> None:
    with made({"url": typed}) as one:
        assert one.access().remote_id == place


@pytest.mark.parametrize(
    "url",
    [
        "http://larkfield.isams.cloud", "https://isams.cloud", "https://larkfield.isams.cloud.evil.example",
        "https://evil.example/?x=.isams.cloud", "https://a@larkfield.isams.cloud", "larkfield", "https://.isams.cloud",
        "https://larkfield.isams.cloud/api", "https://-larkfield.isams.cloud",
    ],
)  # fmt: skip
def test_B12_any_other_address_is_refused_as_typed(url: str) -> None:
    with pytest.raises(BadSettings) as caught:
        made({"url": url})
    assert "https://<school>.isams.cloud or https://<school>.edgen.cloud" in caught.value.message
    pattern = next(f.pattern for f in registry.declaration("isams").settings if f.name == "url")
    assert not re.fullmatch(pattern, url)


def test_a_school_with_a_name_of_its_own_types_it_apart() -> None:
    own = "https://isams.larkfield.example"
    with made({"url": "own", "own_address": own}) as one:
        assert one.access().remote_id == "isams.larkfield.example"
    with made({"url": "larkfield.edgen.cloud", "own_address": own}) as one:
        assert one.access().remote_id == "larkfield"
    with pytest.raises(BadSettings):
        made({"url": "own", "own_address": "http://isams.larkfield.example"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("interface", "soap"), ("page_size", "0"), ("page_size", "1001"), ("admission_number", "upn"),
        ("staff_status", "1;2"), ("client_id", "two words"),
    ],
)  # fmt: skip
def test_every_setting_is_held_to_what_it_takes(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as caught:
        made({name: value})
    assert name in caught.value.message


def test_a_key_that_is_no_key_is_refused_without_showing_it() -> None:
    with made({"url": "larkfield.isams.cloud", "interface": "batch"}, client_secret=CANARY) as one:
        found = one.access()
        with pytest.raises(BadSettings) as caught:
            gather(one, Report.STAFF)
    assert found.state is AccessState.UNKNOWN
    assert "no Batch API key" in caught.value.message
    assert CANARY not in f"{found!r} {caught.value.message} {caught.value.mend}"


# -- how it stands ---------------------------------------------------------------------


def test_B11_before_iris_has_sent_the_pair_the_school_has_still_to_ask() -> None:
    with made({"url": "larkfield.isams.cloud"}) as one:
        for found in (one.access(), one.request_access()):
            assert found.state is AccessState.NOT_ASKED
            assert "REST API for a Partner" in found.mend
        assert [probe.ok for probe in one.probe()] == [False, False]
        with pytest.raises(NotAuthorised) as caught:
            gather(one, Report.STAFF)
    assert caught.value.code == "not_issued"


def test_B11_the_guide_follows_what_iris_asks_of_a_school() -> None:
    for mis in ("isams", "edgen"):
        route = catalogue.entry(mis).route("isams")
        assert route is not None
        assert [s.kind for s in route.steps] == ["read", "input", "read", "wait", "reports", "test", "sync"]
        ask, pair, permission = route.steps[:3]
        assert "REST API for a Partner" in ask.text
        assert "Wavenet LGfL Sync" in ask.text
        assert "links in the message: they may expire" in pair.text
        assert {"url", "client_id", "client_secret"} <= set(pair.fields)
        assert "API Services Manager > REST API Clients" in permission.text


def test_A5_an_edgen_school_is_shown_as_isams() -> None:
    assert catalogue.entry("edgen").shown_as == "iSAMS"
    assert registry.declaration("isams").title == "iSAMS and Ed:gen"


def test_without_an_address_nothing_is_asked() -> None:
    for typed in ({}, {"url": "own"}):
        with made({"client_id": "partner", **typed}, client_secret=CANARY) as one:
            found = one.access()
        assert found.state is AccessState.UNKNOWN
        assert "address" in found.message


def test_a_client_with_permission_is_approved() -> None:
    with serving(school()) as server, isams(server) as one:
        found = one.access()
        assert found.state is AccessState.APPROVED
        assert found.granted == {Report.STAFF, Report.STUDENTS}
        connectivity, data = one.probe()
        asked = {a.path: a.query for a in server.asked if a.path.startswith("/api")}
    assert connectivity.ok
    assert data.message == "Data arrives: staff 1, students 1."
    assert set(asked) == {"/api/students", "/api/humanresources/employees"}
    assert all(query == {"page": "1", "pageSize": "1"} for query in asked.values())


def test_a_client_without_any_permission_waits_for_the_administrator_not_for_iris() -> None:
    served = school(denied=frozenset({"/api/students", "/api/humanresources/employees"}))
    with serving(served) as server, isams(server) as one:
        found = one.access()
        connectivity, data = one.probe()
        with pytest.raises(ScopeMissing):
            gather(one, *found.withheld, Report.STAFF)
    assert found.state is AccessState.PENDING
    assert "IRIS cannot" in found.mend
    assert (connectivity.ok, data.ok) == (True, False)
    assert "Human Resources Manager or Pupil (Student) Manager" in data.message


def test_D12_U7_a_school_with_nobody_fails_the_data_test_only() -> None:
    with serving(host()) as server, isams(server) as one:
        connectivity, data = one.probe()
    assert (connectivity.ok, data.ok) == (True, False)
    assert "nobody" in data.message


def _always(reply: Reply) -> Callable[[Asked], Reply]:
    return lambda _: reply


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (as_json({"error": "invalid_client"}, 400), NotAuthorised, "ask IRIS support for new ones"),
        (Reply(200, b"<html>Sign in", {"Content-Type": "text/html"}), BadAnswer, "address of the MIS"),
        (as_json({}, 404), BadAnswer, "address of the MIS"),
        (as_json({}, 503), Unreachable, "run again"),
        (as_json({}, 429, **{"Retry-After": "9"}), RateLimited, "Wait"),
    ],
)
def test_U7_what_stops_us_at_the_door_has_its_own_mend(
    reply: Reply, error: type[ConnectorError], words: str
) -> None:
    with serving(_always(reply)) as server, isams(server) as one:
        with pytest.raises(error) as caught:
            gather(one, Report.STAFF)
        assert [probe.ok for probe in one.probe()] == [False, False]
    assert words in caught.value.mend


# -- tokens ----------------------------------------------------------------------------


def test_the_token_is_asked_for_with_the_scope_and_shown_as_bearer() -> None:
    served = school()
    with serving(served) as server, isams(server) as one:
        gather(one, Report.STUDENTS)
        form = next(a for a in server.asked if a.path == TOKEN_PATH).body.decode()
    assert served.scopes == ["restapi"]
    assert "grant_type=client_credentials" in form
    assert served.tokens == 1


def test_a_system_that_knows_no_scope_is_asked_once_without() -> None:
    served = school(scope="")
    with serving(served) as server, isams(server) as one:
        gather(one, Report.STUDENTS)
        served.tokens += 1  # the token is withdrawn: the next one is asked for without a scope at once
        gather(one, Report.STUDENTS)
    assert served.scopes == ["restapi", "", ""]


def test_a_scope_refused_either_way_is_asked_for_no_third_time() -> None:
    served = school(scope="another")
    with serving(served) as server, isams(server) as one:
        assert one.access().state is AccessState.REFUSED
        with pytest.raises(NotAuthorised):
            gather(one, Report.STUDENTS)
    assert set(served.scopes) == {"restapi", ""}
    assert served.scopes[:2] == ["restapi", ""]


def test_a_wrong_secret_is_not_tried_twice() -> None:
    with serving(school()) as server:
        setup = setup_for(server)
        wrong = Setup(school=setup.school, settings=setup.settings, secrets={"client_secret": "another-one"})
        with Isams(wrong, limits=QUICK) as one, pytest.raises(NotAuthorised):
            gather(one, Report.STUDENTS)
        assert server.paths() == [TOKEN_PATH]


def test_a_401_renews_the_token_once_and_then_says_what_is_wrong() -> None:
    served = school()
    refusing = Host(hook=lambda a: None if a.path == TOKEN_PATH else as_json({}, 401))
    with serving(served) as server, isams(server) as one:
        gather(one, Report.STUDENTS)
        served.tokens += 1
        gather(one, Report.STUDENTS)
    assert len(served.scopes) == 2
    with serving(refusing) as server, isams(server) as one, pytest.raises(NotAuthorised) as caught:
        gather(one, Report.STUDENTS)
    assert len(refusing.scopes) == 2
    assert "Client ID or Client Secret is not valid" in caught.value.message


# -- Batch -----------------------------------------------------------------------------


def test_the_batch_key_stands_in_the_query_and_is_never_told() -> None:
    with serving(Host(documents=DOCUMENTS)) as server, isams(server, interface="batch", api_key=KEY) as one:
        found = one.access()
        assert found.state is AccessState.APPROVED
        assert [probe.ok for probe in one.probe()] == [True, True]
        assert {a.query["apiKey"] for a in server.asked} == {KEY}
        assert {a.path for a in server.asked} == {BATCH_PATH}
    refused = _always(message(401, "InvalidApiKey", f"{KEY} is not known"))
    with serving(refused) as server, isams(server, interface="batch", api_key=KEY) as one:
        told = one.access()
        with pytest.raises(NotAuthorised) as caught:
            gather(one, Report.STAFF)
    assert told.state is AccessState.REFUSED
    assert "current Batch API key" in caught.value.mend
    assert KEY not in f"{told!r} {caught.value!r} {caught.value.message} {caught.value.where} {one!r}"


def test_batch_by_token_shows_the_client_id_as_key() -> None:
    served = Host(documents=DOCUMENTS, scope="apiv1")
    with serving(served) as server, isams(server, interface="batch") as one:
        assert one.access().state is AccessState.APPROVED
        assert {a.query["apiKey"] for a in server.asked if a.path == BATCH_PATH} == {"partner"}
    assert served.scopes == ["apiv1"]


@pytest.mark.parametrize(
    ("reply", "error", "words", "mend"),
    [
        (
            message(403, "MethodsNotAllocatedToKeyException", "HumanResources_GetCurrentStaff"), ScopeMissing,
            "The Batch key lacks the method HumanResources_GetCurrentStaff", "Manage Batch API Keys",
        ),
        (Reply(403), NotAuthorised, "blocked", "addresses (IP)"),
        (message(401, "InvalidApiKey", "no"), NotAuthorised, "not known at this school", "administrator"),
        (message(400, "FiltersRequiredException", "A filter."), BadAnswer, "FiltersRequired", "support desk"),
        (message(400, "MissingParameter", "apiKey"), BadAnswer, "MissingParameter", "support desk"),
        (
            message(500, "UnhandledException", "Transaction was deadlocked; deadlock victim"), Unreachable,
            "iSAMS was busy", "Try again shortly",
        ),
        (message(502, "x", "Bad gateway"), Unreachable, "fault of its own", "run again"),
        (Reply(200, b"<html>Sign in"), BadAnswer, "web page", "address of the MIS"),
        (message(200, "x", "Not what was asked for"), BadAnswer, "holds no CurrentStaff", "Run again"),
    ],
)  # fmt: skip
def test_U7_what_batch_answers_instead_is_told_with_its_mend(
    reply: Reply, error: type[ConnectorError], words: str, mend: str
) -> None:
    with (
        serving(_always(reply)) as server,
        isams(server, interface="batch", api_key=KEY) as one,
        pytest.raises(error) as caught,
    ):
        gather(one, Report.STAFF)
    assert words in caught.value.message
    assert mend in caught.value.mend


def test_a_deadlock_at_the_other_end_is_asked_again() -> None:
    busy = [message(500, "UnhandledException", "Lock request time out period exceeded.")]
    served = Host(documents=DOCUMENTS, hook=lambda _: busy.pop() if busy else None)
    with serving(served) as server, isams(server, interface="batch", api_key=KEY) as one:
        assert set(gather(one, Report.STAFF).finished) == {Report.STAFF}
        assert len(server.asked) == 2
