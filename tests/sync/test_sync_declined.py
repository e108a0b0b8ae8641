"""Declining a field or report takes away what was stored of it before, the journal included (C16, X2, X3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Text, cast, select
from sqlmodel import SQLModel

from connectors.records import Contact, ContactLink, Membership, Part, Report, SchoolClass
from data import bulk, tables
from data.store import Store
from data.tables import Account, Connection, Identifier, Link, Person
from misconsole.services import reports, undo
from tests.fake_mis import Bench, a_school


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    """A school that let everything flow, references of photographs too, and was synced twice."""
    made = Bench(store, tmp_path, a_school(6, 3))
    connection = made.one(Connection)
    with store.write() as s:
        bulk.update(s, Connection, [{"id": connection.id, "mis": "arbor", "route": "wonde"}])
    made.accept(Report.STUDENTS, requested=["photo_id", "photo_hash"])
    made.accept(Report.STAFF, requested=["phone", "email"])
    made.accept(Report.CONTACTS, Report.GROUPS_CLASSES)
    for n, each in enumerate(list(made.mis.records[Report.STUDENTS])):
        made.change(
            Report.STUDENTS, each.source_id, upn=f"Q82343210000{n}", photo_id=f"canary-photo-{n}",
            house="Harehouse",
        )  # fmt: skip
    for n, each in enumerate(list(made.mis.records[Report.STAFF])):
        made.change(Report.STAFF, each.source_id, phone=f"0770090055{n}", email=f"t{n}@canary.example")
    made.mis.records[Report.CONTACTS] = [
        Contact(source_id="C1", title="Ms", given_name="Ada", family_name="Quill-Parent",
                email="ada@canary.example"),
        ContactLink(contact_id="C1", pupil_id="P1", relationship="Mother"),
    ]  # fmt: skip
    made.mis.records[Report.GROUPS_CLASSES] = [
        SchoolClass(source_id="K1", name="5K"),
        Membership(container="class", container_id="K1", person_role="pupil", person_id="P1",
                   part=Part.PUPIL),
    ]  # fmt: skip
    assert made.sync().state == "succeeded"
    for each in list(made.mis.records[Report.STUDENTS]):
        made.change(Report.STUDENTS, each.source_id, house="Harehouse Two")
    for n, each in enumerate(list(made.mis.records[Report.STAFF])):
        made.change(Report.STAFF, each.source_id, phone=f"0770090066{n}")
    assert made.sync().state == "succeeded"
    return made


def held(bench: Bench, word: str) -> set[str]:
    """Every column of every table in which that word stands, the journal's too."""
    found = set()
    with bench.store.read() as s:
        for table in SQLModel.metadata.tables.values():
            for column in table.columns:
                asked = select(table).where(cast(column, Text).contains(word)).limit(1)
                if s.connection().execute(asked).first() is not None:
                    found.add(f"{table.name}.{column.name}")
    return found


@pytest.mark.parametrize(
    ("report", "field", "word"),
    [
        ("staff", "phone", "077009005"), ("staff", "phone", "077009006"),
        ("staff", "email", "@canary.example"),
        ("students", "photo_id", "canary-photo"), ("students", "upn", "Q82343210000"),
        ("students", "house", "Harehouse"), ("contacts", "email", "ada@canary.example"),
    ],
)  # fmt: skip
def test_X2_a_declined_field_is_gone_at_once_from_every_table_and_the_journal(
    bench: Bench, report: str, field: str, word: str
) -> None:
    """X2, C16, C8"""
    assert held(bench, word), "the search itself must find what there is"
    if (report, field) == ("staff", "email"):
        reports.decline(bench.desk, bench.urn, "contacts")  # whose addresses look alike
    reports.decline_field(bench.desk, bench.urn, report, field)
    assert held(bench, word) == set()
    assert bench.sync().state == "succeeded"
    assert held(bench, word) == set(), "nor does the next sync bring it back"


