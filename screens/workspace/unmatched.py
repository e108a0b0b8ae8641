"""Unmatched staff and pupils: one key a decision, the evidence in view, a counter running to zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from misconsole.services.desk import Desk
from misconsole.services.views import BulkPlan, DecisionView, ManyView, UnmatchedItem
from screens.commands import Command, bindings
from screens.modes.telling import ModeLine, naming_lines
from screens.prompts import Answers, Asked, day_check, read_day
from screens.showing import counted, full_name
from screens.widgets.columns import Column
from screens.widgets.evidence import BANDS, evidence_lines
from screens.widgets.lines import Line, Span, line, span
from screens.workspace.cases import Cases
from screens.workspace.likely import likely_lines

BAND_ORDER = {"likely": 0, "possible": 1, "many": 2, "none": 3}


class Unmatched(Cases[UnmatchedItem]):
    """Present and eligible people who wait for an account (K)."""

    BINDINGS = bindings("unmatched")
    scopes = ("unmatched",)
    role: str
    details_when_narrow = True
    one_at_a_time = ("unmatched.link",)

    def fetch(self, desk: Desk) -> Sequence[UnmatchedItem]:
        from misconsole.services import queues

        return queues.unmatched(desk, self.urn, self.role)

    def columns(self) -> list[Column[UnmatchedItem]]:
        return [
            Column(name="band", title="Match", width=8, cell=_band, sort=lambda i: BAND_ORDER.get(i.band, 9)),
            Column(
                name="name", title="Name", width=18, grow=2, cell=lambda i: self.showing.sorted_name(i.person)
            ),
            self._group_column(),
            Column(
                name="born",
                title="Born",
                width=11,
                rank=3,
                cell=lambda i: self.showing.birth(i.person.date_of_birth),
                sort=lambda i: i.person.date_of_birth,
            ),
            Column(name="best", title="Candidate", width=13, grow=1, cell=self._best),
            Column(name="called", title="Called", width=14, grow=2, rank=2, cell=self._called),
            Column(
                name="many",
                title="Others",
                width=6,
                rank=4,
                right=True,
                cell=lambda i: str(len(i.candidates) - 1) if len(i.candidates) > 1 else "",
            ),
            self.note_column(),
        ]

    def _group_column(self) -> Column[UnmatchedItem]:
        return Column(
            name="group", title="Group", width=6, rank=1, cell=lambda i: i.person.registration_group or ""
        )

    def _best(self, item: UnmatchedItem) -> str:
        if not item.candidates:
            return ""
        return str(self.showing.handle(item.candidates[0].account.username))

    def _called(self, item: UnmatchedItem) -> str:
        return str(self.showing.name(full_name(item.candidates[0].account))) if item.candidates else ""

    def key(self, row: UnmatchedItem) -> int:
        return row.person.id

    def search(self, row: UnmatchedItem) -> str:
        person = row.person
        names = " ".join(f"{c.account.username} {full_name(c.account)}" for c in row.candidates)
        mine = (
            person.name,
            person.legal_given_name,
            person.legal_family_name,
            person.registration_group,
            person.staff_code,
            person.upn,
            row.band,
        )
        return f"{' '.join(part for part in mine if part)} {names}"

    def empty(self) -> Sequence[Line]:
        who = "pupil" if self.role == "pupil" else "member of staff"
        return [
            line(f"No {who} waits: everybody who may have an account has one."),
            line("Somebody is missing? ", span("F2", "key"), " tells why."),
        ]

    def details(self, row: UnmatchedItem, width: int) -> list[Line]:
        mode = self.workspace.query_one(ModeLine).mode
        told = naming_lines(mode, row, self.showing, width)
        return [*told, *evidence_lines(row, self.showing, width)]

    def who(self, row: UnmatchedItem) -> int:
        return row.person.id

    # Decisions

    def why_not(self, wanted: Command) -> str:
        if refused := super().why_not(wanted):
            return refused
        if wanted.id in NEEDS_CANDIDATE and not any(row.candidates for row in self._meant):
            return "Nobody is suggested for this person; n makes a new account."
        if wanted.id == "unmatched.accept-likely" and not self._likely:
            whom = "Of those marked nobody" if self.grid.marked else "Nobody here"
            return f"{whom} is likely enough to be linked without a look."
        return ""

    @property
    def _meant(self) -> list[UnmatchedItem]:
        """The marked rows, else the one under the cursor."""
        return self.marked or ([self.row] if self.row else [])

    @property
    def _likely(self) -> bool:
        rows = self.marked or self.grid.items
        return any(row.band == "likely" for row in rows)

    def called(self, row: UnmatchedItem) -> str:
        group = row.person.registration_group or self.showing.handle(row.person.staff_code)
        return f"{self.showing.sorted_name(row.person)}  {group}".rstrip()

    def about(self, row: UnmatchedItem) -> tuple[int | None, int | None]:
        return row.person.id, None

    def noted(self, row: UnmatchedItem) -> int:
        return row.person.notes

    def _decide(self, work: Callable[[Desk, UnmatchedItem], DecisionView]) -> None:
        if item := self.row:
            self.decide(lambda desk: work(desk, item))

    def do_link(self, key: str) -> None:
        item = self.row
        if item is None or int(key) > len(item.candidates):
            self.program.say(f"There is no candidate {key} here.", kind="warn")
            return
        account = item.candidates[int(key) - 1].account.id

        def link(desk: Desk, chosen: UnmatchedItem) -> DecisionView:
            from misconsole.services import decide

            return decide.link(desk, self.urn, chosen.person.id, account)

        self._decide(link)

    def do_create(self) -> None:
        if rows := self.marked:
            people = [row.person.id for row in rows]

            def create_all(desk: Desk) -> ManyView:
                from misconsole.services import decide

                return decide.create_many(desk, self.urn, people)

            self.confirm_marked("Create accounts for {}?", rows, create_all, verb="create them")
            return

        def create(desk: Desk, item: UnmatchedItem) -> DecisionView:
            from misconsole.services import decide

            return decide.create(desk, self.urn, item.person.id)

        self._decide(create)

    def do_not_same(self) -> None:
        if rows := [row for row in self.marked if row.candidates]:
            pairs = [(row.person.id, row.candidates[0].account.id) for row in rows]

            def refuse_all(desk: Desk) -> ManyView:
                from misconsole.services import decide

                return decide.not_same_many(desk, self.urn, pairs)

            title = "Tell {} apart from the first candidate of each?"
            self.confirm_marked(title, rows, refuse_all, verb="tell them apart")
            return

        def refuse(desk: Desk, item: UnmatchedItem) -> DecisionView:
            from misconsole.services import decide

            return decide.not_same(desk, self.urn, item.person.id, item.candidates[0].account.id)

        self._decide(refuse)

    def do_exclude(self) -> None:
        rows, many = self._meant, bool(self.grid.marked)
        if not rows:
            return
        people = [row.person.id for row in rows]

        def exclude(desk: Desk, answers: Answers) -> DecisionView | ManyView:
            from misconsole.services import decide

            how = {"reason": answers["reason"], "review_on": read_day(answers["review"])}
            if many:
                return decide.exclude_many(desk, self.urn, people, **how)  # type: ignore[arg-type]
            return decide.exclude_person(desk, self.urn, people[0], **how)  # type: ignore[arg-type]

        who = self.many(rows) if many else self.showing.person(rows[0].person)
        self.ask_for(
            f"{who} must never get an account",
            [Asked(name="reason", title="Reason"), REVIEW],
            exclude,
            verb=f"exclude {len(rows)}" if many else "exclude",
            what=self.sample(rows) if many else (),
        )

    def do_accept_likely(self) -> None:
        """Read anew what is likely, of all or of those marked, and show it before anything is linked."""
        desk = self.program.desk
        people = [row.person.id for row in self.marked] or None

        def plan() -> BulkPlan:
            from misconsole.services import decide

            return decide.bulk_plan(desk, self.urn, self.role, people)

        self.ask(plan, self._show_likely, group="likely")

    def _show_likely(self, plan: BulkPlan) -> None:
        if not (self.display and self.workspace.in_front):
            return  # the operator has gone elsewhere meanwhile
        if not plan.total:
            reason = self.showing.prose(plan.refused[0].reason) if plan.refused else ""
            self.program.say(f"Nobody can be linked without a look. {reason}".strip(), kind="warn")
            return
        people = [person for person, _ in plan.pairs]

        def accept(desk: Desk) -> ManyView:
            from misconsole.services import decide

            return decide.accept_likely(desk, self.urn, people)

        title = f"Link {counted(plan.total, *self.things)} to the account that is likely theirs?"
        self.confirm(title, likely_lines(plan, self.showing), accept, verb="link all of them")

    def do_skip(self) -> None:
        if (key := self.grid.cursor_key) is not None:
            self.grid.fade(self.grid.faint | {key})
            self.grid.do_down()


NEEDS_CANDIDATE = ("unmatched.link", "unmatched.not-same")
REVIEW = Asked(
    name="review",
    title="Look at it again on",
    hint="a day such as 2027-01-31; may stay empty",
    required=False,
    check=day_check,
)


def _band(item: UnmatchedItem) -> Span:
    return span(item.band, BANDS.get(item.band, "muted"))


class UnmatchedStaff(Unmatched):
    slug, label, short = "unmatched-staff", "Unmatched staff", "Staff"
    noun = ("member of staff waits", "members of staff wait")
    things = ("member of staff", "members of staff")
    role = "staff"

    def _group_column(self) -> Column[UnmatchedItem]:
        return Column(
            name="code",
            title="Code",
            width=6,
            rank=1,
            cell=lambda i: self.showing.handle(i.person.staff_code),
        )


class UnmatchedPupils(Unmatched):
    slug, label, short = "unmatched-pupils", "Unmatched pupils", "Pupils"
    noun = ("pupil waits", "pupils wait")
    things = ("pupil", "pupils")
    role = "pupil"
