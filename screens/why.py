"""Why: what stops one person, what mends it and who can, the key that does it; then every gate in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Input

from misconsole.services.views import DecisionView, GateView, OfferView, WhyView
from misconsole.text import fit
from screens import glyphs
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.prompts import Answers, Asked, Confirm, Form
from screens.reading import Reading
from screens.showing import Showing
from screens.widgets.evidence import said_person
from screens.widgets.field import Field
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.record import record_lines

if TYPE_CHECKING:
    from misconsole.services.mend import Done

LONGEST_ROOM = 40
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
        self.decisions: list[int] = []  # taken from here, the newest last: what u takes back
        self.left_for_mode = False

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

    def on_screen_resume(self) -> None:
        """Back from the modes: another one may have been chosen there."""
        if self.left_for_mode and self.view:
            self.left_for_mode = False
            self._again(self.view)

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

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "why.copy" and self.view is None:
            return "There is nothing to copy yet."
        if wanted.id == "why.mend" and not (self.view and self.view.offers):
            return "There is nothing that could be done from here."
        if wanted.id == "why.contacts":
            from screens.contacts import not_a_pupil

            return not_a_pupil(self.view.person if self.view else None)
        if wanted.id == "why.room" and not (
            self.view and self.view.person and self.view.person.role == "staff"
        ):
            return "Rooms are typed in for members of staff, and nobody else is in view."
        if wanted.id == "why.held" and not (self.view and (self.view.person or self.view.account)):
            return "Nobody is in view on whom anything could be held."
        if wanted.id == "why.undo" and not self.decisions:
            return "Nothing was done from here that u could take back."
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

    def do_contacts(self) -> None:
        from screens.contacts import Contacts

        if self.view and self.view.person:
            self.program.push_screen(Contacts(self.view.school, self.view.person))

    def do_room(self) -> None:
        """F12: the MIS tells none; it stays whatever a sync brings."""
        if not (self.view and self.view.person):
            return
        person = self.view.person
        title = f"The room of {self.program.showing.person(person)}"
        asked = Asked(name="room", title="Room", value=person.room or "", required=False, check=_too_long)
        what = [line("As on the door. Empty it to take it away; a sync never changes it.")]
        self.program.push_screen(Form(title, [asked], what=what), lambda typed: self._room(person.id, typed))

    def _room(self, person: int, typed: Answers | None) -> None:
        if typed is None:
            self._left()
            return
        desk, school, room = self.program.desk, self.school_asked, typed["room"]

        def work() -> Done:
            from misconsole.services import rooms
            from misconsole.services.mend import Done

            decision = rooms.set_room(desk, school, person, room)
            return Done(decision.summary, decision.id)

        self.ask(work, self._carried_out, group="mend", each=True)

    def do_mend(self, key: str) -> None:
        """What changes more than one person, or needs somebody's leave, asks first."""
        view = self.view
        if view is None or int(key) > len(view.offers):
            self.program.say(f"There is nothing with the number {key} here.", kind="warn")
            return
        offer = view.offers[int(key) - 1]
        if offer.does == "sync":
            from screens.sync import start_and_watch

            start_and_watch(self, view.school, dry_run=False)
        elif offer.does == "mode":
            from screens.modes.screen import ChangeMode

            self.left_for_mode = True
            self.program.push_screen(ChangeMode(view.school, look_at=offer.target[0]))
        elif offer.asks:
            what = [line(offer.asks), line(span(offer.command, "muted"))]
            question = Confirm(f"{self.program.showing.prose(offer.title)}?", what, verb="do it")
            self.program.push_screen(question, lambda yes: self._carry_out(offer) if yes else self._left())
        else:
            self._carry_out(offer)

    def _left(self) -> None:
        self.program.say("Nothing was changed.")

    def _carry_out(self, offer: OfferView) -> None:
        desk, school = self.program.desk, self.school_asked

        def work() -> Done:
            from misconsole.services import mend

            return mend.carry_out(desk, school, offer)

        self.ask(work, self._carried_out, group="mend", each=True)

    def _carried_out(self, done: Done) -> None:
        if done.decision is not None:
            self.decisions.append(done.decision)
        takes_back = "" if done.decision is None else ". u takes it back"
        self._changed(f"{done.said}{takes_back}", "Done")

    def do_undo(self) -> None:
        """Only what was done from here: an older decision may be about somebody who is not in view."""
        desk, newest = self.program.desk, self.decisions[-1]

        def undo() -> DecisionView:
            from misconsole.services import decide

            return decide.undo(desk, newest)

        self.ask(undo, self._undone, group="mend", each=True)

    def _undone(self, decision: DecisionView) -> None:
        self.decisions = [each for each in self.decisions if each != decision.id]
        self._changed(f"Taken back: {decision.summary}", "Taken back")

    def _changed(self, said: str, masked: str) -> None:
        """Say it, and ask the same again: the answer in view is about how things stand now."""
        self.program.say(f"{self.program.showing.prose(said, otherwise=masked).rstrip('.')}.", kind="good")
        self.refresh_bindings()
        if self.view:
            self._again(self.view)

    def _again(self, view: WhyView) -> None:
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
                self._repaint()

        self.ask(answer, put, group="why")

    def do_held(self) -> None:
        from screens.privacy.held import Held

        if (view := self.view) and (view.person or view.account):
            account = view.account.id if view.account else 0
            key = f"id:{view.person.id}" if view.person else f"account:{account}"
            self.program.push_screen(Held(view.school, key))

    def do_copy(self) -> None:
        if view := self.view:
            from screens.clipboard import send

            send(self.program, view.support_text, what="The support text")


