"""Numbers of accounts that come again: in a store begun anew, or one put back by hand (Z8).

The mark on an entry is made of the account's number, so the old entry of somebody else bears the mark of the
new account.  It must be left alone: its mail and files are not theirs.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.targets.base import Entry
from tests.push_bench import URN, PushBench

PASSWORD = "plain-canary-words7"


def _old(b: PushBench, account: int, **values: object) -> Entry:
    """What somebody before left in the directory under the number this account has now."""
    told = Entry(
        remote_id="old", username="a.smith", anchor=f"{URN}-{account}", email="a.smith@larkmere.example",
        given_name="Alice", family_name="Smith", display_name="Alice Smith",
    )  # fmt: skip
    b.directory.rows["old"] = replace(told, **values)  # type: ignore[arg-type]
    return b.directory.rows["old"]


@pytest.mark.parametrize("hidden", [False, True], ids=["listed", "found late"])
def test_the_entry_of_who_had_the_number_before_is_left_alone(b: PushBench, *, hidden: bool) -> None:
    bob = b.account("b.jones", "Bob", "Jones")
    old = _old(b, bob)
    b.directory.hide = {"old"} if hidden else set()
    b.push()
    assert b.directory.rows == {"old": old}
    if not hidden:
        assert [each.code for each in b.plan().conflicts] == ["other_person"]


def test_nor_is_it_suspended_when_the_new_bearer_leaves(b: PushBench) -> None:
    bob = b.account("b.jones", "Bob", "Jones")
    old = _old(b, bob)
    b.leave(bob)
    b.push()
    assert b.directory.rows == {"old": old}


def test_a_namesake_who_got_the_same_username_after_a_restore_is_another(b: PushBench) -> None:
    bob = b.account("a.smith", "Adam", "Smith")
    old = _old(b, bob)
    b.push()
    assert b.directory.rows == {"old": old}


def test_their_password_is_not_set_by_the_slip_of_another(b: PushBench) -> None:
    bob = b.account("b.jones", "Bob", "Jones")
    _old(b, bob)
    told = b.passwords({bob: PASSWORD})
    assert "a.smith" in told[bob]
    assert not b.directory.passwords


@pytest.mark.parametrize(
    "there",
    [
        {},
        {"username": "asmith2", "email": "asmith2@larkmere.example"},
        {"family_name": "Brown", "display_name": "Alice Brown"},
        {"given_name": "", "family_name": "", "display_name": ""},
    ],
    ids=["the same", "renamed", "married", "nameless"],
)
def test_an_entry_that_can_be_theirs_is_theirs_by_our_mark(b: PushBench, there: dict[str, str]) -> None:
    alice = b.account("a.smith", "Alice", "Smith")
    _old(b, alice, **there)
    b.pushed()
    assert b.known(alice).remote_id == "old"
    assert [entry.username for entry in b.directory.rows.values()] == ["a.smith"]
