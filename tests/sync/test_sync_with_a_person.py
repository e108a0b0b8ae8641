"""What comes with a member of staff in one sync: the facts kept of them, and their classes (F7, F13)."""

from __future__ import annotations

from dataclasses import fields

from connectors.records import Membership, Part, Report, SchoolClass, Staff
from data.tables import Account, Link, Person
from data.tables import Membership as MemberRow
from data.tables import SchoolClass as ClassRow
from tests.fake_mis import Bench, staff


def joins(bench: Bench) -> Person:
    """A new teacher, with two classes, after the school was synced already."""
    bench.accept(Report.GROUPS_CLASSES)
    bench.mis.records[Report.GROUPS_CLASSES] = []
    assert bench.sync().state == "succeeded"
    bench.mis.records[Report.STAFF].append(
        staff(
            70,
            "Una",
            "Rook",
            email="u.rook@work.example",
            phone="01632 960123",
            roles=("Teacher", "Head of Music"),
        )
    )
    classes = [SchoolClass(source_id=f"C{n}", name=f"{n}A/Mu") for n in (7, 8)]
    members = [
        Membership(container="class", container_id=each.source_id, person_role=role, person_id=who, part=part)
        for each in classes
        for role, who, part in (("staff", "S70", Part.MAIN), ("pupil", "P1", Part.PUPIL))
    ]
    bench.mis.records[Report.GROUPS_CLASSES] = [*classes, *members]
    assert bench.sync(full=True).state == "succeeded"
    found: Person = bench.one(Person, source_id="S70")
    return found


def test_F7_a_person_comes_with_all_their_classes_linked_in_the_same_sync(bench: Bench) -> None:
    person = joins(bench)
    assert bench.one(Link, person_id=person.id, active=True)
    mine = {m.container_id for m in bench.rows(MemberRow, person_role="staff", person_source_id="S70")}
    assert mine == {row.source_id for row in bench.rows(ClassRow, present=True, gate="")} == {"C7", "C8"}


def test_F13_names_work_address_telephone_and_occupation_are_kept_a_home_address_never(bench: Bench) -> None:
    person = joins(bench)
    assert (person.given_name, person.family_name) == ("Una", "Rook")
    assert (person.email, person.phone) == ("u.rook@work.example", "01632 960123")
    assert person.job_title == "Head of Music, Teacher"
    kept = {name for table in (Person, Account) for name in table.model_fields} | {
        each.name for each in fields(Staff)
    }
    assert not {name for name in kept if "address" in name or "postcode" in name}
