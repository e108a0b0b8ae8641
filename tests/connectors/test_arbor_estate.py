"""Arbor against the demo estate: the same people as the world holds, by both interfaces, day after day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from estate import serving_estate, setup_in
from loopback import QUICK, TODAY, Read, gather

from connectors import catalogue
from connectors.arbor import Arbor
from connectors.arbor.declaration import DECLARATION
from connectors.base import AccessState
from connectors.errors import BadAnswer, ConnectorError, EmptyExtract, NotAuthorised, TooLarge, Unreachable
from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Gone,
    Group,
    GroupKind,
    Membership,
    Pupil,
    PupilStatus,
    Report,
    SchoolClass,
    Staff,
)
from connectors.simulator.people import PupilRow, Roll, StaffRow
from connectors.simulator.server import Simulator

ALL = tuple(offer.report for offer in DECLARATION.reports)
PHOTOS = frozenset({"photo_id", "photo_hash"})
UNASKED = dict.fromkeys((Report.STAFF, Report.STUDENTS), PHOTOS)
SCHOOLS = ("thornley-park", "larkmere")  # the one whose MIS it is, and a large secondary with every oddity


@pytest.fixture(scope="module")
def estate() -> Iterator[Simulator]:
    with serving_estate(*SCHOOLS) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def whole(estate: Simulator) -> dict[str, Read]:
    return {slug: read(estate, slug=slug) for slug in SCHOOLS}


@pytest.fixture
def small() -> Iterator[Simulator]:
    with serving_estate("thornley-park", scale=0.1) as simulator:
        yield simulator


def arbor(simulator: Simulator, slug: str = "thornley-park", **settings: str) -> Arbor:
    demo = simulator.world.school(slug)
    typed = simulator.faces["arbor"].typed(demo)
    return Arbor(setup_in(simulator, slug, typed, more=settings), limits=QUICK)


def read(simulator: Simulator, *reports: Report, slug: str = "thornley-park", **more: Any) -> Read:
    with arbor(simulator, slug, **more.pop("settings", {})) as one:
        more.setdefault("declined", UNASKED)
        return gather(one, *(reports or ALL), today=simulator.world.today, **more)


def begun(roll: Roll) -> dict[str, PupilRow]:
    """Pupils on roll whose entry date has come, by Arbor's own number."""
    return {
        row.mis_id: row
        for row in roll.of_status("current")
        if row.admitted is None or row.admitted <= roll.today
    }


def employed(roll: Roll) -> dict[str, StaffRow]:
    oldest = roll.today - timedelta(days=60)
    return {
        row.mis_id: row
        for row in roll.staff.values()
        if (row.start is None or row.start <= roll.today) and (row.end is None or row.end >= oldest)
    }


