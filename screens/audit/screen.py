"""The audit trail on screen: who decided what, when, from where, on what evidence; verified, written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container

from misconsole.paths import typed
from misconsole.services.views import AuditItem
from screens.commands import bindings
from screens.frame import Frame
from screens.prompts import Answers, Asked, Confirm, Form
from screens.reading import Reading
from screens.showing import Showing
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.order import Rows
from screens.widgets.panel import Panel
from screens.workspace.tab import facts

if TYPE_CHECKING:
    from misconsole.services.audit_seal import TrailView

NEWEST = 5_000  # decisions read; further back by the command


class Audit(Frame[None]):
    """Of one school, or of all with ``school`` ""."""

    BINDINGS = bindings("audit")
    scopes = ("audit",)

    def __init__(self, school: str = "") -> None:
        super().__init__()
        self.school = school
        self.grid: Grid[AuditItem] = Grid(
            [
                Column(name="at", title="When", width=10, cell=lambda i: self.showing.when(i.at),
                       sort=lambda i: i.at),
                Column(name="who", title="Who", width=10, cell=lambda i: i.actor),
                Column(name="kind", title="Kind", width=12, rank=1, cell=lambda i: i.kind),
                Column(name="school", title="School", width=16, rank=2, cell=lambda i: i.school_name),
                Column(name="summary", title="What", width=28, grow=1, cell=self._summary),
            ],
            key=lambda i: i.id,
            search=lambda i: (
                f"{i.actor} {i.kind} {i.school_name} {i.summary} {i.reason} {i.place} {i.at:%Y-%m-%d}"
            ),
            empty=lambda: [line("Nothing was decided yet.")],
        )  # fmt: skip

    @property
    def showing(self) -> Showing:
        return self.program.showing

    @property
    def urn(self) -> str:
        return self.school

    def place(self) -> Sequence[str]:
        return ("Audit trail", self.school or "all schools")

    def body(self) -> ComposeResult:
        with Container(classes="beside"):
            yield Panel(self.grid, noun=("decision", "decisions"))
            yield Reading(self._about, classes="about")

    def on_mount(self) -> None:
        self.do_again()

    def do_again(self) -> None:
        desk, school = self.program.desk, self.school

        def read() -> Rows[AuditItem]:
            from misconsole.services import audit

            return self.grid.prepare(audit.trail(desk, audit.Wanted(school=school, limit=NEWEST)))

        self.ask(read, self.grid.show, group="rows")

    def on_grid_moved(self) -> None:
        self.query_one(Reading).show(self._about)

    def on_grid_chosen(self) -> None:
        self.query_one(Reading).focus()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.grid.refresh()
        self.query_one(Reading).show(self._about)

    def _summary(self, item: AuditItem) -> str:
        told = self.showing.prose(item.summary, otherwise=item.kind)
        return f"{told} (taken back)" if item.undone_at else told

    # One decision

    def _about(self, width: int) -> list[Line]:
        item = self.grid.cursor_row
        if item is None:
            return []
        lines = wrap(line(span(self._summary(item), "strong")), width)
        pairs = [
            ("when", f"{item.at.astimezone():%d %b %Y %H:%M:%S}"), ("who", item.actor),
            ("by", item.origin), ("from", item.place), ("school", item.school_name), ("kind", item.kind),
            ("decision", str(item.id)), ("reason", self.showing.prose(item.reason) if item.reason else ""),
            ("decided by", item.decided_by), ("taken back by", item.undone_by),
            ("seal", "sealed" if item.sealed else "from before decisions were sealed"),
        ]  # fmt: skip
        lines += facts(*(pair for pair in pairs if pair[1]))
        return [*lines, *self._evidence(item.evidence, width)]

    def _evidence(self, evidence: Mapping[str, object], width: int) -> list[Line]:
        """What was shown when it was decided; values are somebody's, so the mask hides them."""
        if not evidence:
            return []
        lines: list[Line] = [(), line(span("On what evidence", "title"))]
        for name, value in evidence.items():
            if not isinstance(value, (list, dict)):
                lines += facts((name.replace("_", " "), str(value)))
        fields: Any = evidence.get("fields") or ()
        for each in fields if isinstance(fields, list) else ():
            if isinstance(each, dict):
                sides = " / ".join(
                    self.showing.handle(str(each.get(k) or "-")) for k in ("person", "account")
                )
                said = f"{each.get('field', '')}: {each.get('agreement', '')}  {sides}"
                lines += wrap(line(said), width, indent=2)
        return lines

    # Verify and export

    def do_verify(self) -> None:
        desk = self.program.desk

        def verify() -> TrailView:
            from misconsole.services import audit_seal

            return audit_seal.verify(desk)

        self.ask(verify, self._verified, group="verify")

    def _verified(self, view: TrailView) -> None:
        self.program.say(view.summary, kind="good" if view.whole else "bad", mend=view.note)
        if view.findings:
            what = [line(each.message) for each in view.findings[:12]]
            if len(view.findings) > len(what):
                what.append(line(f"and {len(view.findings) - len(what)} more: misconsole audit --verify"))
            self.program.push_screen(Confirm("The trail is not whole", what, key=""))

    def do_export(self) -> None:
        listed = [row for key in self.grid.shown_keys() if (row := self.grid.row(key)) is not None]
        asked = Asked(name="file", title="File", value="audit.csv", hint="ends in .csv or .jsonl")
        form = Form(f"Write {len(listed):,} decisions to a file", [asked], verb="write")

        def answered(answers: Answers | None) -> None:
            if answers is not None:
                self._write(listed, typed(answers["file"]))

        self.program.push_screen(form, answered)

    def _write(self, listed: Sequence[AuditItem], path: Path) -> None:
        desk = self.program.desk

        def write() -> int:
            from misconsole.services import audit

            return audit.write(desk, listed, path)

        self.ask(
            write, lambda count: self.program.say(f"Wrote {count:,} decisions to {path}.", kind="good"),
            group="write",
        )  # fmt: skip
