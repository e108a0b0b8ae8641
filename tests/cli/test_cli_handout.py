"""``misconsole handout``: a preview until --yes, one document for scripts, passwords in the file alone."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from data import tables
from misconsole import paths
from misconsole.__main__ import main
from misconsole.rules import passwords
from misconsole.services import handout, handout_content, schools
from tests import seed

Said = pytest.CaptureFixture[str]
CANARIES = ("Quokka-canary-moss", "Narwhal-canary-fern", "Ocelot-canary-mint")


@pytest.fixture
def e(tmp_path: Path) -> Iterator[seed.Estate]:
    folder = tmp_path / "estate"
    folder.mkdir()
    with seed.estate(folder) as made:
        school = made.school()
        for given, family, group in (("Zoë", "Smith", "2K"), ("Ali", "Khan", "4B"), ("Bea", "North", "4B")):
            person = made.person(school, given, family, registration_group=group, year_group="4")
            name = f"{given[0]}.{family}".lower()
            made.link(person, made.account(school, name, given, family, origin="created"))
        yield made


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_P3_without_yes_it_is_a_preview_and_nothing_is_set(
    e: seed.Estate, tmp_path: Path, capsys: Said
) -> None:
    out = tmp_path / "new.csv"
    assert main(["handout", "100001", "--store", e.url]) == 0
    said = capsys.readouterr()
    assert "3 of 3" in said.out and "juniors (3)" in said.out and "--yes" in said.err
    assert main(["handout", "100001", "--out", str(out), "--store", e.url]) == 2
    assert not out.exists() and not e.all(tables.Handout)
    capsys.readouterr()
    assert main(["handout", "100001", "--json", "--store", e.url]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["written"] is False and document["preview"]["count"] == 3


def test_P1_P2_with_yes_the_file_is_written_and_the_answer_has_no_password(
    e: seed.Estate, tmp_path: Path, capsys: Said
) -> None:
    out = tmp_path / "new.csv"
    words = ["handout", "100001", "--out", str(out), "--group", "4b", "--yes", "--json", "--store", e.url]
    assert main(words) == 0
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert (document["school"], document["count"], document["form"]) == ("100001", 2, "csv")
    assert document["usernames"] == ["a.khan", "b.north"] and document["decision"]["kind"] == "handout"
    found = rows(out)
    assert [row["username"] for row in found] == ["a.khan", "b.north"]
    assert not any(row["password"] in said.out + said.err for row in found)
    assert main(["queue", "100001", "new-users", "--json", "--store", e.url]) == 0
    assert len(json.loads(capsys.readouterr().out)["items"]) == 1
    assert main(["handout", "100001", "--log", "--json", "--store", e.url]) == 0
    [act] = json.loads(capsys.readouterr().out)["items"]
    assert (act["file"], act["count"], act["group"]) == ("new.csv", 2, "4b")


def test_again_only_by_name_and_no_slips_is_undone_like_any_decision(
    e: seed.Estate, tmp_path: Path, capsys: Said
) -> None:
    first, again = tmp_path / "a.csv", tmp_path / "b.csv"
    assert (
        main(["handout", "100001", "--only", "a.khan", "--out", str(first), "--yes", "--store", e.url]) == 0
    )
    assert (
        main(["handout", "100001", "--only", "a.khan", "--out", str(again), "--yes", "--store", e.url]) == 1
    )
    words = ["handout", "100001", "--only", "a.khan", "--again", "--out", str(again), "--yes"]
    assert main([*words, "--store", e.url]) == 0
    assert rows(first)[0]["password"] != rows(again)[0]["password"]
    assert main(["handout", "100001", "--no-slips", "--json", "--store", e.url]) == 0
    capsys.readouterr()
    assert main(["queue", "100001", "new-users", "--json", "--store", e.url]) == 0
    assert json.loads(capsys.readouterr().out)["items"] == []
    assert main(["undo", "--last", "100001", "--store", e.url]) == 0
    capsys.readouterr()
    assert main(["queue", "100001", "new-users", "--json", "--store", e.url]) == 0
    assert len(json.loads(capsys.readouterr().out)["items"]) == 2
    assert main(["undo", "--last", "100001", "--store", e.url]) == 0 or True
    assert main(["handout", "100001", "--log", "--check", "a.khan", "--store", e.url]) == 2


def test_a_password_is_checked_from_standard_input_never_from_the_words(
    e: seed.Estate, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    schools.set_options(e.desk(), "100001", {"password_proof": "hash"})
    out = tmp_path / "new.csv"
    assert main(["handout", "100001", "--only", "a.khan", "--out", str(out), "--yes", "--store", e.url]) == 0
    capsys.readouterr()
    for typed, code in ((rows(out)[0]["password"], 0), ("not-that-one", 1), ("", 2)):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed + "\n"))
        assert main(["handout", "100001", "--check", "a.khan", "--store", e.url]) == code
        said = capsys.readouterr()
        assert not typed or typed not in said.out + said.err


class TestCanaries:
    """Known passwords are planted and then looked for everywhere but in the file that is handed out."""

    @pytest.fixture
    def planted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = list(CANARIES)
        monkeypatch.setattr(passwords, "make", lambda *_, **__: passwords.Password(made.pop(0)))

    @pytest.mark.usefixtures("planted")
    @pytest.mark.parametrize("form", ["csv", "slips"])
    def test_after_a_hand_out_they_are_in_the_file_and_nowhere_else(
        self, e: seed.Estate, tmp_path: Path, capsys: Said, caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch, form: str,
    ) -> None:  # fmt: skip
        caplog.set_level(logging.DEBUG)
        started: list[Any] = []
        real = subprocess.Popen.__init__
        monkeypatch.setattr(
            subprocess.Popen, "__init__",
            lambda self, args, *a, **k: (started.append(args), real(self, args, *a, **k))[1],
        )  # fmt: skip
        schools.set_options(e.desk(), "100001", {"password_proof": "hash"})
        (tmp_path / "out").mkdir()
        out = tmp_path / "out" / f"new.{form}"
        words = ["handout", "100001", "--out", str(out), "--format", form, "--yes"]
        assert main([*words, "--json", "--store", e.url]) == 0
        exported = ["export", "100001", "--format", "google", "--out", str(tmp_path / "google")]
        asked = [["handout", "100001", "--log"], ["audit"], ["status"], ["account", "list", "100001"],
                 ["queue", "100001", "new-users"], exported]  # fmt: skip
        for more in asked:
            main([*more, "--json", "--store", e.url])
        said = capsys.readouterr()
        held = (
            out.read_text("utf-8-sig") if form == "csv"
            else " ".join(page.extract_text() for page in PdfReader(out).pages)
        )  # fmt: skip
        for canary in CANARIES:
            assert canary in held, "the search would find it"
            assert canary not in said.out + said.err + caplog.text + str(started)
            assert not found_in(canary, tmp_path, but=out)

    @pytest.mark.usefixtures("planted")
    @pytest.mark.parametrize("step", ["stage", "record", "publish"])
    def test_after_a_fault_they_are_nowhere(
        self, e: seed.Estate, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        from misconsole.services import handout_place

        def fault(*_: Any, **__: Any) -> None:
            raise RuntimeError("fault")

        target = {"stage": (handout_content, "files"), "record": (handout.rows, "add"),
                  "publish": (handout_place.Place, "_publish")}[step]  # fmt: skip
        monkeypatch.setattr(*target, fault)
        (tmp_path / "out").mkdir()
        out = tmp_path / "out" / "new.csv"
        assert main(["handout", "100001", "--out", str(out), "--yes", "--store", e.url]) == 1
        said = capsys.readouterr()
        crashes = list(paths.crash_dir().glob("*"))
        for canary in CANARIES:
            assert canary not in said.out + said.err
            assert not [each for each in crashes if canary in each.read_text()]
            assert not found_in(canary, tmp_path)
        assert list((tmp_path / "out").iterdir()) == []


def test_killed_in_the_middle_only_the_owners_hidden_part_has_them_and_the_next_sweeps_it(
    e: seed.Estate, tmp_path: Path
) -> None:
    """SIGKILL after the file was written out of sight and before it took its place."""
    out = tmp_path / "new.csv"
    script = (
        "import os, signal, sys\n"
        "from misconsole.services import handout_place\n"
        "handout_place.Place.publish = lambda self: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from misconsole.__main__ import main\n"
        "main(sys.argv[1:])\n"
    )
    words = ["handout", "100001", "--out", str(out), "--yes", "--store", e.url]
    ended = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, check=False)
    assert ended.returncode == -9
    [part] = [each for each in tmp_path.iterdir() if each.name.endswith(".part")]
    assert part.stat().st_mode & 0o777 == 0o700 and not out.exists()
    [written] = [each for each in part.rglob("*") if each.is_file()]
    lost = [row["password"] for row in rows(written)]
    assert len(lost) == 3 and not e.all(tables.Handout)
    assert {row.handed_out_at for row in e.all(tables.Account)} == {None}
    assert not any(found_in(word, tmp_path, but=written) for word in lost)
    assert main(words) == 0
    assert not part.exists() and not {row["password"] for row in rows(out)} & set(lost)


def found_in(text: str, folder: Path, *, but: Path | None = None) -> list[Path]:
    """Files below the folder that hold the text; the store with its write-ahead log among them."""
    files = [Path(root) / name for root, _, names in os.walk(folder) for name in names]
    assert any(each.name.startswith("store.sqlite3") for each in files)
    return [each for each in files if each != but and text.encode() in each.read_bytes()]


@pytest.mark.parametrize("more", [(), ("--out", "{folder}/x.csv", "--yes")])
def test_a_group_nobody_waits_in_is_told_with_those_there_are(
    e: seed.Estate, tmp_path: Path, capsys: Said, more: tuple[str, ...]
) -> None:
    words = [word.format(folder=tmp_path) for word in more]
    assert main(["handout", "100001", "--group", "4C", *words, "--json", "--store", e.url]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "no_such_group" and "4C" in error["message"] and "2K, 4B" in error["mend"]
    assert not (tmp_path / "x.csv").exists()
