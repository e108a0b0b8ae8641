"""What iSAMS's rows become, field by field, and how its pages are held against its count."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from harness_isams import BATCH_PATH, KEY, Host, employee, host, isams, student
from loopback import NOW, TODAY, Asked, Read, Reply, as_json, gather, serving

from connectors import xml_rows
from connectors.errors import BadAnswer, ContradictoryExtract, EmptyExtract, ShortExtract, TooLarge
from connectors.isams.answers import METHODS
from connectors.records import Pupil, PupilStatus, Report, Staff

STUDENTS = "/api/students"


def read(served: Host, *reports: Report, declined: Any = None, **settings: str) -> Read:
    with serving(served) as server, isams(server, **settings) as one:
        return gather(one, *reports, declined=declined or {})


def pupil(**more: Any) -> Pupil:
    one: Pupil = read(host([student("2207719643", **more)]), Report.STUDENTS).of(Pupil)[0]
    return one


def member(**more: Any) -> Staff:
    served = host(employees=[employee(214, **more)], roles={"214": ["SLT - Deputy Head", "Lead, Literacy"]})
    one: Staff = read(served, Report.STAFF).of(Staff)[0]
    return one


# -- records ---------------------------------------------------------------------------


def test_a_pupil_by_rest_field_by_field() -> None:
    row = {
        "title": "Miss", "forename": "Anwen", "middlenames": "Mair", "surname": "Vale",
        "preferredName": "Annie", "uniquePupilNumber": "X820200119047", "schoolCode": "00119",
        "dob": "2011-11-02T00:00:00", "yearGroup": 9, "formGroup": "9/HPA",
        "enrolmentDate": "2022-09-01T00:00:00", "schoolEmailAddress": "anwen.vale@larkfield.example",
        "latestPhotoId": 88, "personGuid": "C4D0B7F2-1E9A-4A55-B0C3-9D2E6F81A7B4",
        "lastUpdated": "2025-09-02T08:11:40",
    }  # fmt: skip
    one = pupil(**row)
    assert one == Pupil(
        source_id="2207719643", mis_id="2207719643", upi="c4d0b7f2-1e9a-4a55-b0c3-9d2e6f81a7b4", title="Miss",
        given_name="Annie", legal_given_name="Anwen", family_name="Vale", middle_names="Mair",
        date_of_birth=date(2011, 11, 2), upn="X820200119047", admission_number="00119", nc_year="9",
        registration_group="9/HPA", house="Kestrel", admission_date=date(2022, 9, 1),
        email="anwen.vale@larkfield.example", photo_id="88", status=PupilStatus.CURRENT,
        updated_at=datetime(2025, 9, 2, 8, 11, 40, tzinfo=NOW.tzinfo),
    )  # fmt: skip


def test_a_member_of_staff_by_rest_field_by_field() -> None:
    row = {
        "forename": "Hester", "surname": "Pargeter", "preferredName": "Hester", "isTeachingStaff": True,
        "personGuid": "6f0f2a0e-6b1c-4f4e-9a77-0c0a5f7b1d20", "schoolEmailAddress": "hp@larkfield.example",
        "schoolMobileNumber": "07700 900118", "latestPhotoId": 0,
    }  # fmt: skip
    one = member(**row)
    assert one == Staff(
        source_id="214", mis_id="214", upi="6f0f2a0e-6b1c-4f4e-9a77-0c0a5f7b1d20", title="Mrs",
        initials="HPA", given_name="Hester", legal_given_name="Hester", family_name="Pargeter",
        date_of_birth=date(1984, 3, 9), email="hp@larkfield.example", phone="07700 900118",
        roles=("SLT - Deputy Head", "Lead, Literacy"), teaching=True, current=True,
        start_date=date(2016, 9, 1), unknown=frozenset({"reports_to"}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("flag", "teaching"), [(True, True), (False, False), (None, None), ("", None), ("1", True), (0, False)]
)
def test_F4_the_teaching_flag_is_taken_as_told_and_unknown_where_it_is_not(
    flag: Any, teaching: bool | None
) -> None:
    assert member(isTeachingStaff=flag).teaching is teaching


@pytest.mark.parametrize(
    ("more", "current"),
    [
        ({"systemStatus": 1}, True), ({"systemStatus": "1"}, True), ({"systemStatus": "Current"}, True),
        ({"systemStatus": None}, None), ({"leavingDate": "2025-12-31T00:00:00"}, False),
        ({"leavingDate": "2026-01-15T00:00:00"}, True),
    ],
)  # fmt: skip
def test_F6_staff_are_on_the_books_by_leaving_date_then_status(more: dict[str, Any], current: Any) -> None:
    assert member(**more).current is current


def test_a_status_that_marks_nobody_is_a_wrong_setting_and_no_empty_school() -> None:
    served = host(employees=[employee(1, systemStatus=4), employee(2, systemStatus=4)])
    with pytest.raises(ContradictoryExtract) as caught:
        read(served, Report.STAFF)
    assert "staff_status" in caught.value.mend
    assert [s.current for s in read(served, Report.STAFF, staff_status="4").of(Staff)] == [True, True]
    assert [s.current for s in read(served, Report.STAFF, staff_status="any").of(Staff)] == [None, None]


@pytest.mark.parametrize(
    ("more", "field", "value"),
    [
        ({"preferredName": " "}, "given_name", "Forename2207719643"),
        ({"forename": " ", "preferredName": None}, "given_name", None),
        ({"yearGroup": 0}, "nc_year", "0"),
        ({"yearGroup": -2}, "nc_year", "-2"),
        ({"schoolEmailAddress": "a@x.example; b@x.example"}, "email", "a@x.example"),
        ({"schoolEmailAddress": "a@x.example b@x.example"}, "email", "a@x.example"),
        ({"schoolEmailAddress": "not an address"}, "email", "not an address"),
        ({"dob": None}, "date_of_birth", None),
        ({"leavingDate": "2026-01-14T00:00:00"}, "status", PupilStatus.LEAVER),
        ({"leavingDate": "2026-01-15T00:00:00"}, "status", PupilStatus.CURRENT),
    ],
)
def test_G6_G8_what_the_traps_of_real_answers_become(more: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(pupil(**more), field) == value


def test_several_addresses_in_one_field_are_told_once() -> None:
    rows = [student(str(n), schoolEmailAddress="a@x.example;b@x.example") for n in range(3)]
    found = read(host(rows), Report.STUDENTS)
    assert [n.message for n in found.notices if n.code == "two_addresses"] == [
        "3 pupils have several e-mail addresses in one field; the first was taken."
    ]


def test_a_value_of_the_wrong_type_costs_its_field_and_a_row_without_id_itself() -> None:
    rows = [student("A1", dob="yesterday", surname=["x"]), student("", forename="No"), 7, student("A2")]
    found = read(host(rows), Report.STUDENTS)
    assert [p.source_id for p in found.of(Pupil)] == ["A1", "A2"]
    assert [(r.where, r.field, r.code) for r in found.rejected] == [
        ("students[0].surname", "family_name", "wrong_type"),
        ("students[0].dob", "date_of_birth", "wrong_type"),
        ("students[1].schoolId", None, "no_id"), ("students[2]", None, "wrong_type"),
    ]  # fmt: skip
    assert found.finished[Report.STUDENTS].counted == 4


def test_the_admission_number_is_what_the_school_says_it_is() -> None:
    served = host([student("2207719643", schoolCode="00119")])
    assert read(served, Report.STUDENTS).of(Pupil)[0].admission_number == "00119"
    other = read(served, Report.STUDENTS, admission_number="schoolId")
    assert other.of(Pupil)[0].admission_number == "2207719643"


def test_E8_who_starts_later_is_left_out_and_told() -> None:
    rows = [student("A1"), student("A2", enrolmentDate="2026-01-16T00:00:00"),
            student("A3", enrolmentDate="2026-01-15T00:00:00")]  # fmt: skip
    found = read(host(rows), Report.STUDENTS, declined={Report.STUDENTS: frozenset({"admission_date"})})
    assert [p.source_id for p in found.of(Pupil)] == ["A1", "A3"]
    assert {p.admission_date for p in found.of(Pupil)} == {None}
    assert "1 pupils are left out till they start; first on 2026-01-16." in found.notices[0].message
    assert found.finished[Report.STUDENTS].counted == 2


# -- roles -----------------------------------------------------------------------------


def test_C8_roles_that_are_declined_are_not_asked_for() -> None:
    served = host(employees=[employee(1)], roles={"1": ["Teacher"]})
    with serving(served) as server, isams(server) as one:
        found = gather(one, Report.STAFF, declined={Report.STAFF: frozenset({"roles"})})
        assert not [path for path in server.paths() if path.endswith("/roles")]
    assert found.of(Staff)[0].roles == ()
    assert "roles" in found.of(Staff)[0].unknown


def test_roles_that_may_not_be_read_are_unknown_and_told_once() -> None:
    staff = [employee(n) for n in range(1, 40)]
    served = host(employees=staff, roles={"1": ["Teacher"]}, denied=frozenset({"roles"}))
    with serving(served) as server, isams(server) as one:
        found = gather(one, Report.STAFF)
        assert len([path for path in server.paths() if path.endswith("/roles")]) < 10
    assert len(found.of(Staff)) == 39
    assert all("roles" in one.unknown for one in found.of(Staff))
    assert found.codes == ["details_not_shared"]


def test_one_employee_without_roles_is_no_reason_to_stop() -> None:
    served = host(employees=[employee(n) for n in (1, 2, 3)], roles={"1": ["Head"], "3": ["Head", "Head"]})
    found = {s.source_id: s for s in read(served, Report.STAFF).of(Staff)}
    assert (found["1"].roles, found["2"].roles, found["3"].roles) == (("Head",), (), ("Head", "Head"))
    assert ("roles" in found["1"].unknown, "roles" in found["2"].unknown) == (False, True)


# -- pages -----------------------------------------------------------------------------


def many(count: int) -> list[dict[str, Any]]:
    return [student(str(1000 + n)) for n in range(count)]


@pytest.mark.parametrize(("count", "most"), [(1, 5), (5, 5), (6, 5), (10, 5), (11, 5), (23, 1)])
def test_every_page_is_read_once_whatever_its_size(count: int, most: int) -> None:
    with serving(host(many(count), most=most)) as server, isams(server) as one:
        found = gather(one, Report.STUDENTS)
        pages = sorted(int(a.query["page"]) for a in server.asked if a.path == STUDENTS)
    assert len({p.source_id for p in found.of(Pupil)}) == count
    assert pages == list(range(1, -(-count // most) + 1))
    assert found.finished[Report.STUDENTS].counted == count


def test_pages_without_a_count_are_read_till_one_is_empty() -> None:
    with serving(host(many(12), most=5, envelope=False)) as server, isams(server) as one:
        found = gather(one, Report.STUDENTS)
        assert len([path for path in server.paths() if path == STUDENTS]) == 4
    assert len(found.of(Pupil)) == 12
    assert found.finished[Report.STUDENTS].counted is None


def _turned(served: Host, swap: list[bool]) -> Host:
    """While page 1 was read, the pupil that stands first on page 2 moved to page 1, and the last one down."""
    rows = served.lists[STUDENTS]

    def hook(asked: Asked) -> Reply | None:
        if asked.path == STUDENTS and asked.query["page"] == "2" and swap and swap.pop():
            rows[4], rows[5] = rows[5], rows[4]
        return None

    served.hook = hook
    return served


def test_Z20_a_record_that_moved_between_pages_is_found_by_reading_once_more() -> None:
    served = _turned(host(many(10), most=5), [True])
    found = read(served, Report.STUDENTS)
    assert len({p.source_id for p in found.of(Pupil)}) == len(found.of(Pupil)) == 10
    assert found.finished[Report.STUDENTS].counted == 10
    assert "duplicates" not in found.codes


def test_a_pupil_the_mis_itself_lists_twice_is_kept_once_and_told() -> None:
    found = read(host([*many(8), many(1)[0]], most=4), Report.STUDENTS)
    assert len(found.of(Pupil)) == 8
    assert "duplicates" in found.codes
    assert found.finished[Report.STUDENTS].counted == 8


def test_Z20_fewer_than_counted_is_short_and_nothing_is_finished() -> None:
    with pytest.raises(ShortExtract) as caught:
        read(host(many(7), counts={STUDENTS: 9}, most=5), Report.STUDENTS)
    assert caught.value.message == "Only 7 students arrived; iSAMS counts 9."


def test_Z20_many_of_one_pupil_contradict_the_count() -> None:
    with pytest.raises(ContradictoryExtract):
        read(host([student("A1")] * 30), Report.STUDENTS)


def test_Z20_nobody_at_all_is_an_error() -> None:
    with pytest.raises(EmptyExtract) as caught:
        read(host(), Report.STUDENTS)
    assert "no account was taken away" in caught.value.mend


def test_pages_that_never_end_are_an_error() -> None:
    body = {"students": many(3), "page": 1, "totalCount": 3, "totalPages": 10**9}
    served = host(hook=lambda a: as_json(body) if a.path == STUDENTS else None)
    with pytest.raises(TooLarge):
        read(served, Report.STUDENTS)


def test_an_error_inside_a_good_status_is_told() -> None:
    served = host(hook=lambda a: as_json({"message": "The module is off."}) if a.path == STUDENTS else None)
    with pytest.raises(BadAnswer) as caught:
        read(served, Report.STUDENTS)
    assert caught.value.message == "iSAMS answers about students: The module is off."


# -- Batch -----------------------------------------------------------------------------

PUPILS = """<?xml version="1.0" encoding="utf-16"?>
<iSAMS><PupilManager><Contacts><Contact Id="5120"><Pupils><Pupil Id="1533"/></Pupils></Contact></Contacts>
<CurrentPupils New="x"><Unheard Of="this"/>
 <Pupil Id="1533" PersonGuid="c4d0b7f2-1e9a-4a55-b0c3-9d2e6f81a7b4"><SchoolId Legacy="True">1</SchoolId>
  <UPN>X820200119047</UPN><SchoolCode>LF0119</SchoolCode><SchoolId>2207719643</SchoolId><Title>Miss</Title>
  <Forename>Anwen</Forename><Surname>Vale</Surname><Middlename/><Preferredname>Annie</Preferredname>
  <DOB>2011-11-02T00:00:00</DOB><AcademicHouse>Kestrel</AcademicHouse><Form>9/HPA</Form><NCYear>9</NCYear>
  <EmailAddress>anwen.vale@larkfield.example</EmailAddress><EnrolmentDate>2022-09-01T00:00:00</EnrolmentDate>
 </Pupil>
 <Pupil Id="1534"><SchoolId>2207719644</SchoolId><Forename> </Forename><Surname>Vale</Surname></Pupil>
 <Pupil Id="1535"><Forename>No</Forename></Pupil>
 <Pupil Id="1533"><SchoolId>2207719643</SchoolId><Forename>Again</Forename></Pupil>
