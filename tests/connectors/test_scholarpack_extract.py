"""What ScholarPack's rows become: field by field, page by page, and what is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from harness_scholarpack import Host, contact, envelope, scholarpack, school, staff, student
from loopback import TODAY, Asked, Read, Reply, as_json, gather, serving

from connectors.errors import (
    BadAnswer,
    ConnectorError,
    ContradictoryExtract,
    EmptyExtract,
    ShortExtract,
    TooLarge,
)
from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Group,
    GroupKind,
    Mark,
    Membership,
    Part,
    Pupil,
    PupilStatus,
    Report,
    SchoolClass,
    Staff,
)
from connectors.scholarpack.people import teaches

PHOTOS = frozenset({"photo_id", "photo_hash"})
NO_PHOTOS = {Report.STUDENTS: PHOTOS, Report.STAFF: PHOTOS}


def read(host: Host, *reports: Report, declined: Any = NO_PHOTOS, **settings: str) -> Read:
    with serving(host) as server, scholarpack(server, **settings) as one:
        return gather(one, *reports, declined=declined)


# -- pupils ----------------------------------------------------------------------------


def test_G6_a_pupil_field_by_field() -> None:
    row = student("7f2c9d0e", forename="Eleanor", preferred_forename="Nell", surname=" O'Hara ", upn="A0012")
    [one] = read(school(students=[row]), Report.STUDENTS).of(Pupil)
    assert one == Pupil(
        source_id="7f2c9d0e", given_name="Nell", family_name=" O'Hara ", legal_given_name="Eleanor",
        legal_family_name=" O'Hara ", date_of_birth=date(2013, 11, 2), upn="A0012",
        admission_number="004504", nc_year="2", registration_group="2KES", house="Oak",
        admission_date=date(2022, 9, 1), status=PupilStatus.CURRENT,
        unknown=frozenset({"middle_names", "uln", "former_upn", "email"}) | PHOTOS,
    )  # fmt: skip


def test_G12_a_missing_date_of_birth_is_empty_and_one_not_delivered_is_unknown() -> None:
    rows = [student("A1", date_of_birth=""), student("A2")]
    del rows[1]["date_of_birth"]
    empty, absent = read(school(students=rows), Report.STUDENTS).of(Pupil)
    assert (empty.date_of_birth, absent.date_of_birth) == (None, None)
    assert "date_of_birth" not in empty.unknown
    assert "date_of_birth" in absent.unknown


def test_other_keys_are_read_by_the_field_map() -> None:
    row = {
        "id": 17, "name": {"known": "Nell", "last": "Hale"}, "dob": "2013-11-02T00:00:00", "yr": "R",
        "start_date": "2021-09-01",
    }  # fmt: skip
    told = ("pupil.id=id; pupil.given_name=name.known; pupil.family_name=name.last;"
            "pupil.date_of_birth=dob, pupil.nc_year=year|yr; pupil.admission_date=-")  # fmt: skip
    [one] = read(school(students=[row]), Report.STUDENTS, fields=told).of(Pupil)
    assert (one.source_id, one.given_name, one.family_name) == ("17", "Nell", "Hale")
    assert (one.date_of_birth, one.nc_year, one.admission_date) == (date(2013, 11, 2), "R", None)
    assert "admission_date" in one.unknown


def test_E8_nobody_comes_before_the_first_day_and_leavers_are_told_apart() -> None:
    day = timedelta(days=1)
    rows = [
        student("tomorrow", start_date=str(TODAY + day)), student("today", start_date=str(TODAY)),
        student("last-day", leaving_date=str(TODAY)), student("left", leaving_date=str(TODAY - day)),
        student("off", off_roll=True), student("long", leaving_date=str(TODAY - 61 * day)),
    ]  # fmt: skip
    found = read(school(students=rows), Report.STUDENTS, Report.GROUPS_CLASSES)
    assert {p.source_id: str(p.status) for p in found.of(Pupil)} == {
        "today": "current", "last-day": "current", "left": "leaver", "off": "leaver",
    }  # fmt: skip
    assert set(found.codes) == {"not_started", "long_gone"}
    assert {m.person_id for m in found.of(Membership)} == {"today", "last-day"}


def test_a_date_declined_still_decides_and_is_not_kept() -> None:
    declined = {Report.STUDENTS: frozenset({"leaving_date", "upn"}) | PHOTOS}
    rows = [student("A1", leaving_date="2026-01-10"), student("A2")]
    gone, here = read(school(students=rows), Report.STUDENTS, declined=declined).of(Pupil)
    assert (gone.status, gone.leaving_date, here.upn) == (PupilStatus.LEAVER, None, None)
    assert {"leaving_date", "upn"} <= gone.unknown


def test_what_is_of_the_wrong_kind_costs_its_field_and_is_told() -> None:
    rows = [student("A1", date_of_birth="2 Nov", upn=["x"]), 7, student(" "), {"forename": "No"}]
    found = read(school(students=rows), Report.STUDENTS)
    assert [p.source_id for p in found.of(Pupil)] == ["A1"]
    assert {(r.where, r.field, r.code) for r in found.rejected} == {
        ("pupils[0].date_of_birth", "date_of_birth", "wrong_type"), ("pupils[0].upn", "upn", "wrong_type"),
        ("pupils[1]", None, "wrong_type"), ("pupils[2].student_uuid", None, "no_id"),
        ("pupils[3].student_uuid", None, "no_id"),
    }  # fmt: skip


def test_C14_E3_a_photo_is_a_reference_and_only_on_request() -> None:
    host = school()
    host.rows["students/A1/photos/"] = []

    def photos(asked: Asked) -> Reply | None:
        if asked.path == "/api/v1/students/A1/photos/":
            return as_json({"data": [{"content": "aGVsbG8="}]})
        if asked.path == "/api/v1/students/A2/photos/":
            return as_json({"data": []})
        return None

    host.hook = photos
    with serving(host) as server, scholarpack(server) as one:
        gather(one, Report.STUDENTS, declined=NO_PHOTOS)
        assert not any("photos" in path for path in server.paths())
        with_one, without = gather(one, Report.STUDENTS).of(Pupil)
    assert (with_one.photo_id, without.photo_id) == ("students/A1/photos", None)
    assert with_one.photo_hash is not None
    assert "aGVsbG8" not in repr(with_one)


# -- staff -----------------------------------------------------------------------------


def test_E1_E2_a_member_of_staff_field_by_field() -> None:
    found = read(school(), Report.STAFF)
    [one] = found.of(Staff)
    assert one == Staff(
        source_id="S1", title="Mx", given_name="ForenameS1", family_name="SurnameS1",
        legal_given_name="ForenameS1", legal_family_name="SurnameS1", date_of_birth=date(1981, 5, 23),
        email="S1@school.example", roles=("Class Teacher",), teaching=True, current=True,
        start_date=date(2019, 9, 1),
        unknown=frozenset({"middle_names", "staff_code", "phone"}) | PHOTOS,
    )  # fmt: skip
    assert found.codes == []


@pytest.mark.parametrize(
    ("roles", "teaching"),
    [
        (("Class Teacher",), True), (("Cook", "HEADTEACHER"), True), (("Teaching Assistant",), False),
        ((), None),
    ],
)  # fmt: skip
def test_F4_E2_the_role_tells_who_teaches_and_no_role_tells_nothing(
    roles: tuple[str, ...], teaching: bool | None
) -> None:
    assert teaches(roles) is teaching


def test_Z14_several_roles_keep_their_order() -> None:
    [one] = read(school(staff=[staff("S1", role=["SENCo", "Class Teacher"])]), Report.STAFF).of(Staff)
    assert one.roles == ("SENCo", "Class Teacher")


def contracted(*ends: tuple[str | None, str | None], **more: Any) -> Read:
    rows = [{"staff_uuid": "S1", "start_date": start, "end_date": end} for start, end in ends]
    return read(school(staff=[staff("S1", **more)], staff__contracts=rows), Report.STAFF)


def test_contracts_give_the_first_start_and_an_end_only_when_none_is_open() -> None:
    [one] = contracted(("2020-09-01", "2021-08-31"), ("2019-01-01", None)).of(Staff)
    assert (one.start_date, one.end_date, one.current) == (date(2019, 1, 1), None, True)
    [one] = contracted(("2020-09-01", "2021-08-31"), ("2022-01-01", "2026-01-14")).of(Staff)
    assert (one.end_date, one.current) == (date(2026, 1, 14), False)
    assert contracted(("2026-02-01", None)).of(Staff) == []
    [one] = contracted(active="No").of(Staff)
    assert one.current is False
    [one] = contracted(("2020-09-01", None), active=None).of(Staff)
    assert one.current is True


def test_C8_dates_declined_leave_the_contracts_alone() -> None:
    declined = {Report.STAFF: frozenset({"start_date", "end_date"}) | PHOTOS}
    with serving(school()) as server, scholarpack(server) as one:
        [found] = gather(one, Report.STAFF, declined=declined).of(Staff)
        assert "/api/v1/staff/contracts/" not in server.paths()
    assert found.start_date is None


def test_where_nothing_tells_who_left_the_operator_is_told() -> None:
    row = staff("S1")
    del row["active"]
    declined = {Report.STAFF: frozenset({"start_date", "end_date"}) | PHOTOS}
    found = read(school(staff=[row]), Report.STAFF, declined=declined)
    assert found.codes == ["leavers_unknown"]
    assert found.of(Staff)[0].current is None
    assert "current" in found.of(Staff)[0].unknown


# -- groups ----------------------------------------------------------------------------


def test_E6_I6_I10_only_year_and_registration_groups_come() -> None:
    rows = [student("A1"), student("A2", class_name="1OAK", year_group="1"), student("A3", class_name=None)]
    found = read(school(students=rows), Report.GROUPS_CLASSES)
    assert {(c.source_id, c.name, c.kind) for c in found.of(SchoolClass)} == {
        ("class:2KES", "2KES", ClassKind.REGISTRATION), ("class:1OAK", "1OAK", ClassKind.REGISTRATION),
    }  # fmt: skip
    assert {(g.source_id, g.kind) for g in found.of(Group)} == {
        ("year:2", GroupKind.YEAR), ("year:1", GroupKind.YEAR),
    }  # fmt: skip
    assert {(m.container_id, m.person_id) for m in found.of(Membership)} == {
        ("class:2KES", "A1"), ("class:1OAK", "A2"), ("year:2", "A1"), ("year:1", "A2"), ("year:2", "A3"),
    }  # fmt: skip
    assert {m.part for m in found.of(Membership)} == {Part.PUPIL}
    assert not found.of(Pupil)
    assert set(found.finished) == {Report.GROUPS_CLASSES}


def test_E5_pupils_are_fetched_once_for_both_reports() -> None:
    with serving(school()) as server, scholarpack(server) as one:
        found = gather(one, Report.STUDENTS, Report.GROUPS_CLASSES, declined=NO_PHOTOS)
        assert server.paths().count("/api/v1/students/") == 1
    assert set(found.finished) == {Report.STUDENTS, Report.GROUPS_CLASSES}


# -- contacts --------------------------------------------------------------------------


def test_E10_H9_a_contact_of_two_children_is_one_contact_with_two_links() -> None:
    rows = [contact("C1", "A1"), contact("C1", "A2", relationship="Step-father", responsibility=False,
                                         contact_order=2), contact("C2", ["A1", "A2"])]  # fmt: skip
    found = read(school(contacts=rows), Report.CONTACTS)
    assert [c.source_id for c in found.of(Contact)] == ["C1", "C2"]
    one = found.of(Contact)[0]
    assert (one.title, one.given_name, one.family_name) == ("Mr", "Ola", "Hale")
    assert (one.email, one.phone) == ("ola@home.example", "07700 900123")
    assert found.of(ContactLink)[:2] == [
        ContactLink(contact_id="C1", pupil_id="A1", relationship="Father", parental_responsibility=True,
                    priority=1),
        ContactLink(contact_id="C1", pupil_id="A2", relationship="Step-father",
                    parental_responsibility=False, priority=2),
    ]  # fmt: skip
    assert len(found.of(ContactLink)) == 4


def test_H3_contacts_of_nobody_on_roll_are_left_out_and_a_missing_one_is_explained() -> None:
    rows = [contact("C1", "A1"), contact("C9", "gone")]
    found = read(school(contacts=rows), Report.STUDENTS, Report.CONTACTS)
    assert [c.source_id for c in found.of(Contact)] == ["C1"]
    [notice] = [n for n in found.notices if n.code == "contacts_not_allowed"]
    assert notice.message.startswith("1 pupils have no contact")
    assert "third parties" in notice.mend


def test_H6_without_any_order_one_message_says_so() -> None:
    rows = [contact("C1", "A1", contact_order=None), contact("C2", "A2", contact_order="")]
    found = read(school(contacts=rows), Report.CONTACTS)
    assert {link.priority for link in found.of(ContactLink)} == {None}
    assert found.codes == ["no_priority"]


def test_a_contact_without_a_pupil_is_told() -> None:
    found = read(
        school(contacts=[contact("C1", None), contact("", "A1"), contact("C2", "A1")]), Report.CONTACTS
    )
    assert [c.source_id for c in found.of(Contact)] == ["C2"]
    assert {r.code for r in found.rejected} == {"no_id"}
    assert len(found.rejected) == 2


# -- attendance ------------------------------------------------------------------------


def test_E9_marks_come_as_they_stand() -> None:
    rows = [{"student_uuid": "A1", "date": "2026-01-14", "session": "AM", "mark": "/"},
            {"student_uuid": "A1", "date": "", "session": "PM", "mark": "\\"}, "nonsense"]  # fmt: skip
    found = read(school(students__register=rows), Report.ATTENDANCE)
    assert found.of(Mark) == [Mark(pupil_id="A1", day=date(2026, 1, 14), session="AM", code="/")]
    assert [r.code for r in found.rejected] == ["no_mark", "wrong_type"]
    assert set(found.finished) == {Report.ATTENDANCE}


# -- pages -----------------------------------------------------------------------------

MANY = [student(f"A{n}") for n in range(11)]


@pytest.mark.parametrize("size", ["1", "2", "5", "10", "11", "12", "500"])
def test_every_page_comes_whatever_its_size(size: str) -> None:
    found = read(school(students=MANY), Report.STUDENTS, per_page=size)
    assert [p.source_id for p in found.of(Pupil)] == [row["student_uuid"] for row in MANY]


def bent(change: Callable[[int, dict[str, Any]], Any]) -> Host:
    """The pupils' envelope, changed on its way out by page number; two rows a page."""
    host = school(students=MANY)

    def answer(asked: Asked) -> Reply | None:
        if asked.path != "/api/v1/students/":
            return None
        told = envelope(MANY, asked)
        changed = change(told["page"], told)
        return as_json(told if changed is None else changed)

    host.hook = answer
    return host


