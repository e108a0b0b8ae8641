"""A numbered guide on screen: the steps at the left, the open one at the right with what it asks for.

Connecting and changing MIS are both such guides; where a step's state comes from is theirs to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll

from misconsole.services.views import GuideStep, SettingView
from screens.connect.fields import SettingFields, asked
from screens.demo import Typed
from screens.frame import Frame
from screens.widgets.field import Field
from screens.widgets.guide import step_list
from screens.widgets.lines import Line, Lines, line


class StepList(Lines, can_focus=True):
    """Has the focus while no field is typed in."""


class Guided(Frame[None]):
    """Subclasses give ``steps``, ``settings``, ``route``, ``step_text`` and take what was typed."""

    AUTO_FOCUS = "#steps"

    def __init__(self, urn: str, *, name: str = "") -> None:
        super().__init__()
        self.school = urn
        self.school_name = name or urn
        self.opened = 0
        self.more = False
        self._known: dict[str, str] = {}
        self._known_of = ""

    # What a subclass gives

    @property
    def steps(self) -> Sequence[GuideStep]:
        return ()

    @property
    def settings(self) -> Sequence[SettingView]:
        return ()

    @property
    def route(self) -> str:
        return ""

    def step_text(self, width: int) -> list[Line]:  # noqa: ARG002
        return []

    # Showing

    @property
    def urn(self) -> str:
        return self.school

    @property
    def step(self) -> GuideStep | None:
        return self.steps[self.opened] if self.opened < len(self.steps) else None

    def body(self) -> ComposeResult:
        with Container(classes="guide"):
            yield StepList(self._list, id="steps")
            with VerticalScroll(id="step", can_focus=False):
                yield Lines(self.step_text, id="step-text")
                yield SettingFields()

    def _list(self, width: int) -> list[Line]:
        return step_list(self.steps, self.opened, width) if self.steps else [line("Reading…")]

    def repaint(self) -> None:
        self.query_one("#steps", Lines).show(self._list)
        self.query_one("#step-text", Lines).show(self.step_text)
        wanted = asked(self.step, self.steps, self.settings, more=self.more)
        name = f"{self.step.id} {self.more}" if self.step and wanted else ""
        self.query_one(SettingFields).offer(wanted, name=name, known=self.demo_values())
        self.retitle()
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.repaint()

    def demo_values(self) -> dict[str, str]:
        """On the demo estate what reaches the simulated MIS is known; nobody has to type it."""
        demo, route = self.program.demo, self.route
        if demo is not None and route and route != self._known_of:
            self._known, self._known_of = {}, route
            self.ask(lambda: demo.typed(self.school, route), self._learned, group="demo values")
        return self._known

    def _learned(self, typed: Typed) -> None:
        self._known = {**typed.settings, **typed.secrets}
        self.repaint()

    # Going from step to step

    def open_now(self) -> None:
        """Open the first step that is not behind us."""
        waiting = (n for n, step in enumerate(self.steps) if step.state in ("now", "problem"))
        self.opened = next(waiting, max(0, len(self.steps) - 1))
        self.repaint()

    def go_to(self, step: int) -> None:
        self.opened = max(0, min(step, len(self.steps) - 1))
        self.repaint()
        self.query_one("#step").scroll_home(animate=False)

    def open_kind(self, kind: str) -> None:
        self.opened = next((n for n, step in enumerate(self.steps) if step.kind == kind), self.opened)

    def do_up(self) -> None:
        if isinstance(self.focused, Field):
            self.focus_previous()
        else:
            self.go_to(self.opened - 1)

    def do_down(self) -> None:
        if isinstance(self.focused, Field):
            self.focus_next()
        else:
            self.go_to(self.opened + 1)

    def do_page_down(self) -> None:
        self.query_one("#step").scroll_page_down(animate=False)

    def do_page_up(self) -> None:
        self.query_one("#step").scroll_page_up(animate=False)

    def do_edit(self) -> None:
        self.query_one(SettingFields).enter()

    def do_more(self) -> None:
        """Address, school number, page size and the like: only for who needs them."""
        self.more = not self.more
        self.open_kind("input")
        self.repaint()
        if self.more:
            self.call_after_refresh(self.do_edit)

    def do_copy(self) -> None:
        from screens.clipboard import send
        from screens.connect.link import Link

        if self.step and self.step.link:
            self.program.push_screen(Link(self.step.link, self.step.title))
            self.set_timer(0.1, lambda link=self.step.link: send(self.program, link, what="The link"))


def why_not_step(run: str, step: GuideStep, steps: Sequence[GuideStep]) -> str:
    """Reasons that come from the open step alone; the same in every guide."""
    if run == "copy" and not step.link:
        return "This step has no link."
    if run == "more" and not any(each.kind == "input" for each in steps):
        return "This route has no settings."
    if run == "edit" and step.kind != "input":
        return "There is nothing to type in this step."
    if run == "tick" and step.kind != "read":
        return "This step is ticked by itself once it is done."
    return ""
