"""CSV with a mapping: the guess, what is kept of it, and reading by it."""

from __future__ import annotations

import io
import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import AccessState, SchoolRef, Setup
from connectors.csv_mapped import CsvMapped
from connectors.csv_mapped.fields import FIELDS, KINDS
from connectors.csv_mapped.guess import Sample, guess, key_of
from connectors.csv_mapped.mapping import FileMap, dump, from_guess, parse, problems
from connectors.csv_mapped.opening import look
from connectors.delimited.source import Source
from connectors.errors import BadFile, BadSettings, ConnectorError, EmptyExtract
from connectors.records import (
    Batch,
    ClassKind,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Membership,
    Notice,
    Part,
    Pupil,
    PupilStatus,
    Rejected,
    Report,
    SchoolClass,
    Staff,
    Subject,
)

TODAY = date(2026, 1, 15)
ALL = frozenset(Report)
PUPILS = (
    "Adno,UPN,Surname,Forename,DOB,Year,Reg\n001,J820200121077,Hale,Nia,01/09/2014,Year 6,6H\n"
    "002,,Lee,Zoë,2/10/2014,Year 6,6H\n"
)
STAFF = 'Staff Code,Name,Job Title\nNHA,"Hale, Mrs Nora",Headteacher\nBOK,"Okonjo, Ben",Teacher\n'


def accept(folder: Path, **kinds: str) -> str:
    with closing(Source(folder)) as source:
        return dump(from_guess(found for found, _ in look(source, kinds=kinds)))


def make(folder: Path, files: dict[str, str], mapping: str | None = None, **more: str) -> CsvMapped:
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    text = accept(folder) if mapping is None else mapping
    return CsvMapped(
        Setup(
            school=SchoolRef(urn="990099", name="Test School"),
            settings={"path": str(folder), "mapping": text, **more},
            now=lambda: datetime(2026, 1, 15, 8, 0, tzinfo=UTC),
        )
    )


def read(connector: CsvMapped, **more: Any) -> list[Any]:
    return list(connector.extract(ExtractRequest(reports=ALL, today=TODAY, **more)))


def records(items: list[Any], kind: type) -> list[Any]:
    return [r for item in items if isinstance(item, Batch) for r in item.records if isinstance(r, kind)]


def rejected(items: list[Any]) -> list[Rejected]:
    return [r for item in items if isinstance(item, Batch) for r in item.rejected]


def guessed(file: str, text: str) -> dict[str, str]:
    rows = [line.split(",") for line in text.strip().split("\n")]
    found = guess(
        Sample(file=file, labels=tuple(rows[0]), rows=[[c or None for c in row] for row in rows[1:]])
    )
    return {"": found.kind, **{column.label: column.field for column in found.columns}}


def test_the_guess_goes_by_words_and_by_values() -> None:
    found = guessed("list.csv", "Pupil Ref,Code,SNAME,Chosen Name,Born,NCY,Tutor Grp,Fax\n"
                    "1,J820200121077,Hale,Nia,1/9/2014,6,6H,x\n2,K820200121078,Lee,Zo,1/9/2014,6,6H,y\n"
                    "3,B820200121079,Roe,Al,1/9/2014,6,6H,z\n")  # fmt: skip
    assert found[""] == "pupils"
    assert found["Pupil Ref"] == "source_id"
    assert found["SNAME"] == "family_name"
    assert found["Chosen Name"] == "preferred_given_name"
    assert (found["Born"], found["NCY"], found["Tutor Grp"]) == (
        "date_of_birth",
        "nc_year",
        "registration_group",
    )
    assert found["Fax"] == "-"


def test_a_upn_is_known_by_its_check_letter_whatever_its_header() -> None:
    from stdnum.gb import upn

    number = next(f"{c}823200121077" for c in "ABCDEFGHJKLMNPQRTUVWXYZ" if upn.is_valid(f"{c}823200121077"))
    text = "Ident,Surname,Forename,Year\n" + f"{number},Hale,Nia,6\n" * 4
    assert guessed("pupils.csv", text)["Ident"] == "upn"
    wrong = text.replace(number, ("A" if number[0] != "A" else "B") + number[1:])
    assert guessed("pupils.csv", wrong)["Ident"] != "upn"


