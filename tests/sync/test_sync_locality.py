"""No account is made while somebody similar has one in the school or a local one: trust or authority (K1)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.records import Report
from data.tables import Account, Candidate, Link, NotSame, Person, School
from misconsole.services import decide
from tests.fake_mis import Bench

BORN = date(2014, 4, 4)  # of pupil P3, Delphine Cawthorne
HERE = {"la_code": "823", "trust": "Ash Trust"}


@pytest.fixture
def placed(bench: Bench) -> Bench:
    """The school in a trust and an authority."""
    with bench.store.write() as s:
        school = s.get(School, bench.school_id)
        school.la_code, school.trust = HERE["la_code"], HERE["trust"]
    return bench


def elsewhere(bench: Bench, *, la_code: str = "", trust: str = "", **more: Any) -> int:
    """An account of Delphine Cawthorne at another school."""
    values = {
        "username": "dcawthorne", "username_key": "dcawthorne", "role": "pupil", "given_name": "Delphine",
        "family_name": "Cawthorne", "display_name": "D C", "domain_key": "school:200002",
        "date_of_birth": BORN,
    }  # fmt: skip
    with bench.store.write() as s:
        school = School(urn="200002", slug="other", name="Other School", la_code=la_code, trust=trust)
        s.add(school)
        s.flush()
        row = Account(school_id=school.id, **{**values, **more})
        s.add(row)
        s.flush()
        return row.id or 0


def delphine(bench: Bench) -> Person:
    return bench.one(Person, school_id=bench.school_id, source_id="P3")


@pytest.mark.parametrize(
    ("where", "waits"),
    [({"trust": "Ash Trust"}, True), ({"la_code": "823"}, True),
     ({"la_code": "823", "trust": "Elm Trust"}, True), ({"la_code": "330"}, False),
     ({"la_code": "330", "trust": "Elm Trust"}, False), ({}, False)],
    ids=["same trust", "same authority", "same authority, other trust", "other authority", "neither",
         "nothing known"],
)  # fmt: skip
def test_K1_nobody_gets_an_account_while_a_local_school_has_one_that_fits(
    placed: Bench, where, waits
) -> None:
    account_id = elsewhere(placed, **where)
    view = placed.sync()
    assert view.changes["created"] == (15 if waits else 16)
    assert placed.rows(Link, account_id=account_id) == []  # and it is never taken by itself
    assert delphine(placed).gate == ("waiting_for_match" if waits else "")
    assert [row.account_id for row in placed.rows(Candidate)] == ([account_id] if waits else [])


@pytest.mark.parametrize(
    ("more", "waits"),
    [({"date_of_birth": None}, True), ({"given_name": "Dell"}, True), ({"family_name": "Stone"}, True),
     ({"family_name": "CAWTHÖRNE"}, True), ({"preferred_family_name": "Stone"}, True),
     ({"date_of_birth": date(2009, 9, 9)}, False), ({"state": "removed"}, False),
     ({"given_name": "Oluwaseun", "family_name": "Stone"}, False)],
    ids=["no date", "short form", "other surname", "spelt otherwise", "goes by another surname",
         "another date of birth", "removed", "same birthday only"],
)  # fmt: skip
def test_K1_of_an_authority_whoever_is_similar_counts_and_nobody_else(placed: Bench, more, waits) -> None:
    elsewhere(placed, la_code="823", **more)
    assert placed.sync().changes["created"] == (15 if waits else 16)


def test_K12_an_account_of_the_authority_can_be_linked_by_a_person(placed: Bench) -> None:
    account_id = elsewhere(placed, la_code="823")
    placed.sync()
    decide.link(placed.desk, "100001", delphine(placed).id or 0, account_id)
    assert placed.one(Link, account_id=account_id).active
    assert placed.sync(full=True).changes["created"] == 0


def test_an_account_of_another_authority_cannot(placed: Bench) -> None:
    from misconsole.errors import NotFound

    account_id = elsewhere(placed, la_code="330", date_of_birth=None)
    placed.sync()
    with pytest.raises(NotFound):
        decide.link(placed.desk, "100001", delphine(placed).id or 0, account_id)


def test_not_the_same_stands_every_night_and_comes_back_only_when_a_record_changes(placed: Bench) -> None:
    account_id = elsewhere(placed, la_code="823", date_of_birth=None)
    placed.sync()
    decide.not_same(placed.desk, "100001", delphine(placed).id or 0, account_id)
    assert len(placed.rows(NotSame)) == 1
    placed.options(mode="link")  # where nobody gets an account by a sync, so that the person goes on waiting
    for _ in range(2):
        placed.sync(full=True)
        assert account_id not in {row.account_id for row in placed.rows(Candidate)}
    placed.change(Report.STUDENTS, "P3", house="Kestrel")  # nothing that matters for matching
    placed.sync(full=True)
    assert account_id not in {row.account_id for row in placed.rows(Candidate)}
    with placed.store.write() as s:
        s.get(Account, account_id).email = "delphine@other.example"
    placed.sync(full=True)
    assert account_id in {row.account_id for row in placed.rows(Candidate)}