def _too_long(room: str) -> str:
    return f"at most {LONGEST_ROOM} characters" if len(room) > LONGEST_ROOM else ""


def why_lines(view: WhyView, showing: Showing, width: int, *, place: tuple[int, int]) -> list[Line]:
    """One answer, the reason first; ``place`` is which of how many people of that name."""
    return [
        *_who_lines(view, showing, place),
        (),
        *_reason_lines(view, showing, width),
        (),
        *(each for gate in view.gates for each in _gate_lines(gate, showing, width)),
        *record_lines(view, showing, width),
    ]


def _who_lines(view: WhyView, showing: Showing, place: tuple[int, int]) -> list[Line]:
    who = showing.person(view.person) if view.person else showing.name(view.subject or view.who)
    of = f"   {place[0]} of {place[1]}" if place[1] > 1 else ""
    lines = [line(span(who, "strong"), span(f"   {view.school_name}{of}", "muted"))]
    if view.person:
        lines.append(line(span(said_person(view.person, showing), "muted")))
    if view.account:
        lines.append(
            line("account ", span(showing.handle(view.account.username), "strong"), f"  {view.account.state}")
        )
    return lines


def _reason_lines(view: WhyView, showing: Showing, width: int) -> list[Line]:
    if view.reason is None:
        fine = "it comes through." if view.subject else "there is an account."
        return [line(span(f"{glyphs.OK} Nothing is wrong: {fine}", "good"))]
    lines = wrap(
        line(
            span("Reason  ", "muted"),
            span(showing.prose(view.reason.message, otherwise=view.reason.code), "strong"),
        ),
        width,
        indent=8,
    )
    lines += wrap(line(span("Mend    ", "muted"), showing.prose(view.reason.mend)), width, indent=8)
    lines += wrap(line(span("Who can ", "muted"), view.reason.who_can), width, indent=8)
    for number, offer in enumerate(view.offers, start=1):
        said = showing.prose(offer.title, otherwise=offer.does.replace("-", " "))
        lines += wrap(line(span(f"      {number} ", "key"), said), width, indent=8)
    return lines


def _gate_lines(gate: GateView, showing: Showing, width: int) -> list[Line]:
    sign, kind, words = GATE_SIGNS.get(gate.state, (glyphs.LATER, "", gate.state))
    detail = showing.prose(gate.detail)
    head = line(span(f"{sign} {fit(gate.title, 24)} ", kind), span(f"{words:<12}", kind), f" {detail}")
    return wrap(head, width, indent=41 if width > 90 else 4)
