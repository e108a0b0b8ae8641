"""The part of a plan that touches accounts: create, link, update, and take away.

Usernames are given out in a fixed order (role, family name, given name, date of birth, source id), so
that planning the same people twice gives everybody the same name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from misconsole.rules import suitable, usernames
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.known import Judged, Known, Matched, Naming, Roll
from misconsole.rules.names import fold
from misconsole.rules.plan_parts import (
    AccountChange,
    AccountData,
    EndedLink,
    Key,
    NewAccount,
    NewLink,
    Trouble,
    Unallocation,
)
from misconsole.rules.plan_people import LOOKUP, absent
from misconsole.rules.season import Season
from misconsole.rules.username_kinds import kind_of

ABSENT = "absent"
REVIVED = frozenset({"unallocated", "let-go"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """``kept_for_now`` accounts of leavers that the school keeps over the summer; ``seasonal`` maps a year
    group to those taken away that leave with it."""

    ended: tuple[EndedLink, ...] = ()
    unallocated: tuple[Unallocation, ...] = ()
    by_hand: int = 0
    kept_for_now: int = 0
    seasonal: Mapping[str, int] = field(default_factory=dict)


class Changes(NamedTuple):
    """``updated`` are people whose linked account changes; rows of new links are not counted there."""

    rows: tuple[AccountChange, ...]
    updated: set[Key]
    renamed_on_link: int
    renamed_beneath: int = 0  # whose holder chose a display name that stays shown (O9)


def _departed(roll: Roll, known: Known) -> Iterator[tuple[Key, str]]:
    """People with an account who are proved absent or have left by their dates, with the reason."""
    for key in known.links:
        judged = roll.people.get(key)
        if judged is None and key in known.people and absent(key, roll):
            yield key, ABSENT
        elif judged is not None and judged.left:
            yield key, judged.left


def leaving(
    roll: Roll, known: Known, new: tuple[NewLink, ...] = (), *, season: Season | None = None
) -> Leaving:
    """Links that end and accounts that lose their last association by it (Q1, Q7, K12).

    An account that ``new`` links to somebody else, as after a change of MIS, stays in use.
    """
    departed = {
        key: reason
        for key, reason in _departed(roll, known)
        if not _kept(known.accounts.get(known.links[key].account_id))
    }
    if known.mode != "create":
        active = (known.accounts.get(known.links[key].account_id) for key in departed)
        return Leaving(by_hand=sum(1 for a in active if a and a.state == "active"))
    for_now = {key for key in departed if _over_the_summer(key, known, season)}
    departed = {key: reason for key, reason in departed.items() if key not in for_now}
    ending = {(known.school_id, key[0], known.links[key].person_id) for key in departed}
    taken: dict[int, Unallocation] = {}
    passed_on = {link.account_id for link in new}
    for key, reason in departed.items():
        account = known.accounts.get(known.links[key].account_id)
        if (
            account
            and account.account_id not in passed_on
            and _last_association(account, ending, known.school_id)
        ):
            taken[account.account_id] = Unallocation(
                account_id=account.account_id, username=account.username, role=key[0], reason=reason,
                name=account.display_name or account.username,
            )  # fmt: skip
    ended = tuple(EndedLink(link_id=known.links[key].link_id, reason=why) for key, why in departed.items())
    return Leaving(
        ended=ended, unallocated=tuple(taken.values()), kept_for_now=len(for_now),
        seasonal=_seasonal(taken, known, season),
    )  # fmt: skip


def _over_the_summer(key: Key, known: Known, season: Season | None) -> bool:
    account = known.accounts.get(known.links[key].account_id)
    return (
        season is not None
        and key[0] == "pupil"
        and account is not None
        and season.keeps(account.year_of_entry)
    )


def _seasonal(taken: Mapping[int, Unallocation], known: Known, season: Season | None) -> dict[str, int]:
    if season is None:
        return {}
    pupils = (known.accounts[i].year_of_entry for i, gone in taken.items() if gone.role == "pupil")
    return dict(Counter(group for group in map(season.leaves, pupils) if group))


def _kept(account: AccountFacts | None) -> bool:
    return account is not None and account.kept_absent


def _last_association(account: AccountFacts, ending: set[tuple[int, str, int]], school_id: int) -> bool:
    others = [link for link in account.linked_to if link not in ending]
    return account.state == "active" and account.school_id == school_id and not others


def returning(roll: Roll, known: Known) -> dict[Key, int]:
    """People who are back and whose account of before is still free: person -> account."""
    if known.mode != "create":
        return {}
    back: dict[Key, int] = {}
    claimed: set[int] = set()
    for key, account_id in known.left.items():
        judged = roll.people.get(key)
        account = known.accounts.get(account_id)
        if judged is None or judged.gate or key in known.links or account is None:
            continue
        free = account.state == "unallocated" and not account.linked_to and account_id not in claimed
        if free and _same_birthday(judged.facts, account):
            back[key] = account_id
            claimed.add(account_id)
    return back


def _same_birthday(person: PersonFacts, account: AccountFacts) -> bool:
    born = (person.date_of_birth, account.date_of_birth)
    return None in born or born[0] == born[1]


def staying(roll: Roll, known: Known) -> dict[Key, int]:
    """People who keep their account because they are still here: person -> account."""
    gone = {key for key, _ in _departed(roll, known)}
    return {
        key: link.account_id for key, link in known.links.items() if key in roll.people and key not in gone
    }


def links(roll: Roll, known: Known, matched: Matched, back: Mapping[Key, int]) -> tuple[NewLink, ...]:
    """Links that need nobody: the returned, and what matching is certain of."""
    if known.mode != "create":
        return ()
    made = []
    for key, account_id in sorted(back.items()):
        made.append(_new_link(key, roll.people[key], known.accounts[account_id], "returned", ()))
    for key, match in sorted(matched.linked.items()):
        account = known.accounts[match.account_id]
        made.append(_new_link(key, roll.people[key], account, match.how, match.evidence))
    return tuple(made)


def _new_link(
    key: Key, judged: Judged, account: AccountFacts, how: str, evidence: tuple[dict[str, object], ...]
) -> NewLink:
    return NewLink(
        key=key, facts=judged.facts, account_id=account.account_id, how=how, name=display_name(judged.facts),
        username=account.username, evidence=evidence,
    )  # fmt: skip


def display_name(person: PersonFacts) -> str:
    """Preferred names, each falling back on the legal one, exactly as the MIS writes them (O1, M12)."""
    return " ".join(part for part in (person.first, person.last) if part) or person.source_id


def _first(person: PersonFacts, kind: str) -> str | None:
    return next(iter(person.identifiers.get(kind, ())), None)


def data(person: PersonFacts, *, state: str = "active") -> AccountData:
    """What an account takes from its person (K8, L5, N7)."""
    return AccountData(
        display_name=display_name(person), given_name=person.first, family_name=person.last,
        date_of_birth=person.date_of_birth, year_of_entry=person.year_of_entry, state=state,
        upn=_first(person, "upn"), mis_id=_first(person, "mis_id"), staff_code=_first(person, "staff_code"),
        kept_absent=False,
    )  # fmt: skip


def stored(account: AccountFacts) -> AccountData:
    return AccountData(
        display_name=account.display_name, given_name=account.given_name, family_name=account.family_name,
        date_of_birth=account.date_of_birth, year_of_entry=account.year_of_entry, upn=account.upn,
        mis_id=account.mis_id, staff_code=account.staff_code, state=account.state,
        kept_absent=account.kept_absent,
    )  # fmt: skip


def refreshed(account: AccountFacts, person: PersonFacts) -> AccountData:
    """The account as the MIS has it now; what the MIS does not supply stays as it is."""
    before, after = stored(account), data(person)
    state = "active" if account.state in REVIVED else account.state
    return replace(
        after,
        display_name=after.display_name if person.first or person.last else before.display_name,
        given_name=after.given_name or before.given_name,
        family_name=after.family_name or before.family_name,
        date_of_birth=after.date_of_birth or before.date_of_birth,
        year_of_entry=before.year_of_entry if after.year_of_entry is None else after.year_of_entry,
        upn=after.upn or before.upn,
        mis_id=after.mis_id or before.mis_id,
        staff_code=after.staff_code or before.staff_code,
        state=state,
    )


def changes(roll: Roll, known: Known, gone: Leaving, new: tuple[NewLink, ...]) -> Changes:
    """Linked accounts brought up to date with the MIS (O2, O12, L5): names shown, identifiers, cohort."""
    if known.mode == LOOKUP:
        return Changes((), set(), 0)
    ended = {end.link_id for end in gone.ended}
    rows: list[AccountChange] = []
    updated: set[Key] = set()
    renamed = beneath = 0
    done: set[int] = set()
    pairs = [(link.key, link.account_id, True) for link in new]
    pairs += [(key, kept.account_id, False) for key, kept in known.links.items() if kept.link_id not in ended]
    for key, account_id, fresh in pairs:
        change = _change(roll.people.get(key), known.accounts.get(account_id), fresh)
        if change is None or account_id in done:
            continue
        done.add(account_id)
        rows.append(change)
        moved = change.before.display_name != change.after.display_name
        if known.accounts[account_id].own_display_name:
            beneath += moved
        elif fresh:
            renamed += moved
        if not fresh:
            updated.add(key)
    return Changes(tuple(rows), updated, renamed, beneath)


def _change(judged: Judged | None, account: AccountFacts | None, fresh: bool) -> AccountChange | None:
    if judged is None or account is None or judged.left:
        return None
    before, after = stored(account), refreshed(account, judged.facts)
    if not fresh:
        after = replace(after, state=before.state)
    if before == after:
        return None
    return AccountChange(
        account_id=account.account_id, username=account.username, role=account.role, before=before,
        after=after,
    )  # fmt: skip


def create(
    roll: Roll, known: Known, matched: Matched, back: Mapping[Key, int], naming: Naming
) -> tuple[tuple[NewAccount, ...], tuple[Trouble, ...]]:
    """Accounts for everybody eligible who has none and resembles nobody (K1), named in a fixed order."""
    if known.mode != "create":
        return (), ()
    taken = set(known.taken)
    made: list[NewAccount] = []
    troubles: list[Trouble] = []
    for judged in sorted(free(roll, known, matched, back), key=lambda judged: _order(judged.facts)):
        try:
            account = _named(judged.facts, known, naming, taken)
        except usernames.FormatError as problem:
            troubles.append(_trouble(judged.facts, "no_username", str(problem)))
            continue
        made.append(account)
        folded = account.username.casefold()
        taken.add(account.username if folded == account.username else folded)  # one copy in memory
        if account.review:
            troubles.append(_trouble(judged.facts, "username_review", account.review))
    return tuple(made), tuple(troubles)


def free(roll: Roll, known: Known, matched: Matched, back: Mapping[Key, int]) -> list[Judged]:
    """Everybody eligible who has no account, gets none back, and resembles nobody; create mode only."""
    if known.mode != "create":
        return []
    busy = (known.links, back, matched.linked, matched.waiting)
    return [j for key, j in roll.people.items() if not j.gate and not any(key in part for part in busy)]


def _order(person: PersonFacts) -> tuple[str, str, str, date, str]:
    born = person.date_of_birth or date.max
    return (person.role, fold(person.last), fold(person.first), born, person.source_id)


def _named(person: PersonFacts, known: Known, naming: Naming, taken: set[str]) -> NewAccount:
    form = naming.formats.get(kind_of(person.role, person.teaching)) or naming.formats[person.role]
    year = person.year_of_entry if person.role == "pupil" else None
    base = usernames.base(form, given=person.first, family=person.last, year_of_entry=year)
    name = usernames.unique(base, form, taken)
    return NewAccount(
        key=person.key, facts=person, role=person.role, username=name, domain_key=known.domain_key,
        email=usernames.email(name, known.domain) if known.domain else None, data=data(person),
        review=base.review or suitable.question(name, given=person.first, family=person.last),
    )  # fmt: skip


def _trouble(person: PersonFacts, code: str, message: str) -> Trouble:
    return Trouble(
        report="staff" if person.role == "staff" else "students", subject=display_name(person), code=code,
        message=message, mend="Rename the account before it is handed out, or choose another format.",
        who="operator", role=person.role, source_id=person.source_id, field="username",
    )  # fmt: skip