def without_pages(_: int, told: dict[str, Any]) -> None:
    told.pop("pages")


def test_without_a_count_of_pages_they_are_followed_one_by_one() -> None:
    found = read(bent(without_pages), Report.STUDENTS, per_page="2")
    assert len(found.of(Pupil)) == 11


BAD: list[tuple[str, Callable[[int, dict[str, Any]], Any], type[ConnectorError]]] = [
    ("other page", lambda n, t: t.update(page=1), ContradictoryExtract),
    ("leads astray", lambda n, t: t.update(next_num=n + 2) if t["has_next"] else None, ContradictoryExtract),
    ("points to itself", lambda n, t: t.update(next_num=n), ContradictoryExtract),
    ("pages always change", lambda n, t: t.update(pages=6 + n), ContradictoryExtract),
    ("short in the middle", lambda n, t: t["data"].pop() if n == 3 else None, BadAnswer),
    ("empty at the end", lambda n, t: t["data"].clear() if n == 6 else None, ShortExtract),
    ("no end", lambda n, t: t.update(has_next=True, next_num=n + 1, data=MANY[:2]), TooLarge),
    ("no envelope", lambda n, t: t["data"], BadAnswer),
    ("no has_next", lambda n, t: t.pop("has_next") and {**t}, BadAnswer),
    ("data is text", lambda n, t: t.update(data="x"), BadAnswer),
    ("empty school", lambda n, t: t.update(data=[], has_next=False, pages=1), EmptyExtract),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_Z20_pages_that_contradict_themselves_never_end_a_report(change: Any, expected: Any) -> None:
    finished = []
    with serving(bent(change)) as server, scholarpack(server, per_page="2") as one:
        from connectors.records import ExtractRequest, Finished

        request = ExtractRequest(reports=frozenset({Report.STUDENTS}), declined=NO_PHOTOS, today=TODAY)
        with pytest.raises(expected) as caught:
            finished = [item for item in one.extract(request) if isinstance(item, Finished)]
    assert finished == []
    assert caught.value.mend


def test_Z20_when_the_number_of_pages_changes_on_the_way_everything_is_read_again() -> None:
    """A row that left page 1 would let one slip from page 2 to 1 unseen."""
    rows, asked_for = list(MANY), list[int]()
    host = school()

    def answer(asked: Asked) -> Reply | None:
        if asked.path != "/api/v1/students/":
            return None
        asked_for.append(int(asked.query["page"]))
        told = envelope(rows, asked)
        if len(asked_for) == 1:
            del rows[0]
        return as_json(told)

    host.hook = answer
    found = read(host, Report.STUDENTS, per_page="2")
    assert {p.source_id for p in found.of(Pupil)} == {row["student_uuid"] for row in MANY}
    assert asked_for.count(1) == 2
    assert set(found.finished) == {Report.STUDENTS}


def test_a_school_that_shares_nobody_is_not_an_empty_school() -> None:
    for report in (Report.STAFF, Report.STUDENTS):
        with pytest.raises(EmptyExtract) as caught:
            read(school(staff=[], students=[]), report)
        assert "no account was taken away" in caught.value.mend
