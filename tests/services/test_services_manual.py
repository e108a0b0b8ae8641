"""Accounts by hand: asked for once, found again by a real sync, never doubled (J8, L3, S4)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.records import Report
from data.tables import Account, Journal, Link, Person, ReservedName, Review
from misconsole.errors import Conflict, Held, Usage
from misconsole.services import accounts, decide, manual, queues
from tests import seed
from tests.fake_mis import Bench, pupil, staff

HERE = "100001"
BORN = date(1988, 4, 9)


def asked(given: str = "Una", family: str = "Rook", role: str = "staff", **more: Any) -> manual.Request:
    return manual.Request(given=given, family=family, role=role, **more)


class TestAsking:
    def test_J8_an_account_made_ahead_of_the_mis(self, e: seed.Estate) -> None:
        e.run(e.school())
        view = manual.create(e.desk(), HERE, asked("Zoë", "O'Brien", starts_on=date(2027, 1, 4)))
        assert (view.username, view.email, view.origin) == ("z.obrien", "z.obrien@larkmere.example", "manual")
        assert (view.display_name, view.awaited, view.starts_on) == ("Zoë O'Brien", True, date(2027, 1, 4))

    def test_J8_somebody_expected_is_not_reviewed_until_well_after_the_start(self, e: seed.Estate) -> None:
        e.run(e.school())
        manual.create(e.desk(), HERE, asked(starts_on=date(2027, 1, 4)))
        [item] = queues.non_mis(e.desk(), HERE)
        assert (item.due, item.until) == (False, date(2027, 2, 1))
        assert item.reason == "Expected in the MIS from 4 January 2027"
        assert queues.counts(e.desk(), HERE).non_mis == 0
        e.now = e.now.replace(year=2027, month=2, day=2)
        assert queues.counts(e.desk(), HERE).non_mis == 1

    def test_S4_a_governor_is_kept_with_a_reason_until_a_day(self, e: seed.Estate) -> None:
        e.run(e.school())
        with pytest.raises(Usage, match="reason"):
            manual.create(e.desk(), HERE, asked("Mary", "Quill", "other"))
        view = manual.create(
            e.desk(), HERE, asked("Mary", "Quill", "other", reason="Governor", until=date(2027, 8, 31))
        )
        assert not view.awaited
        [item] = queues.non_mis(e.desk(), HERE)
        assert (item.verdict, item.reason, item.until) == ("keep", "Governor", date(2027, 8, 31))
        assert queues.counts(e.desk(), HERE).non_mis == 0

    def test_P1_it_waits_among_new_users_for_its_password(self, e: seed.Estate) -> None:
        e.run(e.school())
        manual.create(e.desk(), HERE, asked())
        assert queues.counts(e.desk(), HERE).new_users == len(queues.new_users(e.desk(), HERE)) == 1

    def test_F14_the_format_follows_teaching_or_not(self, e: seed.Estate) -> None:
        e.school(options={"non_teaching_username": "last_name"})
        assert manual.look(e.desk(), HERE, asked(teaching=True)).username == "u.rook"
        assert manual.look(e.desk(), HERE, asked(teaching=False)).username == "rook"
        assert manual.look(e.desk(), HERE, asked(preferred_given="Wyn", teaching=True)).username == "w.rook"

    def test_M6_a_collision_is_told_with_whose_the_name_is(self, e: seed.Estate) -> None:
        school = e.school()
        e.account(school, "u.rook", "Ulf", "Rook", "staff", date_of_birth=date(1960, 1, 1))
        look = manual.look(e.desk(), HERE, asked(date_of_birth=BORN))
        assert (look.username, look.email) == ("u.rook1", "u.rook1@larkmere.example")
        assert look.taken == "u.rook is Ulf Rook's"

    def test_a_typed_username_is_checked_while_it_is_typed(self, e: seed.Estate) -> None:
        school = e.school()
        e.account(school, "chair", "Ulf", "Marsh", "other")
        look = manual.look(e.desk(), HERE, asked(username="Chair"))
        assert "taken" in look.problem
        assert "may not stand" in manual.look(e.desk(), HERE, asked(username="cha ir")).problem
        assert manual.look(e.desk(), HERE, asked(username="Chair-2")).username == "Chair-2"

    def test_bad_roles_and_empty_names_are_refused(self, e: seed.Estate) -> None:
        e.school()
        with pytest.raises(Usage, match="not a role"):
            manual.create(e.desk(), HERE, asked(role="king"))
        with pytest.raises(Usage, match="needs a name"):
            manual.create(e.desk(), HERE, asked(" ", "!"))
        with pytest.raises(Usage, match="no name"):
            manual.create(e.desk(), HERE, asked("U\x1b[2Jna"))

    def test_R1_an_excluded_name_gets_none_by_hand_either(self, e: seed.Estate) -> None:
        e.school()
        decide.exclude_name(e.desk("bob"), HERE, given="Una", family="Rook", reason="Left badly")
        assert "excluded by bob: Left badly" in manual.look(e.desk(), HERE, asked()).problem
        with pytest.raises(Conflict, match="excluded"):
            manual.create(e.desk(), HERE, asked(), despite=True)
        assert e.all(Account) == []

    def test_it_can_be_taken_back(self, e: seed.Estate) -> None:
        e.school()
        manual.create(e.desk(), HERE, asked())
        decide.undo_last(e.desk(), HERE)
        assert e.all(Account) == [] and e.all(ReservedName) == [] and e.all(Review) == []
        assert e.all(Journal) != []


class TestNeverADouble:
    def test_K1_a_similar_account_is_told_and_holds_it(self, e: seed.Estate) -> None:
        school = e.school()
        e.account(school, "u.rook", "Una", "Rooke", "staff", date_of_birth=BORN)
        wanted = asked(date_of_birth=BORN)
        [alike] = manual.look(e.desk(), HERE, wanted).similar
        assert (alike.username, alike.name, alike.held, alike.person_id) == (
            "u.rook", "Una Rooke", False, None,
        )  # fmt: skip
        with pytest.raises(Held, match=r"u\.rook") as told:
            manual.create(e.desk(), HERE, wanted)
        assert told.value.code == "similar_exists" and len(e.all(Account)) == 1
        assert manual.create(e.desk(), HERE, wanted, despite=True).username == "u.rook1"

    def test_K1_an_account_somebody_has_and_one_of_a_local_school_are_told_too(self, e: seed.Estate) -> None:
        school, other = e.school(trust="Hollin"), e.school("100002", "Marle School", trust="Hollin")
        e.linked(school, "Una", "Rook", "staff", username="rook", date_of_birth=BORN)
        e.account(other, "una", "Una", "Rook", "staff", date_of_birth=BORN)
        found = {x.username: (x.held, x.school) for x in manual.look(e.desk(), HERE, asked()).similar}
        assert found == {"rook": (True, ""), "una": (False, "Marle School")}

    def test_K1_an_account_of_another_school_of_the_authority_is_told(self, e: seed.Estate) -> None:
        e.school(la_code="823")
        other = e.school("100002", "Marle School", la_code="823")
        e.account(other, "una", "Una", "Rook", "staff", date_of_birth=BORN)
        [alike] = manual.look(e.desk(), HERE, asked(date_of_birth=BORN)).similar
        assert (alike.username, alike.school) == ("una", "Marle School")

    def test_K1_somebody_of_the_mis_without_an_account_is_told(self, e: seed.Estate) -> None:
        school = e.school()
        person = e.person(school, "Una", "Rook", "staff", date_of_birth=BORN)
        [alike] = manual.look(e.desk(), HERE, asked(date_of_birth=BORN)).similar
        assert (alike.person_id, alike.username, alike.state) == (person, "", "")

    def test_a_stranger_is_similar_to_nobody(self, e: seed.Estate) -> None:
        seed.larkmere(e)
        assert manual.look(e.desk(), HERE, asked("Quentin", "Zouch", date_of_birth=BORN)).similar == ()


class TestWhenTheMisBringsThem:
    def test_J8_L3_the_same_account_is_linked_keeps_its_name_and_is_not_doubled(self, synced: Bench) -> None:
        """K4: through a real sync, by name and date of birth alone."""
        one = staff(60, "Una", "Rook")
        wanted = asked(username="rook.u", date_of_birth=one.date_of_birth)
        made = manual.create(synced.desk, synced.urn, wanted)
        before = len(synced.rows(Account))
        synced.mis.records[Report.STAFF].append(one)
        assert synced.sync().state == "succeeded"
        person = synced.one(Person, source_id="S60")
        assert synced.one(Link, person_id=person.id, active=True).account_id == made.id
        after = accounts.show(synced.desk, synced.urn, made.id)
        assert (after.username, after.awaited, len(synced.rows(Account))) == ("rook.u", False, before)
        assert after.staff_code == "H060" and queues.counts(synced.desk, synced.urn).non_mis == 0

    def test_J8_a_pupil_typed_by_legal_and_preferred_name_is_found(self, synced: Bench) -> None:
        one = pupil(60, "Win", "Quill", legal_given_name="Winifred", legal_family_name="Quill")
        made = manual.create(
            synced.desk, synced.urn,
            asked("Winifred", "Quill", "pupil", preferred_given="Win", date_of_birth=one.date_of_birth),
        )  # fmt: skip
        synced.mis.records[Report.STUDENTS].append(one)
        synced.sync()
        person = synced.one(Person, source_id="P60")
        assert synced.one(Link, person_id=person.id, active=True).account_id == made.id

    def test_J8_without_a_date_of_birth_the_person_waits_and_is_never_doubled(self, synced: Bench) -> None:
        made = manual.create(synced.desk, synced.urn, asked())
        before = len(synced.rows(Account))
        synced.mis.records[Report.STAFF].append(staff(60, "Una", "Rook"))
        for _ in range(2):
            assert synced.sync().state == "succeeded"
        [item] = queues.unmatched(synced.desk, synced.urn, "staff")
        assert item.person.source_id == "S60" and item.candidates[0].account.id == made.id
        assert len(synced.rows(Account)) == before
        decide.link(synced.desk, synced.urn, item.person.id, made.id)
        assert not accounts.show(synced.desk, synced.urn, made.id).awaited

    def test_L3_in_link_mode_a_person_confirms_it(self, synced: Bench) -> None:
        synced.options(mode="link")
        one = staff(60, "Una", "Rook")
        wanted = asked(date_of_birth=one.date_of_birth)
        assert "confirm" in manual.look(synced.desk, synced.urn, wanted).later
        made = manual.create(synced.desk, synced.urn, wanted)
        synced.mis.records[Report.STAFF].append(one)
        synced.sync()
        [item] = queues.unmatched(synced.desk, synced.urn, "staff")
        assert item.candidates[0].account.id == made.id

    def test_J8_a_sync_that_does_not_bring_them_takes_nothing_away(self, synced: Bench) -> None:
        made = manual.create(synced.desk, synced.urn, asked())
        assert synced.sync(full=True).changes["unallocated"] == 0
        view = accounts.show(synced.desk, synced.urn, made.id)
        assert (view.state, view.awaited) == ("active", True)


def test_queues_and_status_count_the_same(e: seed.Estate) -> None:
    from datetime import timedelta

    from data import status

    e.run(e.school())
    manual.create(e.desk(), HERE, asked())
    path = e.store.path
    assert path is not None
    [row] = status.rows(path, today=e.now.date())
    assert (row["new_users"], row["non_mis"]) == (1, 0)
    later = e.now.date() + timedelta(days=manual.AWAITED_DAYS + 1)
    assert status.rows(path, today=later)[0]["non_mis"] == 1
