"""Undo, many at once, notes, modes, a change of MIS and contacts without a screen: JSON and exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from connectors import registry
from connectors.base import Access, AccessState
from connectors.errors import Unreachable
from connectors.records import Contact, ContactLink, Report
from data.store import Store
from data.tables import Account, Candidate, CaseNote, Connection, ContactUse, Link, Person, School
from misconsole.__main__ import main
from misconsole.sync import source
from tests.fake_mis import Bench, FakeConnector, FakeMis, pupil

pytestmark = pytest.mark.every_store


@pytest.fixture
def bench(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A school after its first sync; commands sync with the same MIS in memory."""
    made = Bench(store, tmp_path)
    monkeypatch.setattr(source, "open_connector", made.mis.open)
    assert made.sync().state == "succeeded"
    return made


class Cli:
    def __init__(self, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
        self.bench, self.capsys, self.err = bench, capsys, ""

    def __call__(self, *words: str, code: int = 0) -> str:
        got = main([*words, "--store", self.bench.store.url])
        out, self.err = self.capsys.readouterr()
        assert got == code, (got, out, self.err)
        return out

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code))


@pytest.fixture
def cli(bench: Bench, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(bench, capsys)


class TestRunUndo:
    def test_a_dry_run_tells_what_comes_back_and_the_undo_does_it(self, cli: Cli, bench: Bench) -> None:
        bench.drop(Report.STUDENTS, "P1")
        taken = bench.sync(full=True).id
        told = cli.json("run", "undo", str(taken), "--dry-run")
        assert (told["run"], told["possible"], told["blocked"]) == (taken, True, [])
        assert {r["kind"]: r["count"] for r in told["restores"]}["accounts-given-back"] == 1
        assert bench.rows(Account, state="unallocated")
        assert "would bring back" in cli("run", "undo", "larkmere", str(taken), "--dry-run")
        done = cli.json("run", "undo", "larkmere", str(taken))
        assert (done["kind"], done["state"], done["undoes"]) == ("undo", "succeeded", taken)
        assert not bench.rows(Account, state="unallocated")
        assert "undone" in cli("runs", "larkmere")

    def test_what_is_in_the_way_is_exit_3_in_a_dry_run_and_1_otherwise(self, cli: Cli, bench: Bench) -> None:
        person = bench.rows(Person)[0]
        cli("match", "larkmere", f"id:{person.id}", "--exclude", "--reason", "Court order")
        told = cli.json("run", "undo", "1", "--dry-run", code=3)
        assert told["blocked"][0]["decision"] == 1
        failed = cli.json("run", "undo", "1", code=1)
        assert failed["error"]["code"] == "undo_blocked"
        said = cli.json("undo", "1")
        assert said["decision"]["undone"] is True
        assert "Took back" not in said["decision"]["summary"]
        cli("run", "undo", "1")
        assert bench.rows(Person) == []

    def test_wrong_words_are_exit_2_and_an_unknown_run_1(self, cli: Cli) -> None:
        cli("run", "undo", "seventeen", code=2)
        cli("run", "undo", "larkmere", "1", "2", code=2)
        cli("run", "undo", "99", code=1)
        cli("undo", code=2)
        cli("undo", "--last", "larkmere", code=1)


class TestMatchMany:
    def likely(self, bench: Bench, count: int) -> list[int]:
        people = []
        with bench.store.write() as s:
            for n in range(count):
                person = Person(
                    school_id=bench.school_id, role="pupil", source_id=f"N{n}", given_name=f"New{n}",
                    family_name="Marsh", gate="waiting_for_match",
                )  # fmt: skip
                account = Account(
                    school_id=bench.school_id, username=f"n{n}", username_key=f"n{n}", domain_key="x"
                )
                s.add(person)
                s.add(account)
                s.flush()
                s.add(
                    Candidate(
                        school_id=bench.school_id, person_id=person.id or 0, account_id=account.id or 0,
                        band="likely", rank=1, score=14.0, margin=9.0,
                    )
                )  # fmt: skip
                people.append(person.id or 0)
        return people

    def test_K6_accept_likely_shows_a_sample_then_links_all_with_one_undo(
        self, cli: Cli, bench: Bench
    ) -> None:
        self.likely(bench, 15)
        sample = cli.json("match", "larkmere", "--accept-likely", "--dry-run")
        assert [(p["role"], p["total"]) for p in sample["plans"]] == [("staff", 0), ("pupil", 15)]
        assert "15 would be linked" in cli("match", "larkmere", "--accept-likely", "--dry-run")
        before = len(bench.rows(Link, active=True))
        done = cli.json("match", "larkmere", "--accept-likely", "--role", "pupil")
        assert (done["done"], done["refused"]) == (15, [])
        assert len(bench.rows(Link, active=True)) == before + 15
        cli("undo", "--last", "larkmere")
        assert len(bench.rows(Link, active=True)) == before

    def test_people_may_be_named_and_nobody_likely_is_no_failure(self, cli: Cli, bench: Bench) -> None:
        first, *_ = self.likely(bench, 3)
        assert cli.json("match", "larkmere", f"id:{first}", "--accept-likely")["done"] == 1
        bench.drop(Report.STUDENTS)
        cli("match", "larkmere", "--accept-likely")
        assert cli.json("match", "larkmere", "--accept-likely") == {
            "school": "100001", "decision": None, "done": 0, "refused": [],
        }  # fmt: skip
        cli("match", "larkmere", "--create", code=2)
        cli("match", "larkmere", f"id:{first}", "--create", "--dry-run", code=2)

    def test_S1_several_accounts_are_reviewed_together(self, cli: Cli, bench: Bench) -> None:
        self.likely(bench, 3)
        done = cli.json("review", "keep", "larkmere", "n0", "n1", "n2", "--reason", "Governors")
        assert done["done"] == 3
        assert "left out" in cli("review", "remove", "larkmere", "n0", bench.rows(Account)[0].username)
        cli("restore", "larkmere", "n1", "n2", "--username", "x", code=2)


def test_notes_are_written_listed_handed_over_and_withdrawn(cli: Cli, bench: Bench) -> None:
    one, two = (f"id:{p.id}" for p in bench.rows(Person)[:2])
    cli("note", "larkmere", one, "--text", "Mother rang", "--to", "carol")
    (item,) = cli.json("note", "larkmere")["items"]
    assert (item["text"], item["assigned_to"]) == ("Mother rang", "carol")
    assert "Mother rang" in cli("note", "larkmere", one)
    cli("note", "larkmere", one, two, "--text", "Off next week", "--to", "dave")
    assert len(cli.json("note", "larkmere", "--to", "dave")["items"]) == 2
    cli("note", "larkmere", one, "--to", "")
    assert len(cli.json("note", "larkmere", "--to", "dave")["items"]) == 1
    cli("note", "larkmere", "--withdraw", str(item["id"]))
    assert not bench.one(CaseNote, id=item["id"]).active
    cli("note", "larkmere", one, "--text", " ", code=2)


def test_Q6_accounts_made_or_linked_lately_are_found(cli: Cli, bench: Bench) -> None:
    old = bench.rows(Account)[0]
    with bench.store.write() as s:
        for row in s.exec(select(Account)):
            row.created_at = bench.now - timedelta(days=400)
            s.add(row)
        for link in s.exec(select(Link)):
            link.linked_at = bench.now - timedelta(days=300 if link.account_id != old.id else 1)
            s.add(link)
    since = (bench.now - timedelta(days=7)).date().isoformat()
    (item,) = cli.json("account", "list", "larkmere", "--since", since)["items"]
    assert (item["id"], item["linked_at"][:10]) == (old.id, "2026-09-13")
    assert "linked 2026-09-13" in cli("account", "list", "larkmere", "--since", since)
    assert len(cli.json("account", "list", "larkmere")["items"]) == 16
    cli("account", "list", "larkmere", "--since", "lately", code=2)


def test_F12_a_room_is_typed_in_listed_and_taken_away(cli: Cli, bench: Bench) -> None:
    with bench.store.write() as s:
        row = s.get_one(Connection, bench.one(Connection).id)
        row.mis, row.route = "arbor", "wonde"
        s.add(row)
    assert cli.json("room", "larkmere")["items"] == []
    done = cli.json("room", "larkmere", "staff:S1", "--set", "B12")
    assert done["decision"]["kind"] == "room"
    (item,) = cli.json("room", "larkmere")["items"]
    assert (item["source_id"], item["room"]) == ("S1", "B12")
    assert "B12" in cli("room", "larkmere")
    assert cli.json("why", "larkmere", "staff:S1")["person"]["room"] == "B12"
    assert "room B12" in cli("why", "larkmere", "staff:S1")
    cli("room", "larkmere", "staff:S1", "--clear")
    assert bench.one(Person, source_id="S1").room is None
    cli("undo", "--last", "larkmere")
    assert bench.one(Person, source_id="S1").room == "B12"
    for wrong in (("staff:S1",), ("staff:S1", "--set", " "), ("pupil:P1", "--set", "B12")):
        cli("room", "larkmere", *wrong, code=2)


def test_R1_a_pattern_is_shown_before_and_renewed_after(cli: Cli, bench: Bench) -> None:
    start = bench.rows(Account)[0].given_name[:4]
    bearers = [a for a in bench.rows(Account) if a.given_name.startswith(start)]
    words = ("exclude", "add", "larkmere", "--given", f"{start}*", "--family", "*", "--pattern")
    look = cli.json(*words, "--dry-run")
    assert len(look["accounts"]) == len(bearers) > 0
    cli(*words, code=2)  # no reason
    cli(*words, "--reason", "Training records")
    (item,) = cli.json("exclude", "list", "larkmere")["items"]
    assert (item["name"], item["pattern"]) == (f"{start}* *", True)
    assert "holds until" in cli("exclude", "renew", "larkmere", str(item["id"]))
    cli("exclude", "add", "larkmere", "--given", "A*", "--family", "*", "--pattern", "--reason", "x", code=2)


class TestMode:
    def test_B24_a_mode_that_touches_people_needs_yes(self, cli: Cli, bench: Bench) -> None:
        bench.mis.records[Report.STUDENTS].append(pupil(60))
        bench.options(mode="link")
        bench.sync(full=True)
        told = cli.json("school", "set", "larkmere", "mode=create", code=3)
        assert (told["changed"], told["plan"]["creates"]) == (False, 1)
        assert bench.one(School).mode == "link"
        assert "From the next sync on" in cli("school", "set", "larkmere", "mode=create", "--dry-run")
        cli("school", "set", "larkmere", "mode=create", "domain=larkmere.example", "--yes")
        assert (bench.one(School).mode, bench.one(School).domain) == ("create", "larkmere.example")
        cli("school", "set", "larkmere", "domain=x.example", "--dry-run", code=2)

    def test_a_mode_that_touches_nobody_is_set_at_once(self, cli: Cli, bench: Bench) -> None:
        cli("school", "set", "larkmere", "mode=link")
        assert bench.one(School).mode == "link"


class TestChangeOfMis:
    @pytest.fixture
    def other(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> FakeMis:
        rows = bench.mis.records
        renumbered = {
            report: [replace(p, source_id=f"9{p.source_id}", mis_id=f"9{p.mis_id}") for p in rows[report]]
            for report in (Report.STUDENTS, Report.STAFF)
        }
        mis = FakeMis(records=renumbered)
        monkeypatch.setattr(registry, "make", lambda _route, setup: FakeConnector(mis, setup.cancelled))
        with bench.store.write() as s:
            row = s.get_one(Connection, bench.one(Connection).id)
            row.mis, row.route = "sims", "wonde"
            s.add(row)
        return mis

    def words(self, tmp_path: Path) -> tuple[str, ...]:
        secrets = tmp_path / "token"
        secrets.write_text("t0ken")
        return ("connect", "larkmere", "--mis", "arbor", "--change", "--secrets-file", str(secrets))

    def test_B14_rehearsed_then_applied(self, cli: Cli, bench: Bench, other: FakeMis, tmp_path: Path) -> None:
        told = cli.json(*self.words(tmp_path), "--dry-run")
        assert (told["applied"], told["plan"]["state"], told["plan"]["linked_reanchored"]) == (
            False, "ready", 16,
        )  # fmt: skip
        assert "t0ken" not in json.dumps(told)
        assert bench.one(Connection, active=True).mis == "sims"
        out = cli("connect", "larkmere", "--change")
        assert "Moved from SIMS to Arbor" in out
        assert "uninstall its agent" in out
        assert bench.one(Connection, active=True).mis == "arbor"
        assert {p.source_id[0] for p in bench.rows(Person)} == {"9"}

    def test_held_is_exit_3_not_approved_4_unreachable_5(
        self, cli: Cli, bench: Bench, other: FakeMis, tmp_path: Path
    ) -> None:
        other.access = Access(state=AccessState.PENDING)
        cli(*self.words(tmp_path), code=4)
        other.access = Access(state=AccessState.APPROVED)
        other.fails = {Report.STAFF: Unreachable("No answer.")}
        assert cli.json("connect", "larkmere", "--change", code=5)["plan"]["problem"] == "unreachable"
        other.fails = {}
        other.records[Report.STUDENTS] = other.records[Report.STUDENTS][:2]
        assert "Held: Only 6 of 16" in cli("connect", "larkmere", "--change", code=3)
        assert bench.one(Connection, active=True).mis == "sims"
        assert cli.json("connect", "larkmere", "--change", "--yes")["applied"] is True
        assert {a.state for a in bench.rows(Account)} == {"active"}

    def test_it_can_be_given_up_and_the_words_belong_together(
        self, cli: Cli, other: FakeMis, tmp_path: Path
    ) -> None:
        cli(*self.words(tmp_path), "--dry-run")
        cli("connect", "larkmere", "--change", "--give-up")
        assert cli.json("connect", "larkmere", "--change", code=1)["error"]["code"] == "no_move"
        cli("connect", "larkmere", "--dry-run", code=2)

    def short_list(self, cli: Cli) -> list[tuple[str, str, str]]:
        """Role, new id and how it is settled, of each case as the command tells it."""
        plan = cli.json("connect", "larkmere", "--change", "--dry-run")["plan"]
        return [(case["role"], case["source_id"], case["settled"]) for case in plan["short_list"]]

    def settle(self, cli: Cli, *pairs: str, code: int = 0) -> Any:
        words = [word for pair in pairs for word in ("--settle", pair)]
        return cli.json("connect", "larkmere", "--change", "--dry-run", *words, code=code)

    @pytest.fixture
    def spelt_otherwise(self, cli: Cli, bench: Bench, other: FakeMis, tmp_path: Path) -> Person:
        """A pupil whose surname the new MIS spells otherwise, after the first rehearsal."""
        rows = other.records[Report.STUDENTS]
        known: Person = bench.rows(Person, source_id="P5")[0]
        (at,) = (n for n, each in enumerate(rows) if each.source_id == "9P5")
        rows[at] = replace(rows[at], family_name=f"{rows[at].family_name}az", admission_number=None)
        told = cli.json(*self.words(tmp_path), "--dry-run")
        assert [case["source_id"] for case in told["plan"]["short_list"]] == ["9P5"]
        return known

    def test_B14_a_case_settled_by_number_is_that_person_once_applied(
        self, cli: Cli, bench: Bench, spelt_otherwise: Person
    ) -> None:
        self.settle(cli, f"9P5={spelt_otherwise.id}")
        assert self.short_list(cli) == [("pupil", "9P5", "same")]
        assert cli.json("connect", "larkmere", "--change")["applied"] is True
        assert bench.rows(Person, id=spelt_otherwise.id)[0].source_id == "9P5"

    def test_B14_new_and_told_apart_end_as_nobody_we_know_and_open_forgets_it(
        self, cli: Cli, bench: Bench, spelt_otherwise: Person
    ) -> None:
        self.settle(cli, "pupil:9P5=new")
        assert self.short_list(cli) == [("pupil", "9P5", "new")]
        self.settle(cli, "9P5=open")
        assert self.short_list(cli) == [("pupil", "9P5", "")]
        (case,) = self.settle(cli)["plan"]["short_list"]
        self.settle(cli, *(f"9P5=not:{one['person_id']}" for one in case["candidates"]))
        assert self.short_list(cli) == [("pupil", "9P5", "new")]
        cli("connect", "larkmere", "--change")
        assert bench.rows(Person, id=spelt_otherwise.id)[0].source_id != "9P5"

    def test_a_case_that_is_not_on_the_list_is_wrong_usage_and_settles_nothing(
        self, cli: Cli, spelt_otherwise: Person
    ) -> None:
        for wrong in ("9P6=new", "9P5=perhaps", "9P5", "9P5=not:somebody", "staff:9P5=new", "9P5=99999"):
            self.settle(cli, wrong, code=2)
        assert self.short_list(cli) == [("pupil", "9P5", "")]


def test_H10_X3_a_contact_is_shown_and_only_the_one_used_is_kept(
    cli: Cli, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def contacts_of(_self: FakeConnector, source_id: str) -> tuple[Contact | ContactLink, ...]:
        who = Contact(source_id="K1", title="Ms", given_name="Ada", family_name="Quill", phone="07700 900123")
        return who, ContactLink(contact_id="K1", pupil_id=source_id, parental_responsibility=True)

    monkeypatch.setattr(FakeConnector, "contacts_of", contacts_of, raising=False)
    (shown,) = cli.json("contact", "larkmere", "P1")["items"]
    assert (shown["number"], shown["phone"]) == (1, "07700 900123")
    assert bench.rows(ContactUse) == []
    cli("contact", "larkmere", "P1", "--use", "2", "--reason", "x", code=2)
    cli("contact", "larkmere", "P1", "--use", "1", code=2)
    cli("contact", "larkmere", "P1", "--use", "1", "--reason", "Told of the accident")
    assert bench.one(ContactUse).reason == "Told of the accident"
    assert "Told of the accident" in cli("contact", "larkmere", "P1", "--used")


def test_Q1_leaving_soon_is_listed_with_the_days_left(cli: Cli, bench: Bench) -> None:
    from datetime import UTC, datetime

    today = datetime.now(UTC).date()
    with bench.store.write() as s:
        person = s.get_one(Person, bench.rows(Person, role="pupil")[0].id)
        person.end_date = today + timedelta(days=10)
        s.add(person)
    (item,) = cli.json("queue", "larkmere", "leaving-soon")["items"]
    assert item["leaves_on"] == (today + timedelta(days=10)).isoformat()
    assert cli.json("queue", "larkmere", "leaving-soon", "--days", "5")["items"] == []
