"""What is held on a person: nothing forgotten, from where, what was sent out; and the answer to a request."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from data import tables
from data.journal import Scribe
from data.register import BY_TABLE
from data.tables import Decision, Person
from misconsole.errors import NotFound, Usage
from misconsole.services import decide, exporting, notes, permits, privacy, privacy_answer
from misconsole.services.privacy_views import HeldField, HeldView
from tests import seed


@pytest.fixture
def e(tmp_path: Path) -> Iterator[seed.Estate]:
    with seed.estate(tmp_path) as opened:
        yield opened


def field(view: HeldView, table: str, name: str) -> HeldField:
    group = next(each for each in view.groups if each.table == table)
    return next(each for row in group.rows for each in row.fields if each.name == name)


def test_X1_every_value_of_a_person_is_told_with_where_it_is_from_and_since_when(e: seed.Estate) -> None:
    school = e.school()
    e.connection(school)
    with e.store.write() as s:
        scribe = Scribe(s, actor="run", at=e.now, school_id=school)
        row = scribe.insert(
            Person(school_id=school, role="staff", source_id="T1", given_name="Grace", family_name="Okafor",
                   search_name="okafor grace", phone="07700900123", room="M4")
        )  # fmt: skip
    e.now += timedelta(days=3)
    with e.store.write() as s:
        scribe = Scribe(s, actor="run", at=e.now, school_id=school)
        scribe.update(s.get_one(Person, row.id), phone="07700900124")
    view = privacy.held(e.desk(), "100001", "T1")
    phone = field(view, "person", "phone")
    assert phone.value == "07700900124"
    assert phone.source == "Arbor by Wonde (aggregator), report staff"
    assert (phone.since, phone.changed) == (seed.NOON, seed.NOON + timedelta(days=3))
    assert field(view, "person", "search_name").source == "worked out by us"
    assert field(view, "person", "room").source.startswith("typed here")
    held = {
        each.name for group in view.groups if group.table == "person" for r in group.rows for each in r.fields
    }
    assert {"given_name", "family_name", "phone", "room", "source_id", "status"} <= held


def everything(e: seed.Estate) -> tuple[int, int, int]:
    """(school, person, account): a pupil with a row in every table that says whose it is."""
    school = e.school()
    run = e.run(school)
    person, account = e.linked(school, "Noor", "Haddad", upn="A823432100099")
    source = e.row(Person, person).source_id
    contact = e.put(tables.Contact, school_id=school, source_id="C1", given_name="Sami", family_name="Haddad")
    e.put(tables.ContactLink, school_id=school, contact_id=contact, person_id=person, relationship="Father")
    rows = {
        tables.ContactUse: {"person_id": person, "source_id": "C1", "by": "alice", "reason": "was ill"},
        tables.AttendanceMark: {"person_id": person, "day": e.now.date(), "session": "AM", "code": "/"},
        tables.Membership: {"container": "class", "container_id": "K", "person_role": "pupil",
                            "person_source_id": source, "part": "pupil"},
        tables.NotSame: {"person_id": person, "account_id": account, "by": "alice"},
        tables.Exclusion: {"given_name": "Noor", "family_name": "Haddad", "reason": "r", "active": False},
        tables.Review: {"account_id": account, "verdict": "keep"},
        tables.CaseNote: {"person_id": person, "text": "moved house", "author": "alice"},
        tables.Decision: {"person_id": person, "kind": "link", "summary": "s", "actor": "alice"},
    }  # fmt: skip
    for table, values in rows.items():
        e.put(table, school_id=school, **values)
    e.put(tables.Alias, account_id=account, kind="username", value="n.had")
    e.candidate(person, account)
    e.problem(school, run, "Noor Haddad", person_id=person)
    handout = e.put(tables.Handout, school_id=school, form="slips", file="5K.pdf", by="alice", at=e.now)
    e.put(tables.HandoutLine, handout_id=handout, account_id=account, username="n.haddad", proof="scrypt$x")
    target = e.put(tables.Target, school_id=school, name="ad", kind="ldap")
    e.put(
        tables.TargetAccount, target_id=target, account_id=account, remote_id="g1", written={"sn": "Haddad"}
    )
    e.put(tables.TargetChange, target_id=target, account_id=account, action="create", after={"sn": "Haddad"})
    return school, person, account


def test_X1_every_table_that_says_whose_row_it_is_is_in_the_answer(e: seed.Estate) -> None:
    everything(e)
    shown = {group.table for group in privacy.held(e.desk(), "100001", "n.haddad").groups}
    whose = {entry.table for entry in BY_TABLE.values() if entry.owners} | {"membership"}
    assert shown == whose | {"contact"}


def test_X1_contacts_are_shown_by_name_and_relationship(e: seed.Estate) -> None:
    everything(e)
    view = privacy.held(e.desk(), "100001", "n.haddad")
    assert field(view, "contact_link", "contact").value == "Sami Haddad"
    assert field(view, "contact_link", "relationship").value == "Father"
    assert privacy.held(e.desk(), "100001", "Sami Haddad").kind == "contact"


def test_X1_directories_and_handouts_are_told_with_their_attributes_and_never_a_password(
    e: seed.Estate,
) -> None:
    everything(e)
    view = privacy.held(e.desk(), "100001", "n.haddad")
    sent = {(each.how, each.what): each for each in view.sent}
    assert sent["directory", "ad"].attributes == ("sn",) and sent["directory", "ad"].where == "g1"
    assert sent["directory", "ad: create (done)"].certain == "yes"
    assert sent["hand-out", "slips 5K.pdf"].by == "alice"


def test_X1_an_export_is_certain_while_its_folder_stands_and_possible_afterwards(e: seed.Estate) -> None:
    school = seed.larkmere(e)
    folder = e.folder / "google"
    exporting.export(e.desk(), "100001", exporting.Wish(format="google"), folder)
    inside = [x for x in privacy.held(e.desk(), "100001", "Priya Anand").sent if x.how == "export"]
    assert [(x.certain, x.where) for x in inside] == [("yes", str(folder))]
    later = e.person(school, "Came", "Later")
    assert [x for x in privacy.held(e.desk(), "100001", f"id:{later}").sent if x.how == "export"] == []
    for each in folder.iterdir():
        each.unlink()
    gone = [x for x in privacy.held(e.desk(), "100001", "Priya Anand").sent if x.how == "export"]
    assert [x.certain for x in gone] == ["possible"]


def test_X1_texts_of_other_rows_that_name_them_are_found_and_a_namesake_is_told(e: seed.Estate) -> None:
    school, _, account = everything(e)
    other = e.person(school, "Una", "Bystander")
    notes.add(e.desk(), "100001", "Shares a lift with Noor Haddad (n.haddad).", person_id=other)
    named = privacy.held(e.desk(), "100001", "n.haddad").mentions
    assert ("case_note", False) in {(each.table, each.namesake) for each in named}
    twin = e.person(school, "Noor", "Haddad")
    notes.add(e.desk(), "100001", "Noor Haddad sits at the back.", person_id=other)
    hits = [m for m in privacy.held(e.desk(), "100001", f"id:{twin}").mentions if m.table == "case_note"]
    assert hits and all(each.namesake for each in hits)
    assert account


def test_X1_runs_and_decisions_that_touched_them_are_listed(e: seed.Estate) -> None:
    school = e.school()
    person, account = e.linked(school, "Tom", "Baker")
    done = decide.unlink(e.desk(), "100001", account, reason="wrong")
    touched = privacy.held(e.desk(), "100001", f"id:{person}").touched
    assert (done.id, "alice") in {(each.id, each.by) for each in touched if each.kind == "decision"}


def test_X1_an_account_without_a_person_is_found_and_one_of_somebody_is_that_somebody(e: seed.Estate) -> None:
    school = e.school()
    e.account(school, "governor1", "Mary", "Quill", "other")
    _, account = e.linked(school, "Tom", "Baker")
    assert privacy.held(e.desk(), "100001", "governor1").kind == "account"
    assert privacy.held(e.desk(), "100001", "Mary Quill").kind == "account"
    assert privacy.held(e.desk(), "100001", f"account:{account}").kind == "pupil"
    with pytest.raises(NotFound):
        privacy.held(e.desk(), "100001", "Nobody Atall")


def test_several_of_a_name_are_told_apart_by_their_keys(e: seed.Estate) -> None:
    school = e.school()
    ids = [e.person(school, "Ann", "Lee"), e.person(school, "Ann", "Lee")]
    with pytest.raises(Usage) as several:
        privacy.held(e.desk(), "100001", "Ann Lee")
    assert all(f"id:{each}" in several.value.mend for each in ids)


def test_another_schools_people_are_not_looked_up_here(e: seed.Estate) -> None:
    e.school()
    other = e.school("100002", "Elmfield")
    person = e.person(other, "Ann", "Lee")
    with pytest.raises(NotFound):
        privacy.held(e.desk(), "100001", f"id:{person}")


def test_not_everybody_may_look_up_all_that_is_held(e: seed.Estate) -> None:
    everything(e)
    for grade, may in (("read-only", False), ("operator", False), ("head", True), ("support", True)):
        desk = replace(e.desk(), grade=grade)
        if may:
            assert privacy.held(desk, "100001", "n.haddad").who == "Noor Haddad"
            continue
        with pytest.raises(permits.NotPermitted):
            privacy.held(desk, "100001", "n.haddad")
        with pytest.raises(permits.NotPermitted):
            privacy_answer.answer(desk, "100001", "n.haddad", e.folder / "answer")


# The answer to a request


def test_X1_the_answer_is_a_private_folder_with_a_page_data_and_an_index(e: seed.Estate) -> None:
    everything(e)
    folder = e.folder / "answer"
    done = privacy_answer.answer(e.desk(), "100001", "n.haddad", folder)
    assert {p.name for p in folder.iterdir()} == {"about-you.html", "about-you.json", "index.txt"}
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}
    assert "about-you.html: everything" in (folder / "index.txt").read_text()
    held = json.loads((folder / "about-you.json").read_text())
    assert {g["table"] for g in held["groups"]} >= {"person", "account", "identifier", "attendance_mark"}
    assert "A823432100099" in (folder / "about-you.html").read_text()
    assert set(done.files) == {"about-you.html", "about-you.json", "index.txt"}


def test_the_answer_is_signed_without_its_content(e: seed.Estate) -> None:
    everything(e)
    done = privacy_answer.answer(e.desk("ada"), "100001", "n.haddad", e.folder / "a.zip")
    row = e.row(Decision, done.decision)
    assert (row.kind, row.actor) == ("subject-access", "ada")
    assert "Haddad" not in f"{row.summary}{row.detail}"
    with zipfile.ZipFile(e.folder / "a.zip") as archive:
        assert archive.testzip() is None and len(archive.namelist()) == 3
    assert stat.S_IMODE((e.folder / "a.zip").stat().st_mode) == 0o600


def test_third_parties_are_struck_from_the_answer(e: seed.Estate) -> None:
    school, person, account = everything(e)
    other = e.person(school, "Una", "Bystander", upn="B823432100001")
    e.account(school, "u.bystander", "Una", "Bystander")
    e.change(tables.Candidate, e.all(tables.Candidate)[0].id, evidence=[{"account": "Bystander"}])
    notes.add(e.desk(), "100001", "Quarrelled with Una Bystander (u.bystander) over lunch.", person_id=person)
    notes.add(e.desk(), "100001", "Una Bystander was hit by Noor Haddad.", person_id=other)
    privacy_answer.answer(e.desk(), "100001", f"id:{person}", e.folder / "answer")
    for name in ("about-you.html", "about-you.json"):
        text = (e.folder / "answer" / name).read_text()
        assert "Bystander" not in text and "bystander" not in text
        assert "Sami" not in text, "a contact is somebody else"
        assert "Quarrelled with [somebody else] ([somebody else]) over lunch." in text
        assert "[somebody else] was hit by Noor Haddad." in text
        assert "Father" in text and "alice" in text
    assert account


def test_an_answer_is_never_written_over_anything_and_leaves_nothing_behind_when_it_fails(
    e: seed.Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything(e)
    folder = e.folder / "answer"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(Usage, match="there already"):
        privacy_answer.answer(e.desk(), "100001", "n.haddad", folder)
    with monkeypatch.context() as broken:
        broken.setattr(privacy_answer, "_sign", lambda *a: 1 / 0)
        for name in ("new", "new.zip"):
            with pytest.raises(ZeroDivisionError):
                privacy_answer.answer(e.desk(), "100001", "n.haddad", e.folder / name)
    assert [p.name for p in e.folder.iterdir() if "new" in p.name] == []
    assert e.all(Decision, kind="subject-access") == []


def test_a_hostile_name_is_text_on_the_page(e: seed.Estate) -> None:
    school = e.school()
    person = e.person(school, "<script>alert(1)</script>", "O\x1b[31m\u202eLee")
    privacy_answer.answer(e.desk(), "100001", f"id:{person}", e.folder / "answer")
    page = (e.folder / "answer" / "about-you.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "\x1b" not in page and "\u202e" not in page


def test_read_only_looks_and_answers_nobody(e: seed.Estate) -> None:
    everything(e)
    desk = replace(e.desk(), read_only=True)
    assert privacy.held(desk, "100001", "n.haddad").who == "Noor Haddad"
    with pytest.raises(permits.NotPermitted):
        privacy_answer.answer(desk, "100001", "n.haddad", e.folder / "answer")
