"""History: runs and decisions in one list, newest first; open a run, take a decision back."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView, HistoryItem, RunView, UndoView
from screens import glyphs
from screens.commands import Command, bindings
from screens.prompts import Confirm
from screens.widgets.columns import Column
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.workspace.tab import Tab, facts
from screens.workspace.undoing import blocked_lines, undo_lines


class History(Tab[HistoryItem]):
    slug, label, short = "history", "History", "Hist"
    noun = ("run or decision", "runs and decisions")
    BINDINGS = bindings("history")
    scopes = ("history",)

    def fetch(self, desk: Desk) -> Sequence[HistoryItem]:
        from misconsole.services import history

        return history.history(desk, self.urn)

    def columns(self) -> list[Column[HistoryItem]]:
        return [
            Column(
                name="at", title="When", width=10, cell=lambda i: self.showing.when(i.at), sort=lambda i: i.at
            ),
            Column(name="kind", title="What", width=13, cell=_what),
            Column(name="who", title="Who", width=10, rank=1, cell=lambda i: i.who),
            Column(name="summary", title="Summary", width=30, grow=1, cell=self._summary),
        ]

    def _summary(self, item: HistoryItem) -> str:
        if item.kind == "decision":
            return self.showing.prose(item.summary, otherwise=item.state)
        return f"{item.summary} (taken back)" if item.undone else item.summary

    def key(self, row: HistoryItem) -> Hashable:
        return (row.kind, row.id)

    def search(self, row: HistoryItem) -> str:
        return f"{row.kind} {row.who} {row.summary} {row.state}"

    def empty(self) -> Sequence[Line]:
        return [line("Nothing has happened at this school yet.")]

    def details(self, row: HistoryItem, width: int) -> list[Line]:
        lines = wrap(line(span(self._summary(row), "strong")), width)
        lines += facts(
            width,
            ("when", f"{row.at.astimezone():%d %b %Y %H:%M}"),
            ("who", row.who),
            ("state", "taken back" if row.undone else row.state),
        )
        if row.kind == "run":
            lines += [(), line(span("o", "key"), " or ", span("Enter", "key"), " opens the run")]
            if not row.undone and row.state == "succeeded":
                lines.append(line(span("z", "key"), " shows what taking the run back would do"))
            return lines
        if not row.undone:
            lines += [(), line(span("z", "key"), " takes this decision back")]
        return lines

    def why_not(self, wanted: Command) -> str:
        if refused := super().why_not(wanted):
            return refused
        row = self.row
        if wanted.id == "history.open" and (row is None or row.kind != "run"):
            return "This is a decision, not a run."
        if wanted.id == "history.undo" and row and row.undone:
            return f"This {row.kind} was taken back already."
        if wanted.id == "history.undo" and row and row.kind == "run" and row.state != "succeeded":
            return f"This run is {row.state}; it changed nothing that could be taken back."
        return ""

    def on_grid_chosen(self) -> None:
        if self.row and self.row.kind == "run":
            self.do_open()
        else:
            self.do_details()

    def do_open(self) -> None:
        from screens.sync import Sync

        if self.row:
            self.program.push_screen(Sync(self.urn, self.row.id))

    def do_audit(self) -> None:
        from screens.audit.screen import Audit

        self.program.push_screen(Audit(self.urn))

    def do_undo(self) -> None:
        row = self.row
        if row is None or self._unsettled():
            return
        if row.kind == "run":
            self._preview(row)
            return

        def undo(desk: Desk) -> DecisionView:
            from misconsole.services import decide

            return decide.undo(desk, row.id)

        what = [line(self._summary(row)), line(f"decided by {row.who}, {self.showing.when(row.at)}")]
        self.confirm("Take this decision back?", what, undo, verb="take it back")

    def _preview(self, row: HistoryItem) -> None:
        """What undoing the whole run would do, read now; a run that is none to be undone says why."""
        desk = self.program.desk

        def preview() -> UndoView:
            from misconsole.services import undo

            return undo.preview_undo(desk, row.id)

        self.ask(preview, self._show_preview, group="preview")

    def _show_preview(self, view: UndoView) -> None:
        if not (self.display and self.workspace.in_front):
            return  # the operator has gone elsewhere meanwhile
        if not view.possible:
            title = f"Run {view.run} cannot be taken back yet"
            self.program.push_screen(Confirm(title, blocked_lines(view, self.showing), key=""))
            return

        def undo_run(desk: Desk) -> RunView:
            from misconsole.services import undo

            return undo.undo_run(desk, view.run)

        title = f"Take the whole of run {view.run} back?"
        self.confirm(title, undo_lines(view, self.showing), undo_run, verb="take the run back")


RUN_STATES = {
    "succeeded": (glyphs.OK, "good"),
    "held": (glyphs.ATTENTION, "warn"),
    "failed": (glyphs.PROBLEM, "bad"),
    "cancelled": (glyphs.UNKNOWN, "muted"),
    "running": (glyphs.WORKING, "accent"),
    "queued": (glyphs.WORKING, "accent"),
}


def _what(item: HistoryItem) -> Span:
    if item.kind == "run" and item.undone:
        return span(f"{glyphs.UNKNOWN} run {item.id}", "muted")
    if item.kind == "run":
        sign, kind = RUN_STATES.get(item.state, (glyphs.LATER, ""))
        return span(f"{sign} run {item.id}", kind)
    return span(
        f"{glyphs.UNKNOWN} undone" if item.undone else f"{glyphs.DOT} {item.state}",
        "muted" if item.undone else "",
    )
