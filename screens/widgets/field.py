"""A text field that keeps a slow link quiet: no blinking cursor (textual-notes §5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from misconsole.text import shown

SEND = "ctrl+s"


def is_masked(app: object) -> bool:
    """Whether the privacy mask is on; a widget shown by itself has none."""
    return bool(getattr(getattr(app, "showing", None), "masked", False))


class Field(Input):
    """``hint`` stands in the footer while the field has the focus."""

    hint: ClassVar[str] = "Enter keeps it, Esc leaves the field"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False, id="field.leave")]
    DEFAULT_CSS = """
    Field, Field:focus { height: 1; border: none; padding: 0; }
    """

    virtual_size = Reactive(Size(0, 0))  # one line whatever it holds: a letter needs no new layout
    secret = False  # dots whatever happens
    asks_for_people = False  # what is typed here may be a name: dots under the mask, but while it is typed

    def __init__(self, *args: Any, asks_for_people: bool | None = None, **how: Any) -> None:
        self.secret = bool(how.get("password"))
        if asks_for_people is not None:
            self.asks_for_people = asks_for_people
        super().__init__(*args, **how)

    def on_mount(self) -> None:
        self.cursor_blink = False
        self.cover()

    def on_focus(self) -> None:
        self.password = self.secret

    def on_blur(self) -> None:
        self.password = self.secret or self._is_masked

    def cover(self) -> None:
        """The privacy mask was switched, or the field is new."""
        self.password = self.secret or (self._is_masked and not self.has_focus)

    @property
    def _is_masked(self) -> bool:
        return self.asks_for_people and is_masked(self.app)

    def validate_value(self, value: str) -> str:
        """Whatever is put or pasted here is drawn as typed; it must not reach the terminal as a code."""
        return value if self.secret else shown(value)

    def action_leave(self) -> None:
        """What was typed stays in the field; only the keys go elsewhere."""
        self.screen.focus_previous()


class FormField(Field):
    """One of several to fill in. ``entered`` hears Enter in its turn and moves the focus at once, ``sent``
    the key that sends them all.

    Protects what is pasted or typed without waiting: what came behind the Enter is already on its way to
    this field, and goes on to the one that has the focus by then.
    """

    def __init__(
        self,
        *args: Any,
        entered: Callable[[FormField], None],
        sent: Callable[[], None] | None = None,
        **how: Any,
    ) -> None:
        super().__init__(*args, **how)
        self._entered, self._sent = entered, sent

    async def on_event(self, event: events.Event) -> None:
        now = self.screen.focused if isinstance(event, (events.Key, events.Paste)) else self
        if now is not self and isinstance(now, FormField):
            now.post_message(event)
        else:
            await super().on_event(event)

    async def _on_key(self, event: events.Key) -> None:
        if event.key not in ("enter", "tab", "shift+tab") and not (event.key == SEND and self._sent):
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self._entered(self)
        elif event.key == "tab":
            self.screen.focus_next()
        elif event.key == "shift+tab":
            self.screen.focus_previous()
        elif self._sent:
            self._sent()


class FilterField(Field):
    asks_for_people = True
    hint = "Enter keeps the filter, Esc clears it, ↓ to the list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, id="filter.leave"),
        Binding("down", "down", show=False, id="filter.down"),
    ]

    def __init__(self, words: str, *, typed: Callable[[str], None]) -> None:
        self._typed = typed
        super().__init__(words, placeholder="Type to filter", compact=True, select_on_focus=False)

    def watch_value(self, value: str) -> None:
        self._typed(value.strip())

    def action_leave(self) -> None:
        self.value = ""
        self.post_message(self.Submitted(self, ""))

    def action_down(self) -> None:
        self.post_message(self.Submitted(self, self.value))
