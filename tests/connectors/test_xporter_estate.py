"""Xporter against the demo estate: the same people as the world holds, day after day, fault after fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from estate import serving_estate, setup_in
from loopback import QUICK, Read, gather

from connectors import catalogue
from connectors.base import AccessState
from connectors.errors import (
    BadAnswer,
    ConnectorError,
    EmptyExtract,
    MisOffline,
    NotAuthorised,
    ShortExtract,
    TooLarge,
    Unreachable,
)
from connectors.records import (
    Batch,
    ClassKind,
    Contact,
    ContactLink,
    ExtractRequest,
    Gone,
    Group,
    GroupKind,
    Mark,
    Membership,
    Pupil,
    PupilStatus,
    Report,
    SchoolClass,
    Staff,
)
from connectors.simulator.control import Control
from connectors.simulator.faces.xporter import XporterFace
from connectors.simulator.people import PupilRow, Roll, StaffRow
from connectors.simulator.schools import ESTATE
from connectors.simulator.server import Simulator
from connectors.xporter import Xporter
from connectors.xporter.declaration import DECLARATION

ALL = tuple(offer.report for offer in DECLARATION.reports)
PEOPLE = (Report.STAFF, Report.STUDENTS, Report.STAFF_FUTURE, Report.STUDENTS_FUTURE)
PHOTOS = frozenset({"photo_id", "photo_hash"})
UNASKED = dict.fromkeys(PEOPLE, PHOTOS)
SCHOOLS = [school.slug for school in ESTATE if catalogue.entry(school.mis).route("xporter")]


@pytest.fixture(scope="module")
def estate() -> Iterator[Simulator]:
    with serving_estate(*SCHOOLS, scale=0.2) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def whole(estate: Simulator) -> dict[str, Read]:
    return {slug: read(estate, slug=slug, declined={}) for slug in SCHOOLS}


@pytest.fixture
def small() -> Iterator[Simulator]:
    with serving_estate("larkmere", scale=0.09) as simulator:
        yield simulator


def face(simulator: Simulator) -> XporterFace:
    found = simulator.faces["xporter"]
    assert isinstance(found, XporterFace)
    return found


def xporter(simulator: Simulator, slug: str = "larkmere", **settings: str) -> Xporter:
    demo = simulator.world.school(slug)
    typed = face(simulator).typed(demo)
    return Xporter(setup_in(simulator, slug, typed, more=settings), limits=QUICK)


def read(simulator: Simulator, *reports: Report, slug: str = "larkmere", **more: Any) -> Read:
    with xporter(simulator, slug, **more.pop("settings", {})) as one:
        more.setdefault("declined", UNASKED)
        return gather(one, *(reports or ALL), today=simulator.world.today, **more)


def pupils_of(roll: Roll) -> dict[str, PupilRow]:
    """Who is on roll or still to come, by the MIS's own number; on roll wins."""
    rows = [*roll.of_status("pre"), *roll.of_status("current")]
    return {row.mis_id: row for row in rows}


def staff_of(roll: Roll) -> dict[str, StaffRow]:
    return {
        row.mis_id: row
        for row in roll.staff.values()
        if ((row.end is None or row.end >= roll.today) and row.current is not False)
        or (row.start is not None and row.start > roll.today)
    }  # fmt: skip


