"""A change of MIS: prepared beside the old one, rehearsed, applied in one go (B14, B17, B18, S3; bars.md)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.base import Access, AccessState
from connectors.errors import NotAuthorised
from connectors.records import Batch, Membership, Pupil, Report, Staff
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from data.tables import Account, Connection, Decision, Exclusion, Link, MisMove, Person, School
from misconsole.errors import Conflict, Held, NotFound, Usage
from misconsole.services import (
    accounts,
    connect,
    decide,
    move_settle,
    moving,
    notes,
    overview,
    queues,
    reports,
    runs,
    schools,
)
from misconsole.services.access import setup_of
from misconsole.services.move_apply import RETIRED
from tests import seed
from tests.fake_mis import Bench, FakeMis, pupil

URN = "990001"  # Larkmere, on SIMS
TODAY = date(2026, 9, 14)


@dataclass
class Renumbered:
    """The same school as another MIS has it: every new id is the old id of somebody else."""

    inner: Any
    new_ids: dict[tuple[str, str], str]

    def __post_init__(self) -> None:
        self.declaration = self.inner.declaration

    def access(self) -> Access:
        return self.inner.access()

    def request_access(self) -> Access:
        return self.inner.request_access()

    def probe(self) -> Any:
        return self.inner.probe()

    def close(self) -> None:
        self.inner.close()

    def extract(self, request: Any) -> Iterator[Any]:
        for answer in self.inner.extract(request):
            if isinstance(answer, Batch):
                yield replace(answer, records=tuple(self._record(each) for each in answer.records))
            else:
                yield answer

    def _record(self, record: Any) -> Any:
        if isinstance(record, Pupil | Staff):
            role = "pupil" if isinstance(record, Pupil) else "staff"
            fresh = self.new_ids[role, record.source_id]
            changes: dict[str, Any] = {"source_id": fresh, "mis_id": f"9{fresh[-6:]}", "upi": fresh * 3}
            if isinstance(record, Staff):
                changes |= {"staff_code": None, "reports_to": None}
            return replace(record, **changes)
        if isinstance(record, Membership):
            fresh = self.new_ids.get((record.person_role, record.person_id), record.person_id)
            return replace(record, person_id=fresh)
        return record


@contextmanager
def larkmere(folder: Path, *, scale: float) -> Iterator[tuple[seed.Estate, Simulator]]:
    world = build_world(today=TODAY, schools=[URN], scale=scale)
    with Simulator(world, approved=("all",)) as simulator, seed.estate(folder) as e:
        demo = world.schools[0]
        facts = {
            "domain": demo.domain, "la_code": demo.la_code,
            "establishment_number": demo.establishment_number,
        }  # fmt: skip
        schools.add_school(e.desk(), name=demo.name, urn=URN, settings=facts)
        listing = folder / "directory.csv"
        rows = world.directory(URN)
        with listing.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        accounts.import_csv(e.desk(), URN, listing)
        connect.connect(
            e.desk(), URN, mis=demo.mis, settings={"url": simulator.wonde_url},
            secrets={"token": simulator.token},
        )  # fmt: skip
        assert connect.request_access(e.desk(), URN).access == "approved"
        for report in ("staff", "students", "staff-future", "students-future"):
            reports.accept(e.desk(), URN, report)
        yield e, simulator


def ring(ids: dict[int, str], people: dict[int, Person]) -> dict[tuple[str, str], str]:
    """(role, old id) -> new id: that of somebody else of the role."""
    found: dict[tuple[str, str], str] = {}
    for role in ("pupil", "staff"):
        listed = sorted(source for i, source in ids.items() if people[i].role == role)
        found |= {(role, each): listed[(n + 7) % len(listed)] for n, each in enumerate(listed)}
    return found


def renumbering(e: seed.Estate) -> Callable[..., Renumbered]:
    """Opens the prepared connection, its people renumbered in a ring within each role."""
    new_ids = ring({p.id: p.source_id for p in e.all(Person)}, {p.id: p for p in e.all(Person)})

    def open_new(desk: Any, school: Any, cancelled: Any) -> Renumbered:
        from data import moves
        from data import schools as school_rows

        with desk.store.read() as s:
            row = moves.prepared(s, school.id)
            row = row or school_rows.active_connection(s, school.id)
        return Renumbered(registry.make(row.route, setup_of(desk, school, row, cancelled)), new_ids)

    return open_new


def held_by(e: seed.Estate) -> dict[tuple[Any, ...], set[str]]:
    """Who, in truth, has which account: names and date of birth of the person -> usernames."""
    people = {p.id: p for p in e.all(Person)}
    names = {a.id: a.username for a in e.all(Account)}
    found: dict[tuple[Any, ...], set[str]] = {}
    for link in e.all(Link, active=True):
        p = people[link.person_id]
        who = (p.role, p.legal_given_name, p.legal_family_name, p.given_name, p.family_name, p.date_of_birth)
        found.setdefault((*who, p.registration_group), set()).add(names[link.account_id])
    return found


def test_B14_from_SIMS_to_Arbor_with_all_new_ids_everybody_keeps_the_account(tmp_path: Path) -> None:
    """≥ 99 % of links re-anchored without a person, none wrong, none lost, none doubled."""
    with larkmere(tmp_path, scale=0.5) as (e, simulator):
        first = runs.run_now(e.desk(), URN)
        assert first.state == "succeeded", first.error or first.held
        before, states = held_by(e), {a.username: a.state for a in e.all(Account)}
        linked = len(e.all(Link, active=True))
        old_ids = {p.id: p.source_id for p in e.all(Person)}
        opener = renumbering(e)
        plan = moving.plan_move(
            e.desk(), URN, mis="Arbor", settings={"url": simulator.wonde_url},
            secrets={"token": simulator.token}, open_connector=opener,
        )  # fmt: skip
        assert (plan.state, plan.message) == ("ready", "")
        assert plan.linked == linked > 80
        assert plan.linked_reanchored >= plan.linked * 0.99
        assert plan.run is not None
        assert plan.run.changes["unallocated"] == 0
        assert plan.run.changes["created"] == 0
        assert held_by(e) == before  # only rehearsed

        done = moving.apply_move(e.desk(), URN)
        assert "Moved from SIMS to Arbor" in done.summary
        now = {p.id: p for p in e.all(Person)}
        new_ids = ring(old_ids, now)
        found = {i: (p.role, p.source_id) for i, p in now.items() if not RETIRED.search(p.source_id)}
        assert len(found) >= len(old_ids) * 0.98
        assert {i for i, (role, source) in found.items() if new_ids[role, old_ids[i]] != source} == set()
        kept = held_by(e)
        wrong = {who for who, names in kept.items() if before.get(who) != names}
        assert wrong == set()
        assert sum(map(len, kept.values())) >= linked * 0.99
        assert {a.username: a.state for a in e.all(Account)} == states

        after = runs.run_now(e.desk(), URN, open_connector=opener)
        assert after.state == "succeeded", after.error or after.held
        assert after.changes["unallocated"] == 0
        assert {a.username: a.state for a in e.all(Account) if a.username in states} == states
        assert after.changes["created"] == 0
        for who, names in held_by(e).items():
            assert before.get(who, names) == names
        again = runs.run_now(e.desk(), URN, open_connector=opener, full=True)
        assert not {k: n for k, n in again.changes.items() if n and k not in ("unchanged", "updated")}


@pytest.fixture
def moved(synced: Bench) -> Bench:
    """A school of sixteen whose new MIS numbers everybody anew; the bench's own MIS stays as it is."""
    with synced.store.write() as s:
        row = s.get_one(Connection, synced.one(Connection).id)
        row.mis, row.route = "sims", "wonde"
        s.add(row)
    return synced


