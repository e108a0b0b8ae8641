"""Account directories that differ from the MIS as real ones do, so that every queue has work."""

from __future__ import annotations

import pytest

from connectors.simulator.differences import COLUMNS, Account
from connectors.simulator.directory import wanted
from connectors.simulator.people import PersonRow
from connectors.simulator.schools import ESTATE
from connectors.simulator.world import World

AGREE = {"exact", "accent", "identifier"}
NOBODY = {"leaver", "ex_staff", "ex_pupil", "governor", "visitor", "shared", "case_clash"}
USUAL = [school.slug for school in ESTATE if school.matching == "usual"]
FULL = [school.slug for school in ESTATE if school.matching == "full"]


def person(world: World, slug: str, account: Account) -> PersonRow:
    roll = world.roll(slug)
    assert account.person
    return roll.pupils.get(account.person) or roll.staff[account.person]


def waiting(world: World, slug: str) -> list[Account]:
    return [account for account in world.truth(slug) if account.kind not in AGREE | NOBODY]


def test_rows_have_the_columns_of_the_account_file(estate: World) -> None:
    for school in estate.schools:
        for row in estate.directory(school.urn):
            assert tuple(row) == COLUMNS and row["username"] and row["role"] in ("pupil", "staff", "other")
            assert row["email"] == f"{row['username']}@{school.domain}"


@pytest.mark.parametrize("slug", [school.slug for school in ESTATE])
def test_M8_usernames_are_unique_ignoring_case_and_at_most_twenty_long(estate: World, slug: str) -> None:
    names = [row["username"].lower() for row in estate.directory(slug)]
    assert len(set(names)) == len(names) and max(map(len, names)) <= 20


@pytest.mark.parametrize("slug", USUAL)
def test_the_number_waiting_fits_the_size_of_the_school(estate: World, slug: str) -> None:
    pupils = [row for row in estate.roll(slug).of_status("current") if row.born]
    expected, found = wanted(len(pupils)), len(waiting(estate, slug))
    assert (40 <= expected <= 80) if len(pupils) >= 500 else (3 <= expected <= 15)
    assert abs(found - expected) <= max(2, expected // 4), "small staff rooms may fall a little short"


@pytest.mark.parametrize("slug", USUAL)
def test_every_queue_has_work(estate: World, slug: str) -> None:
    """Unmatched staff and pupils (K2), new users (P1), non-MIS (S2), exclusions (R), problems (V4)."""
    accounts, roll = estate.truth(slug), estate.roll(slug)
    roles = {account.role for account in waiting(estate, slug)}
    assert roles == {"staff", "pupil"}
    owned = {account.person for account in accounts}
    new = [row for row in roll.of_status("current") if row.born and row.id not in owned]
    assert new and [row for row in roll.staff.values() if row.current and row.id not in owned]
    assert {"governor", "visitor", "shared", "leaver", "ex_staff"} <= {account.kind for account in accounts}
    assert [row for row in roll.of_status("current") if row.born is None], "a problem to mend"
    names = estate.exclusions(slug)
    assert len(names) == 3 and any(one["review_on"] < estate.today.isoformat() for one in names)


@pytest.mark.parametrize("slug", USUAL)
def test_most_people_have_an_account_and_most_accounts_agree(estate: World, slug: str) -> None:
    people = len(estate.roll(slug).of_status("current")) + len(estate.roll(slug).staff)
    owned = [account for account in estate.truth(slug) if account.person]
    assert 0.85 <= len(owned) / people <= 0.96
    assert sum(account.kind in AGREE for account in owned) / people > 0.8


@pytest.mark.parametrize("slug", FULL)
def test_a_matching_directory_matches_to_the_last_account(estate: World, slug: str) -> None:
    roll = estate.roll(slug)
    people = {row.id for row in (*roll.of_status("current"), *roll.staff.values())}
    accounts = estate.truth(slug)
    assert {account.person for account in accounts} == people and len(accounts) == len(people)
    assert {account.kind for account in accounts} <= AGREE
    assert all(account.born for account in accounts) and estate.exclusions(slug) == []


def test_agreeing_accounts_agree(estate: World) -> None:
    for school in estate.schools:
        for account in estate.truth(school.slug):
            if account.kind == "exact":
                row = person(estate, school.slug, account)
                assert account.given == (row.forename or row.legal_forename)
                assert account.family == (row.surname or row.legal_surname)
                assert account.born == row.born or account.staff_code or account.mis_id


def test_K13_accounts_that_differ_do_differ_in_the_way_they_say(estate: World) -> None:
    seen = set()
    for slug in USUAL:
        for account in waiting(estate, slug):
            row = person(estate, slug, account)
            given, family = row.forename or row.legal_forename, row.surname or row.legal_surname
            same_name = (account.given, account.family) == (given, family)
            assert not (same_name and account.born == row.born and row.born), account
            assert not account.upn and not account.mis_id and not account.staff_code
            assert (account.kind in ("no_birth_date", "birth_date_typo")) == same_name
            seen.add(account.kind)
    assert seen == {
        "no_birth_date", "nickname", "maiden", "misspelt", "swapped", "middle", "birth_date_typo",
        "legal_name", "hyphen_half",
    }  # fmt: skip


def test_G12_staff_accounts_lack_birth_dates_most(estate: World) -> None:
    staff = [one for slug in USUAL for one in waiting(estate, slug) if one.role == "staff"]
    assert sum(one.kind == "no_birth_date" for one in staff) / len(staff) > 0.3


def test_G11_some_accounts_carry_upn_mis_id_or_staff_code(estate: World) -> None:
    rows = [row for school in estate.schools for row in estate.directory(school.urn)]
    assert all(sum(bool(row[column]) for row in rows) > 50 for column in ("upn", "mis_id", "staff_code"))


def test_Z17_an_ex_pupil_has_the_name_of_one_without_an_account(estate: World) -> None:
    for slug in USUAL:
        owned = {account.person for account in estate.truth(slug)}
        new = {
            (row.forename, row.surname)
            for row in estate.roll(slug).of_status("current")
            if row.id not in owned
        }
        assert [
            one for one in estate.truth(slug) if one.kind == "ex_pupil" and (one.given, one.family) in new
        ]


def test_M6_a_name_that_a_newcomer_would_get_is_taken_in_capitals(estate: World) -> None:
    for slug in USUAL:
        clashes = [one.username for one in estate.truth(slug) if one.kind == "case_clash"]
        assert len(clashes) == 1 and clashes[0] != clashes[0].lower()


def test_Z25_one_name_to_exclude_has_a_live_account_and_one_has_none(estate: World) -> None:
    for slug in USUAL:
        roll = estate.roll(slug)
        owned = {account.person for account in estate.truth(slug)}
        by_name = {(row.forename, row.surname): row.id for row in roll.of_status("current")}
        states = [by_name[one["given_name"], one["family_name"]] in owned for one in estate.exclusions(slug)]
        assert False in states[:1] and True in states[1:]
