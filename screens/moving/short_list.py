"""The short list of a change of MIS: one key a decision, the evidence in view, as in the unmatched queue.

Protects the operator from deciding on the wrong person: a key counts only when the list has stood still for
a moment, and while one decision is being written no other is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from misconsole.services.guided_views import MoveCandidate, MoveCase, MovePlan
from screens import glyphs
from screens.asking import Trouble
from screens.commands import Command, bindings
from screens.listing import Listing
from screens.moving import calls
from screens.moving.lines import born, case_lines
from screens.widgets.columns import Column
from screens.widgets.evidence import BANDS
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Span, line, span
from screens.widgets.panel import Panel


class ShortList(Listing[MoveCase]):
    BINDINGS = bindings("short-list")
    scopes = ("short-list",)
    noun = ("person of the new MIS", "people of the new MIS")
    DEFAULT_CSS = """
    ShortList .beside > Panel { height: 2fr; }
    ShortList .beside > .about { height: 3fr; }
    """

    def __init__(self, urn: str, plan: MovePlan) -> None:
        super().__init__()
        self.school = urn
        self.plan = plan
        self._still_since = 0.0
        self._writing = False
        self.grid = Grid(
            [
                Column(name="state", title="State", width=10, cell=_state),
                Column(name="name", title="New MIS", width=20, grow=2, cell=lambda c: self._said(c.name)),
                Column(name="role", title="Role", width=6, rank=2, cell=lambda c: c.role),
                Column(name="born", title="Born", width=11, rank=3,
                       cell=lambda c: born(c, self.program.showing), sort=lambda c: c.date_of_birth),
                Column(name="best", title="May be", width=20, grow=2, cell=self._best),
                Column(name="account", title="Account", width=14, grow=1, rank=1, cell=self._account),
            ],
            key=lambda c: (c.role, c.source_id),
            search=lambda c: f"{c.name} {c.role} " + " ".join(f"{o.name} {o.username}" for o in c.candidates),
            empty=lambda: [line("Nobody is in doubt: everybody was found for certain, or is new.")],
        )  # fmt: skip

    def place(self) -> Sequence[str]:
        return ("Schools", self.plan.school_name, f"To {self.plan.mis_title}", "Short list")

    def on_mount(self) -> None:
        self._show(self.plan)

    def _show(self, plan: MovePlan) -> None:
        self.plan = plan
        panel = self.query_one(Panel)
        left = plan.open_cases
        panel.heading = f"{left} to settle" if left else f"{glyphs.OK} All settled; q, then a switches over"
        self.grid.fade(frozenset((c.role, c.source_id) for c in plan.short_list if c.settled))
        self.grid.show(list(plan.short_list))
        self.on_grid_moved()

    def _said(self, name: str) -> str:
        return self.program.showing.name(name)

    def _best(self, case: MoveCase) -> str:
        one = _shown_candidate(case)
        return self._said(one.name) if one else ""

    def _account(self, case: MoveCase) -> str:
        one = _shown_candidate(case)
        return self.program.showing.handle(one.username) if one else ""

    def details(self, case: MoveCase, width: int) -> list[Line]:
        return case_lines(case, self.showing, width)

    def moved(self) -> None:
        self._still_since = monotonic()

    # Deciding

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "short-list.undo":
            return ""
        case = self.grid.cursor_row
        if case is None:
            return "There is nobody under the cursor."
        if wanted.id == "short-list.not-same" and not _left(case):
            return "Nobody is left to tell apart; u takes a decision back."
        return ""

    def do_same(self, key: str) -> None:
        case = self.grid.cursor_row
        if case is None or int(key) > len(case.candidates):
            self.program.say(f"There is no candidate {key} here.", kind="warn")
            return
        self._decide(case, "same", case.candidates[int(key) - 1].person_id)

    def do_new(self) -> None:
        if case := self.grid.cursor_row:
            self._decide(case, "new", 0)

    def do_not_same(self) -> None:
        if (case := self.grid.cursor_row) and (left := _left(case)):
            self._decide(case, "not-same", left[0].person_id)

    def do_skip(self) -> None:
        self.grid.do_down()

    def _unsettled(self) -> bool:
        if self._writing or monotonic() - self._still_since < self.program.quiet_keys:
            self.program.say("Too quick: the list had just moved, so nothing was decided.", kind="warn")
            return True
        return False

    def _decide(self, case: MoveCase, what: str, person: int) -> None:
        if self._unsettled():
            return
        self._writing = True
        desk = self.program.desk
        self.ask(
            lambda: calls.settle(desk, self.school, case.role, case.source_id, what, person),
            lambda plan: self._decided(case, plan), group="settle", failed=self._refused, each=True,
        )  # fmt: skip

    def _decided(self, case: MoveCase, plan: MovePlan) -> None:
        """Stay on a case that still has somebody left to look at, else go to the next open one."""
        self._writing = False
        self._show(plan)
        after = next(c for c in plan.short_list if (c.role, c.source_id) == (case.role, case.source_id))
        words = {"same": "settled", "new": "nobody we know"}.get(after.settled, "not the same")
        self.program.say(f"{self._said(case.name)}: {words}. {_counted(plan)}", kind="good")
        if after.settled:
            self._next_open()

    def _next_open(self) -> None:
        """The next below that is open, else the first from the top that is."""
        if not self.plan.open_cases:
            return
        turned = False
        while (here := self.grid.cursor_row) is not None and here.settled:
            before = self.grid.cursor_key
            self.grid.do_down()
            if self.grid.cursor_key == before:
                if turned:
                    return  # a filter hides those that are open
                turned = True
                self.grid.do_first()

    def _refused(self, trouble: Trouble) -> None:
        self._writing = False
        self.program.complain(trouble)
        desk = self.program.desk
        self.ask(lambda: calls.move(desk, self.school), self._show, group="move")

    def do_undo(self) -> None:
        if self._writing:
            return
        self._writing = True
        desk = self.program.desk
        self.ask(
            lambda: calls.unsettle(desk, self.school), self._undone, group="settle", failed=self._refused,
            each=True,
        )  # fmt: skip

    def _undone(self, answer: tuple[str, MovePlan]) -> None:
        said, plan = answer
        self._writing = False
        self._show(plan)
        told = self.program.showing.prose(said, otherwise="the last decision")
        self.program.say(f"Taken back: {told}" if said else "You have settled nothing here.", kind="good")


def _left(case: MoveCase) -> list[MoveCandidate]:
    return [one for one in case.candidates if not one.state]


def _shown_candidate(case: MoveCase) -> MoveCandidate | None:
    """Who they are, or the first who may still be meant."""
    chosen = [one for one in case.candidates if one.state == "same"]
    return next(iter((*chosen, *_left(case))), None)


def _state(case: MoveCase) -> Span:
    if case.settled:
        return span(f"{glyphs.OK} {case.settled}", "good")
    return span(case.band, BANDS.get(case.band, "muted"))


def _counted(plan: MovePlan) -> str:
    return f"{plan.open_cases} left." if plan.open_cases else "All settled."