def other_mis(bench: Bench) -> FakeMis:
    """Every pupil has the number of the next one; staff are numbered from 900."""
    pupils = bench.mis.records[Report.STUDENTS]
    ids = [p.source_id for p in pupils]
    renumbered = [
        replace(p, source_id=ids[(n + 1) % len(ids)], mis_id=f"X{n}", admission_number=None)
        for n, p in enumerate(pupils)
    ]
    teachers = [
        replace(t, source_id=f"{900 + n}", mis_id=f"Y{n}", staff_code=None)
        for n, t in enumerate(bench.mis.records[Report.STAFF])
    ]
    return FakeMis(records={Report.STUDENTS: renumbered, Report.STAFF: teachers})


def plan(bench: Bench, other: FakeMis, /, **more: Any) -> Any:
    words = {"mis": "arbor", "route": "wonde", "secrets": {"token": "t0ken"}, **more}
    return moving.plan_move(bench.desk, bench.urn, open_connector=other.open, **words)


def test_the_old_connection_goes_on_until_the_move_is_applied(moved: Bench) -> None:
    told = plan(moved, other_mis(moved))
    assert (told.state, told.before, told.mis_title) == ("ready", "SIMS", "Arbor")
    assert (told.known, told.reanchored, told.linked_reanchored) == (16, 16, 16)
    assert moved.one(Connection, active=True).mis == "sims"
    assert moved.sync(full=True).changes["unchanged"] == 16
    assert moved.one(MisMove).state == "prepared"
    moving.apply_move(moved.desk, moved.urn)
    assert moved.one(Connection, active=True).mis == "arbor"
    assert moved.one(Connection, active=False).mis == "sims"
    assert "t0ken" not in str([row.model_dump() for row in moved.rows(MisMove)])
    assert moved.desk.secrets.get(moved.one(Connection, active=True).secret_ref) == {"token": "t0ken"}


