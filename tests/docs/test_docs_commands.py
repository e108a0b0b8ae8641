"""docs/commands.md: every command is there, and what it shows as JSON is what is printed."""

from __future__ import annotations

import argparse
import io
import json
import os
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from misconsole.cli import demo, frame
from misconsole.cli.desk import desk_at
from misconsole.cli.out import Out
from misconsole.errors import Exit
from misconsole.services import demo as estate
from tests.docs import examples, write_commands, write_examples
from tests.docs.blocks import DOCS
from tests.docs.world import World, world

PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")
EXAMPLES = examples.examples(PAGE)
SHAPES = examples.shapes(PAGE)
IN_PROCESS = [each for each in EXAMPLES if each.words[0] != "demo"]


@pytest.fixture(scope="module")
def estate_of_examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    kept = os.environ.get("PYTHON_KEYRING_BACKEND")
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    try:
        with world(tmp_path_factory.mktemp("examples")) as made:
            yield made
    finally:
        os.environ.pop("PYTHON_KEYRING_BACKEND")
        if kept is not None:
            os.environ["PYTHON_KEYRING_BACKEND"] = kept


@pytest.mark.parametrize("example", IN_PROCESS, ids=lambda each: " ".join(each.words)[:60])
def test_an_example_shows_exactly_the_keys_that_are_printed(
    example: examples.Example, estate_of_examples: World
) -> None:
    code, out = estate_of_examples.run(*example.words)
    assert code == example.code, out
    assert list(examples.differences(example.document, json.loads(out), SHAPES)) == []


def test_the_example_of_the_demo_shows_the_keys_that_are_printed(
    estate_of_examples: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real estate takes a minute to sync; one school of it has the same document."""
    [example] = [each for each in EXAMPLES if each.words[0] == "demo"]
    monkeypatch.setattr(estate, "furnish", lambda *_, **__: ("990006",))
    folder = estate_of_examples.copied()
    monkeypatch.setenv("MISCONSOLE_CONFIG", str(folder / "secrets"))
    url = f"sqlite:///{folder / 'store.sqlite3'}"
    out = io.StringIO()
    with redirect_stderr(io.StringIO()), desk_at(url, origin="command") as desk:
        place: Any = SimpleNamespace(store_url=url)
        code = demo.headless(
            desk, place, argparse.Namespace(json=True), Out(as_json=True, stdout=out, stderr=io.StringIO())
        )
    assert code == Exit.FAILED  # the school of the examples is held by its limit
    assert list(examples.differences(example.document, json.loads(out.getvalue()), SHAPES)) == []


def test_every_command_has_an_example_and_every_queue_too() -> None:
    shown = {each.words[0] for each in EXAMPLES}
    assert shown == set(frame.COMMANDS)
    from misconsole.services.views import QUEUES

    queues = {each.words[2] for each in EXAMPLES if each.words[0] == "queue"}
    assert queues | {"unmatched-staff"} == set(QUEUES)  # which is shown together with the pupils'


def test_every_command_is_described_in_the_order_of_the_help() -> None:
    headings = [line.removeprefix("## ") for line in PAGE.splitlines() if line.startswith("## ")]
    assert headings[headings.index("All commands") + 1 :] == list(frame.COMMANDS)


def test_every_word_a_command_takes_is_explained() -> None:
    unexplained = [
        f"{name}: {write_commands._word(action)}"
        for command in frame.COMMANDS
        for name, parser in write_commands.leaves(command)
        for action in write_commands._shown(parser)
        if not write_commands.about(action)
    ]
    assert unexplained == []


def test_every_exit_code_is_listed() -> None:
    for code in Exit:
        assert f"\n| {int(code)} | " in PAGE


def test_a_shape_that_differs_is_found() -> None:
    """The comparison itself: a key too many, one too few, another kind, and one inside a list."""
    shown = {"a": 1, "b": [{"c": "x"}], "p": "<person>", "reports": {"staff": {"kept": 1}}}
    same = {"a": 2, "b": [{"c": "y"}, {"c": None}], "p": {"id": 1}, "reports": {"students": {"kept": 3}}}
    known = {"person": {"id": 7}}
    assert list(examples.differences(shown, same, known)) == []
    for other in (
        {**same, "z": 1},
        {"a": 2},
        {**same, "a": "2"},
        {**same, "b": [{"c": "x"}, {"d": "x"}]},
        {**same, "p": {"id": 1, "x": 2}},
        {**same, "reports": {"students": {}}},
    ):
        assert list(examples.differences(shown, other, known))


def test_an_example_that_is_out_of_date_is_run_and_written_anew(estate_of_examples: World) -> None:
    command = "```console\n$ misconsole find zzz --json\n```"
    stale = f'Words.\n\n{command}\n\n```json\n{{"text": "zzz"}}\n```\n\nMore.\n'
    renewed = write_examples.renew(stale, estate_of_examples)
    assert renewed == stale.replace('{"text": "zzz"}', '{"text": "zzz", "items": []}')
    assert write_examples.renew(renewed, estate_of_examples) == renewed


def test_nothing_secret_is_shown(estate_of_examples: World, tmp_path: Path) -> None:
    token = estate_of_examples.simulator.token
    state = ("simulate", "--ready-file", "simulator.json", "state")
    for words in (("connect", "990006"), ("school", "show", "990006"), ("audit",), state):
        with redirect_stdout(io.StringIO()):
            _, out = estate_of_examples.run(*words, "--json")
        assert token not in out
