"""docs/estate.md: the schools, the faults with their settings, and the words to type are those there are."""

from __future__ import annotations

import re
import shlex

from connectors.simulator.faults import KINDS
from connectors.simulator.schools import ESTATE
from misconsole.cli import frame
from misconsole.cli.simulate import VERBS, settings
from tests.docs import write_estate
from tests.docs.blocks import DOCS

PAGE = (DOCS / "estate.md").read_text(encoding="utf-8")


def test_every_fault_is_described() -> None:
    assert set(write_estate.described()) == KINDS


def test_every_school_is_described() -> None:
    for school in ESTATE:
        assert school.urn in PAGE and school.name in PAGE
    assert "Fifteen invented schools" in PAGE and len(ESTATE) == 15


def test_every_command_shown_is_understood() -> None:
    shown = re.findall(r"^\$ misconsole (.*?)(?: +#.*| &)?$", PAGE, re.MULTILINE)
    assert len(shown) > 8
    verbs = set()
    for line in shown:
        _, words = frame.split(shlex.split(line))
        args = frame.parser_for(words[0]).parse_args(words)
        verbs.add(getattr(args, "verb", None))
    assert set(VERBS) <= verbs


def test_the_settings_of_the_fault_shown_are_those_the_simulator_reads() -> None:
    """``code``, not ``status``, names the answer."""
    from connectors.simulator.faults import Fault
    from connectors.simulator.spoil import _status

    [line] = [line for line in PAGE.splitlines() if " fault status " in line]
    how = settings(re.findall(r"--how (\S+)", line))
    times = how.pop("times")
    reply = _status(Fault(None, "status", how, times))
    assert (reply.answer.status, reply.answer.headers["Retry-After"]) == (429, "1")