@pytest.mark.parametrize("slug", SCHOOLS)
def test_the_whole_school_is_read_as_the_world_holds_it(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    roll, found = estate.world.roll(slug), whole[slug]
    assert set(found.finished) == set(ALL)
    assert found.rejected == []
    pupils = {p.source_id: p for p in found.of(Pupil)}
    wanted = begun(roll)
    assert {own for own, p in pupils.items() if p.status is PupilStatus.CURRENT} == {
        own for own, row in wanted.items() if row.leaving is None or row.leaving >= TODAY
    }
    for own, row in wanted.items():
        one = pupils[own]
        assert (one.given_name, one.family_name) == (
            row.forename or row.legal_forename,
            row.surname or row.legal_surname,
        )
        assert (one.date_of_birth, one.upn, one.uln) == (row.born, row.upn, row.uln)
        assert (one.admission_number, one.admission_date) == (row.admission_number, row.admitted)
        form = roll.groups.get(row.registration or "")
        assert one.registration_group == (form.code if form else None)
    staff = {s.source_id: s for s in found.of(Staff)}
    assert staff.keys() == employed(roll).keys()
    for own, member in employed(roll).items():
        assert staff[own].roles == member.roles or not staff[own].current
        assert staff[own].email == member.email
        if staff[own].current:
            assert staff[own].teaching is bool(member.teaching)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_E4_line_managers_are_found_over_vacant_positions(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    roll = estate.world.roll(slug)
    found = {s.source_id: s for s in whole[slug].of(Staff)}
    holders = {row.id for own, row in employed(roll).items() if found[own].current}
    for own, row in employed(roll).items():
        if found[own].current and row.manager in holders:
            assert found[own].reports_to == roll.staff[row.manager].mis_id


@pytest.mark.parametrize("slug", SCHOOLS)
def test_H9_I3_contacts_classes_and_members_agree_with_the_world(
    estate: Simulator, whole: dict[str, Read], slug: str
) -> None:
    roll, found = estate.world.roll(slug), whole[slug]
    shown = {p.source_id for p in found.of(Pupil)}
    ties = {
        (
            roll.contacts[tie.contact].mis_id, roll.pupils[one].mis_id, tie.relationship, tie.responsible,
            tie.priority,
        )
        for one, told in roll.ties.items() if roll.pupils[one].status != "pre"
        for tie in told if roll.pupils[one].mis_id in shown and tie.contact in roll.contacts
    }  # fmt: skip
    links = {
        (k.contact_id, k.pupil_id, k.relationship, k.parental_responsibility, k.priority)
        for k in found.of(ContactLink)
    }
    assert ties == links
    assert {c.source_id for c in found.of(Contact)} == {link[0] for link in links}
    kinds = [c.kind for c in found.of(SchoolClass)]
    forms = [row for row in roll.groups.values() if row.kind == "REGISTRATION"]
    assert kinds.count(ClassKind.REGISTRATION) == len(forms)
    assert kinds.count(ClassKind.TEACHING) == len(roll.classes)
    assert {g.name for g in found.of(Group) if g.kind is GroupKind.YEAR} == {
        row.name for row in roll.groups.values() if row.kind == "YEAR"
    }
    inside = {
        m.person_id for m in found.of(Membership) if m.container == "class" and m.person_role == "pupil"
    }
    assert inside <= shown


def test_both_interfaces_tell_the_same(small: Simulator) -> None:
    """The other way round, object by object: only a leaver's last job title is not told by REST."""
    graph, rest = read(small, declined={}), read(small, declined={}, settings={"interface": "rest"})
    assert set(rest.finished) == set(ALL)
    now = [
        {r for r in each.records if not (isinstance(r, Staff) and not r.current)} for each in (graph, rest)
    ]
    assert now[0] == now[1]
    assert any(p.photo_hash for p in rest.of(Pupil))


@pytest.mark.parametrize("interface", ["graphql", "rest"])
def test_H10_one_pupils_contacts_by_either_interface(small: Simulator, interface: str) -> None:
    roll = small.world.roll("thornley-park")
    one, told = next((one, told) for one, told in roll.ties.items() if told)
    with arbor(small, interface=interface) as connector:
        found = connector.contacts_of(roll.pupils[one].mis_id)
    assert {c.source_id for c in found if isinstance(c, Contact)} == {
        roll.contacts[tie.contact].mis_id for tie in told
    }


@pytest.mark.parametrize("interface", ["graphql", "rest"])
def test_a_field_withheld_in_the_portal(small: Simulator, interface: str) -> None:
    face: Any = small.faces["arbor"]
    face.withheld["thornley-park"] = frozenset({("Staff", "staffNumber"), ("Guardian", "")})
    found = read(small, settings={"interface": interface})
    assert {s.staff_code for s in found.of(Staff)} == {None}
    assert set(found.finished) == set(ALL) - {Report.CONTACTS}
    assert any("Guardian" in notice.message for notice in found.notices)


# -- changes only ----------------------------------------------------------------------

MARKED = {
    Report.STUDENTS: PHOTOS | {"email"},
    Report.STAFF: PHOTOS | {"email", "phone", "roles", "reports_to"},
}


def apply(known: dict[tuple[type, str], Any], found: Read) -> None:
    for report, end in found.finished.items():
        kind = Pupil if report is Report.STUDENTS else Staff
        if not end.delta:
            for key in [key for key in known if key[0] is kind]:
                del known[key]
    for record in found.records:
        if isinstance(record, Gone):
            known.pop((Pupil if record.kind == "pupil" else Staff, record.source_id), None)
        else:
            known[type(record), record.source_id] = record  # type: ignore[union-attr]


def test_following_the_change_log_ends_where_reading_everything_does(small: Simulator) -> None:
    """Three weeks: joiners, leavers, marriages, form moves, a start that changes no record."""
    people = (Report.STAFF, Report.STUDENTS)
    known: dict[tuple[type, str], Any] = {}
    first = read(small, *people, declined=MARKED)
    apply(known, first)
    since = {report: end.high_water or "" for report, end in first.finished.items()}
    deltas = 0
    for _ in range(21):
        small.world.advance(1)
        found = read(small, *people, declined=MARKED, since=since)
        deltas += sum(end.delta for end in found.finished.values())
        since = {report: end.high_water or "" for report, end in found.finished.items()}
        apply(known, found)
        whole = read(small, *people, declined=MARKED)
        current = {key: one for key, one in known.items() if _here(one, small)}
        wanted = {(type(one), one.source_id): one for one in whole.records if _here(one, small)}  # type: ignore[union-attr]
        assert current.keys() == wanted.keys()
        assert {k: v for k, v in current.items() if v != wanted[k]} == {}
    assert deltas > 20


def _here(record: Any, simulator: Simulator) -> bool:
    """Leavers fall out of a full read after a while; a delta has no reason to mention them."""
    left = record.leaving_date if isinstance(record, Pupil) else record.end_date
    return left is None or left >= simulator.world.today


def test_a_delta_asks_only_for_who_changed(small: Simulator) -> None:
    first = read(small, Report.STUDENTS, declined=MARKED)
    since = {Report.STUDENTS: first.finished[Report.STUDENTS].high_water or ""}
    again = read(small, Report.STUDENTS, declined=MARKED, since=since)
    assert again.records == []
    assert again.finished[Report.STUDENTS].delta
    assert again.finished[Report.STUDENTS].high_water == since[Report.STUDENTS]


@pytest.mark.parametrize(
    "mark", ["", "x", "{}", '{"revisions":{"Student":1},"later":{}}', "2026-01-14 10:00:00"]
)
def test_a_mark_that_is_not_ours_means_a_full_read(small: Simulator, mark: str) -> None:
    found = read(small, Report.STUDENTS, declined=MARKED, since={Report.STUDENTS: mark})
    assert not found.finished[Report.STUDENTS].delta
    assert len(found.of(Pupil)) > 20


def test_without_change_logs_everything_is_read_and_nothing_promised(small: Simulator) -> None:
    small.faults.add("990003", "status", resource="deletions", code=404)
    found = read(small, Report.STUDENTS)
    assert found.finished[Report.STUDENTS].high_water is None
    assert "no_change_log" in found.codes
    ignored = read(small, Report.STUDENTS, settings={"changes": "ignore"})
    assert "no_change_log" not in ignored.codes


# -- authorisation and faults ----------------------------------------------------------


def test_B4_a_school_that_takes_its_approval_back_and_gives_it_again(small: Simulator) -> None:
    with arbor(small) as one:
        assert one.access().state is AccessState.APPROVED
        small.approvals.decide(["990003"], "revoked")
        assert one.access().state is AccessState.REFUSED
        with pytest.raises(NotAuthorised):
            gather(one, *ALL)
        small.approvals.decide(["990003"], "approved")
        assert one.access().state is AccessState.APPROVED
        assert set(gather(one, *ALL, declined=UNASKED).finished) == set(ALL)


def test_while_arbor_is_down_nothing_is_told_to_be_empty(small: Simulator) -> None:
    small.approvals.offline("990003", on=True)
    with pytest.raises(Unreachable):
        read(small)


@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("drop", {}, Unreachable), ("status", {"code": 500}, Unreachable), ("truncated", {}, BadAnswer),
        ("hang_up", {}, ConnectorError), ("wrong_type", {"how": "html"}, BadAnswer),
        ("wrong_type", {"how": "list"}, BadAnswer), ("redirect", {}, BadAnswer), ("empty", {}, EmptyExtract),
        ("expired_token", {"after": 4}, NotAuthorised), ("endless_paging", {}, TooLarge),
        ("huge_body", {"megabytes": 6}, TooLarge), ("gzip_bomb", {"megabytes": 16}, TooLarge),
    ],
)  # fmt: skip
def test_U7_each_fault_is_an_error_with_a_mend_and_never_an_end(
    small: Simulator, kind: str, how: dict[str, Any], expected: type[ConnectorError]
) -> None:
    small.faults.add("990003", kind, **how)
    with arbor(small) as one, pytest.raises(expected) as caught:
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
    small.faults.add("990003", kind, resource="students", **how)
    found = read(small, Report.STUDENTS, settings={"page_size": "7"})
    assert {p.source_id for p in found.of(Pupil)} >= begun(small.world.roll("thornley-park")).keys()


# -- the catalogue ---------------------------------------------------------------------


def test_C10_E7_E8_E9_E10_the_connector_offers_what_the_catalogue_says() -> None:
    route = catalogue.entry("arbor").route("arbor")
    assert route is not None
    assert {str(report) for report in ALL} == {r for r in map(str, Report) if route.can_accept(r)}
    assert route.reports["attendance"] == "greyed"
    assert route.reports["staff-future"] == route.reports["students-future"] == "no"
    assert not {"roles", "teaching", "reports_to", "class_staff", "photo_id"} & set(route.limits)  # E1 to E5
