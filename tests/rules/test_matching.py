"""Whose account is whose (sections K, L; Z15, Z16, Z17; sync-anchors 5 and 6)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from misconsole.rules.bands import CLEAR, LIKELY, POSSIBLE, TIE
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.matching import REASONS, match

BORN = date(2014, 5, 6)
UPN, OTHER_UPN = "A123456789012", "B210987654321"


def pupil(source_id="p1", given_name="Nia", family_name="Okonjo", born=BORN, role="pupil", **more):
    kinds = ("upn", "uln", "former_upn", "local_upn", "staff_code", "mis_id")
    identifiers = {kind: (value,) for kind in kinds if (value := more.pop(kind, None))}
    return PersonFacts(
        role=role, source_id=source_id, given_name=given_name, family_name=family_name, date_of_birth=born,
        identifiers=identifiers, **more,
    )  # fmt: skip


def staff(source_id="t1", given_name="Ada", family_name="Byron", born=None, **more):
    return pupil(source_id, given_name, family_name, born, role="staff", **more)


def account(account_id=1, given_name="Nia", family_name="Okonjo", born=BORN, role="pupil", **more):
    more.setdefault("username", f"user{account_id}")
    return AccountFacts(
        account_id=account_id, given_name=given_name, family_name=family_name, date_of_birth=born, role=role,
        **more,
    )  # fmt: skip


def staff_account(account_id=1, given_name="Ada", family_name="Byron", born=None, **more):
    return account(account_id, given_name, family_name, born, role="staff", **more)


def one(person, *accounts, others=(), **how):
    """(what became of ``person``: linked, waiting or free; the details)."""
    how.setdefault("links", {})
    found = match([person, *others], accounts, **how)
    if person.key in found.linked:
        return "linked", found.linked[person.key]
    if person.key in found.waiting:
        return "waiting", found.waiting[person.key]
    return ("free" if person.key in found.free else "nowhere"), None


def crowd(n=200, role="pupil"):
    """People and accounts that have nothing to do with the case, so that names have a rarity."""
    rnd = random.Random(7)
    syllables = ["ba", "ke", "lo", "mi", "ra", "ton", "son", "ley", "der", "wick", "ham", "ford"]

    def name(k):
        return "".join(rnd.choice(syllables) for _ in range(k)).title()

    people, accounts = [], []
    for i in range(n):
        first, last, born = name(2), name(3), date(2010, 1, 2) + timedelta(days=7 * i)
        people.append(pupil(f"x{i}", first, last, born, role=role))
        accounts.append(account(10_000 + i, first, last, born, role=role))
    return people, accounts


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("person", "held"),
        [
            (pupil(upn=UPN), account(born=None, upn=UPN)),
            (pupil(upn=UPN.lower()), account(born=None, upn=f" {UPN} ")),
            (pupil(uln="0123456789"), account(born=None, anchors={"uln": ("0123456789",)})),
            (pupil(upn=OTHER_UPN, former_upn=UPN), account(born=None, upn=UPN)),
            (pupil(upn=OTHER_UPN, local_upn=UPN), account(born=None, upn=UPN)),
            (staff(staff_code="ABY"), staff_account(staff_code="aby")),
            (staff(mis_id="0042"), staff_account(mis_id="0042")),
            (staff("0042"), staff_account(mis_id="0042")),
        ],
        ids=[
            "upn",
            "upn spelt otherwise",
            "uln",
            "former upn",
            "local upn",
            "staff code",
            "mis id",
            "source id",
        ],
    )
    def test_K4_G7_an_equal_identifier_and_a_fitting_name_link_by_themselves(self, person, held):
        state, link = one(person, held)
        assert (state, link.account_id, link.how) == ("linked", 1, "identifier")

    def test_G6_a_leading_zero_makes_another_id(self):
        state, _ = one(staff(given_name="Bob", family_name="Xu", mis_id="042"), staff_account(mis_id="42"))
        assert state == "free"

    @pytest.mark.parametrize(
        ("first", "last"),
        [("Nia", "Okonjo"), ("NIA", "OKONJO"), ("N", "Okonjo"), ("Nia Grace", "Okonjo-Hale")],
    )
    def test_a_name_written_otherwise_still_fits(self, first, last):
        assert one(pupil(upn=UPN), account(given_name=first, family_name=last, upn=UPN))[0] == "linked"

    def test_a_nickname_still_fits(self):
        held = account(given_name="Kate", upn=UPN)
        assert one(pupil(given_name="Katarzyna", upn=UPN), held)[0] == "linked"

    def test_K13_the_legal_name_on_one_side_fits_the_preferred_on_the_other(self):
        person = pupil(given_name="Zizi", legal_given_name="Nia", upn=UPN)
        assert one(person, account(upn=UPN))[0] == "linked"

    def test_a_surname_changed_by_marriage_fits_with_the_date_of_birth_and_not_without(self):
        married = pupil(family_name="Stone", upn=UPN)
        assert one(married, account(upn=UPN))[0] == "linked"
        state, waits = one(married, account(born=None, upn=UPN))
        assert (state, waits.code) == ("waiting", "identifier_conflict")

    def test_a_upn_typed_on_a_sibling_waits_as_a_conflict(self):
        state, waits = one(pupil(given_name="Obi", upn=UPN), account(upn=UPN))
        assert (state, waits.code) == ("waiting", "identifier_conflict")
        assert waits.band != "likely"
        assert [s.account_id for s in waits.suggestions] == [1]

    def test_a_date_of_birth_that_differs_outright_waits_as_a_conflict(self):
        state, waits = one(pupil(upn=UPN), account(born=date(1999, 12, 31), upn=UPN))
        assert (state, waits.code) == ("waiting", "identifier_conflict")

    def test_an_account_without_names_is_linked_only_with_the_date_of_birth(self):
        """L5: name fields of a directory are often blank."""
        assert one(pupil(upn=UPN), account(given_name=None, family_name=None, upn=UPN))[0] == "linked"
        state, _ = one(pupil(upn=UPN), account(given_name=None, family_name=None, born=None, upn=UPN))
        assert state == "waiting"
        named = account(given_name=None, family_name=None, born=None, upn=UPN, display_name="Nia Okonjo")
        assert one(pupil(upn=UPN), named)[0] == "linked"

    def test_two_accounts_with_one_upn_are_never_automatic(self):
        state, waits = one(pupil(upn=UPN), account(1, upn=UPN), account(2, upn=UPN))
        assert (state, waits.band, waits.code) == ("waiting", "many", "several_accounts")
        assert {s.account_id for s in waits.suggestions} == {1, 2}

    def test_two_people_with_one_upn_both_wait(self):
        twin = pupil("p2", upn=UPN)
        found = match([pupil(upn=UPN), twin], [account(upn=UPN)], links={})
        assert {w.code for w in found.waiting.values()} == {"contested"}
        assert {w.band for w in found.waiting.values()} == {"many"}
        assert len(found.waiting) == 2

    def test_Z15_a_former_upn_that_is_anothers_current_one_waits_and_the_other_links(self):
        mine = pupil("p1", "Obi", "Stone", date(2013, 1, 2), upn=OTHER_UPN, former_upn=UPN)
        theirs = pupil("p2", upn=UPN)
        found = match([mine, theirs], [account(upn=UPN)], links={})
        assert found.linked[theirs.key].account_id == 1
        assert found.waiting[mine.key].code == "identifier_conflict"

    def test_Z15_it_waits_the_next_night_too_when_the_other_has_the_account(self):
        mine = pupil("p1", "Obi", "Stone", date(2013, 1, 2), upn=OTHER_UPN, former_upn=UPN)
        state, waits = one(mine, account(upn=UPN), links={("pupil", "p2"): 1})
        assert (state, waits.code, waits.suggestions) == ("waiting", "identifier_taken", ())

    def test_a_new_mis_numbering_does_not_stop_what_name_and_date_make_certain(self):
        """Change of MIS: the number is somebody else's now; name and date of birth still find the account."""
        mine, theirs = account(1, mis_id="7"), account(2, "Obi", "Stone", date(2013, 1, 2), mis_id="9")
        state, link = one(pupil(mis_id="9"), mine, theirs)
        assert (state, link.account_id, link.how) == ("linked", 1, "exact")

    def test_a_mis_id_with_another_name_and_nothing_better_waits(self):
        state, waits = one(staff(given_name="Bob", family_name="Xu", mis_id="9"), staff_account(mis_id="9"))
        assert (state, waits.code) == ("waiting", "identifier_conflict")

    def test_Z16_an_id_of_the_other_role_says_nothing(self):
        assert one(staff(given_name="Bob", family_name="Xu", mis_id="9"), account(mis_id="9"))[0] == "free"

    def test_identifiers_of_an_earlier_link_find_the_account_again(self):
        held = staff_account(anchors={"staff_code": ("ABY",), "mis_id": ("1",)})
        state, link = one(staff(staff_code="ABY", mis_id="99"), held)
        assert (state, link.by) == ("linked", "staff_code")


