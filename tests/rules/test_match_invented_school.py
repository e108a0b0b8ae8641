"""The matcher on an invented British school with typed slips: exact bounds, seeded (bars.md, "Right").

``python -m tests.bench matching`` does the same at full size and prints recall by kind of slip.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from misconsole.rules.matching import MatchResult, match
from tests.bench import judge, people
from tests.bench.people import MIXED, SLIPS, World


@pytest.fixture(scope="module", params=[True, False], ids=["dates of birth", "no dates of birth"])
def school(request) -> tuple[World, MatchResult, judge.Judged, bool]:
    world = people.build(seed=2026, people=2500, dated=people.EVERY if request.param else {})
    result = match(world.people, world.accounts, links={})
    return world, result, judge.judge(world, result), request.param


def test_every_kind_of_slip_is_in_the_school(school):
    world, _, judged, _ = school
    assert set(judged.people) == {*SLIPS, *MIXED, "clean", "new"}
    assert min(judged.people.values()) >= 25
    assert len(world.truth) == sum(judged.have.values())


def test_K6_K13_nobody_is_linked_to_or_called_likely_for_an_account_of_somebody_else(school):
    _, _, judged, _ = school
    assert judged.false_linked == []
    assert judged.false_likely == []


def test_the_right_account_is_among_the_first_three(school):
    _, _, judged, dates = school
    assert judged.share(judged.third) >= (0.99 if dates else 0.90)


def test_twins_siblings_namesakes_and_ties_are_never_likely(school):
    world, result, _, _ = school
    bands = Counter(
        (world.kind[key], waits.band)
        for key, waits in result.waiting.items()
        if world.kind[key] in judge.NEVER
    )
    assert {kind for kind, band in bands if band == "likely"} == set()
    assert {kind for kind, band in bands if band == "many"} >= {"ties"}
    assert not {key for key in result.linked if world.kind[key] in judge.NEVER}


def test_with_dates_of_birth_nearly_everybody_alike_needs_nobody_and_most_slips_are_likely(school):
    _, _, judged, dates = school
    if not dates:
        assert judged.called == 0  # a name alone may be a namesake's
        return
    assert judged.share(judged.linked, "clean") >= 0.99
    for kind in ("accent", "apostrophe", "preferred", "re-joiner", "new MIS id"):
        assert judged.share(judged.linked, kind) >= 0.96, kind
    for kind in ("nickname", "hyphen halves", "swapped", "day/month", "middle name", "initial"):
        assert judged.share(judged.likely, kind) >= 0.90, kind
    assert judged.share(judged.likely, "typo") >= 0.70


def test_K1_an_account_is_made_at_once_for_most_newcomers_and_for_nobody_who_has_one(school):
    world, result, _, dates = school
    free = Counter(world.kind[key] for key in result.free)
    assert not {key for key in result.free if key in world.truth} or not dates
    new = sum(kind == "new" for kind in world.kind.values())
    assert free["new"] >= (0.8 if dates else 0.3) * new


def test_a_change_of_MIS_finds_everybody_again_and_nobody_else():
    """New source ids for all, some UPNs, no clean slate of accounts: ≥ 99 % without a person, none wrong."""
    world = people.moved(seed=11, people=2000)
    result = match(world.people, world.accounts, links={})
    judged = judge.judge(world, result)
    assert judged.false_linked == []
    assert judged.share(judged.linked) >= 0.99


def test_the_result_is_the_same_whichever_way_the_records_come():
    world = people.build(seed=3, people=400)
    one_way = match(world.people, world.accounts, links={})
    other = match(world.people[::-1], world.accounts[::-1], links={})
    assert other.linked == one_way.linked
    assert other.waiting == one_way.waiting


def test_deciding_as_suggested_ends_with_nobody_waiting_for_what_was_decided():
    world = people.build(seed=4, people=400)
    first = match(world.people, world.accounts, links={})
    links = {key: link.account_id for key, link in first.linked.items()}
    links |= {k: w.suggestions[0].account_id for k, w in first.waiting.items() if w.band == "likely"}
    assert len(set(links.values())) == len(links)
    again = match([replace(p, house="Kestrel") for p in world.people], world.accounts, links=links)
    assert again.kept == links
    assert not set(again.waiting) & set(links)
