"""Names and dates compared by the million agree with the same compared one by one (K13)."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules import agreement, blocking, columns, exact, similarity
from misconsole.rules.agreement import DATE_WORDS, NAME_WORDS, Calendar
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.vocabulary import Lexicon, Vocabulary

_ONE = (
    "Robert Bob Bobby Rob Zoë ZOE Anna Maria J R Jayden Hayden Micheal Michael Mohammed Muhammad Seun",
    "O'Brien Obrien Brien MacDonald McDonald Smith Smyth Alhassan Hassan Chowdhury Choudhry Li Wei Xu -",
    "Christopher Souza Oluwaseun Anne-Marie Annemarie D'Souza Berg Al-Hassan Santos",
)
_MORE = (
    "Anna Maria,Maria Anna,J R,John Robert,de Souza,van der Berg,Silva Santos,St John,Saint John,Mc Donald,"
)
NAMES = (*(word for words in _ONE for word in words.split()), *_MORE.split(","))
name = st.sampled_from(NAMES) | st.text("abcdeé' -", max_size=9) | st.none()


@given(st.lists(st.tuples(name, name), min_size=1, max_size=30))
def test_many_pairs_of_names_agree_in_the_words_that_one_pair_does(pairs):
    names = Vocabulary()
    numbers = np.array([[names[one], names[other]] for one, other in pairs])
    lexicon = Lexicon(names, numbers.ravel())
    x, y = lexicon.place(numbers[:, 0]), lexicon.place(numbers[:, 1])
    for many, single in ((agreement.given, similarity.given), (agreement.family, similarity.family)):
        words = [NAME_WORDS[word] for word in many(x, y, lexicon).tolist()]
        assert words == [single(*pair).replace("folded", "equal") for pair in pairs]


days = st.dates(date(1950, 1, 1), date(2020, 12, 31)) | st.sampled_from(
    [None, date(2014, 5, 6), date(2014, 6, 5), date(2014, 1, 1), date(2014, 5, 12), date(2014, 5, 21)]
)


@given(st.lists(st.tuples(days, days), min_size=1, max_size=30))
def test_many_pairs_of_dates_agree_in_the_words_that_one_pair_does(pairs):
    numbered = columns.Days({None: 0})
    both = np.array([[numbered[one], numbered[other]] for one, other in pairs])
    calendar = Calendar(numbered)
    words = calendar.words(calendar.place(both[:, 0]), calendar.place(both[:, 1])).tolist()
    assert [DATE_WORDS[word] for word in words] == [similarity.born(*pair) for pair in pairs]


def people(rows):
    return [
        PersonFacts(role="pupil", source_id=str(i), given_name=first, family_name=last, date_of_birth=born)
        for i, (first, last, born) in enumerate(rows)
    ]


def accounts(rows):
    return [
        AccountFacts(
            account_id=i,
            username=f"u{i}",
            role="pupil",
            given_name=first,
            family_name=last,
            date_of_birth=born,
        )
        for i, (first, last, born) in enumerate(rows)
    ]


record = st.tuples(
    st.sampled_from(["Nia", "NIA", "Obi", None]), st.sampled_from(["Hale", "Stone", None]),
    st.sampled_from([date(2014, 5, 6), date(2014, 5, 7), None]),
)  # fmt: skip


@given(st.lists(record, max_size=8), st.lists(record, max_size=8))
def test_plain_pairs_are_those_that_are_alone_with_their_name_and_date(mine, theirs):
    names, numbered = Vocabulary(), columns.Days({None: 0})
    found = exact.find(
        columns.of_people(people(mine), names, numbered),
        columns.of_accounts(accounts(theirs), names, numbered),
        names,
    )

    def key(row):
        return (row[0].casefold(), row[1], row[2]) if all(row) else None

    left, right = list(map(key, mine)), list(map(key, theirs))
    plain = {
        (i, right.index(k))
        for i, k in enumerate(left)
        if k and left.count(k) == 1 and right.count(k) == 1
    }  # fmt: skip
    assert set(zip(found.people.tolist(), found.accounts.tolist(), strict=True)) == plain
    crowded = {i for i, k in enumerate(left) if k and k in right} - {i for i, _ in plain}
    assert set(found.doubtful.tolist()) == crowded
    assert [not k or left.count(k) == 1 for k in left] == found.alone.tolist()


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_pairs_that_share_a_key_come_once_each_whatever_the_size_of_a_chunk(chunk, monkeypatch):
    monkeypatch.setattr(blocking, "CHUNK", chunk)
    rnd = random.Random(3)
    tag = 5 << 56
    mine = [(np.array([tag | rnd.randrange(6) for _ in range(40)]), np.arange(40) % 17)]
    theirs = [(np.array([tag | rnd.randrange(6) for _ in range(30)]), np.arange(30) % 11)]
    found = [
        pair for i, j in blocking.joined(mine, theirs) for pair in zip(i.tolist(), j.tolist(), strict=True)
    ]
    expected = {
        (int(i), int(j))
        for k, i in zip(*mine[0], strict=True)
        for other, j in zip(*theirs[0], strict=True)
        if k == other
    }
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_a_day_that_half_the_directory_has_is_no_key():
    """Everybody born on 1 January 1900 is everybody of whom nothing is known."""
    born = np.full(1000, date(1900, 1, 1).toordinal())
    pairs = list(blocking.joined([blocking.day_keys(born[:3])], [blocking.day_keys(born)]))
    assert sum(len(i) for i, _ in pairs) == 0


@given(st.lists(st.dates() | st.none(), max_size=30))
def test_a_calendar_takes_days_apart_as_dates_are(days):
    numbered = columns.Days({None: 0})
    calendar = Calendar(numbered | {day: numbered[day] for day in days})
    for day in {*days, None}:
        place = calendar.place(np.array([numbered[day]]))[0]
        got = calendar.year[place], calendar.month[place], calendar.day[place]
        assert got == ((day.year, day.month, day.day) if day else (0, 0, 0))
        assert "".join(map(str, calendar.digits[place])) == (
            day.strftime("%Y%m%d").zfill(8) if day else "0" * 8
        )
        turned = similarity.turned(day) if day else None
        assert calendar.turned[place] == (turned.toordinal() if turned else 0)