class TestNameAndDateOfBirth:
    def test_K4_exact_unique_name_date_of_birth_and_role_link_by_themselves(self):
        state, link = one(pupil(), account())
        assert (state, link.account_id, link.how) == ("linked", 1, "exact")

    @pytest.mark.parametrize(("first", "last"), [("nia", "OKONJO"), ("Nía", "Okonjo"), ("Nia", "O'Konjo")])
    def test_spelling_does_not_matter(self, first, last):
        assert one(pupil(), account(given_name=first, family_name=last))[0] == "linked"

    @pytest.mark.parametrize(
        "held",
        [account(born=None), account(born=date(2014, 6, 5)), account(family_name="Okonja"),
         account(given_name="Niamh"), account(given_name="Okonjo", family_name="Nia"), account(role="staff")],
        ids=["no date", "day and month", "typing error", "other form", "turned round", "other role"],
    )  # fmt: skip
    def test_K6_anything_less_waits(self, held):
        people, accounts = crowd(40)
        state, waits = one(pupil(), held, *accounts, others=people)
        assert state == "waiting"
        assert [s.account_id for s in waits.suggestions] == [1]

    def test_staff_without_a_date_of_birth_wait_even_when_unique(self):
        state, waits = one(staff(), staff_account())
        assert (state, waits.code) == ("waiting", "similar")

    def test_two_accounts_of_one_name_and_date_are_many(self):
        state, waits = one(pupil(), account(1), account(2))
        assert (state, waits.band, waits.code) == ("waiting", "many", "several_accounts")

    def test_two_people_of_one_name_and_date_both_wait(self):
        found = match([pupil("p1"), pupil("p2")], [account()], links={})
        assert [w.band for w in found.waiting.values()] == ["many", "many"]
        assert not found.linked

    def test_a_namesake_who_has_the_other_account_still_makes_it_unsure(self):
        state, _ = one(pupil(), account(1), account(2), links={("pupil", "p9"): 2})
        assert state == "waiting"

    def test_an_account_with_another_upn_waits_though_name_and_date_are_equal(self):
        state, waits = one(pupil(upn=OTHER_UPN), account(upn=UPN))
        assert (state, waits.code) == ("waiting", "upn_differs")
        assert waits.band == "possible"

    def test_Z17_a_leavers_account_of_the_same_name_is_shown_with_what_differs(self):
        left = account(born=date(2001, 1, 9), state="unallocated")
        people, accounts = crowd()
        state, waits = one(pupil(), left, *accounts, others=people)
        assert state == "waiting"
        assert waits.suggestions[0].account_id == 1
        assert "date_of_birth" in {e.field for e in waits.suggestions[0].evidence if e.agreement == "differs"}

    def test_a_namesake_at_another_school_of_the_trust_with_another_date_of_birth_stops_nobody(self):
        people, accounts = crowd()
        elsewhere = account(born=date(2001, 1, 9), local=True)
        assert one(pupil(), elsewhere, *accounts, others=people)[0] == "free"

    def test_a_rejoiner_gets_the_unallocated_account_back(self):
        assert one(pupil("new-id", upn=UPN), account(upn=UPN, state="unallocated"))[0] == "linked"

    def test_an_account_let_go_by_decision_is_not_taken_up_again_by_itself(self):
        state, waits = one(pupil(), account(state="let-go"))
        assert (state, waits.code) == ("waiting", "let_go")

    def test_a_removed_account_is_no_candidate(self):
        assert one(pupil(), account(state="removed"))[0] == "free"


