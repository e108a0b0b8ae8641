"""Between create, link and lookup mode: told before, decided once, undone until the next sync (L, B24)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from connectors.records import Report
from data.tables import Account, Link, Person, School
from misconsole.errors import Conflict, Usage
from misconsole.services import decide, modes, queues
from tests.fake_mis import Bench, pupil, staff


def account(bench: Bench, username: str, given: str, family: str, **more: object) -> int:
    with bench.store.write() as s:
        row = Account(
            school_id=bench.school_id, username=username, username_key=username, given_name=given,
            family_name=family, domain_key="school:100001", **{"role": "pupil", **more},
        )  # fmt: skip
        s.add(row)
        s.flush()
        return row.id or 0


def set_display_name(bench: Bench, username: str, name: str) -> None:
    with bench.store.write() as s:
        row = s.execute(select(Account).where(Account.username == username)).scalar_one()
        row.display_name = name
        s.add(row)


def test_L2_to_link_mode_everybody_new_waits_and_leavers_are_up_to_the_school(synced: Bench) -> None:
    synced.mis.records[Report.STUDENTS].append(pupil(60, "Zoë", "Okafor"))
    with synced.store.write() as s:  # known to be there, and not yet given an account
        s.add(
            Person(
                school_id=synced.school_id, role="pupil", source_id="P60", given_name="Zoë",
                family_name="Okafor", gate="waiting_for_match",
            )
        )  # fmt: skip
        gone = s.execute(select(Person).where(Person.source_id == "P1")).scalar_one()
        gone.present = False
        s.add(gone)
    plan = modes.plan_mode(synced.desk, synced.urn, "link")
    assert (plan.before, plan.after, plan.creates, plan.unallocates) == ("create", "link", 0, 0)
    assert plan.waits == {"staff": 0, "pupil": 1}
    assert plan.leavers_by_hand == 1
    assert any("leavers is up to you" in line for line in plan.warnings)  # L7
    assert plan.touches_somebody


def test_L5_O11_the_plan_lists_whose_display_name_changes(synced: Bench) -> None:
    linked = synced.rows(Account)[0]
    set_display_name(synced, linked.username, "R. Larkmere (Year 7)")
    account(synced, "z.okafor", "Zoe", "Okafor", display_name="Zoe O.", date_of_birth=pupil(60).date_of_birth)
    synced.mis.records[Report.STUDENTS].append(pupil(60, "Zoë", "Okafor"))
    synced.options(mode="link")
    synced.sync(full=True)
    set_display_name(synced, linked.username, "R. Larkmere (Year 7)")
    synced.options(mode="lookup")
    plan = modes.plan_mode(synced.desk, synced.urn, "link")
    shown = {(r.username, r.when): (r.before, r.after) for r in plan.renames}
    person = synced.rows(Person, source_id="P0")[0]
    assert shown[linked.username, "next sync"][0] == "R. Larkmere (Year 7)"
    assert shown["z.okafor", "on linking"] == ("Zoe O.", "Zoë Okafor")
    assert person is not None
    assert any("display names differ" in line for line in plan.warnings)


def test_B24_L1_to_create_mode_the_plan_is_what_the_next_sync_does(bench: Bench) -> None:
    bench.options(mode="link")
    exact = bench.mis.records[Report.STUDENTS][3]
    account(
        bench, "known.one", exact.given_name, exact.family_name, date_of_birth=exact.date_of_birth,
        display_name="Known One",
    )  # fmt: skip
    bench.sync()
    assert bench.rows(Link) == []
    plan = modes.plan_mode(bench.desk, bench.urn, "create")
    modes.change_mode(bench.desk, bench.urn, "create")
    done = bench.sync(full=True)
    assert (plan.creates, plan.links) == (done.changes["created"], done.changes["linked"]) == (15, 1)
    assert plan.waits == {"staff": 0, "pupil": 0}
    assert len(plan.created) == 15


def test_B24_leavers_of_link_mode_are_told_before_create_mode_takes_their_accounts(synced: Bench) -> None:
    synced.options(mode="link", limit_unallocate_share="100")
    synced.drop(Report.STUDENTS, "P1", "P2")
    synced.sync(full=True)
    assert {a.state for a in synced.rows(Account)} == {"active"}
    plan = modes.plan_mode(synced.desk, synced.urn, "create")
    assert plan.unallocates == 2
    assert any("2 accounts of people who left" in line for line in plan.warnings)
    modes.change_mode(synced.desk, synced.urn, "create")
    assert synced.sync(full=True).changes["unallocated"] == 2


def test_L8_to_lookup_nothing_happens_to_accounts_and_nobody_waits(synced: Bench) -> None:
    synced.mis.records[Report.STAFF].append(staff(60))
    plan = modes.plan_mode(synced.desk, synced.urn, "lookup")
    assert (plan.creates, plan.links, plan.unallocates, plan.waits) == (0, 0, 0, {"staff": 0, "pupil": 0})
    assert any("16 linked accounts stay" in line for line in plan.warnings)
    modes.change_mode(synced.desk, synced.urn, "lookup")
    synced.drop(Report.STUDENTS, "P1")
    assert synced.sync(full=True).changes["unallocated"] == 0
    assert queues.counts(synced.desk, synced.urn).unmatched_pupils == 0


def test_planning_writes_nothing_and_the_change_is_one_decision_to_undo(synced: Bench) -> None:
    version = synced.one(School).version
    modes.plan_mode(synced.desk, synced.urn, "link")
    assert synced.one(School).version == version
    done = modes.change_mode(synced.desk, synced.urn, "link")
    assert (synced.one(School).mode, done.summary) == ("link", "Changed from create mode to link mode")
    decide.undo(synced.desk, done.id)
    assert synced.one(School).mode == "create"


def test_a_word_that_is_no_mode_and_the_mode_there_is_are_refused(synced: Bench) -> None:
    with pytest.raises(Usage, match="not a mode"):
        modes.plan_mode(synced.desk, synced.urn, "auto")
    with pytest.raises(Conflict, match="already"):
        modes.change_mode(synced.desk, synced.urn, "create")
