"""The app: what every screen shares. The store, the clock and the mask, messages, errors, signals.

The first frame is painted before anything heavy is imported: the home list is read with the standard
library (``misconsole.services.status``), and the store is opened in a thread afterwards.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, cast

from rich.text import Text
from textual import events
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.filter import LineFilter
from textual.screen import Screen

from misconsole import own_settings
from misconsole.clock import clock
from misconsole.services.desk import Desk
from screens import crash, glyphs, terminal, themes
from screens.asking import Trouble
from screens.colourless import colourless
from screens.commands import Command, bindings
from screens.company import Company
from screens.demo import DemoEstate
from screens.demo_commands import DemoCommands
from screens.frame import Frame
from screens.hosting import Hosting
from screens.palette import Palette
from screens.permitted import act_of
from screens.remembering import Remembering
from screens.showing import Showing
from screens.widgets.field import Field

Opener = Callable[[str], AbstractContextManager[Desk]]
KEPT_MESSAGES = 200


def open_desk(url: str, *, read_only: bool = False) -> AbstractContextManager[Desk]:
    """Opens store and secrets; slow the first time, so only ever called in a thread. Raises NotPermitted for
    whoever has no role here."""
    from misconsole.cli.desk import desk_at

    return desk_at(url, origin="console", read_only=read_only)


class Console(App[int], Hosting, DemoCommands):
    """``opener`` gives the desk (tests bring their own); ``quiet_keys`` is the time in seconds for which
    a decision key is ignored after the list moved on under it."""

    TITLE = "misconsole"
    CSS_PATH = "app.tcss"
    COMMANDS = {Palette}
    COMMAND_PALETTE_BINDING = "f12"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[Any]] = bindings("app")
    scopes = ("app",)

    def __init__(
        self,
        url: str,
        *,
        school: str | None = None,
        demo: DemoEstate | None = None,
        read_only: bool = False,
        now: Callable[[], datetime] | None = None,
        opener: Opener | None = None,
        quiet_keys: float = 0.25,
    ) -> None:
        env = terminal.environment()
        glyphs.use_ascii(glyphs.wants_ascii(env))
        no_colour = "NO_COLOR" in env  # Textual takes the variable away when the app is made
        super().__init__()
        self.url = url
        self.school = school
        self.demo = demo
        self.read_only = read_only
        self.quiet_keys = quiet_keys
        self.memory = Remembering(env, active=demo is None)
        self.showing = Showing(now=now or clock(env), masked=self.memory.masked)
        self.said: list[tuple[datetime, str, str]] = []
        self.company = Company(lambda: self.desk)
        self._opener = opener or partial(open_desk, read_only=read_only)
        self._opened: AbstractContextManager[Desk] | None = None
        self._desk: Desk | None = None
        self._leaves: dict[tuple[str, str], tuple[str, str]] = {}
        self._roles: dict[str, str] = {}
        for each in themes.OURS:
            self.register_theme(each)
        known: Mapping[str, str] = {"NO_COLOR": "1", **env} if no_colour else env
        themes_known = set(self.available_themes)
        known = self.memory.environment(known, themes_known)
        self.theme, self._theme_trouble = terminal.theme(known, themes_known)
        self.memory.begin(self.theme)
        self.animation_level = "none"

    def get_line_filters(self) -> Sequence[LineFilter]:
        return colourless(super().get_line_filters(), ansi=self.native_ansi_color)

    # Start and end

    def get_default_screen(self) -> Screen[None]:
        from screens.schools import Schools

        return Schools()

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGHUP):
            try:
                loop.add_signal_handler(sign, self.exit, None, 128 + sign)
            except (NotImplementedError, RuntimeError, ValueError):
                break  # not the main thread (tests), or a platform without signal handlers
        if glyphs.ascii_only():
            self.add_class("-ascii")
        self.set_interval(own_settings.EVERY, lambda: self.memory.keep(self))
        self.call_after_refresh(self._open_store)

    def _open_store(self) -> None:
        if self._theme_trouble:
            self.say(self._theme_trouble, kind="warn")
        if self.memory.own.trouble:
            self.say(self.memory.own.trouble, kind="warn")
        self.ask(self._enter_desk, self._store_opened, group="store")

    def _enter_desk(self) -> Desk:
        opened = self._opener(self.url)
        desk = opened.__enter__()
        self._opened = opened
        return replace(desk, read_only=True) if self.read_only else desk

    def _store_opened(self, desk: Desk) -> None:
        self._desk = desk
        if not self.screen_stack:
            return  # closed before the store was open
        self.read_only = desk.read_only
        for screen in self.screen_stack:
            if isinstance(screen, Frame):
                screen.store_ready()
                screen.retitle()
        if self.school:
            from screens.workspace.screen import Workspace

            wanted, self.school = self.school, None
            self.push_screen(Workspace(wanted))
        self.screen.refresh_bindings()

    def exit(self, *args: Any, **how: Any) -> None:
        self.memory.keep(self, at_once=True)
        super().exit(*args, **how)

    def on_unmount(self) -> None:
        if self._opened is not None:
            with suppress(Exception):  # a store that went away must not keep the console from closing
                self.company.leave()
            self._opened.__exit__(None, None, None)

    @property
    def desk(self) -> Desk:
        """The open desk; commands that need it are refused until it is (``refusal``)."""
        if self._desk is None:
            raise RuntimeError("the store is not open yet")
        return self._desk

    @property
    def is_open(self) -> bool:
        return self._desk is not None

    # What may be done, and saying so

    def refusal(self, wanted: Command) -> str:
        """Reasons that hold everywhere."""
        if wanted.demo and self.demo is None:
            return "This works on the demo estate only."
        if wanted.writes and self.read_only:
            return "The console was opened read-only; nothing can be changed from here."
        if wanted.desk and not self.is_open:
            return "The store is still being opened; try again in a moment."
        act = act_of(wanted)
        return " ".join(self.leave(act, self.frame.urn)).strip() if act and self.is_open else ""

    def leave(self, act: str, urn: str) -> tuple[str, str]:
        """What stands in the way of an act at a school, and who can. Asked for every key, so kept."""
        if (act, urn) not in self._leaves:
            from misconsole.services import permits

            self._leaves[act, urn] = permits.refusal(self.desk, act, urn)
        return self._leaves[act, urn]

    def is_head(self, urn: str) -> bool:
        """Whether who sits here is the head of the school by their role, and need not be named (C11)."""
        from misconsole.services import reports

        return reports.decides_as_head(self.desk, urn)

    @property
    def role(self) -> str:
        """The role of whoever sits here, at the school in front; "" where everybody may do everything."""
        from misconsole.services import permits

        if self._desk is None or (self._desk.standing is None and self._desk.grade == "administrator"):
            return ""
        urn = self.frame.urn if len(self.screen_stack) > 1 else ""
        if urn not in self._roles:
            self._roles[urn] = permits.title(self._desk, urn)
        return self._roles[urn]

    def why_not(self, wanted: Command) -> str:
        if wanted.id in ("app.change-mis", "app.change-mode", "app.due") and not self.frame.urn:
            return "Stand on a school first."
        if (
            wanted.demo
            and wanted.id.startswith(("app.demo-approve", "app.demo-decline", "app.demo-revoke"))
            and not self.frame.urn
        ):
            return "Stand on a school first."
        return ""

    def offered(self) -> list[tuple[Command, Any, str]]:
        return [each for each in super().offered() if self.demo is not None or not each[0].demo]

    def on_key(self, event: events.Key) -> None:
        """A greyed key says why it is greyed; a letter typed ahead of a field that just opened is for it."""
        if isinstance(self.focused, Field) and event.is_printable and event.character:
            event.prevent_default()
            self.focused.insert_text_at_cursor(event.character)
            return
        active = self.screen.active_bindings.get(event.key)
        if active is None or active.enabled or not active.binding.action.startswith("command("):
            return
        id_ = active.binding.action.split("'")[1]
        from screens.commands import command

        if isinstance(active.node, Hosting) and (reason := active.node.refusal(command(id_))):
            event.prevent_default()
            self.say(reason, kind="warn")

    @property
    def frame(self) -> Frame[Any]:
        """The screen in front, below any question."""
        return next(s for s in reversed(self.screen_stack) if isinstance(s, Frame))

    def say(self, text: str, *, kind: str = "", mend: str = "", masked: str = "") -> None:
        """``masked`` is said instead while the mask is on, of a text that may hold a name."""
        self.said = [*self.said, (self.showing.now(), kind, f"{text} {mend}".strip())][-KEPT_MESSAGES:]
        if masked and self.showing.masked:
            text, mend = masked, ""
        self.frame.say(text, kind=kind, mend=mend)

    def complain(self, trouble: Trouble) -> None:
        why = trouble.code.replace("_", " ") or "refused"
        hidden = f"This was not done ({why}). F9 takes the mask off, F8 then says more."
        self.say(trouble.message, kind="bad", mend=trouble.mend, masked=hidden if trouble.names else "")

    def flags(self) -> list[str]:
        flags = []
        if self.role:
            flags.append(self.role)
        if self.demo is not None:
            flags.append("demo")
        if self.read_only:
            flags.append("read-only")
        if self.showing.masked:
            flags.append("masked")
        if self.frame.urn and self.company.flag:
            flags.append(self.company.flag)
        return flags

    # Errors

    def unexpected(self, error: BaseException) -> Trouble:
        """A fault of ours in a question to a service: filed, told, and the console goes on."""
        path = crash.write(error, screen=type(self.frame).__name__, at=self.showing.now())
        where = f" A report without anybody's data is in {path}." if path else ""
        return Trouble(
            f"Something in the console went wrong ({type(error).__name__}).{where}",
            "Decisions already made are kept. Try again, or send the report to your support desk.",
            "unexpected",
        )

    def _handle_exception(self, error: Exception) -> None:
        """A fault in the screens themselves: no stack trace, a crash file, one line for the shell."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._fatal_error()

    def _fatal_error(self) -> None:
        if self._exit_renderables:
            return  # the first fault is the one that counts
        error = self._exception or RuntimeError("unknown")
        screen = type(self.screen_stack[-1]).__name__ if self.screen_stack else "none"
        path = crash.write(error, screen=screen, at=self.showing.now())
        where = f" The report is in {path}." if path else ""
        text = f"misconsole stopped because of a fault ({type(error).__name__}).{where} No decision was lost."
        self._exit_renderables.append(Text(text))
        self._close_messages_no_wait()

    # Commands that work everywhere

    def do_help(self) -> None:
        from screens.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(self.frame))

    def do_back(self) -> None:
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.say("This is the first screen. Ctrl+Q closes the console; runs under way go on.")

    def do_why(self) -> None:
        from screens.why import Why

        self.push_screen(Why(self.frame.urn))

    def do_change_mis(self) -> None:
        from screens.connect.changing import change_of

        change_of(self.frame, self.frame.urn)

    def do_change_mode(self) -> None:
        from screens.modes.screen import ChangeMode

        self.push_screen(ChangeMode(self.frame.urn))

    def do_due(self) -> None:
        from screens.privacy.due import Due

        self.push_screen(Due(self.frame.urn))

    def do_find(self) -> None:
        from screens.find import Find

        self.push_screen(Find())

    def do_audit(self) -> None:
        from screens.audit.screen import Audit

        self.push_screen(Audit())

    def do_mask(self) -> None:
        self.showing = Showing(now=self.showing.now, masked=not self.showing.masked)
        for screen in self.screen_stack:
            if isinstance(screen, Frame):
                screen.redraw_masked()
        self.say(
            "Names, dates and addresses are masked; F9 shows them." if self.showing.masked else "Mask off."
        )

    def do_messages(self) -> None:
        from screens.messages import Messages

        self.push_screen(Messages())

    def do_redraw(self) -> None:
        self.refresh(repaint=True, layout=True)

    def do_suspend(self) -> None:
        self.action_suspend_process()

    def do_palette(self) -> None:
        if not CommandPalette.is_open(cast(App[object], self)):
            self.push_screen(CommandPalette(id="--command-palette", placeholder="Type a command"))

    async def do_quit(self) -> None:
        self.exit(return_code=0)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Textual's own, without the screenshot (it writes personal data to disk)."""
        kept = ("Theme",)
        return (each for each in super().get_system_commands(screen) if each.title in kept)
