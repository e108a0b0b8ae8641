"""privacy and tidy as commands: what they print, what they need, and their exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.tables import Erasure, Person
from misconsole.__main__ import main
from misconsole.errors import Exit
from tests import seed


@pytest.fixture
def e(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[seed.Estate]:
    with seed.estate(tmp_path) as opened:
        monkeypatch.setenv("MISCONSOLE_STORE", opened.url)
        opened.now = datetime.now(UTC)
        seed.larkmere(opened)
        yield opened


def leaver(e: seed.Estate) -> int:
    run = e.run(1, finished_at=e.now - timedelta(days=400))
    e.run(1)
    return e.person(1, "Olivia", "Leaver", present=False, gate="absent", gone_run=run)


def test_X1_privacy_prints_every_group_and_json_is_one_document(
    e: seed.Estate, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", "100001", "Priya", "Anand"]) == Exit.DONE
    text = capsys.readouterr().out
    assert "The record of the MIS" in text and "given name: Priya" in text and "report students" in text
    assert main(["privacy", "100001", "Priya", "Anand", "--json"]) == Exit.DONE
    document = json.loads(capsys.readouterr().out)
    assert document["who"] == "Priya Anand" and document["groups"][0]["rows"][0]["fields"]


def test_out_writes_the_answer(e: seed.Estate, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["privacy", "100001", "p.anand", "--out", str(tmp_path / "a.zip")]) == Exit.DONE
    assert (tmp_path / "a.zip").exists()
    assert "Read it before you hand it over" in capsys.readouterr().out


def test_due_and_erase_show_first_and_do_it_with_yes(
    e: seed.Estate, capsys: pytest.CaptureFixture[str]
) -> None:
    person = leaver(e)
    assert main(["privacy", "100001", "--due", "--erase"]) == Exit.DONE
    shown = capsys.readouterr()
    assert "Olivia Leaver" in shown.out and "--yes" in shown.err
    assert e.all(Erasure) == []
    assert main(["privacy", "100001", "--due", "--erase", "--yes", "--count", "1"]) == Exit.DONE
    assert e.all(Person, id=person) == []
    assert e.all(Erasure)[0].reference in capsys.readouterr().out


def test_one_person_is_shown_first_and_refused_while_there_is_an_account(
    e: seed.Estate, capsys: pytest.CaptureFixture[str]
) -> None:
    person = leaver(e)
    assert main(["privacy", "100001", f"id:{person}", "--erase"]) == Exit.DONE
    assert "Would be erased" in capsys.readouterr().out
    assert main(["privacy", "100001", "p.anand", "--erase", "--yes"]) == Exit.FAILED
    assert "is in the MIS now" in capsys.readouterr().err
    assert main(["privacy", "100001", f"id:{person}", "--erase", "--yes"]) == Exit.DONE
    assert e.all(Person, id=person) == []


@pytest.mark.parametrize(
    "words", [[], ["p.anand", "--due"], ["p.anand", "--erase", "--out", "x"], ["p.anand", "--count", "1"]]
)
def test_words_that_do_not_belong_together_are_usage(e: seed.Estate, words: list[str]) -> None:
    assert main(["privacy", "100001", *words]) == Exit.USAGE


def test_tidy_tells_what_goes_and_who_is_due(e: seed.Estate, capsys: pytest.CaptureFixture[str]) -> None:
    leaver(e)
    assert main(["tidy", "--dry-run", "--json"]) == Exit.DONE
    [school] = json.loads(capsys.readouterr().out)["schools"]
    assert (school["school"], school["due"]) == ("100001", 1)
    assert main(["tidy"]) == Exit.DONE
    assert "DUE FOR ERASURE" in capsys.readouterr().out
