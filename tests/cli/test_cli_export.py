"""``misconsole export``: what scripts get and what people read."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from misconsole.__main__ import main
from misconsole.exports import catalogue
from tests import seed
from tests.fixtures.oneroster.builder import good_1_1

CANARY = "Zq7-canary-password"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with seed.estate(tmp_path) as made:
        school = seed.larkmere(made)
        made.account(school, "odd", "=\x1b[2Jcmd", "Ali", "staff")
        yield made.url


def test_the_formats_are_listed_without_one(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "100001", "--json", "--store", url]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in listed["items"]] == [each.id for each in catalogue.FORMATS]
    assert main(["export", "100001", "--store", url]) == 0
    assert "School Data Sync" in capsys.readouterr().out


def test_a_preview_first_then_the_files(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "google"
    words = ["export", "100001", "--format", "google", "--store", url]
    assert main(words) == 0
    said = capsys.readouterr()
    assert "never exported before" in said.out and "--out DIR" in said.err
    assert "\x1b" not in said.out + said.err and not out.exists()
    assert main([*words, "--out", str(out), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["written"] is True and document["folder"] == str(out)
    assert document["changes"][0]["added"] == document["changes"][0]["rows"] == 8
    assert "\x1b" not in (out / "google-users.csv").read_text()
    assert main(words) == 0
    assert "last exported" in capsys.readouterr().out


def test_every_format_is_written_and_says_so(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for each in catalogue.FORMATS:
        code = main(
            ["export", "100001", "--format", each.id, "--out", str(tmp_path / each.id), "--store", url]
        )
        said = capsys.readouterr()
        if each.id in ("contacts", "classes"):
            assert code == 1 and "misconsole:" in said.err
        else:
            assert code == 0 and "only you can read it" in said.out, each.id
            assert (tmp_path / each.id / "misconsole-export.json").exists()


def test_exit_codes_that_a_script_can_go_by(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Held is 3, a wrong word 2."""
    words = ["export", "100001", "--store", url]
    assert main([*words, "--out", str(tmp_path / "x")]) == 2
    assert main([*words, "--format", "floppy"]) == 1
    assert main([*words, "--format", "google", "--set", "colour=red"]) == 2
    assert main([*words, "--format", "google", "--role", "robot"]) == 2
    sds = [*words, "--format", "sds", "--out"]
    assert main([*sds, str(tmp_path / "a"), "--set", "contacts=all"]) == 0
    capsys.readouterr()
    assert main([*sds, str(tmp_path / "b"), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "fewer_files"
    assert main([*sds, str(tmp_path / "b"), "--fewer-files"]) == 0


def test_X4_a_password_of_the_package_that_was_read_is_in_no_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole way: a OneRoster package in, every format out, and the canary in none of them."""
    package = good_1_1()
    package.row("users", "stu-10482")["password"] = CANARY
    path = package.write(tmp_path / "package")
    assert CANARY in (path / "users.csv").read_text()
    with seed.estate(tmp_path) as made:
        url = ["--store", made.url]
    urn = "990099"
    for words in (
        ["school", "add", "Larkmere Academy", "--urn", urn, "--set", "domain=larkmere.example"],
        ["connect", urn, "--mis", "other", "--route", "oneroster-csv", "--set", f"path={path}"],
        ["authorise", urn], ["reports", urn, "accept", "all"], ["sync", urn],
    ):  # fmt: skip
        assert main([*words, *url]) == 0, capsys.readouterr()
    for each in catalogue.FORMATS:
        out = tmp_path / "out" / each.id
        assert main(["export", urn, "--format", each.id, "--out", str(out), *url]) == 0, each.id
        assert len(content := _unpacked(out)) > 100
        assert CANARY.encode() not in content, each.id
        assert b"Okonjo" in content or each.id == "classes", each.id


def _unpacked(folder: Path) -> bytes:
    """Everything in the folder, and in the archives in it."""
    found = b""
    for path in folder.iterdir():
        found += path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found += b"".join(archive.read(name) for name in archive.namelist())
    return found