def test_two_columns_never_become_one_field_and_the_second_says_who_has_it() -> None:
    sample = Sample(file="pupils.csv", labels=("Adno", "Surname", "Last Name", "Forename"),
                    rows=[["1", "Hale", "Hale", "Nia"]] * 3)  # fmt: skip
    columns = {column.label: column for column in guess(sample).columns}
    assert columns["Surname"].field == "family_name"
    assert columns["Last Name"].field == "-"
    assert columns["Last Name"].taken_by == "Surname"
    assert "Surname" in columns["Last Name"].reason


def test_values_that_contradict_a_header_take_its_field_away() -> None:
    found = guessed(
        "pupils.csv", "Adno,Surname,Forename,DOB,Year\n1,Hale,Nia,unknown,2014\n2,Lee,Al,none,2013\n"
    )
    assert found["DOB"] == "-"
    assert found["Year"] == "-"


def test_X2_what_nobody_needs_is_left_out_and_said_so() -> None:
    sample = Sample(file="pupils.csv", labels=("Adno", "Surname", "Forename", "Ethnicity"), rows=[])
    column = guess(sample).columns[3]
    assert (column.field, column.reason) == ("-", "not needed here, so it is not read")


@settings(max_examples=150, deadline=None)
@given(
    labels=st.lists(st.text(max_size=12) | st.sampled_from(["Surname", "UPN", "DOB", "Name", "Class", "Id"]),
                    min_size=1, max_size=8, unique=True),
    data=st.data(),
)  # fmt: skip
def test_any_table_has_a_guess_that_can_be_kept(labels: list[str], data: st.DataObject) -> None:
    row = st.lists(st.none() | st.text(max_size=10), min_size=len(labels), max_size=len(labels))
    found = guess(Sample(file="x.csv", labels=tuple(labels), rows=data.draw(st.lists(row, max_size=5))))
    fields = [column.field for column in found.columns if column.field != "-"]
    assert len(fields) == len(set(fields))
    assert set(fields) <= set(FIELDS[found.kind])
    assert found.kind in KINDS
    kept = from_guess([found])
    assert problems("x.csv", kept[found.key]) or parse(dump(kept)) == kept


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=80) | st.binary(max_size=40).map(lambda b: b.decode("latin-1")))
def test_any_text_as_a_mapping_is_a_mapping_or_a_clear_error(text: str) -> None:
    for tried in (text, f'{{"v":1,"files":{text}}}', f'{{"v":1,"files":{{"a":{text}}}}}'):
        try:
            parse(tried)
        except BadSettings as problem:
            assert problem.mend


def test_tomorrows_file_has_the_key_of_todays() -> None:
    assert (
        key_of("Pupils_2026-01-15.csv")
        == key_of("Pupils_20260116.csv".replace("2026", "2026"))
        == "pupils_*.csv"
    )
    assert key_of("Year 7.csv") != key_of("Year 8.csv")


def test_B3_nothing_is_read_before_somebody_accepted_the_columns(tmp_path: Path) -> None:
    connector = make(tmp_path, {"pupils.csv": PUPILS}, mapping="")
    access = connector.access()
    assert access.state is AccessState.NOT_ASKED
    assert "ook" in access.message + access.mend
    with pytest.raises(BadSettings):
        read(connector)
    assert [probe.ok for probe in connector.probe()] == [True, False]


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (PUPILS.replace("DOB", "Birth"), "DOB"),
        (PUPILS.replace("Surname,Forename", "Forename,Surname"), "Forename"),
        (PUPILS.replace("Reg\n", "Reg,House\n").replace("6H\n", "6H,\n"), "House"),
    ],
)  # fmt: skip
def test_a_changed_header_stops_everything_and_names_file_and_column(
    tmp_path: Path, header: str, named: str
) -> None:
    mapping = make(tmp_path, {"pupils.csv": PUPILS, "staff.csv": STAFF}).setup.settings["mapping"]
    connector = make(tmp_path, {"pupils.csv": header}, mapping=mapping)
    items: list[Any] = []
    with pytest.raises(BadFile) as caught:
        items.extend(connector.extract(ExtractRequest(reports=ALL, today=TODAY)))
    assert caught.value.where == f"pupils.csv:1:{named}"
    assert "columns" in caught.value.mend
    assert not items
    assert connector.access().state is AccessState.REFUSED


def test_a_file_that_is_gone_stops_everything_and_a_new_one_is_told(tmp_path: Path) -> None:
    connector = make(tmp_path, {"pupils.csv": PUPILS, "staff.csv": STAFF})
    (tmp_path / "more.csv").write_text("A,B\nx,y\n")
    assert "new_file" in {item.code for item in read(connector) if isinstance(item, Notice)}
    (tmp_path / "staff.csv").unlink()
    with pytest.raises(BadFile, match=r"staff\.csv is not there"):
        read(connector)