def test_people_keep_what_was_decided_about_them_under_their_new_id(moved: Bench) -> None:
    person = moved.rows(Person, source_id="P3")[0]
    moved.one(School)
    decide.exclude_person(moved.desk, moved.urn, person.id, reason="Court order")
    notes.add(moved.desk, moved.urn, "Ask the head first", person_id=person.id)
    plan(moved, other_mis(moved))
    moving.apply_move(moved.desk, moved.urn)
    row = moved.rows(Person, id=person.id)[0]
    assert (row.source_id, row.present) == ("P4", True)
    assert moved.one(Exclusion).person_id == person.id


def test_K12_nobody_is_unallocated_and_an_account_without_its_person_waits_for_review(moved: Bench) -> None:
    mis = other_mis(moved)
    mis.records[Report.STUDENTS] = mis.records[Report.STUDENTS][1:]  # one is not in the new MIS
    lost = moved.rows(Person, source_id="P0")[0]
    told = plan(moved, mis)
    assert [(each.person_id, each.username) for each in told.lost] == [
        (lost.id, next(a.username for a in moved.rows(Account) if a.given_name == lost.given_name))
    ]
    assert told.run.changes["unallocated"] == 0
    moving.apply_move(moved.desk, moved.urn)
    moved.mis = mis
    for _ in range(2):
        view = moved.sync(full=True)
        assert (view.state, view.changes["unallocated"], view.changes["created"]) == ("succeeded", 0, 0)
    assert {a.state for a in moved.rows(Account)} == {"active"}
    assert [item.account.display_name for item in queues.non_mis(moved.desk, moved.urn)] == [
        f"{lost.given_name} {lost.family_name}"
    ]


def test_who_is_merely_similar_is_on_the_short_list_and_can_be_settled_there(moved: Bench) -> None:
    mis = other_mis(moved)
    rows = mis.records[Report.STUDENTS]
    rows[5] = replace(rows[5], family_name="Larkmereaz", date_of_birth=rows[5].date_of_birth)
    known = moved.rows(Person, source_id="P5")[0]
    told = plan(moved, mis)
    assert told.state == "ready"
    (case,) = told.short_list
    assert (case.role, case.source_id) == ("pupil", rows[5].source_id)
    assert known.id in {c.person_id for c in case.candidates}
    assert case.candidates[0].evidence
    assert told.lost == ()
    with pytest.raises(Usage, match="no pair"):
        moving.apply_move(moved.desk, moved.urn, accept={("pupil", case.source_id): 9999})
    moving.apply_move(moved.desk, moved.urn, accept={("pupil", case.source_id): known.id})
    assert moved.rows(Person, id=known.id)[0].source_id == rows[5].source_id
    assert len(moved.rows(Link, active=True)) == 16


