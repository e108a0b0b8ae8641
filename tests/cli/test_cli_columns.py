"""``misconsole columns``: what scripts get and what people read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from misconsole.__main__ import main
from tests import seed

PUPILS = "Adno,Surname,Forename,DOB,Year,Fax\n001,Hale,Nia,01/09/2014,6,x\x1b[2J\n"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "pupils.csv").write_text(PUPILS)
    with seed.estate(tmp_path) as made:
        made.school("990010", "Ridgemoor Academy")
        yield made.url


def test_from_connecting_to_reading_without_a_screen(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B3: the whole way headless, with exit codes that a script can go by."""
    path = str(tmp_path / "export")
    assert (
        main(
            ["connect", "990010", "--mis", "CMIS", "--route", "csv", "--set", f"path={path}", "--store", url]
        )
        == 0
    )
    capsys.readouterr()
    assert main(["columns", "990010", "--json", "--store", url]) == 3
    shown = json.loads(capsys.readouterr().out)
    assert shown["accepted"] is False
    assert shown["files"][0]["kind"] == "pupils"
    assert {"label", "field", "confidence", "reason", "samples"} <= set(shown["files"][0]["columns"][0])

    assert main(["columns", "990010", "--store", url]) == 3
    said = capsys.readouterr()
    assert "HOW SURE" in said.out and "certain" in said.out and "\x1b" not in said.out
    assert "--accept" in said.err

    words = ["columns", "990010", "--set", "pupils.csv.Fax=house", "--accept", "--json", "--store", url]
    assert main(words) == 0
    kept = json.loads(capsys.readouterr().out)
    assert kept["accepted"] is True
    assert next(c for c in kept["files"][0]["columns"] if c["label"] == "Fax")["field"] == "house"
    assert main(["columns", "990010", "--store", url]) == 0
    assert main(["authorise", "990010", "--store", url]) == 0
    assert main(["connect", "990010", "--test", "--store", url]) == 0


def test_a_wrong_word_is_told_with_what_would_be_right(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(
        [
            "connect",
            "990010",
            "--mis",
            "CMIS",
            "--route",
            "csv",
            "--set",
            f"path={tmp_path / 'export'}",
            "--store",
            url,
        ]
    )
    capsys.readouterr()
    assert main(["columns", "990010", "--set", "pupils.csv.Fax=shoes", "--store", url]) == 2
    assert "admission_number" in capsys.readouterr().err
    assert main(["columns", "990010", "--fields", "staff", "--json", "--store", url]) == 0
    assert {"name": "staff_code", "title": "Staff code"} in json.loads(capsys.readouterr().out)["items"]
    assert main(["columns", "990010", "--fields", "dogs", "--store", url]) == 2
