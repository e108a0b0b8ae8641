"""Reports and their fields: what the school lets flow, each with its state in sign and word (C1-C15)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Container

from misconsole.counting import counted
from misconsole.services.views import ReportField, ReportView
from screens import glyphs
from screens.commands import Command, bindings
from screens.frame import Frame
from screens.prompts import Asked, Confirm, Form
from screens.reading import Reading
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.widgets.panel import Panel

REPORT_STATES = {
    "accepted": (glyphs.OK, "good"),
    "available": (glyphs.ARROW, "accent"),
    "not available": (glyphs.PROBLEM, "bad"),
}
FIELD_STATES = {
    "mandatory": (glyphs.DOT, "strong"),
    "uploaded": (glyphs.OK, "good"),
    "not uploaded": (glyphs.UNKNOWN, "muted"),
}


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A report, or one of its fields."""

    report: ReportView
    field: ReportField | None = None

    @property
    def key(self) -> Hashable:
        return (self.report.report, self.field.name if self.field else "")


class Scope(Frame[None]):
    """Enter opens a report like a folder; a accepts, x declines the report or field under the cursor."""

    BINDINGS = bindings("scope")
    scopes = ("scope",)

    def __init__(self, urn: str, school_name: str) -> None:
        super().__init__()
        self.school = urn
        self.school_name = school_name
        self.reports: tuple[ReportView, ...] = ()
        self.unfolded: frozenset[str] = frozenset()
        self.grid: Grid[ScopeRow] = Grid(
            [
                Column(name="state", title="State", width=17, cell=_state, sortable=False),
                Column(
                    name="title", title="Report or field", width=28, grow=2, cell=self._title, sortable=False
                ),
                Column(name="reason", title="Note", width=20, grow=3, rank=1, cell=_note, sortable=False),
            ],
            key=lambda row: row.key,
            search=lambda row: f"{row.report.title} {row.field.title if row.field else ''}",
            empty=lambda: [line("This route offers no report.")],
        )

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name, "Connect", "Reports and fields")

    @property
    def urn(self) -> str:
        return self.school

    def body(self) -> ComposeResult:
        with Container(classes="beside"):
            yield Panel(self.grid, noun=("line", "lines"), heading="What may flow")
            yield Reading(self._about, classes="about")

    def on_mount(self) -> None:
        self.read()

    def read(self) -> None:
        desk = self.program.desk

        def reports() -> tuple[ReportView, ...]:
            from misconsole.services import reports as service

            return service.reports(desk, self.school)

        self.ask(reports, self._show, group="reports")

    def _show(self, reports: tuple[ReportView, ...]) -> None:
        self.reports = reports
        rows: list[ScopeRow] = []
        for report in reports:
            rows.append(ScopeRow(report))
            if report.report in self.unfolded:
                rows += [ScopeRow(report, each) for each in report.fields]
        self.grid.show(rows)

    def _title(self, row: ScopeRow) -> str:
        if row.field is not None:
            return f"    {row.field.title}"
        return f"{'-' if row.report.report in self.unfolded else '+'} {row.report.title}"

    def _about(self, width: int) -> list[Line]:
        row = self.grid.cursor_row
        if row is None:
            return []
        report, field = row.report, row.field
        lines = [line(span(field.title if field else report.title, "title"))]
        if field is None:
            lines += wrap(line(report.purpose), width)
            lines += wrap(
                line(span(report.reason, "warn" if report.state == "not available" else "muted")), width
            )
            if report.accept_by == "headteacher":
                lines.append(
                    line(
                        span(f"{glyphs.ATTENTION} Only the headteacher may accept or remove reports.", "warn")
                    )
                )
            return [*lines, line(span(f"{counted(len(report.fields), 'field')}; Enter shows them", "muted"))]
        lines.append(line(f"in {report.title}"))
        lines += wrap(line(FIELD_WORDS.get(field.state, "")), width)
        if field.on_request:
            lines.append(line(span("Comes over only when the school asks for it.", "muted")))
        return lines + (wrap(line(span(field.reason, "warn")), width) if field.reason else [])

    def on_grid_moved(self) -> None:
        self.query_one(Reading).show(self._about)
        self.refresh_bindings()

    def on_grid_chosen(self) -> None:
        if row := self.grid.cursor_row:
            self.unfolded = self.unfolded ^ {row.report.report}
            self._show(self.reports)

    def why_not(self, wanted: Command) -> str:
        row = self.grid.cursor_row
        if row is None:
            return "There is no report under the cursor."
        accepting = wanted.id == "scope.accept"
        if row.field is not None:
            if row.field.state == "mandatory":
                return "This field is mandatory: without it the report is not processed."
            if accepting == (row.field.state == "uploaded"):
                return f"This field is {row.field.state} already."
            return ""
        if row.report.state == "not available":
            return row.report.reason or "This route cannot supply the report."
        if accepting == (row.report.state == "accepted"):
            return f"This report is {'accepted' if accepting else 'not accepted'} already."
        return ""

    def do_accept(self) -> None:
        self._ask_first("accept")

    def do_decline(self) -> None:
        self._ask_first("decline")

    def _ask_first(self, verdict: str) -> None:
        """What is removed is said before; where only the head may decide, the name is asked for, unless it
        is the head who sits here (C11)."""
        row = self.grid.cursor_row
        if row is None:
            return
        removes = removal(row) if verdict == "decline" else ""
        if row.report.accept_by == "headteacher" and not self.program.is_head(self.school):
            self._ask_the_head(row, verdict, removes)
        elif removes:
            title = row.field.title if row.field else row.report.title
            question = Confirm(f"Decline {title}?", [line(removes)], verb="decline")
            self.app.push_screen(question, lambda yes: self._decide(row, verdict) if yes else None)
        else:
            self._decide(row, verdict)

    def _ask_the_head(self, row: ScopeRow, verdict: str, removes: str) -> None:
        what = [line("Only the headteacher may accept or remove reports of this MIS.")]
        what += [line(span(removes, "warn"))] if removes else []
        title = row.field.title if row.field else row.report.title
        form = Form(
            f"{verdict.capitalize()} {title}: who decides?",
            [Asked(name="head", title="The headteacher's name", hint="kept in the audit trail, with yours")],
            what=what, verb=verdict,
        )  # fmt: skip
        self.app.push_screen(
            form, lambda said: self._decide(row, verdict, said["head"]) if said is not None else None
        )

    def _decide(self, row: ScopeRow, verdict: str, head: str = "") -> None:
        desk = self.program.desk
        report, field = row.report.report, row.field

        def decide() -> ReportView:
            from misconsole.services import reports as service

            if field is not None:
                change = service.accept_field if verdict == "accept" else service.decline_field
                return change(desk, self.school, report, field.name, decided_by=head)
            decide_on = service.accept if verdict == "accept" else service.decline
            return decide_on(desk, self.school, report, decided_by=head)

        what = field.title if field else row.report.title
        gone = "; what was kept is gone" if verdict == "decline" and removal(row) else ""
        told = f"{what}: {'accepted' if verdict == 'accept' else 'declined'}, from the next sync on{gone}."
        self.ask(decide, lambda _: self._decided(told), group="scope", each=True)

    def _decided(self, told: str) -> None:
        self.program.say(told, kind="good")
        self.read()


