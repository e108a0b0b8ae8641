"""What an open step of a guide asks to be typed: fields with their help, checked as they are typed.

Protects what was typed (fields are made anew only when other ones are wanted) and secrets (never shown,
never taken from a store; a field left empty keeps what there is).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from misconsole.services.views import GuideStep, SettingView
from misconsole.text import shown
from screens import glyphs
from screens.widgets.field import Field, FormField
from screens.widgets.lines import Line, Lines, line, span, wrap

if TYPE_CHECKING:
    from screens.console import Console

NOTHING: Mapping[str, str] = {}


def asked(
    step: GuideStep | None, steps: Sequence[GuideStep], settings: Sequence[SettingView], *, more: bool
) -> list[SettingView]:
    """What the open step asks for; with ``more`` also the settings that no step asks for."""
    if step is None or step.kind != "input":
        return []
    elsewhere = {name for other in steps if other.id != step.id for name in other.fields}
    named = step.fields or tuple(each.name for each in settings if each.required)
    mine = [each for each in settings if each.name in named or (more and each.name not in elsewhere)]
    return sorted(mine, key=lambda each: each.name not in step.fields)


def complaint(setting: SettingView, text: str, *, whole: bool = False) -> str:
    """What is wrong with what was typed; an empty field is only wrong when everything is sent."""
    text = text.strip()
    if not text:
        missing = whole and setting.required and not (setting.secret and setting.present)
        return "this is needed" if missing else ""
    if setting.pattern and not re.fullmatch(setting.pattern, text):
        return setting.hint or "this is not as it should be"
    return ""


class GuideField(FormField):
    def action_leave(self) -> None:
        """Back to the steps from whichever field; what was typed stays in it."""
        self.screen.query_one("#steps").focus()


class SettingFields(Vertical):
    """One field for each setting wanted; Enter in the last one sends them all as ``Typed``."""

    @dataclass
    class Typed(Message):
        plain: dict[str, str]
        secrets: dict[str, str]

    def __init__(self) -> None:
        super().__init__(id="fields")
        self._wanted: dict[str, SettingView] = {}
        self._made_for = ""

    def offer(self, wanted: Sequence[SettingView], *, name: str, known: Mapping[str, str] = NOTHING) -> None:
        """``name`` tells one step's fields from another's; ``known`` values nobody has to type (demo)."""
        self._wanted = {each.name: each for each in wanted}
        if name == self._made_for:
            self._fill(known)
            return
        self._made_for = name
        self.remove_children()
        for each in wanted:
            self.mount(Lines(partial(_label, each), classes="field--label"))
            value = known.get(each.name, "") if each.secret else shown(each.value)
            self.mount(
                GuideField(
                    value,
                    name=each.name,
                    password=each.secret,
                    compact=True,
                    placeholder=_hint(each),
                    entered=self._entered,
                )
            )
            self.mount(Lines(name=f"{each.name}-wrong"))

    def _fill(self, known: Mapping[str, str]) -> None:
        """Secrets learned after their fields were made; what was typed or is kept stays."""
        for field in self.query(GuideField):
            setting = self._wanted.get(field.name or "")
            if setting and setting.secret and not setting.present and not field.value:
                field.value = known.get(setting.name, "")

    def enter(self) -> None:
        """Put the cursor into the first field."""
        if fields := self.query(Field):
            fields.first().focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        if setting := self._wanted.get(event.input.name or ""):
            self._complain(setting, complaint(setting, event.value))

    def _complain(self, setting: SettingView, said: str) -> None:
        lines = line(span(f"{glyphs.ATTENTION} {said}", "warn"))
        for each in self.query(Lines):
            if each.name == f"{setting.name}-wrong":
                each.show(lambda width: wrap(lines, width) if said else [])

    def _entered(self, entered: FormField) -> None:
        fields = list(self.query(Field))
        for field in fields:
            setting = self._wanted[field.name or ""]
            if said := complaint(setting, field.value, whole=True):
                self.screen.set_focus(field)
                cast("Console", self.app).say(f"{setting.title}: {said}", kind="warn")
                return
        if entered is not fields[-1]:
            self.screen.set_focus(fields[fields.index(entered) + 1])
        else:
            self.post_message(self._typed(fields))

    def _typed(self, fields: Sequence[Field]) -> Typed:
        typed = {each.name or "": each.value.strip() for each in fields if each.value.strip()}
        secret = {name for name in typed if self._wanted[name].secret}
        return self.Typed(
            plain={name: value for name, value in typed.items() if name not in secret},
            secrets={name: value for name, value in typed.items() if name in secret},
        )


def _label(setting: SettingView, width: int) -> list[Line]:
    needed = "" if setting.required else "may stay empty. "
    return [line(span(setting.title, "strong")), *wrap(line(span(f"{needed}{setting.help}", "muted")), width)]


def _hint(setting: SettingView) -> str:
    if setting.secret and setting.present:
        return "kept; type only to replace it"
    return setting.hint
