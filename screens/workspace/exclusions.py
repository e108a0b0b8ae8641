"""Exclusions: names that must never get an account, with reason, author and review date (R)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView, ExclusionItem
from screens import glyphs
from screens.commands import Command, bindings
from screens.prompts import Answers, read_day
from screens.showing import said_day
from screens.widgets.columns import Column
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.workspace.exclude_form import ExcludeName, is_pattern
from screens.workspace.outcome import Outcome
from screens.workspace.tab import Tab, facts


class Exclusions(Tab[ExclusionItem]):
    slug, label, short = "exclusions", "Exclusions", "Excl"
    noun = ("excluded name", "excluded names")
    BINDINGS = bindings("exclusions")
    scopes = ("exclusions",)

    def __init__(self, urn: str) -> None:
        super().__init__(urn)
        self._added = False

    def fetch(self, desk: Desk) -> Sequence[ExclusionItem]:
        from misconsole.services import queues

        return queues.exclusions(desk, self.urn)

    def columns(self) -> list[Column[ExclusionItem]]:
        return [
            Column(name="state", title="State", width=13, cell=_state),
            Column(name="name", title="Name", width=18, grow=2, cell=lambda i: self.showing.name(i.name)),
            Column(name="role", title="Role", width=6, rank=3, cell=lambda i: i.role or "both"),
            Column(
                name="reason",
                title="Reason",
                width=18,
                grow=2,
                rank=1,
                cell=lambda i: self.showing.prose(i.reason),
            ),
            Column(name="author", title="By", width=10, rank=2, cell=lambda i: i.author),
            Column(
                name="review",
                title="Review",
                width=11,
                rank=1,
                cell=lambda i: said_day(i.review_on),
                sort=lambda i: i.review_on,
            ),
        ]

    def search(self, row: ExclusionItem) -> str:
        return f"{row.name} {row.role} {row.reason} {row.author}"

    def empty(self) -> Sequence[Line]:
        return [
            line("No name is excluded."),
            line(span("a", "key"), " adds one; ", span("x", "key"), " on an unmatched person does, too."),
        ]

    def details(self, row: ExclusionItem, width: int) -> list[Line]:
        show = self.showing
        lines = [
            line(
                span(show.name(row.name), "strong"),
                f"  {row.role or 'staff and pupils'}{', a pattern' if row.pattern else ''}",
            ),
            *facts(
                width,
                ("reason", show.prose(row.reason)),
                ("by", f"{row.author}, {show.when(row.created_at)}"),
                ("review on", f"{said_day(row.review_on) or 'no day set'}{', due' if row.due else ''}"),
            ),
            line(span("r", "key"), " renews it, ", span("l", "key"), " lifts it"),
        ]
        if row.clash:
            account = show.handle(row.clash.username)
            said = f"{glyphs.ATTENTION} A live account has this name: {account}, {show.account(row.clash)}."
            lines += [
                (),
                *wrap(line(span(said, "warn")), width, indent=2),
                line(span("k", "key"), " keeps it, ", span("t", "key"), " takes it away"),
            ]
        return lines

    def who(self, row: ExclusionItem) -> str:
        return row.name

    def why_not(self, wanted: Command) -> str:
        if refused := super().why_not(wanted):
            return refused
        row = self.row
        if wanted.id in ("exclusions.keep-account", "exclusions.take-account") and row and row.clash is None:
            return "No live account has this name, so there is nothing to settle."
        if wanted.id == "exclusions.lift" and row and not row.active:
            return "This exclusion was lifted already."
        return ""

    def do_add(self) -> None:
        if self._unsettled():
            return

        def add(desk: Desk, answers: Answers) -> DecisionView:
            from misconsole.services import decide

            given, family = answers["given"], answers["family"]
            return decide.exclude_name(
                desk,
                self.urn,
                given=given,
                family=family,
                role=answers["role"],
                reason=answers["reason"],
                review_on=read_day(answers["review"]),
                pattern=is_pattern(given, family),
            )

        def answered(answers: Answers | None) -> None:
            if answers is None:
                self.program.say("Nothing was changed.")
                return
            self._still_since = 0.0
            self.decide(lambda desk: add(desk, answers))

        self.program.push_screen(ExcludeName(self.urn), answered)

    def _decided(self, outcome: Outcome) -> None:
        self._added = isinstance(outcome, DecisionView) and outcome.kind == "exclude-name"
        super()._decided(outcome)

    def _show(self, rows: Any) -> None:
        """After one was added, what there is to settle about a live account stands under the cursor (Z25)."""
        super()._show(rows)
        if self._added and rows.keys:
            self._added = False
            self.grid.stand_on(max(int(str(key)) for key in rows.keys))
            if self.row is not None and self.row.clash is not None:
                self.set_class(True, "-details")
                self.set_class(False, "-plain")

    def do_renew(self) -> None:
        if item := self.row:

            def renew(desk: Desk) -> DecisionView:
                from misconsole.services import decide

                return decide.renew_exclusion(desk, self.urn, item.id)

            self.decide(renew)

    def do_lift(self) -> None:
        if item := self.row:

            def lift(desk: Desk) -> DecisionView:
                from misconsole.services import decide

                return decide.lift_exclusion(desk, self.urn, item.id)

            self.decide(lift)

    def do_keep_account(self) -> None:
        if item := self.row:
            self.decide(lambda desk: _settle(desk, self.urn, item.id, "keep"))

    def do_take_account(self) -> None:
        item = self.row
        if item is None or item.clash is None:
            return
        who = f"{self.showing.handle(item.clash.username)}, {self.showing.account(item.clash)}"
        what = [
            line(f"{who}, loses access."),
            line("It goes to Unallocated, from where it can be restored."),
        ]
        self.confirm(
            "Take this account away?",
            what,
            lambda desk: _settle(desk, self.urn, item.id, "unallocate"),
            verb="take it away",
        )


def _settle(desk: Desk, urn: str, exclusion: int, verdict: str) -> DecisionView:
    from misconsole.services import decide

    return decide.settle_clash(desk, urn, exclusion, verdict)


def _state(item: ExclusionItem) -> Span:
    if item.clash:
        return span(f"{glyphs.ATTENTION} clash", "warn")
    if not item.active:
        return span(f"{glyphs.LATER} lifted", "muted")
    if item.due:
        return span(f"{glyphs.ATTENTION} review due", "warn")
    return span(f"{glyphs.OK} in force", "good")
