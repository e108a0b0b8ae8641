"""The whole record of a person, in ``why --json``, as text and on screen: what the MIS told, and no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from data import tables
from misconsole.__main__ import main
from misconsole.record_words import record_words
from misconsole.services.views import PersonRecord, WhyView
from misconsole.services.why import why_person
from screens.showing import HIDDEN, Showing
from screens.widgets.record import record_lines
from tests import seed

URN = "100001"


@pytest.fixture
def school(e: seed.Estate) -> int:
    return e.school()


def record(e: seed.Estate, person: int) -> PersonRecord:
    found = why_person(e.desk(), URN, person).record
    assert found is not None
    return found


def said(e: seed.Estate, person: int) -> dict[str, str]:
    view = why_person(e.desk(), URN, person)
    assert view.person is not None
    return {title: value for title, value, _ in record_words(record(e, person), view.person.role)}


def test_F3_Z14_roles_are_one_text_joined_by_commas(e: seed.Estate, school: int) -> None:
    person = e.person(school, "Ann", "Lee", "staff", job_title="Examinations Officer, Teacher; Physics")
    assert said(e, person)["roles"] == "Examinations Officer, Teacher; Physics"


@pytest.mark.parametrize(
    ("teaching", "words"), [(True, "teaching"), (False, "non-teaching"), (None, "not told by the MIS")]
)
def test_F4_not_teaching_and_not_told_are_two_things(
    e: seed.Estate, school: int, teaching: bool | None, words: str
) -> None:
    person = e.person(school, "Ann", "Lee", "staff", teaching=teaching)
    assert record(e, person).teaching is teaching
    assert said(e, person)["teaching"] == words


def test_F2_Z19_those_with_the_same_initials_are_named(e: seed.Estate, school: int) -> None:
    ann = e.person(school, "Ann", "Lee", "staff", initials="AL")
    e.person(school, "Aled", "Lomax", "staff", initials="AL")
    e.person(school, "Anwen", "Low", "staff", initials="AL", present=False)
    e.person(school, "Alma", "Lind", "pupil", initials="AL")
    e.person(school, "Bea", "Lee", "staff", initials="BL")
    assert record(e, ann).same_initials == ("Aled Lomax",)
    assert said(e, ann)["same initials"] == "Aled Lomax"


def test_F5_who_reports_to_whom_is_found_in_both_directions_whatever_came_first(
    e: seed.Estate, school: int
) -> None:
    early = e.person(school, "Ann", "Lee", "staff", reports_to="HEAD")
    head = e.person(school, "Ida", "Head", "staff", source_id="HEAD")
    late = e.person(school, "Zia", "Moss", "staff", reports_to="HEAD")
    stray = e.person(school, "Una", "Owen", "staff", reports_to="GONE9")
    assert record(e, early).reports_to == record(e, late).reports_to == "Ida Head"
    assert record(e, head).reported_to_by == ("Ann Lee", "Zia Moss")
    assert (record(e, stray).reports_to, record(e, stray).reports_to_known) == ("GONE9", False)
    assert "nobody here has that id" in said(e, stray)["reports to"]


def test_G5_G6_G7_every_kind_of_number_is_shown_with_its_zeros_and_its_past(
    e: seed.Estate, school: int
) -> None:
    person = e.person(
        school, "Ann", "Lee", upn="A820200121077", local_upn="B820200121078", former_upn="C820200121079",
        uln="0123456789", admission_number="004504",
    )  # fmt: skip
    e.put(
        tables.Identifier,
        school_id=school,
        person_id=person,
        kind="upn",
        value="D820200121070",
        current=False,
    )
    told = [(each.kind, each.value, each.current) for each in record(e, person).identifiers]
    assert told == [
        ("upn", "A820200121077", True), ("local_upn", "B820200121078", True),
        ("former_upn", "C820200121079", True), ("uln", "0123456789", True),
        ("admission_number", "004504", True), ("upn", "D820200121070", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part_time", "rate", "words"),
    [(False, 1.0, "no, rate 1"), (True, 0.6, "yes, rate 0.6"), (None, 0.5, "not told, rate 0.5")],
)
def test_G10_part_time_and_its_rate_are_told_as_they_came(
    e: seed.Estate, school: int, part_time: bool | None, rate: float, words: str
) -> None:
    person = e.person(school, "Ann", "Lee", part_time=part_time, part_time_rate=rate)
    assert said(e, person)["part-time"] == words


def test_what_is_not_supplied_is_said_and_a_photo_is_only_a_reference(e: seed.Estate, school: int) -> None:
    """E3"""
    person = e.person(school, "Ann", "Lee", unknown=["house", "part_time"], photo_id="ph-1")
    assert said(e, person)["not supplied"] == "house, part time"
    assert "never" in said(e, person)["photo"]


def test_it_is_in_the_json_in_the_text_and_on_screen_and_the_mask_hides_it(
    e: seed.Estate, school: int, capsys: pytest.CaptureFixture[str]
) -> None:
    person = e.person(school, "Ann", "Lee", "staff", initials="AL", staff_code="ALE", middle_names="Mary")
    e.person(school, "Aled", "Lomax", "staff", initials="AL")
    assert main(["why", URN, f"id:{person}", "--json", "--store", e.url]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["record"]["same_initials"] == ["Aled Lomax"]
    assert main(["why", URN, f"id:{person}", "--store", e.url]) == 0
    assert "same initials: Aled Lomax" in capsys.readouterr().out
    view = why_person(e.desk(), URN, person)
    assert "Aled Lomax" in painted(view, masked=False)
    hidden = painted(view, masked=True)
    assert HIDDEN in hidden
    assert not any(word in hidden for word in ("Aled", "Lomax", "ALE", "Mary"))


def painted(view: WhyView, *, masked: bool) -> str:
    showing = Showing(now=lambda: datetime(2026, 9, 14, tzinfo=UTC), masked=masked)
    return "\n".join("".join(part.text for part in each) for each in record_lines(view, showing, 78))