def similar(moved: Bench) -> tuple[FakeMis, str, Person]:
    """A new MIS that spells one pupil otherwise; the id there, and who it is in truth."""
    mis = other_mis(moved)
    rows = mis.records[Report.STUDENTS]
    rows[5] = replace(rows[5], family_name="Larkmereaz")
    return mis, rows[5].source_id, moved.rows(Person, source_id="P5")[0]


def test_B14_the_short_list_is_settled_case_by_case_and_survives_another_rehearsal(moved: Bench) -> None:
    mis, source, known = similar(moved)
    (case,) = plan(moved, mis).short_list
    assert (case.settled, case.candidates[0].state) == ("", "")
    move_settle.settle(moved.desk, moved.urn, "pupil", source, person=known.id)
    told = moving.move(moved.desk, moved.urn)
    assert (told.state, told.open_cases) == ("ready", 0)
    assert (told.short_list[0].settled, told.short_list[0].settled_by) == ("same", "tester")
    assert plan(moved, mis, mis="").open_cases == 0  # rehearsed again
    assert move_settle.take_back(moved.desk, moved.urn).endswith(case.candidates[0].username)
    assert moving.move(moved.desk, moved.urn).open_cases == 1
    assert move_settle.take_back(moved.desk, moved.urn) == ""
    move_settle.settle(moved.desk, moved.urn, "pupil", source, person=known.id)
    moving.apply_move(moved.desk, moved.urn)
    assert moved.rows(Person, id=known.id)[0].source_id == source
    assert len(moved.rows(Link, active=True)) == 16
    said = [d.summary for d in moved.rows(Decision, kind="settle-move")]
    assert len(said) == 3
    assert said[1].startswith("Took back: ")


def test_who_was_told_apart_gets_an_account_of_their_own_and_nobody_is_asked_again(moved: Bench) -> None:
    mis, source, known = similar(moved)
    case = plan(moved, mis).short_list[0]
    for each in case.candidates:
        what = "not-same"
        move_settle.settle(moved.desk, moved.urn, "pupil", source, what=what, person=each.person_id)
    told = moving.move(moved.desk, moved.urn)
    assert told.short_list[0].settled == "new"
    moving.apply_move(moved.desk, moved.urn)
    moved.mis = mis
    after = moved.sync(full=True)
    assert (after.changes["created"], after.changes["unallocated"]) == (1, 0)
    assert queues.unmatched(moved.desk, moved.urn, "pupil") == ()
    theirs = moved.rows(Account, given_name=known.given_name, family_name=known.family_name)[0]
    assert theirs.state == "active"  # waits for review as an account nobody has


def test_nobody_is_settled_as_two_people_and_only_pairs_of_the_list_can_be(moved: Bench) -> None:
    mis, source, known = similar(moved)
    plan(moved, mis)
    with pytest.raises(Usage, match="no pair"):
        move_settle.settle(moved.desk, moved.urn, "pupil", source, person=9999)
    with pytest.raises(Usage, match="not on the short list"):
        move_settle.settle(moved.desk, moved.urn, "pupil", "P99", person=known.id)
    before = moved.one(School).version
    move_settle.settle(moved.desk, moved.urn, "pupil", source, what="new")
    move_settle.reopen(moved.desk, moved.urn, "pupil", source)
    assert moving.move(moved.desk, moved.urn).open_cases == 1
    assert moved.one(School).version == before  # so the rehearsal still holds


def test_the_rehearsal_counts_by_identifier_and_accounts_for_every_account(moved: Bench) -> None:
    mis, _source, _ = similar(moved)
    mis.records[Report.STUDENTS] = mis.records[Report.STUDENTS][1:]
    told = plan(moved, mis)
    assert sum(told.by.values()) == told.reanchored == 14
    assert told.by["name and date of birth"] == 14
    assert (told.accounts_lost, told.accounts_doubled) == (0, 0)
    assert told.linked == told.linked_reanchored + len(told.lost) + 1
    assert told.supplies["staff"] == "yes"


