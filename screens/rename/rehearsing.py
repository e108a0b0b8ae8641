"""What a rehearsal of many usernames is shown from: the accounts as read, and what is not applied yet.

Nothing here writes: what is typed, read from a file or left out lives on the screen alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from misconsole.services.views import DecisionView
from screens import glyphs
from screens.listing import Listing
from screens.rename import calls
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line as Drawn
from screens.widgets.lines import line
from screens.widgets.panel import Panel

if TYPE_CHECKING:
    from misconsole.rules.rename import Line, Rehearsal
    from misconsole.services.renames import Prepared

ROLES = ("", "pupil", "teaching", "non-teaching", "other")
ROLE_WORDS = {
    "": "everybody", "pupil": "pupils", "teaching": "teaching staff", "non-teaching": "non-teaching staff",
    "other": "others",
}  # fmt: skip


class Rehearsing(Listing["Line"]):
    """``ids`` None: all accounts in use; ``proposed``: whose surname changed in the MIS."""

    noun = ("line", "lines")

    def __init__(self, urn: str, *, ids: Sequence[int] | None = None, proposed: bool = False) -> None:
        super().__init__()
        self.school = urn
        self.ids, self.proposed = ids, proposed
        self.form = self.role = ""
        self.typed: dict[int, str] = {}
        self.prepared: Prepared | None = None
        self.seen: Rehearsal | None = None
        self.applied: DecisionView | None = None
        self.grid = Grid(
            [
                Column(name="old", title="Now", width=16, grow=1, cell=self._old),
                Column(name="new", title="New", width=20, grow=1, cell=self._new),
                Column(name="name", title="Name", width=16, grow=2, rank=1, cell=self._who),
                Column(name="look", title="Look", width=14, cell=self._look, sort=lambda each: each.look),
            ],
            key=lambda each: each.account_id,
            search=lambda each: f"{each.old} {each.new} {each.name} {each.kind} {each.look.name}",
            empty=self._empty,
            markable=True,
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        name = self.prepared.school_name if self.prepared else self.school
        return ("Schools", name, "Proposed renames" if self.proposed else "Rename many")

    def on_mount(self) -> None:
        self._prepare()

    # Showing

    def _old(self, each: Line) -> str:
        return self.program.showing.handle(each.old)

    def _new(self, each: Line) -> str:
        return self.program.showing.handle(each.new) if each.changes else glyphs.DASH

    def _who(self, each: Line) -> str:
        return self.program.showing.name(each.name)

    def _look(self, each: Line) -> Any:
        from screens.rename.lines import look

        return look(each)

    def _empty(self) -> Sequence[Drawn]:
        if self.proposed:
            return [
                line("No rename is proposed."),
                line("When a surname changes in the MIS, the username stays and is proposed here."),
            ]
        return [line("There is no account to rename here.")]

    def details(self, row: Line, width: int) -> list[Drawn]:
        from screens.rename.lines import about

        return about(row, self.seen, self.showing, width) if self.seen is not None else []

    # Reading and rehearsing

    def _prepare(self, *, then: str = "") -> None:
        desk = self.program.desk
        self.ask(
            lambda: calls.prepare(desk, self.school, self.ids, proposed=self.proposed),
            lambda found: self._prepared(found, then), group="prepare",
        )  # fmt: skip

    def _prepared(self, found: Prepared, then: str) -> None:
        self.prepared = found
        self.retitle()
        self._rehearse(then=then)

    def _rehearse(self, *, then: str = "", from_the_top: bool = False) -> None:
        prepared = self.prepared
        if prepared is None:
            return
        form, role, typed = self.form, self.role, dict(self.typed)
        self.ask(
            lambda: calls.rehearse(prepared, form, role, typed),
            lambda seen: self._rehearsed(seen, then, from_the_top=from_the_top), group="rehearse",
        )  # fmt: skip

    def _rehearsed(self, seen: Rehearsal, then: str, *, from_the_top: bool) -> None:
        from screens.rename.lines import heading

        self.seen = seen
        whom = f"{ROLE_WORDS[self.role]}: " if self.role else ""
        self.query_one(Panel).heading = f"{whom}{heading(seen)}"
        self.grid.show(list(seen.lines))
        if from_the_top:
            self.grid.do_first()
        self.on_grid_moved()
        if then:
            self.program.say(then)

    def those(self) -> list[int]:
        """The accounts marked, else the one under the cursor."""
        marked = [key for key in self.grid.marked if isinstance(key, int)]
        row = self.grid.cursor_row
        return marked or ([row.account_id] if row is not None else [])
