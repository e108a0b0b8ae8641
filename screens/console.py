"""The app: what every screen shares. The store, the clock and the mask, messages, errors, signals.

The first frame is painted before anything heavy is imported: the home list is read with the standard
library (``misconsole.services.status``), and the store is opened in a thread afterwards.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import App, SystemCommand
from textual.filter import LineFilter
from textual.screen import Screen

from misconsole import own_settings
from misconsole.clock import clock
from screens import glyphs, terminal, themes
from screens.allowed import Allowed
from screens.asking import Trouble
from screens.colourless import colourless
from screens.commands import bindings, command
from screens.company import Company
from screens.demo_commands import DemoCommands
from screens.everywhere import Everywhere
from screens.frame import Frame
from screens.hosting import Hosting
from screens.palette import Palette
from screens.remembering import Remembering
from screens.showing import Showing
from screens.widgets.field import Field
from screens.widgets.lines import Lines
from screens.widgets.painted import Painted

if TYPE_CHECKING:
    from misconsole.services.desk import Desk
    from screens.demo import DemoEstate

    Opener = Callable[[str], AbstractContextManager[Desk]]

KEPT_MESSAGES = 200


def open_desk(url: str, *, read_only: bool = False) -> AbstractContextManager[Desk]:
    """Opens store and secrets; slow the first time, so only ever called in a thread. Raises NotPermitted for
    whoever has no role here."""
    from misconsole.cli.desk import desk_at

    return desk_at(url, origin="console", read_only=read_only)


class Console(App[int], Allowed, Everywhere, DemoCommands):
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
        theme, self._theme_trouble = terminal.theme(known, themes_known)
        self._begin_in(theme)
        self.memory.begin(theme)
        self.animation_level = "none"

    def _begin_in(self, theme: str) -> None:
        """What changing a theme does, before there is anything to change: every style sheet is read once
        then, not twice."""
        self.set_reactive(Console.theme, theme)
        dark = self.current_theme.dark
        shown = {f"-theme-{theme}": True, "-dark-mode": dark, "-light-mode": not dark}
        self.update_classes(shown, update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())

    def watch_theme(self) -> None:
        """What words look like hangs on the theme alone, so that no widget is told by its own style."""
        self.call_later(self._repaint_words)

    def _repaint_words(self) -> None:
        for screen in self.screen_stack:
            for each in (*screen.query(Lines), *screen.query(Painted)):
                each.notify_style_update()
                each.refresh()

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
                signal.signal(sign, terminal.must_end)  # beside it; the loop still hears of the signal
            except (NotImplementedError, RuntimeError, ValueError):
                break  # not the main thread (tests), or a platform without signal handlers
        if glyphs.ascii_only():
            self.add_class("-ascii")
        self.set_interval(own_settings.EVERY, lambda: self.memory.keep(self))
        self.call_after_refresh(self._open_store)

    def _open_store(self) -> None:
        gc.enable()  # the first frame is there
        self._read_later_styles()
        if self._theme_trouble:
            self.say(self._theme_trouble, kind="warn")
        if self.memory.own.trouble:
            self.say(self.memory.own.trouble, kind="warn")
        self.ask(self._enter_desk, self._store_opened, group="store")

    def _read_later_styles(self) -> None:
        """Those of screens and questions that cannot be in front yet, but for a help page typed ahead."""
        path = Path(__file__).with_name("later.tcss")
        self.stylesheet.add_source(path.read_text(encoding="utf-8"), (str(path), ""))
        if len(self.screen_stack) > 1:
            self.refresh_css(animate=False)

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

    # Keys, and saying so

    def on_key(self, event: events.Key) -> None:
        """A greyed key says why it is greyed; a letter typed ahead of a field that just opened is for it."""
        if isinstance(self.focused, Field) and event.is_printable and event.character:
            event.prevent_default()
            self.focused.insert_text_at_cursor(event.character)
            return
        if isinstance(self.focused, Field) and event.key in self.focused._bindings.key_to_bindings:
            return  # one of the field's own, never greyed; what else works here takes longer to work out
        active = self.screen.active_bindings.get(event.key)
        if active is None or active.enabled or not active.binding.action.startswith("command("):
            return
        id_ = active.binding.action.split("'")[1]
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

    # Errors

    def unexpected(self, error: BaseException) -> Trouble:
        """A fault of ours in a question to a service: filed, told, and the console goes on."""
        from screens import crash

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
        from screens import crash

        error = self._exception or RuntimeError("unknown")
        screen = type(self.screen_stack[-1]).__name__ if self.screen_stack else "none"
        path = crash.write(error, screen=screen, at=self.showing.now())
        where = f" The report is in {path}." if path else ""
        text = f"misconsole stopped because of a fault ({type(error).__name__}).{where} No decision was lost."
        self._exit_renderables.append(Text(text))
        self._close_messages_no_wait()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Textual's own, without the screenshot (it writes personal data to disk)."""
        kept = ("Theme",)
        return (each for each in super().get_system_commands(screen) if each.title in kept)
