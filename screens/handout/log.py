"""Who printed passwords, when, as what and for whom; the file's name, never a password."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from screens.handout import calls
from screens.handout.lines import FORMS
from screens.listing import Listing
from screens.showing import counted
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line, span, wrap

if TYPE_CHECKING:
    from misconsole.services.handout_views import HandoutView

MOST = 200


class HandOutLog(Listing["HandoutView"]):
    noun = ("hand-out", "hand-outs")

    def __init__(self, urn: str) -> None:
        super().__init__()
        self.school = self.school_name = urn
        self.grid = Grid(
            [
                Column(name="at", title="When", width=16, cell=lambda h: self.program.showing.when(h.at)),
                Column(name="by", title="By", width=12, grow=1, cell=lambda h: h.by),
                Column(name="count", title="People", width=6, right=True, cell=lambda h: str(h.count)),
                Column(name="form", title="As", width=6, cell=lambda h: h.form),
                Column(name="for", title="For", width=10, grow=1, rank=2, cell=_whom),
                Column(name="file", title="File", width=20, grow=2, rank=1, cell=lambda h: h.file),
            ],
            key=lambda each: each.id,
            search=lambda h: f"{h.by} {h.form} {h.file} {_whom(h)} {' '.join(h.usernames)}",
            empty=lambda: [line("Nothing was handed out yet.")],
        )

    def place(self) -> Sequence[str]:
        return ("Schools", self.school_name, "Hand-outs")

    def on_mount(self) -> None:
        desk = self.program.desk
        self.ask(lambda: calls.log(desk, self.school), self._shown, group="log")

    def _shown(self, found: tuple[str, Sequence[HandoutView]]) -> None:
        self.school_name, rows = found
        self.grid.show(list(rows))
        self.retitle()

    def details(self, row: HandoutView, width: int) -> list[Line]:
        show = self.program.showing
        said = f"{counted(row.count, 'password')} as {FORMS[row.form]}, by {row.by}, {show.when(row.at)}"
        more = f" and {len(row.usernames) - MOST} more" if len(row.usernames) > MOST else ""
        names = ", ".join(show.handle(each) for each in row.usernames[:MOST]) + more
        lost = "A second password: the first was lost." if row.again else ""
        lines = [*wrap(line(span(said, "strong")), width), *wrap(line(span(lost, "warn")), width)]
        lines += wrap(line(row.file), width)
        return [*lines, *wrap(line(names), width)]


def _whom(each: HandoutView) -> str:
    return "lost slip" if each.again else each.group or each.role or "all"