class TestSimilar:
    def test_nobody_similar_leaves_the_person_free(self):
        people, accounts = crowd()
        assert one(pupil(), *accounts, others=people)[0] == "free"

    @pytest.mark.parametrize("upn", [None, UPN])
    def test_K1_K12_a_local_schools_account_blocks_creation_and_is_never_taken_by_itself(self, upn):
        state, waits = one(pupil(upn=upn), account(upn=upn, local=True))
        assert (state, waits.code) == ("waiting", "local_school")
        assert waits.suggestions[0].account_id == 1

    def test_K1_the_whole_name_without_a_date_of_birth_always_waits_however_common(self):
        khans = [pupil(f"k{i}", "Mohammed", "Khan", BORN + timedelta(days=i)) for i in range(1, 40)]
        accounts = [account(100 + i, "Mohammed", "Khan", BORN + timedelta(days=i)) for i in range(1, 40)]
        nameless = account(1, "Mohammed", "Khan", None)
        state, waits = one(
            pupil("p1", "Muhammad", "Khan", date(2016, 1, 9)), nameless, *accounts, others=khans
        )
        assert state == "waiting"
        assert waits.suggestions[0].account_id == 1

    def test_an_account_of_a_present_person_is_no_candidate_for_another_of_that_role(self):
        assert one(pupil(), account(), links={("pupil", "p9"): 1})[0] == "free"

    def test_Z16_a_parents_or_ex_pupils_account_of_the_other_role_is_never_likely(self):
        people, accounts = crowd()
        state, waits = one(staff("t1", "Nia", "Okonjo", BORN), account(), *accounts, others=people)
        assert (state, waits.band) == ("waiting", "possible")

    @pytest.mark.parametrize("first", ["Obi", "Mia", "Nina"])
    def test_twins_and_siblings_are_never_likely(self, first):
        people, accounts = crowd()
        twin = pupil("p2", first, "Okonjo")
        found = match([pupil(), twin, *people], [account(), *accounts], links={})
        assert found.linked[("pupil", "p1")].account_id == 1
        assert ("pupil", "p2") not in found.linked
        alone = match([twin, *people], [account(), *accounts], links={})
        if ("pupil", "p2") in alone.waiting:
            assert alone.waiting["pupil", "p2"].band != "likely"

    def test_a_twin_a_slip_of_the_pen_away_is_not_likely_while_both_are_known(self):
        people, accounts = crowd()
        jayden, hayden = pupil("p1", "Jayden"), pupil("p2", "Hayden")
        held = account(1, "Jaydan", "Okonjo")
        found = match([jayden, hayden, *people], [held, *accounts], links={})
        assert {w.band for w in found.waiting.values()} <= {"possible", "many"}
        assert ("pupil", "p1") in found.waiting

    @pytest.mark.parametrize(
        ("mine", "theirs", "band"),
        [("Obinna", "Obina", "likely"), ("Jayden", "Hayden", "possible"), ("Maria", "Mariam", "possible")],
    )
    def test_a_slip_of_the_pen_may_be_likely_but_two_real_names_are_a_twin_who_left(self, mine, theirs, band):
        """Nobody else of that surname and day is known, so only the names themselves can tell."""
        people, accounts = crowd()
        others = [pupil(f"m{i}", name, f"Other{i}", BORN + timedelta(days=400 + i))
                  for i, name in enumerate(["Maria", "Mariam"] * 2)]  # fmt: skip
        state, waits = one(
            pupil(given_name=mine), account(given_name=theirs), *accounts, others=[*people, *others]
        )
        assert (state, waits.band) == ("waiting", band)

    def test_a_tie_is_many_and_never_likely(self):
        people, accounts = crowd()
        first, second = account(1, born=None), account(2, born=None)
        state, waits = one(pupil(), first, second, *accounts, others=people)
        assert (state, waits.band) == ("waiting", "many")
        assert abs(waits.suggestions[0].margin) < TIE

    def test_an_account_two_people_might_have_is_likely_for_neither(self):
        people, accounts = crowd()
        found = match(
            [pupil("p1"), pupil("p2"), *people], [account(born=date(2014, 6, 5)), *accounts], links={}
        )
        assert {found.waiting["pupil", p].band for p in ("p1", "p2")} == {"many"}

    def test_an_uncommon_name_with_day_and_month_turned_is_likely(self):
        people, accounts = crowd()
        state, waits = one(pupil(), account(born=date(2014, 6, 5)), *accounts, others=people)
        assert (state, waits.band) == ("waiting", "likely")
        best = waits.suggestions[0]
        assert best.rank == 1
        assert best.score >= LIKELY
        assert best.margin >= CLEAR

    def test_a_directory_without_names_is_searched_by_username(self):
        nameless = account(1, None, None, None, username="n.okonjo2")
        people, accounts = crowd()
        state, waits = one(pupil(), nameless, *accounts, others=people)
        assert state == "waiting"
        assert waits.band == "possible"
        assert "username" in {e.field for e in waits.suggestions[0].evidence}

    def test_K9_an_equal_email_finds_an_account_of_another_surname(self):
        held = staff_account(1, "Ada", "Stone", email="Ada.Byron@larkmere.example")
        people, accounts = crowd(role="staff")
        state, waits = one(staff(email="ada.byron@larkmere.example"), held, *accounts, others=people)
        assert (state, waits.suggestions[0].account_id) == ("waiting", 1)

    def test_not_the_same_person_removes_the_pair_whatever_agrees(self):
        refused = {(("pupil", "p1"), 1)}
        assert one(pupil(upn=UPN), account(upn=UPN), not_same=refused)[0] == "free"
        assert one(pupil(), account(), not_same=refused)[0] == "free"
        assert one(pupil(), account(born=None), not_same=refused)[0] == "free"

    def test_evidence_tells_field_by_field_what_agrees_and_how_rare_it_is(self):
        people, accounts = crowd()
        namesakes = [pupil(f"s{i}", "Sam", "Smith", BORN + timedelta(days=i)) for i in range(41)]
        smith = pupil("p1", "Nia", "Smith")
        held = account(1, "Nia", "Smith", None)
        _, common = one(smith, held, *accounts, others=[*people, *namesakes])
        _, rare = one(pupil(), account(1, "Nia", "Okonjo", None), *accounts, others=[*people, *namesakes])
        by_field = [{e.field: e for e in w.suggestions[0].evidence} for w in (common, rare)]
        assert by_field[0]["family_name"].note == "42 called Smith here"
        assert by_field[1]["family_name"].note == "1 called Okonjo here"
        assert by_field[0]["family_name"].weight < by_field[1]["family_name"].weight
        assert by_field[0]["date_of_birth"].agreement == "missing"
        assert by_field[0]["date_of_birth"].weight == 0
        assert [e.field for e in common.suggestions[0].evidence][:3] == [
            "given_name",
            "family_name",
            "date_of_birth",
        ]

    @pytest.mark.parametrize(
        ("person", "held", "field", "word"),
        [
            (pupil(given_name="Robert"), account(given_name="Bob", born=None), "given_name", "nickname"),
            (pupil(given_name="Zoë"), account(given_name="Zoe", born=None), "given_name", "folded"),
            (pupil(), account(given_name="Okonjo", family_name="Nia", born=None), "given_name", "swapped"),
            (pupil(family_name="Okonjo-Hale"), account(family_name="Hale", born=None), "family_name", "part"),
            (pupil(family_name="Okonjoh"), account(born=None), "family_name", "similar"),
            (pupil(upn=OTHER_UPN, former_upn=UPN), account(upn=UPN, local=True), "upn", "former"),
        ],
    )  # fmt: skip
    def test_evidence_names_the_transformation(self, person, held, field, word):
        people, accounts = crowd()
        _, waits = one(person, held, *accounts, others=people)
        assert {e.field: e.agreement for e in waits.suggestions[0].evidence}[field] == word


