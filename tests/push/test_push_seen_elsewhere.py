"""What the rest of the product says of a push: the lamp of a school that has no MIS, a push that died."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.tables import Connection, Run
from misconsole.services import pushes, worker
from misconsole.services.schools import list_schools
from tests.push_bench import NAME, URN, PushBench


def lamp(b: PushBench) -> tuple[str, str]:
    row = next(iter(list_schools(b.desk)))
    return row.lamp.value, row.lamp_word


def test_a_school_without_a_mis_shows_how_its_push_stands(b: PushBench) -> None:
    accounts = [b.account(f"p{n}") for n in range(20)]
    assert lamp(b) == ("unknown", "not connected")
    seen: list[tuple[str, str]] = []
    b.directory.before_call = lambda name: seen.append(lamp(b)) if name == "create" else None
    b.pushed()
    assert set(seen) == {("working", "pushing")}
    assert lamp(b) == ("unknown", "not connected")
    for each in accounts[:8]:
        b.leave(each)
    b.push()
    assert lamp(b) == ("attention", "push held")
    b.directory.cut = (len(b.directory.calls), False)
    b.push()
    assert lamp(b) == ("problem", "push failed")
    b.option(active="no")
    assert lamp(b) == ("unknown", "not connected")


@pytest.mark.parametrize("state", ["failed", "held"])
def test_a_sync_of_long_ago_tells_nothing_once_the_mis_is_gone(b: PushBench, state: str) -> None:
    connection = b.e.connection(b.school)
    b.e.run(b.school, state, error={"code": "unreachable", "message": "No.", "mend": ""})
    assert lamp(b)[1] == state
    with b.e.store.write() as s:
        s.delete(s.get_one(Connection, connection))
    assert lamp(b) == ("unknown", "not connected")
    b.account("a.lee")
    b.directory.cut = (len(b.directory.calls), False)
    b.push()
    assert lamp(b) == ("problem", "push failed")


def test_the_worker_says_of_a_push_that_died_what_is_true_of_pushes(b: PushBench) -> None:
    """What was written before stays: it must not be told that nothing was changed."""
    b.account("a.lee")
    run = pushes.queue(b.desk, URN, NAME)
    b.e.now += timedelta(minutes=2)
    worker.settle(b.desk)
    died = b.e.row(Run, run)
    assert died.state == "failed"
    assert "what was written before stays" in died.error["message"]
    assert b.pushed().changes["created"] == 1
