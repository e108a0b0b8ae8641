"""The columns of a school's CSV files: guessed, looked at, changed, accepted; file by file.

Changes live here until they are accepted: leaving without accepting changes nothing.  Values from the files
are people's data, so the privacy mask covers them.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from misconsole.services.mapping_views import ColumnView, FileView, MappingView
from screens import glyphs
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.listing import Listing
from screens.showing import Showing
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span, wrap

SURE = {
    "accepted": (glyphs.OK, "good"), "yours": (glyphs.OK, "accent"), "certain": (glyphs.OK, ""),
    "likely": (glyphs.DOT, ""), "unsure": (glyphs.ATTENTION, "warn"),
}  # fmt: skip
LEFT_OUT = "-"


@dataclass(frozen=True, slots=True)
class MappingRow:
    """A file, or one of its columns."""

    file: FileView
    column: ColumnView | None = None

    @property
    def key(self) -> Hashable:
        return (self.file.key, self.column.label if self.column else "")

    @property
    def said(self) -> str:
        """What ``changes`` call it."""
        return f"{self.file.key}.{self.column.label}" if self.column else self.file.key


class Columns(Listing[MappingRow]):
    """Enter or e changes what is under the cursor, x leaves it out, a accepts everything as it stands."""

    BINDINGS = bindings("columns")
    scopes = ("columns",)
    noun = ("line", "lines")
    heading = "What the files hold"

    def __init__(self, urn: str, school_name: str, *, move: bool = False) -> None:
        """``move``: the files of the MIS a prepared change moves to."""
        super().__init__()
        self.of_move = move
        self.school = urn
        self.school_name = school_name
        self.view: MappingView | None = None
        self.changes: dict[str, str] = {}
        self.grid = Grid(
            [
                Column(name="column", title="File and column", width=20, grow=2, cell=_label, sortable=False),
                Column(name="field", title="Read as", width=20, grow=2, cell=_field, sortable=False),
                Column(name="sure", title="How sure", width=10, cell=_sure, sortable=False),
                Column(name="values", title="Values", width=12, grow=3, rank=1, cell=self._values,
                       sortable=False),
            ],
            key=lambda row: row.key,
            search=lambda row: f"{row.file.file} {row.column.label if row.column else ''}",
            empty=lambda: [line("The files cannot be read; F5 tries again, q goes back.")],
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name, "Change of MIS" if self.of_move else "Connect", "Columns")

    def on_mount(self) -> None:
        self.read()

    def read(self, *, then: str = "") -> None:
        desk, changes = self.program.desk, dict(self.changes)

        def columns() -> MappingView:
            from misconsole.services import mapping

            return mapping.columns(desk, self.school, changes=changes, move=self.of_move)

        self.ask(columns, lambda view: self._show(view, then), group="columns", failed=self._failed)

    def _failed(self, trouble: Trouble) -> None:
        self.view = None
        self.grid.show([])
        self.trouble(trouble)

    def _show(self, view: MappingView, then: str = "") -> None:
        self.view = view
        rows: list[MappingRow] = []
        for file in view.files:
            rows.append(MappingRow(file))
            rows += [MappingRow(file, column) for column in file.columns if file.kind != LEFT_OUT]
        self.grid.show(rows)
        self.refresh_bindings()
        if then:
            self.program.say(then)
        elif lost := [name for file in view.files for name in file.lost]:
            self.program.say(f"Read before and not now: {', '.join(lost)}.", kind="warn")
        elif view.missing:
            self.program.say(f"Accepted and not there now: {', '.join(view.missing)}.", kind="warn")

    def _values(self, row: MappingRow) -> str:
        if row.column is None:
            return row.file.written
        return ", ".join(masked(self.program.showing, each) for each in row.column.samples)

    # The line under the cursor in full

    def details(self, row: MappingRow, width: int) -> list[Line]:
        return self._about_file(row.file, width) if row.column is None else self._about_column(row, width)

    def _about_file(self, file: FileView, width: int) -> list[Line]:
        lines = [line(span(file.file, "title")), line(f"{file.kind_title} {glyphs.DOT} {file.state}")]
        lines += wrap(line(span(f"{file.confidence}: {file.reason}", "muted")), width)
        lines += wrap(line(file.written), width)
        if file.lost:
            told = f"{glyphs.ATTENTION} Read before and not now: {', '.join(file.lost)}."
            lines += wrap(line(span(told, "warn")), width, indent=2)
        for told in file.problems:
            lines += wrap(line(span(f"{glyphs.PROBLEM} {told}", "bad")), width, indent=2)
        return lines

    def _about_column(self, row: MappingRow, width: int) -> list[Line]:
        column = row.column
        if column is None:
            return []
        lines = [line(span(column.label, "title"), span(f" in {row.file.file}", "muted"))]
        lines += wrap(line("Read as ", span(column.title, "strong")), width)
        lines += wrap(line(span(f"{column.confidence}: {column.reason}", "muted")), width)
        for each in column.samples:
            lines += wrap(line(f"  {masked(self.program.showing, each)}"), width, indent=2)
        return lines if column.samples else [*lines, line(span("  no values", "muted"))]

    # Commands

    def why_not(self, wanted: Command) -> str:
        if self.view is None:
            return "The files are being read." if self.asking("columns") else "The files cannot be read."
        row = self.grid.cursor_row
        if wanted.id == "columns.accept":
            if self.view.accepted and not self.changes:
                return "These columns are accepted already."
            return next(iter(self.view.problems), "")
        if wanted.id == "columns.leave-out" and row is not None:
            left = row.column.field == LEFT_OUT if row.column else row.file.kind == LEFT_OUT
            return "It is left out already." if left else ""
        return "" if wanted.id == "columns.again" or row else "There is nothing under the cursor."

    def on_grid_chosen(self) -> None:
        self.do_change()

    def do_change(self) -> None:
        from screens.mapping_pick import PickField

        if row := self.grid.cursor_row:
            column = row.column
            held = {each.field: each.label for each in row.file.columns if each.field != LEFT_OUT}
            pick = PickField(
                kind="" if column is None else row.file.kind,
                what=row.file.file if column is None else column.label,
                now=row.file.kind if column is None else column.field,
                held={} if column is None else held,
            )
            self.program.push_screen(pick, lambda chosen: self._change(row, chosen))

    def do_leave_out(self) -> None:
        if row := self.grid.cursor_row:
            self._change(row, LEFT_OUT)

    def _change(self, row: MappingRow, chosen: str | None) -> None:
        if chosen is None:
            return
        if row.column is None:  # the columns of another kind of file are guessed anew
            self.changes = {k: v for k, v in self.changes.items() if not k.startswith(f"{row.file.key}.")}
        self.changes.pop(row.said, None)
        self.changes[row.said] = chosen
        self.read(then="Changed here; a accepts it.")

    def do_again(self) -> None:
        self.changes = {}
        self.read(then="Read again.")

    def do_accept(self) -> None:
        desk, changes, view = self.program.desk, dict(self.changes), self.view
        if view is None:
            return

        def accept() -> MappingView:
            from misconsole.services import mapping

            seen = mapping.fingerprint(view)
            return mapping.accept(desk, self.school, changes=changes, seen=seen, move=self.of_move)

        self.ask(accept, self._accepted, group="accept")

    def _accepted(self, view: MappingView) -> None:
        self.changes = {}
        self._show(view)
        self.program.say("Accepted: from now on these columns are read.", kind="good", mend="q goes back.")


def masked(showing: Showing, value: str) -> str:
    """A value from a file: a name keeps its initials, anything with digits says nothing."""
    if "@" in value:
        return showing.email(value)
    return showing.name(value) if not any(c.isdigit() for c in value) else showing.prose(value)


def _label(row: MappingRow) -> Span:
    if row.column is None:
        return span(row.file.file, "strong")
    return span(f"  {row.column.label}", "muted" if row.column.field == LEFT_OUT else "")


def _field(row: MappingRow) -> Span:
    if row.column is None:
        return span(row.file.kind_title, "bad" if row.file.problems else "strong")
    return span(row.column.title, "muted" if row.column.field == LEFT_OUT else "")


def _sure(row: MappingRow) -> Span:
    found = row.column or row.file
    sign, kind = SURE.get(found.confidence, (glyphs.UNKNOWN, ""))
    return span(f"{sign} {found.confidence}", kind)