</CurrentPupils></PupilManager></iSAMS>"""
STAFF = """<iSAMS><SchoolManager><PastoralTutors><StaffMember Id="999"/></PastoralTutors></SchoolManager>
<HRManager><CurrentStaff>
 <StaffMember Id="412" PersonGuid="A91C6E02-5D7B-4C3F-8E11-77B0C4D21F01"><Initials>HPA</Initials>
  <UserCode>HPARGETER70412266831</UserCode><Title>Mrs</Title><Forename>Hester</Forename><MiddleNames/>
  <Surname>Pargeter</Surname><PreferredName>Hettie</PreferredName><DOB>1984-03-09T00:00:00</DOB>
  <SchoolEmailAddress>hpargeter@larkfield.example</SchoolEmailAddress><TeachingStaff>0</TeachingStaff>
  <Roles><Role Id="12"><Name>SLT - Deputy Head</Name></Role><Role Id="13"><Name> </Name></Role></Roles>
 </StaffMember></CurrentStaff></HRManager></iSAMS>"""
DOCUMENTS = {METHODS[Report.STUDENTS]: PUPILS, METHODS[Report.STAFF]: STAFF}


def batch(documents: dict[str, str], *reports: Report, **more: Any) -> Read:
    return read(Host(documents=documents), *reports, interface="batch", api_key=KEY, **more)


def test_a_pupil_by_batch_field_by_field_and_the_others_traps() -> None:
    found = batch(DOCUMENTS, Report.STUDENTS)
    one, other = found.of(Pupil)
    assert (one.source_id, one.mis_id, one.upi) == (
        "2207719643", "2207719643", "c4d0b7f2-1e9a-4a55-b0c3-9d2e6f81a7b4",
    )  # fmt: skip
    assert (one.given_name, one.legal_given_name, one.family_name) == ("Annie", "Anwen", "Vale")
    assert (one.upn, one.admission_number, one.nc_year) == ("X820200119047", "LF0119", "9")
    assert (one.registration_group, one.house) == ("9/HPA", "Kestrel")
    assert (one.date_of_birth, one.admission_date) == (date(2011, 11, 2), date(2022, 9, 1))
    assert one.email == "anwen.vale@larkfield.example"
    assert one.unknown == {"photo_id", "leaving_date"}
    assert (other.source_id, other.given_name, other.upn, other.date_of_birth) == (
        "2207719644",
        None,
        None,
        None,
    )
    assert [(r.where, r.code) for r in found.rejected] == [("CurrentPupils[2].SchoolId", "no_id")]
    assert "duplicates" in found.codes
    assert found.finished[Report.STUDENTS].counted is None


def test_a_member_of_staff_by_batch_field_by_field() -> None:
    (one,) = batch(DOCUMENTS, Report.STAFF).of(Staff)
    assert one == Staff(
        source_id="412", mis_id="412", upi="a91c6e02-5d7b-4c3f-8e11-77b0c4d21f01", title="Mrs",
        initials="HPA", given_name="Hettie", legal_given_name="Hester", family_name="Pargeter",
        date_of_birth=date(1984, 3, 9), email="hpargeter@larkfield.example", roles=("SLT - Deputy Head",),
        teaching=False, current=True,
        unknown=frozenset({"reports_to", "start_date", "end_date", "photo_id"}),
    )  # fmt: skip


def test_C_each_report_is_one_question_that_names_its_method_alone() -> None:
    with (
        serving(Host(documents=DOCUMENTS)) as server,
        isams(server, interface="batch", api_key=KEY) as one,
    ):
        gather(one, Report.STUDENTS)
        (asked,) = [a for a in server.asked if a.path == BATCH_PATH]
    assert asked.method == "POST"
    assert b"<Method>Pupil_GetCurrentPupils</Method>" in asked.body
    assert b"<Filters><MethodsToRun>" in asked.body
    assert b"HumanResources" not in asked.body
    assert asked.headers["Content-Type"] == "application/xml"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_declaration_may_claim_another_encoding_than_the_bytes_have(encoding: str) -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>\n<a><b>Siân</b><c><b>no</b></c></a>'
    rows = xml_rows.read(xml_rows.plain(text.encode(encoding)), "b", where="x", inside="a")
    assert [row.text for row in rows] == ["Siân"]


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ("<iSAMS><HRManager/></iSAMS>", BadAnswer), (STAFF[:400], BadAnswer),
        ("<iSAMS><CurrentStaff/></iSAMS>", EmptyExtract), ("", BadAnswer),
        ('<!DOCTYPE a [<!ENTITY b "c">]><iSAMS><CurrentStaff>&b;</CurrentStaff></iSAMS>', BadAnswer),
    ],
)  # fmt: skip
def test_Z20_a_document_that_is_not_whole_never_means_that_everyone_left(
    document: str, error: type[BadAnswer]
) -> None:
    with pytest.raises(error) as caught:
        batch({METHODS[Report.STAFF]: document}, Report.STAFF)
    assert caught.value.mend


def test_a_large_document_comes_in_batches() -> None:
    rows = "".join(f"<Pupil><SchoolId>{n}</SchoolId></Pupil>" for n in range(450))
    document = {METHODS[Report.STUDENTS]: f"<iSAMS><CurrentPupils>{rows}</CurrentPupils></iSAMS>"}
    with serving(Host(documents=document)) as server, isams(server, interface="batch", api_key=KEY) as one:
        from connectors.records import Batch, ExtractRequest

        request = ExtractRequest(reports=frozenset({Report.STUDENTS}), today=TODAY)
        sizes = [len(item.records) for item in one.extract(request) if isinstance(item, Batch)]
    assert sizes == [200, 200, 50]
