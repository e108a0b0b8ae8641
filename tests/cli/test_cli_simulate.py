"""``simulate typed``: what an operator would type; secrets only ever reach a private file."""

from __future__ import annotations

import json
import shlex
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from connectors.simulator.faults import KINDS
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from connectors.targets import registry
from connectors.targets.base import TargetSetup
from misconsole.__main__ import main
from misconsole.cli import frame
from misconsole.errors import Exit, MisconsoleError
from misconsole.private_file import private_file
from tests import seed
from tests.docs.write_commands import leaves

URN = "990001"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world(today=date(2026, 9, 14), scale=0.3)) as running:
        yield running


@pytest.fixture
def ready(simulator: Simulator, tmp_path: Path) -> str:
    file = tmp_path / "ready.json"
    file.write_text(json.dumps({"url": simulator.url, "control_key": simulator.control_key}))
    return str(file)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(list(words))
    read = capsys.readouterr()
    return code, read.out + read.err


def test_what_is_told_connects_the_school_and_no_secret_is_shown(
    simulator: Simulator, ready: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "secrets.json"
    code, out = said(
        capsys,
        "simulate",
        "--ready-file",
        ready,
        "typed",
        URN,
        "--route",
        "wonde",
        "--secrets-file",
        str(file),
    )
    assert code == Exit.DONE
    secrets = json.loads(file.read_text())
    assert secrets == {"token": simulator.token}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert simulator.token not in out
    with seed.estate(tmp_path) as estate:
        estate.school(URN, "Simulated School")
        _, *words = shlex.split(out)
        code, out = said(capsys, *words, "--store", estate.url)
        assert code == Exit.DONE, out
        assert "access" in out


def test_a_route_with_secrets_asks_for_a_file_and_writes_nothing(
    simulator: Simulator, ready: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = said(capsys, "simulate", "--ready-file", ready, "typed", URN, "--route", "wonde")
    assert code == Exit.USAGE
    assert "--secrets-file" in out
    assert simulator.token not in out


def test_a_route_by_file_writes_the_files_and_needs_no_secret(
    ready: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "export"
    code, out = said(
        capsys,
        "simulate",
        "--ready-file",
        ready,
        "typed",
        URN,
        "--route",
        "csv",
        "--folder",
        str(folder),
        "--json",
    )
    assert code == Exit.DONE
    told = json.loads(out)
    assert told["secrets"] == []
    assert told["secrets_file"] is None
    assert list(folder.iterdir())


def test_a_school_or_route_the_simulator_does_not_know_is_refused(
    ready: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("nowhere", "--route", "wonde"), (URN, "--route", "carrier-pigeon")):
        code, out = said(capsys, "simulate", "--ready-file", ready, "typed", *words)
        assert code == Exit.FAILED
        assert "not known here" in out


@pytest.mark.parametrize(
    "words",
    [
        ("advance", "100000"),
        ("advance", "-1"),
        ("approve", "999999"),
        ("fault", "slow", "--school", "999999"),
    ],
    ids=lambda words: " ".join(words),
)
def test_what_the_simulator_refuses_is_told_and_is_no_crash(
    ready: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    code, out = said(capsys, "simulate", "--ready-file", ready, *words)
    assert code == Exit.FAILED or (words[1] == "-1" and code == Exit.USAGE)
    assert "should not have" not in out
    assert "The simulator says" in out or code == Exit.USAGE


def test_a_simulator_that_is_gone_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "ready.json"
    file.write_text(json.dumps({"url": "http://127.0.0.1:9", "control_key": "x"}))
    code, out = said(capsys, "simulate", "--ready-file", str(file), "state")
    assert code == Exit.FAILED
    assert "does not answer" in out and "--ready-file" in out


def test_the_help_of_fault_names_every_kind() -> None:
    [parser] = [parser for name, parser in leaves("simulate") if name == "simulate fault"]
    text = " ".join(parser.format_help().split())
    assert all(kind in text for kind in KINDS)
    assert "simulate" in frame.COMMANDS


def test_a_private_file_is_whole_or_not_there_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_text("before")

    def fail() -> None:
        with private_file(path) as file:
            file.write("half of it")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "before"
    with private_file(path) as file:
        file.write("after\r\n")
    assert path.read_bytes() == b"after\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["marks.csv"]


def test_a_private_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with (
        pytest.raises(MisconsoleError, match="cannot be written"),
        private_file(tmp_path / "no" / "such") as file,
    ):
        file.write("x")


@pytest.mark.parametrize("kind", ["google", "graph"])
def test_what_a_target_needs_is_told_and_its_secrets_kept_to_the_file(
    kind: str, ready: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "secrets.json"
    words = ("simulate", "--ready-file", ready, "target", URN, "--kind", kind, "--secrets-file", str(file))
    code, out = said(capsys, *words)
    assert code == Exit.DONE
    told = shlex.split(out)
    assert told[:7] == ["misconsole", "target", URN, "add", kind, "--kind", kind]
    settings = dict(told[n + 1].split("=", 1) for n, word in enumerate(told) if word == "--set")
    secrets = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not [value for value in secrets.values() if value in out]
    target = registry.make(kind, TargetSetup(settings=settings, secrets=secrets))
    try:
        assert all(probe.ok for probe in target.probe())
    finally:
        target.close()
