"""Unallocated: who lost an account, in which run and why; give it back, or let it go (Q)."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView, ManyView, UnallocatedItem
from screens.asking import Trouble
from screens.commands import bindings
from screens.prompts import Answers, Asked
from screens.showing import oldest_first
from screens.widgets.columns import Column
from screens.widgets.lines import Line, line, span, wrap
from screens.workspace.cases import Cases
from screens.workspace.tab import facts


class Unallocated(Cases[UnallocatedItem]):
    slug, label, short = "unallocated", "Unallocated", "Unall"
    noun = ("account taken away", "accounts taken away")
    things = ("account", "accounts")
    BINDINGS = bindings("unallocated")
    scopes = ("unallocated",)

    def __init__(self, urn: str) -> None:
        super().__init__(urn)
        self._restoring: UnallocatedItem | None = None  # whom a refused restore was about

    def fetch(self, desk: Desk) -> Sequence[UnallocatedItem]:
        from misconsole.services import queues

        return queues.unallocated(desk, self.urn)

    def columns(self) -> list[Column[UnallocatedItem]]:
        return [
            Column(
                name="name", title="Name", width=20, grow=2, cell=lambda i: self.showing.name(i.person_name)
            ),
            Column(
                name="username",
                title="Username",
                width=16,
                grow=1,
                cell=lambda i: self.showing.handle(i.account.username),
            ),
            Column(name="role", title="Role", width=6, rank=3, cell=lambda i: i.account.role),
            Column(
                name="at",
                title="Taken away",
                width=10,
                cell=lambda i: self.showing.when(i.at),
                sort=lambda i: oldest_first(i.at),
            ),
            Column(
                name="run",
                title="Run",
                width=5,
                rank=4,
                right=True,
                cell=lambda i: str(i.run or ""),
                sort=lambda i: i.run or 0,
            ),
            Column(name="reason", title="Why", width=16, grow=2, rank=2, cell=lambda i: i.reason),
            self.note_column(),
        ]

    def key(self, row: UnallocatedItem) -> int:
        return row.account.id

    def search(self, row: UnallocatedItem) -> str:
        return f"{row.person_name} {row.account.username} {row.account.email or ''} {row.reason}"

    def empty(self) -> Sequence[Line]:
        return [
            line("No account was taken away, or every one has been dealt with."),
            line(span("o", "key"), " shows who leaves soon."),
        ]

    def details(self, row: UnallocatedItem, width: int) -> list[Line]:
        show = self.showing
        return [
            *wrap(
                line(span(show.name(row.person_name), "strong"), f"  {show.handle(row.account.username)}"),
                width,
            ),
            *facts(
                width,
                ("role", row.account.role),
                ("e-mail", show.email(row.account.email)),
                ("taken away", f"{show.when(row.at)}{f', by run {row.run}' if row.run else ''}"),
                ("why", row.reason),
                ("in the MIS", "still absent" if row.still_absent else "there again"),
            ),
            (),
            line(span("r", "key"), " gives it back; a sync then leaves it alone"),
            line(span("l", "key"), " lets it go: this person has left"),
        ]

    def who(self, row: UnallocatedItem) -> str:
        return row.account.username

    def called(self, row: UnallocatedItem) -> str:
        return f"{self.showing.name(row.person_name)}  {self.showing.handle(row.account.username)}"

    def about(self, row: UnallocatedItem) -> tuple[int | None, int | None]:
        return None, row.account.id

    def noted(self, row: UnallocatedItem) -> int:
        return row.account.notes

    def do_restore(self) -> None:
        if rows := self.marked:
            self._restoring = None
            accounts = [row.account.id for row in rows]

            def restore_all(desk: Desk) -> ManyView:
                from misconsole.services import decide

                return decide.restore_many(desk, self.urn, accounts)

            self.confirm_marked("Give {} back?", rows, restore_all, verb="give them back")
        elif item := self.row:
            self._restore(item)

    def _restore(self, item: UnallocatedItem) -> None:
        self._restoring = item

        def restore(desk: Desk) -> DecisionView:
            from misconsole.services import decide

            return decide.restore(desk, self.urn, item.account.id)

        self.decide(restore)

    def _not_decided(self, trouble: Trouble) -> None:
        """The name may since belong to somebody else (Z24): then another one is asked for."""
        super()._not_decided(trouble)
        item, self._restoring = self._restoring, None
        if trouble.code != "username_reassigned" or item is None:
            return

        def again(desk: Desk, answers: Answers) -> DecisionView:
            from misconsole.services import decide

            return decide.restore(desk, self.urn, item.account.id, username=answers["username"])

        asked = [Asked(name="username", title="Restore it as", hint=trouble.mend)]
        self.ask_for(trouble.message, asked, again, verb="restore")

    def do_leaving(self) -> None:
        from screens.workspace.leaving import Leaving

        self.program.push_screen(Leaving(self.urn, self.workspace.school_name))

    def do_let_go(self) -> None:
        if rows := self.marked:
            accounts = [row.account.id for row in rows]

            def let_all_go(desk: Desk) -> ManyView:
                from misconsole.services import decide

                return decide.let_go_many(desk, self.urn, accounts)

            self.confirm_marked("Let {} go?", rows, let_all_go, verb="let them go")
            return
        item = self.row
        if item is None:
            return

        def let_go(desk: Desk) -> DecisionView:
            from misconsole.services import decide

            return decide.let_go(desk, self.urn, item.account.id)

        self.decide(let_go)
