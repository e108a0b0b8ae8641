"""The questions behind an account by hand and a display name of one's own, as the Accounts tab asks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from misconsole.services.desk import Desk
from misconsole.services.views import AccountView, DecisionView
from screens.prompts import Answers, Asked, Form
from screens.widgets.lines import Line, line
from screens.workspace.new_account import NewAccount, request_of, similar_lines

if TYPE_CHECKING:
    from misconsole.services.manual import Look, Request
    from screens.workspace.accounts import Accounts

MOST = 5


def make_by_hand(tab: Accounts) -> None:
    """Type it, look once more at who is similar, make it."""

    def typed(answers: Answers | None) -> None:
        request = request_of(answers) if answers else None
        if request is None:
            tab.program.say("Nothing was changed.")
            return
        desk = tab.program.desk

        def look() -> Look:
            from misconsole.services import manual

            return manual.look(desk, tab.urn, request)

        tab.ask(look, lambda found: _looked(tab, request, found), group="look")

    tab.program.push_screen(NewAccount(tab.urn), typed)


def _looked(tab: Accounts, request: Request, found: Look) -> None:
    def make(desk: Desk) -> DecisionView:
        from misconsole.services import decide, manual

        manual.create(desk, tab.urn, request, despite=bool(found.similar))
        done = decide.last(desk, tab.urn)
        assert done is not None  # noqa: S101 - it was decided a moment ago
        return done

    show = tab.showing
    doubts: list[Line] = []
    if found.question:
        doubts.append(line(show.prose(found.question, otherwise="The username asks to be looked at.")))
    doubts += similar_lines(found.similar, show, tab.size.width, most=MOST)
    if not doubts:
        tab.decide_at_once(make)
        return
    title = "Somebody similar is there already" if found.similar else "Look at the username"
    who = f"{show.handle(found.username)}, {show.name(request.name)}"
    what = [*doubts, line(f"{who} would be one more account. u takes it back.")]
    tab.confirm(title, what, make, verb="make it all the same")


def choose_display_name(tab: Accounts, account: AccountView) -> None:
    """Empty goes back to the name of the MIS; a wording that reads badly is asked about."""
    show = tab.showing

    def named(answers: Answers | None) -> None:
        if answers is None:
            tab.program.say("Nothing was changed.")
            return
        from misconsole.rules import suitable

        name = answers["name"]
        said = suitable.wording(name, given=account.given_name, family=account.family_name)

        def choose(desk: Desk) -> DecisionView:
            from misconsole.services import decide

            return decide.set_display_name(desk, tab.urn, account.id, name, despite=bool(said))

        if not said:
            tab.decide_at_once(choose)
            return
        what = [line(said), line("It is shown everywhere at once; u takes it back.")]
        tab.confirm(f"Show {show.handle(account.username)} as {name}?", what, choose, verb="show it so")

    asked = [
        Asked(name="name", title="Shown as", value="" if show.masked else account.own_display_name or "",
              hint="empty: as the MIS has it", required=False, check=_wrong)
    ]  # fmt: skip
    what = [line(f"The MIS calls them {show.name(account.mis_display_name)}; it goes on doing so beneath.")]
    form = Form(f"What {show.handle(account.username)} is shown as", asked, what=what, verb="show it so")
    tab.program.push_screen(form, named)


def _wrong(name: str) -> str:
    from misconsole.errors import Usage
    from misconsole.services.decisions.display_name import check

    try:
        check(name)
    except Usage as wrong:
        return wrong.message
    return ""
