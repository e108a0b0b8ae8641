"""Limits hold a run before its first write (product.md, 6; sync-anchors 5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules.limits import KINDS, Limit, check, trips

NONE = dict.fromkeys(KINDS, Limit())
MANY = dict.fromkeys(KINDS, 1_000)


def held(kind: str, planned: int, limit: Limit, *, of: int = 1_000, first: bool = False) -> bool:
    found = check({kind: planned}, of={**MANY, kind: of}, limits={**NONE, kind: limit}, first_sync=first)
    return found is not None


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_change_has_a_count_of_its_own_and_reaching_it_holds(kind: str) -> None:
    assert not held(kind, 9, Limit(count=10))
    assert held(kind, 10, Limit(count=10))
    assert held(kind, 11, Limit(count=10))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_change_has_a_share_of_its_own_and_reaching_it_holds(kind: str) -> None:
    assert not held(kind, 9, Limit(share=0.1), of=100)
    assert held(kind, 10, Limit(share=0.1), of=100)


def test_either_the_count_or_the_share_is_enough() -> None:
    assert held("unallocate", 5, Limit(count=5, share=0.9))
    assert held("unallocate", 5, Limit(count=500, share=0.05), of=100)


@pytest.mark.parametrize("kind", ["create", "link", "update"])
def test_the_first_sync_is_exempt_for_what_only_adds(kind: str) -> None:
    assert not held(kind, 1_000, Limit(count=1, share=0.01), first=True)


def test_the_first_sync_is_never_exempt_for_taking_accounts_away() -> None:
    assert held("unallocate", 2, Limit(count=1), first=True)


def test_a_share_of_nobody_holds_nothing() -> None:
    assert not held("create", 50, Limit(share=0.1), of=0)


def test_the_worst_kind_names_the_hold_and_every_reached_limit_is_told() -> None:
    found = check(
        {"create": 7, "unallocate": 3}, of={"create": 10, "unallocate": 10},
        limits={**NONE, "create": Limit(count=5), "unallocate": Limit(share=0.3)}, first_sync=False,
    )  # fmt: skip
    assert found is not None
    assert found.code == "limit_unallocate"
    assert found.message == (
        "The run would take 3 accounts away of 10; the limit is 30 %; "
        "the run would create 7 accounts; the limit is 5."
    )
    said = found.as_dict(17)
    assert set(said) == {"code", "message", "mend"}
    assert "run approve 17" in said["mend"]


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 500), st.floats(0.01, 1))
def test_more_changes_never_hold_less(planned: int, more: int, count: int, share: float) -> None:
    limit = Limit(count=count, share=share)
    if trips(planned, 300, limit):
        assert trips(planned + more, 300, limit)


@given(st.integers(1, 1_000))
def test_no_limit_means_no_limit(planned: int) -> None:
    assert not trips(planned, 10, Limit())
    assert not trips(0, 10, Limit(count=0, share=0.0))
