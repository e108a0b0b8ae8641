"""Rows of a OneRoster collection that are read again: those in memory and those written away, in order."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.oneroster import table as tables
from connectors.oneroster.table import Table
from connectors.oneroster_common.findings import Findings
from connectors.records import Report


def made(rows: int) -> Table:
    reports = (Report.STUDENTS,)
    findings = Findings(frozenset(reports))
    table = Table("users", file="users", mode="bulk", version="1.2", findings=findings, reports=reports)
    for number in range(rows):
        table.add(number, {"sourcedId": f"p{number}", "givenName": f"Zoë {number}", "grades": ["07"]})
    return table


def told(table: Table) -> list[tuple[Any, ...]]:
    return [(r.line, r.id, r["givenName"], r.words("grades"), r.where("email")) for r in table.rows()]


@pytest.mark.parametrize("rows", [0, 3, 4, 5, 9])
def test_rows_beyond_those_kept_as_they_are_come_back_the_same(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = made(rows)
    monkeypatch.setattr(tables, "AS_THEY_ARE", 3)
    monkeypatch.setattr(tables, "AT_ONCE", 2)
    monkeypatch.setattr(tables, "IN_MEMORY", 10)
    spilled = made(rows)
    assert told(spilled) == told(plain)
    assert told(spilled) == told(plain)  # as often as they are asked for
    assert spilled.count == rows
    plain.close()
    spilled.close()


def test_rows_are_read_side_by_side_and_after_more_have_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "AS_THEY_ARE", 2)
    monkeypatch.setattr(tables, "AT_ONCE", 2)
    table = made(6)
    pairs = [(one.id, other.id) for one, other in zip(table.rows(), table.rows(), strict=True)]
    assert pairs == [(f"p{n}", f"p{n}") for n in range(6)]
    table.add(6, {"sourcedId": "p6"})
    assert [row.id for row in table.rows()] == [f"p{n}" for n in range(7)]
    table.close()
