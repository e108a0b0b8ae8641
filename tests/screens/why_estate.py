"""Three schools of the demo estate, over real loopback HTTP and synced, in which every reason of section W
occurs: most because such records are in any real MIS, the rest because an office once typed them so.

larkmere      everything accepted, names have exclusions, teachers need a title, contacts responsibility
stonebeck     pupils and staff need a class; nobody is read before they start
thornley-park registration groups are not shared, and are required all the same
"""

from __future__ import annotations

import copy
import csv
import io
import itertools
import json
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from connectors.simulator.control import Control
from connectors.simulator.schools import ESTATE, DemoSchool
from connectors.simulator.server import Simulator
from connectors.simulator.world import World
from data.store import Store
from misconsole.__main__ import main
from misconsole.secrets import Secrets
from misconsole.services import accounts, connect, decide, reports, runs, schools
from misconsole.services.desk import Desk
from screens.console import Console

VERSIONS = itertools.count(1_000)
NAMES = "given_name,family_name"
OPTIONS = {
    "larkmere": {
        "staff_required": f"{NAMES},title", "parental_responsibility_only": "yes", "class_needs_both": "yes",
    },
    "stonebeck": {"pupil_needs_class": "yes", "staff_needs_class": "yes"},
    "thornley-park": {"pupil_required": f"{NAMES},date_of_birth,registration_group"},
}  # fmt: skip
KEPT_BACK = {"stonebeck": ("staff-future", "students-future")}
SIZES = {"larkmere": 248, "stonebeck": 176, "thornley-park": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyEstate:
    """``folder`` holds the store as it is after the first sync of all; every case works on a copy."""

    folder: Path
    world: World
    simulator: Simulator

    @contextmanager
    def case(self, folder: Path) -> Iterator[Ready]:
        """What a case does to the store and in the MISs is gone after it."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        rolls = copy.deepcopy(self.world._rolls)
        with Store.open(url_in(folder)) as store:
            yield Ready(folder=folder, desk=desk_on(store, folder), estate=self)
        self.world._rolls.update(rolls)
        self.changed()

    def changed(self) -> None:
        """The MISs serve anew what was put into their rolls."""
        version = next(VERSIONS)
        for roll in self.world._rolls.values():
            roll.version = version


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    folder: Path
    desk: Desk
    estate: WhyEstate

    @property
    def roll(self) -> Any:
        return self.estate.world.roll

    def rows(self, table: type[Any], slug: str, **where: Any) -> list[Any]:
        """Rows of one school, in a fixed order."""
        from data.tables import School

        with self.desk.store.read() as s:
            school = s.execute(select(School).filter_by(slug=slug)).scalar_one().id
            asked = select(table).filter_by(school_id=school, **where).order_by(table.id)
            return list(s.execute(asked).scalars())

    def sync(self, slug: str) -> None:
        view = runs.run_now(self.desk, slug, full=True)
        if view.state == "held":  # a limit: somebody looked, and said yes
            view = runs.approve(self.desk, view.id)
        assert view.state == "succeeded", view.error

    def console(self) -> Console:
        @contextmanager
        def opener(_url: str) -> Iterator[Desk]:
            yield self.desk

        return Console(url_in(self.folder), opener=opener, quiet_keys=0.0)

    def command(self, *words: str) -> Any:
        """What the command says of the same store, as JSON."""
        out = io.StringIO()
        with redirect_stdout(out):
            code = main([*words, "--json", "--store", url_in(self.folder)])
        assert code == 0, out.getvalue()
        return json.loads(out.getvalue())


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.sqlite3'}"


def desk_on(store: Store, folder: Path) -> Desk:
    return Desk(
        store=store, secrets=Secrets.at(folder / "secrets"), actor="tester", workdir=folder / "work",
        now=lambda: datetime.now(UTC),
    )  # fmt: skip


@contextmanager
def why_estate(folder: Path) -> Iterator[WhyEstate]:
    world = World(seed=2026, today=datetime.now(UTC).date(), schools=[_school(slug) for slug in OPTIONS])
    misspell(world)
    with Simulator(world) as simulator:
        control = Control(simulator.url, simulator.control_key)
        with Store.open(url_in(folder)) as store:
            desk = desk_on(store, folder)
            for school in world.schools:
                _furnish(desk, world, school, simulator, control)
        _settle(folder)
        yield WhyEstate(folder=folder, world=world, simulator=simulator)


def _school(slug: str) -> DemoSchool:
    school = next(each for each in ESTATE if each.slug == slug)
    quirks = replace(school.quirks, without_consent="missing")
    if slug == "thornley-park":
        quirks = replace(quirks, withheld=frozenset({"groups"}))
    return replace(school, pupils=SIZES[slug], quirks=quirks)


def misspell(world: World) -> None:
    """What an office has typed at some time and no demo record has by itself."""
    roll = world.roll("larkmere")
    named = [row for row in roll.of_status("current") if row.forename and row.surname and row.born]
    named[7].born = date(1900, 1, 1)  # the MIS's own default, left standing
    contacts = [row for row in roll.contacts.values() if row.surname and row.title and row.forename]
    contacts[11].surname = contacts[11].legal_surname = None
    apart = world.roll("stonebeck")
    alone = next(r for r in apart.of_status("current") if r.forename and r.surname and r.born)
    for row in (*apart.classes.values(), *apart.groups.values()):
        row.pupils = [pupil for pupil in row.pupils if pupil != alone.id]
    early = roll.of_status("pre")[1]
    early.admitted = world.today - timedelta(days=40)  # Z18: accepted, and never arrived


def _furnish(desk: Desk, world: World, school: DemoSchool, simulator: Simulator, control: Control) -> None:
    schools.add_school(
        desk, name=school.name, urn=school.urn, settings={"slug": school.slug, **OPTIONS[school.slug]}
    )
    listing = (desk.workdir or Path()) / f"{school.slug}.csv"
    listing.parent.mkdir(exist_ok=True)
    rows = world.directory(school.urn)
    with listing.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    accounts.import_csv(desk, school.urn, listing)
    for name in world.exclusions(school.urn)[:1]:
        decide.exclude_name(
            desk, school.urn, given=name["given_name"], family=name["family_name"], reason=name["reason"]
        )
    connect.connect(
        desk, school.urn, mis=school.mis, route="wonde", settings={"url": simulator.wonde_url},
        secrets={"token": simulator.token},
    )  # fmt: skip
    connect.request_access(desk, school.urn)
    control.approve(school.urn)
    connect.check_access(desk, school.urn)
    for report in reports.reports(desk, school.urn):
        if report.state == "available" and report.report not in KEPT_BACK.get(school.slug, ()):
            reports.accept(desk, school.urn, report.report)
    view = runs.run_now(desk, school.urn)
    assert view.state == "succeeded", view.error


def _settle(folder: Path) -> None:
    """Everything in the one file, so that a copy of it is a copy of the store."""
    import sqlite3

    with closing(sqlite3.connect(folder / "store.sqlite3")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
