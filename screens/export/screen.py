"""Exports: every format with what it holds and leaves out, whom it is for, and its options (Y1, H7).

Nothing is written from here; the preview shows what would be, and writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container

from screens.commands import Command, bindings
from screens.export import calls
from screens.frame import Frame
from screens.prompts import Answers, Asked, Form
from screens.reading import Reading
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.panel import Panel

if TYPE_CHECKING:
    from misconsole.exports.shapes import Option
    from misconsole.services.export_views import FormatView, Wish

WHOM = {"": "everybody", "pupil": "pupils", "staff": "staff", "other": "others"}


class Exports(Frame[None]):
    """What is chosen for a format stays while the screen is open."""

    BINDINGS = bindings("exports")
    scopes = ("exports",)
    DEFAULT_CSS = """
    Exports .beside > Panel { height: 2fr; }
    Exports .beside > .about { height: 3fr; }
    Exports.-wide .beside > Panel, Exports.-wide .beside > .about { height: 1fr; }
    """

    def __init__(self, urn: str, *, name: str = "") -> None:
        super().__init__()
        self.school, self.school_name = urn, name
        self.wishes: dict[str, Wish] = {}
        self.grid: Grid[FormatView] = Grid(
            [
                Column(name="title", title="Format", width=30, grow=2, cell=lambda f: f.title),
                Column(name="files", title="Files", width=16, grow=1, rank=1, cell=_files),
                Column(name="id", title="Called", width=14, rank=2, cell=lambda f: f.id),
            ],
            key=lambda f: f.id,
            search=lambda f: f"{f.id} {f.title} {f.contains}",
            empty=lambda: [line("There is no format.")],
        )

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name or self.school, "Export")

    @property
    def urn(self) -> str:
        return self.school

    def body(self) -> ComposeResult:
        with Container(classes="beside"):
            yield Panel(self.grid, noun=("format", "formats"))
            yield Reading(self._about, classes="about")

    def on_mount(self) -> None:
        self.ask(calls.formats, self._show, group="formats")

    def _show(self, found: tuple[FormatView, ...]) -> None:
        self.grid.show(list(found))

    def on_grid_moved(self) -> None:
        self._repaint()
        self.query_one(Reading).scroll_home(animate=False)

    def _repaint(self) -> None:
        self.query_one(Reading).show(self._about)
        self.refresh_bindings()

    @property
    def format(self) -> FormatView | None:
        return self.grid.cursor_row

    def wish(self, chosen: FormatView) -> Wish:
        from misconsole.services.export_views import Wish

        return self.wishes.get(chosen.id) or Wish(format=chosen.id)

    def _about(self, width: int) -> list[Line]:
        chosen = self.format
        if chosen is None:
            return []
        wish = self.wish(chosen)
        values = {o.name: (wish.options or {}).get(o.name, o.default) or "empty" for o in chosen.options}
        lines: list[Line] = []
        for title, text in (
            ("whom", whom(wish)),
            ("options", ", ".join(f"{name} {value}" for name, value in values.items()) or "none"),
            ("holds", chosen.contains),
            ("leaves out", chosen.leaves_out),
        ):
            lines += wrap(line(span(f"{title:<11}", "muted"), text), width, indent=11)
        for option in chosen.options:
            said = line(span(f"{option.name}  ", "accent"), span(option.doc, "muted"))
            lines += wrap(said, width, indent=2)
        return lines

    # Commands

    def why_not(self, wanted: Command) -> str:
        chosen = self.format
        if chosen is None:
            return "The formats are still being read."
        if wanted.id == "exports.options" and not chosen.options:
            return "This format has no options."
        if wanted.id == "exports.new" and chosen.whole_set:
            return "Its reader takes whoever is missing for gone; the new alone would take all others away."
        if wanted.id == "exports.leavers" and not chosen.leavers:
            return "This format leaves leavers out; that is how it takes them away."
        if wanted.id == "exports.whom" and len(chosen.roles) < 2:
            return "This format has one kind of people."
        return ""

    def _set(self, chosen: FormatView, wish: Wish) -> None:
        self.wishes[chosen.id] = wish
        self._repaint()

    def do_whom(self) -> None:
        if (chosen := self.format) is not None:
            wish = self.wish(chosen)
            turns = ("", *chosen.roles)
            here = wish.roles[0] if wish.roles else ""
            after = turns[(turns.index(here) + 1) % len(turns)]
            self._set(chosen, replace(wish, roles=(after,) if after else ()))

    def do_new(self) -> None:
        if (chosen := self.format) is not None:
            wish = self.wish(chosen)
            self._set(chosen, replace(wish, fresh_only=not wish.fresh_only))

    def do_leavers(self) -> None:
        if (chosen := self.format) is not None:
            wish = self.wish(chosen)
            self._set(chosen, replace(wish, leavers=not wish.leavers))

    def do_options(self) -> None:
        chosen = self.format
        if chosen is None:
            return
        wish = self.wish(chosen)
        asked = [_asked(option, (wish.options or {}).get(option.name)) for option in chosen.options]

        def typed(answers: Answers | None) -> None:
            if answers is not None:
                self._set(chosen, replace(wish, options=dict(answers)))

        self.program.push_screen(Form(f"Options of {chosen.title}", asked, verb="keep them"), typed)

    def on_grid_chosen(self) -> None:
        self.do_preview()

    def do_preview(self) -> None:
        from screens.export.preview import ExportPreview

        if (chosen := self.format) is not None:
            self.program.push_screen(ExportPreview(self.school, self.wish(chosen), chosen.title))


def _files(each: FormatView) -> str:
    return each.files[0] if len(each.files) == 1 else f"{len(each.files)} files"


def whom(wish: Wish) -> str:
    """Who is asked for, in words."""
    words = WHOM[wish.roles[0] if wish.roles else ""]
    more = [*(["only who is not handed out yet"] if wish.fresh_only else []),
            *(["leavers too, as suspended"] if wish.leavers else [])]  # fmt: skip
    return "; ".join([words, *more])


def _asked(option: Option, value: str | None) -> Asked:
    from misconsole.errors import Usage
    from misconsole.exports.catalogue import fits

    def check(text: str) -> str:
        try:
            fits(option, text)
        except Usage as wrong:
            return f"{wrong.message} {wrong.mend}".strip()
        return ""

    choices = ", ".join(each or "empty" for each in option.choices)
    return Asked(
        name=option.name, title=option.name, value=option.default if value is None else value,
        hint=choices or option.doc, required=False, check=check,
    )  # fmt: skip