@pytest.mark.parametrize("slug", SCHOOLS)
def test_the_whole_school_is_read_as_the_world_holds_it(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    roll, found = estate.world.roll(slug), whole[slug]
    assert set(found.finished) == set(ALL)
    assert found.rejected == []
    pupils, wanted = {p.source_id: p for p in found.of(Pupil)}, pupils_of(roll)
    assert pupils.keys() == wanted.keys()
    for own, row in wanted.items():
        one = pupils[own]
        assert (one.given_name, one.family_name) == (row.forename or row.legal_forename,
                                                     row.surname or row.legal_surname)  # fmt: skip
        assert (one.date_of_birth, one.upn, one.uln) == (row.born, row.upn, row.uln)
        assert (one.admission_number, one.admission_date) == (row.admission_number, row.admitted)
        assert one.status is (PupilStatus.CURRENT if row.status == "current" else PupilStatus.ACCEPTED)
        assert (one.photo_id is not None) is row.photo
    staff, held = {s.source_id: s for s in found.of(Staff)}, staff_of(roll)
    assert staff.keys() == held.keys()
    for own, member in held.items():
        assert (staff[own].email, staff[own].staff_code) == (member.email, member.staff_code)
        assert ",".join(staff[own].roles) == ",".join(
            dict.fromkeys(",".join(member.roles).split(","))
        ).replace(", ", ",")
        assert (staff[own].start_date, staff[own].end_date) == (member.start, member.end)
        assert staff[own].teaching is member.teaching


@pytest.mark.parametrize("slug", SCHOOLS)
def test_Z16_each_report_has_its_own_people_and_counts_them(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    found, roll = whole[slug], estate.world.roll(slug)
    here = {p.source_id for p in found.by_report.get(Report.STUDENTS, ()) if isinstance(p, Pupil)}
    later = {p.source_id for p in found.by_report.get(Report.STUDENTS_FUTURE, ()) if isinstance(p, Pupil)}
    assert not here & later
    assert here == {row.mis_id for row in roll.of_status("current")}
    assert found.finished[Report.STUDENTS].counted == len(here)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_E6_H9_I3_contacts_classes_and_members_agree_with_the_world(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    roll, found = estate.world.roll(slug), whole[slug]
    ties = {
        (roll.contacts[tie.contact].mis_id, row.mis_id, tie.relationship, tie.responsible, tie.priority)
        for row in roll.of_status("current")
        for tie in roll.ties.get(row.id, ()) if tie.contact in roll.contacts
    }  # fmt: skip
    links = {
        (k.contact_id, k.pupil_id, k.relationship, k.parental_responsibility, k.priority)
        for k in found.of(ContactLink)
    }
    assert links == ties
    assert {c.source_id for c in found.of(Contact)} == {link[0] for link in links}
    filled = [row for row in (*roll.groups.values(), *roll.classes.values()) if row.pupils or row.staff]
    kinds = [c.kind for c in found.of(SchoolClass)]
    assert kinds.count(ClassKind.REGISTRATION) == sum(row.kind == "REGISTRATION" for row in filled)
    teaching = 0 if slug == "saltmere" else sum(row.kind == "CLASS" for row in filled)
    assert kinds.count(ClassKind.TEACHING) == teaching
    assert {g.kind for g in found.of(Group)} <= {GroupKind.YEAR, GroupKind.HOUSE}
    here = {row.mis_id for row in roll.of_status("current")}
    inside = {m.person_id for m in found.of(Membership) if m.person_role == "pupil"}
    assert inside <= here
    assert {m.pupil_id for m in found.of(Mark)} <= here


def test_the_mis_behind_each_school_is_told(estate: Simulator, whole: dict[str, Read]) -> None:
    for slug in SCHOOLS:
        title = catalogue.entry(estate.world.school(slug).mis).title
        told = next(n.message for n in whole[slug].notices if n.code == "data_taken")
        assert f"from {title} on" in told or (slug == "stonebeck" and "from SIMS on" in told)


@pytest.mark.parametrize("mis", sorted({school.mis for school in ESTATE if school.slug in SCHOOLS}))
def test_C_E12_the_connector_offers_what_the_catalogue_says_for_every_mis(mis: str) -> None:
    route = catalogue.entry(mis).route("xporter")
    assert route is not None
    assert route.available
    assert {r for r in map(str, Report) if route.can_accept(r)} == {str(report) for report in ALL}


# -- changes only ----------------------------------------------------------------------


def apply(known: dict[tuple[type, str], Any], found: Read) -> None:
    for report, end in found.finished.items():
        kind = Pupil if report in (Report.STUDENTS, Report.STUDENTS_FUTURE) else Staff
        if not end.delta:
            for key in [key for key in known if key[0] is kind]:
                del known[key]
    for record in found.records:
        if isinstance(record, Gone):
            known.pop((Pupil if record.kind == "pupil" else Staff, record.source_id), None)
        else:
            known[type(record), record.source_id] = record  # type: ignore[union-attr]


def test_following_the_changes_ends_where_reading_everything_does(small: Simulator) -> None:
    """Three weeks: joiners, leavers, marriages, form moves, and people who start."""
    known: dict[tuple[type, str], Any] = {}
    found = read(small, *PEOPLE)
    apply(known, found)
    deltas = changed = 0
    for _ in range(21):
        small.world.advance(1)
        since = {report: end.high_water or "" for report, end in found.finished.items()}
        found = read(small, *PEOPLE, since=since)
        deltas += sum(end.delta for end in found.finished.values())
        changed += len(found.records)
        apply(known, found)
        whole = read(small, *PEOPLE)
        assert known == {(type(one), one.source_id): one for one in whole.records}  # type: ignore[union-attr]
    assert deltas == 21 * len(PEOPLE)
    assert 0 < changed < 21 * len(known) / 4


def test_a_question_asked_otherwise_reads_everything_once_and_follows_again(small: Simulator) -> None:
    first = read(small, Report.STUDENTS)
    since = {Report.STUDENTS: first.finished[Report.STUDENTS].high_water or ""}
    declined = {Report.STUDENTS: PHOTOS | {"upn"}}
    second = read(small, Report.STUDENTS, since=since, declined=declined)
    assert not second.finished[Report.STUDENTS].delta
    assert second.of(Gone) == []
    since = {Report.STUDENTS: second.finished[Report.STUDENTS].high_water or ""}
    third = read(small, Report.STUDENTS, since=since, declined=declined)
    assert third.finished[Report.STUDENTS].delta
    assert third.records == []


# -- authorisation ---------------------------------------------------------------------


def test_a_school_that_authorises_again_kills_the_old_secret(small: Simulator) -> None:
    demo = small.world.school("larkmere")
    with xporter(small) as old:
        assert old.access().state is AccessState.APPROVED
        face(small).authorise_again(demo)
        with pytest.raises(NotAuthorised) as caught:
            gather(old, *ALL)
        assert "the old one is dead" in caught.value.mend
        assert old.access().state is AccessState.REFUSED
    assert set(read(small).finished) == set(ALL)


def test_B4_pending_revoked_and_given_again(small: Simulator) -> None:
    with xporter(small) as one:
        for state, expected in (("pending", AccessState.PENDING), ("revoked", AccessState.REFUSED)):
            small.approvals.decide(["990001"], state)
            with xporter(small) as fresh:
                assert fresh.access().state is expected
            assert one.access().state is expected
        small.approvals.decide(["990001"], "approved")
        assert one.access().state is AccessState.APPROVED
        assert set(gather(one, *ALL, declined=UNASKED).finished) == set(ALL)


def test_a_token_that_expires_between_two_pages_is_renewed(small: Simulator) -> None:
    demo, seen = small.world.school("larkmere"), 0
    with xporter(small, page_size="5") as one:
        for item in one.extract(ExtractRequest(reports=frozenset({Report.STUDENTS}), declined=UNASKED)):
            if isinstance(item, Batch):
                if not seen:
                    face(small).expire(demo)
                seen += len(item.records)
    assert seen == len(small.world.roll("larkmere").of_status("current"))


def test_Z20_while_the_link_is_down_data_is_frozen_and_after_a_week_nothing_is_read(small: Simulator) -> None:
    before = read(small, *PEOPLE)
    control = Control(small.url, small.control_key)
    control.offline("larkmere", True)
    found = read(small)
    assert Report.ATTENDANCE not in found.finished
    assert "mis_offline" in found.codes
    control.advance(3)
    frozen = read(small, *PEOPLE)
    assert frozen.records == before.records
    assert "data_old" in frozen.codes
    control.advance(6)
    with xporter(small) as one:
        assert one.access().state is AccessState.OFFLINE
    with pytest.raises(MisOffline):
        read(small, *PEOPLE)
    control.offline("larkmere", False)
    assert set(read(small).finished) == set(ALL)


def test_scopes_the_school_did_not_grant_are_unknown_and_named(small: Simulator) -> None:
    face(small).withheld["larkmere"] = frozenset({"UPN", "StudentExtended", "Contact", "Photos"})
    found = read(small, declined={})
    assert set(found.finished) == set(ALL) - {Report.CONTACTS}
    one = found.of(Pupil)[0]
    assert {"upn", "date_of_birth", "admission_date"} | PHOTOS <= one.unknown
    assert any("StudentExtended, UPN, Photos" in n.message for n in found.notices)
    with xporter(small) as connector:
        assert connector.access().withheld == {Report.CONTACTS}


def test_people_held_back_by_the_school(small: Simulator) -> None:
    roll = small.world.roll("larkmere")
    first = read(small, Report.STUDENTS)
    away = [row.mis_id for row in roll.of_status("current")[:2]]
    face(small).held["larkmere"] = {"StudentIds": away}
    since = {Report.STUDENTS: first.finished[Report.STUDENTS].high_water or ""}
    found = read(small, Report.STUDENTS, since=since)
    assert found.of(Gone) == []
    assert {"people_held_back", "held_back_lately"} <= set(found.codes)
    whole = read(small, Report.STUDENTS)
    assert not {p.source_id for p in whole.of(Pupil)} & set(away)


def test_H10_one_pupils_contacts(small: Simulator) -> None:
    roll = small.world.roll("larkmere")
    row = next(one for one in roll.of_status("current") if roll.ties.get(one.id))
    with xporter(small) as one:
        found = one.contacts_of(row.mis_id)
    assert {c.source_id for c in found if isinstance(c, Contact)} == {
        roll.contacts[tie.contact].mis_id for tie in roll.ties[row.id]
    }


# -- faults ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("drop", {}, Unreachable), ("status", {"code": 500}, Unreachable), ("truncated", {}, BadAnswer),
        ("hang_up", {}, ConnectorError), ("wrong_type", {"how": "html"}, BadAnswer),
        ("wrong_type", {"how": "list"}, BadAnswer), ("wrong_type", {"how": "rows"}, BadAnswer),
        ("redirect", {}, BadAnswer), ("empty", {}, EmptyExtract), ("half", {}, ShortExtract),
        ("expired_token", {"after": 1}, NotAuthorised), ("endless_paging", {}, TooLarge),
        ("huge_body", {"megabytes": 6}, TooLarge), ("gzip_bomb", {"megabytes": 16}, TooLarge),
        ("missing_page", {}, ShortExtract), ("totals_disagree", {}, ShortExtract),
    ],
)  # fmt: skip
@pytest.mark.parametrize("changes", ["follow", "ignore"])
def test_U7_Z20_each_fault_is_an_error_with_a_mend_and_never_an_end(
    small: Simulator, kind: str, how: dict[str, Any], expected: type[ConnectorError], changes: str
) -> None:
    small.faults.add("990001", kind, resource="students", **how)
    with xporter(small, page_size="20", changes=changes) as one, pytest.raises(expected) as caught:
        gather(one, Report.STUDENTS, declined=UNASKED)
    assert caught.value.mend
    assert not small.control.trap or not any(each["authorization"] for each in small.control.trap)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("status", {"code": 429, "retry_after": 0, "times": 1}), ("status", {"code": 503, "times": 2}),
        ("drop", {"times": 1}), ("truncated", {"times": 1}), ("duplicated_page", {}),
    ],
)  # fmt: skip
def test_a_passing_fault_is_read_over(small: Simulator, kind: str, how: dict[str, Any]) -> None:
    small.faults.add("990001", kind, resource="students", **how)
    found = read(small, Report.STUDENTS, settings={"page_size": "20"})
    assert {p.source_id for p in found.of(Pupil)} == {
        row.mis_id for row in small.world.roll("larkmere").of_status("current")
    }
