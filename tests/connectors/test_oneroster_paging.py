"""OneRoster over REST: where the service is found, and pages that clamp, repeat, mislead or never end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from loopback import Asked, Reply, as_json, gather, serving
from oneroster_service import CLIENT, SECRET, Service, org, roster, setup_for, user

from connectors import errors
from connectors.base import AccessState, SchoolRef
from connectors.oneroster import OneRoster
from connectors.records import Pupil, Report

PUPILS = Report.STUDENTS
PEOPLE = [user(f"p{n:03}") for n in range(95)]


def people(**more: Any) -> Service:
    return Service({"users": PEOPLE, **more.pop("rows", {})}, **more)


def ids(read: Any) -> list[str]:
    return sorted(p.source_id for p in read.of(Pupil))


ALL = sorted(row["sourcedId"] for row in PEOPLE)


# -- finding the service ---------------------------------------------------------------


@pytest.mark.parametrize(
    "tail", ["", "/", "/ims/oneroster", "/ims/oneroster/rostering/v1p2", "/ims/oneroster/"]
)
def test_the_address_is_taken_as_suppliers_print_it(tail: str) -> None:
    with serving(people()) as server, roster(server, url=server.url + tail) as one:
        assert one.access().state is AccessState.APPROVED
        assert "OneRoster 1.2" in one.access().message


def test_a_service_of_1_1_is_found_after_1_2_was_not_and_asked_for_its_own_scopes() -> None:
    service = people(versions=("1.1",))
    with serving(service) as server, roster(server) as one:
        assert "OneRoster 1.1" in one.access().message
    assert "v1p1/scope/roster-core.readonly" in service.forms[-1]["scope"]
    assert "roster-demographics.readonly" in service.forms[-1]["scope"]


def test_a_path_the_standard_does_not_know_is_tried_last() -> None:
    """Xporter's own face lies under /api/ims/oneroster/v1p1/school (xporter.md §10)."""

    def answer(asked: Asked) -> Reply:
        moved = asked.path.replace("/api/ims/oneroster/v1p1/school/", "/ims/oneroster/rostering/v1p2/")
        return service(Asked(asked.method, moved, asked.query, asked.headers, asked.body))  # type: ignore[return-value]

    service = people()
    path = "/api/ims/oneroster/v1p1/school"
    with serving(answer) as server, roster(server, url=server.url + path, scope="none") as one:
        assert ids(gather(one, PUPILS)) == ALL
    assert "scope" not in service.forms[0]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"url": "http://mis.example"}, "url"),
        ({"url": ""}, "url"),
        ({"token_url": ""}, "tokens"),
        ({"token_url": "http://mis.example/token"}, "token_url"),
        ({"client_id": "two words"}, "client_id"),
        ({"limit": "5001"}, "limit"),
        ({"version": "2.0"}, "version"),
        ({"auth": "oauth1", "version": "1.2"}, "signed"),
    ],
)
def test_settings_are_checked_as_typed(settings: dict[str, str], told: str) -> None:
    with serving(people()) as server, pytest.raises(errors.BadSettings) as caught:
        roster(server, **settings)
    assert told in caught.value.message
    assert caught.value.mend


def test_a_version_that_contradicts_the_address_is_told() -> None:
    with (
        serving(people()) as server,
        roster(server, url=f"{server.url}/ims/oneroster/v1p1", version="1.2") as one,
    ):
        assert one.access().state is AccessState.UNKNOWN
        with pytest.raises(errors.BadSettings):
            gather(one, PUPILS)


def test_a_wrong_secret_is_refused_and_never_shown() -> None:
    with serving(people(secret="another-secret-here")) as server, roster(server) as one:
        access = one.access()
        assert access.state is AccessState.REFUSED
        assert "client id and secret" in access.mend
        assert SECRET not in repr((access, one, one.probe(), setup_for(server)))


def test_the_secret_may_stand_in_the_body() -> None:
    service = people(in_body=True)
    with serving(service) as server, roster(server, client_auth="body") as one:
        assert ids(gather(one, PUPILS)) == ALL
    assert service.forms[0]["client_id"] == CLIENT


