"""Non-MIS: accounts that no MIS person has. Keep with a reason, link to somebody, or remove (S)."""

from __future__ import annotations

from collections.abc import Sequence

from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView, ManyView, NonMisItem, PersonView
from screens import glyphs
from screens.commands import bindings
from screens.prompts import Answers, Asked, day_check, read_day
from screens.showing import oldest_first, said_day
from screens.widgets.columns import Column
from screens.widgets.lines import Line, Span, line, span, wrap
from screens.workspace.cases import Cases
from screens.workspace.tab import facts


class NonMis(Cases[NonMisItem]):
    slug, label, short = "non-mis", "Non-MIS", "Non-MIS"
    noun = ("account without a MIS person", "accounts without a MIS person")
    things = ("account", "accounts")
    one_at_a_time = ("non-mis.link",)
    BINDINGS = bindings("non-mis")
    scopes = ("non-mis",)

    def fetch(self, desk: Desk) -> Sequence[NonMisItem]:
        from misconsole.services import queues

        return queues.non_mis(desk, self.urn)

    def columns(self) -> list[Column[NonMisItem]]:
        return [
            Column(name="state", title="Review", width=13, cell=_state),
            Column(
                name="username",
                title="Username",
                width=14,
                grow=1,
                cell=lambda i: self.showing.handle(i.account.username),
            ),
            Column(
                name="name", title="Name", width=18, grow=2, cell=lambda i: self.showing.account(i.account)
            ),
            Column(name="role", title="Role", width=6, rank=2, cell=lambda i: i.account.role),
            Column(
                name="age",
                title="Last reviewed",
                width=13,
                rank=1,
                cell=lambda i: self._age(i),
                sort=lambda i: oldest_first(i.reviewed_at),
            ),
            Column(
                name="until",
                title="Until",
                width=11,
                rank=3,
                cell=lambda i: said_day(i.until),
                sort=lambda i: i.until,
            ),
            self.note_column(),
        ]

    def _age(self, item: NonMisItem) -> str:
        days = item.age_days
        if days is None or days < 1:
            return self.showing.age(days)
        return f"{self.showing.age(days)} ago"

    def key(self, row: NonMisItem) -> int:
        return row.account.id

    def search(self, row: NonMisItem) -> str:
        account = row.account
        return f"{account.username} {account.display_name} {account.email or ''} {account.role} {row.reason}"

    def empty(self) -> Sequence[Line]:
        return [line("Every active account belongs to somebody in the MIS.")]

    def details(self, row: NonMisItem, width: int) -> list[Line]:
        show, account = self.showing, row.account
        lines = [
            *wrap(line(span(show.account(account), "strong"), f"  {show.handle(account.username)}"), width),
            *facts(
                width,
                ("role", account.role),
                ("e-mail", show.email(account.email)),
                ("born", show.birth(account.date_of_birth)),
                ("UPN", show.handle(account.upn)),
                ("made", f"{account.origin}, {show.when(account.created_at)}"),
            ),
        ]
        if row.verdict:
            lines += facts(
                width,
                ("kept", f"by {row.reviewed_by}, {show.when(row.reviewed_at)}"),
                ("reason", show.prose(row.reason)),
                ("until", said_day(row.until) or "no day set"),
            )
        return lines

    def who(self, row: NonMisItem) -> str:
        return row.account.username

    def called(self, row: NonMisItem) -> str:
        return f"{self.showing.handle(row.account.username)}  {self.showing.account(row.account)}"

    def about(self, row: NonMisItem) -> tuple[int | None, int | None]:
        return None, row.account.id

    def noted(self, row: NonMisItem) -> int:
        return row.account.notes

    def do_keep(self) -> None:
        marked, item = self.marked, self.row
        rows = marked or ([item] if item else [])
        if not rows:
            return
        first, accounts = rows[0], [row.account.id for row in rows]

        def keep(desk: Desk, answers: Answers) -> DecisionView | ManyView:
            from misconsole.services import decide

            reason, until = answers["reason"], read_day(answers["until"])
            if marked:
                return decide.keep_many(desk, self.urn, accounts, reason=reason, until=until)
            return decide.keep(desk, self.urn, accounts[0], reason=reason, until=until)

        asked = [
            Asked(name="reason", title="Reason", hint="governor, visitor, supply agency", value=first.reason),
            Asked(
                name="until",
                title="Until",
                hint="a day; empty for no end",
                required=False,
                check=day_check,
                value=first.until.isoformat() if first.until else "",
            ),
        ]
        who = self.many(rows) if marked else self.showing.handle(first.account.username)
        self.ask_for(
            f"Keep {who} without a MIS person",
            asked,
            keep,
            verb=f"keep {len(rows)}" if marked else "keep",
            what=self.sample(rows) if marked else (),
        )

    def do_remove(self) -> None:
        if rows := self.marked:
            accounts = [row.account.id for row in rows]

            def remove_all(desk: Desk) -> ManyView:
                from misconsole.services import decide

                return decide.remove_many(desk, self.urn, accounts)

            self.confirm_marked("Remove {}? They lose access.", rows, remove_all, verb="remove them")
            return
        item = self.row
        if item is None:
            return

        def remove(desk: Desk) -> DecisionView:
            from misconsole.services import decide

            return decide.remove(desk, self.urn, item.account.id)

        who = f"{self.showing.handle(item.account.username)}, {self.showing.account(item.account)}"
        what = [
            line(f"{who}, {item.account.role}, loses access."),
            line("u takes it back until somebody changes it."),
        ]
        self.confirm("Remove this account?", what, remove, verb="remove it")

    def do_link(self) -> None:
        item = self.row
        if item is None:
            return
        from screens.workspace.pick import PickPerson

        def picked(person: PersonView | None) -> None:
            if person is None:
                return
            self._still_since = 0.0
            self.decide(lambda desk: _link(desk, self.urn, person.id, item.account.id))

        who = f"{self.showing.handle(item.account.username)}, {self.showing.account(item.account)}"
        self.program.push_screen(PickPerson(self.urn, who), picked)


def _link(desk: Desk, urn: str, person: int, account: int) -> DecisionView:
    from misconsole.services import decide

    return decide.link(desk, urn, person, account)


def _state(item: NonMisItem) -> Span:
    if not item.verdict:
        return span(f"{glyphs.ATTENTION} to review", "warn")
    if item.due:
        return span(f"{glyphs.ATTENTION} due again", "warn")
    return span(f"{glyphs.OK} kept", "good")