def test_records_are_read_field_by_field(tmp_path: Path) -> None:
    items = read(make(tmp_path, {"pupils.csv": PUPILS, "staff.csv": STAFF}))
    nia, zoe = records(items, Pupil)
    assert (nia.source_id, nia.admission_number, nia.upn) == ("001", "001", "J820200121077")  # G6
    assert (nia.given_name, nia.family_name, nia.date_of_birth) == ("Nia", "Hale", date(2014, 9, 1))
    assert (nia.nc_year, nia.registration_group, nia.status) == ("Year 6", "6H", PupilStatus.CURRENT)
    assert (zoe.given_name, zoe.upn) == ("Zoë", None)
    assert {"email", "house", "leaving_date"} <= nia.unknown
    assert not {"upn", "date_of_birth", "given_name"} & nia.unknown
    head, ben = records(items, Staff)
    assert (head.title, head.given_name, head.family_name, head.roles) == (
        "Mrs",
        "Nora",
        "Hale",
        ("Headteacher",),
    )
    assert head.teaching is None  # F4
    assert "teaching" in ben.unknown
    assert {item.report for item in items if isinstance(item, Finished)} == {
        Report.STUDENTS, Report.STAFF, Report.GROUPS_CLASSES,
    }  # fmt: skip


def test_an_older_encoding_is_read_and_told(tmp_path: Path) -> None:
    connector = make(tmp_path, {"pupils.csv": PUPILS})
    (tmp_path / "pupils.csv").write_bytes(PUPILS.encode("cp1252"))
    items = read(connector)
    assert records(items, Pupil)[1].given_name == "Zoë"
    told = {item.code: item.message for item in items if isinstance(item, Notice)}
    assert told["encoding"] == "pupils.csv: is read as Windows-1252."


def test_F4_the_teaching_flag_may_come_inverted(tmp_path: Path) -> None:
    text = "Staff Id,Surname,Forename,Support Staff\n1,Hale,Nora,Yes\n2,Lee,Ben,No\n3,Roe,Al,\n"
    found = {s.source_id: s.teaching for s in records(read(make(tmp_path, {"staff.csv": text})), Staff)}
    assert found == {"1": False, "2": True, "3": None}


def test_reports_to_is_found_by_code_though_the_manager_comes_later(tmp_path: Path) -> None:
    text = (
        "Staff Id,Staff Code,Surname,Forename,Line Manager\n"
        "1,NHA,Hale,Nora,BOK\n2,BOK,Okonjo,Ben,\n3,ROE,Roe,Al,XXX\n"
    )
    items = read(make(tmp_path, {"staff.csv": text}))
    assert {s.source_id: s.reports_to for s in records(items, Staff)} == {"1": "2", "2": None, "3": None}
    (told,) = rejected(items)
    assert (told.where, told.code, told.field) == (
        "staff.csv:4:Line Manager",
        "unknown_reference",
        "reports_to",
    )


CONTACTS = (
    "Pupil Id,Title,Forename,Surname,Relationship,PR,Email\n"
    "001,Mr and Mrs,,Hale,Parent,Yes,hale@post.example\n002,Ms,Ada,Lee,Mother,No,\n001,Ms,Ada,Lee,Aunt,No,\n"
    "009,Ms,Eve,Old,Mother,Yes,\n"
)


def test_H6_H9_contacts_without_a_number_are_made_one_and_keep_it(tmp_path: Path) -> None:
    connector = make(tmp_path, {"pupils.csv": PUPILS, "contacts.csv": CONTACTS})
    items = read(connector)
    contacts, links = records(items, Contact), records(items, ContactLink)
    assert {(c.title, c.family_name) for c in contacts} == {("Mr and Mrs", "Hale"), ("Ms", "Lee")}  # Z13
    assert [(link.pupil_id, link.relationship) for link in links] == [
        ("001", "Parent"), ("002", "Mother"), ("001", "Aunt"),
    ]  # fmt: skip
    assert links[1].contact_id == links[2].contact_id
    assert [link.priority for link in links] == [None, None, None]
    notices = {item.code for item in items if isinstance(item, Notice)}
    assert {"no_priority", "unknown_pupil"} <= notices
    assert [c.source_id for c in records(read(connector), Contact)] == [c.source_id for c in contacts]
    alone = connector.contacts_of("002")
    assert {type(each).__name__ for each in alone} == {"Contact", "ContactLink"}


