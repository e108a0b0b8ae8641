"""Why: every gate in order for one person, the first that failed, what mends it and who can."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Input

from misconsole.services.views import WhyView
from misconsole.text import fit
from screens import glyphs
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.reading import Reading
from screens.showing import Showing
from screens.widgets.evidence import said_person
from screens.widgets.field import Field
from screens.widgets.lines import Line, line, span, wrap

GATE_SIGNS = {
    "passed": (glyphs.OK, "good", "passed"),
    "failed": (glyphs.PROBLEM, "bad", "stopped here"),
    "not_reached": (glyphs.LATER, "muted", "not reached"),
}


class Why(Frame[None]):
    """Asks the same gates the run asks. ``subject`` is a person's id or a name to start with."""

    BINDINGS = bindings("why")
    scopes = ("why",)
    AUTO_FOCUS = None
    DEFAULT_CSS = """
    Why #ask { height: 1; padding: 0 1; width: 1fr; }
    Why Field { margin: 0 1; background: $panel; }
    Why Reading { margin-top: 1; }
    """

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
        return self.school

    def body(self) -> ComposeResult:
        start = self.subject if isinstance(self.subject, str) else ""
        yield Field(
            start, placeholder="Type a name, a username or an identifier, then Enter", id="who", compact=True
        )
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
        self._repaint()
        if views:
            self.query_one(Reading).focus()

    def _repaint(self) -> None:
        self.query_one(Reading).show(self._lines)
        self.query_one(Reading).scroll_home(animate=False)
        self.retitle()
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self._repaint()

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

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "why.copy" and self.view is None:
            return "There is nothing to copy yet."
        if wanted.id in ("why.next", "why.previous") and len(self.views or ()) < 2:
            return "Only one person fits."
        return ""

    def do_ask(self) -> None:
        self.query_one(Field).focus()

    def do_next(self, step: int = 1) -> None:
        self.shown = (self.shown + step) % len(self.views or (None,))
        self._repaint()

    def do_previous(self) -> None:
        self.do_next(-1)

    def do_copy(self) -> None:
        if view := self.view:
            from screens.clipboard import send

            send(self.program, view.support_text, what="The support text")


def why_lines(view: WhyView, showing: Showing, width: int, *, place: tuple[int, int]) -> list[Line]:
    """One answer; ``place`` is which of how many people of that name."""
    who = showing.person(view.person) if view.person else showing.name(view.who)
    of = f"   {place[0]} of {place[1]}" if place[1] > 1 else ""
    lines = [line(span(who, "strong"), span(f"   {view.school_name}{of}", "muted"))]
    if view.person:
        lines.append(line(span(said_person(view.person, showing), "muted")))
    if view.account:
        lines.append(
            line("account ", span(showing.handle(view.account.username), "strong"), f"  {view.account.state}")
        )
    lines.append(())
    for gate in view.gates:
        sign, kind, words = GATE_SIGNS.get(gate.state, (glyphs.LATER, "", gate.state))
        detail = showing.prose(gate.detail)
        head = line(span(f"{sign} {fit(gate.title, 24)} ", kind), span(f"{words:<12}", kind), f" {detail}")
        lines += wrap(head, width, indent=41 if width > 90 else 4)
    lines.append(())
    if view.reason is None:
        return [*lines, line(span(f"{glyphs.OK} Nothing is wrong: there is an account.", "good"))]
    lines += wrap(
        line(
            span("Reason  ", "muted"),
            span(showing.prose(view.reason.message, otherwise=view.reason.code), "strong"),
        ),
        width,
        indent=8,
    )
    lines += wrap(line(span("Mend    ", "muted"), showing.prose(view.reason.mend)), width, indent=8)
    lines += wrap(line(span("Who can ", "muted"), view.reason.who_can), width, indent=8)
    return lines
