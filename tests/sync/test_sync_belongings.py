"""Classes, groups, subjects and contacts, and the criteria that hang on them (H, I)."""

from __future__ import annotations

from datetime import timedelta

from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Gone,
    Group,
    GroupKind,
    Membership,
    Notice,
    Part,
    Report,
    SchoolClass,
    Subject,
)
from data.tables import Account, Journal, Person, Problem
from data.tables import Contact as ContactRow
from data.tables import ContactLink as LinkRow
from data.tables import Group as GroupRow
from data.tables import Membership as MemberRow
from data.tables import SchoolClass as ClassRow
from data.tables import Subject as SubjectRow
from misconsole.services import queues
from tests.fake_mis import Bench


def member(container: str, place: str, who: str, part: Part = Part.PUPIL) -> Membership:
    role = "staff" if who.startswith("S") else "pupil"
    return Membership(container=container, container_id=place, person_role=role, person_id=who, part=part)


def timetabled(bench: Bench) -> Bench:
    bench.accept(Report.GROUPS_CLASSES, requested=["subject_id"])
    bench.mis.records[Report.GROUPS_CLASSES] = [
        Subject(source_id="M", code="MA", name="Maths"),
        SchoolClass(source_id="C1", name="7A/Ma", subject_id="M"),
        SchoolClass(source_id="C2", name="Chess", kind=ClassKind.OTHER),
        Group(source_id="G1", name="Red", kind=GroupKind.HOUSE),
        member("class", "C1", "P1"), member("class", "C1", "P2"), member("class", "C1", "S1", Part.MAIN),
        member("group", "G1", "P1"),
    ]  # fmt: skip
    return bench


class TestClasses:
    def test_I1_and_I14_classes_groups_and_subjects_are_kept_with_their_members(self, bench: Bench) -> None:
        view = timetabled(bench).sync()
        assert view.state == "succeeded", view.error
        assert bench.one(ClassRow, source_id="C1").subject_id == "M"
        assert bench.one(GroupRow).kind == "house group"
        assert bench.one(SubjectRow).name == "Maths"
        members = {(m.container_id, m.person_source_id, m.part) for m in bench.rows(MemberRow)}
        assert members == {
            ("C1", "P1", "pupil"), ("C1", "P2", "pupil"), ("C1", "S1", "teacher"), ("G1", "P1", "pupil"),
        }  # fmt: skip

    def test_I5_and_W8_a_class_of_another_type_is_left_out_with_its_reason(self, bench: Bench) -> None:
        view = timetabled(bench).sync()
        assert bench.one(ClassRow, source_id="C2").gate == "class_type"
        assert [p.subject for p in bench.rows(Problem, code="class_type")] == ["Chess"]
        assert view.reports["groups-classes"] == {"extracted": 3, "kept": 2, "dropped": 1}

    def test_G2_and_F10_people_may_need_a_class_that_qualifies(self, bench: Bench) -> None:
        timetabled(bench).options(class_criteria="yes")
        bench.sync()
        without = {p.source_id for p in bench.rows(Person, gate="no_qualifying_class")}
        assert without == {f"P{n}" for n in range(12) if n not in (1, 2)} | {"S0", "S2", "S3"}
        assert len(bench.rows(Account)) == 3

    def test_an_unchanged_timetable_writes_nothing(self, bench: Bench) -> None:
        timetabled(bench).sync()
        before = len(bench.rows(Journal))
        bench.mis.records[Report.GROUPS_CLASSES].reverse()
        bench.sync(full=True)
        assert len(bench.rows(Journal)) == before

    def test_members_come_and_go_with_a_journal_row_each(self, bench: Bench) -> None:
        timetabled(bench).sync()
        rows = bench.mis.records[Report.GROUPS_CLASSES]
        rows.remove(member("class", "C1", "P2"))
        rows.append(member("class", "C1", "P4"))
        view = bench.sync(full=True)
        assert {m.person_source_id for m in bench.rows(MemberRow, container="class")} == {"P1", "P4", "S1"}
        assert sum(r.table_name == "membership" for r in bench.rows(Journal, run_id=view.id)) == 2

    def test_a_class_that_is_gone_is_kept_as_gone(self, bench: Bench) -> None:
        timetabled(bench).sync()
        rows = bench.mis.records[Report.GROUPS_CLASSES]
        rows[:] = [r for r in rows if getattr(r, "source_id", "") != "C2"]
        bench.sync(full=True)
        assert bench.one(ClassRow, source_id="C2").present is False

    def test_Z20_an_empty_timetable_is_not_the_end_of_all_classes(self, bench: Bench) -> None:
        timetabled(bench).sync()
        bench.mis.records[Report.GROUPS_CLASSES] = []
        assert bench.sync(full=True).state == "succeeded"
        assert len(bench.rows(ClassRow, present=True)) == 2

    def test_a_delta_of_classes_leaves_the_others_alone(self, bench: Bench) -> None:
        timetabled(bench).sync()
        bench.mis.delta = {
            Report.GROUPS_CLASSES: [
                SchoolClass(source_id="C1", name="7A/Maths"), member("class", "C1", "P5"),
                Gone(kind="class", source_id="C2"),
            ]
        }  # fmt: skip
        bench.sync()
        assert (bench.one(ClassRow, source_id="C1").name, bench.one(ClassRow, source_id="C1").present) == (
            "7A/Maths", True,
        )  # fmt: skip
        assert {m.person_source_id for m in bench.rows(MemberRow, container="class")} == {"P5"}
        assert bench.one(ClassRow, source_id="C2").present is False
        assert bench.one(GroupRow).present is True


