"""Accounts by hand and from the directory's file; schools and their settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.tables import Account, Decision, Person, ReservedName, School
from misconsole.errors import Conflict, MisconsoleError, NotFound, Usage
from misconsole.services import accounts, decide, schools
from tests import seed

HEADER = "username,given_name,family_name,date_of_birth,role,email,upn,shoe_size\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "directory.csv"
    path.write_text(
        HEADER
        + "a.lee,Ann,Lee,2015-05-17,pupil,a.lee@larkmere.example,A823432100001,4\n"
        + "t.baker,Tom,Baker,12/11/1984,staff,,,9\n"
        + ",No,Name,,staff,,,\n"
        + "G.Okafor,Grace,Okafor,1984-03-02,staff,,,7\n",
        encoding="utf-8",
    )
    return path


class TestImport:
    def test_good_rows_go_in_and_bad_ones_are_told_by_line(self, e: seed.Estate, file: Path) -> None:
        e.school()
        report = accounts.import_csv(e.desk(), "100001", file)
        assert (report.read, report.imported, report.updated, report.unchanged) == (4, 2, 0, 0)
        assert [(line, field) for line, field, _ in report.rejected] == [
            (3, "date_of_birth"),
            (4, "username"),
        ]
        assert report.columns_left_out == ("shoe_size",)
        made = {a.username: a for a in e.all(Account)}
        assert set(made) == {"a.lee", "G.Okafor"}
        assert (made["a.lee"].origin, made["a.lee"].display_name, made["a.lee"].upn) == (
            "imported", "Ann Lee", "A823432100001",
        )  # fmt: skip
        assert {r.username_key for r in e.all(ReservedName)} == {"a.lee", "g.okafor"}

    def test_a_second_import_changes_nothing(self, e: seed.Estate, file: Path) -> None:
        e.school()
        accounts.import_csv(e.desk(), "100001", file)
        before = [a.model_dump() for a in e.all(Account)]
        report = accounts.import_csv(e.desk(), "100001", file)
        assert (report.imported, report.updated, report.unchanged) == (0, 0, 2)
        assert [a.model_dump() for a in e.all(Account)] == before

    def test_a_dry_run_says_the_same_and_writes_nothing(self, e: seed.Estate, file: Path) -> None:
        e.school()
        rehearsed = accounts.import_csv(e.desk(), "100001", file, dry_run=True)
        assert e.all(Account) == [] and e.all(Decision) == []
        assert accounts.import_csv(e.desk(), "100001", file) == rehearsed

    def test_blank_cells_change_nothing_and_an_account_of_a_person_keeps_what_the_mis_says(
        self, e: seed.Estate, file: Path
    ) -> None:
        school = e.school()
        e.linked(school, "Ann", "Lee")
        e.change(Account, 1, display_name="Ann Lee-Marsh", family_name="Lee-Marsh", email=None)
        free = e.account(school, "g.okafor", "G", "Okafor", "staff", staff_code="GOK")
        report = accounts.import_csv(e.desk(), "100001", file)
        assert (report.imported, report.updated) == (0, 2)
        linked = e.row(Account, 1)
        assert (linked.display_name, linked.email, linked.upn) == (
            "Ann Lee-Marsh",
            "a.lee@larkmere.example",
            None,
        )
        renamed = e.row(Account, free)
        assert (renamed.display_name, renamed.staff_code, renamed.username) == (
            "Grace Okafor",
            "GOK",
            "G.Okafor",
        )

    def test_Z24_a_name_the_directory_gave_to_somebody_else_becomes_a_new_account(
        self, e: seed.Estate, file: Path
    ) -> None:
        school = e.school()
        person = e.person(school, "Alan", "Lee", present=False, gate="gone_from_mis")
        old = e.account(
            school, "a.lee", "Alan", "Lee", state="unallocated", unallocated_at=e.now, upn="B823432100002"
        )
        e.link(person, old, active=False, ended_at=e.now, ended_reason="absent")
        report = accounts.import_csv(e.desk(), "100001", file)
        assert report.imported == 2
        assert [a.upn for a in e.all(Account, username="a.lee")] == ["B823432100002", "A823432100001"]
        with pytest.raises(Conflict, match="now belongs to Ann Lee"):
            decide.restore(e.desk(), "100001", old)
        told = decide.restore(e.desk(), "100001", old, username="a.lee1")
        assert "Restored a.lee1" in told.summary

    def test_Q3_an_unallocated_account_still_in_the_directory_stays_unallocated(
        self, e: seed.Estate, file: Path
    ) -> None:
        school = e.school()
        old = e.account(school, "a.lee", "Ann", "Lee", state="unallocated", unallocated_at=e.now)
        accounts.import_csv(e.desk(), "100001", file)
        assert e.row(Account, old).state == "unallocated"
        assert len(e.all(Account, username_key="a.lee")) == 1

    def test_a_removed_account_is_not_brought_back_by_a_file(self, e: seed.Estate, file: Path) -> None:
        school = e.school()
        decide.remove(e.desk(), "100001", e.account(school, "a.lee", role="other"))
        report = accounts.import_csv(e.desk(), "100001", file)
        assert (2, "username", "was removed here; its name stays reserved") in report.rejected

    def test_an_import_is_taken_back_whole(self, e: seed.Estate, file: Path) -> None:
        school = e.school()
        e.account(school, "g.okafor", "G", "Okafor", "staff")
        before = [a.model_dump() for a in e.all(Account)]
        accounts.import_csv(e.desk(), "100001", file)
        person = e.person(school, "Ann", "Lee")
        e.candidate(person, next(a.id for a in e.all(Account, username="a.lee")))
        [done] = e.all(Decision)
        decide.undo(e.desk(), done.id)
        assert [a.model_dump() for a in e.all(Account)] == before
        assert len(e.all(ReservedName)) == 1

    def test_a_name_of_another_school_in_the_same_domain_is_told(self, e: seed.Estate, file: Path) -> None:
        shared = {"trust": "Hollin", "options": {"collision": "trust"}}
        e.school(**shared)
        other = e.school("100002", "Marle School", **shared)
        e.account(other, "a.lee")
        report = accounts.import_csv(e.desk(), "100001", file)
        assert (2, "username", "belongs to an account of another school") in report.rejected

    @pytest.mark.parametrize("content", [b"", b"name\nx\n", b"\xff\xfeu\0", b"username\n\xff\n"])
    def test_a_file_that_is_no_account_file_changes_nothing(
        self, e: seed.Estate, tmp_path: Path, content: bytes
    ) -> None:
        e.school()
        path = tmp_path / "x.csv"
        path.write_bytes(content)
        with pytest.raises(MisconsoleError) as told:
            accounts.import_csv(e.desk(), "100001", path)
        assert told.value.code == "bad_file" and told.value.mend
        assert e.all(Decision) == []

    def test_a_missing_file_is_named(self, e: seed.Estate, tmp_path: Path) -> None:
        e.school()
        with pytest.raises(MisconsoleError, match=r"nowhere\.csv cannot be read"):
            accounts.import_csv(e.desk(), "100001", tmp_path / "nowhere.csv")


class TestListing:
    def test_listing_by_role_and_state(self, e: seed.Estate) -> None:
        school = e.school()
        e.linked(school, "Ann", "Lee")
        e.account(school, "t.baker", role="staff")
        e.account(school, "gone", role="staff", state="removed")
        assert [a.username for a in accounts.listing(e.desk(), "100001")] == ["a.lee", "t.baker"]
        assert [a.username for a in accounts.listing(e.desk(), "100001", role="staff")] == ["t.baker"]
        assert [a.username for a in accounts.listing(e.desk(), "100001", state="removed")] == ["gone"]
        with pytest.raises(NotFound):
            accounts.show(e.desk(), "100001", 99)


class TestSchools:
    def test_a_school_gets_a_short_name_and_its_settings(self, e: seed.Estate) -> None:
        row = schools.add_school(
            e.desk(), name="St Zoë's School", urn="100001", settings={"domain": "zoe.example", "mode": "link"}
        )
        assert (row.slug, row.mode, row.lamp_word) == ("st-zoes-school", "link", "not connected")
        again = schools.add_school(e.desk(), name="St Zoë's School", urn="100002", settings={})
        assert again.slug == "st-zoes-school-100002"

    def test_a_urn_is_added_once(self, e: seed.Estate) -> None:
        e.school()
        with pytest.raises(Conflict, match="Larkmere School already has the URN"):
            schools.add_school(e.desk(), name="X", urn="100001", settings={})

    @pytest.mark.parametrize(
        ("settings", "told"),
        [
            ({"mode": "auto"}, "not a mode"),
            ({"domain": "not a domain"}, "not a domain"),
            ({"country": "france"}, "not a country"),
            ({"pupil_username": "yoe4"}, "format"),
            ({"no_such": "1"}, "no setting"),
            ({"la_code": "12"}, "not a la code"),
        ],
    )
    def test_a_bad_setting_is_named_and_nothing_is_set(
        self, e: seed.Estate, settings: dict[str, str], told: str
    ) -> None:
        school = e.school()
        with pytest.raises(Usage, match=told):
            schools.set_options(e.desk(), "100001", {"name": "New name", **settings})
        assert e.row(School, school).name == "Larkmere School"

    def test_options_are_shown_with_their_meaning(self, e: seed.Estate) -> None:
        e.school()
        schools.set_options(e.desk(), "larkmere-school", {"pupil_needs_class": "yes", "scope": "larkmere"})
        shown = schools.show(e.desk(), "100001")
        option = next(x for x in shown["options"] if x["name"] == "pupil_needs_class")
        assert (option["value"], shown["scope"]) == ("yes", "larkmere")
        assert option["about"] and option["takes"] == "yes or no"
        assert shown["access"] == "not connected"

    def test_Z8_names_move_to_the_domain_that_the_settings_name(self, e: seed.Estate) -> None:
        shared = {"trust": "Hollin", "options": {"collision": "trust"}}
        school, other = e.school(trust="Hollin"), e.school("100002", "Marle School", **shared)
        e.account(school, "t.baker", role="staff")
        e.account(other, "a.lee")
        schools.set_options(e.desk(), "100001", {"collision": "trust"})
        assert {a.domain_key for a in e.all(Account)} == {"trust:hollin"}
        decide.create(e.desk(), "100002", e.person(other, "Tom", "Baker", "staff"))
        assert e.all(Account, school_id=other)[-1].username == "t.baker1"
        assert {r.domain_key for r in e.all(ReservedName, username_key="t.baker")} == {
            "school:100001", "trust:hollin",
        }  # fmt: skip

    def test_Z8_a_school_whose_names_are_in_use_there_cannot_move(self, e: seed.Estate) -> None:
        shared = {"trust": "Hollin", "options": {"collision": "trust"}}
        school, other = e.school(trust="Hollin"), e.school("100002", "Marle School", **shared)
        e.account(school, "A.Lee")
        e.account(other, "a.lee")
        with pytest.raises(Conflict, match=r"1 username is in use .*a\.lee"):
            schools.set_options(e.desk(), "100001", {"collision": "trust"})
        assert e.row(School, school).options == {}
        assert e.all(Account, school_id=school)[0].domain_key == "school:100001"

    def test_settings_are_signed(self, e: seed.Estate) -> None:
        e.school()
        schools.set_options(e.desk("bob"), "100001", {"mode": "link"})
        [done] = e.all(Decision)
        assert (done.actor, done.summary) == ("bob", "Set mode=link")
        assert e.all(Person) == []