def test_B14_the_steps_of_a_move_are_the_new_guide_then_rehearse_settle_switch(moved: Bench) -> None:
    told = moving.prepare_move(moved.desk, moved.urn, mis="arbor", route="wonde")
    kinds = [step.kind for step in told.steps]
    assert kinds == ["read", "input", "request", "wait", "rehearse", "settle", "switch"]
    assert [step.number for step in told.steps] == [1, 2, 3, 4, 5, 6, 7]
    assert told.steps[0].state == "now"
    told = moving.prepare_move(moved.desk, moved.urn, secrets={"token": "t0ken"})
    assert [step.state for step in told.steps[:3]] == ["done", "done", "now"]
    mis = other_mis(moved)
    mis.access = Access(state=AccessState.PENDING)
    told = moving.ask_move(moved.desk, moved.urn, open_connector=mis.open)
    assert (told.steps[3].state, told.run) == ("now", None)
    mis.access = Access(state=AccessState.APPROVED)
    told = moving.ask_move(moved.desk, moved.urn, ask=False, open_connector=mis.open)
    assert [step.kind for step in told.steps if step.state == "now"] == ["rehearse"]
    told = plan(moved, mis, mis="")
    assert [step.state for step in told.steps[-3:]] == ["done", "done", "now"]
    assert moved.one(Connection, active=True).mis == "sims"


@pytest.mark.parametrize(
    ("mis", "words"),
    [("bromcom", "helpdesk makes the switch"), ("isams", "helpdesk makes the switch"),
     ("juniper-horizons", "Change MIS and raise a support case")],
)  # fmt: skip
def test_B15_B16_what_else_a_change_takes_is_told_with_the_plan(moved: Bench, mis: str, words: str) -> None:
    told = moving.prepare_move(moved.desk, moved.urn, mis=mis, route="wonde")
    assert any(words in text and route for route, text in told.notes)


def test_a_case_left_open_waits_in_the_queue_with_its_account_suggested(moved: Bench) -> None:
    mis = other_mis(moved)
    rows = mis.records[Report.STUDENTS]
    rows[5] = replace(rows[5], family_name="Larkmereaz")
    plan(moved, mis)
    moving.apply_move(moved.desk, moved.urn)
    moved.mis = mis
    assert moved.sync(full=True).changes["created"] == 0
    (item,) = queues.unmatched(moved.desk, moved.urn, "pupil")
    assert item.person.source_id == rows[5].source_id
    assert item.candidates


def test_a_number_of_somebody_long_gone_means_nobody_in_the_new_mis(moved: Bench) -> None:
    """The leaver's old id is a new pupil's now: the old account must not come back to them."""
    moved.drop(Report.STUDENTS, "P1")
    moved.sync(full=True)
    (lost,) = [a for a in moved.rows(Account) if a.state == "unallocated"]
    mis = other_mis(moved)
    mis.records[Report.STUDENTS].append(pupil(77, "Zoë", "Okafor", source_id="P1", mis_id="Z1"))
    plan(moved, mis)
    moving.apply_move(moved.desk, moved.urn)
    moved.mis = mis
    assert moved.sync(full=True).changes["created"] == 1
    assert moved.rows(Account, id=lost.id)[0].state == "unallocated"


def test_what_was_rehearsed_is_applied_or_nothing(moved: Bench) -> None:
    with pytest.raises(NotFound, match="No change of MIS"):
        moving.move(moved.desk, moved.urn)
    plan(moved, other_mis(moved))
    decide.exclude_person(moved.desk, moved.urn, moved.rows(Person)[0].id, reason="Court order")
    assert moving.move(moved.desk, moved.urn).state == "rehearse"
    with pytest.raises(Conflict, match="changed since the rehearsal"):
        moving.apply_move(moved.desk, moved.urn)
    assert plan(moved, other_mis(moved), mis="").state == "ready"
    moving.apply_move(moved.desk, moved.urn)


