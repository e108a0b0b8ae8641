"""What the school year makes usual: whom a season takes away or brings, and what last year's week brought.

It protects two ways.  A year group that leaves when its year group leaves should not stop a night's run for
every school of the country; and whoever leaves out of season, or with the wrong year group, still counts
towards the limit, so that half an extract in July is held just as it is in February.

Days that the law or custom sets (school leaving dates)
  England, Wales    Year 11: the last Friday in June; Year 13: terms end in July, exams in June
                    (Year 12 goes on to 13: in a sixth-form college not everybody leaves)
  Northern Ireland  Year 12 and Year 14: 30 June
  Scotland          S4 to S6: 31 May; who turns sixteen by the end of February: the first day of the
                    Christmas holidays, about 21 December
The top year group of a school leaves with its last summer term, whatever school that is.  MISs take their
leavers off the roll between those days and the weeks after the new year began.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from dateutil.easter import easter

from misconsole.rules import year

WEEK = timedelta(days=7)
LATELY = timedelta(days=150)  # 31 October looks back to June
NEAR_EASTER = timedelta(days=21)
TOP_LEAST = 3  # pupils; one mistyped Year 13 of a primary school is no top year group
_UK = ("england", "wales")


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A day in the life of one school.

    ``shape``   canonical year group -> pupils, as the store had them before the run, with those who went
                since the year's leavers may go (``LATELY``)
    ``hold``    day up to which accounts of season's leavers are kept, None: not kept (``leavers_hold``)
    """

    today: date
    country: str = "england"
    shape: Mapping[str, int] = field(default_factory=dict)
    hold: date | None = None

    @property
    def top(self) -> int | None:
        return max(self._numbers(), default=None)

    @property
    def lowest(self) -> int | None:
        return min(self._numbers(), default=None)

    def _numbers(self) -> Iterable[int]:
        for code, pupils in self.shape.items():
            number = year.number(code, country=self.country)
            if number is not None and pupils >= TOP_LEAST:
                yield number

    def leaves(self, year_of_entry: int | None) -> str:
        """The year group, as shown, if a pupil of that year of entry may leave in this season; "" if not."""
        if year_of_entry is None:
            return ""
        ending = _year_that_ends(self.today, self.country)
        number = ending - year_of_entry + 1
        if any(first <= self.today <= last for first, last in self._leaving(number, ending)):
            return _shown(number, self.country)
        return ""

    @property
    def _last_of_all(self) -> int:
        """The number of the last year group that schools of the country have."""
        return 14 if self.country == year.NORTHERN_IRELAND else 13

    def _leaving(self, number: int, ending: int) -> Iterable[tuple[date, date]]:
        """Spans of days in which pupils of that year group leave; ``ending`` began the year that ends."""
        summer = ending + 1
        end = date(summer, 10, 31)
        if self.country == year.SCOTLAND:
            if 11 <= number <= 13:
                yield date(summer, 5, 31), date(summer, 9, 30)
                yield date(ending, 12, 18), date(summer, 1, 31)
            elif number == self.top:
                yield date(summer, 6, 20), date(summer, 9, 30)
        elif number == (12 if self.country == year.NORTHERN_IRELAND else 11):
            yield school_leaving_date(summer, self.country), end
        elif number >= (14 if self.country == year.NORTHERN_IRELAND else 13) or (
            number == self.top and number >= 12
        ):
            yield date(summer, 6, 15), end
        elif number == self.top:
            yield date(summer, 7, 1), end

    def joins(self, year_group: str | None) -> str:
        """The year group, as shown, if its pupils usually begin in this season; "" if not."""
        number = year.number(year_group, country=self.country)
        if number is None:
            return ""
        seven = 8 if self.country in (year.SCOTLAND, year.NORTHERN_IRELAND) else 7
        begins = number <= 1 or number in (self.lowest, seven, 12)
        if begins and _autumn(self.today, self.country):
            return _shown(number, self.country)
        if number <= 0 and self._spring_or_summer():
            return _shown(number, self.country)
        return ""

    def _spring_or_summer(self) -> bool:
        """Nurseries and reception classes take children in after Christmas and after Easter."""
        after = self.today - easter(self.today.year)
        return self.today.month == 1 or timedelta() <= after <= 4 * WEEK

    def keeps(self, year_of_entry: int | None) -> bool:
        """Whether a leaver keeps the account for now, because the school holds leavers over the summer."""
        if self.hold is None or self.today > self.hold or year_of_entry is None:
            return False
        ending = _year_that_ends(self.hold, self.country)
        number = ending - year_of_entry + 1
        leaving = number >= 11 if self.country != year.NORTHERN_IRELAND else number >= 12
        return leaving or number == self.top


def hold_until(text: str, *, today: date) -> date | None:
    """The day up to which this summer's leavers keep their accounts, from a day of the year, "31 August".

    It counts from 1 May on; before that, and for "off", there is none.  Raises ValueError for no such day.
    """
    if text.strip().casefold() in ("", "off"):
        return None
    day, month = _day_of_year(text)
    until = date(today.year, month, day)
    return until if date(today.year, 5, 1) <= today else None


def _day_of_year(text: str) -> tuple[int, int]:
    words = text.strip().casefold().split()
    months = [name.casefold() for name in calendar.month_name]
    if len(words) != 2 or not words[0].isdigit() or words[1] not in months[1:]:
        raise ValueError(f"“{text[:30]}” is not a day of the year; write it like 31 August.")
    found = date(2027, months.index(words[1]), int(words[0]))  # raises ValueError for 31 June
    if not date(2027, 6, 1) <= found <= date(2027, 10, 31):
        raise ValueError("Leavers can be held until a day from June to October.")
    return found.day, found.month


def check_hold(text: str) -> object:
    return hold_until(text, today=date(2027, 7, 1))


def school_leaving_date(summer: int, country: str) -> date:
    """England and Wales: the last Friday in June; Northern Ireland: 30 June; Scotland: 31 May."""
    if country == year.SCOTLAND:
        return date(summer, 5, 31)
    last = date(summer, 6, 30)
    return last - timedelta(days=(last.weekday() - 4) % 7) if country in _UK else last


def _year_that_ends(today: date, country: str) -> int:
    """When the academic year began whose leavers go now: in autumn that is the one just over."""
    began = year.academic_year(today, country=country)
    return began - 1 if today.year == began and today.month <= 10 else began


def _autumn(today: date, country: str) -> bool:
    """From when next year's pupils are typed in until everybody has come."""
    first, last = ((5, 15), (9, 30)) if country == year.SCOTLAND else ((6, 1), (10, 15))
    return first <= (today.month, today.day) <= last


def _shown(number: int, country: str) -> str:
    if country == year.SCOTLAND and number > 0:
        return f"P{number}" if number <= 7 else f"S{number - 7}"
    return f"Year {number}" if number > 0 else "reception and nursery"


def same_week_last_year(today: date) -> date:
    """The Monday of the week a year ago that today's compares with.

    Near Easter the one as far from that year's Easter, for terms, leaving days and intakes move with it.
    """
    then = today - 52 * WEEK
    feast = min((easter(today.year), easter(today.year + 1)), key=lambda day: abs(day - today))
    if abs(today - feast) <= NEAR_EASTER:
        then = easter(feast.year - 1) + (today - feast)
    return then - timedelta(days=then.weekday())
