"""The demo estate: a throw-away store, simulated MISs on loopback, schools ready to be worked.

Everything goes through the services an operator uses (add a school, import its accounts, connect, ask
for access, accept reports), so the estate is also a standing rehearsal of the product.  What is demo
only lives here: starting the simulator, answering as the schools would, letting days pass, faults.

An estate is a folder: the store, its secrets, the simulator's ready file, the clock and ``estate.json``.
Only a folder that holds ``estate.json`` (or is new) is ever used, so that no real store is touched.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from misconsole.clock import VARIABLE as CLOCK_VARIABLE
from misconsole.clock import days_passed, real
from misconsole.errors import MisconsoleError, Usage

if TYPE_CHECKING:
    from connectors.simulator.control import Control
    from connectors.simulator.face import Typed
    from misconsole.services.desk import Desk
    from misconsole.services.views import SchoolRow

WAIT_FOR_SIMULATOR = 30.0
#: What the demo schools share: people and classes; contacts and attendance stay their decision.
DEMO_REPORTS = frozenset({"staff", "students", "staff-future", "students-future", "groups-classes"})
#: MIS → the route its school is connected by from the start; the other ways are there to be tried.
DEMO_ROUTES = {
    "arbor": "arbor", "bromcom": "bromcom", "cloud-school": "xporter", "edgen": "isams",
    "integris": "datashare", "isams": "isams", "juniper-horizons": "csv", "scholarpack": "scholarpack",
    "seemis": "csv", "sims": "sims-files", "sims-connected": "oneroster",
}  # fmt: skip
A_MOMENT = 10.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """A running demo estate. ``folder`` 0700; ``control`` speaks to the simulator as the schools would."""

    folder: Path
    control: Control
    children: list[subprocess.Popen[bytes]] = field(default_factory=list, repr=False)  # ended with the estate
    _told: dict[tuple[str, str, int], tuple[float, Typed]] = field(default_factory=dict, repr=False)
    _telling: Lock = field(default_factory=Lock, repr=False)

    @property
    def store_url(self) -> str:
        return f"sqlite:///{self.folder / 'misconsole.sqlite3'}"

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock"

    def environment(self) -> dict[str, str]:
        """What a process of this estate needs in its environment, besides what it has."""
        return {
            CLOCK_VARIABLE: str(self.clock_file),
            "MISCONSOLE_STORE": self.store_url,
            "MISCONSOLE_CONFIG": str(self.folder),
        }

    def typed(self, urn: str, route: str) -> Typed:
        """What an operator would type to reach the school by the route; files are written into the estate.

        A guide and its fields ask one after the other: for a moment the same answer serves both.
        """
        from connectors.simulator.face import Typed

        key = (urn, route, days_passed(self.clock_file))
        with self._telling:
            at, told = self._told.get(key, (0.0, None))
            if told is None or time.monotonic() - at > A_MOMENT:
                folder = str(self.folder / "mis" / f"{urn}-{route}")
                told = Typed(**self.control.typed(urn, route, folder=folder))
                self._told[key] = time.monotonic(), told
        return told

    def target(self, urn: str, kind: str) -> Typed:
        """What an operator would type to reach the school's simulated directory of a kind."""
        from connectors.simulator.face import Typed

        return Typed(**self.control.target(urn, kind))

    def approve(self, urn: str) -> None:
        self.control.approve(urn)

    def decline(self, urn: str) -> None:
        self.control.decline(urn)

    def revoke(self, urn: str) -> None:
        self.control.revoke(urn)

    def fault(self, urn: str | None, kind: str, **how: Any) -> None:
        self.control.fault(urn, kind, **how)

    def clear_faults(self) -> None:
        self.control.clear_faults()

    def advance(self, days: int) -> None:
        """Let days pass, in the schools and on the estate's clock alike."""
        if days < 1:
            raise Usage("Days only pass forwards.", mend="Name one day or more.")
        self.control.advance(days)
        self.clock_file.write_text(str(days_passed(self.clock_file) + days), encoding="ascii")


@contextmanager
def estate(folder: Path, *, seed: int = 2026) -> Iterator[Estate]:
    """Start the simulator for the estate in ``folder``; stop it, and what it started, at the end.

    Raises Usage when the folder holds something that is not an estate of ours.
    """
    made = _marker(folder, seed)
    process, ready = _start_simulator(folder, made)
    children: list[subprocess.Popen[bytes]] = []
    try:
        from connectors.simulator.control import Control

        control = Control(ready["url"], ready["control_key"])
        place = Estate(
            folder=folder,
            control=control,
            children=children,
        )
        gone = (real().date() - date.fromisoformat(made["today"])).days + days_passed(place.clock_file)
        if gone > 0:
            control.advance(gone)
        yield place
    finally:
        for child in (*children, process):
            child.terminate()
        for child in (*children, process):
            child.wait(timeout=10)


