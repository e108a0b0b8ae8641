"""The plan is a pure function of the roll, the store and the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from misconsole.rules import gates, plan, plan_json
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.known import (
    Judged,
    Known,
    KnownItem,
    KnownLink,
    KnownPerson,
    Match,
    Matched,
    Naming,
    Roll,
)
from misconsole.rules.options import SchoolOptions
from misconsole.rules.plan import Plan
from misconsole.rules.plan_parts import Item, Key, Suggestion
from misconsole.rules.usernames import Format

NAMING = Naming(
    formats={
        "pupil": Format.parse("first_initial.last_name"),
        "staff": Format.parse("first_initial.last_name"),
    },
    day=date(2026, 9, 14),
)
ALL = frozenset({"staff", "pupil"})


def person(source: str = "P1", given: str = "Robin", family: str = "Larkmere", **more: Any) -> PersonFacts:
    values: dict[str, Any] = {"role": "pupil", "date_of_birth": date(2014, 3, 2)}
    return PersonFacts(source_id=source, given_name=given, family_name=family, **{**values, **more})


def roll(
    *people: PersonFacts, gate: str = "", left: str = "", whole: frozenset[str] = ALL, **more: Any
) -> Roll:
    judged = {p.key: Judged(p, gate, digest=f"d-{p.source_id}-{p.first}-{p.last}", left=left) for p in people}
    return Roll(people=judged, rolls=whole, **more)


def account(number: int = 9, **more: Any) -> AccountFacts:
    values: dict[str, Any] = {
        "username": f"r.larkmere{number}", "role": "pupil", "given_name": "Robin", "family_name": "Larkmere",
        "display_name": "Robin Larkmere", "date_of_birth": date(2014, 3, 2), "school_id": 1,
    }  # fmt: skip
    return AccountFacts(account_id=number, **{**values, **more})


def linked(*, present: bool = True, school: int = 1, **more: Any) -> Known:
    """P1 is known and has account 9."""
    holders = ((school, "pupil", 5),) if present else ()
    values: dict[str, Any] = {
        "school_id": 1, "mode": "create", "domain": "larkmere.example",
        "people": {("pupil", "P1"): KnownPerson(5, "d-P1-Robin-Larkmere", present, "", "")},
        "accounts": {9: account(linked_to=holders)},
        "links": {("pupil", "P1"): KnownLink(3, 5, 9)},
    }  # fmt: skip
    return Known(**{**values, **more})


def build(r: Roll, known: Known | None = None, matched: Matched | None = None) -> Plan:
    return plan.build(
        r,
        known=known or Known(school_id=1, domain="larkmere.example"),
        matched=matched or Matched(),
        naming=NAMING,
    )


class TestCreating:
    def test_L1_everybody_eligible_and_unlike_anybody_gets_an_account(self) -> None:
        made = build(roll(person()))
        (new,) = made.accounts_new
        assert (new.username, new.email) == ("r.larkmere", "r.larkmere@larkmere.example")
        assert [c.facts.source_id for c in made.people_new] == ["P1"]
        assert made.changes["created"] == 1
        assert made.people_new[0].gate == ""

    def test_M6_namesakes_get_numbers_and_M7_hyphens_go_but_M12_the_display_name_keeps_them(self) -> None:
        twins = [person("P1", "Lola", "Llewelyn-Bowen"), person("P2", "Lionel", "Llewelyn-Bowen")]
        made = build(roll(*twins))
        names = {n.data.display_name: n.username for n in made.accounts_new}
        assert names == {
            "Lionel Llewelyn-Bowen": "l.llewelynbowen",
            "Lola Llewelyn-Bowen": "l.llewelynbowen1",
        }

    def test_M6_and_Z8_a_name_ever_used_is_not_given_out_again_whatever_its_case(self) -> None:
        known = Known(school_id=1, taken=frozenset({"r.larkmere"}))
        assert build(roll(person(given="ROBIN")), known).accounts_new[0].username == "r.larkmere1"

    def test_K1_nobody_who_resembles_somebody_gets_an_account(self) -> None:
        waits = Suggestion(key=("pupil", "P1"), account_id=9, band="many", rank=1, score=3.0, margin=0.0)
        made = build(roll(person()), None, Matched(waiting={("pupil", "P1"): (waits,)}))
        assert not made.accounts_new
        assert made.suggestions == (waits,)
        assert made.people_new[0].gate == "waiting_for_match"
        assert made.unmatched == {"staff": 0, "pupil": 1}

    def test_L2_link_mode_creates_nothing(self) -> None:
        made = build(roll(person()), Known(school_id=1, mode="link"))
        assert not made.accounts_new
        assert made.people_new[0].gate == "no_account"

    def test_L8_and_G13_lookup_mode_has_no_accounts_and_nobody_waits(self) -> None:
        made = build(roll(person()), Known(school_id=1, mode="lookup"))
        assert not made.accounts_new
        assert made.people_new[0].gate == "lookup_only"
        assert made.unmatched == {"staff": 0, "pupil": 0}

    def test_nobody_who_fails_a_gate_gets_an_account_and_the_gate_is_recorded(self) -> None:
        made = build(roll(person(), gate="missing_date_of_birth"))
        assert not made.accounts_new
        assert made.people_new[0].gate == "missing_date_of_birth"

    def test_M8_a_format_that_is_used_up_leaves_the_person_waiting_with_a_problem(self) -> None:
        form = Format.parse("abcde:first_initial+last_name:abcdefghij")
        tight = Naming(formats={"pupil": form, "staff": form}, day=date(2026, 9, 14))
        every = frozenset(
            f"abcde{body}abcdefghij{n}" for body in ("rlar", "rla", "rl", "r") for n in range(10_000)
        )
        taken = every | {"abcderlarkabcdefghij"} | {f"abcdeabcdefghij{n}" for n in range(100_000)}
        known = Known(school_id=1, taken=taken)
        made = plan.build(roll(person()), known=known, matched=Matched(), naming=tight)
        assert not made.accounts_new
        assert [t.code for t in made.troubles] == ["no_username"]

    @given(
        st.lists(
            st.tuples(st.sampled_from(["Ann", "Bo", "Zoë"]), st.sampled_from(["Ng", "Fox"])), max_size=12
        )
    )
    def test_usernames_do_not_depend_on_the_order_in_which_people_arrive(
        self, names: list[tuple[str, str]]
    ) -> None:
        people = [person(f"P{n}", given, family) for n, (given, family) in enumerate(names)]
        one = {n.key: n.username for n in build(roll(*people)).accounts_new}
        other = {n.key: n.username for n in build(roll(*reversed(people))).accounts_new}
        assert one == other
        assert len({name.casefold() for name in one.values()}) == len(people)


class TestUnchanged:
    def test_nothing_new_makes_an_empty_plan(self) -> None:
        made = build(roll(person()), linked())
        assert made.empty
        assert made.changes == {
            "created": 0, "updated": 0, "linked": 0, "unallocated": 0, "unchanged": 1, "added": 0, "gone": 0,
        }  # fmt: skip

    def test_somebody_carried_over_from_the_store_is_unchanged_whatever_the_digest(self) -> None:
        r = Roll(people={("pupil", "P1"): Judged(person(), digest=None)})
        assert build(r, linked()).empty


class TestUpdating:
    def test_O2_a_new_surname_changes_the_name_shown_and_nothing_people_sign_in_with(self) -> None:
        made = build(roll(person(family="Hollin")), linked())
        (change,) = made.accounts_changed
        assert change.after.display_name == "Robin Hollin"
        assert change.username == "r.larkmere9"
        assert not hasattr(change.after, "username")
        assert not hasattr(change.after, "email")
        assert made.changes["updated"] == 1

    def test_O6_a_new_legal_surname_alone_changes_nothing_in_the_account(self) -> None:
        made = build(roll(person(legal_family_name="Hollin")), linked())
        assert not made.accounts_changed

    def test_N9_a_new_year_of_entry_is_stored_and_the_username_stays(self) -> None:
        made = build(roll(person(year_of_entry=2020)), linked())
        assert made.accounts_changed[0].after.year_of_entry == 2020
        assert made.accounts_changed[0].username == "r.larkmere9"

    def test_K8_the_account_gains_identifiers_and_what_the_MIS_lacks_stays(self) -> None:
        known = linked(accounts={9: account(linked_to=((1, "pupil", 5),), staff_code="LMR")})
        made = build(roll(person(identifiers={"upn": ("A123",)})), known)
        after = made.accounts_changed[0].after
        assert (after.upn, after.staff_code) == ("A123", "LMR")

    def test_L5_link_mode_takes_names_from_the_MIS_too(self) -> None:
        made = build(roll(person(family="Hollin")), linked(mode="link"))
        assert made.accounts_changed[0].after.display_name == "Robin Hollin"


class TestLinking:
    def test_K4_a_certain_match_links_and_O11_tells_that_the_name_shown_changes(self) -> None:
        known = Known(school_id=1, accounts={9: account(display_name="Bobby L")})
        made = build(roll(person()), known, Matched(linked={("pupil", "P1"): Match(9, "exact")}))
        (link,) = made.links_new
        assert (link.account_id, link.how) == (9, "exact")
        assert made.renamed_on_link == 1
        assert made.changes == {
            "created": 0, "updated": 0, "linked": 1, "unallocated": 0, "unchanged": 0, "added": 1, "gone": 0,
        }  # fmt: skip
        assert made.planned["update"] == 0

    def test_a_certain_match_takes_an_unallocated_account_back_into_use(self) -> None:
        known = Known(school_id=1, accounts={9: account(state="unallocated")})
        made = build(roll(person()), known, Matched(linked={("pupil", "P1"): Match(9, "identifier")}))
        assert made.accounts_changed[0].after.state == "active"

    def test_an_account_passed_on_to_a_new_record_of_the_same_person_is_not_taken_away(self) -> None:
        """A change of MIS: every source id is new, the accounts stay."""
        made = build(
            roll(person("NEW1")), linked(), Matched(linked={("pupil", "NEW1"): Match(9, "identifier")})
        )
        assert not made.unallocations
        assert [end.link_id for end in made.links_ended] == [3]
        assert made.people_gone == (5,)


class TestLeaving:
    def test_Q1_absent_from_a_whole_roll_ends_the_link_and_unallocates(self) -> None:
        made = build(roll(), linked())
        assert [(u.account_id, u.reason) for u in made.unallocations] == [(9, "absent")]
        assert [(e.link_id, e.reason) for e in made.links_ended] == [(3, "absent")]
        assert made.people_gone == (5,)

    def test_J4_left_by_the_dates_unallocates_though_still_in_the_extract(self) -> None:
        made = build(roll(person(), gate="left", left="left"), linked())
        assert [u.reason for u in made.unallocations] == ["left"]
        assert not made.people_gone

    def test_Z20_absent_from_an_incomplete_roll_means_nothing(self) -> None:
        assert build(roll(whole=frozenset({"staff"})), linked()).empty

    def test_a_deletion_named_by_a_delta_counts_without_a_whole_roll(self) -> None:
        made = build(roll(whole=frozenset(), named_gone=frozenset({("pupil", "P1")})), linked())
        assert made.changes["unallocated"] == 1

    def test_only_people_seen_before_can_be_taken_away(self) -> None:
        """sawtooth-next 271: accounts the MIS never knew are left alone."""
        known = Known(school_id=1, accounts={9: account()})
        assert build(roll(), known).empty

    def test_Q7_an_account_restored_knowingly_is_not_taken_away_again(self) -> None:
        known = linked(accounts={9: account(linked_to=((1, "pupil", 5),), kept_absent=True)})
        made = build(roll(), known)
        assert not made.unallocations
        assert not made.links_ended

    def test_Q7_once_the_person_is_back_the_account_can_go_again_later(self) -> None:
        known = linked(accounts={9: account(linked_to=((1, "pupil", 5),), kept_absent=True)})
        made = build(roll(person()), known)
        assert made.accounts_changed[0].after.kept_absent is False

    def test_K12_an_account_with_another_association_stays(self) -> None:
        known = linked(accounts={9: account(linked_to=((1, "pupil", 5), (2, "pupil", 77)))})
        made = build(roll(), known)
        assert not made.unallocations
        assert len(made.links_ended) == 1

    def test_K12_an_account_at_home_in_another_school_is_for_that_school_to_judge(self) -> None:
        known = linked(accounts={9: account(linked_to=((1, "pupil", 5),), school_id=2)})
        assert not build(roll(), known).unallocations

    def test_L7_link_mode_takes_nothing_away_and_counts_the_leavers(self) -> None:
        made = build(roll(), linked(mode="link"))
        assert not made.unallocations
        assert not made.links_ended
        assert made.leavers_by_hand == 1

    def test_not_having_started_is_no_reason_to_take_an_account_away(self) -> None:
        assert not build(roll(person(), gate="not_started"), linked()).unallocations

    def test_R2_an_excluded_person_keeps_a_live_account_until_somebody_decides(self) -> None:
        made = build(roll(person(), gate="excluded"), linked())
        assert not made.unallocations
        assert made.gates[0].gate == "excluded"


class TestReturning:
    known = linked(
        present=False, links={}, left={("pupil", "P1"): 9}, accounts={9: account(state="unallocated")}
    )

    def test_somebody_who_is_back_gets_the_very_account_back(self) -> None:
        made = build(roll(person()), self.known)
        assert [(n.account_id, n.how) for n in made.links_new] == [(9, "returned")]
        assert made.accounts_changed[0].after.state == "active"
        assert not made.accounts_new
        assert made.changes["linked"] == 1

    def test_but_not_with_another_date_of_birth(self) -> None:
        other = replace(
            self.known, accounts={9: account(state="unallocated", date_of_birth=date(2013, 1, 1))}
        )
        assert 9 not in [link.account_id for link in build(roll(person()), other).links_new]

    def test_nor_an_account_that_was_let_go(self) -> None:
        other = replace(self.known, accounts={9: account(state="let-go")})
        assert 9 not in [link.account_id for link in build(roll(person()), other).links_new]


def test_an_item_is_new_changed_or_gone_by_its_digest() -> None:
    known = Known(
        school_id=1,
        items={
            ("class", "C1"): KnownItem(1, "same", True, ""),
            ("class", "C2"): KnownItem(2, "old", True, ""),
            ("class", "C3"): KnownItem(3, "x", True, ""),
            ("group", "G1"): KnownItem(4, "x", True, ""),
        },
    )
    items = tuple(Item(kind="class", source_id=s, values={"name": s}, digest=d) for s, d in
                  (("C1", "same"), ("C2", "new"), ("C4", "x")))  # fmt: skip
    made = build(roll(items=items, whole_items=frozenset({"class"})), known)
    assert [i.source_id for i in made.items_new] == ["C4"]
    assert [(i.source_id, i.row_id) for i in made.items_changed] == [("C2", 2)]
    assert [(a.kind, a.row_id) for a in made.items_gone] == [("class", 3)]


def test_J10_the_gate_recorded_is_the_one_why_finds() -> None:
    """The plan's last two gates are the rules' own, in every mode."""
    for mode, waits in (("create", True), ("link", True), ("link", False), ("lookup", False)):
        key: Key = ("pupil", "P1")
        matched = Matched(waiting={key: ()} if waits else {}, reasons={key: "Why."} if waits else {})
        made = build(roll(person()), Known(school_id=1, mode=mode), matched)
        outcome = gates.Outcome(state="waiting" if waits else "free", detail="Why." if waits else "")
        ctx = gates.GateContext(
            options=SchoolOptions(), today=date(2026, 9, 14), mode=mode, outcomes={key: outcome}
        )
        failed = gates.first_failure(person(), ctx)
        assert failed is not None
        assert (made.people_new[0].gate, made.people_new[0].gate_detail) == (failed.code, failed.detail)


TEXT = st.text(max_size=12)
FACTS = st.builds(
    person, st.text("PQR123", min_size=1, max_size=4), TEXT, TEXT,
    date_of_birth=st.none() | st.dates(date(1950, 1, 1), date(2022, 1, 1)),
    identifiers=st.dictionaries(st.sampled_from(["upn", "mis_id"]), st.tuples(TEXT), max_size=2),
    unknown=st.frozensets(st.sampled_from(["email", "phone"])), part_time=st.none() | st.booleans(),
    part_time_rate=st.none() | st.floats(0, 1), role=st.sampled_from(["pupil", "staff"]),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(FACTS, max_size=6), st.booleans())
def test_a_plan_goes_to_text_and_back_without_loss(people: list[PersonFacts], with_link: bool) -> None:
    made = build(roll(*people), linked() if with_link else None)
    assert plan_json.load(plan_json.dump(made)) == made


def test_a_plan_with_half_a_character_in_it_can_still_be_kept() -> None:
    made = build(roll(person(given="Ro\ud800bin")))
    assert plan_json.load(plan_json.dump(made)).accounts_new[0].username == made.accounts_new[0].username
