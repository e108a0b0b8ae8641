"""The Wonde face over real loopback HTTP, held against wonde.md section by section."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world

TODAY = date(2026, 1, 14)
Serve = Callable[..., Any]
ALL_STUDENT = (
    "education_details,contact_details,extended_details,contacts,contacts.contact_details,classes,"
    "classes.subject,year,registration,house"
)
STUDENT_KEYS = [
    "id",
    "upi",
    "mis_id",
    "title",
    "initials",
    "surname",
    "forename",
    "middle_names",
    "legal_surname",
    "legal_forename",
    "gender",
    "gender_identity",
    "date_of_birth",
    "restored_at",
    "created_at",
    "updated_at",
]
EDUCATION_KEYS = [
    "admission_number",
    "upn",
    "local_upn",
    "former_upn",
    "learner_number",
    "current_nc_year",
    "part_time",
    "part_time_rate",
    "admission_date",
    "leaving_date",
]
CONTACT_KEYS = [
    "id",
    "mis_id",
    "upi",
    "title",
    "initials",
    "surname",
    "forename",
    "middle_names",
    "gender",
    "date_of_birth",
    "created_at",
    "updated_at",
    "relationship",
    "contact_details",
]
RELATIONSHIP_KEYS = [
    "bill_payer",
    "lives_with_pupil",
    "email_bills",
    "copy_bills",
    "court_order",
    "pupil_report",
    "parental_responsibility",
    "correspondence",
    "priority",
    "relationship",
]
EMPLOYMENT_KEYS = [
    "current",
    "teaching_staff",
    "teacher_number",
    "teacher_category",
    "staff_code",
    "primary_location",
    "employment_start_date",
    "employment_end_date",
    "local_authority_start_date",
    "probation_end_date",
    "police_check_date",
    "health_check_date",
    "employment_payroll_number",
    "employee_payroll_number",
    "working_with_children_registration_number",
    "role_text",
    "qualified_teacher_status",
    "qualified_teacher_status_route",
    "higher_level_teaching_assistant_status",
]
CLASS_KEYS = [
    "id",
    "mis_id",
    "type",
    "name",
    "code",
    "description",
    "subject",
    "alternative",
    "priority",
    "academic_year",
    "year_group",
    "restored_at",
    "created_at",
    "updated_at",
]
GROUP_KEYS = [
    "id",
    "mis_id",
    "name",
    "code",
    "type",
    "description",
    "notes",
    "restored_at",
    "created_at",
    "updated_at",
]
SCHOOL_KEYS = [
    "id",
    "name",
    "establishment_number",
    "urn",
    "phase_of_education",
    "la_code",
    "timezone",
    "mis",
    "address",
    "extended",
    "region",
]


# -- §2 authentication --


def test_no_token_or_a_wrong_one_is_401(serve: Serve) -> None:
    desk = serve("saltmere")
    for header in (
        "",
        "Bearer nonsense",
        "Basic !!!",
        "Token x",
        "Basic " + base64.b64encode(b"x:").decode(),
    ):
        answer = httpx.get(f"{desk.simulator.wonde_url}schools", headers={"Authorization": header})
        assert answer.status_code == 401 and "error" in answer.json()


def test_bearer_and_basic_are_the_same(serve: Serve) -> None:
    desk = serve("saltmere")
    basic = httpx.get(f"{desk.simulator.wonde_url}schools", auth=(desk.simulator.token, ""))
    assert basic.json() == desk.client.get("schools").json() and basic.json()["data"]


def test_a_trailing_slash_changes_nothing(serve: Serve) -> None:
    desk = serve("saltmere")
    assert desk.client.get("schools/").json() == desk.client.get("schools").json()


def test_a_school_token_sees_its_own_school_only(serve: Serve) -> None:
    desk = serve("saltmere", "holmwick")
    tokens = {one["slug"]: one["token"] for one in desk.control.schools()}
    headers = {"Authorization": f"Bearer {tokens['saltmere']}"}
    url = desk.simulator.wonde_url
    listed = httpx.get(f"{url}schools/all", headers=headers).json()["data"]
    assert [one["name"] for one in listed] == ["Saltmere Infant School"]
    assert httpx.get(f"{url}{desk.path('holmwick', 'students')}", headers=headers).status_code == 404


# -- §3 discovery and approval --


def test_without_an_approval_the_list_is_empty_but_the_search_finds(serve: Serve) -> None:
    desk = serve("saltmere", "holmwick", approved=())
    assert desk.client.get("schools").json() == {"data": [], "meta": {}}
    found = desk.client.get("schools/all", params={"urn": "990005"}).json()["data"]
    assert [one["name"] for one in found] == ["Holmwick CofE Primary School"]
    for params in ({"la_code": "815", "establishment_number": "3206"}, {"postcode": "yo62"}):
        assert desk.client.get("schools/all", params=params).json()["data"] == found
    assert desk.get("holmwick", "students").status_code == 403
    assert desk.get("holmwick").status_code == 404


def test_access_is_asked_for_and_decided_by_the_school(serve: Serve) -> None:
    """§3: none → pending → approved → revoked, and declined; each state has its list."""
    desk = serve("holmwick", approved=())
    ask, hand_back = desk.path("holmwick", "request-access"), desk.path("holmwick", "revoke-access")

    def listed() -> str:
        states = ("pending", "audited", "revoked", "declined")
        return " ".join(state for state in states if desk.client.get(f"schools/{state}").json()["data"])

    body = {"contacts": [{"first_name": "A", "last_name": "B", "notes": "x"}]}
    asked = desk.client.post(ask, json=body).json()
    assert (asked["success"], asked["state"]) == (True, "pending") and asked["message"]
    assert listed() == "pending" and desk.get("holmwick", "students").status_code == 403
    desk.control.decline("990005")
    assert listed() == "declined"
    desk.client.post(ask)
    desk.control.approve("990005")
    assert listed() == "audited" and desk.get("holmwick", "students").status_code == 200
    assert desk.client.post(ask).json()["success"] is False
    desk.control.revoke("990005")
    assert listed() == "revoked" and desk.get("holmwick", "students").status_code == 403
    desk.control.approve("holmwick")
    assert desk.client.delete(hand_back).json()["state"] == "revoked"
    assert desk.client.delete(hand_back).json()["success"] is False
    assert desk.control.state()["schools"]["990005"]["asked"] == 2


def test_meta_tells_online_approved_audited(serve: Serve) -> None:
    desk = serve("holmwick")
    path = f"meta/{desk.path('holmwick')}"
    assert desk.client.get(path).json() == {
        "data": {"online": True, "approved": True, "audited": True, "custom_attendance_codes": False}
    }
    desk.control.offline("990005", True)
    assert desk.client.get(path).json()["data"]["online"] is False
    assert [one["id"] for one in desk.client.get("schools/offline").json()["data"]]
    assert desk.client.get(f"{path}/acl").json() == {"data": {"mode": "exclude", "ids": []}}


def test_permissions_name_every_scope_and_the_withheld_ones(serve: Serve) -> None:
    desk = serve("ridgemoor")
    rows = desk.client.get(f"meta/{desk.path('ridgemoor')}/permissions").json()["data"]
    keys = {
        "identity",
        "name",
        "description",
        "parent",
        "group",
        "active_from",
        "optional",
        "approved",
        "audited",
    }
    assert all(set(row) == keys for row in rows)
    assert {row["identity"] for row in rows if not row["approved"]} == {"contacts.read"}
    assert {row["identity"] for row in rows if not row["optional"]} == {"students.read", "employees.read"}


def test_the_school_object_has_the_shape_of_section_3(serve: Serve) -> None:
    desk = serve("larkmere")
    row = desk.get("larkmere").json()["data"]
    assert list(row) == SCHOOL_KEYS
    assert (row["urn"], row["la_code"], row["establishment_number"]) == (990001, "823", "4017")
    assert set(row["region"]) == {"code", "domain", "school_url", "identifiers"}
    assert set(row["extended"]) == {"allows_writeback", "has_timetables", "has_lesson_attendance"}
    assert f"http://{row['region']['domain']}/v1.0/schools/{row['id']}" == row["region"]["school_url"]


# -- §1 regions --


def test_the_wrong_region_answers_with_no_data_and_no_error(serve: Serve) -> None:
    desk = serve("harbour-point", "saltmere")
    for resource in ("students", "employees", "groups"):
        answer = desk.get("harbour-point", resource)
        assert answer.status_code == 200 and answer.json()["data"] == []
    counts = desk.get("harbour-point", "counts", include="students").json()
    assert counts == {"data": {"students": {"data": {"count": 0}}}}
    there = desk.get("harbour-point").json()["data"]["region"]["school_url"]
    assert "/wonde-apse2/v1.0/schools/" in there
    assert len(desk.client.get(f"{there}/students", params={"per_page": "200"}).json()["data"]) == 150
    other = there.replace(desk.world.school("harbour-point").wonde_id, desk.world.school("saltmere").wonde_id)
    assert desk.client.get(f"{other}/students").json()["data"] == []


# -- §4 paging --


def test_the_default_page_is_fifty(serve: Serve) -> None:
    document = serve("saltmere").get("saltmere", "students").json()
    assert len(document["data"]) == 50
    pages = document["meta"]["pagination"]
    assert (pages["per_page"], pages["current_page"], pages["more"], pages["previous"]) == (50, 1, True, None)
    assert pages["next"].startswith("http://127.0.0.1:") and "page=2" in pages["next"]


def test_per_page_comes_back_as_text_and_current_page_as_a_number(serve: Serve) -> None:
    pages = (
        serve("saltmere").get("saltmere", "students", per_page="60", page="2").json()["meta"]["pagination"]
    )
    assert (pages["per_page"], pages["current_page"], pages["more"], pages["next"]) == ("60", 2, False, None)
    assert "page=1" in pages["previous"]


def test_one_page_has_no_pagination_unless_per_page_is_sent(serve: Serve) -> None:
    desk = serve("saltmere")
    assert "pagination" not in desk.get("saltmere", "employees").json()["meta"]
    assert "pagination" in desk.get("saltmere", "employees", per_page="50").json()["meta"]


def test_cursor_mode_has_no_page_numbers(serve: Serve) -> None:
    desk = serve("saltmere")
    pages = desk.get("saltmere", "students", cursor="true").json()["meta"]["pagination"]
    assert (pages["per_page"], pages["current_page"], pages["more"]) == (None, None, True)
    assert len({row["id"] for row in desk.rows("saltmere", "students", cursor="true")}) == 92


def test_per_page_has_a_maximum(serve: Serve) -> None:
    document = serve("thornley-park").get("thornley-park", "students", per_page="5000").json()
    assert len(document["data"]) == 200 and document["meta"]["pagination"]["per_page"] == "200"


@pytest.fixture(scope="module")
def small() -> Iterator[tuple[Simulator, httpx.Client]]:
    world = build_world(today=TODAY, schools=["saltmere"])
    with Simulator(world, approved=("all",)) as simulator:
        headers = {"Authorization": f"Bearer {simulator.token}"}
        with httpx.Client(base_url=simulator.wonde_url, headers=headers, trust_env=False) as client:
            yield simulator, client


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(per_page=st.integers(1, 250), cursor=st.booleans())
def test_any_page_size_in_either_style_gives_everybody_once(
    small: tuple[Simulator, httpx.Client], per_page: int, cursor: bool
) -> None:
    simulator, client = small
    url = (
        f"schools/{simulator.world.schools[0].wonde_id}/contacts?per_page={per_page}{'&cursor=true' * cursor}"
    )
    seen = []
    while url:
        document = client.get(url).json()
        seen += [row["id"] for row in document["data"]]
        pages = document["meta"]["pagination"]
        assert pages["more"] is (pages["next"] is not None)
        url = pages["next"] or ""
    assert len(seen) == len(set(seen)) == len(simulator.world.roll("saltmere").contacts)


def test_next_keeps_the_includes_and_filters(serve: Serve) -> None:
    desk = serve("saltmere")
    params = {"include": "education_details", "updated_after": "2020-01-01 00:00:00", "per_page": "40"}
    following = desk.get("saltmere", "students", **params).json()["meta"]["pagination"]["next"]
    assert all("education_details" in row for row in desk.client.get(following).json()["data"])


def test_meta_lists_the_includes(serve: Serve) -> None:
    meta = serve("saltmere").get("saltmere", "students").json()["meta"]
    assert {"contacts.contact_details", "education_details", "registration"} <= set(meta["includes"])


@pytest.mark.parametrize(
    "bad",
    [{"per_page": "x"}, {"per_page": "0"}, {"page": "-1"}, {"updated_after": "soon"}, {"cursor": "%%%"}],
)
def test_422_is_an_object_of_field_errors(serve: Serve, bad: dict[str, str]) -> None:
    answer = serve("saltmere").get("saltmere", "students", **bad)
    assert answer.status_code == 422 and list(answer.json()) == list(bad)


# -- §7-§9 shapes --


def test_a_student_has_exactly_the_keys_of_the_sample(serve: Serve) -> None:
    row = serve("larkmere").get("larkmere", "students", include=ALL_STUDENT, per_page="1").json()["data"][0]
    assert list(row)[:16] == STUDENT_KEYS
    assert set(row) == {*STUDENT_KEYS, *(name for name in ALL_STUDENT.split(",") if "." not in name)}
    assert list(row["education_details"]["data"]) == EDUCATION_KEYS
    assert set(row["contact_details"]["data"]) == {"phones", "emails", "addresses"}
    contact = row["contacts"]["data"][0]
    assert list(contact) == CONTACT_KEYS
    assert list(contact["relationship"]) == RELATIONSHIP_KEYS, "bare: no data around it"
    one = row["classes"]["data"][0]
    assert set(one) == set(CLASS_KEYS) and set(one["subject"]["data"]) >= {
        "id",
        "mis_id",
        "code",
        "name",
        "active",
    }
    assert row["registration"]["data"]["type"] == "REGISTRATION"
    assert list(row["year"]["data"]) == GROUP_KEYS and row["year"]["data"]["name"].startswith("Year ")


def test_what_was_not_asked_for_is_not_there(serve: Serve) -> None:
    row = serve("saltmere").get("saltmere", "students", per_page="1").json()["data"][0]
    assert list(row) == STUDENT_KEYS


def test_an_employee_has_exactly_the_keys_of_the_sample(serve: Serve) -> None:
    include = "contact_details,employment_details,line_manager"
    rows = serve("larkmere").rows("larkmere", "employees", include=include)
    row: Any = rows[3]
    assert "gender_identity" not in row
    assert list(row["employment_details"]["data"]) == EMPLOYMENT_KEYS
    assert {one["line_manager"]["data"]["id"] for one in rows if one["line_manager"]["data"]} <= {
        one["id"] for one in rows
    }


def test_class_subject_is_a_bare_id_until_included(serve: Serve) -> None:
    desk = serve("larkmere")
    bare = desk.get("larkmere", "classes", per_page="1").json()["data"][0]
    full = desk.get("larkmere", "classes", per_page="1", include="subject,students,employees").json()["data"][
        0
    ]
    assert list(bare) == CLASS_KEYS
    assert isinstance(bare["subject"], str) and full["subject"]["data"]["id"] == bare["subject"]
    assert full["students"]["data"][0]["surname"] and full["employees"]["data"][0]["surname"]


def test_groups_hold_members_and_filter_by_type(serve: Serve) -> None:
    desk = serve("holmwick")
    forms = desk.rows("holmwick", "groups", type="REGISTRATION", include="students,employees")
    assert {row["type"] for row in forms} == {"REGISTRATION"}
    assert sum(len(row["students"]["data"]) for row in forms) == 205
    assert all(row["employees"] == {"data": []} for row in forms), "E5: Integris tells no class staff"
    assert desk.rows("holmwick", "classes") == [], "§12.1"


@pytest.mark.parametrize(
    ("slug", "resource", "expected"),
    [
        ("larkmere", "students", ("dict", "Europe/London")),
        ("thornley-park", "students", ("dict", "UTC")),
        ("holmwick", "employees", ("str", "")),
    ],
)
def test_G8_birth_dates_come_in_every_shape(
    serve: Serve, slug: str, resource: str, expected: tuple[str, str]
) -> None:
    value: Any = next(
        row["date_of_birth"] for row in serve(slug).rows(slug, resource) if row["date_of_birth"]
    )
    zone = value["timezone"] if isinstance(value, dict) else ""
    assert (type(value).__name__, zone) == expected
    if isinstance(value, dict):
        assert value["timezone_type"] == 3 and value["date"].endswith(" 00:00:00.000000")


def test_timestamps_are_php_objects_and_employment_dates_both_shapes(serve: Serve) -> None:
    desk = serve("larkmere", "whitebridge")
    kinds = set()
    for slug in ("larkmere", "whitebridge"):
        row: Any = desk.rows(slug, "employees", include="employment_details")[0]
        assert set(row["updated_at"]) == {"date", "timezone_type", "timezone"}
        assert row["updated_at"]["date"].endswith(".000000")
        kinds.add(type(row["employment_details"]["data"]["employment_start_date"]))
    assert kinds == {str, dict}


def test_an_empty_single_include_is_wrapped_or_bare(serve: Serve) -> None:
    desk = serve("larkmere", "stonebeck")
    assert desk.get("larkmere", "students", include="boarding", per_page="1").json()["data"][0][
        "boarding"
    ] == {"data": None}
    assert (
        desk.get("stonebeck", "students", include="boarding", per_page="1").json()["data"][0]["boarding"]
        is None
    )


def test_schools_differ_in_small_ways(serve: Serve) -> None:
    """§8: gender in capitals, numbers for mis_id, text for alternative, addresses under email only."""
    desk = serve("stonebeck", "eastmarsh", "penhallow")
    rows: Any = desk.get("stonebeck", "students", include="contact_details", per_page="200").json()["data"]
    assert {row["gender"] for row in rows} == {"MALE", "FEMALE"}
    emails = [row["contact_details"]["data"]["emails"] for row in rows]
    assert any(one["email"] for one in emails) and not any(one["work"] for one in emails)
    assert isinstance(desk.get("eastmarsh", "students", per_page="1").json()["data"][0]["mis_id"], int)
    assert desk.get("penhallow", "classes", per_page="1").json()["data"][0]["alternative"] == "false"


def test_photos_are_small_pictures_with_a_hash(serve: Serve) -> None:
    desk = serve("larkmere", "holmwick")
    row: Any = desk.get("larkmere", "students", include="photo", per_page="1").json()["data"][0]["photo"][
        "data"
    ]
    assert set(row) == {"id", "content", "hash"}
    assert base64.b64decode(row["content"]).startswith(b"\x89PNG\r\n\x1a\n")
    assert desk.get("larkmere", "photos", per_page="1").json()["data"][0] == row
    assert desk.get("holmwick", "photos").json()["data"] == [], "E3"


def test_hostile_text_arrives_byte_for_byte(serve: Serve) -> None:
    rows = serve("larkmere").rows("larkmere", "students")
    assert any("\x1b]0;owned\x07\u202e" in str(row["forename"]) for row in rows)


def test_one_record_and_an_unknown_one(serve: Serve) -> None:
    desk = serve("saltmere")
    first: Any = desk.get("saltmere", "students", per_page="1", include="year").json()["data"][0]
    assert desk.get("saltmere", f"students/{first['id']}", include="year").json()["data"] == first
    assert desk.get("saltmere", "students/A0000000000").status_code == 404
    assert desk.get("saltmere", "nonsense").status_code == 404
    assert desk.client.get("schools/A0000000000/students").status_code == 404


# -- §4-§6 counts, collections, deltas --


def test_counts_agree_with_the_lists(serve: Serve) -> None:
    desk = serve("penhallow")
    names = ("students", "employees", "contacts", "classes", "groups", "subjects")
    counts = desk.get("penhallow", "counts", include=",".join(names)).json()["data"]
    assert {name: one["data"]["count"] for name, one in counts.items()} == {
        name: len(desk.rows("penhallow", name)) for name in names
    }


def test_leavers_and_pre_admissions_have_collections_of_their_own(serve: Serve) -> None:
    desk = serve("larkmere")
    now, gone, coming = (
        {row["id"] for row in desk.rows("larkmere", name)}
        for name in ("students", "students-leaver", "students-pre-admission")
    )
    assert gone and coming and not (now & gone) and not (now & coming)


def test_a_day_later_updated_after_and_deletions_tell_what_changed(serve: Serve) -> None:
    desk = serve("larkmere")
    before: Any = {row["id"]: row for row in desk.rows("larkmere", "students")}
    since = f"{TODAY} 23:59:59"
    assert desk.rows("larkmere", "students", updated_after=since) == []
    desk.control.advance(1)
    after: Any = {row["id"]: row for row in desk.rows("larkmere", "students")}
    changed = {row["id"] for row in desk.rows("larkmere", "students", updated_after=since)}
    assert changed == {key for key, row in after.items() if before.get(key) != row}
    deleted: Any = desk.rows("larkmere", "deletions", type="student", updated_after=since)
    assert {row["id"] for row in deleted} == set(before) - set(after) != set()
    assert list(deleted[0]) == ["type", "id", "mis_id", "deleted_at", "restored_at"]
    assert deleted[0]["deleted_at"]["date"].startswith((TODAY + timedelta(days=1)).isoformat())
    assert {row["type"] for row in desk.rows("larkmere", "deletions")} >= {"student"}


def test_offline_data_is_frozen_not_empty(serve: Serve) -> None:
    desk = serve("saltmere")
    before = desk.rows("saltmere", "students")
    desk.control.offline("saltmere", True)
    desk.control.advance(2)
    assert desk.rows("saltmere", "students") == before
    desk.control.offline("saltmere", False)
    assert desk.rows("saltmere", "students") != before


def test_attendance_has_two_marks_a_pupil_on_the_last_school_day(serve: Serve) -> None:
    rows = serve("saltmere").rows("saltmere", "attendance/session")
    assert len(rows) == 2 * 92 and {row["session"] for row in rows} == {"AM", "PM"}
    assert len({row["id"] for row in rows}) == len(rows) and {row["date"] for row in rows} == {
        TODAY.isoformat()
    }


def test_employees_filter_by_start_date(serve: Serve) -> None:
    desk = serve("larkmere")
    rows = desk.rows("larkmere", "employees", employment_start_after=TODAY.isoformat())
    assert len(rows) == 2


# -- §7, §10 permissions and errors --


def test_a_withheld_scope_is_an_error_at_one_school_and_a_missing_key_at_another(serve: Serve) -> None:
    desk = serve("ridgemoor", "deepdale")
    assert desk.get("ridgemoor", "students", include="contacts").status_code == 403
    quiet = desk.get("deepdale", "students", include="contacts,year", per_page="1")
    assert "contacts" not in quiet.json()["data"][0] and "year" in quiet.json()["data"][0]
    assert {desk.get(slug, "contacts").status_code for slug in ("ridgemoor", "deepdale")} == {403}
    assert desk.get("ridgemoor", "students").status_code == 200, "the other resources still work"


def test_error_bodies_have_two_shapes_and_never_the_token(serve: Serve) -> None:
    desk = serve("saltmere", "larkmere", approved=())
    keys = set()
    for slug in ("saltmere", "larkmere"):
        answer = desk.get(slug, "students")
        keys |= set(answer.json())
        assert desk.simulator.token not in answer.text
    assert keys == {"error", "message"}


def test_answers_carry_no_clock(serve: Serve) -> None:
    """The same world serves the same bytes, whenever it is asked."""
    first, second = (serve("saltmere").get("saltmere", "students", include=ALL_STUDENT) for _ in range(2))
    assert "date" not in first.headers
    same = [json.dumps(answer.json()["data"]) for answer in (first, second)]
    assert same[0] == same[1]
