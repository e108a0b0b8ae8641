"""How names and dates agree, and that nothing that agrees is overlooked (K13, sync-anchors 6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules import nicknames, similarity
from misconsole.rules.bands import LIKELY, Scored
from misconsole.rules.certain import Findings
from misconsole.rules.compare import names_agree, weigh
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.particles import core
from misconsole.rules.whole import Whole


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        ("Zoë", "Zoë", "equal"),
        ("Zoë", "ZOE", "folded"),
        ("Anne-Marie", "Anne Marie", "folded"),
        ("Anne-Marie", "Annemarie", "folded"),
        ("Robert", "Bob", "nickname"),
        ("Mohammed", "Muhammad", "nickname"),
        ("Katarzyna", "Kasia", "nickname"),
        ("Anna Maria", "Anna", "part"),
        ("J", "John", "initial"),
        ("Micheal", "Micahel", "similar"),
        ("Oluwaseunfunmi", "Oluwaseun", "similar"),
        ("Domingo", "Domnigo", "similar"),
        ("Christopher", "Chritsofer", "similar"),
        ("Wei Ming", "Ming Wei", "part"),
        ("J R", "John Robert", "initial"),
        ("J", "Robert", "differs"),
        ("Chukwuemeka", "Emeka", "nickname"),
        ("Mehmet", "Mohammed", "nickname"),
        ("Małgorzata", "Gosia", "nickname"),
        ("João", "John", "nickname"),
        ("Alexander", "Sandy", "nickname"),
        ("Alexandra", "Sandy", "nickname"),
        ("Alexander", "Alexandra", "similar"),
        ("Samuel", "Samantha", "differs"),
        ("Ella", "Emma", "differs"),
        ("Obi", "Nia", "differs"),
        (None, "Nia", "missing"),
        ("", "", "missing"),
        ("-", "Nia", "missing"),
    ],
)
def test_first_names_agree_in_one_of_these_ways(one, other, word):
    assert similarity.given(one, other) == word


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        ("O’Brien", "OBrien", "folded"),
        ("Smith-Jones", "Jones", "part"),
        ("van der Berg", "Van Der Berg", "folded"),
        ("Baxter", "Baxtre", "similar"),
        ("Smith", "Smyth", "spelling"),
        ("Smith", "Smithson", "differs"),
        ("Khan", "Patel", "differs"),
        ("de Souza", "Souza", "particle"),
        ("D'Souza", "De Souza", "particle"),
        ("MacDonald", "McDonald", "particle"),
        ("Mc Donald", "Macdonald", "particle"),
        ("van der Berg", "Berg", "particle"),
        ("Al-Hassan", "El Hassan", "particle"),
        ("Alhassan", "Hassan", "particle"),
        ("bin Yusuf", "Yusuf", "particle"),
        ("ap Rhys", "Rhys", "particle"),
        ("O'Brien", "Brien", "particle"),
        ("O Brien", "O'Brien", "folded"),
        ("St John", "Saint John", "particle"),
        ("Chowdhury", "Choudhry", "spelling"),
        ("Hussain", "Hossein", "spelling"),
        ("Silva Santos", "Santos", "part"),
        ("Łukaszewicz", "Lukaszewicz", "folded"),
    ],
)
def test_surnames_agree_in_one_of_these_ways(one, other, word):
    assert similarity.family(one, other) == word


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        (date(2014, 5, 6), date(2014, 5, 6), "equal"),
        (date(2014, 5, 6), date(2014, 6, 5), "swapped"),
        (date(2014, 5, 6), date(2014, 5, 8), "digit"),
        (date(2014, 5, 6), date(2004, 5, 6), "digit"),
        (date(2014, 5, 9), date(2014, 5, 10), "near"),
        (date(2014, 5, 31), date(2014, 6, 1), "near"),
        (date(2014, 5, 6), date(2011, 11, 23), "differs"),
        (date(2014, 5, 12), date(2014, 5, 21), "digit"),
        (date(2014, 5, 6), date(2014, 1, 1), "year"),
        (date(2014, 5, 6), date(2014, 11, 23), "differs"),
        (None, date(2014, 5, 6), "missing"),
    ],
)
def test_dates_agree_in_one_of_these_ways(one, other, word):
    assert similarity.born(one, other) == word


names = st.text("abekÀé'- .", max_size=8) | st.none() | st.sampled_from(["Robert", "Bob", "Anna Maria", "J"])


@given(names, names)
def test_agreement_does_not_depend_on_who_is_asked_first(one, other):
    assert similarity.given(one, other) == similarity.given(other, one)
    assert similarity.family(one, other) == similarity.family(other, one)


@given(st.dates(), st.dates())
def test_agreement_of_dates_does_not_depend_on_the_order(one, other):
    assert similarity.born(one, other) == similarity.born(other, one)


@given(st.dates())
def test_a_date_turned_twice_is_itself(day):
    turned = similarity.turned(day)
    assert turned is None or similarity.turned(turned) == day


def test_nicknames_share_an_initial_to_be_found_by():
    assert nicknames.related("robert", "bob")
    assert not nicknames.related("robert", "robert")
    assert nicknames.initials("bob") & nicknames.initials("robert")
    assert nicknames.initials("") == {""}


@given(st.text(max_size=12))
def test_a_surname_always_has_a_core_and_the_core_of_a_core_of_letters_is_short_or_itself(name):
    assert isinstance(core(name), str)
    assert bool(core(name)) == bool(core(name.upper()))


firsts = st.sampled_from(["Nia", "Niamh", "Robert", "Bob", "Zoë", "Zoe", "Anna Maria", "Anna", "J", None])
lasts = st.sampled_from(["Okonjo", "Okonjo-Hale", "Hale", "Smith", "Smyth", "O'Brien", "Obrien", None])
births = st.sampled_from([None, date(2014, 5, 6), date(2014, 6, 5), date(2014, 5, 8), date(2009, 1, 1)])
emails = st.sampled_from([None, "a@larkmere.example", "A@larkmere.example"])
upns = st.sampled_from([None, "A1", "A2"])
people = st.builds(
    lambda upn, **k: PersonFacts(
        role="pupil", source_id="1", identifiers={"upn": (upn,)} if upn else {}, **k
    ),
    upns,
    given_name=firsts,
    legal_given_name=firsts,
    family_name=lasts,
    legal_family_name=lasts,
    date_of_birth=births,
    email=emails,
)
accounts = st.builds(
    AccountFacts,
    account_id=st.just(1),
    username=st.sampled_from(["r.smith", "niahale", "x"]),
    role=st.just("pupil"),
    given_name=firsts,
    family_name=lasts,
    preferred_given_name=firsts,
    date_of_birth=births,
    email=emails,
    upn=upns,
)


@given(people, accounts)
def test_whatever_would_be_likely_is_looked_at_in_the_first_place(person, account):
    """Neither the shared keys nor the scores in bulk may lose a pair that the full evidence favours."""
    namesakes = [
        PersonFacts(
            role="pupil",
            source_id=f"n{i}",
            given_name=f"Given{i}",
            family_name=f"Family{i}",
            date_of_birth=date(2010, 1, 2) + timedelta(days=i),
        )
        for i in range(50)
    ]
    whole = Whole([person, *namesakes], [person], [account], links={}, not_same=set())
    found = whole.candidates([0], Findings())[person.key]
    names = names_agree(person, account, whole.often)
    score = sum(item.weight for item in weigh(person, account, names, whole.often)) + whole.often.prior
    assert [round(one.score, 1) for one in found] in ([round(score, 1)], [])
    kept = Scored(
        account=account, score=score, evidence=weigh(person, account, names, whole.often),
        habits=whole.often.habits,
    )  # fmt: skip
    assert found or score < LIKELY or kept.capped