class TestModes:
    def test_K10_G3_whoever_is_linked_keeps_the_account_whatever_the_name_is_now(self):
        renamed = pupil(given_name="Other", family_name="Name", born=date(2010, 1, 1))
        found = match([renamed], [account()], links={renamed.key: 1})
        assert (found.kept, found.linked, found.waiting, found.free) == ({renamed.key: 1}, {}, {}, ())

    def test_L2_K6_in_link_mode_nothing_is_linked_and_certain_pairs_are_suggested_as_likely(self):
        found = match([pupil(upn=UPN), staff()], [account(upn=UPN)], links={}, mode="link")
        assert not found.linked and not found.free
        waits = found.waiting["pupil", "p1"]
        assert (waits.band, waits.code, waits.suggestions[0].account_id) == ("likely", "link_mode", 1)
        assert (found.waiting["staff", "t1"].band, found.waiting["staff", "t1"].suggestions) == ("none", ())

    def test_K5_link_mode_finds_people_by_role_first_and_last_name(self):
        found = match([staff()], [staff_account()], links={}, mode="link")
        assert found.waiting["staff", "t1"].suggestions[0].account_id == 1

    def test_link_mode_without_any_account_lets_everybody_wait(self):
        found = match([pupil()], [], links={}, mode="link")
        assert found.waiting["pupil", "p1"].band == "none"

    def test_L8_G13_in_lookup_mode_nobody_waits_and_nobody_is_free(self):
        found = match([pupil()], [account()], links={}, mode="lookup")
        assert (found.linked, found.waiting, found.free) == ({}, {}, ())

    def test_create_mode_without_accounts_frees_everybody(self):
        assert match([pupil(), staff()], [], links={}).free == (("pupil", "p1"), ("staff", "t1"))