MEMBERS = (
    "Class,Type,Subject,Adno,Staff Code,Role\n10x/Ma1,Class,Maths,001,NHA,\n10x/Ma1,Class,Maths,002,NHA,\n"
    "6H,Registration,,001,BOK,\n6H,Registration,,001,NHA,Supervisor\n10x/Ma1,Class,Maths,777,NHA,\n"
)


def test_I5_I7_classes_are_told_apart_and_have_a_main_teacher(tmp_path: Path) -> None:
    items = read(make(tmp_path, {"pupils.csv": PUPILS, "staff.csv": STAFF, "class members.csv": MEMBERS}))
    classes = {c.source_id: c for c in records(items, SchoolClass)}
    assert {name: c.kind for name, c in classes.items()} == {
        "10x/Ma1": ClassKind.TEACHING, "6H": ClassKind.REGISTRATION,
    }  # fmt: skip
    assert [s.name for s in records(items, Subject)] == ["Maths"]
    members = {(m.container_id, m.person_id): m.part for m in records(items, Membership)}
    assert members == {
        ("10x/Ma1", "001"): Part.PUPIL, ("10x/Ma1", "002"): Part.PUPIL, ("10x/Ma1", "NHA"): Part.TEACHER,
        ("6H", "001"): Part.PUPIL, ("6H", "002"): Part.PUPIL, ("6H", "BOK"): Part.MAIN,
        ("6H", "NHA"): Part.SUPERVISOR,
    }  # fmt: skip
    assert [(r.where, r.code) for r in rejected(items)] == [("class members.csv:6:Adno", "unknown_reference")]


def test_rows_multiplied_by_class_are_one_pupil_and_another_name_is_told(tmp_path: Path) -> None:
    text = PUPILS + "001,J820200121077,Hale,Nia,01/09/2014,Year 6,6H\n002,,Somebody,Else,1/1/2014,Year 6,6H\n"
    items = read(make(tmp_path, {"pupils.csv": text}))
    assert [p.source_id for p in records(items, Pupil)] == ["001", "002"]
    assert [r.code for r in rejected(items)] == ["duplicate_source_id"]
    assert "repeated_row" in {item.code for item in items if isinstance(item, Notice)}


def test_a_bad_value_costs_its_field_and_a_month_first_date_the_file(tmp_path: Path) -> None:
    good = make(tmp_path, {"pupils.csv": PUPILS})
    (tmp_path / "pupils.csv").write_text(PUPILS.replace("2/10/2014", "31/2/2014"))
    items = read(good)
    assert [(r.field, r.where) for r in rejected(items)] == [("date_of_birth", "pupils.csv:3:DOB")]
    assert len(records(items, Pupil)) == 2
    (tmp_path / "pupils.csv").write_text(PUPILS.replace("2/10/2014", "10/22/2014"))
    with pytest.raises(BadFile, match="month first") as caught:
        read(good)
    assert caught.value.where == "pupils.csv:3:DOB"


def test_J1_the_admission_status_is_read_or_told_from_the_date(tmp_path: Path) -> None:
    text = (
        "Adno,Surname,Forename,Status,DOA\n1,A,B,Current,1/9/2020\n2,C,D,Leaver,\n3,E,F,Pre-admission,\n"
        "4,G,H,Zzz,\n"
    )
    folder = tmp_path / "a"
    folder.mkdir()
    found = {p.source_id: p.status for p in records(read(make(folder, {"pupils.csv": text})), Pupil)}
    assert found == {"1": "current", "2": "leaver", "3": "admitted", "4": "other"}
    later = "Adno,Surname,Forename,DOA\n1,A,B,1/9/2020\n2,C,D,1/9/2026\n"
    found = {p.source_id: p.status for p in records(read(make(tmp_path, {"pupils.csv": later})), Pupil)}
    assert found == {"1": "current", "2": "admitted"}


def test_Z20_a_list_of_nobody_is_an_error(tmp_path: Path) -> None:
    connector = make(tmp_path, {"pupils.csv": PUPILS})
    (tmp_path / "pupils.csv").write_text(PUPILS.split("\n")[0] + "\n")
    with pytest.raises(EmptyExtract):
        read(connector)


