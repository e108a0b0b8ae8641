"""C11: where only the headteacher may accept or remove reports, the head is named or nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from data.tables import Decision, ReportScope
from misconsole.__main__ import main
from misconsole.errors import Exit, Usage
from misconsole.services import catalogue, connect, history, reports
from tests import seed

URN = "100001"
HEAD = "Ms Ottoline Fairweather"


@pytest.fixture
def ruled(e: seed.Estate, monkeypatch: pytest.MonkeyPatch) -> seed.Estate:
    """A school whose route says that the headteacher decides."""
    e.school()
    connect.connect(e.desk(), URN, mis="arbor")
    choose = catalogue.choose_route
    monkeypatch.setattr(
        catalogue, "choose_route", lambda *words: replace(choose(*words), accept_by="headteacher")
    )
    return e


CHANGES: list[Callable[..., object]] = [
    lambda desk, **by: reports.accept(desk, URN, "staff", **by),
    lambda desk, **by: reports.decline(desk, URN, "students", **by),
    lambda desk, **by: reports.accept_field(desk, URN, "staff", "email", **by),
    lambda desk, **by: reports.decline_field(desk, URN, "students", "date_of_birth", **by),
]


@pytest.mark.parametrize("change", CHANGES, ids=["accept", "remove", "field", "field removed"])
def test_C11_nothing_is_accepted_or_removed_without_the_heads_name(
    ruled: seed.Estate, change: Callable[..., object]
) -> None:
    for name in ({}, {"decided_by": "  "}):
        with pytest.raises(Usage, match="Only the headteacher") as told:
            change(ruled.desk(), **name)
        assert told.value.code == "head_decides"
        assert "--decided-by" in told.value.mend
    assert ruled.all(ReportScope) == []
    change(ruled.desk(), decided_by=HEAD)
    [row] = ruled.all(ReportScope)
    assert HEAD in row.decided_by


def test_C11_the_audit_trail_keeps_the_head_and_who_typed_it(ruled: seed.Estate) -> None:
    reports.accept(ruled.desk("bob"), URN, "staff", decided_by=f" {HEAD}\n")
    [item, *_] = history.audit(ruled.desk(), URN)
    assert (item.actor, item.decided_by) == ("bob", HEAD)
    assert item.summary.endswith(f"as {HEAD} decided")
    [row] = ruled.all(ReportScope)
    assert row.decided_by == f"{HEAD} (entered by bob)"


def test_elsewhere_nobody_needs_to_be_named_but_may_be(e: seed.Estate) -> None:
    e.school()
    connect.connect(e.desk(), URN, mis="arbor")
    reports.accept(e.desk("bob"), URN, "staff")
    reports.accept(e.desk("bob"), URN, "students", decided_by=HEAD)
    assert {row.report: row.decided_by for row in e.all(ReportScope)} == {
        "staff": "bob", "students": f"{HEAD} (entered by bob)",
    }  # fmt: skip


def test_C11_the_command_takes_the_name_and_refuses_without(
    ruled: seed.Estate, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["reports", URN, "accept", "staff", "--store", ruled.url]
    assert main(words) == Exit.USAGE
    assert "--decided-by NAME" in capsys.readouterr().err
    assert main([*words, "--decided-by", HEAD]) == Exit.DONE
    assert ruled.all(Decision)[-1].detail["decided_by"] == HEAD
