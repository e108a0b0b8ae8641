"""Pushing a school's accounts to a directory in memory: what is there afterwards, and what never is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.errors import NotAuthorised
from connectors.targets.base import Entry, NameTaken, TargetRefused
from data.tables import Account, Alias, Decision, Run, Target, TargetAccount
from misconsole.errors import Busy, Conflict, MisconsoleError
from misconsole.services import pushes, runs
from misconsole.sync import lease
from tests import stores
from tests.push_bench import NAME, URN, PushBench

pytestmark = pytest.mark.every_store


def stranger(n: int = 90, **values: object) -> Entry:
    given = {"username": f"x{n}", "email": f"x{n}@larkmere.example", "given_name": "X", "family_name": "Y"}
    return Entry(remote_id=f"s{n}", **{**given, **values})  # type: ignore[arg-type]


def put(b: PushBench, *entries: Entry) -> None:
    b.directory.rows |= {entry.remote_id: entry for entry in entries}


def test_Y1_Y2_accounts_are_made_there_complete_and_marked_as_ours(b: PushBench) -> None:
    b.option(place_pupil="Pupils/{year_of_entry}", place_staff="Staff")
    ann = b.account("a.lee", "Ann", "Lee", year_of_entry=2024)
    tom = b.account("t.baker", "Tom", "Baker", role="staff")
    run = b.pushed()
    assert run.changes["created"] == 2
    assert [stage.name for stage in run.stages] == ["authorise", "read", "plan", "limits", "apply"]
    entry = b.entry(ann)
    assert (entry.username, entry.email) == ("a.lee", "a.lee@larkmere.example")
    assert (entry.given_name, entry.family_name, entry.display_name) == ("Ann", "Lee", "Ann Lee")
    assert entry.place == ("Pupils", "2024")
    assert b.entry(tom).place == ("Staff",)
    assert entry.enabled and not entry.extras


def test_P5_an_entry_is_made_with_a_temporary_password_that_nobody_is_shown(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.pushed()
    secret, must_change = b.directory.passwords[b.entry(ann).remote_id]
    assert len(secret) >= 18 and must_change
    assert b.known(ann).password_set is False
    assert secret.encode() not in stores.bytes_of(b.e.store)


def test_pushing_again_asks_nothing_of_the_directory(b: PushBench) -> None:
    b.account("a.lee")
    b.pushed()
    before = len(b.directory.changes)
    assert b.pushed().changes["unchanged"] == 1
    assert len(b.directory.changes) == before


def test_Q4_X7_who_left_is_suspended_and_moved_and_never_deleted(b: PushBench) -> None:
    b.option(place_leaver="Leavers")
    ann = b.account("a.lee")
    b.pushed()
    b.leave(ann)
    b.e.now += timedelta(days=4000)
    run = b.pushed()
    assert run.changes["suspended"] == 1
    b.e.now += timedelta(days=4000)
    b.pushed()
    assert b.entry(ann).enabled is False and b.entry(ann).place == ("Leavers",)
    assert ("delete", b.entry(ann).remote_id) not in b.directory.calls


def test_who_is_restored_is_let_in_again(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.pushed()
    b.leave(ann)
    b.pushed()
    b.restore(ann)
    assert b.pushed().changes["resumed"] == 1
    assert b.entry(ann).enabled


def test_a_leaver_without_an_entry_gets_none(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.leave(ann)
    b.pushed()
    assert not b.directory.rows


def test_deleting_needs_the_schools_word_and_our_own_suspension_for_long_enough(b: PushBench) -> None:
    b.option(leavers="delete", delete_after_days="30")
    ann = b.account("a.lee")
    bob = b.account("b.lee")
    b.pushed()
    put(b, replace(b.entry(bob), enabled=False))  # somebody there blocked Bob
    b.leave(ann)
    b.leave(bob)
    b.pushed()
    b.e.now += timedelta(days=29)
    b.pushed()
    assert b.entry(ann).enabled is False
    b.e.now += timedelta(days=1)
    assert b.pushed().changes["deleted"] == 1
    assert [e.username for e in b.directory.rows.values()] == ["b.lee"]
    assert not b.e.all(TargetAccount, account_id=ann)
    assert b.pushed().changes.get("created", 0) == 0


def test_O4_Y3_a_renamed_account_keeps_its_old_address_there(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.pushed()
    b.e.change(Account, ann, username="ann.lee", username_key="ann.lee", email="ann.lee@larkmere.example")
    b.e.put(Alias, account_id=ann, kind="email", value="a.lee@larkmere.example")
    assert b.pushed().changes["renamed"] == 1
    entry = b.entry(ann)
    assert (entry.username, entry.email) == ("ann.lee", "ann.lee@larkmere.example")
    assert "a.lee@larkmere.example" in entry.aliases
    assert not b.plan().counts


def test_O9_a_display_name_of_their_own_goes_there(b: PushBench) -> None:
    tom = b.account("t.baker", "Thomas", "Baker", role="staff", own_display_name="Mr Baker")
    b.pushed()
    assert b.entry(tom).display_name == "Mr Baker"


def test_an_entry_that_is_not_ours_is_never_overwritten_and_waits_to_be_adopted(b: PushBench) -> None:
    theirs = stranger(
        1, username="a.lee", email="a.lee@larkmere.example", given_name="Ann", family_name="Lee"
    )
    put(b, theirs)
    ann = b.account("a.lee", "Ann", "Lee")
    b.pushed()
    assert b.directory.rows == {"s1": theirs}
    assert [(a.account_id, a.exact) for a in b.plan().adoptable] == [(ann, True)]
    assert b.adopt(ann).changes["adopted"] == 1
    assert b.entry(ann).remote_id == "s1"
    b.pushed()
    assert b.entry(ann).display_name == "Ann Lee"
    assert b.known(ann).password_set  # its own, not a temporary one of ours
    assert "target-adopt" in {d.kind for d in b.e.all(Decision)}


def test_all_of_one_address_are_adopted_in_one_go_only_where_the_target_says_so(b: PushBench) -> None:
    put(b, stranger(1, username="a.lee", email="a.lee@larkmere.example", given_name="Ann", family_name="Lee"),
        stranger(2, username="b.lee", email="b.lee@larkmere.example", given_name="Zed",
                 family_name="Lee"))  # fmt: skip
    ann, _bob = b.account("a.lee", "Ann", "Lee"), b.account("b.lee", "Bob", "Lee")
    with pytest.raises(Conflict, match="one by one"):
        b.adopt(all_exact=True)
    b.option(adopt="address")
    assert b.adopt(all_exact=True).changes["adopted"] == 1
    assert b.entry(ann).remote_id == "s1"
    assert b.directory.rows["s2"].anchor == ""  # the name does not agree: nobody's guess


def test_administrators_are_left_alone_even_where_they_bear_our_mark(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.pushed()
    boss = replace(b.entry(ann), protected=True, display_name="Boss")
    put(b, boss)
    b.leave(ann)
    run = b.pushed()
    assert b.entry(ann) == boss
    assert run.changes["conflicts"] == 1
    assert "administrator" in b.plan().conflicts[0].message


def test_drift_is_shown_and_ours_is_written_again(b: PushBench) -> None:
    ann = b.account("a.lee", "Ann", "Lee")
    b.pushed()
    put(b, replace(b.entry(ann), display_name="Annie"), stranger())
    seen = {(d.kind, d.field, d.wins) for d in b.plan().drift}
    assert seen == {("changed", "display_name", "ours"), ("stranger", "", "theirs")}
    b.pushed()
    assert b.entry(ann).display_name == "Ann Lee"


def test_theirs_stays_where_the_target_says_so_but_a_leaver_is_suspended_all_the_same(b: PushBench) -> None:
    b.option(changed_there="theirs")
    ann = b.account("a.lee", "Ann", "Lee")
    b.pushed()
    put(b, replace(b.entry(ann), display_name="Annie"))
    assert not b.plan().counts
    b.pushed()
    assert b.entry(ann).display_name == "Annie"
    b.leave(ann)
    b.pushed()
    assert not b.entry(ann).enabled


def test_sign_in_that_somebody_blocked_there_is_never_opened_by_a_push(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.pushed()
    put(b, replace(b.entry(ann), enabled=False))
    b.pushed()
    assert b.entry(ann).enabled is False
    assert [d.kind for d in b.plan().drift] == ["blocked"]


def test_what_vanished_there_is_made_again_and_told(b: PushBench) -> None:
    accounts = [b.account(f"p{n}") for n in range(9)]
    b.pushed()
    del b.directory.rows[b.entry(accounts[0]).remote_id]
    run = b.pushed()
    assert run.changes["created"] == 1
    assert any(m.code == "missing" for m in run.messages)
    assert b.entry(accounts[0]).enabled


def test_an_entry_the_list_left_out_is_asked_for_before_it_is_missed(b: PushBench) -> None:
    accounts = [b.account(f"p{n}") for n in range(9)]
    b.pushed()
    b.directory.hide = {b.entry(accounts[0]).remote_id}
    assert not b.plan().counts


def test_an_empty_answer_never_makes_everybody_again(b: PushBench) -> None:
    accounts = [b.account(f"p{n}") for n in range(9)]
    b.pushed()
    gone, b.directory.rows = b.directory.rows, {}
    run = b.push()
    assert run.state == "held" and run.held and run.held["code"] == "short_read"
    assert not b.directory.rows
    b.directory.rows = gone
    assert b.pushed().changes["unchanged"] == 9
    assert {b.known(each).remote_id for each in accounts} == set(gone)


def test_a_list_that_breaks_off_changes_nothing(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.account("b.lee")
    b.pushed()
    b.leave(ann)
    b.directory.end_early = True
    run = b.push()
    assert run.state == "failed" and run.error and run.error["code"] == "unreachable"
    assert b.entry(ann).enabled


def test_a_limit_holds_before_the_first_write_and_approval_writes_just_what_was_seen(b: PushBench) -> None:
    accounts = [b.account(f"p{n}") for n in range(20)]
    b.pushed()
    for each in accounts[:8]:
        b.leave(each)
    run = b.push()
    assert run.state == "held" and run.held and run.held["code"] == "limit_suspend"
    assert all(b.entry(each).enabled for each in accounts)
    assert {(a.change, a.username) for a in runs.affected(b.desk, run.id)} == {
        ("suspend", f"p{n}") for n in range(8)
    }
    late = b.account("new.one")
    done = b.approve()
    assert done.state == "succeeded" and done.changes["suspended"] == 8
    assert not any(e.anchor == f"{URN}-{late}" for e in b.directory.rows.values())
    assert runs.get(b.desk, run.id).resolution == "approved"
    with pytest.raises(MisconsoleError):
        b.approve()


def test_what_changed_since_it_was_held_is_not_applied(b: PushBench) -> None:
    accounts = [b.account(f"p{n}") for n in range(20)]
    b.pushed()
    for each in accounts[:8]:
        b.leave(each)
    held = b.push()
    b.restore(accounts[0])
    done = b.approve()
    assert done.state == "failed" and done.error and "changed since" in str(done.error["message"])
    assert all(b.entry(each).enabled for each in accounts)
    assert runs.get(b.desk, held.id).resolution == ""


def test_a_held_push_can_be_rejected_and_approved_like_any_run(
    b: PushBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [b.account(f"p{n}") for n in range(20)]
    b.pushed()
    for each in accounts[:8]:
        b.leave(each)
    b.push()
    assert pushes.reject(b.desk, URN, NAME).resolution == "rejected"
    held = b.push()
    assert runs.approve(b.desk, held.id).changes["suspended"] == 8


def test_the_first_push_makes_a_whole_school_without_being_held(b: PushBench) -> None:
    for n in range(60):
        b.account(f"p{n}")
    b.option(limit_create_count="10")
    assert b.pushed().changes["created"] == 60


def test_one_refused_entry_keeps_nobody_else_from_theirs(b: PushBench) -> None:
    ann, bob, cat = (b.account(name) for name in ("a.lee", "b.lee", "c.lee"))
    b.directory.refuse = {
        "b.lee": TargetRefused("Its password policy says no."),
        "c.lee": NameTaken("Taken."),
    }
    run = b.pushed()
    assert (run.changes["created"], run.changes["refused"]) == (1, 2)
    assert any("b.lee" in m.message and m.mend for m in run.messages)
    assert {c.state for c in b.journal(account_id=bob)} == {"failed"}
    b.directory.refuse = {}
    assert b.pushed().changes["created"] == 2
    assert b.entry(ann) and b.entry(cat)


def test_losing_the_right_to_write_ends_the_push_in_good_order(b: PushBench) -> None:
    for n in range(4):
        b.account(f"p{n}")
    b.directory.refuse = {"p2": NotAuthorised("The password of the service account was changed.")}
    run = b.push()
    assert run.state == "failed" and run.error and run.error["code"] == "not_authorised"
    assert run.changes["created"] == 2
    b.directory.refuse = {}
    assert b.pushed().changes["created"] == 2


def test_every_change_is_journalled_before_and_after_and_never_a_password(b: PushBench) -> None:
    ann = b.account("a.lee", "Ann", "Lee")
    b.pushed()
    b.e.change(Account, ann, display_name="Ann B. Lee")
    run = b.pushed()
    made, changed = b.journal(account_id=ann)
    assert (made.action, made.before, made.state) == ("create", None, "done")
    assert (changed.action, changed.run_id) == ("update", run.id)
    assert (changed.before, changed.after) == ({"display_name": "Ann Lee"}, {"display_name": "Ann B. Lee"})
    secret = next(iter(b.directory.passwords.values()))[0]
    assert secret not in repr([c.model_dump() for c in b.journal()])


def test_a_rehearsal_leaves_no_trace_here_and_none_there(b: PushBench) -> None:
    b.account("a.lee")
    before = stores.rows_of(b.e.store)
    seen = b.plan()
    assert seen.counts == {"create": 1}
    assert (
        stores.rows_of(b.e.store) == before
        and before["account"]
        and not b.directory.changes
        and b.directory.closed == 1
    )


def test_a_push_waits_for_no_sync_and_no_sync_for_a_push(b: PushBench) -> None:
    b.account("a.lee")
    said: list[str] = []

    def meanwhile(name: str) -> None:
        if name == "create":
            with pytest.raises(Busy) as sync:
                runs.queue(b.desk, URN)
            with pytest.raises(Busy) as push:
                pushes.queue(b.desk, URN, NAME)
            said.extend((sync.value.message, push.value.message))

    b.directory.before_call = meanwhile
    b.pushed()
    assert len(said) == 2 and all("pushed to a directory" in each for each in said)
    runs.queue(b.desk, URN)
    with pytest.raises(Busy):
        pushes.queue(b.desk, URN, NAME)


def test_cancelling_stops_between_two_entries(b: PushBench) -> None:
    for n in range(6):
        b.account(f"p{n}")
    made: list[str] = []

    def stop_at_three(name: str) -> None:
        made.append(name) if name == "create" else None

    b.directory.before_call = stop_at_three
    run = b.push(stop=lambda: len(made) >= 3)
    assert run.state == "cancelled" and run.changes["created"] == 3
    assert len(b.directory.rows) == 3
    b.directory.before_call = lambda _name: None
    assert b.pushed().changes["created"] == 3


def test_only_accounts_of_the_roles_go_there_and_others_stay_as_they_are(b: PushBench) -> None:
    gov = b.account("gov", role="other")
    ann = b.account("a.lee")
    b.pushed()
    assert [e.username for e in b.directory.rows.values()] == ["a.lee"]
    b.option(roles="other")
    b.pushed()
    assert b.entry(ann).enabled and b.entry(gov)


def test_extras_go_only_where_the_target_takes_them_and_the_school_lets_them(b: PushBench) -> None:
    _, tom = b.e.linked(b.school, "Tom", "Baker", "staff", staff_code="TBA", job_title="Head of Music")
    b.pushed()
    assert not b.entry(tom).extras
    b.option(extras="job_title,employee_id")
    b.pushed()
    assert not b.entry(tom).extras  # no report is accepted
    b.e.accept(b.school, "staff")
    b.pushed()
    assert b.entry(tom).extras == {"job_title": "Head of Music", "employee_id": "TBA"}
    b.option(extras="none")
    b.pushed()
    assert not b.entry(tom).extras


def test_a_directory_that_spells_its_own_way_is_not_written_to_for_ever(b: PushBench) -> None:
    ann = b.account("a.lee", "Ann", "Lee")
    b.directory.spelling = lambda e: replace(e, display_name=e.display_name.upper())
    b.pushed()
    b.pushed()
    assert b.entry(ann).display_name == "ANN LEE"
    assert not b.plan().counts and not b.plan().drift


def test_a_paused_target_is_not_pushed_to(b: PushBench) -> None:
    b.account("a.lee")
    b.option(active="no")
    with pytest.raises(Conflict, match="paused"):
        b.push()


def test_our_mark_taken_away_is_put_back_on_the_entry_we_know(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.pushed()
    entry = b.entry(ann)
    put(b, replace(entry, anchor=""))
    b.pushed()
    assert b.entry(ann) == entry


def test_copies_of_an_entry_are_told_and_not_touched(b: PushBench) -> None:
    ann = b.account("a.lee")
    put(b, stranger(1, anchor=f"{URN}-{ann}"), stranger(2, anchor=f"{URN}-{ann}"))
    before = b.directory.state()
    b.pushed()
    assert b.directory.state() == before
    assert [c.code for c in b.plan().conflicts] == ["copies"]


def test_a_push_does_not_fool_what_reads_syncs(b: PushBench) -> None:
    from misconsole.services import undo
    from misconsole.services.schools import list_schools

    b.e.connection(b.school)
    b.e.run(b.school, "failed", error={"code": "unreachable", "message": "No.", "mend": ""})
    b.account("a.lee")
    run = b.pushed()
    row = next(iter(list_schools(b.desk)))
    assert (row.lamp.value, row.last_checked, row.last_changed) == ("problem", None, None)
    with pytest.raises(Conflict, match="directory"):
        undo.undo_run(b.desk, run.id)
    assert undo.newest(b.desk, URN) is None
    assert b.e.row(Target, b.target).pushed_at == b.e.now
    assert b.e.row(Run, run.id).changed_anything is False


def test_a_failed_or_held_push_lights_the_schools_lamp(b: PushBench) -> None:
    from misconsole.services.schools import list_schools

    b.e.connection(b.school)
    b.e.run(b.school)
    accounts = [b.account(f"p{n}") for n in range(20)]
    b.pushed()

    def word() -> str:
        return next(iter(list_schools(b.desk))).lamp_word

    for each in accounts[:8]:
        b.leave(each)
    b.push()
    assert word() == "push held"
    b.directory.cut = (len(b.directory.calls), False)
    b.push()
    assert word() == "push failed"
    b.option(active="no")
    assert not word().startswith("push")


def test_an_account_that_went_out_keeps_the_run_that_made_it_from_being_undone(b: PushBench) -> None:
    from data.tables import Journal
    from misconsole.services import undo

    run = b.e.run(b.school, changed_anything=True)
    ann = b.account("a.lee", origin="created", created_run=run)
    row = b.e.row(Account, ann).model_dump(mode="json")
    b.e.put(Journal, at=b.e.now, school_id=b.school, run_id=run, table_name="account", row_id=ann, after=row)
    b.pushed()
    view = undo.preview_undo(b.desk, run)
    assert any("directory" in block.message for block in view.blocked)


def test_a_first_push_that_was_cut_off_goes_on_without_being_held(b: PushBench) -> None:
    for n in range(60):
        b.account(f"p{n}")
    b.directory.cut = (20, True)
    assert b.push().state == "failed"
    b.directory.cut = None
    assert b.pushed().state == "succeeded"
    assert len(b.directory.rows) == 60


def test_a_push_that_slept_until_another_took_over_writes_nothing_more(b: PushBench) -> None:
    """A machine that was suspended wakes with a plan of yesterday, while another push is under way."""
    for n in range(3):
        b.account(f"p{n}.lee")

    def asleep(name: str) -> None:
        if name == "create":
            b.e.now += timedelta(hours=9)
            with b.e.store.write() as s:
                lease.claim(s, b.school, run_id=None, now=b.e.now, name="Larkmere")

    b.directory.before_call = asleep
    run = b.push()
    assert (run.state, run.error and run.error["code"]) == ("failed", "lease_lost")
    assert len(b.directory.rows) == 1
    b.directory.before_call = lambda _name: None
    assert b.pushed().changes["created"] == 2
