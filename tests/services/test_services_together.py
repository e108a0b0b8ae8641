"""Several desks at one store at the same moment, each with a connection of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import pytest

from data.store import Store
from data.tables import Account, Lease, Presence, Run, Worker
from misconsole.errors import Busy, MisconsoleError
from misconsole.services import audit_seal, decide, runs, worker_turns
from misconsole.services.desk import Desk
from misconsole.sync import process
from tests import seed

pytestmark = pytest.mark.every_store

URN = "100001"
WHO = ("alice", "bob", "carol", "dave")


@pytest.fixture
def desks(e: seed.Estate) -> Iterator[tuple[Desk, ...]]:
    """Four people, each at a console that opened the store itself."""
    with ExitStack() as stack:
        opened = [stack.enter_context(Store.open(e.url)) for _ in WHO]
        yield tuple(replace(e.desk(who), store=store) for who, store in zip(WHO, opened, strict=True))


def at_once(desks: tuple[Desk, ...], act: Callable[[Desk], object]) -> list[object]:
    """What came of it for each: what was returned, or the error that was meant for them."""
    start = threading.Barrier(len(desks))

    def one(desk: Desk) -> object:
        start.wait()
        try:
            return act(desk)
        except MisconsoleError as error:
            return error

    with ThreadPoolExecutor(len(desks)) as pool:
        return list(pool.map(one, desks))


def test_one_of_four_who_undo_the_same_decision_does_it(e: seed.Estate, desks: tuple[Desk, ...]) -> None:
    e.school()
    told = decide.exclude_name(e.desk(), URN, given="Dee", family="Poe", reason="not here")
    came = at_once(desks, lambda desk: decide.undo(desk, told.id))
    assert sum(not isinstance(each, MisconsoleError) for each in came) == 1, came
    assert audit_seal.verify(e.desk()).whole


def test_M6_people_of_one_name_made_at_once_get_names_of_their_own(
    e: seed.Estate, desks: tuple[Desk, ...]
) -> None:
    school = e.school()
    waiting = {who: e.person(school, "Ann", "Lee") for who in WHO}
    came = at_once(desks, lambda desk: decide.create(desk, URN, waiting[desk.actor]))
    assert not [each for each in came if isinstance(each, MisconsoleError)], came
    assert len({account.username_key for account in e.all(Account)}) == len(WHO)
    assert audit_seal.verify(e.desk()).sealed == len(WHO)


def test_one_run_at_a_time_is_queued_for_a_school(
    e: seed.Estate, desks: tuple[Desk, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    e.connection(e.school())
    monkeypatch.setattr(process, "start", lambda _url, _run: os.getpid())
    came = at_once(desks, lambda desk: runs.start(desk, URN))
    assert sum(isinstance(each, Busy) for each in came) == len(WHO) - 1, came
    assert len(e.all(Run)) == 1
    assert len(e.all(Lease)) <= 1


def test_of_workers_that_begin_at_once_one_is_at_work(e: seed.Estate, desks: tuple[Desk, ...]) -> None:
    def begin(desk: Desk) -> bool:
        mine = worker_turns.sign_on(desk, f"{desk.actor}.example:1")
        return worker_turns.active(desk, mine)[0]

    at_once(desks, begin)
    first, *others = sorted(e.all(Worker), key=lambda row: row.id)
    assert worker_turns.active(desks[0], first.id) == (True, first.holder)
    assert [worker_turns.active(desks[1], row.id) for row in others] == [(False, first.holder)] * 3


def test_consoles_that_appear_at_once_are_all_there(e: seed.Estate, desks: tuple[Desk, ...]) -> None:
    from data import presence

    school = e.school()

    def appear(desk: Desk) -> None:
        for subject in ("person:1", "person:2"):
            with desk.store.write() as s:
                presence.announce(
                    s, desk.actor, actor=desk.actor, place="", school_id=school, subject=subject, now=e.now
                )

    at_once(desks, appear)
    assert sorted((row.actor, row.subject) for row in e.all(Presence)) == [(who, "person:2") for who in WHO]
