"""What the catalogue hands out: frozen values, ready for the guide, the consent screens and ``mis show``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# yes: reaches us · no: does not · maybe: depends on the school's MIS · greyed: shown, not selectable
SUPPLY = ("yes", "no", "maybe", "greyed")
STEP_KINDS = ("read", "input", "columns", "reports", "request", "wait", "test", "sync")
KINDS = ("cloud", "on premises", "hosted", "national", "any")
WINDOW = "daily 19:00-22:00"  # T2, T5: overnight, where nothing else is said
ROUTE_KINDS = ("aggregator", "direct", "on-site", "files", "national feed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered step. ``kind`` one of STEP_KINDS; ``fields`` names settings typed at this step."""

    id: str
    title: str
    text: str
    kind: str
    link: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """Can the operator start a run at once (T6, T15)? ``word``: yes, no, in-mis, on-site.
    Minutes are 0 where nothing is said."""

    word: str = "no"
    wait_minutes: int = 0
    result_after: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What to tell the operator in a situation (reference §5)."""

    situation: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEntry:
    """How one MIS reaches us by one route.

    ``available``  this product has a connector for the route (asked of the registry)
    ``reason``     why not, where not
    ``reports``    report → yes, no, maybe, greyed; ``report_reasons`` says why it is not yes
    ``limits``     field → why it does not reach us by this route
    ``schedule``   when the data moves; ``accept_by`` any or headteacher (C11)
    ``window``     days and hours for a nightly sync, such as ``weekdays 23:00-06:00`` (T2 to T10)
    """

    route: str
    title: str
    kind: str
    available: bool
    reason: str = ""
    reports: Mapping[str, str] = field(default_factory=dict)
    report_reasons: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    schedule: str = ""
    window: str = WINDOW
    force_run: Force = field(default_factory=Force)
    accept_by: str = "any"
    steps: tuple[Step, ...] = ()
    notes: tuple[Note, ...] = ()

    def can_accept(self, report: str) -> bool:
        """Whether the report may be ticked at all (C3, C13)."""
        return self.reports.get(report, "no") in ("yes", "maybe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One MIS. ``on_site_software`` is one sentence; ``installs`` whether the school installs anything (D1).
    ``shown_as``: what a settings page may call it besides its title (A5, A6).
    ``dated``: the day the facts were last checked (A8)."""

    id: str
    title: str
    kind: str
    dated: date
    aliases: tuple[str, ...] = ()
    shown_as: str = ""
    installs: bool = False
    on_site_software: str = ""
    routes: tuple[RouteEntry, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Everything the entry is found by, reduced to letters and digits."""
        from connectors.catalogue import plain

        return frozenset(plain(name) for name in (self.id, self.title, *self.aliases))

    def route(self, route: str) -> RouteEntry | None:
        return next((r for r in self.routes if r.route == route), None)

    @property
    def default_route(self) -> str:
        """The first route that can be used; empty if there is none."""
        return next((r.route for r in self.routes if r.available), "")
