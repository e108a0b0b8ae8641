"""Problems: a list that informs; what mends them is done elsewhere, and each row says where."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.desk import Desk
from misconsole.services.views import ProblemItem
from screens import glyphs
from screens.commands import bindings
from screens.widgets.columns import Column
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.stored import Stored
from screens.workspace.tab import Tab, facts


class Problems(Tab[ProblemItem]):
    """Records and fields the last run left out: which rule did it and who can mend it (W1-W12)."""

    slug, label, short = "problems", "Problems", "Prob"
    noun = ("problem", "problems")
    BINDINGS = bindings("problems")
    scopes = ("problems",)

    def source(self, desk: Desk) -> Stored[ProblemItem]:
        from misconsole.services import queues

        return Stored(queues.problem_list(desk, self.urn))

    def columns(self) -> list[Column[ProblemItem]]:
        return [
            Column(name="who", title="Who mends it", width=14, cell=lambda i: i.who),
            Column(name="subject", title="About", width=18, grow=1, cell=self._subject),
            Column(name="report", title="Report", width=10, rank=3, cell=lambda i: i.report),
            Column(
                name="field",
                title="Field",
                width=13,
                rank=2,
                cell=lambda i: (i.field or "").replace("_", " "),
            ),
            Column(
                name="message",
                title="What was wrong",
                width=24,
                grow=3,
                cell=lambda i: self.showing.prose(i.message, otherwise=i.code.replace("_", " ")),
            ),
        ]

    def _subject(self, item: ProblemItem) -> str:
        return str(self.showing.name(item.subject))

    def empty(self) -> Sequence[Line]:
        return [line("The last sync left nothing out.")]

    def details(self, row: ProblemItem, width: int) -> list[Line]:
        show = self.showing
        what = show.prose(row.message, otherwise=row.code.replace("_", " "))
        lines = [line(span(show.name(row.subject), "strong"), f"  {row.role}")]
        lines += wrap(line(span(f"{glyphs.ATTENTION} {what}", "warn")), width, indent=2)
        lines += wrap(line(span("Mend: ", "muted"), show.prose(row.mend)), width, indent=6)
        lines += facts(
            width,
            ("who can", row.who),
            ("report", row.report),
            ("rule", row.code),
            ("place", show.prose(row.place)),
        )
        return lines

    def who(self, row: ProblemItem) -> int | str:
        return row.person_id or row.subject
