"""How values are said on screen: days, times, names, and the privacy mask over them.

One ``Showing`` is made by the app and asked by every grid and pane, so that ``F9`` covers all of them.
Masked values keep their shape (an initial, a domain) but not their length, so that rows stay tellable
apart for the operator and say nothing to a caller who sees the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from misconsole.counting import counted as counted

if TYPE_CHECKING:  # making every view takes longer than painting the first frame
    from misconsole.services.views import AccountView, PersonView

HIDDEN = "•••"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """``now`` is the clock; ``masked`` the state of the privacy mask. Replaced, not changed, by F9."""

    now: Callable[[], datetime]
    masked: bool = False

    def name(self, text: str | None) -> str:
        text = text or ""
        if not self.masked:
            return text
        return " ".join(f"{word[0]}{HIDDEN}" for word in text.split()[:3])

    def handle(self, text: str | None) -> str:
        """Usernames, UPNs and other marks that lead to a person."""
        text = text or ""
        return f"{text[0]}{HIDDEN}" if self.masked and text else text

    def email(self, text: str | None) -> str:
        text = text or ""
        if not self.masked or not text:
            return text
        return f"{HIDDEN}@{text.partition('@')[2]}" if "@" in text else HIDDEN

    def phone(self, text: str | None) -> str:
        return HIDDEN if self.masked and text else text or ""

    def birth(self, day: date | None) -> str:
        if day is None:
            return ""
        return HIDDEN if self.masked else said_day(day)

    def prose(self, text: str | None, *, otherwise: str = "") -> str:
        """Sentences that may hold a name anywhere."""
        text = text or ""
        return (otherwise or HIDDEN) if self.masked and text else text

    def person(self, person: PersonView) -> str:
        return self.name(person.name)

    def sorted_name(self, person: PersonView) -> str:
        """Family name first, as registers have it."""
        family, given = person.family_name or "", person.given_name or ""
        text = ", ".join(part for part in (family, given) if part) or person.source_id
        if not self.masked:
            return text
        return ", ".join(self.name(part) for part in (family, given) if part) or self.handle(person.source_id)

    def account(self, account: AccountView) -> str:
        return self.name(account.display_name or full_name(account))

    def when(self, at: datetime | None) -> str:
        """Short and absolute, so that an idle screen need not be painted again: "14:05" for today,
        "Tue 19:02", "3 Mar", "3 Mar 2024"."""
        if at is None:
            return "never"
        here, today = at.astimezone(), self.now().astimezone().date()
        days = (today - here.date()).days
        if days == 0:
            return f"{here:%H:%M}"
        if 0 < days < 7:
            return f"{here:%a %H:%M}"
        short = f"{here.day} {MONTHS[here.month - 1]}"
        return short if here.year == today.year else f"{short} {here.year}"

    def age(self, days: int | None) -> str:
        if days is None:
            return "never"
        if days < 1:
            return "today"
        if days < 60:
            return counted(days, "day")
        return counted(days // 30, "month") if days < 730 else counted(days // 365, "year")


def full_name(account: AccountView) -> str:
    return " ".join(part for part in (account.given_name, account.family_name) if part) or account.username


def said_day(day: date | None) -> str:
    return "" if day is None else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_count(number: int) -> str:
    return str(number) if number < 1000 else f"{number // 1000}k"


def took(seconds: float | None) -> str:
    """ "0.8 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def oldest_first(at: datetime | None) -> datetime:
    return at or datetime.min.replace(tzinfo=UTC)
