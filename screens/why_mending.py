"""What is done from an answer to why: an offer carried out, a room typed in, and either taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from misconsole.services.views import DecisionView, OfferView
from screens.prompts import Answers, Asked, Confirm, Form
from screens.why_answers import Answered
from screens.widgets.lines import line, span

if TYPE_CHECKING:
    from misconsole.services.mend import Done

LONGEST_ROOM = 40


class Mending(Answered):
    """``decisions``: taken from here, the newest last, which is what u takes back."""

    def __init__(self, urn: str = "", *, subject: int | str | None = None) -> None:
        super().__init__(urn, subject=subject)
        self.decisions: list[int] = []
        self.left_for_mode = False

    def on_screen_resume(self) -> None:
        """Back from the modes: another one may have been chosen there."""
        if self.left_for_mode and self.view:
            self.left_for_mode = False
            self.again(self.view)

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
            self.again(self.view)


def _too_long(room: str) -> str:
    return f"at most {LONGEST_ROOM} characters" if len(room) > LONGEST_ROOM else ""
