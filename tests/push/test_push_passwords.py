"""Passwords on their way to the directories of a school (P3, P5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.errors import Unreachable
from connectors.targets.base import TargetRefused
from data.tables import Run
from misconsole.errors import Busy
from misconsole.grades import Standing
from misconsole.services import pushes, target_passwords
from misconsole.services.permits import NotPermitted
from tests.push_bench import NAME, URN, PushBench

CANARY = "canary-three-plain-words"


def test_P5_the_hand_out_replaces_the_temporary_password(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.pushed()
    assert b.passwords({ann: CANARY}) == {ann: ""}
    assert b.directory.passwords[b.entry(ann).remote_id] == (CANARY, False)
    assert b.known(ann).password_set
    assert [c.action for c in b.journal(account_id=ann)] == ["create", "password"]


def test_who_is_not_there_yet_is_made_with_the_password(b: PushBench) -> None:
    ann = b.account("a.lee", "Ann", "Lee")
    assert b.passwords({ann: CANARY}, must_change=True) == {ann: ""}
    assert b.directory.passwords[b.entry(ann).remote_id] == (CANARY, True)
    assert b.known(ann).password_set
    assert not b.plan().counts


def test_the_password_is_nowhere_but_in_the_directory(b: PushBench) -> None:
    ann, bob = b.account("a.lee"), b.account("b.lee")
    b.directory.refuse = {"b.lee": TargetRefused("Too plain.")}
    b.passwords({ann: CANARY, bob: CANARY})
    for file in b.e.folder.rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes(), file


def test_each_failure_is_told_beside_its_account(b: PushBench) -> None:
    ann, bob, cat, gov = (b.account(n) for n in ("a.lee", "b.lee", "c.lee", "gov"))
    b.leave(cat)
    b.directory.refuse = {"b.lee": TargetRefused("Its policy says no.")}
    told = b.passwords({ann: CANARY, bob: CANARY, cat: CANARY, gov: "short"})
    assert told[ann] == ""
    assert "policy says no" in told[bob] and NAME in told[bob]
    assert "not in use" in told[cat]
    assert "10 characters" in told[gov]
    assert {e.username for e in b.directory.rows.values()} == {"a.lee"}


def test_an_administrators_password_is_never_set(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.pushed()
    entry = b.entry(ann)
    b.directory.rows[entry.remote_id] = replace(entry, protected=True)
    assert "administrator" in b.passwords({ann: CANARY})[ann]
    assert b.directory.passwords[entry.remote_id][0] != CANARY


def test_an_entry_that_was_deleted_there_is_made_again(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.pushed()
    b.directory.rows.clear()
    assert b.passwords({ann: CANARY}) == {ann: ""}
    assert b.directory.passwords[b.entry(ann).remote_id] == (CANARY, False)


def test_a_cut_connection_tells_who_was_not_reached_and_doubles_nobody(b: PushBench) -> None:
    accounts = [b.account(f"p{n}") for n in range(4)]
    b.directory.cut = (3, True)  # find, create, find, create: the answer to the second create is lost
    told = b.passwords(dict.fromkeys(accounts, CANARY))
    assert told[accounts[0]] == ""
    assert "cut" in told[accounts[1]]
    assert all("before its turn" in told[each] for each in accounts[2:])
    assert b.e.all(Run, kind="push")[-1].state == "failed"
    b.directory.cut = None
    assert set(b.passwords(dict.fromkeys(accounts, CANARY)).values()) == {""}
    assert len(b.directory.rows) == 4


def test_nothing_is_set_while_the_school_is_busy(b: PushBench) -> None:
    ann = b.account("a.lee")
    pushes.queue(b.desk, URN, NAME)
    with pytest.raises(Busy):
        b.passwords({ann: CANARY})
    assert not b.directory.calls


def test_a_school_without_targets_has_nowhere_to_set_it(b: PushBench) -> None:
    ann = b.account("a.lee")
    b.option(active="no")
    assert target_passwords.set_passwords(b.desk, URN, {ann: CANARY}, must_change=True) == {ann: ""}


def test_an_operator_of_this_school_alone_hands_out_here(b: PushBench) -> None:
    """The role may be held at one school only; the slips of that school are theirs to make."""
    ann = b.account("a.lee")
    held = Standing(at={URN: frozenset({"operator"})})
    desk = replace(b.desk, grade=held.main, standing=held)
    assert target_passwords.set_passwords(desk, URN, {ann: CANARY}, must_change=True) == {ann: ""}
    with pytest.raises(NotPermitted):
        target_passwords.set_passwords(desk, "100002", {ann: CANARY}, must_change=True)


def test_who_may_not_hand_out_sets_no_password(b: PushBench) -> None:
    ann = b.account("a.lee")
    reader = replace(b.desk, grade="read-only")
    with pytest.raises(NotPermitted):
        target_passwords.set_passwords(reader, URN, {ann: CANARY}, must_change=True)


def test_through_the_registry_with_its_secret(b: PushBench) -> None:
    ann = b.account("a.lee")
    assert target_passwords.set_passwords(b.desk, URN, {ann: CANARY}, must_change=True) == {ann: ""}
    assert b.directory.passwords[b.entry(ann).remote_id] == (CANARY, True)


def test_a_directory_that_cannot_be_reached_fails_everybody_and_says_why(b: PushBench) -> None:
    ann = b.account("a.lee")

    def unreachable(*_: object) -> object:
        raise Unreachable("Nobody answers.")

    from misconsole.push import passwords

    told = passwords.set_everywhere(
        b.desk, URN, {ann: CANARY}, must_change=True, open_directory=unreachable  # type: ignore[arg-type]
    )  # fmt: skip
    assert "Nobody answers" in told[ann]
