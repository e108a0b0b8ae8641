"""The plots of a school or of the estate, one at a time, with what each shows in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from misconsole.counting import counted
from misconsole.paths import typed
from misconsole.rules.figures import NAMES
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.plots.drawing import Drawing
from screens.prompts import Answers, Asked, Form
from screens.widgets.lines import Line, Lines, line, span, wrap

if TYPE_CHECKING:
    from misconsole.rules.figures import Figure

TITLES = {
    "runs": "Runs", "changes": "Changes", "match": "Matching", "waiting": "Waiting", "decisions": "Decisions",
}  # fmt: skip
SPANS = (26, 52, 156)  # weeks


class Plots(Frame[None]):
    """``urn`` "" is the whole estate."""

    BINDINGS = bindings("plots")
    scopes = ("plots",)
    AUTO_FOCUS = None
    DEFAULT_CSS = """
    Plots .plots--names { height: 1; padding: 0 1; }
    Plots .plots--told { height: 3; padding: 0 1; }
    """

    def __init__(self, urn: str = "", name: str = "") -> None:
        super().__init__()
        self.school = urn
        self.school_name = name
        self.shown = NAMES[0]
        self.weeks = SPANS[0]
        self.figure: Figure | None = None

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name or self.school, "Plots") if self.school else ("Schools", "Plots")

    @property
    def urn(self) -> str:
        return self.school

    def body(self) -> ComposeResult:
        yield Lines(self._names, classes="plots--names")
        yield Drawing()
        yield Lines(self._told, classes="plots--told")

    def _names(self, _width: int) -> list[Line]:
        parts = []
        for name in NAMES:
            parts.append(span(f" {TITLES[name]} ", "chosen" if name == self.shown else "muted"))
            parts.append(span(" "))
        return [line(*parts, span(f" {counted(self.weeks, 'week')}", "muted"))]

    def _told(self, width: int) -> list[Line]:
        if self.figure is None:
            return [line(span("Reading…", "muted"))]
        said = f"{self.figure.title}. {self.figure.told}"
        more = " There is nothing to draw yet." if self.figure.empty else ""
        return wrap(line(said, span(more, "muted")), width)

    def on_mount(self) -> None:
        if self.program.is_open:
            self.read()

    def store_ready(self) -> None:
        self.read()

    def read(self) -> None:
        desk, name, school, weeks = self.program.desk, self.shown, self.school, self.weeks

        def figure() -> Figure:
            from misconsole.services import plots

            return plots.figure(desk, name, school or None, weeks=weeks)

        self.query_one(".plots--names", Lines).show(self._names)
        self.ask(figure, self._show, group="figure")

    def _show(self, figure: Figure) -> None:
        self.figure = figure
        self.query_one(Drawing).show(figure)
        self.query_one(".plots--told", Lines).show(self._told)
        self.refresh_bindings()

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "plots.csv" and self.figure is None:
            return "The figures are still being read."
        return ""

    def _turn(self, by: int) -> None:
        self.shown = NAMES[(NAMES.index(self.shown) + by) % len(NAMES)]
        self.read()

    def do_next(self) -> None:
        self._turn(1)

    def do_previous(self) -> None:
        self._turn(-1)

    def do_longer(self) -> None:
        self.weeks = SPANS[(SPANS.index(self.weeks) + 1) % len(SPANS)]
        self.read()

    def do_csv(self) -> None:
        figure = self.figure
        if figure is None:
            return
        where = self.school or "estate"
        proposed = Path.cwd() / f"{where}-{figure.name}-{self.program.showing.now():%Y%m%d}.csv"
        asked = [Asked(name="file", title="File", value=str(proposed))]

        def answered(answers: Answers | None) -> None:
            if answers is None:
                self.program.say("Nothing was written.")
                return
            path = typed(answers["file"])

            def write() -> None:
                from misconsole.services import plots

                plots.write_csv(figure, path)

            self.ask(
                write, lambda _: self.program.say(f"Written to {path}.", kind="good"), group="csv", each=True
            )

        self.program.push_screen(Form("Save the figures", asked, verb="write them"), answered)
