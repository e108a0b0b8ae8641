"""Why somebody has no account: every gate, every reason, every boundary day (sections J, W; C6-C8, G12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules.criteria import CriteriaResult
from misconsole.rules.exclusions import ExclusionFacts, Exclusions
from misconsole.rules.facts import PersonFacts
from misconsole.rules.gates import (
    ELIGIBILITY,
    GATE_TITLES,
    GATES,
    GateContext,
    Outcome,
    counts_for_classes,
    eligible,
    evaluate,
    first_failure,
    not_extracted,
)
from misconsole.rules.options import SchoolOptions
from misconsole.rules.standing import HEAD, OFFICE, OPERATOR, SUPPLIER, Scope

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
CURRENT_ONLY = Scope(accepted=frozenset({"staff", "students"}))
EVERYTHING = Scope()


def pupil(**more) -> PersonFacts:
    values = {"given_name": "Nia", "family_name": "Hale", "date_of_birth": date(2014, 5, 6)}
    return PersonFacts(role="pupil", source_id="p1", **{**values, **more})


def staff(**more) -> PersonFacts:
    return PersonFacts(role="staff", source_id="t1", **{"given_name": "Ada", "family_name": "Byron", **more})


def ctx(*, scope=EVERYTHING, options=None, **more) -> GateContext:
    return GateContext(options=options or SchoolOptions(), today=TODAY, scope=scope, **more)


def stops(person, context) -> tuple[str, str]:
    found = first_failure(person, context)
    return (found.gate, found.code) if found else ("", "")


def test_the_gates_stand_in_the_order_the_desk_works_through_them():
    assert GATES == (
        "extracted", "report_accepted", "field_present", "criteria", "dates", "exclusion", "match", "account",
    )  # fmt: skip
    assert set(GATE_TITLES) == set(GATES)


@pytest.mark.parametrize("person", [pupil(), staff()], ids=["pupil", "staff"])
def test_somebody_in_order_passes_every_gate(person):
    linked = ctx(outcomes={person.key: Outcome(state="linked", username="n.hale")})
    results = evaluate(person, linked)
    assert [r.state for r in results] == ["passed"] * 8
    assert all(r.detail for r in results)
    assert eligible(person, ctx())


class TestExtracted:
    def test_somebody_no_longer_in_the_extract(self):
        assert stops(pupil(), ctx(absent={("pupil", "p1")})) == ("extracted", "gone_from_mis")

    def test_the_same_id_of_the_other_role_is_somebody_else(self):
        assert stops(pupil(), ctx(absent={("staff", "p1")})) == ("", "")

    def test_a_name_no_extract_ever_had(self):
        first, *rest = not_extracted("Zoe Unknown")
        assert (first.gate, first.code, first.who_can) == ("extracted", "not_extracted", OFFICE)
        assert "Zoe Unknown" in first.detail
        assert {r.state for r in rest} == {"not_reached"}


class TestReportAccepted:
    def test_W12_a_report_that_is_not_accepted(self):
        found = first_failure(pupil(), ctx(scope=Scope(accepted=frozenset({"staff"}))))
        assert (found.code, found.who_can) == ("report_not_accepted", HEAD)
        assert "Students" in found.detail

    def test_W11_a_report_that_the_route_cannot_supply(self):
        scope = Scope(accepted=frozenset(), supplied=frozenset({"students"}))
        found = first_failure(staff(), ctx(scope=scope))
        assert (found.code, found.who_can) == ("report_not_supplied", SUPPLIER)

    def test_C9_the_future_report_alone_lets_future_people_through_and_nobody_else(self):
        scope = Scope(accepted=frozenset({"students-future"}))
        assert stops(pupil(start_date=TODAY + DAY), ctx(scope=scope)) == ("", "")
        assert stops(pupil(start_date=TODAY), ctx(scope=scope)) == ("report_accepted", "report_not_accepted")


class TestFieldPresent:
    @pytest.mark.parametrize(
        ("field", "code"),
        [("given_name", "missing_given_name"), ("family_name", "missing_family_name"),
         ("date_of_birth", "missing_date_of_birth")],
    )  # fmt: skip
    def test_W1_G12_C6_required_data_that_is_missing(self, field, code):
        found = first_failure(pupil(**{field: None}), ctx())
        assert (found.gate, found.code, found.who_can) == ("field_present", code, OFFICE)
        assert "MIS" in found.mend

    def test_W1_a_name_of_punctuation_is_no_name(self):
        assert stops(pupil(given_name="."), ctx()) == ("field_present", "missing_given_name")

    def test_O1_a_legal_name_stands_in_for_a_missing_preferred_one(self):
        assert stops(pupil(given_name=None, legal_given_name="Adaeze"), ctx()) == ("", "")

    @pytest.mark.parametrize("born", [TODAY + DAY, date(1990, 1, 1), date(1900, 1, 1)])
    def test_W1_a_date_of_birth_that_cannot_be_right(self, born):
        assert stops(pupil(date_of_birth=born), ctx()) == ("field_present", "wrong_date_of_birth")

    @pytest.mark.parametrize("born", [TODAY, date(2000, 3, 2), date(2024, 1, 1)])
    def test_nursery_and_special_school_ages_are_plausible(self, born):
        assert stops(pupil(date_of_birth=born), ctx()) == ("", "")

    def test_W11_a_field_the_route_does_not_supply(self):
        found = first_failure(pupil(date_of_birth=None, unknown=frozenset({"date_of_birth"})), ctx())
        assert (found.code, found.who_can) == ("not_supplied_date_of_birth", SUPPLIER)

    def test_W12_C8_a_field_the_school_opted_out_of(self):
        scope = Scope(declined={"students": frozenset({"date_of_birth"})})
        found = first_failure(
            pupil(date_of_birth=None, unknown=frozenset({"date_of_birth"})), ctx(scope=scope)
        )
        assert (found.code, found.who_can) == ("declined_date_of_birth", HEAD)

    def test_C7_an_optional_field_that_is_blank_stops_nobody(self):
        assert stops(staff(email=None, date_of_birth=None), ctx()) == ("", "")

    def test_staff_need_a_date_of_birth_only_where_the_school_says_so(self):
        strict = SchoolOptions(staff_required=("family_name", "date_of_birth"))
        assert stops(staff(), ctx(options=strict)) == ("field_present", "missing_date_of_birth")
        toddler = staff(date_of_birth=date(2014, 1, 1))
        assert stops(toddler, ctx(options=strict)) == ("field_present", "wrong_date_of_birth")

    @pytest.mark.parametrize("field", ["title", "given_name", "family_name"])
    def test_F9_W7_teachers_without_title_forename_or_surname_where_the_school_wants_all(self, field):
        strict = SchoolOptions(staff_required=("title", "given_name", "family_name"))
        assert stops(staff(title="Dr"), ctx(options=strict)) == ("", "")
        assert stops(staff(**{"title": "Dr", field: None}), ctx(options=strict))[1] == f"missing_{field}"

    def test_F11_an_email_address_is_not_needed_to_come_through(self):
        assert stops(staff(email=None), ctx()) == ("", "")

    def test_Z6_a_school_may_let_mononyms_through(self):
        assert stops(pupil(given_name=None), ctx(options=SchoolOptions(pupil_required=("family_name",)))) == (
            "",
            "",
        )


class TestCriteria:
    needs = SchoolOptions(pupil_needs_class=True, staff_needs_class=True)

    @pytest.mark.parametrize("person", [pupil(), staff()], ids=["W5", "W7"])
    def test_W5_W7_nobody_without_a_qualifying_class(self, person):
        context = ctx(options=self.needs, criteria=CriteriaResult(member_of={person.key: 2}))
        found = first_failure(person, context)
        assert (found.gate, found.code, found.who_can) == ("criteria", "no_qualifying_class", OFFICE)
        assert "In 2 classes" in found.detail

    def test_W5_somebody_in_no_class_is_told_so(self):
        assert (
            first_failure(pupil(), ctx(options=self.needs, criteria=CriteriaResult())).detail
            == "In no class."
        )

    def test_somebody_in_a_qualifying_class_passes(self):
        context = ctx(options=self.needs, criteria=CriteriaResult(pupils=frozenset({"p1"})))
        assert stops(pupil(), context) == ("", "")
        assert stops(staff(), context) == ("criteria", "no_qualifying_class")

    def test_C12_without_the_report_groups_and_classes_the_head_can_mend_it(self):
        found = first_failure(pupil(), ctx(scope=CURRENT_ONLY, options=self.needs))
        assert (found.code, found.who_can) == ("no_qualifying_class", HEAD)

    def test_a_leaver_is_told_as_a_leaver_not_as_somebody_without_a_class(self):
        context = ctx(options=self.needs, criteria=CriteriaResult())
        assert stops(pupil(status="leaver"), context) == ("dates", "left")


class TestPupilDates:
    @pytest.mark.parametrize(
        ("leaving", "code"), [(TODAY - DAY, "left"), (TODAY, ""), (TODAY + DAY, ""), (None, "")]
    )
    def test_J4_J10_the_leaving_date_is_the_last_day_in(self, leaving, code):
        assert stops(pupil(end_date=leaving), ctx())[1] == code

    @pytest.mark.parametrize(
        ("start", "code"), [(TODAY - DAY, ""), (TODAY, ""), (TODAY + DAY, "not_started"), (None, "")]
    )
    def test_J6_J10_the_start_date_is_the_first_day_in(self, start, code):
        assert stops(pupil(start_date=start), ctx(scope=CURRENT_ONLY))[1] == code

    @pytest.mark.parametrize("status", ["current", "admitted", "accepted"])
    def test_J1_current_admitted_and_accepted_pupils_are_transferred(self, status):
        assert stops(pupil(status=status, start_date=TODAY), ctx()) == ("", "")

    def test_J1_other_statuses_are_not(self):
        assert stops(pupil(status="other"), ctx()) == ("dates", "status_not_transferred")
        assert stops(pupil(status="leaver"), ctx()) == ("dates", "left")

    @pytest.mark.parametrize("status", ["accepted", "admitted", "current"])
    def test_W3_C9_a_start_to_come_needs_the_future_report(self, status):
        coming = pupil(status=status, start_date=TODAY + 90 * DAY)
        assert stops(coming, ctx()) == ("", "")
        found = first_failure(coming, ctx(scope=CURRENT_ONLY))
        assert (found.gate, found.code, found.who_can) == ("dates", "not_started", HEAD)
        assert "2026-05-31" in found.detail

    def test_J7_a_route_that_sends_nobody_early_leaves_only_waiting(self):
        scope = Scope(accepted=CURRENT_ONLY.accepted, supplied=CURRENT_ONLY.accepted)
        assert first_failure(pupil(start_date=TODAY + DAY), ctx(scope=scope)).who_can == SUPPLIER

    def test_a_school_may_switch_early_accounts_off(self):
        found = first_failure(pupil(start_date=TODAY + DAY), ctx(options=SchoolOptions(future=False)))
        assert (found.code, found.who_can) == ("not_started", OPERATOR)

    def test_an_accepted_pupil_without_a_date_has_not_started(self):
        assert stops(pupil(status="accepted"), ctx(scope=CURRENT_ONLY))[1] == "not_started"
        assert stops(pupil(status="accepted"), ctx()) == ("", "")

    @pytest.mark.parametrize(("days", "code"), [(0, ""), (14, ""), (15, "not_arrived")])
    def test_Z18_an_accepted_pupil_is_waited_for_and_then_has_not_arrived(self, days, code):
        assert stops(pupil(status="accepted", start_date=TODAY - days * DAY), ctx())[1] == code
        assert stops(pupil(status="admitted", start_date=TODAY - days * DAY), ctx()) == ("", "")

    def test_a_rejoiners_old_leaving_date_does_not_count(self):
        back = pupil(start_date=TODAY - 10 * DAY, end_date=TODAY - 400 * DAY)
        assert stops(back, ctx()) == ("", "")
        coming = replace(back, start_date=TODAY + 10 * DAY)
        assert stops(coming, ctx()) == ("", "")
        assert stops(coming, ctx(scope=CURRENT_ONLY))[1] == "not_started"

    def test_G9_a_leaving_date_gone_by_stops_though_the_status_says_current(self):
        assert stops(pupil(nc_year="6", year_group="6", end_date=date(2025, 7, 20)), ctx()) == (
            "dates",
            "left",
        )


class TestStaffDates:
    @pytest.mark.parametrize("more", [{"status": "leaver"}, {"end_date": TODAY - DAY}])
    def test_W10_J5_F6_staff_no_longer_employed(self, more):
        found = first_failure(staff(**more), ctx())
        assert (found.gate, found.code, found.who_can) == ("dates", "left", OFFICE)
        assert "mployed" in found.detail or "Employment ended" in found.detail

    def test_J10_the_last_day_of_employment_is_still_in(self):
        assert stops(staff(end_date=TODAY), ctx()) == ("", "")

    def test_J2_a_start_to_come_and_no_past_end_is_transferred(self):
        coming = staff(status="future", start_date=TODAY + DAY)
        assert stops(coming, ctx()) == ("", "")
        assert stops(coming, ctx(scope=CURRENT_ONLY)) == ("dates", "not_started")

    def test_J2_a_start_to_come_behind_a_past_end_is_not_transferred_before_the_day(self):
        back = staff(status="future", start_date=TODAY + DAY, end_date=TODAY - DAY)
        assert stops(back, ctx()) == ("dates", "left")
        begun = staff(start_date=TODAY, end_date=TODAY - 30 * DAY)
        assert stops(begun, ctx()) == ("", "")

    def test_somebody_stored_as_future_has_started_once_the_day_has_come(self):
        assert stops(staff(status="future", start_date=TODAY), ctx(scope=CURRENT_ONLY)) == ("", "")


class TestExclusion:
    def test_W12_R1_R2_an_excluded_name_is_told_with_who_and_why(self):
        listed = Exclusions.of(
            [ExclusionFacts(id=1, given_name="Nia", family_name="Hale", reason="court order", author="kim")]
        )
        found = first_failure(pupil(), ctx(exclusions=listed))
        assert (found.gate, found.code, found.who_can) == ("exclusion", "excluded", OPERATOR)
        assert "kim" in found.detail
        assert "court order" in found.detail


class TestOutcome:
    def test_W2_K1_somebody_similar_exists(self):
        waiting = ctx(outcomes={("pupil", "p1"): Outcome(state="waiting", detail="Two accounts fit.")})
        found = first_failure(pupil(), waiting)
        assert (found.gate, found.code, found.detail) == ("match", "waiting_for_match", "Two accounts fit.")

    def test_nobody_made_the_account_yet(self):
        assert stops(pupil(), ctx(outcomes={})) == ("account", "no_account")
        assert stops(pupil(), ctx(outcomes={("pupil", "p1"): Outcome(state="free")})) == (
            "account",
            "no_account",
        )

    def test_Q1_an_account_that_was_taken_away(self):
        gone = Outcome(state="linked", username="n.hale", account_state="unallocated")
        found = first_failure(pupil(), ctx(outcomes={("pupil", "p1"): gone}))
        assert (found.gate, found.code) == ("account", "account_not_active")
        assert "n.hale" in found.detail

    def test_G13_L8_a_lookup_school_makes_no_accounts(self):
        assert stops(pupil(), ctx(outcomes={}, mode="lookup")) == ("account", "lookup_only")


days = st.none() | st.dates(TODAY - 800 * DAY, TODAY + 800 * DAY)
people = st.builds(
    PersonFacts,
    role=st.sampled_from(["staff", "pupil"]),
    source_id=st.sampled_from("ab"),
    given_name=st.sampled_from([None, "Nia", "."]),
    family_name=st.sampled_from([None, "Hale"]),
    date_of_birth=st.sampled_from([None, date(2014, 5, 6), date(1990, 1, 1)]),
    start_date=days,
    end_date=days,
    status=st.sampled_from(["current", "admitted", "accepted", "future", "leaver", "other", ""]),
    unknown=st.sampled_from([frozenset(), frozenset({"date_of_birth"})]),
)
reports = st.frozensets(
    st.sampled_from(["staff", "students", "staff-future", "students-future", "groups-classes"])
)
keys = st.tuples(st.sampled_from(["staff", "pupil"]), st.sampled_from("ab"))
contexts = st.builds(
    GateContext,
    options=st.builds(
        SchoolOptions, pupil_needs_class=st.booleans(), staff_needs_class=st.booleans(), future=st.booleans()
    ),
    today=st.just(TODAY),
    scope=st.builds(Scope, accepted=reports, supplied=st.none() | reports),
    mode=st.sampled_from(["create", "link", "lookup"]),
    exclusions=st.sampled_from(
        [Exclusions(), Exclusions.of([ExclusionFacts(id=1, given_name="Nia", family_name="Hale")])]
    ),
    criteria=st.none()
    | st.builds(
        CriteriaResult,
        pupils=st.frozensets(st.sampled_from("ab")),
        staff=st.frozensets(st.sampled_from("ab")),
    ),
    absent=st.frozensets(keys, max_size=2),
    outcomes=st.none()
    | st.dictionaries(
        keys,
        st.builds(
            Outcome,
            state=st.sampled_from(["linked", "waiting", "free"]),
            account_state=st.sampled_from(["active", "let-go"]),
        ),
    ),
)


@given(people, contexts)
def test_everybody_has_exactly_one_first_failing_gate_and_it_is_the_one_the_run_records(person, context):
    results = evaluate(person, context)
    assert tuple(r.gate for r in results) == GATES
    failed = [r for r in results if r.state == "failed"]
    recorded = first_failure(person, context)
    assert failed == ([recorded] if recorded else [])
    if recorded:
        at = GATES.index(recorded.gate)
        assert all(r.state == "passed" for r in results[:at])
        assert all(r.state == "not_reached" for r in results[at + 1 :])
        assert all((recorded.code, recorded.detail, recorded.mend, recorded.who_can))
        assert recorded.who_can in {OFFICE, OPERATOR, HEAD, SUPPLIER}
    assert eligible(person, context) == (recorded is None or recorded.gate not in ELIGIBILITY)


@given(people, contexts)
def test_J10_eligibility_depends_on_nothing_else(person, context):
    assert evaluate(person, context) == evaluate(replace(person, photo_hash="x", house="Red"), context)


@given(people, contexts)
def test_whoever_counts_for_classes_stands_alone(person, context):
    pupils, teachers = counts_for_classes([person], context)
    alone = first_failure(
        person,
        replace(
            context,
            options=SchoolOptions(future=context.options.future),
            exclusions=Exclusions(),
            outcomes=None,
        ),
    )
    assert bool(pupils or teachers) == (alone is None)
