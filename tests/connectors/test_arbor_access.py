"""How the school's Arbor authorised us, every way it can be broken, and what mends it (checklist B4, B19)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import CANARY
from harness_arbor import Host, arbor, setup_for, staff, student
from loopback import QUICK, Asked, Reply, as_json, gather, serving

from connectors import catalogue
from connectors.arbor import Arbor
from connectors.arbor.answers import MissingEndpoint
from connectors.base import AccessState, SchoolRef, Setup
from connectors.errors import BadSettings, NotAuthorised, RateLimited, ScopeMissing, Unreachable
from connectors.records import Report

PEOPLE = {"Staff": [staff("S1")], "Student": [student("A1")], "RegistrationForm": [{"id": "F1"}],
          "StudentGuardianRelationship": [{"id": "R1"}]}  # fmt: skip


def made(settings: dict[str, str], *, password: str = CANARY) -> Arbor:
    secrets = {"password": password} if password else {}
    return Arbor(
        Setup(school=SchoolRef(urn="990099", name="x"), settings=settings, secrets=secrets), limits=QUICK
    )


@pytest.mark.parametrize("url", ["", "MISSING ENDPOINT URL", "Missing endpoint URL"])
def test_B19_a_missing_endpoint_is_a_state_with_a_mend_and_the_link(url: str) -> None:
    link = "https://portal.example/approve/1"
    with made({"url": url, "username": "app", "approval_link": link}) as one:
        for found in (one.access(), one.request_access()):
            assert found.state is AccessState.PENDING
            assert "MISSING ENDPOINT URL" in found.message
            assert "Authorise again" in found.mend
            assert "support case" in found.mend
            assert found.link == link
        with pytest.raises(MissingEndpoint) as caught:
            gather(one, Report.STAFF)
        assert caught.value.code == "missing_endpoint_url"
        assert [probe.ok for probe in one.probe()] == [False, False]


def test_B4_without_a_pair_the_school_has_still_to_approve() -> None:
    with made({"url": "brackenhurst"}, password="") as one:
        found = one.access()
    assert found.state is AccessState.NOT_ASKED
    assert "Partner Apps" in found.mend
    assert "School: User Accounts: Administer" in found.mend
    assert found.link == "https://brackenhurst.uk.arbor.sc/"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("brackenhurst", "https://brackenhurst.uk.arbor.sc/"),
        ("brackenhurst.uk.arbor.sc", "https://brackenhurst.uk.arbor.sc/"),
        ("https://brackenhurst.uk.arbor.sc/", "https://brackenhurst.uk.arbor.sc/"),
        ("https://api-sandbox2.uk.arbor.sc", "https://api-sandbox2.uk.arbor.sc/"),
    ],
)
def test_the_address_may_be_typed_in_any_usual_way(typed: str, address: str) -> None:
    with made({"url": typed, "username": "app"}, password="") as one:
        assert one.access().link == address


@pytest.mark.parametrize(
    "url",
    ["http://brackenhurst.uk.arbor.sc", "https://arbor.example", "https://x.uk.arbor.sc.evil.example", "a b"],
)
def test_an_address_that_is_not_arbors_is_refused_as_typed(url: str) -> None:
    with pytest.raises(BadSettings) as caught:
        made({"url": url, "username": "app"})
    assert "brackenhurst" in caught.value.message


def test_an_approved_school_tells_what_it_shares() -> None:
    with (
        serving(Host(PEOPLE, denied=frozenset({"StudentGuardianRelationship"}))) as server,
        arbor(server) as one,
    ):
        found = one.access()
        assert found.state is AccessState.APPROVED
        assert found.granted == {Report.STAFF, Report.STUDENTS, Report.GROUPS_CLASSES}
        assert found.withheld == {Report.CONTACTS}
        connectivity, data = one.probe()
    assert connectivity.ok
    assert data.ok
    assert "contacts not shared" in data.message


def test_a_school_that_shares_nothing_is_told_so() -> None:
    with serving(Host(PEOPLE, denied=frozenset(PEOPLE))) as server, arbor(server) as one:
        found = one.access()
        assert found.state is AccessState.UNKNOWN
        assert "developer portal" in found.mend
        connectivity, data = one.probe()
    assert connectivity.ok
    assert not data.ok


def test_D12_U7_an_empty_school_fails_the_data_test_only() -> None:
    with serving(Host()) as server, arbor(server) as one:
        connectivity, data = one.probe()
    assert connectivity.ok
    assert not data.ok
    assert "no data" in data.message


def _always(reply: Reply) -> Callable[[Asked], Reply]:
    return lambda _: reply


@pytest.mark.parametrize("interface", ["graphql", "rest"])
@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        (as_json({}, 401), AccessState.REFUSED, "Partner Apps"),
        (as_json({"response": {"code": 401, "reason": "no"}}), AccessState.REFUSED, "Partner Apps"),
        (as_json({}, 404), AccessState.UNKNOWN, ".uk.arbor.sc"),
        (Reply(403, b"<html>stopped"), AccessState.UNKNOWN, "user_agent"),
    ],
)
def test_each_refusal_is_a_state_with_its_own_mend(
    reply: Reply, state: AccessState, words: str, interface: str
) -> None:
    with serving(_always(reply)) as server, arbor(server, interface=interface) as one:
        found = one.access()
    assert found.state is state
    assert words in found.mend


def test_a_fault_of_arbors_is_told_as_such() -> None:
    with (
        serving(_always(as_json({}, 503))) as server,
        arbor(server) as one,
        pytest.raises(Unreachable) as caught,
    ):
        one.access()
    assert "Arbor had a problem" in caught.value.message


def test_U_429_with_retry_after_is_waited_for_and_then_told() -> None:
    calls: list[int] = []

    def once(_: Asked) -> Reply | None:
        calls.append(1)
        return as_json({}, 429, **{"Retry-After": "0"}) if len(calls) == 1 else None

    with serving(Host(PEOPLE, hook=once)) as server, arbor(server) as one:
        assert one.access().state is AccessState.APPROVED
    assert len(calls) >= 2
    with (
        serving(_always(as_json({}, 429, **{"Retry-After": "900"}))) as server,
        arbor(server) as one,
        pytest.raises(RateLimited) as caught,
    ):
        one.access()
    assert "900" in caught.value.message


def test_the_code_inside_an_answer_wins_over_the_status() -> None:
    inner = {"code": 403, "reason": "no", "errors": [{"message": "The app may not do this."}]}
    with (
        serving(_always(as_json({"response": inner}))) as server,
        arbor(server) as one,
        pytest.raises(ScopeMissing) as caught,
    ):
        gather(one, Report.STAFF)
    assert "The app may not do this." in caught.value.message


def test_a_pair_revoked_in_mid_run_ends_the_run_with_the_mend() -> None:
    calls: list[int] = []

    def revoked(_: Asked) -> Reply | None:
        calls.append(1)
        return as_json({"response": {"code": 401, "reason": "revoked"}}, 401) if len(calls) > 4 else None

    people = {**PEOPLE, "Staff": [staff(f"S{n}") for n in range(40)]}
    with (
        serving(Host(people, most=5, hook=revoked)) as server,
        arbor(server) as one,
        pytest.raises(NotAuthorised) as caught,
    ):
        gather(one, Report.STAFF, Report.STUDENTS)
    assert "Partner Apps" in caught.value.mend


def test_what_arbor_asks_for_in_headers_is_sent() -> None:
    with serving(Host(PEOPLE)) as server, arbor(server, application_id="app-7") as one:
        one.access()
        headers = server.asked[0].headers
    assert headers["x-mis-application-id"] == "app-7"
    assert headers["User-Agent"].startswith("Mozilla/5.0")
    assert headers["Accept"] == "application/json"


def test_B6_the_link_comes_after_the_reports_are_saved_and_nothing_is_installed() -> None:
    route = catalogue.entry("arbor").route("arbor")
    assert route is not None
    kinds = [step.kind for step in route.steps]
    assert kinds == ["read", "reports", "read", "input", "wait", "test", "sync"]
    assert [step.id for step in route.steps if step.fields] == ["pair"]
    assert "Nothing is installed" in route.steps[0].text
    assert "SIMS" in route.steps[-1].text  # B17
    assert any(note.situation == "MISSING ENDPOINT URL" for note in route.notes)


def test_nothing_of_the_pair_is_shown() -> None:
    with serving(Host(PEOPLE)) as server:
        one: Any = Arbor(setup_for(server), limits=QUICK)
        assert CANARY not in repr(one) + repr(one.setup)
        one.close()


def test_B4_B19_the_guide_stops_where_the_address_is_missing_and_goes_on_when_it_is_there() -> None:
    """In the order of the guide: reports, approval, pair; then the wait, done once Arbor takes the pair."""
    route = catalogue.entry("arbor").route("arbor")
    assert route is not None
    wait = next(step for step in route.steps if step.kind == "wait")
    assert "authorise again from the link" in wait.text
    link = "https://portal.example/approve/1"
    with serving(Host(PEOPLE)) as server:
        with made({"username": "app-test", "approval_link": link}) as one:
            assert (one.access().state, one.access().link) == (AccessState.PENDING, link)
        with arbor(server) as one:
            assert one.access().state is AccessState.APPROVED