class TestContacts:
    def parents(self, bench: Bench) -> Bench:
        bench.accept(Report.CONTACTS)
        bench.mis.records[Report.CONTACTS] = [
            Contact(source_id="K1", title="Mrs", given_name="Ada", family_name="Kestrel"),
            Contact(source_id="K2", given_name="Bo", family_name="Ng"),
            ContactLink(contact_id="K1", pupil_id="P1", relationship="Mother", parental_responsibility=True),
            ContactLink(contact_id="K2", pupil_id="P2", relationship="Uncle"),
        ]  # fmt: skip
        return bench

    def test_H1_and_H9_contacts_are_kept_with_their_links(self, bench: Bench) -> None:
        self.parents(bench).sync()
        contact, link = bench.one(ContactRow, source_id="K1"), bench.one(LinkRow)
        assert (contact.family_name, contact.gate) == ("Kestrel", "")
        assert (link.contact_id, link.person_id) == (contact.id, bench.one(Person, source_id="P1").id)
        assert (link.relationship, link.parental_responsibility) == ("Mother", True)

    def test_H2_and_W6_a_contact_without_a_title_is_left_out_with_its_reason(self, bench: Bench) -> None:
        view = self.parents(bench).sync()
        assert bench.one(ContactRow, source_id="K2").gate == "missing_title"
        assert bench.one(Problem, report="contacts").code == "missing_title"
        assert view.reports["contacts"] == {"extracted": 2, "kept": 1, "dropped": 1}

    def test_H6_and_V4_an_assumed_priority_is_said_in_the_messages(self, bench: Bench) -> None:
        view = self.parents(bench).sync()
        assert "assumed_priority" in [m.code for m in view.messages]

    def test_H6_what_the_connector_told_of_priorities_is_not_said_again(self, bench: Bench) -> None:
        said = Notice(level="info", code="no_priority", message="Arbor gives no contact a priority.")
        bench.mis.notices = [said]
        view = self.parents(bench).sync()
        assert [m.message for m in view.messages if "priority" in m.code] == [said.message]

    def test_Z13_a_joint_record_is_the_same_two_people_at_every_sync(self, bench: Bench) -> None:
        self.parents(bench)
        bench.mis.records[Report.CONTACTS] = [
            Contact(source_id="K1", title="Mr and Mrs", given_name="J & P", family_name="Morse"),
            ContactLink(contact_id="K1", pupil_id="P1"),
        ]
        bench.sync()
        first = {row.source_id: row.id for row in bench.rows(ContactRow)}
        assert set(first) == {"K1", "K1#2"}
        bench.now += timedelta(days=1)
        bench.mis.records[Report.CONTACTS][0] = Contact(
            source_id="K1", title="Mr and Mrs", given_name="J & P", family_name="Hale"
        )
        bench.sync(full=True)
        assert {row.source_id: row.id for row in bench.rows(ContactRow)} == first
        assert {row.family_name for row in bench.rows(ContactRow)} == {"Hale"}
        assert len(bench.rows(LinkRow)) == 2

    def test_H8_a_parent_held_twice_is_a_problem_with_an_example_to_quote(self, bench: Bench) -> None:
        self.parents(bench)
        bench.mis.records[Report.CONTACTS] = [
            Contact(source_id="K1", title="Mrs", given_name="Ada", family_name="Ng", phone="07700 900001"),
            Contact(source_id="K2", title="Dr", given_name="Ada", family_name="Ng", phone="07700900001"),
            ContactLink(contact_id="K1", pupil_id="P1"), ContactLink(contact_id="K2", pupil_id="P2"),
        ]  # fmt: skip
        view = bench.sync()
        assert view.reports["contacts"] == {"extracted": 2, "kept": 2, "dropped": 0}
        told = next(each for each in queues.problems(bench.desk, bench.urn) if each.report == "contacts")
        assert (told.code, told.subject) == ("possible_duplicate", "Mrs Ada Ng")
        assert "contacts K1 and K2" in told.message
        assert "“Mrs” and “Dr”" in told.message
        assert "quote this example" in told.mend

    def test_X3_contacts_are_not_asked_for_until_the_school_accepts_them(self, bench: Bench) -> None:
        bench.mis.records[Report.CONTACTS] = [Contact(source_id="K1", family_name="Kestrel")]
        bench.sync()
        assert Report.CONTACTS not in bench.mis.requests[-1].reports
        assert bench.rows(ContactRow) == []

    def test_a_link_that_changes_is_changed_and_one_that_ends_is_removed(self, bench: Bench) -> None:
        self.parents(bench).sync()
        rows = bench.mis.records[Report.CONTACTS]
        rows[2] = ContactLink(
            contact_id="K1", pupil_id="P1", relationship="Carer", parental_responsibility=True
        )
        bench.sync(full=True)
        assert bench.one(LinkRow).relationship == "Carer"
        rows[2] = ContactLink(
            contact_id="K1", pupil_id="P3", relationship="Carer", parental_responsibility=True
        )
        bench.sync(full=True)
        assert bench.one(LinkRow).person_id == bench.one(Person, source_id="P3").id
