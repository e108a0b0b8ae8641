"""The quick look says the same of a file, which is read without opening the store, and of a server."""

from __future__ import annotations

import pytest

from data import tables
from data.errors import StoreProblem
from misconsole.services import queues, status, summary
from tests import seed

pytestmark = pytest.mark.every_store


def test_every_count_of_the_quick_look_is_that_of_the_queues(e: seed.Estate) -> None:
    seed.larkmere(e)
    e.school("100002", "Ashby Primary")
    other, line = sorted(status.lines(e.url, now=e.now), key=lambda each: str(each["urn"]), reverse=True)
    counts = queues.counts(e.desk(), "100001")
    assert line["waiting"] == {name: getattr(counts, name) for name in status.QUEUES}
    assert line["waiting"]["exclusions"] == 1 and line["waiting"]["unmatched_pupils"] == 1
    assert (line["last_checked"], line["last_changed"]) == (e.now, e.now)
    assert (line["lamp"], other["lamp"]) == ("attention", "unknown")
    assert [each.waiting.unallocated for each in status.school_rows(e.url, now=e.now)] == [0, 1]


def test_the_night_is_told_in_the_same_sentences(e: seed.Estate) -> None:
    seed.larkmere(e)
    lines = status.lines(e.url, now=e.now)
    told = summary.document(e.url, lines, span="night", now=e.now)
    assert told["ran"] == 1 and told["changes"]["linked"] == 2
    assert told["longest"]["urn"] == "100001"
    assert told["sentences"][0] == "In the last 24 hours 1 school of 1 connected ran a sync."


def test_a_look_makes_no_store_and_brings_none_up_to_date(e: seed.Estate) -> None:
    with e.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(StoreProblem) as caught:
        status.lines(e.url, now=e.now)
    assert caught.value.code == "migration"
    with e.store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0001"
    assert e.all(tables.School) == []
