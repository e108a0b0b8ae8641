"""The seeded world: the same for the same seed, and every awkward record in its place."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from stdnum.gb import upn as upn_rule

from connectors.simulator import shapes
from connectors.simulator.names import plain
from connectors.simulator.oddities import HOSTILE_FORENAME, HOSTILE_SURNAME
from connectors.simulator.people import PersonRow, PupilRow
from connectors.simulator.schools import LIMITS, academic_start, year_of_entry, year_text
from connectors.simulator.world import World, build_bulk_world, build_world

TODAY = date(2026, 1, 14)
CATALOGUE = {
    "sims", "sims-connected", "arbor", "bromcom", "integris", "scholarpack", "juniper-horizons", "isams",
    "edgen", "cmis", "cloud-school", "wcbs", "engage", "progresso", "seemis",
}  # fmt: skip


def bytes_of(world: World) -> bytes:
    parts = []
    for school in world.schools:
        roll = world.roll(school.urn)
        parts += [
            repr(asdict(school)),
            repr(roll.pupils),
            repr(roll.staff),
            repr(roll.contacts),
            repr(roll.ties),
        ]
        parts += [
            repr(roll.classes),
            repr(roll.groups),
            repr(roll.deletions),
            repr(world.directory(school.urn)),
        ]
    return "\n".join(parts).encode("utf-8", "surrogatepass")


def everybody(world: World) -> list[PupilRow]:
    return [row for school in world.schools for row in world.roll(school.urn).pupils.values()]


def current(world: World, slug: str) -> list[PupilRow]:
    return world.roll(slug).of_status("current")


def test_the_same_seed_and_day_give_the_same_bytes(estate: World) -> None:
    assert bytes_of(build_world(today=TODAY)) == bytes_of(estate)


def test_the_same_bytes_come_from_another_process() -> None:
    """Neither hash order nor the clock leaks in."""
    code = """