def _marker(folder: Path, seed: int) -> dict[str, Any]:
    """What the estate was made from: seed and first day; written when the folder is new."""
    marker = folder / "estate.json"
    if marker.exists():
        return dict(json.loads(marker.read_text(encoding="utf-8")))
    if folder.exists() and any(folder.iterdir()):
        raise Usage(
            f"{folder} is not empty and is not a demo estate.", mend="Name a new folder, or leave --at out."
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = {"seed": seed, "today": real().date().isoformat()}
    marker.write_text(json.dumps(made), encoding="utf-8")
    return made


def _start_simulator(folder: Path, made: Mapping[str, Any]) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
    ready = folder / "simulator.json"
    ready.unlink(missing_ok=True)
    words = ["--port", "0", "--seed", str(made["seed"]), "--today", made["today"], "--ready-file", str(ready)]
    with (folder / "simulator.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "connectors.simulator", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    ends = time.monotonic() + WAIT_FOR_SIMULATOR
    while time.monotonic() < ends and process.poll() is None:
        if ready.exists():
            return process, json.loads(ready.read_text(encoding="utf-8"))
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise MisconsoleError(
        "The simulated MISs did not start.", mend=f"Read {folder / 'simulator.log'}, then try again."
    )


def furnish(
    desk: Desk, place: Estate, *, all_connected: bool, note: Callable[[str], None] = lambda _: None
) -> tuple[str, ...]:
    """Put the estate's schools on the desk; gives the URNs that are connected and ready to sync.

    With ``all_connected`` false the two smallest schools are left for the operator: one that was asked
    and has not answered, one that is not connected.  Two have a directory to write accounts to.  Schools
    already there (an estate kept from before) are only pointed at the simulator's new address.
    """
    from misconsole.services import demo_targets, schools

    known = {row.urn: row for row in schools.list_schools(desk)}
    listed = place.control.schools()
    unconnected, unanswered = _left_for_the_operator(listed) if not all_connected else ("", "")
    ready: list[str] = []
    for number, school in enumerate(listed, start=1):
        urn = str(school["urn"])
        note(f"{number} of {len(listed)}: {school['name']}")
        if urn not in known:
            _add(desk, place, school)
        if urn in known and known[urn].mis:
            _point_anew(desk, place, known[urn])
        elif urn == unconnected:
            continue
        else:
            _connect(desk, place, school, answer=urn != unanswered)
        if urn != unanswered:
            ready.append(urn)
    for school in listed:
        demo_targets.furnish(desk, place, urn=str(school["urn"]), slug=str(school["slug"]))
    return tuple(ready)


def _left_for_the_operator(listed: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The smallest schools: quick to connect, quick to sync, the whole story in a minute."""
    first, second, *_ = sorted(listed, key=lambda s: int(s["pupils"]))
    return str(first["urn"]), str(second["urn"])


def _add(desk: Desk, place: Estate, school: Mapping[str, Any]) -> None:
    from misconsole.services import accounts, decide, schools

    urn = str(school["urn"])
    wanted = ("la_code", "establishment_number", "country", "phase", "trust", "domain")
    settings = {key: str(school[key]) for key in wanted if school.get(key)}
    schools.add_school(desk, name=str(school["name"]), urn=urn, settings=settings)
    listing = place.folder / f"accounts-{urn}.csv"
    _write_directory(listing, place.control.directory(urn))
    accounts.import_csv(desk, urn, listing)
    for name in place.control.exclusions(urn):
        decide.exclude_name(
            desk,
            urn,
            given=name["given_name"],
            family=name["family_name"],
            role=name["role"],
            reason=name["reason"],
            review_on=max(date.fromisoformat(name["review_on"]), desk.today + timedelta(days=1)),
        )


def _point_anew(desk: Desk, place: Estate, row: SchoolRow) -> None:
    from misconsole.services import connect

    if row.access == "approved":
        place.approve(row.urn)
    typed = place.typed(row.urn, row.route)
    connect.set_settings(desk, row.urn, settings=typed.settings, secrets=typed.secrets)
    if row.access == "pending":  # the simulator forgets what it was asked before it was stopped
        connect.request_access(desk, row.urn)


def _write_directory(listing: Path, rows: Sequence[Mapping[str, str]]) -> None:
    import csv

    columns = list(dict.fromkeys(column for row in rows for column in row)) or ["username"]
    handle = os.open(listing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _connect(desk: Desk, place: Estate, school: Mapping[str, Any], *, answer: bool) -> None:
    from misconsole.services import connect, reports

    urn, mis = str(school["urn"]), str(school["mis"])
    route = DEMO_ROUTES.get(mis, "wonde") if answer else "wonde"
    if answer:
        place.approve(urn)
    typed = place.typed(urn, route)
    connect.connect(desk, urn, mis=mis, route=route, settings=typed.settings, secrets=typed.secrets)
    if route == "csv":
        _accept_columns(desk, urn)
    connect.request_access(desk, urn)
    if not answer:
        return
    connect.check_access(desk, urn)
    for report in reports.reports(desk, urn):
        if report.state == "available" and report.report in DEMO_REPORTS:
            reports.accept(desk, urn, report.report)


def _accept_columns(desk: Desk, urn: str) -> None:
    from misconsole.services import mapping

    mapping.accept(desk, urn)


def sync_in_background(place: Estate, urns: Sequence[str]) -> None:
    """Start the night's run over the connected schools, as cron would: one process, school by school."""
    if not urns:
        return
    child = subprocess.Popen(
        [sys.executable, "-m", "misconsole", "sync", *urns, "--store", place.store_url],
        env=os.environ | place.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    place.children.append(child)