def test_one_list_of_everybody_is_parted_by_its_type_column(tmp_path: Path) -> None:
    text = "Id,User Type,Surname,Forename,Year\n1,Student,Hale,Nia,6\n2,Staff,Lee,Ben,\n3,Robot,Roe,Al,\n"
    items = read(make(tmp_path, {"people.csv": text}))
    assert [p.source_id for p in records(items, Pupil)] == ["1"]
    assert [s.source_id for s in records(items, Staff)] == ["2"]
    assert [r.code for r in rejected(items)] == ["unknown_type"]


def test_the_newest_of_several_days_counts_and_the_age_is_told(tmp_path: Path) -> None:
    make(tmp_path, {"pupils_2026-01-12.csv": PUPILS, "pupils_2026-01-13.csv": PUPILS.replace("Nia", "Nell")})
    for name, day in (("pupils_2026-01-12.csv", 12), ("pupils_2026-01-13.csv", 13)):
        stamp = datetime(2026, 1, day, 20, tzinfo=UTC).timestamp()
        os.utime(tmp_path / name, (stamp, stamp))
    connector = make(tmp_path, {})
    items = read(connector)
    assert records(items, Pupil)[0].given_name == "Nell"
    notices = {item.code: item.message for item in items if isinstance(item, Notice)}
    assert "13 January 2026" in notices["old_files"]
    assert "older_file" in notices
    mark = next(item.high_water for item in items if isinstance(item, Finished))
    again = read(connector, last={Report.STUDENTS: mark})
    assert "same_files" in {item.code for item in again if isinstance(item, Notice)}
    with pytest.raises(BadFile, match="days old"):
        read(make(tmp_path, {}, max_age="1"))


def test_a_file_that_changes_while_it_is_read_changes_nothing(tmp_path: Path) -> None:
    connector = make(tmp_path, {"pupils.csv": PUPILS})
    items: list[Any] = []
    with pytest.raises(BadFile, match="changed while"):
        for item in connector.extract(ExtractRequest(reports=ALL, today=TODAY)):
            items.append(item)
            (tmp_path / "pupils.csv").write_text(PUPILS + "003,,Roe,Al,1/1/2014,Year 6,6H\n")
    assert not [item for item in items if isinstance(item, Finished)]


def test_contacts_in_the_pupils_own_row_are_read_by_number(tmp_path: Path) -> None:
    text = ("Adno,Surname,Forename,Parent 1 Name,Parent 1 Email,Parent 2 Name,Mother's Maiden Name\n"
            "1,Hale,Nia,\"Hale, Ada\",ada@post.example,\"Lee, Bo\",x\n"
            "2,Roe,Al,,,,\n3,Poe,Bo,\"Poe, Di\",,,\n")  # fmt: skip
    items = read(make(tmp_path, {"pupils.csv": text}))
    assert {(c.given_name, c.family_name, c.email) for c in records(items, Contact)} == {
        ("Ada", "Hale", "ada@post.example"), ("Bo", "Lee", None), ("Di", "Poe", None),
    }  # fmt: skip
    assert sorted(link.pupil_id for link in records(items, ContactLink)) == ["1", "1", "3"]


def test_a_mapping_that_cannot_be_read_says_what_it_lacks() -> None:
    whole = FileMap(
        kind="pupils", head="x", columns={"A": "source_id", "B": "family_name", "C": "given_name"}
    )
    assert problems("p.csv", whole) == []
    for changed, told in (
        ({"B": "family_name", "C": "given_name"}, "who is who"),
        ({"A": "source_id", "B": "family_name"}, "the name"),
        ({"A": "source_id", "B": "source_id"}, "two columns"), ({"A": "shoe_size"}, "not a field"),
    ):  # fmt: skip
        assert told in problems("p.csv", replace(whole, columns=changed))[0]
    assert "pupil" in problems("c.csv", FileMap(kind="contacts", head="x", columns={"A": "family_name"}))[0]
    assert "not a kind" in problems("c.csv", FileMap(kind="dogs", head="x"))[0]


def _headed(text: str) -> bytes:
    return f"Adno,Surname,Forename\n{text}".encode("utf-8", "replace")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300)
    | st.text(max_size=200).map(lambda t: f"Adno,Surname,Forename\n{t}".encode("utf-8", "replace"))
)
def test_any_bytes_are_guessed_and_read_or_a_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pupils.csv").write_bytes(content)
    try:
        read(make(tmp_path, {}))
    except ConnectorError as problem:
        assert problem.message
        assert problem.mend
    assert io.BytesIO((tmp_path / "pupils.csv").read_bytes()).getvalue() == content
