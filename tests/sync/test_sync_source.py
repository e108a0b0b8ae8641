"""What a run read from, and when each part of it was done (U6, T16)."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from connectors import filed
from connectors.errors import ShortExtract
from connectors.records import Report
from data.tables import Run
from misconsole.services import completions, runs, source_text
from misconsole.services.status import school_rows
from tests.fake_mis import Bench

AT = datetime(2026, 9, 14, 1, 15, tzinfo=UTC)


def drop(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text)
    os.utime(path, (AT.timestamp(), AT.timestamp()))


def test_U6_an_interface_is_named_with_what_it_delivered(synced: Bench) -> None:
    source = synced.one(Run).source
    assert (source["title"], source["records"]) == ("Fake", {"staff": 4, "students": 12})
    assert source["read_at"].startswith("2026-09-14T06:30")
    (row,) = school_rows(synced.store.url, now=synced.now)
    assert row.source == source


def test_U6_files_are_named_with_their_own_dates_sizes_and_digests(tmp_path: Path) -> None:
    drop(tmp_path, "staff.csv", "a,b\n")
    drop(tmp_path, ".hidden", "x")
    (tmp_path / "folder").mkdir()
    (found,) = filed.look(str(tmp_path))
    assert (found.name, found.modified, found.bytes) == ("staff.csv", AT, 4)
    assert found.sha256 == hashlib.sha256(b"a,b\n").hexdigest()
    assert filed.look(str(tmp_path / "staff.csv")) == (found,)
    assert filed.look(str(tmp_path / "none")) == () == filed.look("~nobody-here/x")


def test_U6_a_failed_run_does_not_hide_the_last_complete_read(synced: Bench) -> None:
    before = synced.one(Run).source
    synced.mis.fails[Report.STAFF] = ShortExtract("Half of it.")
    synced.sync()
    (row,) = school_rows(synced.store.url, now=synced.now)
    assert row.source == before


def test_T16_extraction_upload_and_processing_have_their_own_times(synced: Bench) -> None:
    view = runs.get(synced.desk, 1)
    done = completions.of(view)
    assert list(done) == ["extraction", "upload", "processing"]
    assert all(done.values())
    synced.mis.fails[Report.STAFF] = ShortExtract("Half of it.")
    failed = synced.sync()
    assert set(completions.of(failed).values()) == {None}


def test_T16_with_files_the_extraction_was_when_they_were_written() -> None:
    source = {"files": [{"name": "a", "modified": AT.isoformat(), "bytes": 1, "sha256": ""}]}
    assert completions.files_of(source) == AT


def test_one_line_names_two_files_and_counts_the_rest() -> None:
    files = [
        {"name": f"{n}.csv", "modified": AT.isoformat(), "bytes": 12_345, "sha256": ""} for n in range(4)
    ]
    told = source_text.told({"title": "SIMS files", "files": files}, lambda at: f"{at:%d %b}")
    assert told == "SIMS files: 0.csv of 14 Sep (12 kB), 1.csv of 14 Sep (12 kB), 2 more"
    assert source_text.told({}, str) == ""
    counted = {"title": "Arbor", "records": {"staff": 84, "students": 1200}, "delta": True}
    assert source_text.told(counted, str) == "Arbor: 84 staff, 1,200 students, changes only"
