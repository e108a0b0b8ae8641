"""Decisions: what each does, what it refuses, and that it can be taken back."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from data.tables import (
    Account,
    Alias,
    Decision,
    Exclusion,
    Journal,
    Link,
    Person,
    ReservedName,
    Review,
    School,
)
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.services import decide, queues, schools
from tests import seed

pytestmark = pytest.mark.every_store


def everything(e: seed.Estate) -> dict[str, list[dict[str, object]]]:
    """All rows that a decision may touch, to compare before and after."""
    tables = (Account, Alias, Exclusion, Link, Person, ReservedName, Review)
    return {t.__name__: [row.model_dump() for row in e.all(t)] for t in tables}


class TestLink:
    def test_K3_linking_gives_the_person_the_account_and_empties_the_queue(self, e: seed.Estate) -> None:
        school = e.school()
        ann, account = (
            e.person(school, "Ann", "Lee", upn="A823432100001"),
            e.account(school, "a.lee", "Ann", "Lee"),
        )
        e.candidate(ann, account)
        assert queues.counts(e.desk(), "100001").unmatched_pupils == 1

        told = decide.link(e.desk("alice"), "larkmere-school", ann, account)

        assert told.summary == "Linked Ann Lee to a.lee"
        assert (told.kind, told.actor, told.undone) == ("link", "alice", False)
        assert queues.unmatched(e.desk(), "100001", "pupil") == ()
        assert queues.counts(e.desk(), "100001").unmatched_pupils == 0
        [link] = e.all(Link)
        assert (link.how, link.linked_by, link.active) == ("decided", "alice", True)

    def test_the_evidence_seen_and_the_identifiers_are_kept_with_the_link(self, e: seed.Estate) -> None:
        school = e.school()
        ann, account = (
            e.person(school, "Ann", "Lee", upn="A823432100001"),
            e.account(school, "a.lee", "Ann", "Lee"),
        )
        e.candidate(ann, account)
        decide.link(e.desk(), "100001", ann, account)
        [link] = e.all(Link)
        assert link.evidence["band"] == "likely"
        assert link.evidence["fields"][0]["field"] == "family_name"
        assert link.anchors["identifiers"] == {"upn": ["A823432100001"]}
        assert (link.anchors["given_name"], link.anchors["family_name"]) == ("Ann", "Lee")

    def test_O11_the_summary_warns_that_the_display_name_will_change(self, e: seed.Estate) -> None:
        school = e.school()
        ann = e.person(school, "Ann", "Lee", "staff")
        account = e.account(school, "a.lee", "Annie", "Lee", "staff")
        told = decide.link(e.desk(), "100001", ann, account)
        assert "display name changes from “Annie Lee” to “Ann Lee” at the next sync" in told.summary

    def test_the_second_of_two_operators_is_told_who_was_first_and_when(self, e: seed.Estate) -> None:
        school = e.school()
        ann = e.person(school, "Ann", "Lee")
        first, second = e.account(school, "a.lee"), e.account(school, "a.lee1")
        decide.link(e.desk("alice"), "100001", ann, first)
        with pytest.raises(
            Conflict, match=r"already has the account a\.lee \(alice, 14 September 2026 12:00 UTC\)"
        ):
            decide.link(e.desk("bob"), "100001", ann, second)
        assert len(e.all(Link)) == 1

    def test_an_account_of_somebody_present_is_not_given_to_another(self, e: seed.Estate) -> None:
        school = e.school()
        _, account = e.linked(school, "Ann", "Lee")
        twin = e.person(school, "Amy", "Lee")
        with pytest.raises(Conflict, match=r"a\.lee already belongs to Ann Lee"):
            decide.link(e.desk(), "100001", twin, account)

    def test_Z17_the_account_of_a_leaver_of_that_name_can_be_linked_and_the_old_link_ends(
        self, e: seed.Estate
    ) -> None:
        school = e.school()
        gone, account = e.linked(school, "Ann", "Lee")
        e.change(Person, gone, present=False, gate="absent")
        back = e.person(school, "Ann", "Lee")
        decide.link(e.desk(), "100001", back, account)
        ended, made = sorted(e.all(Link), key=lambda link: link.id)
        assert (ended.active, ended.person_id) == (False, gone)
        assert ended.ended_reason == "linked to Ann Lee"
        assert (made.active, made.person_id) == (True, back)

    def test_K12_a_parent_on_the_staff_may_share_an_account_of_another_role(self, e: seed.Estate) -> None:
        school = e.school()
        _, account = e.linked(school, "Ann", "Lee", "staff")
        pupil = e.person(school, "Ann", "Lee")
        decide.link(e.desk(), "100001", pupil, account)
        assert len([link for link in e.all(Link) if link.active]) == 2

    def test_linking_an_unallocated_account_brings_it_back_into_use(self, e: seed.Estate) -> None:
        school = e.school()
        ann = e.person(school, "Ann", "Lee")
        account = e.account(school, "a.lee", "Ann", "Lee", state="unallocated", unallocated_at=e.now)
        assert "in use again" in decide.link(e.desk(), "100001", ann, account).summary
        assert e.row(Account, account).state == "active"

    def test_K1_an_account_of_a_school_of_the_same_trust_may_be_linked_and_no_other(
        self, e: seed.Estate
    ) -> None:
        school = e.school(trust="Hollin")
        local = e.school("100002", "Marle School", trust="Hollin")
        strange = e.school("100003", "Torr School", trust="Other")
        ann = e.person(school, "Ann", "Lee")
        with pytest.raises(NotFound):
            decide.link(e.desk(), "100001", ann, e.account(strange, "a.lee"))
        decide.link(e.desk(), "100001", ann, e.account(local, "a.lee"))

    def test_somebody_who_left_meanwhile_is_not_linked(self, e: seed.Estate) -> None:
        school = e.school()
        ann, account = e.person(school, "Ann", "Lee", present=False), e.account(school, "a.lee")
        with pytest.raises(Conflict, match="no longer in the MIS"):
            decide.link(e.desk(), "100001", ann, account)

    def test_a_person_excluded_by_somebody_else_is_not_linked(self, e: seed.Estate) -> None:
        school = e.school()
        ann, account = e.person(school, "Ann", "Lee"), e.account(school, "a.lee")
        decide.exclude_person(e.desk("bob"), "100001", ann, reason="Court order")
        with pytest.raises(Conflict, match=r"excluded \(bob, .*Court order"):
            decide.link(e.desk("alice"), "100001", ann, account)

    def test_every_decision_raises_the_version_of_the_school(self, e: seed.Estate) -> None:
        school = e.school()
        decide.link(e.desk(), "100001", e.person(school, "Ann", "Lee"), e.account(school, "a.lee"))
        assert e.row(School, school).version == 1

    def test_a_refused_decision_leaves_nothing_behind(self, e: seed.Estate) -> None:
        school = e.school()
        account = e.account(school, "a.lee")
        before = everything(e)
        with pytest.raises(NotFound):
            decide.link(e.desk(), "100001", 4711, account)
        assert everything(e) == before
        assert e.all(Decision) == [] and e.all(Journal) == []
        assert e.row(School, school).version == 0


class TestCreate:
    def test_M12_an_account_is_made_as_a_sync_makes_it(self, e: seed.Estate) -> None:
        school = e.school(domain="miltonparkschool.example")
        person = e.person(school, "Laurence", "Llewelyn-Bowen Cholmondeley", "staff", staff_code="LLB")
        told = decide.create(e.desk("alice"), "100001", person)
        [account] = e.all(Account)
        assert account.username == "l.llewelynbowencholm"
        assert account.email == "l.llewelynbowencholm@miltonparkschool.example"
        assert account.display_name == "Laurence Llewelyn-Bowen Cholmondeley"
        assert (account.origin, account.role, account.staff_code) == ("created", "staff", "LLB")
        assert "l.llewelynbowencholm" in told.summary
        assert queues.counts(e.desk(), "100001").new_users == 1
        [link] = e.all(Link)
        assert (link.how, link.linked_by) == ("created", "alice")

    def test_Z8_a_name_once_held_is_not_given_out_again(self, e: seed.Estate) -> None:
        school = e.school()
        e.put(ReservedName, domain_key="school:100001", username_key="t.baker", since=e.now)
        decide.create(e.desk(), "100001", e.person(school, "Tom", "Baker", "staff"))
        assert [a.username for a in e.all(Account)] == ["t.baker1"]
        assert {r.username_key for r in e.all(ReservedName)} == {"t.baker", "t.baker1"}

    def test_nobody_is_created_who_may_not_have_an_account(self, e: seed.Estate) -> None:
        school = e.school()
        person = e.person(school, "Ann", "Lee", gate="missing_date_of_birth", gate_detail="no date of birth")
        with pytest.raises(Usage, match="no date of birth"):
            decide.create(e.desk(), "100001", person)

    def test_L8_a_school_that_only_looks_people_up_creates_nobody(self, e: seed.Estate) -> None:
        school = e.school(mode="lookup")
        with pytest.raises(Usage, match="only looks people up"):
            decide.create(e.desk(), "100001", e.person(school, "Ann", "Lee"))

    def test_M14_a_new_format_is_for_new_accounts_only(self, e: seed.Estate) -> None:
        school = e.school()
        old, new = e.person(school, "Ann", "Lee", "staff"), e.person(school, "Amy", "Ray", "staff")
        decide.create(e.desk(), "100001", old)
        schools.set_options(e.desk(), "100001", {"staff_username": "first_name.last_name"})
        decide.create(e.desk(), "100001", new)
        assert [a.username for a in e.all(Account)] == ["a.lee", "amy.ray"]

    def test_N7_the_year_of_entry_is_kept_with_the_account_and_feeds_its_name(self, e: seed.Estate) -> None:
        school = e.school()
        decide.create(e.desk(), "100001", e.person(school, "Ann", "Lee", year_of_entry=2016))
        [account] = e.all(Account)
        assert (account.username, account.year_of_entry) == ("16alee", 2016)

    def test_B24_a_school_moves_from_link_to_create_mode(self, e: seed.Estate) -> None:
        school = e.school(mode="link")
        e.person(school, "Ann", "Lee", "staff", gate="no_account")
        schools.set_options(e.desk(), "100001", {"mode": "create"})
        [item] = queues.unmatched(e.desk(), "100001", "staff")
        assert "next sync makes one" in item.reason

    def test_L3_in_link_mode_a_person_may_still_be_created_by_hand(self, e: seed.Estate) -> None:
        school = e.school(mode="link")
        person = e.person(school, "Ann", "Lee", "staff", gate="no_account")
        [item] = queues.unmatched(e.desk(), "100001", "staff")
        assert "import the directory" in item.reason
        decide.create(e.desk(), "100001", person)
        assert queues.unmatched(e.desk(), "100001", "staff") == ()

    def test_create_twice_tells_the_second_about_the_first(self, e: seed.Estate) -> None:
        school = e.school()
        person = e.person(school, "Ann", "Lee")
        decide.create(e.desk("alice"), "100001", person)
        with pytest.raises(Conflict, match="alice"):
            decide.create(e.desk("bob"), "100001", person)
        assert len(e.all(Account)) == 1


class TestNotSame:
    def test_the_pair_is_not_suggested_again(self, e: seed.Estate) -> None:
        school = e.school()
        ann, account = e.person(school, "Ann", "Lee"), e.account(school, "a.lee", "Ann", "Lee")
        e.candidate(ann, account)
        decide.not_same(e.desk(), "100001", ann, account)
        [item] = queues.unmatched(e.desk(), "100001", "pupil")
        assert (item.band, item.candidates) == ("none", ())

    def test_until_a_record_changes(self, e: seed.Estate) -> None:
        school = e.school()
        ann, account = e.person(school, "Ann", "Lee"), e.account(school, "a.lee", "Ann", "Lee")
        e.candidate(ann, account)
        decide.not_same(e.desk(), "100001", ann, account)
        e.change(Person, ann, family_name="Lee-Marsh")
        [item] = queues.unmatched(e.desk(), "100001", "pupil")
        assert [c.account.username for c in item.candidates] == ["a.lee"]

    def test_linking_a_pair_somebody_else_refused_is_told_and_ones_own_is_taken_back(
        self, e: seed.Estate
    ) -> None:
        school = e.school()
        ann, account = e.person(school, "Ann", "Lee"), e.account(school, "a.lee", "Ann", "Lee")
        decide.not_same(e.desk("bob"), "100001", ann, account)
        with pytest.raises(Conflict, match=r"called different people \(bob"):
            decide.link(e.desk("alice"), "100001", ann, account)
        decide.link(e.desk("bob"), "100001", ann, account)

    def test_a_linked_pair_cannot_be_called_different_people(self, e: seed.Estate) -> None:
        school = e.school()
        ann, account = e.linked(school, "Ann", "Lee")
        with pytest.raises(Conflict, match="was linked"):
            decide.not_same(e.desk(), "100001", ann, account)


class TestRestore:
    def leaver(self, e: seed.Estate, school: int) -> tuple[int, int]:
        person, account = e.linked(school, "Liam", "North")
        e.change(Person, person, present=False, gate="absent")
        [link] = [x for x in e.all(Link) if x.account_id == account]
        e.change(Link, link.id, active=False, ended_at=e.now, ended_reason="absent")
        e.change(Account, account, state="unallocated", unallocated_at=e.now, unallocated_reason="absent")
        return person, account

    def test_Q3_Q7_a_restored_account_of_somebody_absent_is_kept_on_purpose(self, e: seed.Estate) -> None:
        school = e.school()
        person, account = self.leaver(e, school)
        told = decide.restore(e.desk(), "100001", account)
        row = e.row(Account, account)
        assert (row.state, row.kept_absent, row.unallocated_at) == ("active", True, None)
        assert "still absent" in told.summary
        [link] = e.all(Link)
        assert (link.active, link.person_id) == (True, person)
        assert queues.counts(e.desk(), "100001").unallocated == 0

    def test_a_restored_account_of_somebody_who_is_back_is_not_marked(self, e: seed.Estate) -> None:
        school = e.school()
        person, account = self.leaver(e, school)
        e.change(Person, person, present=True, gate="waiting_for_match")
        decide.restore(e.desk(), "100001", account)
        assert e.row(Account, account).kept_absent is False
        assert e.row(Person, person).gate == ""

    def test_Z24_a_username_that_went_to_somebody_else_is_told_with_a_free_one(self, e: seed.Estate) -> None:
        school = e.school()
        _, account = self.leaver(e, school)
        e.change(Account, account, username_key="l.north#1")
        e.put(
            Account, school_id=school, domain_key="school:100001", username="l.north", username_key="l.north",
            display_name="Lucy North", role="pupil",
        )  # fmt: skip
        with pytest.raises(Conflict, match="now belongs to Lucy North") as told:
            decide.restore(e.desk(), "100001", account)
        assert told.value.code == "username_reassigned"
        assert "l.north1 is free" in told.value.mend
        assert e.row(Account, account).state == "unallocated"

        decide.restore(e.desk(), "100001", account, username="l.north1")
        row = e.row(Account, account)
        assert (row.state, row.username, row.email) == ("active", "l.north1", "l.north1@larkmere.example")

    def test_restoring_twice_tells_who_was_first(self, e: seed.Estate) -> None:
        _, account = self.leaver(e, e.school())
        decide.restore(e.desk("alice"), "100001", account)
        with pytest.raises(Conflict, match=r"in use already .*alice"):
            decide.restore(e.desk("bob"), "100001", account)

    def test_an_account_let_go_leaves_the_queue_and_may_still_be_restored(self, e: seed.Estate) -> None:
        _, account = self.leaver(e, e.school())
        decide.let_go(e.desk(), "100001", account)
        assert queues.unallocated(e.desk(), "100001") == ()
        decide.restore(e.desk(), "100001", account)
        assert e.row(Account, account).state == "active"


class TestExclusions:
    def test_R1_an_excluded_name_leaves_the_queue_and_names_the_reason(self, e: seed.Estate) -> None:
        school = e.school()
        zoe = e.person(school, "Zoë", "O'Brien")
        decide.exclude_name(
            e.desk(), "100001", given="zoe", family="OBrien", role="pupil", reason="Court order"
        )
        assert queues.unmatched(e.desk(), "100001", "pupil") == ()
        assert e.row(Person, zoe).gate == "excluded"
        assert e.row(Person, zoe).gate_detail == "This name is excluded by alice: Court order"

    def test_R2_lifting_lets_the_person_wait_again(self, e: seed.Estate) -> None:
        school = e.school()
        zoe = e.person(school, "Zoë", "Hart")
        decide.exclude_person(e.desk(), "100001", zoe, reason="Court order")
        [item] = queues.exclusions(e.desk(), "100001")
        assert (item.name, item.reason, item.author, item.due) == ("Zoë Hart", "Court order", "alice", False)
        decide.lift_exclusion(e.desk(), "100001", item.id)
        assert [x.person.id for x in queues.unmatched(e.desk(), "100001", "pupil")] == [zoe]
        with pytest.raises(Conflict, match="lifted already"):
            decide.lift_exclusion(e.desk("bob"), "100001", item.id)

    def test_a_person_covered_twice_stays_excluded_when_one_is_lifted(self, e: seed.Estate) -> None:
        school = e.school()
        zoe = e.person(school, "Zoe", "Hart")
        decide.exclude_person(e.desk(), "100001", zoe, reason="One")
        decide.exclude_name(e.desk(), "100001", given="Zoe", family="Hart", reason="Two")
        first = next(x for x in e.all(Exclusion) if x.person_id == zoe)
        decide.lift_exclusion(e.desk(), "100001", first.id)
        assert e.row(Person, zoe).gate == "excluded"

    def test_a_reason_is_needed(self, e: seed.Estate) -> None:
        school = e.school()
        with pytest.raises(Usage, match="reason"):
            decide.exclude_person(e.desk(), "100001", e.person(school, "Ann", "Lee"), reason="  ")
        with pytest.raises(Usage, match="reason"):
            decide.exclude_name(e.desk(), "100001", given="Ann", family="Lee", reason="")

    def test_an_exclusion_comes_back_for_review(self, e: seed.Estate) -> None:
        e.school()
        decide.exclude_name(
            e.desk(), "100001", given="Ann", family="Lee", reason="x", review_on=date(2026, 10, 1)
        )
        assert queues.counts(e.desk(), "100001").exclusions == 0
        e.now += timedelta(days=30)
        assert queues.counts(e.desk(), "100001").exclusions == 1
        assert queues.exclusions(e.desk(), "100001")[0].due

    def test_Z25_a_live_account_of_that_name_is_asked_about_and_not_touched(self, e: seed.Estate) -> None:
        school = e.school()
        person, account = e.linked(school, "Mary", "Quill", "staff")
        told = decide.exclude_name(e.desk(), "100001", given="Mary", family="Quill", reason="Left in anger")
        assert "untouched until you decide" in told.summary
        assert e.row(Account, account).state == "active"
        [item] = queues.exclusions(e.desk(), "100001")
        assert item.clash is not None and item.clash.username == "m.quill"
        assert queues.counts(e.desk(), "100001").exclusions == 1

        decide.settle_clash(e.desk(), "100001", item.id, "unallocate")
        row = e.row(Account, account)
        assert (row.state, row.unallocated_reason) == ("unallocated", "excluded")
        assert e.row(Person, person).gate == "excluded"
        assert queues.counts(e.desk(), "100001").exclusions == 0

    def test_Z25_keeping_the_account_settles_the_clash_for_good(self, e: seed.Estate) -> None:
        school = e.school()
        account = e.account(school, "m.quill", "Mary", "Quill", "other")
        decide.exclude_name(e.desk(), "100001", given="Mary", family="Quill", reason="x")
        [item] = queues.exclusions(e.desk(), "100001")
        e.now += timedelta(minutes=1)
        decide.settle_clash(e.desk(), "100001", item.id, "keep")
        assert e.row(Account, account).state == "active"
        assert queues.exclusions(e.desk(), "100001")[0].clash is None
        with pytest.raises(Conflict, match="No live account"):
            decide.settle_clash(e.desk(), "100001", item.id, "keep")

    def test_K12_an_account_shared_with_another_school_is_not_unallocated_from_here(
        self, e: seed.Estate
    ) -> None:
        school, other = e.school(trust="Hollin"), e.school("100002", "Marle School", trust="Hollin")
        _, account = e.linked(school, "Mary", "Quill", "staff")
        e.link(e.person(other, "Mary", "Quill", "staff"), account)
        decide.exclude_name(e.desk(), "100001", given="Mary", family="Quill", reason="x")
        [item] = queues.exclusions(e.desk(), "100001")
        with pytest.raises(Conflict, match="another school"):
            decide.settle_clash(e.desk(), "100001", item.id, "unallocate")
        assert len(e.all(Link, active=True)) == 2

    def test_the_same_name_is_excluded_once(self, e: seed.Estate) -> None:
        e.school()
        decide.exclude_name(e.desk("bob"), "100001", given="Zoë", family="Hart", reason="Court order")
        with pytest.raises(Conflict, match=r"excluded already \(bob"):
            decide.exclude_name(e.desk(), "100001", given="Zoe", family="HART", role="staff", reason="x")


class TestReviews:
    def test_S2_before_the_mis_was_ever_read_no_account_counts_as_non_mis(self, e: seed.Estate) -> None:
        school = e.school()
        e.account(school, "governor1", "Mary", "Quill", "other")
        assert queues.counts(e.desk(), "100001").non_mis == 0
        e.run(school, "failed")
        assert queues.counts(e.desk(), "100001").non_mis == 0
        e.run(school)
        assert queues.counts(e.desk(), "100001").non_mis == 1

    def test_S4_an_account_is_kept_until_a_day_and_comes_back_then(self, e: seed.Estate) -> None:
        school = e.school()
        e.run(school)
        account = e.account(school, "governor1", "Mary", "Quill", "other")
        assert queues.counts(e.desk(), "100001").non_mis == 1
        decide.keep(e.desk(), "100001", account, reason="Governor", until=date(2026, 10, 1))
        assert queues.counts(e.desk(), "100001").non_mis == 0
        [item] = queues.non_mis(e.desk(), "100001")
        assert (item.verdict, item.reason, item.reviewed_by, item.age_days, item.due) == (
            "keep", "Governor", "alice", 0, False,
        )  # fmt: skip
        e.now += timedelta(days=20)
        [item] = queues.non_mis(e.desk(), "100001")
        assert (item.age_days, item.due) == (20, True)
        assert queues.counts(e.desk(), "100001").non_mis == 1

    def test_somebody_elses_verdict_that_holds_is_not_overwritten_unseen(self, e: seed.Estate) -> None:
        account = e.account(e.school(), "governor1", role="other")
        decide.keep(e.desk("alice"), "100001", account, reason="Governor")
        with pytest.raises(Conflict, match=r"kept already \(alice"):
            decide.keep(e.desk("bob"), "100001", account, reason="Visitor")
        decide.keep(e.desk("alice"), "100001", account, reason="Clerk")
        assert [r.reason for r in e.all(Review) if r.active] == ["Clerk"]

    def test_Z8_a_removed_account_keeps_its_name_for_good(self, e: seed.Estate) -> None:
        school = e.school()
        account = e.account(school, "t.baker", role="other")
        decide.remove(e.desk(), "100001", account)
        assert e.row(Account, account).state == "removed"
        assert queues.non_mis(e.desk(), "100001") == ()
        decide.create(e.desk(), "100001", e.person(school, "Tom", "Baker", "staff"))
        assert "t.baker1" in {a.username for a in e.all(Account)}

    def test_an_account_of_a_mis_person_is_neither_kept_nor_removed(self, e: seed.Estate) -> None:
        _, account = e.linked(e.school(), "Ann", "Lee")
        for decision in (
            lambda: decide.keep(e.desk(), "100001", account, reason="x"),
            lambda: decide.remove(e.desk(), "100001", account),
        ):
            with pytest.raises(Conflict, match="belongs to a MIS person"):
                decision()


class TestUnlinkAndRename:
    def test_an_unlinked_person_waits_and_the_pair_is_not_simply_linked_again(self, e: seed.Estate) -> None:
        school = e.school()
        person, account = e.linked(school, "Ann", "Lee")
        e.candidate(person, account)
        decide.unlink(e.desk(), "100001", account, reason="Cousins")
        [item] = queues.unmatched(e.desk(), "100001", "pupil")
        assert (item.person.id, item.candidates) == (person, ())
        with pytest.raises(Conflict, match=r"no MIS person .*alice"):
            decide.unlink(e.desk("bob"), "100001", account, reason="Cousins")

    def test_O3_O4_O5_a_new_username_changes_the_address_and_keeps_the_old_ones(self, e: seed.Estate) -> None:
        account = e.account(e.school(), "j.smith", "Jo", "Smith")
        decide.rename(e.desk(), "100001", account, "j.marsh")
        row = e.row(Account, account)
        assert (row.username, row.username_key, row.email) == (
            "j.marsh",
            "j.marsh",
            "j.marsh@larkmere.example",
        )
        assert {(a.kind, a.value) for a in e.all(Alias)} == {
            ("username", "j.smith"), ("email", "j.smith@larkmere.example"),
        }  # fmt: skip

    def test_M6_Z8_a_name_that_is_or_was_anothers_is_refused_ignoring_case(self, e: seed.Estate) -> None:
        school = e.school()
        account, other = e.account(school, "j.smith"), e.account(school, "j.marsh")
        decide.rename(e.desk(), "100001", other, "j.marsh2")
        for name in ("J.Marsh2", "j.MARSH"):
            with pytest.raises(Conflict) as told:
                decide.rename(e.desk(), "100001", account, name)
            assert told.value.code in ("username_taken", "username_reserved")
        decide.rename(e.desk(), "100001", other, "j.marsh")  # its own of before

    @pytest.mark.parametrize("name", ["", "x" * 21, "j smith", "j@smith", "zoë"])
    def test_M8_a_username_that_breaks_the_rules_is_refused(self, e: seed.Estate, name: str) -> None:
        account = e.account(e.school(), "j.smith")
        with pytest.raises(Usage) as told:
            decide.rename(e.desk(), "100001", account, name)
        assert told.value.code == "bad_username"


class TestTwoOperators:
    def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(self, e: seed.Estate) -> None:
        school = e.school()
        people = [e.person(school, f"Ann{number}", "Lee") for number in range(5)]
        names = ("alice", "bob", "carol")
        accounts = {name: [e.account(school, f"{name}.{number}") for number in range(5)] for name in names}
        start = threading.Barrier(len(names))
        told: list[str] = []

        def work(name: str) -> None:
            start.wait()
            for person, account in zip(people, accounts[name], strict=True):
                try:
                    decide.link(e.desk(name), "100001", person, account)
                except Conflict as conflict:
                    told.append(conflict.message)

        threads = [threading.Thread(target=work, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(e.all(Link, active=True)) == len(people)
        assert len(told) == len(people) * (len(names) - 1)
        assert all("already has the account" in message for message in told)
        assert e.row(School, school).version == len(people)


class TestUndo:
    def test_undo_of_every_kind_restores_the_store(self, e: seed.Estate) -> None:
        school = e.school()
        ann, amy, ada = (e.person(school, name, "Lee") for name in ("Ann", "Amy", "Ada"))
        free, spare = e.account(school, "a.lee", "Ann", "Lee"), e.account(school, "spare", role="other")
        _, held = e.linked(school, "Tom", "Baker")
        lost = e.account(
            school, "lost", state="unallocated", unallocated_at=e.now, unallocated_reason="absent"
        )
        e.account(school, "m.quill", "Mary", "Quill", "staff")
        desk = e.desk()
        before = everything(e)
        decide.exclude_name(desk, "100001", given="Mary", family="Quill", reason="x")
        assert len(queues.exclusions(desk, "100001")) == 1
        decide.undo_last(desk, "100001")
        assert everything(e) == before
        kinds = [
            lambda: decide.link(desk, "100001", ann, free),
            lambda: decide.create(desk, "100001", amy),
            lambda: decide.exclude_person(desk, "100001", ada, reason="x"),
            lambda: decide.not_same(desk, "100001", ann, free),
            lambda: decide.keep(desk, "100001", spare, reason="x"),
            lambda: decide.remove(desk, "100001", spare),
            lambda: decide.unlink(desk, "100001", held, reason="x"),
            lambda: decide.rename(desk, "100001", held, "newname"),
            lambda: decide.restore(desk, "100001", lost),
            lambda: decide.let_go(desk, "100001", lost),
        ]
        for decision in kinds:
            made = decision()
            assert decide.last(desk, "100001") == made
            undone = decide.undo_last(desk, "100001")
            assert undone is not None and (undone.id, undone.undone) == (made.id, True)
            assert everything(e) == before, made.kind
        assert decide.undo_last(desk, "100001") is None

    def test_u_takes_back_ones_own_last_decision_only(self, e: seed.Estate) -> None:
        school = e.school()
        ann, amy = e.person(school, "Ann", "Lee"), e.person(school, "Amy", "Lee")
        mine = decide.create(e.desk("alice"), "100001", ann)
        decide.create(e.desk("bob"), "100001", amy)
        undone = decide.undo_last(e.desk("alice"), "100001")
        assert undone is not None and undone.id == mine.id

    def test_undo_twice_and_undo_of_what_was_built_on_are_refused(self, e: seed.Estate) -> None:
        school = e.school()
        ann, account = e.person(school, "Ann", "Lee"), e.account(school, "a.lee", "Ann", "Lee")
        linked = decide.link(e.desk("alice"), "100001", ann, account)
        decide.unlink(e.desk("bob"), "100001", account, reason="Cousins")
        with pytest.raises(Conflict, match=r"came after: Unlinked a\.lee from Ann Lee \(bob"):
            decide.undo(e.desk("alice"), linked.id)
        decide.undo_last(e.desk("bob"), "100001")
        decide.undo(e.desk("carol"), linked.id)
        with pytest.raises(Conflict, match=r"taken back already \(carol"):
            decide.undo(e.desk("alice"), linked.id)

    def test_the_undo_itself_is_journalled_and_signed(self, e: seed.Estate) -> None:
        school = e.school()
        made = decide.create(e.desk("alice"), "100001", e.person(school, "Ann", "Lee"))
        decide.undo(e.desk("bob"), made.id)
        first, second = e.all(Decision)
        assert (first.undone_by, second.kind, second.detail["undoes"]) == ("bob", "undo", made.id)
        assert [j for j in e.all(Journal) if j.decision_id == second.id]
