"""Hostile text in and around a directory: nothing of it acts, on screen or in what commands print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Unreachable
from connectors.targets.base import Entry, TargetRefused
from data import tables
from misconsole.__main__ import main
from tests import seed
from tests.push_bench import NAME, URN, PushBench
from tests.screens.driving import Opened, tab
from tests.screens.test_screens_safety import NASTY, harmless, hostile

TARGETS = [*tab("overview"), "t"]


@dataclass
class Trap:
    """Everything in the school, the directory and what was kept of both is named by an attacker."""

    b: PushBench
    console: Opened

    def print(self, capsys: pytest.CaptureFixture[str], *words: str) -> str:
        main([*words, "--store", self.b.e.url])
        said = capsys.readouterr()
        return said.out + said.err


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trap]:
    with seed.estate(tmp_path) as e:
        school = hostile(e)
        b = PushBench(e, monkeypatch, school=school)
        named: Any = {"display_name": NASTY, "given_name": NASTY, "family_name": NASTY}
        account = e.account(school, f"in{NASTY}", NASTY, NASTY, email=f"a{NASTY}@larkmere.example")
        ours = e.account(school, f"ours{NASTY}", NASTY, NASTY)
        gone = e.account(school, f"gone{NASTY}", NASTY, NASTY)
        b.directory.rows = {
            "s1": Entry(remote_id="s1", username=f"in{NASTY}", **named),
            "s2": Entry(remote_id="s2", username=f"x{NASTY}", email=NASTY, **named),
            "s3": Entry(remote_id="s3", username=f"boss{NASTY}", anchor=f"{URN}-{ours}", protected=True),
            "s4": Entry(remote_id="s4", username=NASTY, anchor=f"{URN}-{gone}", place=(NASTY,), **named),
        }
        known: Any = {
            "target_id": b.target,
            "first_at": e.now,
            "at": e.now,
            "remote_id": NASTY,
            "written": {},
        }
        e.put(tables.TargetAccount, account_id=account, **known)
        e.put(
            tables.TargetChange, target_id=b.target, account_id=account, action="update", state="failed",
            message=NASTY, before={NASTY: NASTY}, after={NASTY: NASTY}, actor=NASTY, at=e.now,
        )  # fmt: skip
        e.put(tables.Decision, school_id=school, kind="target-adopt", summary=NASTY, actor=NASTY, at=e.now,
              origin=NASTY[:12], place=NASTY, detail={NASTY: [NASTY]})  # fmt: skip
        handout = e.put(tables.Handout, school_id=school, at=e.now, by=NASTY, form="csv", file=NASTY, count=1,
                        chosen={"role": NASTY, "group": NASTY})  # fmt: skip
        e.put(tables.HandoutLine, handout_id=handout, account_id=account, username=NASTY)
        yield Trap(b, Opened(e, school))


@pytest.mark.parametrize(
    "keys",
    [
        TARGETS, [*TARGETS, "e"], [*TARGETS, "enter"], [*TARGETS, "enter", "w"],
        [*TARGETS, "enter", "w", "w"],
        [*TARGETS, "enter", "w", "w", "w"], [*TARGETS, "enter", "a"], [*TARGETS, "l"],
        [*tab("unmatched-pupils"), "w", "i"], [*tab("unmatched-pupils"), "w", "i", "x"],
        [*tab("overview"), "ctrl+p", *"duefor", "enter"], [*tab("history"), "a"],
        [*tab("history"), "a", "enter"],
        [*tab("new-users"), "h"], [*tab("new-users"), "l"],
    ],
    ids=lambda keys: " ".join(keys[-4:]),
)  # fmt: skip
async def test_no_screen_about_a_directory_lets_foreign_text_act(trap: Trap, keys: list[str]) -> None:
    async with trap.console.running(*keys, size=(120, 40)) as driver:
        for _ in range(4):
            await driver.settle()
            assert harmless(driver.text)
            await driver.press("down")
        assert "School [/x]" in driver.text or "Bob" in driver.text or "Due for erasure" in driver.text


@pytest.mark.parametrize("how", ["cut", "refused"])
async def test_what_a_directory_answers_does_nothing_either(
    trap: Trap, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    told = Unreachable(NASTY, mend=NASTY) if how == "cut" else TargetRefused(NASTY, mend=NASTY)

    def refuse(_name: str) -> None:
        raise told

    trap.b.directory.before_call = refuse
    async with trap.console.running(*TARGETS, "enter", size=(80, 24)) as driver:
        await driver.until(lambda: "could not be read" in driver.text)
        assert harmless(driver.text)
        assert "Bob" in driver.text


@pytest.mark.parametrize(
    "words",
    [
        ("target", URN, "list"), ("target", URN, "show", NAME), ("target", URN, "plan", NAME),
        ("target", URN, "drift", NAME), ("target", URN, "adopt", NAME), ("target", URN, "log", NAME),
        ("target", URN, "test", NAME), ("target", URN, "show", NASTY), ("target", URN, "push", NAME),
        ("target", URN, "set", NAME, f"place_staff={NASTY}"), ("privacy", URN, "id:1"),
        ("privacy", URN, "--due"), ("audit", URN), ("audit", URN, "--text", NASTY),
        ("handout", URN), ("handout", URN, "--log"), ("handout", URN, "--only", NASTY),
    ],
    ids=lambda words: " ".join(word for word in words if word not in (URN, NASTY)),
)  # fmt: skip
def test_no_command_about_a_directory_prints_foreign_escapes(
    trap: Trap, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    said = trap.print(capsys, *words)
    assert said.strip()
    assert harmless(said)
