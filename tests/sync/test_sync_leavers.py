"""People who leave, come back, and change their MIS record (Q, J4, K)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from connectors.records import Report
from data.tables import Account, Link, Person, ReservedName
from misconsole.services import decide
from tests.fake_mis import Bench, pupil, staff


def leave(bench: Bench, source_id: str = "P3") -> Account:
    bench.options(limit_unallocate_count="none", limit_unallocate_share="none")
    bench.drop(Report.STUDENTS, source_id)
    bench.now += timedelta(days=1)
    bench.sync(full=True)
    return account_of(bench, source_id)


def account_of(bench: Bench, source_id: str) -> Account:
    person = bench.one(Person, source_id=source_id)
    link = bench.rows(Link, person_id=person.id)[-1]
    return bench.one(Account, id=link.account_id)


class TestLeaving:
    def test_Q1_and_Q2_a_leaver_loses_the_account_with_run_and_reason(self, synced: Bench) -> None:
        account = leave(synced)
        assert (account.state, account.unallocated_reason, account.unallocated_run) == (
            "unallocated",
            "absent",
            2,
        )
        assert account.unallocated_at == synced.now
        person = synced.one(Person, source_id="P3")
        assert (person.present, person.gate, person.gone_run) == (False, "gone_from_mis", 2)
        assert synced.one(Link, person_id=person.id).active is False

    def test_J5_a_leaving_date_gone_by_counts_though_the_record_is_still_sent(self, synced: Bench) -> None:
        synced.change(Report.STUDENTS, "P3", leaving_date=date(2026, 9, 13))
        view = synced.sync(full=True)
        assert view.changes["unallocated"] == 1
        assert account_of(synced, "P3").unallocated_reason == "left"

    def test_J5_a_leaver_whose_record_is_faulty_as_well_still_loses_the_account(self, synced: Bench) -> None:
        synced.change(Report.STUDENTS, "P3", leaving_date=date(2026, 9, 13), date_of_birth=None)
        assert synced.sync(full=True).changes["unallocated"] == 1
        assert synced.one(Person, source_id="P3").gate == "missing_date_of_birth"

    def test_a_record_that_lost_its_date_of_birth_does_not_cost_the_account(self, synced: Bench) -> None:
        synced.change(Report.STUDENTS, "P3", date_of_birth=None)
        assert synced.sync(full=True).changes["unallocated"] == 0
        assert account_of(synced, "P3").state == "active"

    def test_a_leaver_is_reported_once(self, synced: Bench) -> None:
        leave(synced)
        assert {k: n for k, n in synced.sync(full=True).changes.items() if n} == {"unchanged": 15}

    def test_L7_link_mode_tells_of_leavers_and_takes_nothing(self, synced: Bench) -> None:
        synced.options(mode="link")
        account = leave(synced)
        assert account.state == "active"
        assert synced.sync(full=True).messages[-1].code == "leavers_by_hand"


class TestComingBack:
    def test_somebody_who_is_back_gets_the_same_account_without_a_decision(self, synced: Bench) -> None:
        account = leave(synced)
        synced.mis.records[Report.STUDENTS].append(pupil(3))
        view = synced.sync(full=True)
        assert (view.changes["linked"], view.changes["created"]) == (1, 0)
        back = account_of(synced, "P3")
        assert (back.id, back.state, back.unallocated_reason) == (account.id, "active", "")
        assert synced.one(Person, source_id="P3").gate == ""

    def test_M6_and_Z8_a_leavers_username_is_not_given_to_a_namesake(self, synced: Bench) -> None:
        account = leave(synced)
        namesake = pupil(50, "Delphine", "Cawthorne", date_of_birth=date(2012, 2, 2), mis_id="M50")
        synced.mis.records[Report.STUDENTS].append(replace(namesake, admission_number="000950"))
        synced.sync(full=True)
        names = [a.username for a in synced.rows(Account) if a.username.endswith(account.username)]
        assert names == [account.username]

    def test_Z17_a_namesake_of_a_leaver_waits_for_a_person(self, synced: Bench) -> None:
        leave(synced)
        namesake = pupil(50, "Delphine", "Cawthorne", date_of_birth=None, mis_id="M50")
        synced.options(pupil_required="given_name,family_name")
        synced.mis.records[Report.STUDENTS].append(replace(namesake, admission_number="000950"))
        view = synced.sync(full=True)
        assert view.waiting["unmatched_pupils"] == 1
        assert synced.one(Person, source_id="P50").gate == "waiting_for_match"


class TestRestored:
    def test_Q7_a_restored_account_is_not_taken_again_the_next_night(self, synced: Bench) -> None:
        account = leave(synced)
        decide.restore(synced.desk, synced.urn, account.id or 0)
        for _ in range(2):
            synced.now += timedelta(days=1)
            assert synced.sync(full=True).changes["unallocated"] == 0
        assert account_of(synced, "P3").state == "active"

    def test_Q7_it_may_go_again_after_the_person_was_back(self, synced: Bench) -> None:
        account = leave(synced)
        decide.restore(synced.desk, synced.urn, account.id or 0)
        synced.mis.records[Report.STUDENTS].append(pupil(3))
        synced.sync(full=True)
        assert account_of(synced, "P3").kept_absent is False
        synced.drop(Report.STUDENTS, "P3")
        assert synced.sync(full=True).changes["unallocated"] == 1


class TestChangeOfMis:
    def test_links_survive_new_ids_for_everybody(self, bench: Bench) -> None:
        """Product promise 5; UPN for pupils, staff codes for staff."""
        bench.mis.records = {
            Report.STUDENTS: [pupil(n, upn=f"A82300422200{n:02}") for n in range(12)],
            Report.STAFF: [staff(n) for n in range(4)],
        }
        bench.sync()
        before = {a.display_name: a.id for a in bench.rows(Account)}
        bench.options(limit_link_count="none", limit_link_share="none", short_extract="0")
        for report, rows in bench.mis.records.items():
            rows[:] = [replace(r, source_id=f"new-{r.source_id}", mis_id=f"x{r.mis_id}") for r in rows]
            assert report in bench.mis.records
        view = bench.sync(full=True)
        assert view.state == "succeeded", view.held
        assert (view.changes["linked"], view.changes["unallocated"], view.changes["created"]) == (16, 0, 0)
        assert {a.display_name: a.id for a in bench.rows(Account, state="active")} == before
        assert len(bench.rows(Link, active=True)) == 16


class TestExistingAccounts:
    def existing(self, bench: Bench, **more: object) -> int:
        values = {
            "username": "dcawthorne", "username_key": "dcawthorne", "role": "pupil", "given_name": "Delphine",
            "family_name": "Cawthorne", "display_name": "R L", "domain_key": "school:100001",
            "date_of_birth": date(2014, 4, 4),
        }  # fmt: skip
        with bench.store.write() as s:
            row = Account(school_id=bench.school_id, **{**values, **more})
            s.add(row)
            s.flush()
            return row.id or 0

    def test_K4_the_same_details_typed_in_advance_link_by_themselves(self, bench: Bench) -> None:
        account_id = self.existing(bench)
        view = bench.sync()
        assert (view.changes["linked"], view.changes["created"]) == (1, 15)
        link = bench.one(Link, account_id=account_id)
        assert (link.how, link.active) == ("exact", True)
        assert link.anchors["identifiers"]["admission_number"] == ["000003"]
        account = bench.one(Account, id=account_id)
        assert (account.username, account.display_name) == ("dcawthorne", "Delphine Cawthorne")

    def test_K1_somebody_similar_keeps_an_account_from_being_made(self, bench: Bench) -> None:
        self.existing(bench, date_of_birth=None)
        view = bench.sync()
        assert view.changes["created"] == 15
        assert view.waiting["unmatched_pupils"] == 1
        from data.tables import Candidate

        candidate = bench.one(Candidate)
        assert candidate.rank == 1
        assert {e["field"] for e in candidate.evidence} >= {"given_name", "family_name"}

    def test_a_waiting_person_is_judged_anew_every_run(self, bench: Bench) -> None:
        """Stale non-match (sync-anchors 5)."""
        account_id = self.existing(bench, date_of_birth=None)
        bench.sync()
        with bench.store.write() as s:
            s.get(Account, account_id).date_of_birth = date(2014, 4, 4)
        assert bench.sync(full=True).changes["linked"] == 1
        assert bench.one(Person, source_id="P3").gate == ""

    def test_L2_link_mode_suggests_and_links_nothing(self, bench: Bench) -> None:
        bench.options(mode="link")
        self.existing(bench)
        view = bench.sync()
        assert (view.changes["linked"], view.changes["created"]) == (0, 0)
        assert view.waiting["unmatched_pupils"] == 12

    def test_L8_lookup_mode_leaves_accounts_alone(self, bench: Bench) -> None:
        bench.options(mode="lookup")
        self.existing(bench)
        view = bench.sync()
        assert view.changes["added"] == 16
        assert (view.changes["created"], view.waiting["unmatched_pupils"]) == (0, 0)
        assert bench.rows(Link) == []

    def test_a_username_in_use_is_not_given_out_twice_and_stays_reserved(self, bench: Bench) -> None:
        name = dict.fromkeys(("username", "username_key"), "a.lockwood")
        self.existing(bench, role="other", given_name="Gov", family_name="Ernor", date_of_birth=None, **name)
        bench.sync()
        assert bench.one(Account, display_name="Amos Lockwood").username == "a.lockwood1"
        assert bench.one(ReservedName, username_key="a.lockwood1")
