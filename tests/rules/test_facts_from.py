"""Records and stored rows as facts (sections F, G, N, O; Z9, Z10, Z14)."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.records import Pupil, PupilStatus, Staff
from data.tables import Person
from misconsole.rules import digest
from misconsole.rules.facts import IDENTIFIER_KINDS, PersonFacts
from misconsole.rules.facts_from import (
    flags,
    from_record,
    from_row,
    job_title,
    non_teaching,
    remember,
    tidy_roles,
)
from misconsole.rules.options import SchoolOptions
from misconsole.rules.plan_parts import PersonChange
from misconsole.sync.apply import person_row

TODAY = date(2026, 3, 2)


def facts(record, *, options=None, country="england", today=TODAY):
    return from_record(record, options=options or SchoolOptions(), country=country, today=today)


def as_stored(one):
    """The columns of the row a run writes of these facts."""
    return person_row(PersonChange(facts=one, digest=""), school_id=1, run_id=1)


def pupil(**more):
    return facts(Pupil(source_id="p1", **more))


def staff(**more):
    return facts(Staff(source_id="t1", **more))


def test_O1_preferred_wins_for_first_name_and_surname_each_for_itself():
    one = pupil(given_name="Nia", legal_given_name="Adaeze", legal_family_name="Okonjo")
    assert (one.first, one.last) == ("Nia", "Okonjo")
    other = pupil(legal_given_name="Adaeze", family_name="Hale", legal_family_name="Okonjo")
    assert (other.first, other.last) == ("Adaeze", "Hale")


def test_O6_a_changed_legal_surname_behind_a_preferred_one_changes_nothing_that_counts():
    before = pupil(given_name="Nia", family_name="Hale", legal_family_name="Okonjo")
    after = pupil(given_name="Nia", family_name="Hale", legal_family_name="Married")
    assert (before.first, before.last) == (after.first, after.last)


def test_F3_roles_make_one_job_title_with_commas_between():
    assert staff(roles=("Class Teacher", "Head of Year")).job_title == "Class Teacher, Head of Year"
    assert staff(roles=()).job_title is None


def test_Z14_a_comma_inside_a_role_does_not_make_two_of_it():
    one = staff(roles=("Head of Year, Pastoral", "Teacher"))
    assert one.job_title == "Head of Year; Pastoral, Teacher"
    assert one.roles == ("Head of Year; Pastoral", "Teacher")


def test_Z14_a_role_sent_twice_counts_once():
    assert tidy_roles(["Teacher", "teacher ", "TEACHER", "", " , "]) == ("TEACHER",)


@given(st.lists(st.text("abAB ,;é", max_size=6), max_size=6), st.randoms())
def test_Z14_the_title_does_not_depend_on_the_order_the_mis_sends(roles, rnd: random.Random):
    shuffled = rnd.sample(roles, len(roles))
    assert job_title(tidy_roles(roles)) == job_title(tidy_roles(shuffled))
    assert all("," not in role for role in tidy_roles(roles))


@pytest.mark.parametrize(("teaching", "inverted"), [(True, False), (False, True), (None, None)])
def test_F4_the_teaching_flag_is_inverted_only_where_it_is_known(teaching, inverted):
    one = staff(teaching=teaching)
    assert one.teaching is teaching
    assert non_teaching(one) is inverted


@pytest.mark.parametrize(
    ("current", "start", "status"),
    [
        (True, None, "current"), (None, None, "current"), (False, None, "leaver"),
        (False, date(2026, 9, 1), "future"), (None, date(2026, 3, 3), "future"), (True, TODAY, "current"),
        (False, date(2020, 9, 1), "leaver"),
    ],
)  # fmt: skip
def test_F6_J2_staff_are_current_future_or_leavers(current, start, status):
    assert staff(current=current, start_date=start).status == status


def test_G6_identifiers_stay_text_with_their_leading_zeros():
    one = pupil(admission_number="004504", upn="A123456789012", uln="0123456789", former_upn="B0")
    assert one.identifiers == {
        "admission_number": ("004504",), "upn": ("A123456789012",), "uln": ("0123456789",),
        "former_upn": ("B0",),
    }  # fmt: skip


def test_G7_earlier_identifiers_stay_behind_the_present_ones_as_match_keys():
    one = remember(pupil(upn="A1"), [("upn", "A0"), ("upn", "A1"), ("uln", "9")])
    assert one.identifiers == {"upn": ("A1", "A0"), "uln": ("9",)}


def test_J9_admission_and_leaving_dates_are_kept():
    one = pupil(admission_date=date(2020, 9, 1), leaving_date=date(2027, 7, 20))
    columns = as_stored(one)
    assert (columns["start_date"], columns["end_date"]) == (date(2020, 9, 1), date(2027, 7, 20))


@pytest.mark.parametrize(
    ("nc_year", "today", "country", "group", "entry"),
    [
        ("2", date(2017, 9, 4), "england", "2", 2016),  # N3
        ("R", date(2017, 9, 4), "england", "R", 2018),  # N4
        ("P3", date(2026, 3, 2), "scotland", "P3", 2023),  # A11
        ("Kestrels", date(2026, 3, 2), "england", None, None),
    ],
)
def test_N2_N3_N4_A11_year_group_and_year_of_entry(nc_year, today, country, group, entry):
    one = facts(Pupil(source_id="p", nc_year=nc_year), today=today, country=country)
    assert (one.year_group, one.year_of_entry, one.nc_year) == (group, entry, nc_year)


def test_N5_the_year_of_entry_comes_from_the_year_group_not_the_admission_date():
    one = facts(Pupil(source_id="p", nc_year="3", admission_date=date(2014, 9, 3)), today=date(2017, 9, 4))
    assert one.year_of_entry == 2015


def test_Z9_next_years_intake_gets_next_years_year_of_entry():
    coming = Pupil(source_id="p", nc_year="7", admission_date=date(2026, 9, 1), status=PupilStatus.ACCEPTED)
    assert facts(coming, today=date(2026, 5, 1)).year_of_entry == 2020
    assert facts(coming, today=date(2026, 9, 2)).year_of_entry == 2020


def test_Z10_a_schools_own_year_words_are_read_first():
    options = SchoolOptions().with_settings({"grades": "Kestrels=4,7=8"})
    for word, group in (("kestrels ", "4"), ("7", "8"), ("6", "6")):
        assert facts(Pupil(source_id="p", nc_year=word), options=options).year_group == group


def test_G9_a_leaving_date_gone_by_beside_a_current_year_group_is_flagged():
    odd = pupil(nc_year="6", leaving_date=date(2025, 7, 20))
    assert flags(odd, today=TODAY) == ("contradictory-dates",)
    assert flags(pupil(nc_year="6", leaving_date=TODAY), today=TODAY) == ()
    left = pupil(nc_year="6", leaving_date=date(2025, 7, 20), status=PupilStatus.LEAVER)
    assert flags(left, today=TODAY) == ()


def test_a_leaving_date_before_the_admission_date_belongs_to_an_earlier_stay():
    back = pupil(admission_date=date(2025, 9, 1), leaving_date=date(2024, 7, 1))
    assert flags(back, today=TODAY) == ("rejoined",)


@pytest.mark.parametrize(
    ("part_time", "rate", "odd"),
    [(False, 1.0, False), (False, None, False), (None, 0.5, False), (True, 0.5, False), (False, 0.0, False),
     (True, 1.0, True), (False, 0.6, True)],
)  # fmt: skip
def test_G10_part_time_false_at_rate_one_is_fine_and_real_contradictions_are_flagged(part_time, rate, odd):
    one = pupil(part_time=part_time, part_time_rate=rate)
    assert ("contradictory-part-time" in flags(one, today=TODAY)) is odd


def test_Z10_a_year_group_that_means_nothing_here_is_flagged():
    assert flags(pupil(nc_year="Y5/6"), today=TODAY) == ("year-unknown",)
    assert flags(pupil(), today=TODAY) == ()


def test_fields_the_route_does_not_deliver_keep_that_mark_under_our_names():
    one = pupil(unknown=frozenset({"leaving_date", "admission_date", "email"}))
    assert one.unknown == {"end_date", "start_date", "email"}


def test_the_search_name_finds_by_any_name_folded():
    one = pupil(
        given_name="Zoë", family_name="O'Brien", legal_given_name="Zofia", legal_family_name="O'Brien"
    )
    assert as_stored(one)["search_name"] == "obrien zoe zofia"


text = st.text(min_size=1, max_size=8) | st.none()
days = st.dates(date(1950, 1, 1), date(2040, 1, 1)) | st.none()
flag = st.booleans() | st.none()
rates = st.floats(0, 1) | st.none()
common = {
    "source_id": st.text(min_size=1, max_size=8), "mis_id": text, "upi": text, "title": text,
    "initials": text, "given_name": text, "family_name": text, "legal_given_name": text,
    "legal_family_name": text,
    "middle_names": text, "date_of_birth": days, "email": text, "photo_id": text, "photo_hash": text,
}  # fmt: skip
pupils = st.builds(
    Pupil, **common, upn=text, local_upn=text, former_upn=text, uln=text, admission_number=text,
    nc_year=st.sampled_from(["7", "R", "X", None]), registration_group=text, house=text, part_time=flag,
    part_time_rate=rates, admission_date=days, leaving_date=days, status=st.sampled_from(list(PupilStatus)),
    unknown=st.frozensets(st.sampled_from(["email", "leaving_date", "upn"])),
)  # fmt: skip
staffs = st.builds(
    Staff, **common, phone=text, staff_code=text, roles=st.lists(st.text("ab, ;"), max_size=3).map(tuple),
    teaching=flag, current=flag, start_date=days, end_date=days, reports_to=text,
    unknown=st.frozensets(st.sampled_from(["teaching", "roles"])),
)  # fmt: skip


@given(pupils | staffs)
def test_facts_survive_the_store_so_that_why_sees_what_the_run_saw(record):
    before = facts(record)
    row = as_stored(before)
    held = [(kind, value) for kind, values in before.identifiers.items() for value in values]
    after = from_row({**row, "id": None}, held)
    assert after == before
    assert digest.person(after) == digest.person(before)
    assert flags(after, today=TODAY) == flags(before, today=TODAY)


def test_every_fact_has_a_place_in_the_store():
    columns = set(as_stored(pupil()))
    assert columns <= set(Person.model_fields)
    elsewhere = {"person_id", "nc_year", "current", "roles", "identifiers"}
    assert {f.name for f in fields(PersonFacts)} - elsewhere <= columns


def test_every_identifier_kind_comes_from_a_field_of_a_record():
    known = {f.name for f in fields(Pupil)} | {f.name for f in fields(Staff)}
    assert set(IDENTIFIER_KINDS) <= known


@given(pupils, st.sampled_from(["given_name", "date_of_birth", "upn", "nc_year", "house", "status"]))
def test_the_digest_tells_changed_from_unchanged(record, name):
    changed = {
        "given_name": "Somebody Else", "date_of_birth": date(2041, 1, 1), "upn": "changed-upn-value",
        "nc_year": "11", "house": "Changed House", "status": PupilStatus.OTHER,
    }[name]  # fmt: skip
    values = {f.name: getattr(record, f.name) for f in fields(Pupil)}
    other = Pupil(**{**values, name: changed})
    assert (digest.person(facts(other)) == digest.person(facts(record))) == (other == record)
