"""What the source documents say of each MIS's guide and hours, as the catalogue has it."""

from __future__ import annotations

import pytest

from connectors import catalogue
from connectors.catalogue.shapes import RouteEntry

OWN = {
    "SIMS": "sims-files", "Arbor": "arbor", "ScholarPack": "scholarpack", "Bromcom": "bromcom",
    "RM Integris": "datashare", "Pupil Asset": "csv", "iSAMS": "isams", "Ed:gen": "isams",
}  # fmt: skip


def own(mis: str) -> RouteEntry:
    found = catalogue.entry(mis).route(OWN[mis])
    assert found is not None
    return found


@pytest.mark.parametrize("mis", OWN)
def test_A3_each_of_the_seven_guides_is_there_and_ends_with_a_sync(mis: str) -> None:
    """A3, T14: it tests, or looks at what would be read, before the first sync."""
    steps = own(mis).steps
    kinds = [step.kind for step in steps]
    assert own(mis).available
    assert len(steps) >= 5
    assert kinds[-1] == "sync"
    assert {"test", "columns"} & set(kinds[:-1])


def test_A3_isams_and_edgen_share_one_guide() -> None:
    assert [step.id for step in own("iSAMS").steps] == [step.id for step in own("Ed:gen").steps]


def test_T4_integris_comes_from_23_and_a_sync_can_be_forced_at_other_times() -> None:
    route = own("RM Integris")
    assert "23:00" in route.schedule
    assert route.force_run.word == "yes"


def test_T13_the_task_of_sims_keeps_clear_of_back_ups_and_of_a_server_that_is_off() -> None:
    route = own("SIMS")
    assert "Never during back-ups or when the server is off" in route.schedule
    told = " ".join(step.text for step in route.steps)
    assert "not during back-ups" in told