from datetime import date
from hashlib import sha256
from connectors.simulator.world import build_world
world = build_world(today=date(2026, 1, 14), schools=["penhallow"])
world.advance(4)
roll = world.roll("penhallow")
text = repr((roll.pupils, roll.staff, roll.groups, roll.deletions, world.directory("penhallow")))
print(sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
"""
    prints = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(prints) == 1 and len(prints.pop().strip()) == 64


def test_another_seed_or_another_day_gives_another_world(estate: World) -> None:
    assert bytes_of(build_world(seed=7, today=TODAY)) != bytes_of(estate)
    assert bytes_of(build_world(today=TODAY + timedelta(days=1))) != bytes_of(estate)


def test_tomorrows_world_has_the_same_people(estate: World) -> None:
    tomorrow = build_world(today=TODAY + timedelta(days=1))
    names = [(row.id, row.forename, row.surname, row.born) for row in everybody(estate)]
    assert names == [(row.id, row.forename, row.surname, row.born) for row in everybody(tomorrow)]


def test_a_school_alone_is_the_school_of_the_estate(estate: World) -> None:
    alone = build_world(today=TODAY, schools=["ridgemoor"])
    assert alone.roll("ridgemoor").pupils == estate.roll("ridgemoor").pupils
    assert alone.directory("ridgemoor") == estate.directory("ridgemoor")


def test_A1_A2_every_mis_of_the_catalogue_has_a_school(estate: World) -> None:
    assert {school.mis for school in estate.schools} == CATALOGUE and len(estate.schools) >= 15


def test_the_estate_is_mixed_in_size_phase_and_country(estate: World) -> None:
    sizes = {school.slug: len(current(estate, school.urn)) for school in estate.schools}
    assert min(sizes.values()) >= 90 and 1800 <= max(sizes.values()) <= 1900
    assert Counter(school.phase for school in estate.schools)["all-through"] >= 1
    assert {school.country for school in estate.schools} == {"england", "scotland"}
    trusts = Counter(school.trust for school in estate.schools if school.trust)
    assert set(trusts.values()) == {3}, "K1: the local schools of one trust"
    assert [school.slug for school in estate.schools if school.region] == ["harbour-point"]


def test_schools_and_people_have_ids_of_their_own(estate: World) -> None:
    ids = [row.id for row in everybody(estate)]
    for school in estate.schools:
        roll = estate.roll(school.urn)
        ids += [*roll.staff, *roll.contacts, *roll.classes, *roll.groups, school.wonde_id]
        ids += [row.id for row in roll.subjects.values()]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"A\d{10}", one) for one in ids)


def test_G6_every_upn_is_valid_and_nobody_shares_one(estate: World) -> None:
    upns = [row.upn for row in everybody(estate) if row.upn and row.status != "pre"]
    other = [number for row in everybody(estate) for number in (row.local_upn, row.former_upn) if number]
    assert len(upns) > 7000 and len(other) > 100
    assert all(upn_rule.is_valid(number) for number in (*upns, *other))
    assert [number for number, times in Counter(upns).items() if times > 1] == []


def test_G7_temporary_local_and_former_upns_exist(estate: World) -> None:
    rows = everybody(estate)
    assert any(row.upn and row.upn[-1].isalpha() for row in rows)
    assert any(row.local_upn for row in rows) and any(row.former_upn for row in rows)


def test_G6_uln_and_admission_number_are_text_of_the_right_length(estate: World) -> None:
    rows = everybody(estate)
    ulns = [row.uln for row in rows if row.uln]
    assert ulns and len(set(ulns)) == len(ulns) and all(re.fullmatch(r"[1-9]\d{9}", one) for one in ulns)
    weights = range(10, 1, -1)
    for one in ulns[:200]:
        left = sum(int(digit) * weight for digit, weight in zip(one[:9], weights, strict=True)) % 11
        assert int(one[9]) == 10 - left
    assert all(re.fullmatch(r"00\d{4}", row.admission_number or "") for row in rows)


def test_A11_scottish_pupils_have_scottish_years_and_no_upn(estate: World) -> None:
    rows = current(estate, "glenarvon")
    assert {row.year_text for row in rows} == {
        *(f"P{n}" for n in range(1, 8)),
        *(f"S{n}" for n in range(1, 7)),
    }
    assert all(row.upn is None for row in rows)
    names = {row.name for row in estate.roll("glenarvon").groups.values() if row.kind == "YEAR"}
    assert {"Primary 1", "Secondary 6"} <= names


@pytest.mark.parametrize(
    ("today", "country", "expected"),
    [
        (date(2025, 8, 31), "england", date(2024, 9, 1)),
        (date(2025, 9, 1), "england", date(2025, 9, 1)),
        (date(2025, 8, 16), "scotland", date(2025, 8, 16)),
        (date(2025, 8, 15), "scotland", date(2024, 8, 16)),
    ],
)
def test_Z10_the_school_year_begins_where_the_country_has_it(
    today: date, country: str, expected: date
) -> None:
    assert academic_start(today, country=country) == expected


def test_N3_N4_year_of_entry_and_year_words() -> None:
    start = academic_start(date(2017, 9, 4))
    assert (year_of_entry(2, start), year_of_entry(0, start)) == (2016, 2018)
    assert [year_text(stage) for stage in (-2, -1, 0, 7)] == ["N1", "N2", "R", "7"]


def test_birthdays_fit_the_year_group(estate: World) -> None:
    rows = [row for row in current(estate, "larkmere") if row.born]
    start = academic_start(TODAY)
    ages = Counter(
        start.year - row.stage - 5 - (row.born.year - (row.born.month < 9)) for row in rows if row.born
    )
    assert ages[0] > len(rows) - 4, "N6: all but the one who repeats a year"


def test_wonde_12_1_primaries_have_no_classes_and_everybody_has_a_form(estate: World) -> None:
    for school in estate.schools:
        roll = estate.roll(school.urn)
        assert bool(roll.classes) == (school.stages[1] > 7)
        assert all(row.registration in roll.groups for row in current(estate, school.urn))
        kinds = {row.kind for row in roll.groups.values()}
        assert {"REGISTRATION", "YEAR", "HOUSE", "MISC", "USER", "COURSE"} == kinds


def test_I7_forms_have_one_or_two_tutors_and_I8_some_sets_have_two_teachers(estate: World) -> None:
    roll = estate.roll("larkmere")
    assert {len(row.staff) for row in roll.groups.values() if row.kind == "REGISTRATION"} == {1, 2}
    assert {len(row.staff) for row in roll.classes.values()} == {0, 1, 2}
    assert any(not row.pupils for row in roll.classes.values()), "W8: a class without pupils"


def test_families_have_siblings_twins_and_one_house(estate: World) -> None:
    by_family: dict[int, list[PupilRow]] = {}
    for row in current(estate, "eastmarsh"):
        by_family.setdefault(row.family, []).append(row)
    siblings = [rows for rows in by_family.values() if len(rows) > 1]
    twins = [rows for rows in siblings if len({row.born for row in rows}) < len(rows)]
    assert len(siblings) > 200 and len(twins) > 5
    assert all(len({row.house for row in rows}) == 1 for rows in siblings)


def test_wonde_12_2_siblings_have_the_same_contact_in_other_words(estate: World) -> None:
    roll = estate.roll("eastmarsh")
    words: dict[str, set[tuple[str, int | None]]] = {}
    for ties in roll.ties.values():
        for tie in ties:
            words.setdefault(tie.contact, set()).add((tie.relationship, tie.priority))
    assert sum(len(different) > 1 for different in words.values()) > 20


def test_H5_Z13_joint_contacts_come_in_several_forms(estate: World) -> None:
    rows = [row for school in estate.schools for row in estate.roll(school.urn).contacts.values()]
    joint = [row for row in rows if " " in (row.title or "")]
    assert {row.title for row in joint} == {"Mr and Mrs", "Mr & Mrs", "Dr & Mrs", "Mr and Dr"}
    assert any(row.forename is None for row in joint) and any(row.forename for row in joint)


def test_H2_H6_some_contacts_lack_a_title_or_forename_and_integris_has_no_priority(estate: World) -> None:
    rows = estate.roll("larkmere").contacts.values()
    assert any(row.title is None for row in rows) and any(row.forename is None for row in rows)
    ties = [tie for ties in estate.roll("holmwick").ties.values() for tie in ties]
    assert ties and all(tie.priority is None for tie in ties)


def test_C17_some_contacts_have_no_parental_responsibility(estate: World) -> None:
    ties = [tie for ties in estate.roll("larkmere").ties.values() for tie in ties]
    assert {tie.responsible for tie in ties} == {True, False}


def test_Z16_staff_who_are_parents_share_their_upi_with_the_contact(estate: World) -> None:
    for slug in ("larkmere", "holmwick"):
        roll = estate.roll(slug)
        contacts = {row.upi: row for row in roll.contacts.values()}
        both = [row for row in roll.staff.values() if row.upi in contacts]
        assert both and all(row.surname == contacts[row.upi].surname for row in both)
        assert all(row.id != contacts[row.upi].id and re.fullmatch(r"[0-9a-f]{32}", row.upi) for row in both)


def test_Z16_one_person_works_at_two_schools_of_the_trust(estate: World) -> None:
    def people(slug: str) -> set[tuple[str | None, str | None, date | None]]:
        return {(row.forename, row.surname, row.born) for row in estate.roll(slug).staff.values() if row.born}

    assert people("larkmere") & people("thornley-park")


def test_G9_G10_G12_contradictions_are_planted_in_every_usual_school(estate: World) -> None:
    for school in estate.schools:
        rows = current(estate, school.urn)
        left = [row for row in rows if row.leaving and row.leaving < TODAY]
        odd = [row for row in rows if row.part_time is False and row.part_time_rate == 1.0]
        nobirth = [row for row in rows if row.born is None]
        planted = (len(left), len(odd), bool(nobirth))
        assert planted == ((0, 0, False) if school.matching == "full" else (1, 2, True)), school.slug


def test_F6_J5_ex_employees_stay_and_one_contradicts_itself(estate: World) -> None:
    for slug in ("holmwick", "eastmarsh"):
        staff = list(estate.roll(slug).staff.values())
        assert len([row for row in staff if row.current is False and row.end and row.end < TODAY]) == 2
        assert len([row for row in staff if row.current and row.end and row.end < TODAY]) == 1


def test_J1_J2_future_people_wait_where_the_mis_has_them(estate: World) -> None:
    for school in estate.schools:
        roll = estate.roll(school.urn)
        pre = [row for row in roll.of_status("pre") if row.admitted and row.admitted > TODAY]
        starting = [row for row in roll.staff.values() if row.start and row.start > TODAY]
        assert (bool(pre), len(starting)) == ((True, 2) if school.has_future() else (False, 0))
        if pre:
            assert TODAY + timedelta(days=1) in {row.admitted for row in pre}


def test_Z6_mononyms_non_latin_names_accents_hyphens_and_apostrophes(estate: World) -> None:
    names = {(row.forename or "") + "|" + (row.surname or "") for row in everybody(estate)}
    assert any(name.endswith("|") and len(name) > 1 for name in names), "Z6: one name only"
    assert "小明|王" in names and "Олена|Шевченко" in names, "Z5"
    assert all(any(mark in name for name in names) for mark in ("-", "'", "ł", "é", "ş", "ó"))


def test_O1_preferred_and_legal_names_are_each_missing_somewhere(estate: World) -> None:
    rows = everybody(estate)
    assert any(row.forename is None and row.legal_forename for row in rows)
    assert any(row.legal_forename is None and row.forename for row in rows)
    assert any(row.legal_surname not in (None, row.surname) for row in rows)


def test_there_is_one_hostile_person_in_the_estate(estate: World) -> None:
    hostile = [row for row in everybody(estate) if "\x1b" in (row.forename or "")]
    assert [(row.forename, row.surname) for row in hostile] == [(HOSTILE_FORENAME, HOSTILE_SURNAME)]
    text = HOSTILE_FORENAME + HOSTILE_SURNAME
    assert all(part in text for part in ("[bold red]", "\x1b[31m", "\x1b]0;", "\u202e", "=HYPERLINK("))


def test_namesakes_and_once_the_same_birthday_too(estate: World) -> None:
    rows = [(row.forename, row.surname, row.born) for row in current(estate, "eastmarsh")]
    names = Counter((forename, surname) for forename, surname, _ in rows if forename and surname)
    assert max(names.values()) > 1
    assert 1 <= sum(times > 1 for times in Counter(row for row in rows if row[2]).values()) <= 3


def test_Z15_a_former_upn_equals_another_pupils_current_one(estate: World) -> None:
    rows = current(estate, "larkmere")
    held = {row.upn: row.id for row in rows if row.upn}
    assert [row for row in rows if row.former_upn in held and held[row.former_upn] != row.id]


def test_Z16_one_pupil_is_on_roll_and_in_pre_admission(estate: World) -> None:
    roll = estate.roll("larkmere")
    upis = {row.upi for row in roll.of_status("current")}
    assert len([row for row in roll.of_status("pre") if row.upi in upis]) == 1


def test_Z14_Z19_roles_with_commas_and_doubles_and_a_clash_of_staff_codes(estate: World) -> None:
    staff = [row for school in estate.schools for row in estate.roll(school.urn).staff.values()]
    assert any("," in role for row in staff for role in row.roles)
    assert any(len(set(row.roles)) < len(row.roles) for row in staff)
    codes = Counter(row.staff_code for row in estate.roll("larkmere").staff.values())
    assert [times for times in codes.values() if times > 1] == [2]
    initials = Counter(row.initials for row in estate.roll("larkmere").staff.values())
    assert max(initials.values()) > 1


def test_F5_everybody_but_the_head_has_a_line_manager_and_nobody_a_circle(estate: World) -> None:
    staff = estate.roll("larkmere").staff
    heads = [row for row in staff.values() if row.manager is None and row.start and row.start <= TODAY]
    assert [row.roles[0] for row in heads] == ["Headteacher"]
    for row in staff.values():
        seen, boss = {row.id}, row.manager
        while boss:
            assert boss not in seen
            seen.add(boss)
            boss = staff[boss].manager


def test_names_are_as_frequent_as_they_are(estate: World) -> None:
    """Many a common name, and many that come once."""
    names = Counter(row.forename for row in everybody(estate) if row.forename)
    boys = sum(names[name] for name in ("Muhammad", "Mohammed", "Mohammad", "Mohamed"))
    assert names["Olivia"] > 40 and boys > 40
    surnames = Counter(row.surname for row in everybody(estate) if row.surname)
    assert sum(times == 1 for times in surnames.values()) > 200
    assert len(surnames) > 700


def test_fixtures_are_ours_only_reserved_numbers_and_domains(estate: World) -> None:
    people: list[PersonRow] = []
    for school in estate.schools:
        roll = estate.roll(school.urn)
        people += [*roll.pupils.values(), *roll.staff.values(), *roll.contacts.values()]
    assert all(re.fullmatch(r"(07700900|01632960)\d{3}", row.phone) for row in people if row.phone)
    assert all(row.email.endswith(".example") for row in people if row.email)


@pytest.mark.parametrize(
    ("what", "without"),
    [
        ("roles", {"integris", "wcbs", "isams", "scholarpack", "engage", "edgen"}),
        ("photo", {"integris", "scholarpack"}),
        ("hierarchy", {"bromcom", "isams", "integris", "wcbs", "engage", "edgen"}),
        ("class_staff", {"bromcom", "integris", "isams", "scholarpack", "edgen"}),
    ],
)
def test_E1_E3_E4_E5_what_a_mis_cannot_give_by_this_route(what: str, without: set[str]) -> None:
    assert {mis for mis, limits in LIMITS.items() if what in limits} == without


def test_E2_the_teaching_flag_comes_from_five_only_and_is_else_unknown(estate: World) -> None:
    given = set()
    for school in estate.schools:
        rows = [shapes.employment(school, row) for row in estate.roll(school.urn).staff.values()]
        if any(row["teaching_staff"] is not None for row in rows):
            given.add(school.mis)
    assert given == {"sims", "sims-connected", "arbor", "juniper-horizons", "cmis"}


def test_a_bulk_world_has_as_many_people_as_asked_for() -> None:
    world = build_bulk_world(people=3000, today=TODAY)
    roll = world.roll("bulk")
    assert abs(len(roll.of_status("current")) + len(roll.staff) - 3000) < 60


def test_scale_multiplies_the_rolls_and_an_unknown_school_is_an_error() -> None:
    world = build_world(today=TODAY, schools=["scholarpack"], scale=0.5)
    assert len(world.roll("saltmere").of_status("current")) == 46
    with pytest.raises(KeyError, match="hogwarts"):
        build_world(today=TODAY, schools=["hogwarts"])


def test_plain_folds_what_old_account_tools_folded() -> None:
    assert [plain(name) for name in ("Łukasz", "O'Brien-Ní", "Yılmaz", "小明")] == [
        "lukasz",
        "obrienni",
        "yilmaz",
        "",
    ]


def test_an_estate_of_tiny_schools_is_built_too() -> None:
    """Thirty pupils and a handful of staff each: fewer oddities, and none left out halfway."""
    tiny = build_world(today=date(2026, 9, 14), scale=0.05)
    assert [len(tiny.roll(each.urn).staff) > 3 for each in tiny.schools] == [True] * len(tiny.schools)