def test_Z20_a_new_mis_that_delivers_too_few_is_held(moved: Bench) -> None:
    mis = other_mis(moved)
    mis.records[Report.STUDENTS] = mis.records[Report.STUDENTS][:4]
    told = plan(moved, mis)
    assert told.state == "held"
    assert told.held == "Only 8 of 16 people with an account were found again in the new MIS."
    with pytest.raises(Held):
        moving.apply_move(moved.desk, moved.urn)
    assert moved.one(Connection, active=True).mis == "sims"
    mis = other_mis(moved)
    mis.unfinished = {Report.STAFF}
    assert "staff" in plan(moved, mis, mis="").held


def test_a_school_that_has_not_approved_yet_stays_prepared(moved: Bench) -> None:
    mis = other_mis(moved)
    mis.access = Access(state=AccessState.PENDING)
    told = plan(moved, mis)
    assert (told.state, told.access, told.run) == ("access", "pending", None)
    mis.access = Access(state=AccessState.APPROVED)
    mis.fails = {Report.STAFF: NotAuthorised("The token is refused.", mend="Type it again.")}
    told = plan(moved, mis, mis="")
    assert (told.message, told.mend) == ("The rehearsal failed: The token is refused.", "Type it again.")
    mis.fails = {}
    assert plan(moved, mis, mis="").state == "ready"


def test_the_move_can_be_undone_whole_until_the_next_sync(moved: Bench) -> None:
    before = {p.id: (p.source_id, p.present) for p in moved.rows(Person)}
    mis = other_mis(moved)
    mis.records[Report.STUDENTS] = mis.records[Report.STUDENTS][1:]
    plan(moved, mis)
    done = moving.apply_move(moved.desk, moved.urn)
    assert {p.id: (p.source_id, p.present) for p in moved.rows(Person)} != before
    decide.undo(moved.desk, done.id)
    assert {p.id: (p.source_id, p.present) for p in moved.rows(Person)} == before
    assert moved.one(Connection, active=True).mis == "sims"
    assert len(moved.rows(Link, active=True)) == 16
    assert moved.sync(full=True).changes["unchanged"] == 16


def test_a_move_can_be_given_up_and_forgets_its_secrets(moved: Bench) -> None:
    plan(moved, other_mis(moved))
    ref = moved.one(MisMove).secret_ref
    moving.abandon_move(moved.desk, moved.urn)
    assert moved.desk.secrets.get(ref) == {}
    with pytest.raises(NotFound):
        moving.apply_move(moved.desk, moved.urn)


def test_B17_B18_S3_reminders_to_uninstall_and_to_review_with_the_age_of_the_last(moved: Bench) -> None:
    told = plan(moved, other_mis(moved))
    assert any("uninstall its agent" in line for line in told.reminders)
    assert any("never reviewed" in line for line in told.reminders)
    moving.apply_move(moved.desk, moved.urn)
    with moved.store.write() as s:
        account = Account(
            school_id=moved.school_id, username="gov", username_key="gov", role="other",
            domain_key="school:100001",
        )  # fmt: skip
        s.add(account)
        s.flush()
        number = account.id or 0
    decide.keep(moved.desk, moved.urn, number, reason="Governor", until=TODAY + timedelta(days=3))
    moved.now += timedelta(days=40)
    hints = overview.overview(moved.desk, moved.urn).hints
    assert any("last reviewed 40 days ago" in line for line in hints)
    assert any("uninstall its agent" in line for line in hints)


def test_the_mis_in_use_and_a_school_without_one_are_refused(moved: Bench) -> None:
    with pytest.raises(Conflict, match="already"):
        plan(moved, other_mis(moved), mis="sims")
    connect.disconnect(moved.desk, moved.urn)
    with pytest.raises(Usage, match="not connected"):
        plan(moved, other_mis(moved))


def test_files_that_cannot_be_read_are_told_with_what_mends_them_and_nothing_is_rehearsed(
    moved: Bench,
) -> None:
    mis = other_mis(moved)
    said = "There is nothing at /nowhere."
    mis.access = Access(state=AccessState.REFUSED, message=said, mend="Check the path.")
    told = plan(moved, mis)
    assert (told.state, told.message, told.mend, told.run) == ("access", said, "Check the path.", None)
