"""Each format as a strict reader of the published headers takes it (Y3, Y4, M13)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
import rosters as r
import strict_reader as strict

from misconsole.errors import NotFound, Usage
from misconsole.exports import catalogue
from misconsole.exports.cells import e164
from misconsole.exports.teaching import relation

ALL = tuple(each.id for each in catalogue.FORMATS)


def test_google_takes_the_file_and_no_password_is_in_it() -> None:
    fresh = r.pupil(9, "Noor", "Haddad", fresh=True)
    found, files = r.made("google", r.school(r.ZOE, r.SAM, r.MARY, fresh))
    rows = strict.google(files["google-users.csv"])
    assert [row["Org Unit Path [Required]"] for row in rows] == [
        "/Pupils/2020", "/Staff", "/Other", "/Pupils/2020",
    ]  # fmt: skip
    assert [row["Password [Required]"] for row in rows] == ["****", "****", "****", ""]
    assert rows[0]["Employee ID"] == "100001-2"
    assert [said.code for said in found.notices] == ["no_password"]


def test_Y3_a_rename_names_both_addresses_so_that_google_keeps_the_old_one() -> None:
    before = {r.ZOE.number: "zoe.old@larkmere.example", r.NIA.number: "P1@larkmere.example"}
    found, files = r.made("google", r.school(r.NIA, r.ZOE, addresses=before))
    nia, zoe = strict.google(files["google-users.csv"])
    assert zoe["Email Address [Required]"] == "zoe.old@larkmere.example"
    assert zoe["New Primary Email [UPLOAD ONLY]"] == "p2@larkmere.example"
    assert nia["New Primary Email [UPLOAD ONLY]"] == "", "capitals are no other address"
    assert [said.code for said in found.notices] == ["renamed"]


def test_a_leaver_is_suspended_never_deleted() -> None:
    left = replace(r.ZOE, state="unallocated")
    [row] = strict.google(r.files("google", r.school(left))["google-users.csv"])
    assert row["New Status [UPLOAD ONLY]"] == "Suspended"
    assert b",514\r\n" in r.files("ad", r.school(left))["ad-users.csv"]


def test_Y4_microsoft_365_gets_at_most_249_users_a_file() -> None:
    many = [r.pupil(n, "Nia", f"Family{n}") for n in range(1, 500)]
    files = r.files("microsoft365", r.school(*many))
    assert [len(strict.microsoft365(content)) for content in files.values()] == [249, 249, 1]
    assert list(files) == [f"microsoft365-users-{n}.csv" for n in (1, 2, 3)]


def test_Y4_entra_keeps_its_two_first_lines_and_blocks_nobody() -> None:
    rows = strict.entra(r.files("entra")["entra-bulk-create.csv"])
    assert {row["Block sign in (Yes/No) [accountEnabled] Required"] for row in rows} == {"No"}
    assert rows[1]["Department [department]"] == "Year 7"


def test_school_data_sync_takes_the_set_whole_and_every_reference_resolves() -> None:
    found = strict.sds(r.files("sds"))
    roles = {row["userSourcedId"]: (row["role"], row["grade"]) for row in found["roles.csv"]}
    assert roles == {
        "S-100001-1": ("student", "TK"), "S-100001-2": ("student", "06"), "T-100001-3": ("teacher", ""),
        "T-100001-4": ("staff", ""),
    }  # fmt: skip
    assert "relationships.csv" not in found


def test_school_data_sync_writes_the_same_files_for_a_school_without_classes() -> None:
    full, bare = r.files("sds"), r.files("sds", r.school(classes=()))
    assert set(full) == set(bare)
    assert strict.sds(bare)["classes.csv"] == []


@pytest.mark.parametrize(("which", "pupils"), [("responsible", 1), ("all", 2)])
def test_contacts_go_along_only_as_far_as_asked(which: str, pupils: int) -> None:
    found = strict.sds(r.files("sds", contacts=which))
    assert len(found["relationships.csv"]) == pupils
    adult = found["users.csv"][-1]
    assert (adult["sourcedId"], adult["phone"]) == ("P-100001-1", "+447700900441")


def test_a_telephone_number_that_cannot_be_made_international_is_told() -> None:
    local = replace(r.ADA, phone="960111")
    found, files = r.made("sds", r.school(contacts=(local,)), contacts="all")
    assert strict.sds(files)["users.csv"][-1]["phone"] == ""
    assert [said.code for said in found.notices] == ["phone"]


def test_a_contact_without_address_or_with_somebody_elses_is_told() -> None:
    shared = replace(r.ADA, number="100001-2", email="ADA@parents.example")
    none = replace(r.ADA, number="100001-3", email="")
    found, files = r.made("sds", r.school(contacts=(r.ADA, shared, none)), contacts="all")
    strict.sds(files)
    assert {each.label for each in found.left_out} >= {"contact 100001-2", "contact 100001-3"}


@pytest.mark.parametrize("american", [False, True], ids=["uk", "us"])
def test_the_older_sync_files_have_the_headings_that_are_asked_for(american: bool) -> None:
    files = r.files("sds1", headings="us" if american else "uk")
    found = strict.sds1(files, american=american)
    assert [row["Student Number"] for row in found["Student.csv"]] == ["000001", "000002"]
    assert found["School.csv"][0]["SIS ID" if american else "DfE Number"] == "8234017"
    assert len(found["Teacher.csv"]) == 1, "the bursar teaches nobody"


def test_apple_takes_the_archive_and_its_own_way_of_quoting() -> None:
    tricky = replace(r.ZOE, given='Zoë "Z" \\ Ann', admission_number="003319")
    found = strict.apple(
        r.files("apple", r.school(r.NIA, tricky, r.PRIYA), password_policy="6")["apple-school-manager.zip"]
    )
    zoe = found["students.csv"][1]
    assert zoe["first_name"] == 'Zoë "Z" \\ Ann'
    assert (zoe["person_number"], zoe["grade_level"], zoe["password_policy"]) == ("003319", "7", "6")
    assert found["students.csv"][0]["grade_level"] == "R"


def test_a_fourth_teacher_of_a_class_is_told_and_the_main_one_stays() -> None:
    teachers = [r.staff(n, "Ann", f"Lee{n}") for n in range(20, 24)]
    parts = ["teacher", "teacher", "teacher", "main teacher"]
    members = tuple(r.Member(t.number, part) for t, part in zip(teachers, parts, strict=True))
    group = replace(r.MATHS, members=members)
    result, files = r.made("apple", r.school(*teachers, classes=(group,)))
    found = strict.apple(files["apple-school-manager.zip"])
    assert found["classes.csv"][0]["instructor_id"] == "T-100001-23"
    assert "instructors" in {said.code for said in result.notices}


def test_Y3_a_directory_gets_attributes_with_former_addresses_as_aliases() -> None:
    content = r.files("ad")["ad-users.csv"]
    rows = strict.table(content, content.decode("utf-8-sig").split("\r\n")[0], bom=True)
    zoe = next(row for row in rows if row["sAMAccountName"] == "p2")
    assert zoe["proxyAddresses"] == "SMTP:p2@larkmere.example;smtp:zoe.old@larkmere.example"
    assert (zoe["employeeNumber"], zoe["ou"]) == ("000002", "OU=2020,OU=Pupils")
    strict.harmless(rows)


def test_an_account_that_is_not_handed_out_is_disabled_in_a_directory() -> None:
    content = r.files("ad", r.school(replace(r.ZOE, fresh=True)))["ad-users.csv"]
    assert content.endswith(b",514\r\n")


def test_a_username_a_directory_cannot_hold_is_left_out_not_cut() -> None:
    long = replace(r.ZOE, username="a" * 21, address="a@larkmere.example")
    found, files = r.made("ad", r.school(long, r.NIA))
    assert [each.label for each in found.left_out] == ["a" * 21]
    assert b"aaaa" not in files["ad-users.csv"]


@pytest.mark.parametrize("name", ["google", "microsoft365", "entra", "sds", "sds1", "ad"])
def test_M13_without_a_domain_nobody_gets_an_address_made_of_anything_else(name: str) -> None:
    nobody = replace(r.ZOE, address="")
    found, files = r.made(name, r.school(nobody, r.NIA, classes=()))
    assert any(each.label == nobody.username for each in found.left_out)
    assert not any(b"p2@" in content for content in files.values())


def test_O5_former_names_stand_in_the_table_of_accounts() -> None:
    text = r.files("accounts")["accounts.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[1]["aliases"] == "zoe.old@larkmere.example"


def test_H7_contacts_are_a_table_with_whose_they_are() -> None:
    text = r.files("contacts")["contacts.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["pupil_username"], row["parental_responsibility"]) for row in rows] == [
        ("p1", "yes"), ("p2", "no"),
    ]  # fmt: skip
    assert rows[0]["phone"] == "07700 900441"


@pytest.mark.parametrize("name", ALL)
def test_ids_and_bytes_are_the_same_after_a_change_of_names(name: str) -> None:
    """The key of every row outlives a rename, and the same roster makes the same bytes."""
    first, files = r.made(name, r.school())
    assert files == r.made(name, r.school())[1]
    renamed = tuple(
        replace(h, given="Other", family="Name", username=f"x{n}", address=f"x{n}@larkmere.example")
        for n, h in enumerate(r.school().holders)
    )
    second, _ = r.made(name, r.school(*renamed))
    keys = [[row.key for row in table.rows] for table in first.tables]
    assert [[row.key for row in table.rows] for table in second.tables] == keys


@pytest.mark.parametrize("name", ALL)
def test_X4_every_format_says_what_it_holds_and_leaves_out(name: str) -> None:
    chosen = catalogue.find(name)
    assert chosen.contains and chosen.leaves_out
    declared = {spec.name for spec in chosen.files}
    found, _ = r.made(name, r.school())
    assert {table.spec.name for table in found.tables} <= declared


def test_a_wrong_format_or_option_is_told_with_what_would_be_right() -> None:
    with pytest.raises(NotFound, match="no export format") as told:
        catalogue.find("floppy")
    assert "google" in told.value.mend
    for options in ({"unit": "/x"}, {"pupil_unit": "Pupils"}, {"pupil_unit": "/a\nb"}):
        with pytest.raises(Usage):
            catalogue.options(catalogue.find("google"), options)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("07700 900441", "+447700900441"), ("+44 (0)7700 900441", "+447700900441"),
        ("0044 7700 900441", "+447700900441"), ("01632 960111", "+441632960111"), ("960111", ""),
        ("none", ""), (None, ""), ("+1 " + "9" * 30, ""),
    ],
)  # fmt: skip
def test_a_number_becomes_international_only_where_that_is_certain(text: str | None, number: str) -> None:
    assert e164(text) == number


@pytest.mark.parametrize(
    ("text", "word"),
    [("Mother", "parent"), ("Step-father", "parent"), ("Foster Carer", "guardian"), 
     ("Grandmother", "relative"), ("GP", "doctor"), ("Childminder", "other"), ("", "other")],
)  # fmt: skip
def test_relationships_become_the_few_words_others_know(text: str, word: str) -> None:
    assert relation(text) == word
