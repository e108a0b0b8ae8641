"""Names and people that must never get an account (R1, R2, W12, Z25)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules.exclusions import ExclusionFacts, Exclusions, clashes, is_due, review_day
from misconsole.rules.facts import AccountFacts, PersonFacts


def excluded(given_name="Zoë", family_name="O'Brien-Hale", **more):
    return ExclusionFacts(id=more.pop("id", 1), given_name=given_name, family_name=family_name, **more)


def person(given_name="Zoë", family_name="O'Brien-Hale", role="pupil", **more):
    return PersonFacts(role=role, source_id="1", given_name=given_name, family_name=family_name, **more)


def account(account_id=1, given_name="Zoë", family_name="O'Brien-Hale", role="pupil", **more):
    return AccountFacts(
        account_id=account_id, username="z", role=role, given_name=given_name, family_name=family_name, **more
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [("Zoë", "O'Brien-Hale"), ("ZOE", "OBRIEN HALE"), ("zoe", "o’brien hale"), ("Ms Zoe", "O'Brien–Hale")],
)
def test_R1_a_name_is_excluded_however_it_is_spelt(first, last):
    assert Exclusions.of([excluded()]).covering(person(first, last)) == excluded()


@pytest.mark.parametrize(
    ("first", "last"), [("Zoe", "Hale"), ("Zara", "O'Brien-Hale"), (None, "O'Brien-Hale")]
)
def test_R1_nobody_else_is_excluded(first, last):
    assert Exclusions.of([excluded()]).covering(person(first, last)) is None


def test_R1_the_legal_name_counts_as_the_preferred_one_does():
    hidden = person("Zizi", "Hale", legal_given_name="Zoë", legal_family_name="O'Brien-Hale")
    assert Exclusions.of([excluded()]).covering(hidden)
    mixed = person("Zoë", "Hale", legal_family_name="O'Brien-Hale")
    assert Exclusions.of([excluded()]).covering(mixed)


def test_R2_an_exclusion_is_for_its_role_or_for_both():
    staff_only = Exclusions.of([excluded(role="staff")])
    assert staff_only.covering(person()) is None
    assert staff_only.covering(person(role="staff"))
    both = Exclusions.of([excluded()])
    assert both.covering(person()) and both.covering(person(role="staff"))


def test_R2_an_exclusion_of_a_person_covers_that_person_alone_whatever_the_name_is_now():
    one = Exclusions.of([excluded("Old", "Name", person_id=7)])
    assert one.covering(person("New", "Name", person_id=7))
    assert one.covering(person("Old", "Name", person_id=8)) is None
    assert one.covering(person("Old", "Name")) is None


def test_R2_lifting_an_exclusion_lets_the_person_through_again():
    assert Exclusions.of([excluded(active=False)]).covering(person()) is None


def test_exclusions_come_back_on_their_review_day():
    one = excluded(review_on=date(2026, 9, 1))
    assert not is_due(one, today=date(2026, 8, 31))
    assert is_due(one, today=date(2026, 9, 1))
    assert not is_due(excluded(), today=date(2099, 1, 1))
    assert not is_due(excluded(review_on=date(2026, 9, 1), active=False), today=date(2027, 1, 1))


def test_the_review_day_is_a_real_day():
    assert review_day(date(2026, 8, 31), months=6) == date(2027, 2, 28)
    assert review_day(date(2027, 8, 31), months=6) == date(2028, 2, 29)
    assert review_day(date(2026, 12, 1), months=12) == date(2027, 12, 1)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_the_review_day_lies_that_many_months_on(today, months):
    day = review_day(today, months=months)
    assert (day.year - today.year) * 12 + day.month - today.month == months
    assert day.day <= today.day


def test_Z25_a_live_account_of_an_excluded_name_is_a_clash_to_ask_about():
    accounts = [
        account(1), account(2, role="staff"), account(3, family_name="Hale"),
        account(4, given_name="Zo", preferred_given_name="Zoe"), account(5, state="unallocated"),
    ]  # fmt: skip
    assert clashes([excluded(role="pupil")], accounts=accounts) == {1: (1, 4)}
    assert clashes([excluded()], accounts=accounts) == {1: (1, 2, 4)}
    assert clashes([excluded(active=False)], accounts=accounts) == {}


def test_Z25_excluding_a_person_clashes_with_the_account_linked_to_that_person():
    accounts = [account(1, linked_to=((1, "pupil", 7),)), account(2)]
    assert clashes([excluded(person_id=7)], accounts=accounts) == {1: (1,)}


def test_Z25_accounts_of_other_schools_are_theirs_to_decide():
    assert clashes([excluded()], accounts=[account(1, local=True)]) == {}


names = st.text("abcÀéß'- ", max_size=6) | st.none()


@given(names, names)
def test_R1_whoever_is_excluded_by_name_is_covered_by_it(first, last):
    one = ExclusionFacts(id=1, given_name=first or "", family_name=last or "")
    covered = Exclusions.of([one]).covering(person(first, last))
    assert (covered is not None) == any(c.isalnum() for c in f"{first or ''}{last or ''}")
