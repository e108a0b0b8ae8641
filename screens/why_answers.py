"""The answers to why, one of them in view: asked for a person or a name, shown, asked again when changed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Input

from misconsole.services.views import WhyView
from screens.frame import Frame
from screens.reading import Reading
from screens.why_lines import why_lines
from screens.widgets.field import Field
from screens.widgets.lines import Line, line


class Answered(Frame[None]):
    """``subject`` is a person's id or a name to start with; ``shown`` which of the ``views`` is in view."""

    def __init__(self, urn: str = "", *, subject: int | str | None = None) -> None:
        super().__init__()
        self.school = urn
        self.subject = subject
        self.views: tuple[WhyView, ...] | None = None
        self.shown = 0

    def place(self) -> Sequence[str]:
        name = self.views[0].school_name if self.views else self.school
        return ("Schools", name, "Why")

    @property
    def urn(self) -> str:
        return self.school_asked

    def body(self) -> ComposeResult:
        start = self.subject if isinstance(self.subject, str) else ""
        yield Field(
            start, placeholder="Type a name, a username or an identifier, then Enter", id="who", compact=True,
            asks_for_people=True,
        )  # fmt: skip
        yield Reading(self._lines, id="gates")

    def on_mount(self) -> None:
        if self.subject is None:
            self.query_one(Field).focus()
        else:
            self.query_one(Reading).focus()
            self.question(self.subject)

    def question(self, subject: int | str) -> None:
        desk, school = self.program.desk, self.school

        def answer() -> tuple[WhyView, ...]:
            from misconsole.services import why

            if isinstance(subject, int):
                return (why.why_person(desk, school, subject),)
            if school:
                return why.why(desk, school, subject)
            from misconsole.services.schools import list_schools

            found = [
                view
                for row in list_schools(desk)
                for view in why.why(desk, row.urn, subject)
                if view.person or view.account
            ]
            return tuple(found[:50])

        self.program.say("Asking…")
        self.ask(answer, self._show, group="why")

    def _show(self, views: tuple[WhyView, ...]) -> None:
        self.views, self.shown = views, 0
        said = "Nobody was found." if not views else ""
        if len(views) > 1:
            said = f"{len(views)} people fit; ] shows the next one."
        self.program.say(said)
        self.repaint()
        if views:
            self.query_one(Reading).focus()

    def repaint(self) -> None:
        self.query_one(Reading).show(self._lines)
        self.query_one(Reading).scroll_home(animate=False)
        self.retitle()
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.repaint()

    @property
    def school_asked(self) -> str:
        """The school of the answer in view, else the one the question began with."""
        return self.view.school if self.view else self.school

    @property
    def view(self) -> WhyView | None:
        return self.views[self.shown] if self.views else None

    def _lines(self, width: int) -> list[Line]:
        view = self.view
        if view is None:
            told = (
                "Nobody of that name is known here."
                if self.views is not None
                else "Who has no account, and why?"
            )
            return [line(told)]
        return why_lines(view, self.program.showing, width, place=(self.shown + 1, len(self.views or ())))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.question(event.value.strip())

    def again(self, view: WhyView) -> None:
        """The same question once more, after something was changed; the others found stay as they are."""
        desk, shown = self.program.desk, self.shown

        def answer() -> WhyView | None:
            from misconsole.services import why

            if view.person:
                return why.why_person(desk, view.school, view.person.id)
            found = why.why(desk, view.school, view.who)
            return next((each for each in found if each.subject == view.subject), None)

        def put(fresh: WhyView | None) -> None:
            if fresh is not None and self.views and self.views[shown] is view:
                self.views = (*self.views[:shown], fresh, *self.views[shown + 1 :])
                self.repaint()

        self.ask(answer, put, group="why")
