"""One more connector takes one module, one catalogue entry, one fixture folder and one face; no other file.

The toy lies in ``tests/fixtures/toy`` and is laid beside the real ones by path alone, so nothing of the
product can know of it: it is found, connected, synced, and gone again.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import connectors
from connectors import catalogue, registry
from connectors.catalogue import loading
from connectors.simulator import face, faces
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from data.tables import Account, Person
from misconsole.services import catalogue as shown
from misconsole.services import connect, reports, runs
from tests import seed

TOY = Path(__file__).parents[1] / "fixtures" / "toy"
SLUG = "saltmere"
CACHES = (registry._classes, catalogue.entries, catalogue._by_name, catalogue.title, face.faces)
MODULES = ("connectors.toybooks", "connectors.simulator.faces.toybooks")


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    entries = tmp_path / "catalogue"
    shutil.copytree(loading.HERE, entries, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(TOY / "catalogue", entries, dirs_exist_ok=True)
    load = loading.load
    monkeypatch.setattr(loading, "load", lambda: load(entries))
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(TOY / "connector")])
    monkeypatch.setattr(faces, "__path__", [*faces.__path__, str(TOY / "face")])
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget() -> None:
    for cached in CACHES:
        cached.cache_clear()
    for name in MODULES:
        sys.modules.pop(name, None)
        package, _, last = name.rpartition(".")
        vars(importlib.import_module(package)).pop(last, None)
    importlib.invalidate_caches()


@pytest.fixture
def simulator(toy: None) -> Iterator[Simulator]:
    with Simulator(build_world(today=date(2026, 9, 14), schools=[SLUG], scale=0.2)) as running:
        yield running


def test_the_toy_is_one_module_one_entry_one_folder_and_one_face() -> None:
    files = sorted(str(p.relative_to(TOY)) for p in TOY.rglob("*") if p.is_file() and p.suffix != ".pyc")
    assert files == [
        "catalogue/guides/toybooks.toml", "catalogue/mis/toybooks.toml", "connector/toybooks.py",
        "face/toybooks.py", "school/pupils.json", "school/staff.json",
    ]  # fmt: skip
    root = Path(connectors.__file__).parents[1]
    for layer in ("connectors", "data", "misconsole", "screens"):
        naming = [p for p in (root / layer).rglob("*.py") if "toybooks" in p.read_text(encoding="utf-8")]
        assert naming == []


def test_A8_it_registers_by_being_found_and_is_gone_when_its_files_are(
    toy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert registry.has("toybooks")
    [route] = shown.show_mis("Toybooks").routes
    assert (route.available, route.title, len(route.steps)) == (True, "Toybooks", 3)
    assert "toybooks" in {mis.id for mis in shown.list_mis()}
    monkeypatch.undo()
    forget()
    assert not registry.has("toybooks")
    assert "toybooks" not in {mis.id for mis in shown.list_mis()}


def test_a_school_is_connected_and_synced_through_the_services(simulator: Simulator, tmp_path: Path) -> None:
    school = simulator.world.school(SLUG)
    typed = simulator.faces["toybooks"].typed(school)
    with seed.estate(tmp_path) as e:
        e.school(school.urn, school.name)
        desk = e.desk()
        connect.connect(
            desk, school.urn, mis="toybooks", settings=dict(typed.settings), secrets=dict(typed.secrets)
        )
        assert connect.check_access(desk, school.urn).access == "approved"
        assert all(probe.ok for probe in connect.probe(desk, school.urn))
        for report in ("students", "staff"):
            assert reports.accept(desk, school.urn, report).state == "accepted"
        run = runs.run_now(desk, school.urn)
        assert (run.state, run.error) == ("succeeded", None)
        assert {(p.role, p.given_name, p.family_name) for p in e.all(Person)} == {
            ("pupil", "Marigold", "Stubbs"), ("pupil", "Ignatius", "Quayle"),
            ("staff", "Prudence", "Halloway"),
        }  # fmt: skip
        assert len(e.all(Account)) == run.changes["created"] == 3


def test_its_own_trouble_is_told_like_anybodys(simulator: Simulator, tmp_path: Path) -> None:
    school = simulator.world.school(SLUG)
    typed = simulator.faces["toybooks"].typed(school)
    with seed.estate(tmp_path) as e:
        e.school(school.urn, school.name)
        desk = e.desk()
        connect.connect(
            desk, school.urn, mis="toybooks", settings=dict(typed.settings), secrets={"key": "wrong-key"}
        )
        view = connect.check_access(desk, school.urn)
        assert view.access != "approved"
        assert view.mend
        assert "wrong-key" not in str(view)
