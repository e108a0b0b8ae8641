"""Contacts fetched at the moment of use and kept only when used (H10, H11, X3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.base import Setup
from connectors.errors import BadAnswer, ScopeMissing
from connectors.records import Contact, ContactLink, ExtractRequest, Report
from connectors.simulator.server import Simulator
from connectors.simulator.world import World, build_world
from data.tables import Contact as ContactRow
from data.tables import ContactUse, Person
from misconsole.errors import MisconsoleError, NotFound, Usage
from misconsole.services import contact_now, decide, reports, schools
from tests import seed
from tests.fake_mis import DECLARATION
from tests.fixtures.oneroster.builder import good_1_1

SCHOOL = "100001"
DAY = date(2026, 9, 14)


class Asked:
    """A MIS that can be asked for one pupil; ``calls`` says for whom."""

    declaration = DECLARATION

    def __init__(self, *records: Contact | ContactLink, error: Exception | None = None) -> None:
        self.records, self.error = records, error
        self.calls: list[str] = []
        self.closed = 0

    def open(self, *_: Any) -> Asked:
        return self

    def contacts_of(self, source_id: str) -> tuple[Contact | ContactLink, ...]:
        self.calls.append(source_id)
        if self.error:
            raise self.error
        return self.records

    def close(self) -> None:
        self.closed += 1


MOTHER = Contact(
    source_id="K1", title="Ms", given_name="Ada", family_name="Quill", email="ada@quill.example",
    phone="07700 900123",
)  # fmt: skip
COUPLE = Contact(source_id="K2", title="Mr and Mrs", family_name="North", phone="01632 960001")
MIS = (
    COUPLE, MOTHER,
    ContactLink(contact_id="K2", pupil_id="P1", relationship="Grandparents", parental_responsibility=False),
    ContactLink(
        contact_id="K1", pupil_id="P1", relationship="Mother", parental_responsibility=True, priority=1
    ),
    ContactLink(contact_id="K1", pupil_id="P2", relationship="Aunt"),
)  # fmt: skip


@pytest.fixture
def pupil(e: seed.Estate) -> int:
    return e.person(e.school(), "Ann", "Lee", source_id="P1")


def test_H11_contacts_are_shown_as_the_mis_has_them_now_who_answers_for_the_pupil_first(
    e: seed.Estate, pupil: int
) -> None:
    mis = Asked(*MIS)
    shown = contact_now.contacts_for(e.desk(), SCHOOL, pupil, open_connector=mis.open)
    assert [(c.number, c.name, c.relationship, c.parental_responsibility) for c in shown] == [
        (1, "Ms Ada Quill", "Mother", True),
        (2, "Mr North", "Grandparents", False),
        (3, "Mrs North", "Grandparents", False),
    ]
    assert (mis.calls, mis.closed) == (["P1"], 1)


def test_X3_nothing_is_kept_until_one_is_used_and_then_only_that_one(e: seed.Estate, pupil: int) -> None:
    mis = Asked(*MIS)
    first, *_ = contact_now.contacts_for(e.desk(), SCHOOL, pupil, open_connector=mis.open)
    assert e.all(ContactUse) == e.all(ContactRow) == []
    done = contact_now.use_contact(e.desk("bob"), SCHOOL, pupil, first, reason="Told of the accident")
    (row,) = e.all(ContactUse)
    assert (row.source_id, row.email, row.by, row.reason) == (
        "K1", "ada@quill.example", "bob", "Told of the accident",
    )  # fmt: skip
    assert e.all(ContactRow) == []
    assert done.summary == "Used a contact of Ann Lee: Told of the accident"
    assert "ada@quill" not in done.summary
    (seen,) = contact_now.used(e.desk(), SCHOOL, pupil)
    assert (seen.name, seen.reason, seen.by) == ("Ms Ada Quill", "Told of the accident", "bob")
    decide.undo(e.desk("bob"), done.id)
    assert contact_now.used(e.desk(), SCHOOL) == ()


def test_H10_using_one_needs_a_reason(e: seed.Estate, pupil: int) -> None:
    (first, *_) = contact_now.contacts_for(e.desk(), SCHOOL, pupil, open_connector=Asked(*MIS).open)
    with pytest.raises(Usage, match="reason"):
        contact_now.use_contact(e.desk(), SCHOOL, pupil, first, reason="  ")
    assert e.all(ContactUse) == []


def test_with_the_option_only_those_with_parental_responsibility(e: seed.Estate, pupil: int) -> None:
    schools.set_options(e.desk(), SCHOOL, {"parental_responsibility_only": "yes"})
    shown = contact_now.contacts_for(e.desk(), SCHOOL, pupil, open_connector=Asked(*MIS).open)
    assert [c.name for c in shown] == ["Ms Ada Quill"]


def test_a_declined_report_a_member_of_staff_and_a_leaver_are_not_asked_for(
    e: seed.Estate, pupil: int
) -> None:
    teacher = e.person(1, "Tom", "Baker", "staff")
    gone = e.person(1, "Liam", "North", present=False)
    mis = Asked(*MIS)
    for person, told in ((teacher, "Only pupils"), (gone, "no longer in the MIS")):
        with pytest.raises(Usage, match=told):
            contact_now.contacts_for(e.desk(), SCHOOL, person, open_connector=mis.open)
    with pytest.raises(NotFound):
        contact_now.contacts_for(e.desk(), SCHOOL, 999, open_connector=mis.open)
    e.connection(1)
    reports.decline(e.desk(), SCHOOL, "contacts")
    with pytest.raises(Usage, match="declined"):
        contact_now.contacts_for(e.desk(), SCHOOL, pupil, open_connector=mis.open)
    assert mis.calls == []


def test_a_route_that_cannot_be_asked_and_a_mis_that_does_not_share_say_so(
    e: seed.Estate, pupil: int
) -> None:
    class Deaf:
        declaration = DECLARATION
        closed = 0

        def close(self) -> None:
            self.closed += 1

    deaf = Deaf()
    with pytest.raises(Usage, match="cannot be asked"):
        contact_now.contacts_for(e.desk(), SCHOOL, pupil, open_connector=lambda *_: deaf)  # type: ignore[arg-type,return-value]
    assert deaf.closed == 1
    closed = Asked(error=ScopeMissing("The school does not share contacts with us.", mend="Ask the school."))
    with pytest.raises(MisconsoleError, match="does not share") as caught:
        contact_now.contacts_for(e.desk(), SCHOOL, pupil, open_connector=closed.open)
    assert (caught.value.code, caught.value.mend, closed.closed) == ("scope_missing", "Ask the school.", 1)


class TestWonde:
    @pytest.fixture(scope="class")
    def world(self) -> World:
        return build_world(today=DAY, schools=["larkmere"], scale=0.2)

    @pytest.fixture(scope="class")
    def simulator(self, world: World) -> Iterator[Simulator]:
        with Simulator(world, approved=("all",)) as serving:
            yield serving

    def setup(self, simulator: Simulator, world: World) -> Setup:
        from connectors.base import SchoolRef

        school = world.schools[0]
        return Setup(
            school=SchoolRef(
                urn=school.urn, name=school.name, la_code=school.la_code,
                establishment_number=school.establishment_number,
            ),
            settings={"url": simulator.wonde_url}, secrets={"token": simulator.token},
            now=lambda: datetime(2026, 9, 14, 6, tzinfo=UTC),
        )  # fmt: skip

    def test_the_contacts_of_one_pupil_are_those_of_the_whole_extract(
        self, simulator: Simulator, world: World
    ) -> None:
        with registry.make("wonde", self.setup(simulator, world)) as connector:  # type: ignore[attr-defined]
            asked = ExtractRequest(reports=frozenset({Report.STUDENTS, Report.CONTACTS}), today=DAY)
            records = [r for b in connector.extract(asked) for r in getattr(b, "records", ())]
            links = [r for r in records if isinstance(r, ContactLink)]
            pupil = links[0].pupil_id
            mine = {(x.contact_id, x.relationship, x.priority) for x in links if x.pupil_id == pupil}
            people = {r.source_id: r for r in records if isinstance(r, Contact)}
            now = connector.contacts_of(pupil)
            assert {
                (x.contact_id, x.relationship, x.priority) for x in now if isinstance(x, ContactLink)
            } == mine
            for each in now:
                if isinstance(each, Contact):
                    assert each == people[each.source_id]

    def test_somebody_nobody_knows_is_told_and_no_path_is_climbed(
        self, simulator: Simulator, world: World
    ) -> None:
        with registry.make("wonde", self.setup(simulator, world)) as connector:  # type: ignore[attr-defined]
            for odd in ("A0000000000", "../employees", "a/b?include=x"):
                with pytest.raises(BadAnswer, match="does not know this pupil"):
                    connector.contacts_of(odd)


def test_oneroster_files_are_read_for_one_pupil(tmp_path: Path) -> None:
    from tests.fixtures.oneroster.reading import setup

    package = good_1_1().write(tmp_path / "p")
    with registry.make("oneroster-csv", setup(package)) as connector:  # type: ignore[attr-defined]
        found = connector.contacts_of("stu-10482")
        assert [r.source_id for r in found if isinstance(r, Contact)] == ["con-20815"]
        assert [(r.contact_id, r.pupil_id) for r in found if isinstance(r, ContactLink)] == [
            ("con-20815", "stu-10482")
        ]
        assert connector.contacts_of("nobody") == ()


def test_a_person_with_a_used_contact_is_still_found_after_a_sync_forgets_them(
    e: seed.Estate, pupil: int
) -> None:
    first, *_ = contact_now.contacts_for(e.desk(), SCHOOL, pupil, open_connector=Asked(*MIS).open)
    contact_now.use_contact(e.desk(), SCHOOL, pupil, first, reason="Trip")
    e.change(Person, pupil, present=False)
    assert len(contact_now.used(e.desk(), SCHOOL, pupil)) == 1
