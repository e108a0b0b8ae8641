"""New users and Problems: lists that inform; what mends them is done elsewhere, and each row says where."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.desk import Desk
from misconsole.services.views import NewUserItem, ProblemItem
from screens import glyphs
from screens.commands import bindings
from screens.widgets.columns import Column
from screens.widgets.lines import Line, line, span, wrap
from screens.widgets.stored import Stored
from screens.workspace.tab import Tab, facts


class NewUsers(Tab[NewUserItem]):
    """Created and not handed out yet; their usernames may still change."""

    slug, label, short = "new-users", "New users", "New"
    noun = ("new account", "new accounts")
    BINDINGS = bindings("new-users")
    scopes = ("new-users",)

    def source(self, desk: Desk) -> Stored[NewUserItem]:
        from misconsole.services import queues

        return Stored(queues.new_user_list(desk, self.urn))

    def columns(self) -> list[Column[NewUserItem]]:
        return [
            Column(
                name="username",
                title="Username",
                width=16,
                grow=1,
                cell=lambda i: self.showing.handle(i.account.username),
            ),
            Column(
                name="name", title="Name", width=20, grow=2, cell=lambda i: self.showing.account(i.account)
            ),
            Column(name="role", title="Role", width=6, cell=lambda i: i.account.role),
            Column(name="group", title="Group", width=8, rank=1, cell=lambda i: _group(i)),
            Column(
                name="made",
                title="Made",
                width=10,
                cell=lambda i: self.showing.when(i.account.created_at),
            ),
            Column(
                name="run",
                title="Run",
                width=5,
                rank=2,
                right=True,
                cell=lambda i: str(i.created_run or ""),
            ),
        ]

    def key(self, row: NewUserItem) -> int:
        return row.account.id

    def empty(self) -> Sequence[Line]:
        return [line("No new account waits to be handed out.")]

    def details(self, row: NewUserItem, width: int) -> list[Line]:
        show, account = self.showing, row.account
        by = f", by run {row.created_run}" if row.created_run else ""
        return [
            *wrap(line(span(show.account(account), "strong"), f"  {show.handle(account.username)}"), width),
            *facts(
                ("role", account.role),
                ("group", _group(row)),
                ("e-mail", show.email(account.email)),
                ("born", show.birth(account.date_of_birth)),
                ("year of entry", str(account.year_of_entry or "")),
                ("made", f"{show.when(account.created_at)}{by}"),
            ),
        ]

    def who(self, row: NewUserItem) -> int | str:
        return row.account.person.id if row.account.person else row.account.username


def _group(item: NewUserItem) -> str:
    return (item.account.person.registration_group or "") if item.account.person else ""


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
            ("who can", row.who), ("report", row.report), ("rule", row.code), ("place", show.prose(row.place))
        )
        return lines

    def who(self, row: ProblemItem) -> int | str:
        return row.person_id or row.subject
