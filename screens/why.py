"""Why: what stops one person, what mends it and who can, the key that does it; then every gate in order."""

from __future__ import annotations

from screens.commands import Command, bindings
from screens.why_mending import Mending
from screens.widgets.field import Field


class Why(Mending):
    """Asks the same gates the run asks."""

    BINDINGS = bindings("why")
    scopes = ("why",)
    AUTO_FOCUS = None
    DEFAULT_CSS = """
    Why #ask { height: 1; padding: 0 1; width: 1fr; }
    Why Field { margin: 0 1; background: $panel; }
    Why Reading { margin-top: 1; }
    """

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
        self.repaint()

    def do_previous(self) -> None:
        self.do_next(-1)

    def do_contacts(self) -> None:
        from screens.contacts import Contacts

        if self.view and self.view.person:
            self.program.push_screen(Contacts(self.view.school, self.view.person))

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
