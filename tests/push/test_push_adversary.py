"""Pushes against a directory and a school that do their worst: cut reads, wrong bases, refusals half-way,
entries given away, people who decide while a push is under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.errors import Unreachable
from connectors.targets.base import Entry, PartlyRefused, TargetRefused
from data.tables import Account, Target, TargetAccount
from misconsole.errors import MisconsoleError
from misconsole.push import engine, reading
from misconsole.rules.target_compare import SUSPENDED_ON
from misconsole.services import pushes, runs, targets
from tests.push_bench import NAME, URN, PushBench


def _school(b: PushBench, count: int) -> list[int]:
    made = [b.account(f"p{n}", f"Pat{n}") for n in range(count)]
    b.pushed()
    return made


def _put(b: PushBench, entry: Entry) -> None:
    b.directory.rows[entry.remote_id] = entry


class TestShortReads:
    def test_adopting_on_a_short_read_forgets_nobody(self, b: PushBench) -> None:
        accounts = _school(b, 9)
        b.leave(accounts[0])
        b.pushed()
        ann = b.account("a.lee", "Ann")
        _put(b, Entry(remote_id="x1", username="a.lee", given_name="Ann", family_name="Lee"))
        b.directory.hide = {b.entry(each).remote_id for each in accounts}
        assert b.adopt(ann).state == "succeeded"
        assert SUSPENDED_ON in b.known(accounts[0]).written

    def test_approving_what_a_limit_held_forgets_nobody_where_few_are_seen_by_then(
        self, b: PushBench
    ) -> None:
        """Held for a limit, approved while the directory shows next to nothing."""
        accounts = _school(b, 20)
        b.leave(accounts[0])
        b.pushed()
        b.option(limit_create_count="5")
        late = [b.account(f"new{n}") for n in range(6)]
        assert (b.push().held or {})["code"] == "limit_create"
        b.directory.hide = {b.entry(each).remote_id for each in accounts}
        b.approve()
        assert SUSPENDED_ON in b.known(accounts[0]).written
        assert b.entry(late[0]).enabled

    def test_a_person_who_saw_how_few_there_are_is_believed(self, b: PushBench) -> None:
        """A directory that was really cleared must not hold every push for ever."""
        accounts = _school(b, 4)
        for each in accounts[:3]:
            b.leave(each)
        b.option(limit_suspend_count="none", limit_suspend_share="none")
        b.pushed()
        b.directory.rows = {}
        assert (b.push().held or {})["code"] == "short_read"
        assert b.approve().changes["created"] == 1
        assert {row.account_id for row in b.e.all(TargetAccount)} == {accounts[3]}
        b.pushed()

    def test_the_one_of_two_that_a_list_left_out_is_asked_for(self, b: PushBench) -> None:
        gone, _here = _school(b, 2)
        b.leave(gone)
        b.option(limit_suspend_count="none", limit_suspend_share="none")
        b.pushed()
        b.directory.hide = {b.entry(gone).remote_id}
        b.pushed()
        assert SUSPENDED_ON in b.known(gone).written

    def test_marks_overwritten_by_another_tool_are_told_and_are_no_short_read(self, b: PushBench) -> None:
        accounts = _school(b, 5)
        for each in accounts:
            _put(b, replace(b.entry(each), anchor="other tool"))
        run = b.push()
        assert run.state == "succeeded" and run.changes["conflicts"] == 5
        assert {row.account_id for row in b.e.all(TargetAccount)} == set(accounts)

    def test_an_entry_listed_twice_is_one(self, b: PushBench) -> None:
        """It moved to a later page while the list was read."""
        ann = b.account("a.lee")
        b.pushed()
        twice = [b.entry(ann), b.entry(ann)]
        b.directory.entries = lambda: iter(twice)  # type: ignore[method-assign]
        assert reading.entries(b.directory) == [b.entry(ann)]


class TestSuspending:
    def test_who_the_directory_would_not_let_us_suspend_is_not_taken_for_suspended(
        self, b: PushBench
    ) -> None:
        ann = b.account("a.lee")
        b.pushed()
        b.leave(ann)
        b.directory.refuse_enable = TargetRefused("Not that one.")
        assert b.pushed().changes["refused"] == 1
        assert SUSPENDED_ON not in b.known(ann).written
        b.directory.refuse_enable = None
        _put(b, replace(b.entry(ann), enabled=False))  # somebody there shuts them out
        b.restore(ann)
        b.pushed()
        assert b.entry(ann).enabled is False

    def test_who_was_shut_out_though_something_of_it_was_refused_is_let_in_again(self, b: PushBench) -> None:
        ann = b.account("a.lee")
        b.pushed()
        b.leave(ann)
        b.directory.refuse_enable = PartlyRefused("Sign-in is blocked, but sessions go on.")
        b.directory.refuse_after = True
        b.pushed()
        assert b.entry(ann).enabled is False
        b.directory.refuse_enable = None
        b.restore(ann)
        b.pushed()
        assert b.entry(ann).enabled

    def test_whose_answer_was_lost_counts_as_ours(self, b: PushBench) -> None:
        ann = b.account("a.lee")
        b.pushed()
        b.leave(ann)
        b.directory.refuse_enable, b.directory.refuse_after = Unreachable("Cut."), True
        assert b.push().state == "failed"
        b.directory.refuse_enable = None
        b.restore(ann)
        b.pushed()
        assert b.entry(ann).enabled

    def test_who_was_let_in_there_is_deleted_only_long_after_the_last_suspension(self, b: PushBench) -> None:
        b.option(leavers="delete", delete_after_days="30")
        ann = b.account("a.lee")
        b.pushed()
        b.leave(ann)
        b.pushed()
        b.e.now += timedelta(days=29)
        _put(b, replace(b.entry(ann), enabled=True))
        b.pushed()
        b.e.now += timedelta(days=2)
        b.pushed()
        assert b.entry(ann).enabled is False
        b.e.now += timedelta(days=28)
        assert b.pushed().changes["deleted"] == 1

    def test_an_entry_that_was_made_anothers_there_is_neither_suspended_nor_kept(self, b: PushBench) -> None:
        ann = b.account("a.lee", "Ann")
        b.pushed()
        b.leave(ann)
        b.pushed()
        zoe = replace(
            b.entry(ann), username="z.khan", email="z.khan@larkmere.example", given_name="Zoe",
            family_name="Khan", aliases=frozenset(), enabled=True,
        )  # fmt: skip
        _put(b, zoe)
        run = b.pushed()
        assert b.entry(ann) == zoe and run.changes["conflicts"] == 1
        assert [each.code for each in b.plan().conflicts] == ["other_person"]
        _put(b, replace(zoe, anchor=""))  # as the conflict says
        b.pushed()
        assert b.directory.rows[zoe.remote_id] == replace(zoe, anchor="")
        assert not b.e.all(TargetAccount, account_id=ann)

    def test_an_entry_without_our_mark_is_never_deleted(self, b: PushBench) -> None:
        b.option(leavers="delete", delete_after_days="30")
        ann = b.account("a.lee")
        b.pushed()
        b.leave(ann)
        b.pushed()
        b.e.now += timedelta(days=40)
        _put(b, replace(b.entry(ann), anchor=""))
        b.pushed()
        assert b.entry(ann).username == "a.lee"

    def test_what_is_remembered_of_an_entry_that_is_gone_says_nothing_of_the_one_after_it(
        self, b: PushBench
    ) -> None:
        """Ours was suspended and deleted there; one made by hand, shut out by somebody, is adopted."""
        ann, _bob = b.account("a.lee", "Ann"), b.account("b.lee", "Bob")
        b.option(limit_suspend_share="none", limit_suspend_count="none")
        b.pushed()
        b.leave(ann)
        b.pushed()
        del b.directory.rows[b.entry(ann).remote_id]
        _put(b, Entry(remote_id="hand", username="a.lee", given_name="Ann", family_name="Lee", enabled=False))
        b.restore(ann)
        b.adopt(ann)
        b.pushed()
        assert b.directory.rows["hand"].anchor == f"{URN}-{ann}"
        assert b.directory.rows["hand"].enabled is False
        assert b.known(ann).password_set


class TestMeanwhile:
    def _when(self, b: PushBench, call: str, act: object) -> None:
        """Once, just before the first call of that name."""
        done: list[str] = []

        def before(name: str) -> None:
            if name == call and not done:
                done.append(name)
                act()  # type: ignore[operator]

        b.directory.before_call = before

    def test_who_comes_back_while_a_push_runs_is_not_deleted(self, b: PushBench) -> None:
        b.option(leavers="delete", delete_after_days="30")
        b.option(
            **{f"limit_{kind}_{how}": "none" for kind in ("delete", "suspend") for how in ("count", "share")}
        )
        ann, bob = b.account("a.lee"), b.account("b.lee")
        b.pushed()
        b.leave(ann)
        b.leave(bob)
        b.pushed()
        b.e.now += timedelta(days=40)
        self._when(b, "delete", lambda: b.restore(bob))
        run = b.pushed()
        assert run.changes["deleted"] == 1
        assert b.entry(bob).username == "b.lee"
        assert "overtaken" in {each.code for each in run.messages}
        assert b.pushed().changes["resumed"] == 1

    def test_who_leaves_while_a_push_runs_is_not_made_there(self, b: PushBench) -> None:
        b.account("a.lee")
        bob = b.account("b.lee")
        self._when(b, "create", lambda: b.leave(bob))
        b.pushed()
        assert [entry.username for entry in b.directory.rows.values()] == ["a.lee"]

    def test_a_rename_while_a_push_runs_is_written_by_the_next(self, b: PushBench) -> None:
        b.account("a.lee")
        bob = b.account("b.lee")
        renamed = {"username": "bo.lee", "username_key": "bo.lee", "email": "bo.lee@larkmere.example"}
        self._when(b, "create", lambda: b.e.change(Account, bob, **renamed))
        b.pushed()
        assert [entry.username for entry in b.directory.rows.values()] == ["a.lee"]
        b.pushed()
        assert b.entry(bob).username == "bo.lee"

    def test_who_leaves_while_passwords_are_set_gets_none(self, b: PushBench) -> None:
        ann, bob = b.account("a.lee"), b.account("b.lee")
        b.pushed()
        before = b.directory.passwords[b.entry(bob).remote_id]
        self._when(b, "set_password", lambda: b.leave(bob))
        told = b.passwords({ann: "plain-canary-words7", bob: "plain-canary-words8"})
        assert told[ann] == "" and "meanwhile" in told[bob]
        assert b.directory.passwords[b.entry(bob).remote_id] == before

    def test_an_entry_deleted_between_reading_and_writing_is_made_again_by_the_next(
        self, b: PushBench
    ) -> None:
        accounts = _school(b, 4)
        b.leave(accounts[0])
        gone = b.entry(accounts[0]).remote_id
        self._when(b, "enable", lambda: b.directory.rows.pop(gone))
        assert b.pushed().changes["refused"] == 1
        b.restore(accounts[0])
        b.pushed()
        assert b.entry(accounts[0]).enabled

    def test_an_address_taken_there_by_somebody_unknown_is_told_and_not_taken(self, b: PushBench) -> None:
        ann = b.account("a.lee", "Ann")
        stranger = Entry(remote_id="x", username="other", email="a.lee@larkmere.example", given_name="Al")
        self._when(b, "create", lambda: _put(b, stranger))
        run = b.pushed()
        assert run.changes["refused"] == 1 and b.directory.rows == {"x": stranger}
        assert not b.e.all(TargetAccount, account_id=ann)


class TestTargets:
    def _held(self, b: PushBench) -> int:
        accounts = _school(b, 20)
        for each in accounts[:8]:
            b.leave(each)
        held = b.push()
        assert held.state == "held"
        return held.id

    def test_a_paused_target_is_not_written_to_by_an_approval(self, b: PushBench) -> None:
        held = self._held(b)
        b.option(active="no")
        before = b.directory.state()
        with pytest.raises(MisconsoleError, match="paused"):
            b.approve()
        with pytest.raises(MisconsoleError, match="paused"):
            runs.approve(b.desk, held)
        assert b.directory.state() == before

    def test_what_was_seen_of_one_directory_is_not_written_to_another(
        self, b: PushBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = self._held(b)
        b.option(host="dc2.larkmere.example")
        assert runs.get(b.desk, held).resolution == "expired"
        with pytest.raises(MisconsoleError, match="held"):
            b.approve()

    def test_settings_typed_again_as_they_were_leave_what_waits(self, b: PushBench) -> None:
        held = self._held(b)
        b.option(host="dc.larkmere.example")
        assert runs.get(b.desk, held).resolution == ""

    def test_a_push_queued_before_its_target_was_removed_does_nothing(self, b: PushBench) -> None:
        _school(b, 2)
        queued = pushes.queue(b.desk, URN, NAME)
        b.e.change(Target, b.target, options={"removed": "2026-01-01"})
        with pytest.raises(MisconsoleError, match="removed"):
            engine.execute(b.desk, queued, open_directory=b.directory.opened)

    def test_removed_and_added_again_finds_its_own_and_lets_nobody_in(self, b: PushBench) -> None:
        """What it forgot it does not guess: who is shut out stays so, and is told."""
        accounts = _school(b, 6)
        b.leave(accounts[0])
        b.pushed()
        before = b.directory.state()
        targets.remove(b.desk, URN, NAME)
        targets.add(b.desk, URN, name=NAME, kind="memory", settings={"host": "dc.larkmere.example"},
                    secrets={"password": "canary-bind-password"})  # fmt: skip
        b.restore(accounts[0])
        b.pushed()
        assert b.directory.state() == before
        assert [drift.kind for drift in b.plan().drift] == ["blocked"]

    def test_two_targets_of_one_directory_make_nobody_twice(self, b: PushBench) -> None:
        accounts = _school(b, 5)
        targets.add(b.desk, URN, name="second", kind="memory", settings={"host": "dc.larkmere.example"},
                    secrets={"password": "canary-bind-password"})  # fmt: skip
        run = pushes.push_now(b.desk, URN, "second", opened=b.directory.opened)
        assert run.state == "succeeded" and not run.changes.get("created")
        assert len(b.directory.rows) == len(accounts)
