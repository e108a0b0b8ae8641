"""Choose the MIS first, then the route to it; what each can and cannot supply stands beside the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Container

from misconsole.services.views import MisView, RouteView
from screens import glyphs
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.reading import Reading
from screens.showing import said_day
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.widgets.order import Rows
from screens.widgets.panel import Panel


@dataclass(frozen=True, slots=True)
class Choice:
    """A MIS and one of its routes (none: nothing reaches it)."""

    mis: MisView
    route: RouteView | None

    @property
    def available(self) -> bool:
        return self.route is not None and self.route.available

    @property
    def reason(self) -> str:
        return self.route.reason if self.route else "no route reaches it yet"


class ChooseMis(Frame[Choice | None]):
    BINDINGS = bindings("choose-mis")
    scopes = ("choose-mis",)

    def __init__(self, school_name: str) -> None:
        super().__init__()
        self.school_name = school_name
        self.missing_help: str = ""
        self.chosen_route: dict[str, str] = {}
        self.every: tuple[MisView, ...] = ()
        self.grid: Grid[Choice] = Grid(
            [
                Column(name="mis", title="MIS", width=24, grow=1, cell=lambda c: c.mis.title),
                Column(name="route", title="Route", width=20, grow=1, cell=_route),
                Column(name="names", title="Also called", width=22, grow=2, rank=1,
                       cell=lambda c: ", ".join(n for n in c.mis.names if n != c.mis.title)),
            ],
            key=lambda c: c.mis.id,
            search=lambda c: " ".join((*c.mis.names, *(r.title for r in c.mis.routes))),
            empty=lambda: [line("The catalogue is empty.")],
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name, "Connect", "Choose the MIS")

    def body(self) -> ComposeResult:
        with Container(classes="beside"):
            yield Panel(self.grid, noun=("MIS", "MISs"))
            yield Reading(self._about, classes="about")

    def on_mount(self) -> None:
        self.ask(self._catalogue, self._listed, group="catalogue")

    def _catalogue(self) -> tuple[MisView, ...]:
        from misconsole.services import catalogue

        return catalogue.list_mis()

    def _listed(self, every: tuple[MisView, ...]) -> None:
        self.every = every
        self._fill()

    def _fill(self) -> None:
        choices = [Choice(each, self._route_of(each)) for each in self.every]
        self.grid.show(Rows.made(choices, key=self.grid.key_of, search=self.grid.search_of))

    def _route_of(self, mis: MisView) -> RouteView | None:
        """The route picked with r, else the first that can be used, else the first."""
        usable = [each for each in mis.routes if each.available] or list(mis.routes)
        wanted = self.chosen_route.get(mis.id)
        return next((each for each in mis.routes if each.route == wanted), usable[0] if usable else None)

    def on_grid_moved(self) -> None:
        self.query_one(Reading).show(self._about)
        self.refresh_bindings()

    def _about(self, width: int) -> list[Line]:
        choice = self.grid.cursor_row
        return about_lines(choice, width) if choice else []

    def on_grid_chosen(self) -> None:
        choice = self.grid.cursor_row
        if choice is None:
            return
        if not choice.available:
            self.program.say(f"{choice.mis.title}: {choice.reason}", kind="warn", mend="m tells what to do.")
        elif self.is_active:
            self.dismiss(choice)

    def why_not(self, wanted: Command) -> str:
        choice = self.grid.cursor_row
        if wanted.id == "choose-mis.route" and (choice is None or len(choice.mis.routes) < 2):
            return "There is one route to this MIS."
        return ""

    def do_route(self) -> None:
        choice = self.grid.cursor_row
        if choice is None or choice.route is None:
            return
        routes = [each.route for each in choice.mis.routes]
        self.chosen_route[choice.mis.id] = routes[(routes.index(choice.route.route) + 1) % len(routes)]
        self._fill()
        self.on_grid_moved()

    def do_missing(self) -> None:
        def missing() -> str:
            from misconsole.errors import MisconsoleError
            from misconsole.services import catalogue

            try:
                catalogue.show_mis("a MIS that is not in the list")
            except MisconsoleError as error:
                return error.mend
            return ""

        self.ask(missing, lambda text: self.program.say(text), group="missing", failed=self._no_help)

    def _no_help(self, trouble: Trouble) -> None:
        self.program.complain(trouble)


def _route(choice: Choice) -> Span:
    if choice.route is None:
        return span(f"{glyphs.DASH} none", "muted")
    if choice.available:
        return span(f"{glyphs.OK} {choice.route.title}", "good")
    return span(f"{glyphs.LATER} {choice.route.title}", "muted")


SUPPLY = {"yes": (glyphs.OK, "good"), "no": (glyphs.PROBLEM, "bad"), "maybe": (glyphs.UNKNOWN, "warn"),
          "greyed": (glyphs.LATER, "muted")}  # fmt: skip


def about_lines(choice: Choice, width: int) -> list[Line]:
    mis, route = choice.mis, choice.route
    lines = [line(span(mis.title, "title"), span(f"   as of {said_day(mis.dated)}", "muted"))]
    if mis.on_site_software:
        lines += wrap(line(span(f"Software at the school? {mis.on_site_software}", "muted")), width)
    if route is None:
        return [*lines, line("No route reaches it yet; m tells what to do.")]
    several = f"   r: {len(mis.routes)} routes" if len(mis.routes) > 1 else ""
    lines += [(), line(span(route.title, "strong"), span(f"  {route.kind}{several}", "muted"))]
    if not route.available:
        lines += wrap(line(span(f"{glyphs.ATTENTION} {route.reason}", "warn")), width, indent=2)
    for report, supply in route.reports.items():
        sign, kind = SUPPLY.get(supply, (glyphs.LATER, ""))
        told = route.report_reasons.get(report, "")
        words = f"{report.replace('-', ' ')}: {supply}"
        lines += wrap(line(span(f"{sign} {words} ", kind), span(told, "muted")), width, indent=2)
    for field, why in route.limits.items():
        lines += wrap(
            line(span(f"{glyphs.PROBLEM} {field.replace('_', ' ')} ", "bad"), span(why, "muted")),
            width,
            indent=2,
        )
    if route.schedule:
        lines += wrap(line(span("when     ", "muted"), route.schedule), width, indent=9)
    if route.force_text:
        lines += wrap(line(span("by hand  ", "muted"), route.force_text), width, indent=9)
    for situation, text in (*mis.notes, *route.notes):
        lines += wrap(line(span(f"{situation}: ", "muted"), text), width, indent=2)
    return lines
