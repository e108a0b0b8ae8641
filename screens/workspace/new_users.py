"""New users: made here and not handed out yet; their usernames may still change (P1, P6, P7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView, NewUserItem
from screens.commands import Command, bindings
from screens.prompts import Answers, Asked
from screens.showing import counted, said_day
from screens.widgets.columns import Column
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.stored import Stored
from screens.workspace.tab import Tab, facts


class NewUsers(Tab[NewUserItem]):
    slug, label, short = "new-users", "New users", "New"
    noun = ("new account", "new accounts")
    markable = True
    BINDINGS = bindings("new-users")
    scopes = ("new-users",)

    def __init__(self, urn: str) -> None:
        super().__init__(urn)
        self.way_in = ("handout", "")

    def source(self, desk: Desk) -> Stored[NewUserItem]:
        from misconsole.services import handout_looks, queues

        self.way_in = handout_looks.way_in(desk, self.urn)
        return Stored(queues.new_user_list(desk, self.urn))

    def columns(self) -> list[Column[NewUserItem]]:
        return [
            Column(name="username", title="Username", width=16, grow=1,
                   cell=lambda i: self.showing.handle(i.account.username)),
            Column(name="name", title="Name", width=20, grow=2,
                   cell=lambda i: self.showing.account(i.account)),
            Column(name="role", title="Role", width=6, cell=lambda i: i.account.role),
            Column(name="group", title="Group", width=8, rank=1, cell=_group),
            Column(name="starts", title="Starts", width=12, rank=2, cell=self._starts),
            Column(name="made", title="Made", width=10, rank=3,
                   cell=lambda i: self.showing.when(i.account.created_at)),
            Column(name="run", title="Run", width=5, rank=4, right=True,
                   cell=lambda i: str(i.created_run or "")),
        ]  # fmt: skip

    def _starts(self, item: NewUserItem) -> str:
        """Only of those who have not started yet (P9)."""
        day = self._later(item)
        return said_day(day) if day else ""

    def _later(self, item: NewUserItem) -> date | None:
        day = item.account.person.start_date if item.account.person else None
        return day if day is not None and day > self.program.desk.today else None

    def key(self, row: NewUserItem) -> int:
        return row.account.id

    def empty(self) -> Sequence[Line]:
        if self.way_in[0] == "forgotten":
            return [
                line("People of this school get in by Forgot password; nobody waits for a slip."),
                line(f"They sign in at {self.way_in[1]}. The setting first_password says so."),
            ]
        return [line("No new account waits to be handed out.")]

    def details(self, row: NewUserItem, width: int) -> list[Line]:
        show, account = self.showing, row.account
        by = f", by run {row.created_run}" if row.created_run else ""
        later = self._later(row)
        return [
            *wrap(line(span(show.account(account), "strong"), f"  {show.handle(account.username)}"), width),
            *facts(
                width,
                ("role", account.role),
                ("group", _group(row)),
                ("starts", said_day(later) if later else ""),
                ("e-mail", show.email(account.email)),
                ("born", show.birth(account.date_of_birth)),
                ("year of entry", str(account.year_of_entry or "")),
                ("made", f"{show.when(account.created_at)}{by}"),
            ),
        ]

    def who(self, row: NewUserItem) -> int | str:
        return row.account.person.id if row.account.person else row.account.username

    def why_not(self, wanted: Command) -> str:
        if wanted.id == "new-users.hand-out" and self.row is None:
            return ""  # a lost slip is made anew from there
        if refused := super().why_not(wanted):
            return refused
        if wanted.id == "new-users.rename" and len(self.grid.marked) > 1:
            return "One at a time here; b on Accounts renames many. * clears the marks."
        return ""

    def _marked(self) -> tuple[int, ...]:
        return tuple(sorted(key for key in self.grid.marked if isinstance(key, int)))

    # Commands

    def do_hand_out(self) -> None:
        from screens.handout.screen import HandOut

        self.program.push_screen(HandOut(self.urn, ids=self._marked()))

    def do_log(self) -> None:
        from screens.handout.log import HandOutLog

        self.program.push_screen(HandOutLog(self.urn))

    def do_rename(self) -> None:
        marked = self._marked()
        row = self.grid.row(marked[0]) if marked else self.row
        if row is None:
            return
        account = row.account

        def rename(desk: Desk, answers: Answers) -> DecisionView:
            from misconsole.services import decide

            return decide.rename(desk, self.urn, account.id, answers["username"])

        asked = Asked(
            name="username", title="New username", value=account.username,
            hint="the old one stays reserved and still leads here",
        )  # fmt: skip
        self.ask_for(f"Rename {self.showing.handle(account.username)}", [asked], rename, verb="rename")

    def do_no_slips(self) -> None:
        ids = self._marked() or ((self.row.account.id,) if self.row else ())
        if not ids:
            return

        def none(desk: Desk) -> DecisionView:
            from misconsole.services.handout_none import no_slips
            from misconsole.services.handout_views import Wish

            return no_slips(desk, self.urn, Wish(ids=ids))

        what = [
            line("They wait no longer, and no password is made for them here."),
            line("For those who have one already, or get in by Forgot password. u takes it back."),
        ]
        title = f"No slips for {counted(len(ids), 'new user')}?"
        self.confirm(title, what, none, verb="they need none")


def _group(item: NewUserItem) -> str:
    return (item.account.person.registration_group or "") if item.account.person else ""
