"""The audit trail on screen: who decided what, when, from where, on what evidence; verified, written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Container

from misconsole.counting import counted
from misconsole.paths import typed
from misconsole.services.views import AuditItem
from screens import glyphs
from screens.audit import narrowing
from screens.audit.narrowing import NOTHING, Chosen
from screens.commands import Command, bindings
from screens.listing import Listing
from screens.prompts import Answers, Asked, Confirm, Form
from screens.reading import Reading
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.widgets.order import Rows
from screens.widgets.panel import Panel
from screens.workspace.tab import facts

if TYPE_CHECKING:
    from misconsole.services.audit import TrailPage
    from misconsole.services.audit_seal import TrailView

NEWEST = 5_000  # decisions listed at once, of all that were asked for
EVERY = 10_000_000  # to a file


class Audit(Listing[AuditItem]):
    """Of one school, or of all with ``school`` ""."""

    BINDINGS = bindings("audit")
    scopes = ("audit",)

    def __init__(self, school: str = "") -> None:
        super().__init__()
        self.school = school
        self.chosen: Chosen = NOTHING
        self.page: TrailPage | None = None
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
            empty=self._nothing,
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Audit trail", self.school or "all schools")

    def body(self) -> ComposeResult:
        with Container(classes="beside"):
            yield Panel(self.grid, noun=("decision", "decisions"), summary=self._asked_for)
            yield Reading(self.about, classes="about")

    def on_mount(self) -> None:
        self.do_again()

    # Narrowing, over the whole trail

    def do_narrow(self) -> None:
        if self.page is not None:
            form = narrowing.form(self.chosen, kinds=self.page.kinds, actors=self.page.actors)
            self.program.push_screen(form, self._narrowed)

    def _narrowed(self, answers: Answers | None) -> None:
        if answers is not None:
            self.chosen = narrowing.kept(answers)
            self.do_again()

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "audit.all" and not self.chosen:
            return "Nothing was asked for in particular: all are listed."
        return super().why_not(wanted)

    def do_all(self) -> None:
        self.chosen = NOTHING
        self.do_again()

    def _asked_for(self) -> Sequence[Span]:
        told = narrowing.said(self.chosen, masked=self.showing.masked)
        cut = narrowing.cut(len(self.page.items), self.page.total) if self.page is not None else ""
        return [
            span(f" {glyphs.DOT} {words}", kind) for words, kind in ((cut, "warn"), (told, "accent")) if words
        ]

    def _nothing(self) -> list[Line]:
        if not self.chosen:
            return [line("Nothing was decided yet.")]
        return [line("No decision of the whole trail is so."), line(span("a", "key"), " shows all again")]

    def do_again(self) -> None:
        desk, school, chosen = self.program.desk, self.school, self.chosen

        def read() -> tuple[TrailPage, Rows[AuditItem]]:
            from misconsole.services import audit

            found = audit.page(desk, narrowing.wanted(school, chosen, limit=NEWEST))
            return found, self.grid.prepare(found.items)

        self.ask(read, self._show, group="rows")

    def _show(self, read: tuple[TrailPage, Rows[AuditItem]]) -> None:
        self.page, rows = read
        self.grid.show(rows)
        self.on_grid_moved()

    def on_grid_chosen(self) -> None:
        self.query_one(Reading).focus()

    def _summary(self, item: AuditItem) -> str:
        told = self.showing.prose(item.summary, otherwise=item.kind)
        return f"{told} (taken back)" if item.undone_at else told

    # One decision

    def details(self, item: AuditItem, width: int) -> list[Line]:
        lines = wrap(line(span(self._summary(item), "strong")), width)
        pairs = [
            ("when", f"{item.at.astimezone():%d %b %Y %H:%M:%S}"), ("who", item.actor),
            ("by", item.origin), ("from", item.place), ("school", item.school_name), ("kind", item.kind),
            ("decision", str(item.id)), ("reason", self.showing.prose(item.reason) if item.reason else ""),
            ("decided by", item.decided_by), ("taken back by", item.undone_by),
            ("seal", "sealed" if item.sealed else "from before decisions were sealed"),
        ]  # fmt: skip
        lines += facts(width, *(pair for pair in pairs if pair[1]))
        return [*lines, *self._evidence(item.evidence, width)]

    def _evidence(self, evidence: Mapping[str, object], width: int) -> list[Line]:
        """What was shown when it was decided; values are somebody's, so the mask hides them."""
        if not evidence:
            return []
        lines: list[Line] = [(), line(span("On what evidence", "title"))]
        for name, value in evidence.items():
            if not isinstance(value, (list, dict)):
                lines += facts(width, (name.replace("_", " "), str(value)))
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
        """All that were asked for; with the quick filter on, those it shows."""
        listed = None if self.page is not None and not self.grid.shown_for else self._shown()
        count = self.page.total if listed is None and self.page is not None else len(listed or ())
        asked = Asked(name="file", title="File", value="audit.csv", hint="ends in .csv or .jsonl")
        form = Form(f"Write {counted(count, 'decision')} to a file", [asked], verb="write")

        def answered(answers: Answers | None) -> None:
            if answers is not None:
                self._write(listed, typed(answers["file"]))

        self.program.push_screen(form, answered)

    def _shown(self) -> list[AuditItem]:
        return [row for key in self.grid.shown_keys() if (row := self.grid.row(key)) is not None]

    def _write(self, listed: Sequence[AuditItem] | None, path: Path) -> None:
        desk, school, chosen = self.program.desk, self.school, self.chosen

        def write() -> int:
            from misconsole.services import audit

            every = narrowing.wanted(school, chosen, limit=EVERY)
            return audit.write(desk, audit.trail(desk, every) if listed is None else listed, path)

        self.ask(
            write, lambda count: self.program.say(
                f"Wrote {counted(count, 'decision')} to {path}.", kind="good"
            ),
            group="write",
        )  # fmt: skip
