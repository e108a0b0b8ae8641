"""How a school's authorisation at Groupcall stands, every way it can be broken, and what mends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from harness import CANARY
from harness_xporter import BLANK, ESTAB, EXPIRES, TOKEN, Host, group, setup_for, staff, student, xporter
from loopback import NOW, QUICK, Asked, Reply, as_json, gather, serving

from connectors import catalogue
from connectors.base import AccessState
from connectors.errors import (
    BadAnswer,
    BadSettings,
    ConnectorError,
    MisOffline,
    NotAuthorised,
    RateLimited,
    ScopeMissing,
    Unreachable,
)
from connectors.records import Report
from connectors.xporter import Xporter
from connectors.xporter.session import instant

PEOPLE = {"Staff": [staff("207")], "Students": [student("4410")],
          "Groups": [group("612", StudentIds="4410")]}  # fmt: skip
PAUSED = "Authorisation for this relying party is currently paused."
UNKNOWN = "Relying party not found for this estab, or the password is wrong."


def no_token(reason: str | None) -> Host:
    """Refused as Xporter refuses: with status 200, no token, and the year 1."""
    body = {**BLANK, "token": None, "expires": "0001-01-01T00:00:00", "ExceptionMessage": reason}
    return Host(PEOPLE, token=body)


def test_B_a_token_is_asked_for_the_school_by_its_own_secret_and_signs_every_question() -> None:
    with serving(Host(PEOPLE)) as server, xporter(server) as one:
        found = one.access()
        assert found.state is AccessState.APPROVED
        assert (found.remote_id, found.remote_name) == (ESTAB, "Test School")
        tokens = [asked for asked in server.asked if asked.path.endswith("GetToken")]
        others = [asked for asked in server.asked if not asked.path.endswith("GetToken")]
    assert len(tokens) == 1
    assert json.loads(tokens[0].body) == {
        "estab": ESTAB, "relyingParty": "accounts.larkmere.example", "password": CANARY,
        "thirdpartyid": "XporterOnDemand",
    }  # fmt: skip
    assert "Authorization" not in tokens[0].headers
    assert {asked.headers["Authorization"] for asked in others} == {f"Idaas {TOKEN}"}


@pytest.mark.parametrize(
    ("reason", "state", "words"),
    [
        (PAUSED, AccessState.PENDING, "Wait until the school has finished"),
        (UNKNOWN, AccessState.REFUSED, "the old one is dead"),
        (None, AccessState.REFUSED, "the old one is dead"),
        ("Something went wrong", AccessState.REFUSED, "relying party"),
    ],
)
def test_a_token_that_is_not_given_with_status_200_is_a_state_with_its_mend(
    reason: str | None, state: AccessState, words: str
) -> None:
    with serving(no_token(reason)) as server, xporter(server) as one:
        for found in (one.access(), one.request_access()):
            assert found.state is state
            assert words in found.mend
        assert [probe.ok for probe in one.probe()] == [False, False]
        with pytest.raises(NotAuthorised) as caught:
            gather(one, Report.STAFF)
    assert caught.value.code == ("access_pending" if reason == PAUSED else "not_authorised")


@pytest.mark.parametrize("missing", ["relying_party", "secret"])
def test_without_a_secret_nobody_has_been_asked_yet(missing: str) -> None:
    with serving(Host(PEOPLE)) as server:
        setup = setup_for(server, relying_party="" if missing == "relying_party" else "a.example")
        secrets = {} if missing == "secret" else setup.secrets
        with Xporter(replace(setup, secrets=secrets), limits=QUICK) as one:
            found = one.access()
        assert server.asked == []
    assert found.state in (AccessState.NOT_ASKED, AccessState.REFUSED)
    assert "postcode" in found.mend


@pytest.mark.parametrize("typed", ["8234017", "823/4017", "823 4017", "823-4017"])
def test_the_school_number_may_be_typed_in_any_usual_way(typed: str) -> None:
    with serving(Host(PEOPLE)) as server, xporter(server, estab=typed) as one:
        assert one.access().remote_id == ESTAB


def test_a_school_without_a_number_is_asked_for_it() -> None:
    with serving(Host(PEOPLE)) as server:
        setup = setup_for(server)
        bare = replace(setup, school=replace(setup.school, la_code="", establishment_number=""))
        with Xporter(bare, limits=QUICK) as one, pytest.raises(BadSettings) as caught:
            one.access()
    assert "estab=" in caught.value.mend


@pytest.mark.parametrize(
    ("name", "value"),
    [("estab", "82340"), ("estab", "ABCDEFG"), ("url", "http://xporter.example/"), ("page_size", "0"),
     ("token_url", "ftp://x"), ("select", "some"), ("relying_party", "a b")],
)  # fmt: skip
def test_B12_a_setting_that_cannot_be_right_is_refused_as_typed(name: str, value: str) -> None:
    with serving(Host()) as server, pytest.raises(BadSettings):
        xporter(server, **{name: value})


def test_the_secret_of_another_school_is_not_believed() -> None:
    with serving(Host(PEOPLE, details={"Estab": "9997777"})) as server, xporter(server) as one:
        with pytest.raises(BadSettings) as caught:
            one.access()
        with pytest.raises(BadSettings):
            gather(one, Report.STAFF)
    assert "9997777" in caught.value.message


def test_C_the_scopes_tell_which_reports_come_and_what_will_be_missing() -> None:
    scopes = ["SchoolLite", "StudentLite", "Staff", "StaffEmployment"]
    with serving(Host(PEOPLE, scopes=scopes)) as server, xporter(server) as one:
        found = one.access()
    assert found.granted == {
        Report.STAFF, Report.STUDENTS, Report.STAFF_FUTURE, Report.STUDENTS_FUTURE, Report.GROUPS_CLASSES,
    }  # fmt: skip
    assert found.withheld == {Report.CONTACTS, Report.ATTENDANCE}
    assert "StudentExtended (pupils' dates of birth" in found.message
    assert "UPN" in found.message
    assert "StaffEmployment" not in found.message


def test_contacts_need_the_pupils_too() -> None:
    with serving(Host(PEOPLE, scopes=["Staff", "Contact"])) as server, xporter(server) as one:
        assert one.access().granted == {Report.STAFF, Report.STAFF_FUTURE}


def test_a_token_without_any_useful_scope_says_so() -> None:
    with serving(Host(PEOPLE, scopes=["EndpointInfo"])) as server, xporter(server) as one:
        found = one.access()
    assert found.state is AccessState.UNKNOWN
    assert "authorisation page" in found.mend


def test_U_the_age_of_the_data_and_the_mis_behind_are_told() -> None:
    with serving(Host(PEOPLE)) as server, xporter(server) as one:
        assert "from SIMS on 15 January 2026 at 02:07" in one.access().message
        assert "from SIMS on 15 January 2026" in one.probe()[1].message


def old(days: int) -> dict[str, Any]:
    return {"Id": 1, "MIS": "simsnet", "Version": "4", "DateTime": f"2026-01-{15 - days:02}T02:07:21.03"}


def test_Z20_data_that_is_too_old_is_a_link_that_is_down_and_nothing_is_read() -> None:
    with serving(Host(PEOPLE, meta=old(9))) as server, xporter(server) as one:
        found = one.access()
        assert found.state is AccessState.OFFLINE
        assert "6 January 2026" in found.message
        connectivity, data = one.probe()
        assert (connectivity.ok, data.ok) == (True, False)
        with pytest.raises(MisOffline) as caught:
            gather(one, Report.STAFF)
    assert "Nothing was changed" in caught.value.mend


def test_data_a_little_old_is_told_and_read_and_the_limit_is_a_setting() -> None:
    with serving(Host(PEOPLE, meta=old(3))) as server, xporter(server) as one:
        found = gather(one, Report.STAFF)
    assert "data_old" in found.codes
    assert Report.STAFF in found.finished
    with serving(Host(PEOPLE, meta=old(9))) as server, xporter(server, oldest="0") as one:
        assert one.access().state is AccessState.APPROVED
        assert Report.STAFF in gather(one, Report.STAFF).finished


def test_Z20_an_extract_that_is_old_is_noticed_without_the_schools_own_row_too() -> None:
    host = Host(PEOPLE, meta=old(9), told={"SchoolInfo": "The scope School is required."})
    with serving(host) as server, xporter(server) as one, pytest.raises(MisOffline):
        gather(one, Report.STAFF)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Unable to connect to the school agent.", MisOffline), ("The agent is offline", MisOffline),
        ("The scope Staff is required for this endpoint.", ScopeMissing),
        ("Relying party is not authorised.", NotAuthorised), (PAUSED, NotAuthorised),
        ("Something went wrong", BadAnswer),
    ],
)  # fmt: skip
def test_Z20_an_error_with_status_200_never_reads_as_an_empty_school(
    said: str, kind: type[ConnectorError]
) -> None:
    host = Host(PEOPLE, told={"Staff": said})
    with serving(host) as server, xporter(server) as one, pytest.raises(kind) as caught:
        gather(one, Report.STAFF)
    assert said in caught.value.message
    assert caught.value.mend


def test_an_answer_without_the_list_is_no_empty_list() -> None:
    host = Host(PEOPLE, extra={"Staff": {"Staff": None}})
    with serving(host) as server, xporter(server) as one, pytest.raises(BadAnswer) as caught:
        gather(one, Report.STAFF)
    assert "no list of Staff" in caught.value.message


class Expiring(Host):
    """The first token is good for ``good`` questions; then it is refused, inside the answer or by 401."""

    def __init__(self, rows: dict[str, list[Any]], good: int, *, inside: bool, forever: bool = False) -> None:
        super().__init__(rows, most=5)
        self.good, self.inside, self.forever, self.given = good, inside, forever, 0

    def __call__(self, asked: Asked) -> Reply | None:
        if asked.path.endswith("GetToken"):
            self.given += 1
            return as_json({**BLANK, "token": f"{TOKEN}{self.given}", "expires": EXPIRES})
        said = asked.headers["Authorization"].removeprefix(f"Idaas {TOKEN}")
        self.good -= said == "1"
        if self.forever or (said == "1" and self.good < 0):
            if self.inside:
                return as_json({**BLANK, "ExceptionMessage": "The token has expired."})
            return as_json({"Message": "Authorization has been denied for this request."}, 401)
        asked.headers["Authorization"] = f"Idaas {TOKEN}"
        return super().__call__(asked)


@pytest.mark.parametrize("inside", [True, False])
def test_a_token_that_expires_in_mid_run_is_renewed_once(inside: bool) -> None:
    host = Expiring({"Staff": [staff(str(n)) for n in range(40)]}, 6, inside=inside)
    with serving(host) as server, xporter(server) as one:
        found = gather(one, Report.STAFF)
    assert len(found.records) == 40
    assert host.given == 2


@pytest.mark.parametrize("inside", [True, False])
def test_a_secret_that_dies_in_mid_run_ends_the_run_with_the_mend(inside: bool) -> None:
    host = Expiring(dict(PEOPLE), 0, inside=inside, forever=True)
    with (
        serving(host) as server,
        xporter(server) as one,
        pytest.raises(NotAuthorised) as caught,
    ):
        gather(one, Report.STAFF)
    assert "type the new" in caught.value.mend or "Type the school's secret again" in caught.value.mend
    assert host.given <= 3


def _always(reply: Reply) -> Callable[[Asked], Reply]:
    return lambda _: reply


@pytest.mark.parametrize(
    ("status", "kind"), [(500, Unreachable), (502, Unreachable), (503, Unreachable), (429, RateLimited)]
)
def test_a_passing_fault_is_waited_out_and_a_lasting_one_told(
    status: int, kind: type[ConnectorError]
) -> None:
    calls: list[int] = []

    def once(asked: Asked) -> Reply | None:
        calls.append(1)
        return as_json({}, status, **{"Retry-After": "0"}) if len(calls) in (1, 3) else None

    with serving(Host(PEOPLE, hook=once)) as server, xporter(server) as one:
        assert one.access().state is AccessState.APPROVED
    with (
        serving(_always(as_json({}, status, **{"Retry-After": "900"}))) as server,
        xporter(server) as one,
        pytest.raises(kind),
    ):
        one.access()


def test_a_wrong_address_names_the_settings() -> None:
    with (
        serving(_always(as_json({}, 404))) as server,
        xporter(server) as one,
        pytest.raises(BadAnswer) as caught,
    ):
        one.access()
    assert "token_url" in caught.value.mend


def test_the_older_token_address_is_another_host_and_gets_no_token() -> None:
    with serving(Host()) as tokens, serving(Host(PEOPLE)) as server:
        with xporter(server, token_url=f"{tokens.url}/api/oauth/GetToken") as one:
            assert one.access().state is AccessState.APPROVED
        assert tokens.paths() == ["/api/oauth/GetToken"]
        assert "/api/oauth/GetToken" not in server.paths()
        assert all(CANARY.encode() not in asked.body for asked in server.asked)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2026-01-15T09:00:10.1852229Z", 10), ("2026-01-15T09:00:10Z", 10), ("2026-01-15T09:00:10", 10),
     ("2026-01-15T10:00:10.5+01:00", 10), ("0001-01-01T00:00:00", None), ("soon", None), (7, None)],
)  # fmt: skip
def test_the_end_of_a_token_is_read_with_seven_digits_of_fraction(text: Any, seconds: int | None) -> None:
    found = instant(text)
    told = None if found is None or found.year == 1 else int((found - NOW).total_seconds())
    assert told == seconds


def test_D12_U7_an_empty_school_fails_the_data_test_only() -> None:
    with serving(Host()) as server, xporter(server) as one:
        connectivity, data = one.probe()
    assert connectivity.ok
    assert not data.ok
    assert "no data" in data.message


def test_D12_the_data_test_tells_what_is_shared_and_what_cannot_be_reached_now() -> None:
    told = {"Groups": "The scope School is required.",
            "AttendanceForDateRange": "Unable to connect to the school agent."}  # fmt: skip
    with serving(Host(PEOPLE, told=told)) as server, xporter(server) as one:
        data = one.probe()[1]
    assert data.ok
    assert "groups not shared" in data.message
    assert "attendance not reached now" in data.message
    assert "no contacts" in data.message


def test_nothing_of_the_secret_is_shown() -> None:
    with serving(Host(PEOPLE)) as server, xporter(server) as one:
        assert CANARY not in repr(one) + repr(one.setup)
        one.access()
        assert CANARY not in repr(one._made) + repr(one._made and one._made.place)


@pytest.mark.parametrize("mis", ["sims", "arbor", "scholarpack", "bromcom", "isams", "cmis", "wcbs"])
def test_B3_D1_the_guide_is_complete_in_order_and_installs_only_where_the_mis_is_on_site(mis: str) -> None:
    route = catalogue.entry(mis).route("xporter")
    assert route is not None
    ids = [step.id for step in route.steps]
    assert [one for one in ids if one != "agent"] == [
        "reports", "scopes", "authorise", "secret", "confirm", "test", "sync",
    ]  # fmt: skip
    assert ("agent" in ids) is catalogue.entry(mis).installs
    assert [s.kind for s in route.steps if s.id in ("secret", "confirm")] == ["input", "wait"]
    assert any("secret" in note.text and "dead" in note.text for note in route.notes)
