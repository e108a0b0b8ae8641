"""What a target needs and may do, a value a line: typed one by one, checked as typed, no secret shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from misconsole.services.target_views import TargetView
from misconsole.services.views import ProbeView
from screens.commands import Command, bindings, command
from screens.listing import Listing
from screens.prompts import Answers, Asked, Form
from screens.targets import calls
from screens.targets.lines import probe_lines
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span, wrap


@dataclass(frozen=True, slots=True)
class Value:
    """One setting of the adapter (``ours`` false) or option of ours."""

    name: str
    title: str
    value: str
    takes: str
    about: str
    ours: bool = False
    secret: bool = False
    required: bool = False
    present: bool = True
    pattern: str = ""

    @property
    def shown(self) -> str:
        if self.secret:
            return "typed" if self.present else "to be typed" if self.required else ""
        return self.value or ("to be typed" if self.required else "")


def values(target: TargetView) -> list[Value]:
    """The adapter's settings, what is needed first, then the options."""
    settings = [
        Value(s.name, _capital(s.title), s.value, s.hint, s.help, secret=s.secret, required=s.required,
              present=s.present, pattern=s.pattern)
        for s in sorted(target.settings, key=lambda each: not each.required)
    ]  # fmt: skip
    return settings + [
        Value(
            o.name,
            _capital(o.name.replace("_", " ")),
            o.value,
            o.takes,
            re.sub(r" \([A-Z]\d+\)", "", o.about),
            ours=True,
        )
        for o in target.options
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


class TargetSettings(Listing[Value]):
    """A list left, what the line means right; ``t`` tests what was typed."""

    BINDINGS = bindings("target-settings")
    scopes = ("target-settings",)
    noun = ("setting", "settings")

    def __init__(self, target: TargetView) -> None:
        super().__init__()
        self.target, self.school = target, target.school
        self.tested: tuple[ProbeView, ...] = ()
        self.grid = Grid(
            [
                Column(name="title", title="Setting", width=22, grow=1, cell=lambda each: each.title),
                Column(name="value", title="Value", width=14, grow=1, cell=self._value),
            ],
            key=lambda each: each.name,
            search=lambda each: f"{each.name} {each.title} {each.about}",
            empty=lambda: [line("There is nothing to set.")],
        )  # fmt: skip

    def _value(self, each: Value) -> Span:
        missing = each.required and not each.present
        return span(each.shown, "warn" if missing else "muted" if each.secret else "")

    def place(self) -> Sequence[str]:
        return ("Schools", self.target.school_name, "Targets", self.target.name, "Settings")

    def on_mount(self) -> None:
        self._show(self.target)

    def _show(self, target: TargetView) -> None:
        self.target = target
        self.grid.show(values(target))
        self.on_grid_moved()

    def about(self, width: int) -> list[Line]:
        tested = probe_lines(self.tested, width)
        return [*tested, *([()] if tested else []), *super().about(width)]

    def details(self, row: Value, width: int) -> list[Line]:
        lines = [line(span(row.title, "title"))]
        lines += wrap(line(row.about), width) if row.about else []
        lines += wrap(line(span("takes ", "muted"), row.takes), width) if row.takes else []
        asked = "with --secrets-file" if row.secret else f"{row.name}=…"
        return [*lines, (), line(span(f"As a command: target … set {self.target.name} {asked}", "muted"))]

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "target-settings.edit" and self.grid.cursor_row is None:
            return "There is no line under the cursor."
        return ""

    def on_grid_chosen(self) -> None:
        if reason := self.refusal(command("target-settings.edit")):
            self.program.say(reason, kind="warn")
        else:
            self.do_edit()

    def do_edit(self) -> None:
        row = self.grid.cursor_row
        if row is None:
            return
        asked = Asked(
            name="value", title=row.title, value="" if row.secret else row.value, secret=row.secret,
            required=row.required, hint=row.takes, check=lambda text: _complaint(row, text),
        )  # fmt: skip
        what = [line(row.about)] if row.about else []
        self.program.push_screen(Form(row.title, [asked], what=what), lambda said: self._edited(row, said))

    def _edited(self, row: Value, said: Answers | None) -> None:
        if said is None:
            return
        desk, target = self.program.desk, self.target
        text = said["value"] or ("default" if row.ours else "")
        plain = {} if row.secret else {row.name: text}
        secrets = {row.name: text} if row.secret and text else {}
        self.ask(
            lambda: calls.change(desk, target.school, target.name, plain, secrets), self._changed,
            group="change", each=True,
        )  # fmt: skip

    def _changed(self, target: TargetView) -> None:
        self._show(target)
        self.program.say("Kept.", kind="good")

    def do_test(self) -> None:
        desk, target = self.program.desk, self.target
        self.program.say("Testing; nothing is written…")
        self.ask(lambda: calls.probe(desk, target.school, target.name), self._tested, group="test")

    def _tested(self, results: tuple[ProbeView, ...]) -> None:
        self.tested = results
        self.on_grid_moved()
        good = bool(results) and all(each.ok for each in results)
        self.program.say("The test passed." if good else "The test failed.", kind="good" if good else "warn")


def _complaint(row: Value, text: str) -> str:
    """What is wrong with a value as it is typed."""
    if row.ours:
        from misconsole.errors import Usage
        from misconsole.rules.target_options import BY_NAME

        try:
            BY_NAME[row.name].read(text)
        except Usage as wrong:
            return wrong.message if text != "default" else ""
        return ""
    return "" if not row.pattern or re.fullmatch(row.pattern, text) else f"is not {row.takes}"
