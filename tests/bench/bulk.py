"""Very many people and their accounts, two in a hundred changed, made quickly: for measuring speed.

Half the changed have a slip in the first name, a slip in the surname or a day and month changed over; the
other half have no partner on either side.  Names are put together from syllables with a long tail, so that
a million people share names about as much as a country does.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from misconsole.rules.facts import AccountFacts, PersonFacts
from tests.bench.name_lists import COMMUNITIES, ENDINGS, PLACES

START = date(1990, 1, 1)


Row = tuple[str, str, str, date]  # id, given name, surname, born


@dataclass(frozen=True, slots=True)
class Rows:
    """Both sides as plain rows; ``truth``: id on the left -> id on the right."""

    left: list[Row]
    right: list[Row]
    truth: dict[str, str]


def people(rows: Rows) -> list[PersonFacts]:
    return [
        PersonFacts(role="pupil", source_id=key, given_name=first, family_name=last, date_of_birth=born)
        for key, first, last, born in rows.left
    ]


def accounts(rows: Rows) -> list[AccountFacts]:
    return [
        AccountFacts(
            account_id=int(key), username=f"u{key}", role="pupil", given_name=first, family_name=last,
            date_of_birth=born,
        )
        for key, first, last, born in rows.right
    ]  # fmt: skip


def build(count: int, *, changed: float = 0.02, seed: int = 5) -> Rows:
    rnd = random.Random(seed)
    given, family = _names()
    firsts = rnd.choices(given, [1 / (n + 10) for n in range(len(given))], k=count)
    lasts = rnd.choices(family, [1 / (n + 60) for n in range(len(family))], k=count)
    days = [START + timedelta(days=n) for n in range(365 * 25)]
    born = rnd.choices(days, k=count)
    left = [(f"p{n}", firsts[n], lasts[n], born[n]) for n in range(count)]
    right, truth = [], {}
    every = round(1 / changed)
    for n, (key, first, last, day) in enumerate(left):
        kind = (n // every) % 6 if n % every == 0 else -1
        if kind > 2:
            first, last, day = rnd.choice(given), rnd.choice(family), rnd.choice(days)
        else:
            truth[key] = str(n + 1)
        if kind == 0:
            first = slipped(first, rnd)
        elif kind == 1:
            last = slipped(last, rnd)
        elif kind == 2 and day.day <= 12:
            day = date(day.year, day.day, day.month)
        right.append((str(n + 1), first, last, day))
    rnd.shuffle(right)
    return Rows(left, right, truth)


def _names() -> tuple[list[str], list[str]]:
    given = sorted({name for _, names, _ in COMMUNITIES for name in names})
    starts = ("Mar", "El", "Jo", "An", "Ka", "Ri", "Sa", "Te", "Lu", "Da")
    ends = ("lina", "vin", "mar", "rissa", "bert", "nelle", "dric", "lena", "minda", "varo")
    given += [start + end for start in starts for end in ends]
    family = sorted({name for _, _, names in COMMUNITIES for name in names})
    family += [first + end for first in PLACES for end in ENDINGS]
    longer = [first + middle for first in PLACES for middle in ("er", "ing", "en", "el")]
    return given, family + [first + end for first in longer for end in ENDINGS]


def slipped(name: str, rnd: random.Random) -> str:
    place = rnd.randrange(1, len(name) - 1) if len(name) > 2 else 0
    return name[:place] + name[place + 1 :]