def test_X2_everybody_keeps_their_account_when_a_field_is_declined(bench: Bench) -> None:
    before = [(a.username, a.state) for a in bench.rows(Account)]
    for field in ("upn", "house", "photo_id"):
        reports.decline_field(bench.desk, bench.urn, "students", field)
    done = bench.sync()
    assert [(a.username, a.state) for a in bench.rows(Account)] == before
    assert (done.changes["created"], done.changes["unallocated"]) == (0, 0)
    assert len(bench.rows(Link, active=True)) == 9


def test_X2_the_summary_says_how_many_had_it(bench: Bench) -> None:
    reports.decline_field(bench.desk, bench.urn, "students", "house")
    (decision,) = bench.rows(tables.Decision, kind="decline-field")
    assert decision.summary.endswith("; 6 people had it emptied")


def test_X3_contacts_go_with_their_report_and_whoever_was_used_stays(bench: Bench) -> None:
    """X3, H10, C17"""
    person = bench.rows(Person, role="pupil")[0]
    with bench.store.write() as s:
        bulk.insert(s, tables.ContactUse, [{
            "school_id": bench.school_id, "person_id": person.id, "source_id": "C9", "family_name": "Used",
            "reason": "was ill", "by": "alice", "at": bench.now,
        }])  # fmt: skip
    assert next(r for r in reports.reports(bench.desk, bench.urn) if r.report == "contacts").removes == 1
    reports.decline(bench.desk, bench.urn, "contacts")
    assert held(bench, "Quill-Parent") == held(bench, "ada@canary") == set()
    assert bench.rows(tables.Contact) == bench.rows(tables.ContactLink) == []
    assert [row.family_name for row in bench.rows(tables.ContactUse)] == ["Used"]
    bench.sync()
    assert bench.rows(tables.Contact) == []


def test_X2_places_in_classes_go_with_their_report(bench: Bench) -> None:
    assert len(bench.rows(tables.Membership)) == 1
    reports.decline(bench.desk, bench.urn, "groups-classes")
    assert bench.rows(tables.Membership) == []
    assert bench.rows(tables.Journal, table_name="membership") == []
    assert bench.sync().changes["unallocated"] == 0


def test_X2_of_a_declined_report_of_people_only_what_accounts_stand_on_is_left(bench: Bench) -> None:
    reports.decline(bench.desk, bench.urn, "staff")
    assert held(bench, "077009006") == set()
    rows = bench.rows(Person, role="staff")
    assert all(row.given_name and row.family_name and row.present for row in rows)
    assert {row.phone for row in rows} == {row.date_of_birth for row in rows} == {None}
    assert {a.state for a in bench.rows(Account, role="staff")} == {"active"}


def test_a_field_that_the_future_report_still_lets_through_stays(bench: Bench) -> None:
    bench.accept(Report.STUDENTS_FUTURE)
    reports.decline_field(bench.desk, bench.urn, "students", "house")
    assert {row.house for row in bench.rows(Person, role="pupil")} == {"Harehouse Two"}
    reports.decline_field(bench.desk, bench.urn, "students-future", "house")
    assert {row.house for row in bench.rows(Person, role="pupil")} == {None}


def test_a_field_that_is_accepted_again_comes_with_the_next_sync(bench: Bench) -> None:
    reports.decline_field(bench.desk, bench.urn, "students", "upn")
    assert bench.rows(Identifier, kind="upn") == []
    bench.sync()
    bench.options(limit_small="100")  # so many accounts that get a UPN again would be looked at first
    reports.accept_field(bench.desk, bench.urn, "students", "upn")
    bench.sync()
    assert len(bench.rows(Identifier, kind="upn", current=True)) == 6


def test_a_run_can_still_be_undone_and_gives_back_all_but_what_was_declined(bench: Bench) -> None:
    newest = undo.newest(bench.desk, bench.urn)
    assert newest is not None
    reports.decline_field(bench.desk, bench.urn, "staff", "phone")
    undo.undo_run(bench.desk, newest)
    assert {row.house for row in bench.rows(Person, role="pupil")} == {"Harehouse"}
    assert {row.phone for row in bench.rows(Person, role="staff")} == {None}
