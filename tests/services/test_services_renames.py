"""Bulk renames in a real store: rehearsed, applied as one, undone, proposed (M14, O2-O8, O12, Z8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.records import Report
from data.tables import Account, Alias, Decision, ReservedName
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.rules.options import SETTINGS
from misconsole.rules.rename import Look
from misconsole.services import decide, queues, renames, schools
from misconsole.services.renames import Chosen
from tests import seed
from tests.fake_mis import Bench, staff

SCHOOL = "100001"


def seen(e: seed.Estate, form: str = "", **chosen: object) -> renames.Rehearsal:
    prepared = renames.prepare(e.desk(), SCHOOL, Chosen(**chosen))  # type: ignore[arg-type]
    formats = renames.formats_for(prepared, form)
    return renames.rehearse(prepared.subjects, ground=prepared.ground, formats=formats)


def usernames(e: seed.Estate) -> list[str]:
    return sorted(each.username for each in e.all(Account))


class TestApply:
    def test_O4_O5_O8_M14_a_new_format_is_one_decision_and_one_undo(self, e: seed.Estate) -> None:
        school = e.school()
        for number in range(40):
            e.account(school, f"old{number:02}", "Ann" if number % 2 else "Bo", f"Lee{number // 4}")
        before = {each.id: (each.username, each.email) for each in e.all(Account)}
        schools.set_options(e.desk(), SCHOOL, {"pupil_username": "first_name.last_name"})
        assert usernames(e) == [f"old{n:02}" for n in range(40)]  # M14: only new ones follow the setting
        rehearsal = seen(e)
        done = renames.apply(e.desk(), SCHOOL, rehearsal.names)
        assert done.summary == "Renamed 40 accounts at once"
        assert {"ann.lee", "ann.lee1", "bo.lee"} <= set(usernames(e))
        aliases = {(a.kind, a.value) for a in e.all(Alias)}
        assert ("username", "old00") in aliases and ("email", "old00@larkmere.example") in aliases
        assert {each.email.partition("@")[0] for each in e.all(Account)} == set(usernames(e))
        assert [each.kind for each in e.all(Decision)] == ["set", "rename"]
        assert seen(e).names == {}
        assert decide.undo_last(e.desk(), SCHOOL) is not None
        assert {each.id: (each.username, each.email) for each in e.all(Account)} == before
        assert e.all(Alias) == []

    def test_Z8_names_of_the_removed_outlive_them(self, e: seed.Estate) -> None:
        school = e.school()
        gone = e.account(school, "a.lee", "Amy", "Lee", "other")
        decide.remove(e.desk(), SCHOOL, gone)
        e.account(school, "old", "Ann", "Lee")
        rehearsal = seen(e, "first_initial.last_name")
        assert list(rehearsal.names.values()) == ["a.lee1"]
        assert rehearsal.lines[0].look is Look.COLLISION
        account = e.all(Account, username="old")[0].id
        with pytest.raises(Conflict, match="never given out again"):
            renames.apply(e.desk(), SCHOOL, {account: "A.Lee"})

    def test_Z8_a_name_reserved_by_an_account_that_is_no_longer_there_stays_reserved(
        self, e: seed.Estate
    ) -> None:
        school = e.school()
        e.put(ReservedName, domain_key="school:100001", username_key="a.lee", since=e.now)
        e.account(school, "old", "Ann", "Lee")
        assert list(seen(e, "first_initial.last_name").names.values()) == ["a.lee1"]

    def test_when_one_name_was_taken_meanwhile_nothing_is_renamed(self, e: seed.Estate) -> None:
        school = e.school()
        for number in range(5):
            e.account(school, f"old{number}", "Ann", f"Lee{chr(97 + number)}")
        rehearsal = seen(e, "first_initial.last_name")
        e.account(school, "a.leec", "Amy", "Leec")
        with pytest.raises(Conflict) as told:
            renames.apply(e.desk(), SCHOOL, rehearsal.names)
        assert "1 of 5" in told.value.message and "nothing was changed" in told.value.mend
        assert usernames(e) == ["a.leec", *(f"old{n}" for n in range(5))]
        assert e.all(Decision) == []

    def test_undo_is_refused_once_somebody_else_has_one_of_the_old_names(self, e: seed.Estate) -> None:
        school = e.school()
        one, two = e.account(school, "one", "Ann", "Lee"), e.account(school, "two", "Bo", "Lee")
        done = renames.apply(e.desk(), SCHOOL, seen(e, "first_initial.last_name").names)
        e.put(
            Account, school_id=school, username="one", username_key="one", domain_key="school:100001",
            display_name="Somebody Else", role="pupil",
        )  # fmt: skip
        with pytest.raises(Conflict):
            decide.undo(e.desk(), done.id)
        assert {e.row(Account, each).username for each in (one, two)} == {"a.lee", "b.lee"}

    def test_undo_is_refused_once_one_of_them_was_renamed_again(self, e: seed.Estate) -> None:
        school = e.school()
        one = e.account(school, "one", "Ann", "Lee")
        e.account(school, "two", "Bo", "Lee")
        done = renames.apply(e.desk(), SCHOOL, seen(e, "first_initial.last_name").names)
        decide.rename(e.desk("bob"), SCHOOL, one, "annie")
        with pytest.raises(Conflict, match=r"Renamed a.lee to annie \(bob"):
            decide.undo(e.desk(), done.id)

    def test_the_right_to_ones_own_earlier_name_and_capitals(self, e: seed.Estate) -> None:
        account = e.account(e.school(), "a.lee", "Ann", "Lee")
        renames.apply(e.desk(), SCHOOL, {account: "annie"})
        renames.apply(e.desk(), SCHOOL, {account: "A.Lee"})
        assert (e.row(Account, account).username, e.row(Account, account).username_key) == ("A.Lee", "a.lee")
        assert len(e.all(ReservedName)) == 2

    def test_Z8_in_a_trust_the_names_of_its_other_schools_count(self, e: seed.Estate) -> None:
        shared: Any = {"trust": "hollin", "options": {"collision": "trust"}}
        here, there = e.school(**shared), e.school("100002", "Fairholt", **shared)
        e.account(there, "a.lee", "Amy", "Lee")
        e.account(here, "old", "Ann", "Lee")
        assert list(seen(e, "first_initial.last_name").names.values()) == ["a.lee1"]

    def test_nothing_to_do_and_accounts_of_others_are_errors(self, e: seed.Estate) -> None:
        e.school()
        other = e.account(e.school("100002", "Fairholt"), "x", "X", "Y")
        with pytest.raises(Usage):
            renames.apply(e.desk(), SCHOOL, {})
        with pytest.raises(Usage, match="not of Larkmere"):
            renames.apply(e.desk(), SCHOOL, {other: "y"})
        with pytest.raises(NotFound):
            renames.prepare(e.desk(), "999999", Chosen())


class TestChosen:
    def test_by_role_kind_filter_and_marks(self, e: seed.Estate) -> None:
        school = e.school()
        _, pupil = e.linked(school, "Ann", "Lee", registration_group="7K")
        _, head = e.linked(school, "Tom", "Baker", "staff", teaching=True)
        _, cook = e.linked(school, "Wren", "Vale", "staff", teaching=False)
        governor = e.account(school, "gov1", "Mary", "Quill", "other")
        lost = e.account(school, "l.north", "Liam", "North", state="unallocated")

        def ids(**chosen: object) -> set[int]:
            prepared = renames.prepare(e.desk(), SCHOOL, Chosen(**chosen))  # type: ignore[arg-type]
            return {each.account_id for each in prepared.subjects}

        assert ids() == {pupil, head, cook, governor}
        assert ids(role="staff") == {head, cook}
        assert ids(role="teaching") == {head}
        assert ids(role="non-teaching") == {cook}
        assert ids(role="other") == {governor}
        assert ids(wanted="7k") == {pupil}
        assert ids(ids=(lost, cook)) == {lost, cook}
        assert ids(ids=(lost, cook), role="staff") == {cook}

    def test_F14_each_kind_goes_by_its_own_format(self, e: seed.Estate) -> None:
        school = e.school()
        e.linked(school, "Tom", "Baker", "staff", teaching=True, username="x1")
        e.linked(school, "Wren", "Vale", "staff", teaching=False, username="x2")
        e.account(school, "x3", "Mary", "Quill", "other")
        assert sorted(seen(e).names.values()) == ["m.quill", "t.baker", "w.vale"]
        schools.set_options(
            e.desk(), SCHOOL,
            {"non_teaching_username": "last_name.first_name", "other_username": "gov:last_name"},
        )  # fmt: skip
        assert sorted(seen(e).names.values()) == ["govquill", "t.baker", "vale.wren"]
        schools.set_options(e.desk(), SCHOOL, {"non_teaching_username": "staff"})
        assert "w.vale" in seen(e).names.values()

    def test_a_bad_format_is_refused_with_what_is_wrong(self, e: seed.Estate) -> None:
        e.school()
        with pytest.raises(Usage, match="surname"):
            seen(e, "surname")


class TestFromTheMis:
    def test_O2_O7_O12_a_changed_surname_is_shown_and_proposed_and_renames_nobody(
        self, synced: Bench
    ) -> None:
        """O1: the preferred surname is the one that counts"""
        desk, urn = synced.desk, synced.urn
        before = {each.id: (each.username, each.email) for each in synced.rows(Account)}
        synced.change(Report.STUDENTS, "P3", family_name="Okonjo")
        assert renames.proposals(desk, urn) == 0
        assert synced.sync().state == "succeeded"
        assert {each.id: (each.username, each.email) for each in synced.rows(Account)} == before
        account = synced.one(Account, family_name="Okonjo")
        assert account.display_name.endswith("Okonjo")
        prepared = renames.prepare(desk, urn, Chosen(proposed=True))
        (line,) = renames.rehearse(prepared.subjects, ground=prepared.ground, formats=prepared.formats).lines
        assert line.account_id == account.id
        assert "okonjo" in line.new
        assert "changed from Cawthorne in the MIS" in line.said[0]
        renames.apply(desk, urn, {account.id: line.new})
        assert renames.proposals(desk, urn) == 0
        decide.undo_last(desk, urn)
        assert renames.proposals(desk, urn) == 1

    def test_O7_a_proposal_is_declined_and_comes_back_only_with_another_change(self, synced: Bench) -> None:
        synced.change(Report.STUDENTS, "P3", family_name="Okonjo")
        synced.sync()
        account = synced.one(Account, family_name="Okonjo")
        said = renames.keep_names(synced.desk, synced.urn, [account.id])
        assert said.summary.endswith("stays although the family name changed")
        assert renames.proposals(synced.desk, synced.urn) == 0
        decide.undo_last(synced.desk, synced.urn)
        assert renames.proposals(synced.desk, synced.urn) == 1

    def test_O6_a_legal_surname_behind_a_preferred_one_proposes_nothing(self, synced: Bench) -> None:
        synced.change(Report.STUDENTS, "P3", legal_family_name="Okonjo")
        synced.sync()
        assert renames.proposals(synced.desk, synced.urn) == 0

    def test_O3_an_account_renamed_before_the_mis_change_is_not_proposed(self, synced: Bench) -> None:
        account = synced.one(Account, family_name="Cawthorne")
        decide.rename(synced.desk, synced.urn, account.id, "25dokonjo")
        synced.change(Report.STUDENTS, "P3", family_name="Okonjo")
        synced.sync()
        assert renames.proposals(synced.desk, synced.urn) == 0

    def test_F14_a_sync_names_teaching_and_non_teaching_staff_apart(self, bench: Bench) -> None:
        bench.options(non_teaching_username="last_name.first_initial")
        bench.mis.records[Report.STAFF] = [
            staff(1, "Tom", "Baker", teaching=True), staff(2, "Wren", "Vale", teaching=False),
            staff(3, "Ola", "Nowak"),
        ]  # fmt: skip
        assert bench.sync().state == "succeeded"
        names = {each.username for each in bench.rows(Account, role="staff")}
        assert names == {"t.baker", "vale.w", "o.nowak"}

    def test_a_new_name_that_spells_something_is_made_and_asked_about(self, bench: Bench) -> None:
        bench.options(staff_username="first_initial+last_name")
        bench.mis.records[Report.STAFF] = [staff(1, "Sam", "Hitchen")]
        bench.sync()
        assert bench.one(Account, role="staff").username == "shitchen"
        asked = [each for each in queues.problems(bench.desk, bench.urn) if each.code == "username_review"]
        assert len(asked) == 1 and "shit" in asked[0].message

    def test_O10_no_setting_changes_how_display_names_are_made(self, synced: Bench) -> None:
        """The one setting that names them says who may choose their own (O9), not what they are made of."""
        assert [each.choices for each in SETTINGS if "display" in each.name] == [("staff", "nobody")]
        account = synced.one(Account, family_name="Cawthorne")
        assert account.display_name == f"{account.given_name} {account.family_name}"


def test_a_file_edited_outside_is_read_back_for_its_usernames_alone(e: seed.Estate, tmp_path: Path) -> None:
    account = e.account(e.school(), "old", "Ann", "Lee")
    prepared = renames.prepare(e.desk(), SCHOOL, Chosen())
    rehearsal = renames.rehearse(
        prepared.subjects, ground=prepared.ground, formats=renames.formats_for(prepared, "last_name")
    )
    path = tmp_path / "names.csv"
    assert renames.write_file(rehearsal.lines, path) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text(path.read_text(encoding="utf-8").replace(",lee,", ",annie,"), encoding="utf-8")
    assert renames.read_file(path, prepared.subjects).typed == {account: "annie"}
