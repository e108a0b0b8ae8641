"""Questions over a screen: confirm something that changes data, or type what a decision needs.

Confirming takes a key that is neither the one that opened the question nor Enter; Cancel has the focus;
keys count only after a short dead time, so that a repeated or pasted key decides nothing; and a question
can be answered once (textual-notes §9).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button

from screens import glyphs
from screens.widgets.field import Field, FormField
from screens.widgets.lines import Line, Lines, Span, line, span, wrap

if TYPE_CHECKING:
    from screens.console import Console


class Confirm(ModalScreen[bool]):
    """``what`` says exactly what will change, with numbers and a sample; ``key`` confirms. With ``key`` ""
    there is nothing to confirm, only to read."""

    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "answer(False)", "Cancel", id="confirm.cancel"),
        Binding("n", "answer(False)", "Cancel", id="confirm.no"),
    ]

    def __init__(self, title: str, what: Sequence[Line], *, key: str = "y", verb: str = "go ahead") -> None:
        super().__init__()
        self.title_text = title
        self.what = what
        self.key = key
        self.verb = verb
        self._opened = monotonic()

    def compose(self) -> ComposeResult:
        with Vertical(classes="prompt"):
            yield Lines(self._lines, classes="prompt--text")
            yield Button("Cancel (Enter)" if self.key else "Go back (Enter)", id="cancel", compact=True)

    def _lines(self, width: int) -> list[Line]:
        lines = wrap(line(span(self.title_text, "title")), width)
        for each in self.what:
            lines += wrap(each, width, indent=2)
        yes = (span(self.key, "key"), span(f" {self.verb}    ")) if self.key else ()
        keys = line(*yes, span("Enter", "key"), " or ", span("Esc", "key"), " cancel" if yes else " go back")
        return [*lines, (), *wrap(keys, width)]

    def on_mount(self) -> None:
        self._opened = monotonic()

    def on_key(self, event: events.Key) -> None:
        if event.key != self.key:
            return
        event.stop()
        if monotonic() - self._opened >= cast("Console", self.app).quiet_keys:
            self.action_answer(True)

    def on_button_pressed(self) -> None:
        self.action_answer(False)

    def action_answer(self, yes: bool) -> None:
        if self.is_active:
            self.dismiss(yes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing to type. ``check`` gives a complaint or ""; ``hint`` stands beside the title."""

    name: str
    title: str
    value: str = ""
    hint: str = ""
    required: bool = True
    secret: bool = False
    check: Callable[[str], str] = lambda _text: ""


Answers = Mapping[str, str]


class Form(ModalScreen[Answers | None]):
    """Type what is needed; Enter in the last field, or Ctrl+S in any, sends it. What is wrong is said as
    it is typed."""

    AUTO_FOCUS = "Field"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="form.cancel", priority=True)
    ]

    def __init__(
        self, title: str, asked: Sequence[Asked], *, what: Sequence[Line] = (), verb: str = "save"
    ) -> None:
        super().__init__()
        self.title_text = title
        self.asked = tuple(asked)
        self.what = what
        self.verb = verb

    def compose(self) -> ComposeResult:
        with Vertical(classes="prompt"):
            yield Lines(self._head, classes="prompt--text")
            for each in self.asked:
                yield Lines(partial(_label, each), classes="prompt--label")
                yield self.field(each)
            yield Lines(self._foot, id="foot", classes="prompt--text")

    def field(self, each: Asked) -> FormField:
        return FormField(
            each.value,
            id=f"ask-{each.name}",
            password=each.secret,
            compact=True,
            entered=self.entered,
            sent=self.send,
        )

    def _head(self, width: int) -> list[Line]:
        lines = wrap(line(span(self.title_text, "title")), width)
        for each in self.what:
            lines += wrap(each, width, indent=2)
        return lines

    def _foot(self, width: int) -> list[Line]:
        send: tuple[str | Span, ...] = (f" {self.verb}    ",)
        if len(self.asked) > 1:
            send = (" next    ", span("Ctrl+S", "key"), f" {self.verb}    ")
        keys = line(span("Enter", "key"), *send, span("Esc", "key"), " cancel, nothing is changed")
        complaint = self.complaint()
        said = line(span(f"{glyphs.ATTENTION} {complaint}", "warn")) if complaint else ()
        return [*(wrap(said, width) if said else [()]), *wrap(keys, width)]

    def answers(self) -> dict[str, str]:
        return {each.name: self.query_one(f"#ask-{each.name}", Field).value.strip() for each in self.asked}

    def complaint(self) -> str:
        """The first thing that keeps this from being sent, once something was typed."""
        if not self.is_mounted:
            return ""
        answers = self.answers()
        for each in self.asked:
            text = answers[each.name]
            if text and (wrong := each.check(text)):
                return f"{each.title}: {wrong}"
        return ""

    def on_input_changed(self) -> None:
        self.query_one("#foot", Lines).show(self._foot)

    def entered(self, field: FormField) -> None:
        """Enter in a field: on to the next, or send. At once, so that what is typed behind it goes there."""
        here = next(n for n, each in enumerate(self.asked) if field.id == f"ask-{each.name}")
        if here == len(self.asked) - 1:
            self.send()
        elif self._mended(self.asked[here : here + 1]):
            self._go_to(self.asked[here + 1])

    def send(self) -> None:
        """From whichever field, if nothing is wrong with any of them."""
        if self._mended(self.asked) and self.is_active:
            self.dismiss(self.answers())

    def _mended(self, asked: Sequence[Asked]) -> bool:
        """Is nothing wrong with these? Else the cursor goes to the first that has to be mended."""
        wrong = next((each for each in asked if self._wrong(each)), None)
        if wrong is not None:
            self._say_missing(wrong)
            self._go_to(wrong)
        return wrong is None

    def _go_to(self, each: Asked) -> None:
        self.set_focus(self.query_one(f"#ask-{each.name}", Field))

    def _wrong(self, each: Asked) -> str:
        text = self.answers()[each.name]
        return each.check(text) if text else ("this is needed" if each.required else "")

    def _say_missing(self, each: Asked) -> None:
        said = f"{each.title}: {self._wrong(each)}"
        self.query_one("#foot", Lines).show(
            lambda width: (
                wrap(line(span(f"{glyphs.ATTENTION} {said}", "warn")), width) + self._foot(width)[-1:]
            )
        )

    def action_cancel(self) -> None:
        if self.is_active:
            self.dismiss(None)


def _label(each: Asked, _width: int) -> list[Line]:
    hint = each.hint or ("" if each.required else "may stay empty")
    return [line(each.title, span(f"  {hint}" if hint else "", "muted"))]


def day_check(text: str) -> str:
    return "" if read_day(text) else "write the day as 2026-09-01 or 1/9/2026"


def read_day(text: str) -> date | None:
    """ISO, or day/month/year as written in Britain; None for anything else."""
    text = text.strip()
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        year, month, day = map(int, found.groups())
    elif found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", text):
        day, month, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
