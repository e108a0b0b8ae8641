"""A school as a run reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from data import bulk, roster, roster_accounts, roster_findings, roster_items, runs
from data.store import Store
from data.tables import (
    Account,
    Candidate,
    Identifier,
    Link,
    Membership,
    Person,
    Problem,
    School,
    SchoolClass,
    Subject,
)

pytestmark = pytest.mark.every_store

NOW = datetime(2026, 9, 14, tzinfo=UTC)


@pytest.fixture
def schools(store: Store) -> dict[str, int]:
    """Two schools of a trust and one outside it."""
    with store.write() as s:
        rows = [
            School(urn=str(100001 + n), slug=slug, name=slug, trust=trust)
            for n, (slug, trust) in enumerate((("larkmere", "north"), ("hollin", "north"), ("kestrel", "")))
        ]
        s.add_all(rows)
        s.flush()
        return {row.slug: row.id or 0 for row in rows}


def add(store: Store, table: type[Any], **values: Any) -> int:
    with store.write() as s:
        (row_id,) = bulk.insert(s, table, [values])
        return row_id


def person(store: Store, school: int, source: str, **more: Any) -> int:
    return add(store, Person, **{"school_id": school, "role": "pupil", "source_id": source, **more})


def account(store: Store, school: int, name: str, **more: Any) -> int:
    return add(
        store, Account, school_id=school, username=name, username_key=name, domain_key=f"s{school}", **more
    )


def link(store: Store, school: int, who: int, what: int, **more: Any) -> int:
    return add(store, Link, **{"school_id": school, "person_id": who, "account_id": what, **more})


def test_K1_local_are_the_other_schools_of_the_trust(store: Store, schools: dict[str, int]) -> None:
    with store.read() as s:
        assert roster.local_schools(s, schools["larkmere"]) == [schools["hollin"]]
        assert roster.local_schools(s, schools["kestrel"]) == []


def test_K1_accounts_are_ours_our_trusts_and_those_our_people_hold(
    store: Store, schools: dict[str, int]
) -> None:
    here, there, far = (schools[name] for name in ("larkmere", "hollin", "kestrel"))
    mine, local, moved = account(store, here, "a"), account(store, there, "b"), account(store, far, "c")
    account(store, far, "d")
    account(store, here, "e", state="removed")
    link(store, here, person(store, here, "P1"), moved)
    with store.read() as s:
        found = [row[0] for row in roster_accounts.accounts(s, here, [there])]
    assert found == [mine, local, moved]


def test_associations_are_active_links_to_people_who_are_present(
    store: Store, schools: dict[str, int]
) -> None:
    here = schools["larkmere"]
    held, former, empty = (account(store, here, name) for name in "abc")
    one = person(store, here, "P1")
    link(store, here, one, held)
    link(store, here, person(store, here, "P2"), former, active=False)
    link(store, here, person(store, here, "P3", present=False), empty)
    with store.read() as s:
        assert [tuple(row) for row in roster_accounts.associations(s, here, [])] == [
            (held, here, "pupil", one)
        ]


def test_anchors_are_those_of_links_that_are_over(store: Store, schools: dict[str, int]) -> None:
    here = schools["larkmere"]
    held, former = account(store, here, "a"), account(store, here, "b")
    link(store, here, person(store, here, "P1"), held, anchors={"identifiers": {"upn": ["A1"]}})
    link(
        store, here, person(store, here, "P2"), former, active=False, anchors={"identifiers": {"upn": ["A2"]}}
    )
    with store.read() as s:
        assert [tuple(row) for row in roster_accounts.anchors(s, here, [])] == [
            (former, {"identifiers": {"upn": ["A2"]}})
        ]


def test_ended_links_are_told_by_their_reason_and_the_last_one_comes_last(
    store: Store, schools: dict[str, int]
) -> None:
    here = schools["larkmere"]
    who = person(store, here, "P1")
    one, two, three = (account(store, here, name) for name in "abc")
    for what, reason, day in ((one, "absent", 2), (two, "absent", 1), (three, "by hand", 3)):
        link(store, here, who, what, active=False, ended_reason=reason, ended_at=NOW.replace(day=day))
    with store.read() as s:
        assert [row[2] for row in roster_accounts.ended_links(s, here, ["absent", "left"])] == [two, one]


def test_G7_identifiers_come_current_first_then_the_newest(store: Store, schools: dict[str, int]) -> None:
    here = schools["larkmere"]
    who = person(store, here, "P1")
    for value, current in (("old", False), ("older", False), ("now", True)):
        add(store, Identifier, school_id=here, person_id=who, kind="upn", value=value, current=current)
    with store.read() as s:
        assert [row[2] for row in roster.identifiers(s, here)] == ["now", "older", "old"]
        assert [row[2] for row in roster.identifiers(s, here, only_former=True)] == ["older", "old"]
        assert {i.value for i in roster.identifiers_of(s, [who])[who]} == {"old", "older", "now"}


def test_people_are_read_as_marks_and_only_the_present_whole(store: Store, schools: dict[str, int]) -> None:
    here = schools["larkmere"]
    person(store, here, "P1", digest="d1", gate="left", family_name="Kestrel")
    person(store, here, "P2", present=False)
    person(store, schools["hollin"], "P1")
    with store.read() as s:
        marks = {mark.source_id: mark for mark in roster.people(s, here)}
        assert (marks["P1"].digest, marks["P1"].gate, marks["P2"].present) == ("d1", "left", False)
        assert [row["family_name"] for row in roster.stored_people(s, here)] == ["Kestrel"]
        assert set(roster.person_ids(s, here, "pupil")) == {"P1", "P2"}


def test_items_of_every_kind_come_with_digest_and_gate(store: Store, schools: dict[str, int]) -> None:
    here = schools["larkmere"]
    one = add(store, SchoolClass, school_id=here, source_id="C1", name="7A", digest="d", gate="class_type")
    two = add(store, Subject, school_id=here, source_id="M", digest="m")
    with store.read() as s:
        assert sorted(roster_items.items(s, here)) == [
            ("class", "C1", one, "d", True, "class_type"), ("subject", "M", two, "m", True, ""),
        ]  # fmt: skip


def test_members_are_found_by_their_containers(store: Store, schools: dict[str, int]) -> None:
    here = schools["larkmere"]
    for place, who in (("C1", "P1"), ("C2", "P1")):
        add(
            store, Membership, school_id=here, container="class", container_id=place, person_role="pupil",
            person_source_id=who, part="pupil",
        )  # fmt: skip
    with store.read() as s:
        assert [row[1] for row in roster_items.memberships_of(s, here, "class", ["C2", "C9"])] == ["C2"]
        assert len(list(roster_items.memberships(s, here))) == 2


def test_suggestions_and_problems_are_replaced_for_one_school_only(
    store: Store, schools: dict[str, int]
) -> None:
    here, there = schools["larkmere"], schools["hollin"]
    rows = {
        name: {
            "school_id": school, "person_id": person(store, school, "P1"),
            "account_id": account(store, school, name),
            "band": "likely", "rank": 1, "score": 9.0, "margin": 4.0, "evidence": [],
        }
        for name, school in (("a", here), ("b", there))
    }  # fmt: skip
    with store.write() as s:
        run = runs.create(s, here, actor="ann", origin="command", at=NOW)
        problem = {"school_id": here, "run_id": run.id, "report": "staff", "subject": "x", "code": "y"}
        for row in rows.values():
            bulk.insert(s, Candidate, [row])
        roster_findings.replace_suggestions(s, here, [{**rows["a"], "score": 1.0}])
        roster_findings.replace_problems(s, here, [problem])
        roster_findings.replace_problems(s, here, [])
    with store.read() as s:
        assert [row[4] for row in roster_findings.suggestions(s, here)] == [1.0]
        assert [row[4] for row in roster_findings.suggestions(s, there)] == [9.0]
        assert s.get(Problem, 1) is None
