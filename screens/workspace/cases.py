"""What the queues of cases share: one key for the row under the cursor or for all marked, and notes.

It protects the operator from deciding on more people than meant: a key on marked rows always asks first,
with the number, a sample and how many of them the filter hides; all of it is one decision and one undo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, TypeVar

from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView, ManyView, NoteView
from screens.commands import Command
from screens.prompts import Answers, Asked
from screens.showing import counted
from screens.widgets.columns import Column
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.widgets.order import Rows
from screens.workspace.tab import Tab

Row = TypeVar("Row")
Ids = tuple[tuple[int, ...], tuple[int, ...]]
SAMPLE = 8
LONGEST_NOTE, LONGEST_NAME = 2_000, 64  # as services.notes has them; said while the text can still be mended


class Cases(Tab[Row]):
    """Subclasses say how a row is called and whom its notes are about."""

    markable = True
    one_at_a_time: ClassVar[tuple[str, ...]] = ()  # commands that refuse marks

    def called(self, row: Row) -> str:
        """How a question names the row; masked like everything else."""
        raise NotImplementedError

    def about(self, row: Row) -> tuple[int | None, int | None]:
        """(person id, account id) a note on the row is about: exactly one of them."""
        raise NotImplementedError

    def noted(self, row: Row) -> int:
        """How many notes there are on the row."""
        raise NotImplementedError

    def __init__(self, urn: str) -> None:
        super().__init__(urn)
        self._notes: dict[tuple[int | None, int | None], list[NoteView]] = {}

    # On all marked

    @property
    def marked(self) -> list[Row]:
        """The marked rows, those the filter hides as well."""
        marks = self.grid.marked
        return [row for row in self.grid.items if self.key(row) in marks] if marks else []

    def why_not(self, wanted: Command) -> str:
        marked = len(self.grid.marked)
        if marked and wanted.id in self.one_at_a_time:
            return f"{counted(marked, 'row is', 'rows are')} marked; this is for one. * clears the marks."
        if marked and wanted.scope in self.scopes:
            return ""
        return super().why_not(wanted)

    def many(self, rows: Sequence[Row]) -> str:
        """ "12 pupils", in the words of the tab."""
        return counted(len(rows), *self.things)

    things: ClassVar[tuple[str, str]] = ("row", "rows")

    def sample(self, rows: Sequence[Row]) -> list[Line]:
        lines = [line(f"  {self.called(row)}") for row in rows[:SAMPLE]]
        if len(rows) > SAMPLE:
            lines.append(line(span(f"  and {len(rows) - SAMPLE:,} more", "muted")))
        if hidden := self.grid.marked_hidden:
            lines.append(line(span(f"{counted(hidden, 'is', 'are')} hidden by the filter.", "warn")))
        return [*lines, line("It is one decision; u takes all of it back.")]

    def confirm_marked(
        self, title: str, rows: Sequence[Row], work: Callable[[Desk], ManyView], *, verb: str
    ) -> None:
        """``title`` has a place for the number: "Let {} go?"."""
        self.confirm(title.format(self.many(rows)), self.sample(rows), work, verb=verb)

    # Notes

    def note_column(self) -> Column[Row]:
        return Column(name="notes", title="Note", width=4, rank=1, cell=self._note_cell, sort=self.noted)

    def _note_cell(self, row: Row) -> Span:
        return span(f"{number:>4}" if (number := self.noted(row)) else "", "accent")

    def read(self) -> None:
        desk = self.program.desk

        def work() -> tuple[Rows[Row], tuple[NoteView, ...]]:
            from misconsole.services import notes

            return self.grid.prepare(self.fetch(desk)), notes.listed(desk, self.urn)

        self.ask(work, self._show_noted, group="rows", failed=self._not_read)

    def _show_noted(self, read: tuple[Rows[Row], tuple[NoteView, ...]]) -> None:
        self._notes = {}
        for each in read[1]:
            self._notes.setdefault((each.person_id, each.account_id), []).append(each)
        self._show(read[0])

    def _detail_lines(self, width: int) -> list[Line]:
        row = self.row
        if row is None:
            return []
        return [*self.note_lines(row, width), *super()._detail_lines(width)]

    def notes_on(self, row: Row) -> list[NoteView]:
        return self._notes.get(self.about(row), [])

    def note_lines(self, row: Row, width: int) -> list[Line]:
        """The newest first: who wrote what and when, and who has the case in hand."""
        lines: list[Line] = []
        for each in self.notes_on(row):
            hand = f" {each.assigned_to} has it in hand." if each.assigned_to else ""
            said = f"{self.showing.prose(each.text)}{hand}"
            head = span(f"Note by {each.author}, {self.showing.when(each.at)}: ", "accent")
            lines += wrap(line(head, said), width, indent=2)
        return lines

    def do_note(self) -> None:
        rows = self.marked or ([self.row] if self.row is not None else [])
        if not rows:
            return
        handing = bool(self.marked)
        title = f"Hand {self.many(rows)} over with a note" if handing else f"Note on {self.called(rows[0])}"
        asked = [
            Asked(name="text", title="Note", check=partial(short_enough, most=LONGEST_NOTE)),
            Asked(
                name="to",
                title="In hand of",
                hint="who takes it on" if handing else "who takes it on; may stay empty",
                required=handing,
                check=partial(short_enough, most=LONGEST_NAME),
            ),
        ]
        about = [self.about(row) for row in rows]
        ids = tuple(p for p, _ in about if p is not None), tuple(a for _, a in about if a is not None)
        work = partial(_hand_over if handing else _note, self.urn, ids)
        what = self.sample(rows) if handing else ()
        self.ask_for(title, asked, work, verb="hand over" if handing else "save the note", what=what)


def _note(urn: str, ids: Ids, desk: Desk, answers: Answers) -> DecisionView:
    from misconsole.services import notes

    person, account = (next(iter(each), None) for each in ids)
    return notes.add(
        desk, urn, answers["text"], person_id=person, account_id=account, assigned_to=answers["to"]
    )


def _hand_over(urn: str, ids: Ids, desk: Desk, answers: Answers) -> DecisionView:
    from misconsole.services import notes

    people, accounts = ids
    return notes.hand_over(desk, urn, answers["to"], answers["text"], person_ids=people, account_ids=accounts)


def short_enough(text: str, *, most: int) -> str:
    return "" if len(text) <= most else f"at most {most:,} characters"
