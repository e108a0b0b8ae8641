"""Where dates of birth are missing, as for most staff: when a name and a role alone may be likely (K6, K13).

The figures are sums over several invented schools; any of them going up by one false link fails.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.matching import match
from tests.bench import judge, people

SEEDS = (1, 2, 3)
#: what is missing -> how such a school is built
WORLDS = {
    "with dates": {"people": 1500},
    "no account has one": {"people": 1500, "dated": {}},
    "half the accounts": {"people": 1500, "dated": {"pupil": 0.5, "staff": 0.5}},
    "nine of ten accounts": {"people": 1500, "dated": {"pupil": 0.92, "staff": 0.92}},
    "no staff account": {"people": 900, "dated": {"pupil": 1.0}},
    "half the staff accounts": {"people": 900, "dated": {"pupil": 1.0, "staff": 0.5}},
    "staff only, none": {"people": 300, "staff": 1.0, "dated": {}},
    "staff only, half": {"people": 300, "staff": 1.0, "dated": {"staff": 0.5}},
}


@dataclass(slots=True)
class Figures:
    judged: judge.Judged = field(default_factory=judge.Judged)
    alone: int = 0  # likely by name and role alone
    never: Counter[str] = field(default_factory=Counter)

    def add(self, world: people.World) -> None:
        result = match(world.people, world.accounts, links={})
        self.judged.add(judge.judge(world, result))
        for key, waits in result.waiting.items():
            if waits.band != "likely":
                continue
            self.alone += judge.by_name_alone(waits.suggestions[0])
            self.never[world.kind[key]] += world.kind[key] in judge.NEVER


@pytest.fixture(scope="module", params=[(name, planted) for name in WORLDS for planted in (True, False)],
                ids=lambda p: f"{p[0]}, namesakes {'planted' if p[1] else 'by chance'}")  # fmt: skip
def figures(request) -> tuple[str, bool, Figures]:
    name, planted = request.param
    found = Figures()
    for seed in SEEDS:
        found.add(people.build(seed=seed, planted=planted, **WORLDS[name]))
    return name, planted, found


def test_K13_no_more_than_one_likely_in_a_thousand_is_wrong_whatever_dates_are_missing(figures):
    _, _, found = figures
    assert found.judged.false_linked == []
    assert len(found.judged.false_likely) * 1000 <= found.judged.called


def test_twins_siblings_namesakes_and_ties_are_never_likely_whatever_dates_are_missing(figures):
    assert +figures[2].never == Counter()


def test_the_right_person_is_among_the_first_three_whatever_dates_are_missing(figures):
    name, _, found = figures
    assert found.judged.share(found.judged.third) >= (0.99 if name == "with dates" else 0.90)


def test_a_name_alone_is_likely_only_where_dates_have_shown_that_namesakes_are_rare(figures):
    """In a school where one newcomer in a hundred has a leaver's very name, and where no dates are kept that
    would tell, it is never; where neither holds, it is, and none of those is wrong (above)."""
    name, planted, found = figures
    if planted or name in ("no account has one", "staff only, none"):
        assert found.alone == 0
    if not planted and name == "no staff account":
        assert found.alone >= 50


# One member of staff and one account without a date of birth, in a school whose pupils have theirs.

START = date(2010, 1, 2)


def crowd(count: int = 900) -> tuple[list[PersonFacts], list[AccountFacts]]:
    syllables = ("ba", "ke", "lo", "mi", "ra", "to", "sun", "ley", "der", "wick")
    mine, theirs = [], []
    for n in range(count):
        first = (syllables[n % 10] + syllables[n // 10 % 10]).title()
        last = (syllables[n % 7] + syllables[n // 7 % 10] + syllables[n // 70 % 10]).title()
        born = START + timedelta(days=3 * n)
        mine.append(
            PersonFacts(role="pupil", source_id=f"x{n}", given_name=first, family_name=last,
                        date_of_birth=born)
        )  # fmt: skip
        theirs.append(
            AccountFacts(account_id=1000 + n, username=f"x{n}", role="pupil", given_name=first,
                         family_name=last, date_of_birth=born)
        )  # fmt: skip
    return mine, theirs


PUPILS, THEIRS = crowd()
TEACHER = PersonFacts(role="staff", source_id="t1", given_name="Ottoline", family_name="Quarrington",
                      date_of_birth=date(1980, 3, 4))  # fmt: skip
HELD = AccountFacts(account_id=1, username="o.quarrington", role="staff", given_name="Ottoline",
                    family_name="Quarrington")  # fmt: skip


def band(person=TEACHER, account=HELD, *, others=(), accounts=(), pupils=PUPILS, theirs=THEIRS, links=None):
    found = match([person, *others, *pupils], [account, *accounts, *theirs], links=links or {})
    return found.waiting[person.key].band


def test_a_rare_name_that_nobody_comes_near_is_likely_where_pupils_dates_have_shown_namesakes_to_be_rare():
    assert band() == "likely"
    linked = {p.key: a.account_id for p, a in zip(PUPILS, THEIRS, strict=True)}
    assert band(links=linked) == "likely"  # and the next night too, when everybody else has an account


def test_without_dates_that_would_tell_namesakes_it_waits_as_possible():
    undated = [replace(account, date_of_birth=None) for account in THEIRS]
    assert band(theirs=undated) == "possible"
    assert band(pupils=PUPILS[:60], theirs=THEIRS[:60]) == "possible"


def test_where_dates_tell_namesakes_apart_again_and_again_it_waits_as_possible():
    leavers = [replace(account, date_of_birth=date(2001, 7, 8)) for account in THEIRS[:9]]
    assert band(theirs=[*leavers, *THEIRS[9:]]) == "possible"


def test_a_common_name_waits_as_possible():
    person = replace(TEACHER, given_name=PUPILS[3].given_name, family_name="Smith")
    smiths = [replace(p, family_name="Smith", given_name=f"Zo{n}") for n, p in enumerate(PUPILS[100:200])]
    account = replace(HELD, given_name=person.given_name, family_name="Smith")
    assert band(person, account, pupils=[*PUPILS[:100], *smiths, *PUPILS[200:]]) == "possible"


@pytest.mark.parametrize(
    ("first", "last"),
    [("Ottoline", "Quarrington"), ("Otoline", "Quarrington"), ("O", "Quarrington"),
     ("Ottoline", "Quarington"), ("Ottoline", "Quarrington-Hale"), ("Quarrington", "Ottoline")],
)  # fmt: skip
class TestNamesakes:
    """Somebody else of that name or one near it: in the school, in the trust or authority, or waiting."""

    def test_K13_another_person_who_waits(self, first, last):
        other = replace(TEACHER, source_id="t2", given_name=first, family_name=last,
                        date_of_birth=date(1999, 12, 31))  # fmt: skip
        assert band(others=[other]) != "likely"

    def test_K13_a_pupil_who_has_an_account(self, first, last):
        child = replace(PUPILS[0], source_id="c", given_name=first, family_name=last)
        held = replace(THEIRS[0], account_id=2, given_name=first, family_name=last)
        assert band(others=[child], accounts=[held], links={child.key: 2}) != "likely"

    @pytest.mark.parametrize("more", [{"local": True}, {"state": "unallocated"}, {"role": "pupil"}],
                             ids=["a local school's", "a leaver's", "a pupil's"])  # fmt: skip
    def test_K1_another_account(self, first, last, more):
        other = replace(HELD, account_id=2, given_name=first, family_name=last, **more)
        assert band(accounts=[other]) != "likely"


@pytest.mark.parametrize(
    "held",
    [replace(HELD, given_name="Otto"), replace(HELD, given_name="Otoline"), replace(HELD, given_name="O"),
     replace(HELD, family_name="Quarington"), replace(HELD, state="unallocated"),
     replace(HELD, local=True), replace(HELD, anchors={"mis_id": ("7",)}), replace(HELD, staff_code="OQ"),
     replace(HELD, given_name="Quarrington", family_name="Ottoline")],
    ids=["short form", "first name slipped", "initial", "surname slipped", "unallocated", "local school",
         "somebody else had it", "another's staff code", "turned round"],
)  # fmt: skip
def test_K6_anything_that_a_leavers_or_a_neighbours_account_could_have_too_waits_as_possible(held):
    assert band(account=held) == "possible"
