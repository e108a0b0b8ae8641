"""Lists that stay in the store show what a list in memory would: the same rows, found and sorted alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from data.tables import Account
from misconsole.services import decide, long_lists, queues
from misconsole.services.long_lists import LongList
from tests import seed

pytestmark = pytest.mark.every_store

WORDS = ("okafor", "LARKMERE", "5k", "smith pupil", "éloïse", "pupil", "nobody", "a n", "active staff")


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[seed.Estate]:
    with seed.estate(tmp_path) as e:
        school = seed.larkmere(e)
        e.account(school, "e.adams", "Éloïse", "Adams", display_name="ÉLOÏSE ADAMS", year_of_entry=2021)
        e.account(school, "b.adams", "Bo", "Adams", year_of_entry=2019)
        e.linked(school, "Ada", "Bell", registration_group="5K")
        yield e


def found(listed: LongList[Any], **how: Any) -> list[str]:
    views = listed.rows(listed.ids)
    return [views[listed.ids[place]].username for place in listed.order(**how)]


def haystack(view: Any) -> str:
    group = view.person.registration_group if view.person else ""
    mine = (view.username, view.display_name, view.given_name, view.family_name, view.email, view.role)
    return " ".join(part for part in (*mine, view.state, group) if part).casefold()


@pytest.mark.parametrize("words", WORDS)
def test_a_filter_finds_the_rows_that_hold_every_word_whatever_their_case(
    estate: seed.Estate, words: str
) -> None:
    desk = estate.desk()
    views = queues.accounts(desk, "100001")
    wanted = [v.username for v in views if all(w in haystack(v) for w in words.casefold().split())]
    assert found(queues.account_list(desk, "100001"), wanted=words) == wanted


def test_each_row_comes_once_in_username_order_however_small_the_chunks(
    estate: seed.Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = estate.desk()
    whole = queues.accounts(desk, "100001")
    assert [v.username for v in whole] == sorted(v.username for v in whole)
    monkeypatch.setattr(long_lists, "CHUNK", 2)
    assert queues.accounts(desk, "100001") == whole
    assert len(whole) == len(queues.account_list(desk, "100001"))


def test_sorting_puts_the_unknown_last_both_ways_and_leaves_equals_in_username_order(
    estate: seed.Estate,
) -> None:
    listed = queues.account_list(estate.desk(), "100001")
    names = found(listed)
    known = {"b.adams": 2019, "e.adams": 2021}
    rest = [name for name in names if name not in known]
    assert found(listed, by="entry") == ["b.adams", "e.adams", *rest]
    assert found(listed, by="entry", descending=True) == ["e.adams", "b.adams", *rest]
    assert found(listed, by="", descending=True) == names[::-1]
    views = {v.username: v for v in listed.each()}
    assert found(listed, by="role", descending=True) == sorted(names, key=lambda n: -ord(views[n].role[0]))
    assert found(listed, by="state") == sorted(names, key=lambda n: views[n].state)


@pytest.mark.parametrize("by", ["username", "name", "role", "state", "mis", "entry", "created"])
def test_a_sorted_filter_is_the_sorted_list_without_the_others(estate: seed.Estate, by: str) -> None:
    listed = queues.account_list(estate.desk(), "100001")
    some = set(found(listed, wanted="adams"))
    assert found(listed, wanted="adams", by=by) == [name for name in found(listed, by=by) if name in some]
    assert len(some) == 2


def test_the_column_of_the_mis_sorts_those_without_anybody_first(estate: seed.Estate) -> None:
    listed = queues.account_list(estate.desk(), "100001")
    views = {v.username: v for v in listed.each()}
    linked = [views[name].person is not None for name in found(listed, by="mis")]
    assert linked == sorted(linked)
    assert True in linked
    assert False in linked


def test_Q6_accounts_stand_in_the_order_of_their_latest_move_or_creation(estate: seed.Estate) -> None:
    listed = queues.account_list(estate.desk(), "100001")
    views = {v.username: v for v in listed.each()}
    person = estate.person(estate.all(Account)[0].school_id, "Una", "Rook")
    free = next(v for v in views.values() if v.person is None and v.state == "active")
    estate.now += timedelta(days=2)
    decide.link(estate.desk(), "100001", person, free.id)
    after = {v.username: v for v in listed.each()}
    assert (free.moved, free.latest) == (False, free.created_at)
    moved = after[free.username]
    assert (moved.moved, moved.latest) == (True, estate.now)
    order = found(listed, by="created", descending=True)
    assert order[0] == free.username
    told = [latest for name in order if (latest := after[name].latest)]
    assert told == sorted(told, reverse=True)


def test_rows_are_read_as_they_are_now_and_those_that_are_gone_are_left_out(estate: seed.Estate) -> None:
    desk = estate.desk()
    listed = queues.account_list(desk, "100001")
    key = next(v.id for v in listed.each() if v.username == "b.adams")
    decide.rename(desk, "100001", key, "bo.adams")
    assert listed.rows([key, 999_999])[key].username == "bo.adams"
    assert list(listed.rows([key, 999_999])) == [key]


def test_a_row_that_comes_while_a_list_is_open_does_not_move_the_others(estate: seed.Estate) -> None:
    desk = estate.desk()
    listed = queues.account_list(desk, "100001")
    before = found(listed, by="name")
    school = estate.all(Account)[0].school_id
    estate.account(school, "a.first", "Aaron", "Aabel")
    assert sorted(listed.order(by="entry")) == list(range(len(listed)))
    assert found(listed, wanted="aabel") == []
    assert found(listed, wanted="adams") == ["b.adams", "e.adams"]
    assert found(listed, by="name") == before
    assert "a.first" in found(queues.account_list(desk, "100001"))


def test_text_of_several_lines_is_searched_as_one_row(estate: seed.Estate) -> None:
    school = estate.all(Account)[0].school_id
    estate.account(school, "odd", "Two\nLines", "Of\nName")
    listed = queues.account_list(estate.desk(), "100001")
    assert found(listed, wanted="two name") == ["odd"]
    assert found(listed, wanted="lines") == ["odd"]


def test_an_empty_list_is_empty_in_every_order(tmp_path: Path) -> None:
    with seed.estate(tmp_path) as e:
        e.school()
        for listed in (queues.account_list, queues.new_user_list, queues.problem_list):
            empty: Any = listed(e.desk(), "100001")
            assert list(empty.order(wanted="x", by="name")) == []
            assert list(empty.each()) == []


def test_new_users_and_problems_are_found_by_what_their_rows_say(estate: seed.Estate) -> None:
    desk = estate.desk()
    new = queues.new_user_list(desk, "100001")
    assert [new.rows(new.ids)[new.ids[p]].account.username for p in new.order(wanted="HADDAD", by="run")] == [
        "n.haddad"
    ]
    problems = queues.problem_list(desk, "100001")
    assert [problems.rows(problems.ids)[problems.ids[p]].subject for p in problems.order(wanted="birth")] == [
        "Ola Nowak"
    ]
