"""Whom a hand-out is for, as the slips and lists want them, and who cannot be handed anything and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col

from data import queues as waiting
from data.tables import Account, School
from misconsole.errors import NotFound, Usage
from misconsole.handouts.slip import Sheet, Slip, natural
from misconsole.rules import handout_settings, passwords, year
from misconsole.rules.options import SchoolOptions
from misconsole.rules.passwords import Password
from misconsole.services import present
from misconsole.services.handout_views import FORMS, LeftOut, Wish
from misconsole.services.views import AccountView

AT_ONCE = 500
GROUPS_TOLD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Somebody to hand a password to. ``own``: what must not stand in it; ``before``: when they had one."""

    account: int
    role: str
    name: str
    sort: str
    username: str
    sign_in: str
    email: str
    group: str
    year: str
    kind: str
    starts: date | None
    own: tuple[str, ...]
    before: datetime | None

    def slip(self, password: Password) -> Slip:
        return Slip(
            account=self.account, role=self.role, name=self.name, sort=self.sort, username=self.username,
            sign_in=self.sign_in, email=self.email, group=self.group, year=self.year, password=password,
        )  # fmt: skip

    @property
    def heading(self) -> str:
        return self.slip(Password("")).heading


def check(school: School, wish: Wish) -> None:
    """Usage for a wish that cannot be."""
    if wish.form not in FORMS:
        raise Usage(f"“{wish.form[:20]}” is no form of a hand-out.", mend=f"Forms: {', '.join(FORMS)}.")
    if school.mode == "lookup":
        raise Usage(f"{school.name} is only looked up; it has no accounts to hand out (L4, L8).")
    if wish.again and not wish.ids:
        raise Usage("A new password for somebody who had one is made by name.", mend="Name who lost it.")
    if wish.split and wish.form not in ("csv", "slips"):
        raise Usage("Only lists and slips come in a file for each registration group.")


def chosen(s: Session, school: School, wish: Wish, *, today: date) -> tuple[list[Ready], list[LeftOut]]:
    """Everybody the wish means, and of those it names the ones who cannot be handed out."""
    if not wish.ids:
        views = present.accounts(s, *waiting.new_users(school.id or 0))
        _known_group(views, wish.group)
        return [ready(school, each) for each in views if _meant(each, wish, today)], []
    views = _named(s, school, wish.ids)
    able, left = [], []
    for each in views:
        if reason := _refusal(each, wish):
            left.append(LeftOut(account=each.id, username=each.username, reason=reason))
        elif _meant(each, wish, today):
            able.append(ready(school, each))
    return able, left


def _known_group(views: Sequence[AccountView], wanted: str) -> None:
    """A group nobody waits in is more often a slip of the keyboard than a wish for nobody."""
    if not wanted:
        return
    known = {heading_of(each) for each in views}
    if wanted.strip().casefold() not in {each.casefold() for each in known}:
        told = ", ".join(sorted(known, key=natural)[:GROUPS_TOLD]) or "none"
        more = f" and {len(known) - GROUPS_TOLD} more" if len(known) > GROUPS_TOLD else ""
        raise NotFound(
            f"Nobody waits in a group “{wanted.strip()[:40]}”.",
            mend=f"Groups with new users: {told}{more}.", code="no_such_group",
        )  # fmt: skip


def _named(s: Session, school: School, ids: Sequence[int]) -> list[AccountView]:
    found: list[AccountView] = []
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        found += present.accounts(s, col(Account.school_id) == school.id, col(Account.id).in_(part))
    if missing := set(ids) - {each.id for each in found}:
        raise NotFound(f"{school.name} has no account with the number {min(missing)}.")
    return found


def _refusal(each: AccountView, wish: Wish) -> str:
    if each.state != "active":
        return "The account is not in use."
    if each.origin not in waiting.HANDED_OUT:
        return "The account was there before; its password is the directory's."
    if each.handed_out_at is not None and not wish.again:
        return f"Handed out on {each.handed_out_at:%-d %B %Y}; a new password is asked for apart (again)."
    if each.handed_out_at is None and wish.again:
        return "Never handed out; this is no second time."
    return ""


def _meant(each: AccountView, wish: Wish, today: date) -> bool:
    if wish.role and each.role != wish.role:
        return False
    starts = each.person.start_date if each.person else None
    if wish.starting_by is not None and starts is not None and starts > max(wish.starting_by, today):
        return False
    return not wish.group or heading_of(each).casefold() == wish.group.strip().casefold()


def heading_of(each: AccountView) -> str:
    """The registration group, else Staff, Others, or without one."""
    from misconsole.handouts.slip import OTHERS, PUPIL_ALONE

    group = (each.person.registration_group or "") if each.person else ""
    return group.strip() or OTHERS.get(each.role, PUPIL_ALONE)


def ready(school: School, each: AccountView) -> Ready:
    person = each.person
    group = ((person.registration_group or "") if person else "").strip()
    code = person.year_group if person and each.role == "pupil" else None
    names = (each.given_name or "", each.family_name or "", each.display_name or "")
    name = each.display_name or " ".join(filter(None, names[:2])) or each.username
    return Ready(
        account=each.id, role=each.role, name=name, sort=f"{names[1]} {names[0]}".strip() or name,
        username=each.username, sign_in=sign_in(school, each), email=each.email or "", group=group,
        year=year.label(code, school.country), before=each.handed_out_at,
        kind=passwords.kind_of(each.role, code, country=school.country),
        starts=person.start_date if person else None,
        own=(*names, each.username, school.name, school.scope),
    )  # fmt: skip


def sign_in(school: School, each: AccountView) -> str:
    """What is typed at sign-in: with the scope where the school has one, else the address (M13)."""
    return f"{each.username}@{school.scope}" if school.scope else each.email or each.username


def sheet(school: School, options: SchoolOptions, day: date) -> Sheet:
    return Sheet(
        school=school.name, day=day, where=options.sign_in_at,
        steps=handout_settings.steps(options.first_steps),
    )  # fmt: skip
