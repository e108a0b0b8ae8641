"""After a real sync of a simulated school: why agrees with the run, and decisions stand in the next one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from data.tables import Account, Link, Person, School
from misconsole.services import accounts, connect, decide, queues, reports, runs, schools
from misconsole.services.why import why_person
from tests import seed

SCHOOL = "990003"
TODAY = date(2026, 9, 14)


@contextmanager
def estate(folder: Path) -> Iterator[seed.Estate]:
    """One school connected to its simulated MIS, its directory imported, nothing synced yet."""
    world = build_world(today=TODAY, schools=[SCHOOL], scale=0.3)
    with Simulator(world, approved=("all",)) as simulator, seed.estate(folder) as e:
        demo = world.schools[0]
        facts = {
            "domain": demo.domain,
            "la_code": demo.la_code,
            "establishment_number": demo.establishment_number,
        }
        schools.add_school(e.desk(), name=demo.name, urn=SCHOOL, settings=facts)
        listing = folder / "directory.csv"
        _write(listing, world.directory(SCHOOL))
        accounts.import_csv(e.desk(), SCHOOL, listing)
        connect.connect(
            e.desk(),
            SCHOOL,
            mis=demo.mis,
            settings={"url": simulator.wonde_url},
            secrets={"token": simulator.token},
        )
        assert connect.request_access(e.desk(), SCHOOL).access == "approved"
        for report in reports.reports(e.desk(), SCHOOL):
            if report.state == "available" and report.report not in ("contacts", "attendance"):
                reports.accept(e.desk(), SCHOOL, report.report)
        yield e


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def synced(tmp_path: Path) -> Iterator[seed.Estate]:
    with estate(tmp_path) as e:
        done = runs.run_now(e.desk(), SCHOOL)
        assert done.state == "succeeded", done.error or done.held
        yield e


def gates(e: seed.Estate) -> dict[int, str]:
    return {p.id: p.gate for p in e.all(Person)}


def test_why_gives_everybody_the_gate_the_run_recorded(synced: seed.Estate) -> None:
    recorded = gates(synced)
    assert len(set(recorded.values())) > 2  # there is something to disagree about
    for person, gate in recorded.items():
        view = why_person(synced.desk(), SCHOOL, person)
        assert (view.reason.code if view.reason else "") == gate


def test_K11_the_queues_of_a_real_sync_can_be_worked_to_zero_and_stay_so(synced: seed.Estate) -> None:
    desk = synced.desk()
    assert queues.counts(desk, SCHOOL).unmatched_pupils > 0
    for role in ("staff", "pupil"):
        for item in queues.unmatched(desk, SCHOOL, role):
            taken = {link.account_id for link in synced.all(Link, active=True)}
            free = [c.account.id for c in item.candidates if c.account.id not in taken]
            if item.band == "likely" and free:
                decide.link(desk, SCHOOL, item.person.id, free[0])
            else:
                decide.create(desk, SCHOOL, item.person.id)
    counted = queues.counts(desk, SCHOOL)
    assert (counted.unmatched_staff, counted.unmatched_pupils) == (0, 0)
    recorded = gates(synced)
    again = runs.run_now(desk, SCHOOL)
    assert again.state == "succeeded"
    assert gates(synced) == recorded
    assert again.changes["created"] == 0
    assert queues.counts(desk, SCHOOL) == counted


def test_an_exclusion_decided_at_the_desk_is_what_the_next_run_records(synced: seed.Estate) -> None:
    desk = synced.desk()
    [first, *_] = queues.unmatched(desk, SCHOOL, "pupil")
    decide.exclude_person(desk, SCHOOL, first.person.id, reason="Court order")
    before = synced.row(Person, first.person.id)
    assert runs.run_now(desk, SCHOOL).state == "succeeded"
    after = synced.row(Person, first.person.id)
    assert (after.gate, after.gate_detail) == (before.gate, before.gate_detail)


def test_a_refused_pair_is_not_suggested_by_the_next_run(synced: seed.Estate) -> None:
    desk = synced.desk()
    item = next(x for x in queues.unmatched(desk, SCHOOL, "pupil") if x.candidates)
    pair = (item.person.id, item.candidates[0].account.id)
    decide.not_same(desk, SCHOOL, *pair)
    assert runs.run_now(desk, SCHOOL, full=True).state == "succeeded"
    for again in queues.unmatched(desk, SCHOOL, "pupil"):
        assert pair not in {(again.person.id, c.account.id) for c in again.candidates}


def test_Q1_Q7_a_restored_leaver_is_not_unallocated_again_by_the_next_run(synced: seed.Estate) -> None:
    desk = synced.desk()
    school = synced.all(School)[0].id
    _, account = synced.linked(school, "Liam", "Northgate-Leaver", source_id="gone-1")
    assert runs.run_now(desk, SCHOOL, full=True).changes["unallocated"] == 1
    [lost] = queues.unallocated(desk, SCHOOL)
    assert (lost.account.id, lost.person_name, lost.still_absent) == (account, "Liam Northgate-Leaver", True)

    decide.restore(desk, SCHOOL, account)
    for _ in range(2):
        assert runs.run_now(desk, SCHOOL, full=True).changes["unallocated"] == 0
    row = synced.row(Account, account)
    assert (row.state, row.kept_absent) == ("active", True)


def test_an_undone_link_waits_again_after_a_run_in_between(synced: seed.Estate) -> None:
    desk = synced.desk()
    item = next(x for x in queues.unmatched(desk, SCHOOL, "pupil") if x.candidates)
    made = decide.link(desk, SCHOOL, item.person.id, item.candidates[0].account.id)
    assert runs.run_now(desk, SCHOOL).state == "succeeded"
    decide.undo(desk, made.id)
    assert item.person.id in {x.person.id for x in queues.unmatched(desk, SCHOOL, "pupil")}
