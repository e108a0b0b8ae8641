"""The frame of every screen: title line, body, one line of status, keys. And what a screen may ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.screen import Screen

from screens.asking import Asking
from screens.commands import Command
from screens.hosting import Hosting
from screens.widgets.bars import KeyBar, Notice, TitleBar

if TYPE_CHECKING:
    from screens.widgets.field import Field
    from screens.widgets.panel import Panel

Result = TypeVar("Result")


class Frame(Screen[Result], Hosting, Asking, Generic[Result]):
    """A screen of the console. Subclasses give ``place`` (the crumbs of the title line), ``body``."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    AUTO_FOCUS: ClassVar[str | None] = "Grid"
    DEFAULT_CSS = """
    Frame > #body { height: 1fr; }
    """

    def place(self) -> Sequence[str]:
        return ()

    def body(self) -> ComposeResult:
        yield from ()

    def compose(self) -> ComposeResult:
        yield TitleBar(self.place, lambda: self.program.flags())
        with Vertical(id="body"):
            yield from self.body()
        yield Notice()
        yield KeyBar()

    @property
    def in_front(self) -> bool:
        """No other screen of ours is above this one. (Textual's ``is_current`` is true below it, too.)"""
        return self.program.frame is self

    @property
    def is_wide(self) -> bool:
        return self.size.width >= 100

    def hosts(self) -> list[Hosting]:
        """Who carries commands here, innermost first: the widget in focus and those around it, else the
        whole screen."""
        node: DOMNode = self.focused or self.inner_host()
        chain = [each for each in node.ancestors_with_self if isinstance(each, Hosting)]
        return chain if self in chain else [*chain, self, self.program]

    def inner_host(self) -> DOMNode:
        return self

    def offered_here(self) -> list[tuple[Command, DOMNode, str]]:
        return [each for host in self.hosts() for each in host.offered()]

    def say(self, text: str, *, kind: str = "", mend: str = "") -> None:
        self.query_one(Notice).say(text, kind=kind, mend=mend)

    def retitle(self) -> None:
        self.query_one(TitleBar).update_title()

    def store_ready(self) -> None:
        """The store was opened; called on every screen of the stack."""

    def redraw_masked(self) -> None:
        """The privacy mask was switched: every value must be painted anew."""
        self.retitle()
        for each in self.query("Field, Panel"):
            cast("Field | Panel", each).cover()

    @property
    def urn(self) -> str:
        """The school this screen is about, "" for none; what the demo commands act on."""
        return ""
