"""Plots over a school that was really synced, on the screen, in the shell and as CSV."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.records import Report
from data.store import Store
from misconsole.__main__ import main
from misconsole.errors import NotFound, Usage
from misconsole.services import plots
from tests.fake_mis import Bench, pupil

pytestmark = pytest.mark.every_store


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    made = Bench(store, tmp_path)
    assert made.sync().state == "succeeded"
    made.now += timedelta(days=8)
    made.mis.records[Report.STUDENTS].append(pupil(60))
    assert made.sync().state == "succeeded"
    return made


def test_changes_of_two_weeks_stand_in_their_weeks(bench: Bench) -> None:
    found = plots.figure(bench.desk, "changes", bench.urn, weeks=3)
    assert found.series[0].values == (0.0, 16.0, 1.0)
    assert plots.figure(bench.desk, "changes", weeks=3) == found  # one school is the estate here


def test_every_figure_is_told_of_a_school_and_of_all(bench: Bench) -> None:
    for name in plots.NAMES:
        for school in (bench.urn, None):
            assert plots.figure(bench.desk, name, school).told
    assert plots.figure(bench.desk, "match", bench.urn).series[0].values[-1] == 100.0
    with pytest.raises(Usage):
        plots.figure(bench.desk, "gossip")
    with pytest.raises(Usage):
        plots.figure(bench.desk, "runs", weeks=0)
    with pytest.raises(NotFound):
        plots.figure(bench.desk, "runs", "nowhere")


def test_headless_as_a_picture_as_csv_and_as_json(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", bench.store.url]
    path = tmp_path / "changes.csv"
    assert main(["figures", "changes", bench.urn, "--csv", str(path), *where]) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["Changes, by week", "create", "link", "unallocate"]
    assert len(rows) == 27
    capsys.readouterr()
    assert main(["figures", "runs", *where, "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"figure", "title", "unit", "x", "series", "told"}
    assert main(["figures", "waiting", *where]) == 0
    assert "Nobody waits" in capsys.readouterr().out