def test_every_reason_to_wait_is_a_sentence():
    assert all(text.endswith(".") for text in REASONS.values())


firsts = st.sampled_from(["Nia", "Niamh", "Robert", "Bob", "Zoë", "Zoe", "Obi", None])
lasts = st.sampled_from(["Okonjo", "Okonjo-Hale", "Hale", "Smith", "Smyth", "O'Brien", None])
births = st.sampled_from([None, BORN, date(2014, 6, 5), date(2014, 5, 7), date(2009, 1, 1)])
upns = st.sampled_from([None, None, "A1", "A2", "A3"])
roles = st.sampled_from(["pupil", "pupil", "staff"])
rolls = st.lists(
    st.builds(lambda i, **k: pupil(f"s{i}", **k), st.integers(0, 30), given_name=firsts, family_name=lasts,
              born=births, role=roles, upn=upns, former_upn=upns),
    max_size=8, unique_by=lambda p: p.key,
)  # fmt: skip
directories = st.lists(
    st.builds(account, st.integers(1, 30), given_name=firsts, family_name=lasts, born=births, role=roles,
              upn=upns, state=st.sampled_from(["active", "active", "unallocated", "let-go", "removed"]),
              local=st.booleans()),
    max_size=8, unique_by=lambda a: a.account_id,
)  # fmt: skip


