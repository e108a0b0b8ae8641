"""Commands that work on every screen: other screens over this one, the mask, the palette, the way out."""

from __future__ import annotations

from typing import cast

from textual.app import App
from textual.command import CommandPalette

from screens.asking import Asking
from screens.frame import Frame
from screens.showing import Showing


class Everywhere(Asking):
    """Of the console."""

    def do_help(self) -> None:
        from screens.help import Help

        if not isinstance(self.program.screen, Help):
            self.program.push_screen(Help(self.program.frame))

    def do_back(self) -> None:
        if len(self.program.screen_stack) > 1:
            self.program.pop_screen()
        else:
            self.program.say("This is the first screen. Ctrl+Q closes the console; runs under way go on.")

    def do_why(self) -> None:
        from screens.why import Why

        self.program.push_screen(Why(self.program.frame.urn))

    def do_change_mis(self) -> None:
        from screens.connect.changing import change_of

        change_of(self.program.frame, self.program.frame.urn)

    def do_change_mode(self) -> None:
        from screens.modes.screen import ChangeMode

        self.program.push_screen(ChangeMode(self.program.frame.urn))

    def do_due(self) -> None:
        from screens.privacy.due import Due

        self.program.push_screen(Due(self.program.frame.urn))

    def do_find(self) -> None:
        from screens.find import Find

        self.program.push_screen(Find())

    def do_audit(self) -> None:
        from screens.audit.screen import Audit

        self.program.push_screen(Audit())

    def do_mask(self) -> None:
        program = self.program
        masked = not program.showing.masked
        program.showing = Showing(now=program.showing.now, masked=masked)
        for screen in program.screen_stack:
            if isinstance(screen, Frame):
                screen.redraw_masked()
        program.say("Names, dates and addresses are masked; F9 shows them." if masked else "Mask off.")

    def do_messages(self) -> None:
        from screens.messages import Messages

        self.program.push_screen(Messages())

    def do_redraw(self) -> None:
        self.program.refresh(repaint=True, layout=True)

    def do_suspend(self) -> None:
        self.program.action_suspend_process()

    def do_palette(self) -> None:
        if not CommandPalette.is_open(cast(App[object], self)):
            self.program.push_screen(CommandPalette(id="--command-palette", placeholder="Type a command"))

    async def do_quit(self) -> None:
        self.program.exit(return_code=0)