def removal(row: ScopeRow) -> str:
    """What declining a line takes out of the store at once; "" where nothing of it flows or is kept."""
    report, field = row.report, row.field
    if report.state != "accepted" or (field is not None and field.state != "uploaded"):
        return ""
    if field is not None:
        return "What was kept of it is removed at once, for everybody; no account is touched."
    if report.report == "groups-classes":
        return "Who is in which class is removed at once; no account is touched."
    if report.report in ("contacts", "attendance"):
        what = "contacts" if report.report == "contacts" else "attendance marks"
        told = f"{report.removes:,} {what} kept here are removed; no account is touched."
        return told if report.removes else ""
    return "Of its people only what accounts stand on is kept; the rest goes at once."


FIELD_WORDS = {
    "mandatory": "Mandatory: must be there, or the record is not processed.",
    "uploaded": "Uploaded: comes over where the MIS has it; a blank stops nothing.",
    "not uploaded": "Not uploaded: the school opted out, or has not asked for it.",
}


def _state(row: ScopeRow) -> Span:
    if row.field is None:
        sign, kind = REPORT_STATES.get(row.report.state, (glyphs.LATER, ""))
        return span(f"{sign} {row.report.state}", kind)
    sign, kind = FIELD_STATES.get(row.field.state, (glyphs.LATER, ""))
    return span(f"  {sign} {row.field.state}", kind)


def _note(row: ScopeRow) -> str:
    if row.field is None:
        return row.report.reason
    return row.field.reason or ("on request" if row.field.on_request else "")
