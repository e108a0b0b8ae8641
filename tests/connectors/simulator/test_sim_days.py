"""Days pass: leavers, joiners, new names, dates; the same however the days are counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from connectors.simulator.people import Roll
from connectors.simulator.world import World, build_world

TODAY = date(2026, 1, 14)


def world(*slugs: str, today: date = TODAY) -> World:
    return build_world(today=today, schools=slugs or ("larkmere", "thornley-park", "holmwick"))


def state(roll: Roll) -> str:
    return repr(
        (roll.pupils, roll.staff, roll.contacts, roll.ties, roll.classes, roll.groups, roll.deletions)
    )


def test_three_days_at_once_are_the_same_as_three_single_days() -> None:
    at_once, singly = world(), world()
    at_once.advance(3)
    for _ in range(3):
        singly.advance(1)
    for school in at_once.schools:
        assert state(at_once.roll(school.urn)) == state(singly.roll(school.urn))


def test_Q1_somebody_leaves_every_school_every_day() -> None:
    """What the Unallocated queue lives on: gone from students, told as a deletion, kept as a leaver."""
    these = build_world(today=TODAY)
    before = {one.urn: {row.id for row in these.roll(one.urn).of_status("current")} for one in these.schools}
    linked = {one.urn: {account.person for account in these.truth(one.urn)} for one in these.schools}
    these.advance(1)
    with_account = 0
    for school in these.schools:
        roll = these.roll(school.urn)
        gone = before[school.urn] - {row.id for row in roll.of_status("current")}
        assert gone
        assert gone <= {row.id for row in roll.deletions if row.kind == "student"}
        assert gone <= {row.id for row in roll.of_status("leaver")}
        assert not any(gone & set(row.pupils) for row in (*roll.classes.values(), *roll.groups.values()))
        with_account += bool(gone & linked[school.urn])
    assert with_account >= len(these.schools) - 2


def test_staff_leave_as_a_deletion_or_stay_as_ex_employees() -> None:
    """F6, J5: both ways are met."""
    these = world()
    before = {one.urn: dict(these.roll(one.urn).staff) for one in these.schools}
    current = {key: {row.id for row in rows.values() if row.current} for key, rows in before.items()}
    these.advance(12)
    deleted = ended = 0
    for school in these.schools:
        roll = these.roll(school.urn)
        kinds = {row.id for row in roll.deletions if row.kind == "employee"}
        gone = set(before[school.urn]) - set(roll.staff)
        assert gone == kinds & set(before[school.urn])
        deleted += len(gone)
        now = {row.id for row in roll.staff.values() if row.current}
        ended += len((current[school.urn] - now) & set(roll.staff))
    assert deleted >= 2 and ended >= 2


def test_J1_a_pre_admission_arrives_on_its_day_with_a_form_and_classes() -> None:
    these = world("larkmere")
    roll = these.roll("larkmere")
    due = [row for row in roll.of_status("pre") if row.admitted == TODAY + timedelta(days=1)]
    these.advance(1)
    assert due
    for row in due:
        assert row.status == "current" and row.updated.date() == these.today
        assert row.registration and row.id in roll.groups[row.registration].pupils
        assert any(row.id in group.pupils for group in roll.classes.values())
        assert row.id not in {gone.id for gone in roll.deletions}


def test_J2_a_start_date_that_passes_moves_no_record() -> None:
    these = world("larkmere")
    starting = [
        row for row in these.roll("larkmere").staff.values() if row.start == TODAY + timedelta(days=1)
    ]
    moments = [row.updated for row in starting]
    these.advance(1)
    assert starting and [row.updated for row in starting] == moments


def test_G9_a_leaving_date_that_passes_takes_the_pupil_off_the_roll() -> None:
    these = world("holmwick")
    roll = these.roll("holmwick")
    due = [row for row in roll.of_status("current") if row.leaving and row.leaving > TODAY]
    left = due[0].leaving
    assert left == TODAY + timedelta(days=30)
    these.advance(29)
    assert due[0].status == "current"
    these.advance(1)
    assert due[0].status == "leaver"


def test_O2_surnames_change_and_the_record_moves() -> None:
    these = world("larkmere")
    roll = these.roll("larkmere")
    names = {row.id: row.surname for row in roll.pupils.values()}
    these.advance(10)
    renamed = [row for row in roll.pupils.values() if row.id in names and row.surname != names[row.id]]
    assert renamed and all(row.updated.date() > TODAY for row in renamed)


def test_wonde_9_some_return_under_their_old_id_and_the_deletion_says_so() -> None:
    these = world("larkmere")
    these.advance(40)
    roll = these.roll("larkmere")
    back = [row for row in roll.deletions if row.restored]
    assert back
    for row in back:
        assert row.restored and row.restored > row.at
    latest = {row.id: row for row in roll.deletions if row.kind == "student"}
    for key, row in latest.items():
        assert roll.pupils[key].status == ("current" if row.restored else "leaver")


def test_who_comes_back_is_tied_to_nobody_whose_record_went_with_a_brother() -> None:
    """A contact shared with a brother goes with the last of them; a tie left behind broke the files."""
    world = build_world(today=date(2026, 11, 22), scale=0.3)
    for _ in range(6):
        world.advance(20)
        for school in world.schools:
            roll = world.roll(school.urn)
            told = {tie.contact for ties in roll.ties.values() for tie in ties}
            assert told <= roll.contacts.keys(), school.name


def test_joiners_have_ids_nobody_had_before() -> None:
    these = world("larkmere")
    roll = these.roll("larkmere")
    before = set(roll.pupils)
    these.advance(15)
    joined = [row for row in roll.pupils.values() if row.id not in before]
    assert joined and all(row.created.date() > TODAY for row in joined)
    assert all(row.registration for row in joined if row.status == "current")


def test_the_roll_neither_dies_out_nor_breaks_in_a_year() -> None:
    these = world("holmwick", "larkmere")
    sizes = {one.urn: len(these.roll(one.urn).of_status("current")) for one in these.schools}
    these.advance(120)
    for school in these.schools:
        roll = these.roll(school.urn)
        assert len(roll.of_status("current")) > sizes[school.urn] * 0.6
        assert all(key in roll.pupils for row in roll.groups.values() for key in row.pupils)
        assert all(key in roll.staff for row in roll.classes.values() for key in row.staff)


@pytest.mark.parametrize(
    ("slug", "eve", "top"),
    [("larkmere", date(2026, 8, 31), "13"), ("glenarvon", date(2026, 8, 15), "S6")],
)
def test_Z10_the_new_school_year_moves_everybody_up(slug: str, eve: date, top: str) -> None:
    these = build_world(today=eve, schools=[slug])
    roll = these.roll(slug)
    stages = {row.id: row.stage for row in roll.of_status("current")}
    oldest = [row for row in roll.of_status("current") if row.year_text == top]
    old_groups = set(roll.groups)
    these.advance(1)
    assert oldest and all(row.status == "leaver" for row in oldest)
    stayed = [row for row in roll.of_status("current") if row.id in stages]
    assert stayed and all(row.stage == stages[row.id] + 1 for row in stayed)
    assert old_groups <= {row.id for row in roll.deletions if row.kind == "group"}
    assert all(row.registration in roll.groups for row in stayed)


def test_a_frozen_school_stands_still_and_catches_up_afterwards() -> None:
    these, free = world("holmwick"), world("holmwick")
    before = state(these.roll("holmwick"))
    these.freeze("holmwick", on=True)
    these.advance(4)
    assert state(these.roll("holmwick")) == before and these.today == TODAY + timedelta(days=4)
    these.freeze("holmwick", on=False)
    free.advance(4)
    assert state(these.roll("holmwick")) == state(free.roll("holmwick"))