def test_a_token_without_the_right_to_read_names_the_scope_as_missing() -> None:
    def hook(asked: Asked) -> Reply | None:
        said = {"imsx_codeMajor": "failure", "imsx_description": "Scope roster-core is needed"}
        return as_json({"imsx_statusInfo": said}, 403) if "/users" in asked.path else None

    with serving(people(hook=hook)) as server, roster(server) as one:
        assert Report.STUDENTS in one.access().withheld
        with pytest.raises(errors.ScopeMissing) as caught:
            gather(one, PUPILS, Report.STAFF)
    assert "Scope roster-core is needed" in caught.value.message


# -- which school ----------------------------------------------------------------------

TWO = [org("a", name="First", identifier="1"), org("b", name="Second", identifier="8234017"),
       org("d", name="Trust", type="district")]  # fmt: skip


def test_of_several_schools_the_one_with_our_numbers_is_read_and_only_its_classes_are_asked_for() -> None:
    rows = {"orgs": TWO, "users": [user("p1", school="b"), user("p2", school="a")], "classes": [],
            "enrollments": []}  # fmt: skip
    school = SchoolRef(urn="1234", name="x", la_code="823", establishment_number="4017")
    with serving(Service(rows)) as server, roster(server, school=school) as one:
        assert one.access().remote_id == "b"
        assert ids(gather(one, PUPILS)) == ["p1"]
        asked = {path.rpartition("v1p2/")[2] for path in server.paths()}
    assert {"schools/b/classes", "schools/b/enrollments"} <= asked


def test_a_school_that_cannot_be_told_is_asked_for() -> None:
    with serving(Service({"orgs": TWO, "users": PEOPLE})) as server:
        with roster(server, school=SchoolRef(urn="77", name="x")) as one:
            access = one.access()
            assert access.state is AccessState.UNKNOWN
            assert "First" in access.message
            assert "org=" in access.mend
        with roster(server, school=SchoolRef(urn="77", name="x"), org="a") as one:
            assert one.access().remote_id == "a"


# -- pages -----------------------------------------------------------------------------

GOOD_LINK = '<{0}>; rel="first", <{0}>; rel="next"'
LINKS: dict[str, Callable[[str], str] | None] = {
    "none": None,
    "good": lambda url: GOOD_LINK.format(url),
    "bare rel": lambda url: f"<{url}>; rel=next; title=x",
    "internal host": lambda url: f'<http://internal.example{url}>; rel="next"',
    "https": lambda url: f'<https://127.0.0.1{url}>; rel="next"',
    "broken": lambda _: '<http://[half; rel="next"',
    "only last": lambda url: f'<{url}>; rel="last"',
}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("most", [10_000, 7])
def test_every_page_is_read_whatever_the_headers_say(link: str, total: bool, most: int) -> None:
    """Clamped pages: what counts is the number of rows received."""
    with (
        serving(people(total=total, link=LINKS[link], most=most)) as server,
        roster(server, limit="20") as one,
    ):
        read = gather(one, PUPILS)
        assert not [path for path in server.paths() if "internal" in path]
    assert ids(read) == ALL
    assert not read.finished[PUPILS].delta


def test_pages_known_ahead_travel_four_at_once() -> None:
    import threading

    service, waiting, most = people(), [0], [0]
    gate, lock = threading.Barrier(4), threading.Lock()

    def hook(asked: Asked) -> Reply | None:
        if asked.path.endswith("/students") and asked.query["offset"] in ("10", "20", "30", "40"):
            with lock:
                waiting[0] += 1
                most[0] = max(most[0], waiting[0])
            gate.wait(timeout=2)  # none of the four is answered before all have come
            with lock:
                waiting[0] -= 1
        return None

    service.hook = hook
    with serving(service) as server, roster(server, limit="10") as one:
        assert ids(gather(one, PUPILS)) == ALL
    assert most[0] == 4


@pytest.mark.parametrize("key", ["students", "anything"])
def test_a_list_named_otherwise_is_read_when_it_is_the_only_one(key: str) -> None:
    def hook(asked: Asked) -> Reply | None:
        if not asked.path.endswith("/students"):
            return None
        offset = int(asked.query["offset"])
        return as_json({key: PEOPLE[offset : offset + 50], "more": True}, **{"X-Total-Count": "95"})

    with serving(people(hook=hook)) as server, roster(server) as one:
        assert ids(gather(one, PUPILS)) == ALL