@settings(max_examples=300)
@given(rolls, directories, st.sampled_from(["create", "link"]), st.data())
def test_matching_never_guesses_and_never_forgets_anybody(people, accounts, mode, data):
    by_id = {a.account_id: a for a in accounts}
    some = (
        data.draw(st.lists(st.sampled_from(people), max_size=2, unique_by=lambda p: p.key)) if people else []
    )
    held = data.draw(st.permutations(sorted(by_id)))
    links = {p.key: i for p, i in zip(some, held, strict=False)}
    refused = {(p.key, i) for p in people for i in by_id if data.draw(st.integers(0, 9)) == 0}
    found = match(people, accounts, links=links, not_same=refused, mode=mode)
    # Everybody is in exactly one place.
    places = [*found.kept, *found.linked, *found.waiting, *found.free]
    assert sorted(places) == sorted(p.key for p in people)
    # One account, one person of a role; what is refused, removed, local or taken is never linked.
    wanted = [(key[0], link.account_id) for key, link in found.linked.items()]
    assert len(wanted) == len(set(wanted))
    for key, link in found.linked.items():
        held_by = by_id[link.account_id]
        person = next(p for p in people if p.key == key)
        assert mode == "create"
        assert (key, link.account_id) not in refused
        assert held_by.state in ("active", "unallocated") and not held_by.local and held_by.role == key[0]
        assert (key[0], link.account_id) not in {(k[0], i) for k, i in links.items()}
        assert (
            person.date_of_birth is None
            or held_by.date_of_birth is None
            or link.how == "identifier"
            or (person.date_of_birth == held_by.date_of_birth)
        )
    for key, waits in found.waiting.items():
        scores = [s.score for s in waits.suggestions]
        assert scores == sorted(scores, reverse=True)
        assert (waits.band == "none") == (not scores)
        assert all((key, s.account_id) not in refused for s in waits.suggestions)
        if waits.band == "likely" and mode == "create":
            assert scores[0] >= LIKELY > POSSIBLE
            assert len(scores) < 2 or scores[0] - scores[1] >= CLEAR
    # An account is likely for one person of a role at most.
    likely = [(k[0], w.suggestions[0].account_id) for k, w in found.waiting.items() if w.band == "likely"]
    assert len(likely) == len(set(likely)) or mode == "link"


@given(rolls, directories, st.randoms())
def test_matching_does_not_depend_on_the_order_of_anything(people, accounts, rnd: random.Random):
    one_way = match(people, accounts, links={})
    other = match(rnd.sample(people, len(people)), rnd.sample(accounts, len(accounts)), links={})
    assert other.linked == one_way.linked
    assert other.waiting == one_way.waiting
    assert sorted(other.free) == sorted(one_way.free)


def test_running_again_after_linking_changes_nothing():
    people, accounts = crowd()
    first = match(people, accounts, links={})
    assert len(first.linked) == len(people)
    links = {key: link.account_id for key, link in first.linked.items()}
    renamed = [replace(p, family_name="Changed") for p in people]
    again = match(renamed, accounts, links=links)
    assert again.kept == links
    assert not again.linked and not again.waiting and not again.free
