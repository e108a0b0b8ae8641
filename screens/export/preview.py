"""What an export would add, change and remove since the last one, and whom it leaves out; then written.

Protects from taking people away downstream unseen: where a reader takes what is missing for gone, many
removals are told before, and written only after they were accepted by a key of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from textual.app import ComposeResult
from textual.containers import Container

from screens import glyphs
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.export import calls
from screens.frame import Frame
from screens.prompts import Answers, Asked, Confirm, Form
from screens.reading import Reading
from screens.showing import counted
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.widgets.order import Rows
from screens.widgets.panel import Panel

if TYPE_CHECKING:
    from misconsole.exports.shapes import Said
    from misconsole.services.export_views import ExportView, Wish

ACCEPTS = {"many_removals": "accept_removals", "fewer_files": "fewer_files"}
KINDS = {"removed": "bad", "added": "good", "changed": "", "left out": "warn"}


class Entry(NamedTuple):
    """``change``: removed, added, changed, left out; ``told`` the file, or why and what mends it."""

    number: int
    change: str
    label: str
    told: str


class ExportPreview(Frame[None]):
    BINDINGS = bindings("export-preview")
    scopes = ("export-preview",)
    DEFAULT_CSS = """
    ExportPreview .beside > Panel, ExportPreview .beside > .about { height: 1fr; }
    """

    def __init__(self, urn: str, wish: Wish, title: str) -> None:
        super().__init__()
        self.school, self.wish, self.title_text = urn, wish, title
        self.view: ExportView | None = None
        self.folder = ""
        self.grid: Grid[Entry] = Grid(
            [
                Column(name="change", title="Change", width=9, cell=_change),
                Column(name="who", title="Row", width=24, grow=1,
                       cell=lambda e: self.program.showing.name(e.label)),
                Column(name="told", title="File, or why", width=24, grow=2, cell=lambda e: e.told),
            ],
            key=lambda e: e.number,
            search=lambda e: f"{e.change} {e.label} {e.told}",
            empty=self._empty,
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Schools", self.view.school_name if self.view else self.school, "Export", self.title_text)

    @property
    def urn(self) -> str:
        return self.school

    def body(self) -> ComposeResult:
        with Container(classes="beside"):
            yield Panel(self.grid, noun=("change", "changes"))
            yield Reading(self._about, classes="about")

    def on_mount(self) -> None:
        self._read()

    def _read(self) -> None:
        desk = self.program.desk

        def read() -> tuple[ExportView, Rows[Entry]]:
            view = calls.preview(desk, self.school, self.wish)
            return view, self.grid.prepare(list(entries(view)))

        self.ask(read, lambda found: self._show(*found), group="preview", failed=self._failed)

    def _show(self, view: ExportView, rows: Rows[Entry]) -> None:
        self.view = view
        self.grid.show(rows)
        self.retitle()
        self._repaint()

    def _failed(self, trouble: Trouble) -> None:
        """There is nothing to preview: say why where it was asked."""
        self.program.pop_screen()
        self.program.complain(trouble)

    def _repaint(self) -> None:
        self.query_one(Reading).show(self._about)
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.grid.refresh()
        self._repaint()

    def _empty(self) -> Sequence[Line]:
        if self.view is not None and self.view.written:
            return [line("It is written; nothing differs from what the reader has.")]
        return [line("Nothing changed since the last export of this format.")]

    def _about(self, width: int) -> list[Line]:
        view = self.view
        if view is None:
            return [line("Reading…")]
        lines = self._out(width)
        if view.written:
            lines += wrap(line(span(f"{glyphs.OK} Written to {view.folder}; only you can read it.", "good")),
                          width, indent=2)  # fmt: skip
            lines += wrap(line(span("digest ", "muted"), view.digest), width, indent=7)
        for hold in () if view.written else view.holds:
            lines += wrap(line(span(f"{glyphs.ATTENTION} {_said(hold.message)}", "warn")), width, indent=2)
        lines += wrap(line(span(self._last(view), "muted")), width)
        for each in view.changes:
            said = f"{each.added:,} new, {each.changed:,} changed, {each.removed:,} gone"
            rows = counted(each.rows, "row")
            lines += wrap(line(span(f"{each.file}  ", "strong"), f"{rows}: {said}"), width, indent=2)
        for kind, names in view.withheld.items():
            told = f"The school declined for {kind}: {', '.join(names)}"
            lines += wrap(line(span(told, "muted")), width, indent=2)
        for notice in view.notices:
            said = self.program.showing.prose(notice.message, otherwise=notice.code.replace("_", " "))
            lines += wrap(line(f"{glyphs.DOT} {said}"), width, indent=2)
        return lines

    def _out(self, width: int) -> list[Line]:
        """Why the row under the cursor is in no file, whole: the column has no room for it."""
        row = self.grid.cursor_row
        if row is None or row.change != "left out":
            return []
        said = f"{self.program.showing.name(row.label)}: {row.told}"
        return wrap(line(span(f"{glyphs.ATTENTION} {said}", "warn")), width, indent=2)

    def on_grid_moved(self) -> None:
        self._repaint()

    def _last(self, view: ExportView) -> str:
        if view.last is None:
            return "Never exported before, so everything counts as new."
        when = self.program.showing.when(view.last.at)
        gone = "" if view.last.known else "; its folder is not there any more, so everything counts as new"
        return f"Last exported {when} by {view.last.by} to {view.last.folder}{gone}."

    # Commands

    def why_not(self, wanted: Command) -> str:
        if wanted.id != "export-preview.write":
            return ""
        if self.view is None or self.asking("write"):
            return "Wait until it is there."
        if any(hold.code not in ACCEPTS for hold in self.view.holds):
            return "There is nobody to put into this export."
        return ""

    def do_again(self) -> None:
        self._read()

    def do_write(self) -> None:
        """A hold is accepted first, by itself; then the folder is typed."""
        view = self.view
        if view is None:
            return
        self._accept(view, self.wish, view.holds)

    def _accept(self, view: ExportView, wish: Wish, holds: Sequence[Said]) -> None:
        """Each hold is a question of its own."""
        if not holds:
            self._ask_folder(view, wish)
            return
        hold, rest = holds[0], holds[1:]

        def answered(yes: bool | None) -> None:
            if yes:
                accepted: dict[str, bool] = {ACCEPTS[hold.code]: True}
                self._accept(view, replace(wish, **accepted), rest)  # type: ignore[arg-type]
            else:
                self.program.say("Nothing was written.")

        removed = [e for e in entries(view) if e.change == "removed"]
        show = self.program.showing
        sample = [line(span(f"gone: {show.name(e.label)}  {e.told}", "warn")) for e in removed[:5]]
        what = [line(_said(hold.message)), *sample]
        self.program.push_screen(Confirm("Write it all the same?", what, verb="accept it"), answered)

    def _ask_folder(self, view: ExportView, wish: Wish) -> None:
        def typed(answers: Answers | None) -> None:
            if answers is None:
                self.program.say("Nothing was written.")
            else:
                self._write(wish, answers["folder"])

        rows = sum(each.rows for each in view.changes)
        what = [line(f"{counted(rows, 'row')} in {counted(len(view.files), 'file')}, personal data: a folder "
                     "that only you can read.")]  # fmt: skip
        asked = [Asked(name="folder", title="Folder", value=self.folder or calls.suggested(view),
                       hint="new, empty, or that of the last export of this format")]  # fmt: skip
        self.program.push_screen(Form(f"Write {self.title_text}", asked, what=what, verb="write it"), typed)

    def _write(self, wish: Wish, folder: str) -> None:
        desk, self.folder = self.program.desk, folder
        self.ask(
            lambda: calls.write(desk, self.school, wish, folder), self._written, group="write", each=True,
            failed=self.program.complain,
        )  # fmt: skip
        self.refresh_bindings()

    def _written(self, view: ExportView) -> None:
        self._show(view, self.grid.prepare(list(entries(view))))
        self.program.say(f"Written: {counted(len(view.files), 'file')} in {view.folder}.", kind="good")


def entries(view: ExportView) -> Iterator[Entry]:
    """What goes comes first, then what is new, what changed, and whom no file has."""
    number = 0
    for change in ("removed", "added", "changed"):
        for each in view.changes:
            for item in each.items:
                if item.change == change:
                    number += 1
                    yield Entry(number, change, item.label, each.file)
    for out in view.left_out:
        number += 1
        yield Entry(number, "left out", out.label, f"{out.reason} {out.mend}".strip())


def _said(text: str) -> str:
    """The sentence without the words for the command line."""
    return text.partition(" Look at ")[0].partition(" Ask for ")[0]


def _change(entry: Entry) -> Span:
    return span(entry.change, KINDS[entry.change])
