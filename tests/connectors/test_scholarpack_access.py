"""ScholarPack's consent: the link, what is pasted back, tokens that end and rotate, scopes, and the tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from harness import CANARY
from harness_scholarpack import RETURN, TOKENS, scholarpack, school, setup_for
from loopback import QUICK, Loopback, gather, serving

from connectors.base import AccessState
from connectors.errors import BadSettings, ConnectorError, NotAuthorised
from connectors.records import ExtractRequest, Pupil, Report, Staff
from connectors.scholarpack import ScholarPack
from connectors.scholarpack.consent import returned
from connectors.scholarpack.declaration import DECLARATION
from connectors.scholarpack.fieldmap import DEFAULTS, PATTERN, FieldMap

PEOPLE = ExtractRequest(
    reports=frozenset({Report.STAFF, Report.STUDENTS}),
    declined={one: frozenset({"photo_id", "photo_hash"}) for one in (Report.STAFF, Report.STUDENTS)},
)


class Ring:
    """A keyring of one connection, as the services offer it."""

    def __init__(self, **kept: str) -> None:
        self.kept = kept
        self.puts: list[dict[str, str]] = []

    def __call__(self, changed: Mapping[str, str]) -> Mapping[str, str]:
        if changed:
            self.puts.append(dict(changed))
            self.kept = {k: v for k, v in {**self.kept, **changed}.items() if v}
        return dict(self.kept)


def connected(server: Loopback, ring: Ring, **more: Any) -> ScholarPack:
    more.setdefault("consent", PEOPLE)
    return scholarpack(server, secrets=dict(ring.kept), keep=ring, **more)


def query(link: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(link).query))


def forms(server: Loopback) -> list[dict[str, str]]:
    return [dict(parse_qsl(asked.body.decode())) for asked in server.asked if asked.method == "POST"]


# -- the link --------------------------------------------------------------------------


def test_B6_without_an_accepted_report_there_is_no_link() -> None:
    with serving(school()) as server:
        ring = Ring()
        with connected(server, ring, consent=ExtractRequest(reports=frozenset())) as one:
            told = one.request_access()
    assert (told.state, told.link, ring.kept) == (AccessState.NOT_ASKED, "", {})
    assert "Accept reports first" in told.mend


def test_B5_the_link_asks_for_the_scopes_of_the_accepted_reports_and_no_others() -> None:
    with serving(school()) as server:
        ring = Ring()
        with connected(server, ring) as one:
            assert one.access().state is AccessState.NOT_ASKED
            told = one.request_access()
            again = one.access()
        assert server.asked == []
    address = urlsplit(told.link)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{server.url}/oauth2/authorize/"
    asked = query(told.link)
    assert asked.pop("state") == ring.kept["state"]
    assert len(ring.kept["state"]) >= 32
    scopes = asked.pop("scope")
    assert asked == {"response_type": "code", "client_id": "console", "redirect_uri": RETURN}
    assert set(scopes.split(" ")) == {"school-info:read", "student:read", "staff:read", "staff-contract:read"}
    assert (told.state, again.state, again.link) == (AccessState.PENDING,) * 2 + (told.link,)
    assert "Admin and the System Admin" in told.mend


@pytest.mark.parametrize(
    ("reports", "declined", "contacts", "scopes"),
    [
        ({Report.GROUPS_CLASSES}, {}, "third", {"student:read"}),
        ({Report.CONTACTS}, {}, "third", {"contacts:third-party"}),
        ({Report.CONTACTS}, {}, "first", {"contacts:third-party", "contacts:first-party"}),
        ({Report.STUDENTS}, {}, "first", {"student:read", "student-photo:read"}),  # C14
        ({Report.STAFF}, {"start_date", "end_date", "photo_id"}, "third", {"staff:read", "staff-photo:read"}),
        ({Report.ATTENDANCE}, {}, "third", {"student-register:read"}),
    ],
)
def test_C8_C14_scopes_follow_reports_and_fields(
    reports: set[Report], declined: set[str], contacts: str, scopes: set[str]
) -> None:
    asked = ExtractRequest(reports=frozenset(reports), declined={one: frozenset(declined) for one in reports})
    with serving(school()) as server, connected(server, Ring(), consent=asked, contacts=contacts) as one:
        link = one.request_access().link
    assert set(query(link)["scope"].split()) == {"school-info:read", *scopes}


def test_consent_page_and_tokens_may_stand_elsewhere() -> None:
    with serving(school()) as server:
        more = {"authorize_url": "https://login.example/o/authorize/"}
        with connected(server, Ring(), **more) as one:
            assert one.request_access().link.startswith("https://login.example/o/authorize/?")


# -- what comes back -------------------------------------------------------------------


def consented(server: Loopback, ring: Ring, *, code: str = "code-1", **pasted: str) -> ScholarPack:
    """The operator made the link, had it opened, and pasted the address the browser ended at."""
    with connected(server, ring) as one:
        state = query(one.request_access().link)["state"]
    told = "&".join(f"{k}={v}" for k, v in {"code": code, "state": state, **pasted}.items() if v)
    ring.kept["code"] = f"{RETURN}?{told}"
    return connected(server, ring)


def test_B5_the_pasted_address_becomes_tokens_that_are_kept_and_nothing_else_is() -> None:
    with serving(school()) as server:
        ring = Ring()
        with consented(server, ring) as one:
            told = one.access()
        assert forms(server) == [
            {"grant_type": "authorization_code", "code": "code-1", "redirect_uri": RETURN}
        ]
    assert (told.state, told.remote_name, told.link) == (AccessState.APPROVED, "Test School", "")
    assert told.granted == PEOPLE.reports
    assert ring.kept == {
        "access_token": f"{CANARY}-access-1", "refresh_token": f"{CANARY}-refresh-1",
        "access_until": "2026-01-15T10:00:00+00:00",
    }  # fmt: skip


def test_the_code_alone_is_enough_and_one_state_is_good_once() -> None:
    with serving(school()) as server:
        ring = Ring()
        with connected(server, ring) as one:
            first = query(one.request_access().link)["state"]
        ring.kept["code"] = "code-1"
        with connected(server, ring) as one:
            assert one.access().state is AccessState.APPROVED
        ring.kept = {}
        with connected(server, ring) as one:
            assert query(one.request_access().link)["state"] != first


@pytest.mark.parametrize(
    "pasted",
    [{"state": "another"}, {"state": ""}, {"error": "access_denied", "state": "another"}, {"code": ""}],
)
def test_an_address_that_is_not_of_our_link_is_never_used(pasted: dict[str, str]) -> None:
    with serving(school()) as server:
        ring = Ring()
        with consented(server, ring, **pasted) as one:
            told = one.access()
        assert forms(server) == []
    assert told.state is AccessState.REFUSED
    assert "code" not in ring.kept
    assert query(told.link)["state"] == ring.kept["state"]


def test_an_address_counts_only_while_a_link_of_ours_is_open() -> None:
    with serving(school()) as server:
        ring = Ring(code=f"{RETURN}?code=code-1&state=")
        with connected(server, ring) as one:
            assert one.access().state is AccessState.REFUSED
        assert forms(server) == []


def test_consent_that_was_cancelled_changes_nothing() -> None:
    with serving(school()) as server:
        ring = Ring()
        with consented(server, ring, code="", error="access_denied") as one:
            told = one.access()
    assert told.state is AccessState.DECLINED
    assert told.message == "Consent was cancelled; nothing has changed."
    assert told.mend
    assert set(ring.kept) == {"state"}


def test_a_code_that_is_too_old_is_told_and_forgotten() -> None:
    with serving(school()) as server:
        ring = Ring()
        with consented(server, ring, code="code-of-yesterday") as one:
            told = one.access()
            assert one.access().state is AccessState.PENDING
        assert len(forms(server)) == 1
    assert told.state is AccessState.REFUSED
    assert "too old" in told.message
    assert told.link
    assert "code" not in ring.kept


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("abc", "abc"), ("https://x.example/?code=a%2Bb&state=s", "a+b"), ("code=abc&state=s", "abc"),
        ("http://127.0.0.1:9/back?state=s&code=abc#", "abc"),
    ],
)  # fmt: skip
def test_the_code_is_found_in_what_was_pasted(pasted: str, code: str) -> None:
    assert returned(pasted, "s") == code


def test_another_schools_consent_is_refused() -> None:
    host = school()
    host.school = {"name": "Elsewhere Primary", "urn": "990001"}
    with serving(host) as server, connected(server, Ring(**TOKENS)) as one:
        told = one.access()
    assert told.state is AccessState.REFUSED
    assert "Elsewhere Primary" in told.message
    assert told.granted == frozenset()


# -- tokens ----------------------------------------------------------------------------


def test_a_token_that_is_still_good_is_used_and_nothing_is_asked_for() -> None:
    ring = Ring(**TOKENS, access_until="2026-01-15T09:30:00+00:00")
    with serving(school()) as server, connected(server, ring) as one:
        assert one.access().state is AccessState.APPROVED
        assert forms(server) == []
    assert ring.puts == []


def test_a_refresh_token_that_rotates_is_kept_before_anything_is_read_with_it() -> None:
    ring, order = Ring(**TOKENS, access_until="2026-01-15T09:00:10+00:00"), []
    host = school()
    host.hook = lambda asked: order.append((asked.path, ring.kept["refresh_token"]))  # type: ignore[func-returns-value]
    with serving(host) as server, connected(server, ring) as one:
        assert one.access().state is AccessState.APPROVED
    assert order[0] == ("/oauth2/token/", f"{CANARY}-refresh")
    assert {kept for path, kept in order[1:]} == {f"{CANARY}-refresh-1"}
    assert ring.kept["access_token"] == f"{CANARY}-access-1"


def test_a_refresh_token_that_does_not_rotate_stays() -> None:
    host = replace(school(), rotates=False, good="gone")
    ring = Ring(**TOKENS)
    with serving(host) as server, connected(server, ring) as one:
        assert one.access().state is AccessState.APPROVED
    assert ring.kept["refresh_token"] == TOKENS["refresh_token"]


def test_a_token_that_ends_in_the_middle_is_renewed_once_and_everybody_comes() -> None:
    host = school(
        students=[{"student_uuid": f"A{n}", "forename": "Ada", "surname": "Hale"} for n in range(9)]
    )
    counted: list[str] = []

    def ends(asked: Any) -> None:
        counted.append(asked.path)
        if counted.count("/api/v1/students/") == 3 and host.given == 0:
            host.good = "ended"

    host.hook = ends  # type: ignore[assignment]
    ring = Ring(**TOKENS)
    with serving(host) as server, connected(server, ring, per_page="2") as one:
        found = gather(one, Report.STUDENTS, declined=PEOPLE.declined)
    assert {p.source_id for p in found.of(Pupil)} == {f"A{n}" for n in range(9)}
    assert host.given == 1
    assert ring.kept["refresh_token"] == f"{CANARY}-refresh-1"


def test_what_another_run_renewed_meanwhile_is_used_instead_of_renewing_again() -> None:
    host = school()
    host.good, host.refresh = f"{CANARY}-access-new", f"{CANARY}-refresh-new"
    ring = Ring(**TOKENS)
    with serving(host) as server, connected(server, ring) as one:
        ring.kept |= {"access_token": host.good, "refresh_token": host.refresh}
        assert one.access().state is AccessState.APPROVED
        assert forms(server) == []


@pytest.mark.parametrize("lives", [3600, None])
def test_access_that_was_withdrawn_is_told_and_a_new_link_mends_it(lives: int | None) -> None:
    host = replace(school(), good="", refresh="", lives=lives)
    with serving(host) as server:
        ring = Ring(**TOKENS)
        with connected(server, ring) as one:
            told = one.access()
            with pytest.raises(NotAuthorised) as caught:
                gather(one, Report.STAFF)
            link = one.request_access()
        ring.kept["code"] = f"{RETURN}?code=code-1&state={query(link.link)['state']}"
        with connected(server, ring) as one:
            assert one.access().state is AccessState.APPROVED
            assert gather(one, Report.STAFF, declined=PEOPLE.declined).of(Staff)
    assert told.state is AccessState.REVOKED
    assert caught.value.message.startswith("Access was withdrawn or has expired.")
    assert "Authorise again" in caught.value.mend
    assert link.state is AccessState.PENDING


def test_without_a_refresh_token_the_school_is_asked_again_once_the_token_ends() -> None:
    with serving(school()) as server:
        ring = Ring(access_token="old", access_until="2026-01-15T08:00:00+00:00")
        with connected(server, ring) as one:
            assert one.access().state is AccessState.REVOKED
        assert server.asked == []


def test_the_pair_may_stand_in_the_form() -> None:
    seen: list[dict[str, str]] = []
    host = school()

    def token(asked: Any) -> None:
        if asked.method == "POST":
            assert "Authorization" not in asked.headers
            seen.append(dict(parse_qsl(asked.body.decode())))

    host.hook = token  # type: ignore[assignment]
    host.good = "ended"
    with serving(host) as server, connected(server, Ring(**TOKENS), client_auth="body") as one:
        one.access()
    assert (seen[0]["client_id"], seen[0]["client_secret"]) == ("console", CANARY)


def test_nothing_secret_is_shown_when_the_token_endpoint_repeats_it() -> None:
    host = school()
    host.good = "ended"

    def echo(asked: Any) -> Any:
        from loopback import as_json

        told = f"{asked.body.decode()} {asked.headers.get('Authorization')} {CANARY}"
        return as_json({"error_description": told}, 400) if asked.method == "POST" else None

    host.hook = echo
    with serving(host) as server, connected(server, Ring(**TOKENS)) as one:
        told = repr(one.access())
    assert CANARY not in told
    assert "No token was given" in told


# -- scopes that were not granted ------------------------------------------------------


def test_a_scope_that_is_not_granted_is_named_and_the_rest_is_read() -> None:
    host = replace(school(), withheld=frozenset({"students/", "staff/contracts/"}))
    with serving(host) as server, connected(server, Ring(**TOKENS)) as one:
        told = one.access()
        found = gather(one, Report.STAFF, Report.STUDENTS, declined=PEOPLE.declined)
        link = one.request_access()
    assert (told.state, told.withheld) == (AccessState.APPROVED, {Report.STUDENTS})
    assert "Scope not granted: student:read." in told.message
    assert set(found.finished) == {Report.STAFF}
    scopes = [re.search(r"Scope not granted: (\S+)\.", n.message) for n in found.notices]
    assert [s and s[1] for s in scopes] == ["student:read", "staff-contract:read"]
    assert all("Authorise again with it" in n.mend for n in found.notices)
    assert (link.state, bool(link.link)) == (AccessState.APPROVED, True)


def test_photos_that_are_not_granted_are_asked_for_once() -> None:
    host = replace(school(), withheld=frozenset({"students/A1/photos/", "students/A2/photos/"}))
    with serving(host) as server, connected(server, Ring(**TOKENS), per_page="1") as one:
        found = gather(one, Report.STUDENTS)
        assert len([path for path in server.paths() if path.endswith("/photos/")]) == 1
    assert any("student-photo:read" in n.message for n in found.notices)
    assert {p.source_id for p in found.of(Pupil)} == {"A1", "A2"}
    assert all("photo_id" in p.unknown for p in found.of(Pupil)[1:])


def test_declined_reports_are_not_looked_at() -> None:
    asked = ExtractRequest(reports=frozenset({Report.STAFF}))
    with serving(school()) as server, connected(server, Ring(**TOKENS), consent=asked) as one:
        told = one.access()
        one.probe()
        assert set(server.paths()) == {"/api/v1/school/", "/api/v1/staff/"}
    assert (told.granted, told.withheld) == ({Report.STAFF}, frozenset())


def test_every_path_ends_in_a_slash() -> None:
    with serving(school()) as server, scholarpack(server) as one:
        gather(one, *(offer.report for offer in DECLARATION.reports))
        one.access()
        assert all(path.endswith("/") for path in server.paths())


# -- the tests of the connection -------------------------------------------------------


def test_D12_the_data_test_prints_the_keys_really_seen() -> None:
    host = school(students=[{"student_uuid": "A1", "forename": "Ada", "surname": "Hale", "nc_year": "2"}])
    with serving(host) as server, connected(server, Ring(**TOKENS)) as one:
        reached, data = one.probe()
    assert reached.ok and data.ok
    assert "students/ has the keys forename, nc_year, student_uuid, surname" in data.message
    assert "date_of_birth" in data.message.partition("students/")[2].partition("no place for")[2]


def test_a_key_nobody_can_do_without_fails_the_data_test() -> None:
    host = school(students=[{"uuid": "A1", "forename": "Ada", "surname": "Hale"}])
    with serving(host) as server:
        with connected(server, Ring(**TOKENS)) as one:
            _, data = one.probe()
        with connected(server, Ring(**TOKENS), fields="pupil.id=uuid") as one:
            _, mended = one.probe()
    assert not data.ok
    assert data.mend.endswith("--set fields=pupil.id=KEY")
    assert mended.ok


def test_U7_an_empty_school_fails_the_data_test() -> None:
    with serving(school(students=[], staff=[])) as server, connected(server, Ring(**TOKENS)) as one:
        reached, data = one.probe()
    assert reached.ok
    assert not data.ok
    assert data.mend


# -- settings --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        "pupil.nc_year=year.name", "pupil.id=uuid; staff.phone=-", "staff.roles=post|role,contact.id=id;",
        "pupil.given_name = known_as|forename",
    ],
)  # fmt: skip
def test_a_field_map_is_checked_as_typed(told: str) -> None:
    assert re.fullmatch(PATTERN, told)
    FieldMap.parse(told)


@pytest.mark.parametrize(
    "told",
    ["nc_year=x", "pupil.nonsense=x", "pupil.nc_year", "pupil.nc_year=", "pupil.nc_year=a b", "pupil.id=1x",
     "pupil.nc_year=x staff.phone=y", "pupil.nc_year=../x", "a" * 5000],
)  # fmt: skip
def test_a_field_map_that_cannot_be_read_is_refused_with_an_example(told: str) -> None:
    assert not re.fullmatch(PATTERN, told)
    with pytest.raises(BadSettings) as caught:
        FieldMap.parse(told)
    assert "pupil.nc_year=year_name" in caught.value.message


def test_a_field_named_twice_is_refused() -> None:
    with pytest.raises(BadSettings, match=r"names pupil\.nc_year twice"):
        FieldMap.parse("pupil.nc_year=a; pupil.nc_year=b")


@pytest.mark.parametrize(
    ("name", "value"),
    [("url", "http://services.scholarpack.example/api/v1/"), ("token_url", "http://other.example/token/"),
     ("redirect_uri", "javascript:alert(1)"), ("redirect_uri", ""), ("client_id", "two words"),
     ("per_page", "0"), ("contacts", "all")],
)  # fmt: skip
def test_settings_are_checked_before_anything_is_asked(name: str, value: str) -> None:
    with serving(school()) as server:
        setup = setup_for(server)
        with pytest.raises(ConnectorError):
            ScholarPack(replace(setup, settings={**setup.settings, name: value}), limits=QUICK)
        assert server.asked == []


def test_every_default_of_the_field_map_belongs_to_a_field_or_decides_something() -> None:
    offered = {offer.report: {f.name for f in offer.fields} for offer in DECLARATION.reports}
    beside = {"id", "off_roll"}
    for kind, report in (("pupil", Report.STUDENTS), ("staff", Report.STAFF), ("contact", Report.CONTACTS)):
        assert set(DEFAULTS[kind]) - beside - {"pupil"} <= offered[report]
