"""The control face and the process: only the key holder decides, and nothing is left behind."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.simulator.__main__ import main, parser, world_for
from connectors.simulator.control import Control, ControlProblem

Serve = Callable[..., Any]
ARGS = ["--schools", "saltmere", "--today", "2026-01-14", "--approved", "all"]


def test_without_the_key_nothing_is_told_or_done(serve: Serve) -> None:
    desk = serve("saltmere", approved=())
    for headers in ({}, {"X-Control-Key": "guess"}, {"Authorization": f"Bearer {desk.simulator.token}"}):
        for name in ("state", "approve", "advance", "fault"):
            answer = httpx.post(f"{desk.simulator.url}/_control/{name}", json={}, headers=headers)
            assert answer.status_code == 401
    with pytest.raises(ControlProblem, match="control key"):
        Control(desk.simulator.url, "guess").approve()
    assert desk.control.state()["schools"]["990006"]["state"] == "none"


def test_state_and_schools_tell_what_an_operator_needs(serve: Serve) -> None:
    desk = serve("saltmere", "holmwick", approved=("saltmere",))
    state = desk.control.state()
    assert (state["today"], state["faults"], state["trap"]) == ("2026-01-14", [], [])
    assert {urn: one["state"] for urn, one in state["schools"].items()} == {
        "990006": "approved",
        "990005": "none",
    }
    row = {one["slug"]: one for one in desk.control.schools()}["saltmere"]
    assert (row["urn"], row["mis"], row["pupils"], row["state"]) == ("990006", "scholarpack", 92, "approved")
    expected = (
        "urn slug name mis mis_title phase country la_code establishment_number trust domain "
        "timezone wonde_id region"
    )
    assert set(expected.split()) <= set(row)


def test_approve_all_and_one(serve: Serve) -> None:
    desk = serve("saltmere", "holmwick", approved=())
    desk.control.approve("holmwick")
    assert len(desk.client.get("schools").json()["data"]) == 1
    desk.control.approve(None)
    assert len(desk.client.get("schools").json()["data"]) == 2


def test_directory_and_exclusions_come_over_the_control_face(serve: Serve) -> None:
    desk = serve("holmwick")
    assert desk.control.directory("990005") == desk.world.directory("holmwick")
    assert desk.control.exclusions("holmwick") == desk.world.exclusions("holmwick")


def test_days_pass_and_bounds_are_kept(serve: Serve) -> None:
    desk = serve("saltmere")
    assert desk.control.advance(3) == "2026-01-17"
    with pytest.raises(ControlProblem, match="from 0 to 1000"):
        desk.control.advance(5000)


def test_unknown_schools_calls_and_bodies_are_refused_in_words(serve: Serve) -> None:
    desk = serve("saltmere")
    with pytest.raises(ControlProblem, match="not known here"):
        desk.control.approve("999999")
    headers = {"X-Control-Key": desk.simulator.control_key}
    url = f"{desk.simulator.url}/_control"
    assert httpx.post(f"{url}/launch", json={}, headers=headers).status_code == 404
    assert httpx.post(f"{url}/state", content=b"[1", headers=headers).status_code == 422
    assert httpx.get(f"{url}/state", headers=headers).status_code == 404, "only by POST"


def test_a_simulator_that_is_gone_is_told_as_such(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.simulator.close()
    with pytest.raises(ControlProblem, match="does not answer"):
        desk.control.state()


def test_closing_ends_open_connections(serve: Serve) -> None:
    desk = serve("saltmere")
    assert desk.client.get("schools").status_code == 200
    desk.simulator.close()
    with pytest.raises(httpx.TransportError):
        desk.client.get("schools")


def test_the_client_is_imported_without_httpx() -> None:
    code = "import sys, connectors.simulator.control; print('httpx' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def start(ready: Path) -> subprocess.Popen[bytes]:
    """The simulator as a process of its own, once it says that it is ready."""
    command = [sys.executable, "-m", "connectors.simulator", "--ready-file", str(ready), *ARGS]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_the_process_writes_a_private_ready_file_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = start(ready)
    try:
        document = wait_for(ready, process)
        assert set(document) == {"url", "wonde_url", "token", "control_key", "pid"}
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600 and document["pid"] == process.pid
        headers = {"Authorization": f"Bearer {document['token']}"}
        assert httpx.get(f"{document['wonde_url']}schools", headers=headers).json()["data"]
        assert Control(document["url"], document["control_key"]).state()["today"] == "2026-01-14"
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=30)
        assert process.returncode == 0 and output == (b"", b"")
    finally:
        process.kill()
        process.communicate()


def wait_for(ready: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    while not ready.exists():
        assert process.poll() is None, process.communicate()
    document: dict[str, Any] = json.loads(ready.read_text())
    return document


def test_the_process_ends_when_its_parent_is_gone() -> None:
    """The parent ends as soon as the simulator is ready; the pipe closes only when both are gone."""
    parent = f"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "connectors.simulator", *{ARGS!r}], stdout=subprocess.PIPE,
                         stderr=sys.stdout)
child.stdout.readline()
os._exit(7)
"""
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 7 and output == b""


def test_an_unknown_school_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert main(["--schools", "nowhere", "--today", "2026-01-14"]) == 2
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert "no such demo school: nowhere" in capsys.readouterr().err


def test_the_command_line_makes_the_world_it_is_asked_for() -> None:
    bulk = world_for(parser().parse_args(["--people", "500", "--today", "2026-01-14"]))
    assert [school.slug for school in bulk.schools] == ["bulk"]
    half = world_for(parser().parse_args(["--schools", "sims", "--scale", "0.1", "--today", "2026-01-14"]))
    assert [school.pupils for school in half.schools] == [124]