def test_a_service_that_will_not_sort_is_asked_again_without() -> None:
    def hook(asked: Asked) -> Reply | None:
        return as_json({"imsx_codeMajor": "failure"}, 400) if "sort" in asked.query else None

    with serving(people(hook=hook)) as server, roster(server, limit="20") as one:
        assert ids(gather(one, PUPILS)) == ALL


def test_Z20_a_service_that_does_not_heed_the_offset_is_not_believed() -> None:
    def hook(asked: Asked) -> Reply | None:
        return (
            as_json({"users": PEOPLE[:20]}, **{"X-Total-Count": "95"}) if "/students" in asked.path else None
        )

    with (
        serving(people(hook=hook)) as server,
        roster(server, limit="20") as one,
        pytest.raises(errors.BadAnswer) as caught,
    ):
        gather(one, PUPILS)
    assert caught.value.code in ("too_large", "contradictory_extract")


def test_a_service_that_gives_everything_at_once_whatever_is_asked_is_read_once() -> None:
    def hook(asked: Asked) -> Reply | None:
        return as_json({"users": PEOPLE}) if "/students" in asked.path else None

    with serving(people(hook=hook)) as server, roster(server, limit="20") as one:
        assert ids(gather(one, PUPILS)) == ALL


def test_what_lies_beyond_the_end_may_be_an_error() -> None:
    def hook(asked: Asked) -> Reply | None:
        beyond = "/students" in asked.path and int(asked.query["offset"]) >= 95
        return as_json({"error": "Not found"}, 404) if beyond else None

    with serving(people(hook=hook, total=False)) as server, roster(server, limit="50") as one:
        assert ids(gather(one, PUPILS)) == ALL


def test_Z20_a_school_with_nobody_is_an_empty_extract() -> None:
    with serving(Service({"users": []})) as server, roster(server) as one:
        assert not one.probe()[1].ok
        with pytest.raises(errors.EmptyExtract) as caught:
            gather(one, PUPILS)
    assert "Nothing was changed" in caught.value.mend


def test_Z20_people_of_other_schools_alone_are_an_empty_extract() -> None:
    rows = {"orgs": TWO, "users": [user("p1", school="b")]}
    with serving(Service(rows)) as server, roster(server, org="a") as one, pytest.raises(errors.EmptyExtract):
        gather(one, PUPILS)


def test_nobody_is_handed_on_before_all_have_come() -> None:
    """The last page is missing: no record of the first ones was yielded."""

    def hook(asked: Asked) -> Reply | None:
        return (
            as_json({"users": []}, **{"X-Total-Count": "95"}) if asked.query.get("offset") == "80" else None
        )

    seen: list[Any] = []
    with serving(people(hook=hook)) as server, roster(server, limit="20") as one:
        from connectors.records import ExtractRequest

        with pytest.raises(errors.ShortExtract):
            seen.extend(one.extract(ExtractRequest(reports=frozenset({PUPILS}))))
    assert not seen


def test_signed_requests_of_both_kinds_are_accepted_and_a_retry_is_signed_anew() -> None:
    import re

    nonces: list[str] = []
    service, failing = people(versions=("1.1",)), [2]

    def answer(asked: Asked) -> Reply | None:
        said = asked.headers.get("Authorization", "")
        found = re.search(r'oauth_nonce="([^"]+)"', said)
        assert found
        assert 'oauth_signature_method="HMAC-SHA1"' in said
        nonces.append(found[1])
        if asked.query.get("offset") == "20" and failing[0]:
            failing[0] -= 1
            return as_json({"imsx_codeMajor": "failure"}, 500)
        return service.answer(asked, asked.path.removeprefix("/ims/oneroster/v1p1/"))

    with (
        serving(answer) as server,
        roster(server, auth="oauth1", signature="HMAC-SHA1", token_url="", limit="20") as one,
    ):
        assert isinstance(one, OneRoster)
        assert ids(gather(one, PUPILS)) == ALL
    assert failing == [0]
    assert len(set(nonces)) == len(nonces) > 7
