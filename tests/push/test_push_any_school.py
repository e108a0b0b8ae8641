"""For any roster and any directory: pushed twice is pushed once; cut anywhere, the end is the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.targets.base import Entry
from data.tables import Account, Alias
from tests import seed
from tests.push_bench import URN, PushBench

NAMES = st.sampled_from(["Ann", "Zoë", "O’Neil", "=cmd()", "李", "a/b", "  X  ", "\x1b[2J"])
STATES = st.sampled_from(["active", "active", "active", "unallocated", "let-go", "removed"])
PERSON = st.tuples(NAMES, NAMES, st.sampled_from(["pupil", "staff", "other"]), STATES, st.booleans())
#: what stood in the directory before: who bears the n-th account's name, and how
BEFORE = st.tuples(
    st.integers(0, 7), st.sampled_from(["same name", "alias", "protected", "other school", "stranger"]),
    st.booleans(),
)  # fmt: skip
FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
OPTIONS = {
    "roles": "pupil,staff,other", "place_pupil": "Pupils/{role}", "place_staff": "Staff",
    "place_leaver": "Leavers", "limit_suspend_count": "none", "limit_suspend_share": "none",
    "limit_resume_share": "none", "limit_rename_share": "none", "limit_move_share": "none",
}  # fmt: skip
Person = tuple[str, str, str, str, bool]


@contextmanager
def school(
    people: list[Person], before: list[tuple[int, str, bool]]
) -> Iterator[tuple[PushBench, list[int]]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        seed.estate(Path(folder)) as e,
        pytest.MonkeyPatch.context() as m,
    ):
        b = PushBench(e, m)
        b.option(**OPTIONS)
        ids = []
        for n, (given_name, family_name, role, state, renamed) in enumerate(people):
            ids.append(b.account(f"u{n}", given_name, family_name, role=role, state=state))
            if renamed:
                b.e.put(Alias, account_id=ids[-1], kind="username", value=f"former{n}")
        for k, (n, kind, enabled) in enumerate(before):
            b.directory.rows[f"b{k}"] = _before(k, n, kind, enabled=enabled)
        yield b, ids


def _before(k: int, n: int, kind: str, *, enabled: bool) -> Entry:
    entry = Entry(
        remote_id=f"b{k}", username=f"before{k}", email=f"before{k}@larkmere.example", enabled=enabled
    )
    match kind:
        case "same name":
            return replace(entry, username=f"U{n}")
        case "alias":
            return replace(entry, aliases=frozenset({f"u{n}@Larkmere.example"}))
        case "protected":
            return replace(entry, username=f"u{n}", protected=True)
        case "other school":
            return replace(entry, anchor=f"100002-{n}")
    return entry


def move_on(b: PushBench, ids: list[int], people: list[Person]) -> None:
    """A new year: who was here leaves, who left is back, some are renamed, some renamed there."""
    for n, (account, person) in enumerate(zip(ids, people, strict=True)):
        match n % 4:
            case 0 if person[3] == "active":
                b.leave(account)
            case 1:
                b.restore(account)
            case 2:
                name = f"new{n}"
                b.e.change(
                    Account, account, username=name, username_key=name, email=f"{name}@larkmere.example"
                )
                b.e.put(Alias, account_id=account, kind="email", value=f"u{n}@larkmere.example")
            case _:
                for entry in list(b.directory.rows.values()):
                    if entry.anchor == f"{URN}-{account}":
                        b.directory.rows[entry.remote_id] = replace(entry, display_name="changed there")


def settle(b: PushBench) -> None:
    """Push until it is through: what is held is approved."""
    for _ in range(3):
        run = b.push()
        if run.state == "held":
            run = b.approve()
        if run.state == "succeeded":
            return
    raise AssertionError(run.error)


def outcome(b: PushBench) -> set[tuple[object, ...]]:
    """What the directory holds, whatever ids it gave."""
    return {
        (e.anchor, e.username, e.email, e.given_name, e.family_name, e.display_name, e.aliases, e.place,
         e.enabled, e.protected, tuple(sorted(e.extras.items())))
        for e in b.directory.rows.values()
    }  # fmt: skip


@FEW
@given(people=st.lists(PERSON, min_size=1, max_size=8), before=st.lists(BEFORE, max_size=4))
def test_Y1_after_a_push_ours_are_as_wanted_others_untouched_and_a_second_plans_nothing(
    people: list[Person], before: list[tuple[int, str, bool]]
) -> None:
    """L6 too: the accounts here are the source, whatever the directory held."""
    with school(people, before) as (b, ids):
        others = b.directory.state()
        for later in (False, True):
            if later:
                move_on(b, ids, people)
            settle(b)
            seen = b.plan()
            assert seen.counts == {}, seen.steps
            assert {i: b.directory.rows[i] for i in others} == others
            stuck = {c.account_id for c in seen.conflicts} | {a.account_id for a in seen.adoptable}
            for account in ids:
                _as_wanted(b, account, stuck=account in stuck)


def _as_wanted(b: PushBench, account: int, *, stuck: bool) -> None:
    row = b.e.row(Account, account)
    found = [e for e in b.directory.rows.values() if e.anchor == f"{URN}-{account}"]
    assert len(found) <= 1
    if stuck:
        return
    if row.state != "active":
        assert all(not e.enabled and e.place == ("Leavers",) for e in found)
        return
    (entry,) = found
    assert (entry.username, entry.email) == (row.username, row.email)
    assert entry.display_name == row.display_name and entry.enabled
    assert entry.place == {"pupil": ("Pupils", "pupil"), "staff": ("Staff",), "other": ()}[row.role]
    former = {
        a.value if "@" in a.value else f"{a.value}@larkmere.example"
        for a in b.e.all(Alias, account_id=account)
    }
    assert former - {row.email} <= entry.aliases


@FEW
@given(people=st.lists(PERSON, min_size=1, max_size=6), before=st.lists(BEFORE, max_size=2))
def test_a_rehearsal_leaves_store_and_directory_as_they_were(
    people: list[Person], before: list[tuple[int, str, bool]]
) -> None:
    with school(people, before) as (b, ids):
        for moment in ("first", "pushed", "a year later"):
            if moment == "pushed":
                settle(b)
            elif moment == "a year later":
                move_on(b, ids, people)
            here, there = dump(b), b.directory.state()
            b.plan()
            assert (dump(b), b.directory.state()) == (here, there)


def dump(b: PushBench) -> list[str]:
    with b.e.store.read() as s:
        raw = s.connection().connection.driver_connection
        assert raw is not None
        return list(raw.iterdump())


CUT: list[Person] = [
    ("Ann", "Lee", "pupil", "active", False), ("Bob", "Lee", "staff", "unallocated", False),
    ("Cat", "Lee", "pupil", "active", True), ("Dan", "Lee", "pupil", "active", False),
    ("Eve", "Lee", "other", "active", False),
]  # fmt: skip


@pytest.mark.parametrize("after", [False, True], ids=["the call is lost", "its answer is lost"])
def test_cut_at_any_call_the_next_push_comes_to_the_same_end_and_doubles_nothing(after: bool) -> None:
    with school(CUT, [(0, "stranger", True)]) as (b, ids):
        settle(b)
        middle = outcome(b)
        first = len(b.directory.calls)
        move_on(b, ids, CUT)
        settle(b)
        whole, calls = outcome(b), len(b.directory.calls)
    for index in range(calls):
        with school(CUT, [(0, "stranger", True)]) as (b, ids):
            if index < first:
                b.directory.cut = (index, after)
                assert b.push().state == "failed"
                b.directory.cut = None
                settle(b)
                assert outcome(b) == middle, index
            else:
                settle(b)
            move_on(b, ids, CUT)
            if index >= first:
                b.directory.cut = (index, after)
                run = b.push()
                run = b.approve() if run.state == "held" else run
                assert run.state == "failed"
                b.directory.cut = None
            settle(b)
            assert outcome(b) == whole, index
            assert b.plan().counts == {}
