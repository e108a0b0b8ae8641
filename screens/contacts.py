"""The contacts of one pupil, asked of the MIS at this moment (H10, H11, X3).

What it protects: they are held here and nowhere else; leaving the screen forgets them.  Only the one that
is used is kept, with what for, by whom and when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from misconsole.services.views import DecisionView, PersonView
from screens import glyphs
from screens.commands import Command, bindings
from screens.page import Page, trouble_lines
from screens.prompts import Answers, Asked, Form
from screens.showing import counted
from screens.widgets.lines import Line, line, span, wrap

if TYPE_CHECKING:
    from misconsole.services.guided_views import ContactUseView, ContactView

KEPT_NOT = "Nothing of this is kept: Esc forgets it. A number keeps the one you use, with what for."
LONGEST = 200


def not_a_pupil(person: PersonView | None) -> str:
    """Why nobody's contacts can be asked for; "" when they can."""
    if person is None:
        return "There is no pupil under the cursor whose contacts could be asked for."
    if person.role != "pupil":
        return "Contacts are asked for pupils; a member of staff's next of kin is in the MIS itself."
    return ""


class Contacts(Page):
    """Asks as soon as it is opened; ``contacts`` None while the MIS has not answered."""

    BINDINGS = bindings("contacts")
    scopes = ("contacts",)

    def __init__(self, urn: str, person: PersonView) -> None:
        super().__init__()
        self.school = urn
        self.person = person
        self.contacts: tuple[ContactView, ...] | None = None
        self.used: tuple[ContactUseView, ...] = ()
        self.asked_at: datetime | None = None
        self.kept: list[int] = []  # decisions taken here, the newest last: what u takes back

    def place(self) -> Sequence[str]:
        return (self.program.showing.person(self.person), "Contacts")

    def on_mount(self) -> None:
        self._ask()
        self._read_used()

    def on_unmount(self) -> None:
        self.contacts = None

    def _ask(self) -> None:
        desk, school, person = self.program.desk, self.school, self.person.id
        self.contacts, self.problem = None, None
        self.repaint()

        def fetch() -> tuple[ContactView, ...]:
            from misconsole.services import contact_now

            return contact_now.contacts_for(desk, school, person)

        self.ask(fetch, self._show, group="contacts", failed=self.failed)

    def _show(self, contacts: tuple[ContactView, ...]) -> None:
        self.contacts, self.asked_at = contacts, self.program.showing.now()
        self.repaint()

    def _read_used(self) -> None:
        desk, school, person = self.program.desk, self.school, self.person.id

        def read() -> tuple[ContactUseView, ...]:
            from misconsole.services import contact_now

            return contact_now.used(desk, school, person)

        def put(used: tuple[ContactUseView, ...]) -> None:
            self.used = used
            self.repaint()

        self.ask(read, put, group="used")

    # What is read

    def lines(self, width: int) -> list[Line]:
        lines = [*self._state(width), ()]
        for each in self.contacts or ():
            lines += self._contact(each, width)
        if self.used:
            lines += [line(span("Kept, because they were used", "title"))]
        for use in self.used:
            lines += self._use(use, width)
        return lines

    def _state(self, width: int) -> list[Line]:
        if self.problem is not None:
            return [*trouble_lines(self.problem, width), line(span("F5", "key"), " asks again")]
        if self.contacts is None:
            return [line("Asking the MIS…")]
        show = self.program.showing
        at = show.when(self.asked_at)
        has = "it" if len(self.contacts) == 1 else "them"
        found = counted(len(self.contacts), "contact")
        asked = f"{found}, as the MIS has {has} at {at}."
        if not self.contacts:
            return [line(span(f"The MIS has no contact of this pupil, asked at {at}.", "strong"))]
        return [line(span(asked, "strong")), *wrap(line(span(KEPT_NOT, "accent")), width)]

    def _contact(self, each: ContactView, width: int) -> list[Line]:
        show = self.program.showing
        roles = [each.relationship or "relationship not told"]
        if each.parental_responsibility:
            roles.append("parental responsibility")
        if each.priority is not None:
            roles.append(f"priority {each.priority}")
        head = line(
            span(f"{each.number} ", "key"), span(show.name(each.name), "strong"), f"  {', '.join(roles)}"
        )
        reach = [show.email(each.email) or "no e-mail address", show.phone(each.phone) or "no phone number"]
        return [*wrap(head, width, indent=2), line(f"  {'   '.join(reach)}"), ()]

    def _use(self, each: ContactUseView, width: int) -> list[Line]:
        show = self.program.showing
        reach = "   ".join(part for part in (show.email(each.email), show.phone(each.phone)) if part)
        said = (
            f"{show.name(each.name)}  {reach}  by {each.by}, {show.when(each.at)}: {show.prose(each.reason)}"
        )
        return wrap(line(span(f"{glyphs.OK} ", "good"), said), width, indent=2)

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "contacts.use" and not self.contacts:
            return "There is no contact to use."
        if wanted.id == "contacts.undo" and not self.kept:
            return "No contact was kept from here."
        return ""

    def do_again(self) -> None:
        self._ask()

    def do_drop(self) -> None:
        self.contacts = None
        self.program.pop_screen()
        self.program.say("Forgotten. Only what was used before is kept.")

    def do_use(self, key: str) -> None:
        chosen = next((each for each in self.contacts or () if str(each.number) == key), None)
        if chosen is None:
            self.program.say(f"There is no contact {key} here.", kind="warn")
            return
        asked = [Asked(name="reason", title="What for", hint="goes into the audit trail", check=_short)]
        what = [line(f"{self.program.showing.name(chosen.name)} is kept, with this, you and the time.")]

        def answered(answers: Answers | None) -> None:
            if answers is None:
                self.program.say("Nothing was kept.")
            else:
                self._use_one(chosen, answers["reason"])

        self.program.push_screen(Form("Use this contact", asked, what=what, verb="use and keep it"), answered)

    def _use_one(self, chosen: ContactView, reason: str) -> None:
        desk, school, person = self.program.desk, self.school, self.person.id

        def use() -> DecisionView:
            from misconsole.services import contact_now

            return contact_now.use_contact(desk, school, person, chosen, reason=reason)

        def kept(done: DecisionView) -> None:
            self.kept.append(done.id)
            self._done(f"{done.summary}. u takes it back")

        self.ask(use, kept, group="use", each=True)

    def do_undo(self) -> None:
        desk, newest = self.program.desk, self.kept[-1]

        def undo() -> DecisionView:
            from misconsole.services import decide

            return decide.undo(desk, newest)

        def undone(done: DecisionView) -> None:
            self.kept = [each for each in self.kept if each != done.id]
            self._done(f"Taken back: {done.summary}")

        self.ask(undo, undone, group="use", each=True)

    def _done(self, said: str) -> None:
        self.program.say(f"{self.program.showing.prose(said, otherwise='Done').rstrip('.')}.", kind="good")
        self.refresh_bindings()
        self._read_used()


def _short(text: str) -> str:
    return "" if len(text) <= LONGEST else f"at most {LONGEST} characters"
