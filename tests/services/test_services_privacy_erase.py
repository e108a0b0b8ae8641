"""Erasing: who may go and when, that nothing of them is left in the file, and that nothing brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from data import tables
from data.journal import Scribe
from data.tables import Account, Decision, Erasure, Exclusion, Journal, Person, ReservedName
from misconsole.errors import Conflict, Held, NotFound
from misconsole.services import audit_seal, decide, notes, permits, privacy, privacy_due, privacy_erase, undo
from tests import seed, stores

pytestmark = pytest.mark.every_store

#: Words by which the canary child could be known anywhere; the username is reserved for good and is apart.
CANARY = (
    "Zephyrine", "Quillfeather", "Q829999100007", "2013-02-27", "zq@home.example", "07700900777",
    "canary-photo", "Oldname", "Quill-Parent", "parent.zq@home.example",
)  # fmt: skip


@pytest.fixture
def e(tmp_path: Path) -> Iterator[seed.Estate]:
    with seed.estate(tmp_path) as opened:
        yield opened


def canary(e: seed.Estate, school: int) -> tuple[int, int]:
    """A leaver with something in every table that can hold anything of a pupil."""
    run = e.run(school, changed_anything=True)
    person = e.person(
        school, "Zephyrine", "Quillfeather", upn="Q829999100007", date_of_birth=date(2013, 2, 27),
        email="zq@home.example", phone="07700900777", photo_id="canary-photo", present=False,
        gate="absent", gone_run=run, registration_group="6Z",
    )  # fmt: skip
    other = e.person(school, "Una", "Bystander")
    account = e.account(
        school, "z1234", "Zephyrine", "Quillfeather", state="unallocated", unallocated_at=e.now,
        date_of_birth=date(2013, 2, 27),
    )  # fmt: skip
    e.link(person, account, active=False, ended_at=e.now, ended_reason="absent",
           anchors={"given_name": "Zephyrine", "identifiers": {"upn": ["Q829999100007"]}})  # fmt: skip
    e.put(tables.Alias, account_id=account, kind="email", value="zephyrine.quillfeather@larkmere.example")
    e.candidate(person, account, evidence=[{"person": "Quillfeather"}])
    e.candidate(other, account, evidence=[{"account": "Quillfeather"}])
    e.put(tables.NotSame, school_id=school, person_id=other, account_id=account)
    contact = e.put(tables.Contact, school_id=school, source_id="C1", given_name="Ada",
                    family_name="Quill-Parent", email="parent.zq@home.example")  # fmt: skip
    e.put(tables.ContactLink, school_id=school, contact_id=contact, person_id=person, relationship="Mother")
    e.put(tables.ContactUse, school_id=school, person_id=person, source_id="C1", family_name="Quill-Parent",
          reason="Zephyrine Quillfeather was ill", by="alice", at=e.now)  # fmt: skip
    e.put(
        tables.AttendanceMark,
        school_id=school,
        person_id=person,
        day=date(2026, 9, 1),
        session="AM",
        code="/",
    )
    source = e.row(Person, person).source_id
    e.put(tables.Membership, school_id=school, container="class", container_id="K1", person_role="pupil",
          person_source_id=source, part="pupil")  # fmt: skip
    e.put(tables.Review, school_id=school, account_id=account, verdict="keep", reason="Quillfeather returns",
          active=False)  # fmt: skip
    e.put(tables.Exclusion, school_id=school, given_name="Zephyrine", family_name="Quillfeather",
          reason="lifted", active=False)  # fmt: skip
    e.problem(school, run, "Zephyrine Quillfeather", person_id=person, source_id=source, role="pupil")
    e.put(tables.RunMessage, run_id=run, message="Zephyrine Quillfeather has left.", at=e.now)
    e.put(tables.RunStage, run_id=run, ordinal=9, name="canary", detail="zq@home.example was last")
    handout = e.put(
        tables.Handout, school_id=school, form="slips", chosen={"names": ["Zephyrine Quillfeather"]}
    )
    e.put(tables.HandoutLine, handout_id=handout, account_id=account, username="z1234")
    target = e.put(tables.Target, school_id=school, name="ad", kind="ldap")
    e.put(tables.TargetAccount, target_id=target, account_id=account, remote_id="guid-1",
          written={"sn": "Quillfeather"}, at=e.now)  # fmt: skip
    e.put(tables.TargetChange, target_id=target, account_id=account, action="create",
          after={"sn": "Quillfeather"}, at=e.now)  # fmt: skip
    e.put(tables.MisMove, school_id=school, state="abandoned", mis="sims", route="wonde",
          result={"lost": ["Zephyrine Quillfeather"]})  # fmt: skip
    with e.store.write() as s:
        scribe = Scribe(s, actor="run", at=e.now, school_id=school, run_id=run)
        row = s.get_one(Person, person)
        scribe.update(row, legal_family_name="Oldname")
        scribe.update(row, legal_family_name=None)
        gone = scribe.insert(
            tables.Identifier(school_id=school, person_id=person, kind="uln", value="9999100007")
        )
        scribe.delete(gone)
    desk = e.desk()
    notes.add(desk, "100001", "Zephyrine Quillfeather moved away.", person_id=person)
    notes.add(desk, "100001", "Sister of Zephyrine Quillfeather, see Q829999100007.", person_id=other)
    return person, account


def bytes_of(e: seed.Estate) -> bytes:
    return stores.bytes_of(e.store)


def found_in(e: seed.Estate, *more: str) -> list[str]:
    held = bytes_of(e)
    return [word for word in (*CANARY, *more) if word.encode() in held]


def test_X1_nothing_of_an_erased_person_is_left_in_the_bytes_of_the_store(e: seed.Estate) -> None:
    school = e.school()
    person, account = canary(e, school)
    numbers = set() if e.store.path else {"2013-02-27"}  # how a server keeps a day
    assert set(found_in(e)) == set(CANARY) - numbers, "the search itself must find what is there"
    done = privacy_erase.erase(e.desk("ada"), "100001", f"id:{person}")
    assert found_in(e, "9999100007", "quillfeather") == []
    assert done.shredded
    assert done.rows["person"] == done.rows["account"] == done.rows["contact"] == 1
    assert e.all(Person, id=person) == e.all(Account, id=account) == []


def test_Z8_the_username_of_an_erased_person_stays_reserved_and_leads_to_nobody(e: seed.Estate) -> None:
    person, _ = canary(e, e.school())
    privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    assert [(r.username_key, r.account_id) for r in e.all(ReservedName)] == [("z1234", None)]


def test_an_erasure_is_signed_with_a_reference_and_tells_nobodys_name(e: seed.Estate) -> None:
    person, _ = canary(e, e.school())
    done = privacy_erase.erase(e.desk("ada"), "100001", f"id:{person}")
    (row,) = e.all(Erasure)
    assert (row.reference, row.ground, row.by, row.role) == (done.references[0], "request", "ada", "pupil")
    assert row.rows["identifier"] == 1
    (decision,) = e.all(Decision, kind="erase")
    assert decision.summary == f"Erased 1 by request, reference {row.reference}"
    emptied = [d.summary for d in e.all(Decision, kind="note") if d.detail == {"erased": row.reference}]
    assert emptied == [f"note: about somebody who was erased ({row.reference})"]


def test_a_note_on_somebody_else_stays_without_the_name(e: seed.Estate) -> None:
    person, _ = canary(e, e.school())
    privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    assert [n.text for n in e.all(tables.CaseNote)] == ["Sister of [erased], see [erased]."]


def test_a_name_that_somebody_else_bears_too_is_left_in_texts_and_counted(e: seed.Estate) -> None:
    school = e.school()
    person, _ = canary(e, school)
    e.person(school, "Zephyrine", "Quillfeather")
    done = privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    assert done.left > 0
    assert [n.text for n in e.all(tables.CaseNote)] == ["Sister of Zephyrine Quillfeather, see [erased]."]


def test_brothers_and_sisters_share_contacts_until_the_last_of_them_is_erased(e: seed.Estate) -> None:
    school = e.school()
    person, _ = canary(e, school)
    (contact,) = e.all(tables.Contact)
    sister = e.person(school, "Yara", "Quillfeather")
    e.put(tables.ContactLink, school_id=school, contact_id=contact.id, person_id=sister)
    privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    assert [c.family_name for c in e.all(tables.Contact)] == ["Quill-Parent"]
    assert [link.person_id for link in e.all(tables.ContactLink)] == [sister]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"person": {"present": True}}, "erase_present"),
        ({"account": {"state": "active"}}, "erase_account"),
        ({"account": {"kept_absent": True}}, "erase_kept"),
    ],
)
def test_who_is_still_here_is_not_erased_and_the_reason_is_told(
    e: seed.Estate, change: dict[str, dict[str, object]], code: str
) -> None:
    school = e.school()
    e.accept(school, "students")
    person, account = canary(e, school)
    e.change(Person, person, **change.get("person", {}))
    e.change(Account, account, **change.get("account", {}))
    before = len(e.all(Journal))
    with pytest.raises(Conflict) as refused:
        privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    assert refused.value.code == code
    assert refused.value.mend
    assert e.row(Person, person).family_name == "Quillfeather"
    assert e.all(Erasure) == [] and len(e.all(Journal)) == before


def test_somebody_in_the_mis_can_be_erased_once_the_school_declined_the_report(e: seed.Estate) -> None:
    person, _ = canary(e, e.school())
    e.change(Person, person, present=True)
    assert privacy_erase.erase(e.desk(), "100001", f"id:{person}").rows["person"] == 1


def test_an_exclusion_that_stands_is_not_erased_with_whom_it_keeps_out(e: seed.Estate) -> None:
    school = e.school()
    person, _ = canary(e, school)
    e.change(Exclusion, e.all(Exclusion)[0].id, active=True)
    with pytest.raises(Conflict, match="exclusion list"):
        privacy_erase.erase(e.desk(), "100001", f"id:{person}")


def test_a_held_run_is_settled_before_anybody_is_erased(e: seed.Estate) -> None:
    school = e.school()
    person, _ = canary(e, school)
    e.run(school, "held")
    with pytest.raises(Conflict, match="waits for approval"):
        privacy_erase.erase(e.desk(), "100001", f"id:{person}")


def test_nobody_but_an_administrator_erases(e: seed.Estate) -> None:
    person, _ = canary(e, e.school())
    for grade in ("read-only", "operator", "head", "support"):
        desk = replace(e.desk(), grade=grade)
        with pytest.raises(permits.NotPermitted):
            privacy_erase.erase(desk, "100001", f"id:{person}")
        with pytest.raises(permits.NotPermitted):
            privacy_erase.erase_due(desk, "100001")
    with pytest.raises(permits.NotPermitted):
        privacy_erase.erase(replace(e.desk(), read_only=True), "100001", f"id:{person}")
    assert e.row(Person, person).family_name == "Quillfeather"


def test_a_decision_that_would_bring_erased_data_back_is_refused_in_plain_words(e: seed.Estate) -> None:
    school = e.school()
    person, account = e.linked(school, "Zephyrine", "Quillfeather")
    removed = decide.unlink(e.desk(), "100001", account, reason="wrong one")
    again = decide.link(e.desk(), "100001", person, account)
    e.change(Person, person, present=False)
    e.change(Account, account, state="let-go")
    privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    for each in (again, removed):
        with pytest.raises(Conflict, match="erased"):
            decide.undo(e.desk(), each.id)
    assert e.all(Person) == []


def test_a_run_that_would_bring_erased_data_back_is_refused_in_plain_words(e: seed.Estate) -> None:
    school = e.school()
    run = e.run(school, changed_anything=True)
    with e.store.write() as s:
        scribe = Scribe(s, actor="run", at=e.now, school_id=school, run_id=run)
        person = scribe.insert(
            Person(school_id=school, role="pupil", source_id="P1", given_name="Zephyrine",
                   family_name="Quillfeather", search_name="quillfeather zephyrine", present=False)
        ).id  # fmt: skip
    privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    with pytest.raises(Conflict, match="data was erased"):
        undo.undo_run(e.desk(), run)
    assert not undo.preview_undo(e.desk(), run).possible
    (entry,) = e.all(Journal, run_id=run)
    assert entry.before is None and set(entry.after) == {"erased"}


def test_an_erasure_itself_cannot_be_taken_back(e: seed.Estate) -> None:
    person, _ = canary(e, e.school())
    privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    (decision,) = e.all(Decision, kind="erase")
    with pytest.raises(Conflict, match="cannot be taken back"):
        decide.undo(e.desk(), decision.id)


# The clock


def leaver(e: seed.Estate, school: int, name: str, days: int) -> int:
    """Somebody the MIS stopped sending that many days ago."""
    run = e.run(school, finished_at=e.now - timedelta(days=days))
    return e.person(school, name, "Leaver", present=False, gate="absent", gone_run=run)


def test_X7_leavers_are_due_when_the_clock_is_up_and_never_by_a_date_typed_early(
    e: seed.Estate,
) -> None:
    school = e.school(options={"retention_days": 100})
    late = leaver(e, school, "Late", 100)
    leaver(e, school, "Early", 99)
    typed = leaver(e, school, "Typed", 10)
    e.change(Person, typed, end_date=e.now.date() - timedelta(days=500))
    listed = privacy_due.due(e.desk(), "100001")
    assert [each.key for each in listed.due] == [f"id:{late}"]
    assert listed.items[0].left == e.now.date() - timedelta(days=100)
    assert listed.items[0].why == "no longer in the MIS"


def test_X7_the_clock_can_be_stopped_altogether(e: seed.Estate) -> None:
    school = e.school(options={"retention_days": 0})
    leaver(e, school, "Late", 3_000)
    assert privacy_due.due(e.desk(), "100001").due == ()
    with pytest.raises(Conflict, match="Nobody is due"):
        privacy_erase.erase_due(e.desk(), "100001")


def test_X7_everybody_who_is_due_goes_by_one_act_with_a_reference_each(e: seed.Estate) -> None:
    school = e.school()
    first, second = leaver(e, school, "One", 400), leaver(e, school, "Two", 500)
    stays = leaver(e, school, "Three", 10)
    done = privacy_erase.erase_due(e.desk(), "100001", expected=2)
    assert len(done.references) == len(set(done.references)) == 2
    assert {row.ground for row in e.all(Erasure)} == {"retention"}
    assert [p.id for p in e.all(Person)] == [stays]
    assert first != second


def test_more_than_a_run_may_take_away_needs_the_number_to_be_confirmed(e: seed.Estate) -> None:
    school = e.school(options={"limit_unallocate_count": 3})
    for n in range(3):
        leaver(e, school, f"N{n}", 400)
    with pytest.raises(Held, match="3 are due"):
        privacy_erase.erase_due(e.desk(), "100001")
    with pytest.raises(Conflict, match="3 are due by now, not 2"):
        privacy_erase.erase_due(e.desk(), "100001", expected=2)
    assert len(privacy_erase.erase_due(e.desk(), "100001", expected=3).references) == 3


def test_an_account_without_a_person_that_was_removed_is_due_too(e: seed.Estate) -> None:
    school = e.school()
    account = e.account(school, "governor1", "Mary", "Quill", "other")
    decide.remove(e.desk(), "100001", account)
    e.now += timedelta(days=366)
    (item,) = privacy_due.due(e.desk(), "100001").due
    assert (item.key, item.why) == (f"account:{account}", "account taken away")
    privacy_erase.erase_due(e.desk(), "100001")
    assert e.all(Account) == []


def test_a_preview_says_what_would_go_and_what_is_elsewhere_and_changes_nothing(e: seed.Estate) -> None:
    person, _ = canary(e, e.school())
    (e.folder / "store.before-0004.sqlite3").write_bytes(b"older")
    before = len(e.all(Journal))
    told = privacy_erase.preview(e.desk(), "100001", f"id:{person}")
    assert not told.done and told.references == () and told.rows["person"] == 1
    assert "The directory ad still has the entry guid-1." in told.elsewhere
    copy = "store.before-0004.sqlite3" if e.store.path else "pg_dump"
    assert any(copy in line for line in told.elsewhere)
    assert any("come back as new" in line for line in told.elsewhere)
    assert len(e.all(Journal)) == before and e.all(Erasure) == []


def test_who_was_erased_is_not_found_any_more(e: seed.Estate) -> None:
    person, _ = canary(e, e.school())
    privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    with pytest.raises(NotFound):
        privacy.held(e.desk(), "100001", "Quillfeather")


def test_an_account_that_an_operator_said_is_not_theirs_is_not_erased_with_them(e: seed.Estate) -> None:
    school = e.school()
    person, account = e.linked(school, "Tom", "Baker")
    decide.unlink(e.desk(), "100001", account, reason="somebody else's")
    e.change(Person, person, present=False)
    privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    assert [a.username for a in e.all(Account)] == ["t.baker"]


def test_the_trail_is_whole_after_an_erasure_and_says_that_it_was_sealed_anew(e: seed.Estate) -> None:
    person, _ = canary(e, e.school())
    assert audit_seal.verify(e.desk()).whole
    done = privacy_erase.erase(e.desk(), "100001", f"id:{person}")
    assert audit_seal.verify(e.desk()).whole
    (decision,) = e.all(Decision, kind="erase")
    assert decision.detail["resealed_for"] == f"erasure {done.references[0]}"
