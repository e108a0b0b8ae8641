"""Accounts: everyone, filtered and sorted in place; rename, unlink, why."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.desk import Desk
from misconsole.services.views import AccountView, DecisionView
from screens import glyphs
from screens.commands import Command, bindings
from screens.prompts import Answers, Asked
from screens.showing import counted, said_day
from screens.widgets.columns import Column
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.widgets.stored import Stored
from screens.workspace.tab import Tab, facts


class Accounts(Tab[AccountView]):
    slug, label, short = "accounts", "Accounts", "Accts"
    noun = ("account", "accounts")
    markable = True
    BINDINGS = bindings("accounts")
    scopes = ("accounts",)

    def source(self, desk: Desk) -> Stored[AccountView]:
        from misconsole.services import queues

        return Stored(queues.account_list(desk, self.urn))

    def columns(self) -> list[Column[AccountView]]:
        return [
            Column(
                name="username",
                title="Username",
                width=16,
                grow=1,
                cell=lambda a: self.showing.handle(a.username),
            ),
            Column(name="name", title="Name", width=20, grow=2, cell=lambda a: self.showing.account(a)),
            Column(name="role", title="Role", width=6, rank=1, cell=lambda a: a.role),
            Column(name="state", title="State", width=13, cell=_state),
            Column(name="mis", title="In the MIS", width=14, grow=1, rank=2, cell=self._person),
            Column(
                name="entry",
                title="Entry",
                width=5,
                rank=4,
                right=True,
                cell=lambda a: str(a.year_of_entry or ""),
            ),
            Column(
                name="created",
                title="Latest",
                width=17,
                rank=5,
                cell=self._latest,
            ),
        ]

    def _latest(self, account: AccountView) -> str:
        """Q6: the latest move or creation; sorted by it, the newest accounts stand together."""
        if account.latest is None:
            return ""
        return f"{'linked' if account.moved else 'made'} {self.showing.when(account.latest)}"

    def _person(self, account: AccountView) -> str:
        person = account.person
        if person is None:
            return f"{glyphs.LATER} awaited" if account.awaited else glyphs.DASH
        group = person.registration_group or person.staff_code or person.source_id
        return f"{glyphs.OK} {group if person.role == 'pupil' else self.showing.handle(group)}"

    def empty(self) -> Sequence[Line]:
        return [
            line("There is no account yet."),
            line("A sync makes them; the command misconsole account import brings in those you have."),
        ]

    def details(self, row: AccountView, width: int) -> list[Line]:
        show = self.showing
        lines = [
            *wrap(line(span(show.account(row), "strong"), f"  {show.handle(row.username)}"), width),
            *facts(
                width,
                ("role", row.role),
                ("state", row.state),
                ("e-mail", show.email(row.email)),
                ("born", show.birth(row.date_of_birth)),
                ("year of entry", str(row.year_of_entry or "")),
                ("UPN", show.handle(row.upn)),
                ("MIS id", show.handle(row.mis_id)),
                ("staff code", show.handle(row.staff_code)),
                (
                    "made",
                    f"{'by hand' if row.origin == 'manual' else row.origin}, {show.when(row.created_at)}",
                ),
                ("starts", said_day(row.starts_on)),
                ("shown as", "by their own choice" if row.own_display_name else ""),
                ("in the MIS as", show.name(row.mis_display_name) if row.own_display_name else ""),
                ("handed out", show.when(row.handed_out_at) if row.handed_out_at else ""),
                ("also known as", ", ".join(show.handle(alias) for alias in row.aliases)),
            ),
            (),
        ]
        if row.person is None:
            told = "The MIS is expected to bring this person." if row.awaited else NOBODY
            return [*lines, *wrap(line(span(told, "muted")), width)]
        person = row.person
        return [
            *lines,
            line(span("In the MIS", "strong")),
            *facts(
                width,
                ("name", show.person(person)),
                ("group", person.registration_group or ""),
                ("job", person.job_title or ""),
                ("born", show.birth(person.date_of_birth)),
                ("status", person.status),
                ("gate", person.gate_detail or person.gate),
            ),
        ]

    def who(self, row: AccountView) -> int | str:
        return row.person.id if row.person else row.username

    def why_not(self, wanted: Command) -> str:
        if refused := super().why_not(wanted):
            return refused
        marked = len(self.grid.marked)
        if wanted.writes and wanted.scope == "accounts" and marked > 1:
            if wanted.id == "accounts.new":
                return ""
            return f"{counted(marked, 'account')} are marked; this changes one at a time. * clears the marks."
        if wanted.id == "accounts.display-name" and self.chosen and self.chosen.role == "pupil":
            return "Pupils have the name that the MIS has."
        if wanted.id == "accounts.unlink" and self.row and self.row.person is None:
            return "Nobody in the MIS has this account, so there is no link to take away."
        return ""

    @property
    def chosen(self) -> AccountView | None:
        """The one marked account, else the one under the cursor."""
        if len(self.grid.marked) == 1:
            return self.grid.row(next(iter(self.grid.marked)))
        return self.row

    def do_rename(self) -> None:
        account = self.chosen
        if account is None:
            return

        def rename(desk: Desk, answers: Answers) -> DecisionView:
            from misconsole.services import decide

            return decide.rename(desk, self.urn, account.id, answers["username"])

        asked = [
            Asked(
                name="username",
                title="New username",
                value=account.username,
                hint="the old one stays reserved and still leads here",
            )
        ]
        self.ask_for(f"Rename {self.showing.handle(account.username)}", asked, rename, verb="rename")

    def do_new(self) -> None:
        from screens.workspace.making import make_by_hand

        if not self._unsettled():
            make_by_hand(self)

    def do_display_name(self) -> None:
        from screens.workspace.making import choose_display_name

        if (account := self.chosen) is not None and not self._unsettled():
            choose_display_name(self, account)

    def do_rename_many(self) -> None:
        """All marked, else all the filter shows; without either everybody in use."""
        from screens.rename.screen import Rename

        grid = self.grid
        chosen = list(grid.marked) or (grid.shown_keys() if grid.shown_for else None)
        ids = None if chosen is None else [int(str(key)) for key in chosen]
        self.program.push_screen(Rename(self.urn, ids=ids))

    def do_proposed(self) -> None:
        from screens.rename.screen import Rename

        self.program.push_screen(Rename(self.urn, proposed=True))

    def do_formats(self) -> None:
        from screens.formats import Formats

        self.program.push_screen(Formats(self.urn))

    def do_unlink(self) -> None:
        account = self.chosen
        if account is None:
            return

        def unlink(desk: Desk, answers: Answers) -> DecisionView:
            from misconsole.services import decide

            return decide.unlink(desk, self.urn, account.id, reason=answers["reason"])

        title = f"Take the MIS person away from {self.showing.handle(account.username)}"
        self.ask_for(title, [Asked(name="reason", title="Reason")], unlink, verb="unlink")


NOBODY = "Nobody in the MIS has this account."
STATES = {"active": (glyphs.OK, "good"), "unallocated": (glyphs.ATTENTION, "warn")}


def _state(account: AccountView) -> Span:
    sign, kind = STATES.get(account.state, (glyphs.LATER, "muted"))
    return span(f"{sign} {account.state}", kind)
