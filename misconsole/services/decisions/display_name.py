"""A display name of the holder's own choice: for staff where the school allows it, never for pupils (O9).

It is shown and exported at once and stays over every sync: the name of the MIS goes on changing beneath it
and comes back when the choice is taken away.  Nobody can set another form of display names for all (O10).
"""

from __future__ import annotations

import unicodedata

from data import accounts as account_rows
from data.tables import Account
from misconsole.errors import Held, Usage
from misconsole.rules import suitable
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.schools import options_of
from misconsole.services.views import DecisionView

LONGEST = 60  # characters; what Google takes for a name
RUN = "=+-@"  # what a spreadsheet would run as a formula


def set_display_name(
    desk: Desk, school: str, account_id: int, name: str, *, despite: bool = False
) -> DecisionView:
    """Show this account under ``name`` from now on; "" shows it as the MIS has it again.

    Raises Usage for a name that cannot be one, for a pupil or where the school allows nobody; Held (code
    unsuitable) where the name reads badly, unless ``despite`` says that a person has looked.
    """
    with deciding(desk, school, "display-name") as case:
        account = case.account(account_id)
        wanted = check(name)
        if wanted:
            _check_may(case, account)
        if wanted and not despite:
            _check_suitable(account, wanted)
        before = account_rows.shown_name(account)
        after = wanted or account.display_name
        if (account.own_display_name or "") == wanted:
            case.refuse(f"{account.username} is shown as {before} already", account_id=account_id)
        case.scribe.update(account, own_display_name=wanted or None)
        said = "" if wanted else ", as the MIS has it"
        case.say(f"{account.username} is shown as {after}{said}, not as {before}", before=before, after=after)
    return case.view


def check(name: str) -> str:
    """The name with single blanks, composed (NFC). Raises Usage for one that cannot be shown everywhere."""
    wanted = unicodedata.normalize("NFC", " ".join(name.split(" "))).strip()
    if not wanted:
        return ""
    if not wanted.isprintable():
        raise Usage(
            "A display name has no control characters.", mend="Type it with letters.", code="bad_name"
        )
    if len(wanted) > LONGEST:
        raise Usage(
            f"A display name has at most {LONGEST} characters; this one has {len(wanted)}.", code="bad_name"
        )
    if wanted[0] in RUN or not any(each.isalpha() for each in wanted):
        raise Usage(
            f"“{wanted}” is no display name.", mend="Begin with a letter or a title, such as Dr P. Anand.",
            code="bad_name",
        )  # fmt: skip
    return " ".join(wanted.split())


def _check_may(case: Case, account: Account) -> None:
    if account.role == "pupil":
        raise Usage(
            "Pupils have the name that the MIS has.", mend="Change it in the MIS.", code="not_for_pupils"
        )
    if options_of(case.school).own_display_name != "staff":
        raise Usage(
            f"{case.school.name} allows no display names of one's own.",
            mend=f"misconsole school set {case.school.urn} --set own_display_name=staff allows it for staff.",
            code="not_allowed",
        )


def _check_suitable(account: Account, wanted: str) -> None:
    given = account.preferred_given_name or account.given_name
    family = account.preferred_family_name or account.family_name
    if said := suitable.wording(wanted, given=given, family=family):
        raise Held(f"“{wanted}”: {said}", mend="If it is meant so, say --despite-wording.", code="unsuitable")
