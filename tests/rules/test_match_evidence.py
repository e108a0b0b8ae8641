"""What is said of a pair, field by field, and with what weight (reference 6.1 and 6.2; K8, K9, G7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules.compare import names_agree, weigh
from misconsole.rules.evidence import Evidence, frequencies
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.matching import match
from tests.bench import people

BORN = date(2014, 5, 6)
SCHOOL = people.build(seed=7, people=300)
OFTEN = frequencies(SCHOOL.people, SCHOOL.accounts)
NIA = PersonFacts(role="pupil", source_id="p", given_name="Nia", family_name="Okonjo", date_of_birth=BORN)
HELD = AccountFacts(account_id=9001, username="u", role="pupil", given_name="Nia", family_name="Okonjo",
                    date_of_birth=BORN)  # fmt: skip


def told(person: PersonFacts, account: AccountFacts) -> dict[str, Evidence]:
    return {e.field: e for e in weigh(person, account, names_agree(person, account, OFTEN), OFTEN)}


def born(mine: date | None, theirs: date | None) -> Evidence:
    return told(replace(NIA, date_of_birth=mine), replace(HELD, date_of_birth=theirs))["date_of_birth"]


def test_dates_of_birth_have_levels_and_a_missing_one_says_nothing():
    levels = {
        "equal": born(BORN, BORN), "swapped": born(BORN, date(2014, 6, 5)),
        "digit": born(BORN, date(2014, 5, 8)), "year": born(BORN, date(2014, 1, 1)),
        "near": born(BORN, date(2014, 5, 17)), "missing": born(BORN, None),
        "differs": born(BORN, date(2009, 11, 23)),
    }  # fmt: skip
    assert {word: each.agreement for word, each in levels.items()} == {word: word for word in levels}
    bits = {word: each.weight for word, each in levels.items()}
    assert bits["equal"] > bits["swapped"] > bits["digit"] > bits["year"] > bits["near"]
    assert bits["missing"] == bits["near"] == 0 > bits["differs"]
    assert born(None, BORN).weight == 0


def test_1_january_may_stand_for_unknown_and_counts_for_less_either_way():
    new_year = date(2014, 1, 1)
    both = born(new_year, new_year)
    assert both.weight < born(BORN, BORN).weight - 5
    assert "unknown" in both.note
    assert born(date(2009, 1, 1), BORN).weight > born(date(2009, 11, 23), BORN).weight


def test_the_year_of_entry_speaks_where_a_date_of_birth_is_missing():
    undated = replace(HELD, date_of_birth=None)
    said = [
        told(replace(NIA, year_of_entry=2019), replace(undated, year_of_entry=y)) for y in (2019, 2020, 2015)
    ]
    assert [each["year_of_entry"].agreement for each in said] == ["equal", "near", "differs"]
    weights = [each["year_of_entry"].weight for each in said]
    assert weights[0] > weights[1] == 0 > weights[2]
    both = told(replace(NIA, year_of_entry=2019), replace(HELD, year_of_entry=2019))
    assert "year_of_entry" not in both  # it follows from the date of birth


@pytest.mark.parametrize(
    ("mine", "theirs", "field", "word"),
    [
        ({"upn": ("A1",)}, {"upn": "a1 "}, "upn", "equal"),
        ({"upn": ("B2",), "former_upn": ("A1",)}, {"upn": "A1"}, "upn", "former"),
        ({"upn": ("B2",), "local_upn": ("A1",)}, {"upn": "A1"}, "upn", "former"),
        ({"upn": ("A1",)}, {"anchors": {"upn": ("A1",)}}, "upn", "equal"),
        ({"upn": ("A1",)}, {"upn": "C3", "anchors": {"former_upn": ("A1",)}}, "upn", "equal"),
        ({"upn": ("B2",)}, {"upn": "A1"}, "upn", "differs"),
        ({"uln": ("0123456789",)}, {"anchors": {"uln": ("0123456789",)}}, "uln", "equal"),
        ({"uln": ("9", "0123456789")}, {"anchors": {"uln": ("0123456789",)}}, "uln", "former"),
        ({"uln": ("0123456789",)}, {"anchors": {"uln": ("9876543210",)}}, "uln", "differs"),
        ({"staff_code": ("ABY",)}, {"staff_code": "aby"}, "staff_code", "equal"),
        ({"mis_id": ("042",)}, {"mis_id": "42"}, "mis_id", "differs"),
    ],
)
def test_G7_identifiers_are_told_each_with_a_weight_of_its_own(mine, theirs, field, word):
    said = told(replace(NIA, identifiers=mine), replace(HELD, **theirs))[field]
    assert said.agreement == word
    assert said.weight > 0 if word in ("equal", "former") else said.weight <= 0


def test_identifiers_that_one_side_has_not_got_say_nothing():
    said = told(replace(NIA, identifiers={"upn": ("A1",), "uln": ("1",)}), replace(HELD, mis_id="7"))
    assert not said.keys() & {"upn", "uln", "mis_id", "staff_code"}


def test_a_national_number_of_somebody_else_is_never_likely_and_a_conflict_waits():
    person = replace(NIA, identifiers={"uln": ("1",)})
    held = replace(HELD, date_of_birth=date(2014, 6, 5), anchors={"uln": ("2",)})
    found = match([person, *SCHOOL.people], [held, *SCHOOL.accounts], links={})
    assert found.waiting[person.key].band == "possible"
    other = replace(HELD, given_name="Obi", date_of_birth=BORN, anchors={"uln": ("1",)})
    found = match([person, *SCHOOL.people], [other, *SCHOOL.accounts], links={})
    assert found.waiting[person.key].code == "identifier_conflict"


ADA = PersonFacts(role="staff", source_id="t", given_name="Ada", family_name="Byron")
STONE = AccountFacts(account_id=9002, username="u2", role="staff", given_name="Ada", family_name="Stone")


@pytest.mark.parametrize(
    ("address", "word"),
    [("ada.byron@larkmere.example", "full name"), ("byron-ada@larkmere.example", "full name"),
     ("a.byron@larkmere.example", "initial and surname"), ("ByronA2@l.example", "initial and surname")],
)  # fmt: skip
def test_an_address_made_of_the_persons_name_speaks_for_an_account_of_another_surname(address, word):
    said = told(ADA, replace(STONE, email=address))["email_name"]
    assert (said.agreement, said.account) == (word, address)
    assert said.weight > 0


def test_an_address_made_of_the_accounts_own_name_says_no_more_than_that_name():
    assert "email_name" not in told(
        ADA, replace(STONE, family_name="Byron", email="a.byron@larkmere.example")
    )
    assert "email_name" not in told(ADA, replace(STONE, email="a.stone@larkmere.example"))
    assert "email_name" not in told(ADA, replace(STONE, email="20417@larkmere.example"))


def test_an_address_stands_in_where_an_account_has_neither_names_nor_a_telling_username():
    nameless = replace(
        STONE, given_name=None, family_name=None, username="20417", email="ada.byron@l.example"
    )
    assert told(ADA, nameless)["email_name"].agreement == "full name"


def test_an_account_with_the_maiden_name_in_its_address_is_found_among_many():
    held = replace(STONE, email="ada.byron@larkmere.example")
    found = match([ADA, *SCHOOL.people], [held, *SCHOOL.accounts], links={})
    assert found.waiting[ADA.key].suggestions[0].account_id == held.account_id
    assert found.waiting[ADA.key].band != "likely"


@given(st.integers(0, 40))
def test_the_score_is_the_sum_of_what_is_shown(seed):
    world = people.build(seed=seed, people=40)
    for waits in match(world.people, world.accounts, links={}).waiting.values():
        sums = {round(one.score - sum(e.weight for e in one.evidence), 6) for one in waits.suggestions}
        assert len(sums) <= 1 or max(sums) - min(sums) < 0.2  # the same bits for singling one out, rounded
        for one in waits.suggestions:
            assert all(round(e.weight, 1) == e.weight for e in one.evidence)
            assert all(set(e.as_dict()) == {"field", "person", "account", "agreement", "weight", "note"}
                       for e in one.evidence)  # fmt: skip
