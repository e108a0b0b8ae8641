"""What somebody at the SIMS machine is told to do, in the guide and in docs/sims-export.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.catalogue import entry
from connectors.catalogue.shapes import RouteEntry
from connectors.sims_files import SimsFiles
from connectors.sims_files.drop import report_of
from connectors.sims_files.layout import LAYOUTS, own_captions

PAGE = (Path(__file__).parents[2] / "docs" / "sims-export.md").read_text(encoding="utf-8")
BLOCKS = "\n".join(re.findall(r"```(?:bat|powershell)\n(.*?)```", PAGE, re.DOTALL))


def route(mis: str, name: str = "sims-files") -> RouteEntry:
    found = entry(mis).route(name)
    assert found is not None
    return found


def step(mis: str, name: str) -> str:
    return next(step.text for step in route(mis).steps if step.id == name)


@pytest.mark.parametrize("mis", ["sims", "sims-connected"])
def test_B13_D2_D3_D4_before_anything_is_set_up(mis: str) -> None:
    assert [s.id for s in route(mis).steps if s.id != "vpn"] == [
        "before", "user", "place", "build", "task", "path", "test", "reports", "sync",
    ]  # fmt: skip
    before = step(mis, "before")
    for words in (
        "administrative rights",
        "used for nothing else",
        "place of SIMS",
        "SIMS user for this only",
    ):
        assert words in before  # D2
    assert "licence key is not needed by this route" in before  # B13
    user = step(mis, "user")
    for group in ("School Administrator", "Third Party Reporting", "Personnel Officer"):
        assert group in user  # D3
    assert "may be left out" in user and "strongly recommended" in user  # D4


@pytest.mark.parametrize("mis", ["sims", "sims-connected"])
def test_D5_D6_D7_D9_where_it_runs_and_what_is_put_there(mis: str) -> None:
    assert "SIMS server itself" in step(mis, "place")  # D5
    assert "Nothing of ours is installed" in step(mis, "place") and "C:\\misconsole unless" in step(
        mis, "place"
    )
    assert "CommandReportImporter.exe, which lies beside CommandReporter.exe" in step(mis, "build")  # D9
    assert "set the path of CommandReporter" in step(mis, "task")  # D7


@pytest.mark.parametrize("mis", ["sims", "sims-connected"])
def test_B13_D2_to_D9_the_agent_of_another_product_is_described_as_it_is(mis: str) -> None:
    """D5, D6, D7, D8, D9 and D11 are of its installing; no connector of ours stands behind it."""
    told = " ".join(f"{note.situation}: {note.text}" for note in route(mis, "sims-agent").notes)
    for words in (
        "licence key from the agent's settings page",  # B13, D2
        "School Administrator, Third Party Reporting and Personnel Officer",  # D3
        "some services lose features",  # D4
        "SIMS server itself",  # D5
        "start the wizard, choose the folder (on C: unless changed)",  # D6
        "opens by itself the first time, and afterwards under Settings > Configuration",  # D7
        "only then does the SIMS tab appear",  # D8
        "CommandReportImporter is filled in by itself if it is in the same folder",  # D9
        "Extract and Filter alone does not test the upload",  # D11
    ):
        assert words in told
    assert not route(mis, "sims-agent").available


def test_A7_sims_connected_is_exported_where_the_vpn_is() -> None:
    ids = [each.id for each in route("sims-connected").steps]
    assert "VPN" in step("sims-connected", "vpn") and ids.index("vpn") < ids.index("build")
    assert "vpn" not in [each.id for each in route("sims").steps]


@pytest.mark.parametrize("mis", ["sims", "sims-connected"])
def test_B17_leaving_sims_takes_the_task_and_its_user_away(mis: str) -> None:
    note = next(note for note in route(mis).notes if note.situation == "Leaving SIMS")
    assert "Remove the scheduled task" in note.text and "SIMS user" in note.text
    assert "schtasks /Delete" in PAGE


@pytest.mark.parametrize("mis", ["sims", "sims-connected"])
def test_E1_to_E9_what_this_route_brings(mis: str) -> None:
    found = route(mis)
    offered = {offer.report.value for offer in SimsFiles.declaration.reports}
    assert {report for report in found.reports if found.can_accept(report)} == offered
    assert {"photo_id", "photo_hash"} == set(found.limits)
    told = next(note for note in found.notes if note.situation == "Role columns missing")
    assert "Personnel Officer" in told.text


def test_no_password_stands_in_any_command_line() -> None:
    assert "/TRUSTED" in BLOCKS and "/RP *" in BLOCKS
    assert not re.search(r"/PASSWORD:|/USER:|-Password|/RP \w", BLOCKS)


def test_every_report_is_run_by_the_script_under_a_name_the_reader_knows() -> None:
    names = dict(re.findall(r"^    '([a-z-]+)' = '([a-z-]+)'$", BLOCKS, re.MULTILINE))
    assert [report_of(f"{name}.xml") for name in names] == [layout.report for layout in LAYOUTS]
    assert all(f"| `{report}` | `{name}.xml` |" in PAGE for name, report in names.items())


def test_every_column_is_in_the_page_with_its_captions_and_its_group() -> None:
    for layout in LAYOUTS:
        part = PAGE.partition(f"### {layout.title}\n")[2].partition("\n#")[0]
        for column in layout.columns:
            line = next(row for row in part.splitlines() if f"| `{layout.names[0]}.{column.field}` |" in row)
            assert line.startswith(f"| `{column.captions[0]}` |") and f"| {column.group} |" in line
            assert all(f"`{caption}`" in line for caption in column.captions)


def test_every_name_the_page_gives_for_captions_is_taken() -> None:
    listed = re.findall(r"\| `([a-z-]+\.[a-z_]+)` \|$", PAGE, re.MULTILINE)
    assert len(own_captions("; ".join(f"{name}=Mine" for name in listed))) == len(listed) > 50
