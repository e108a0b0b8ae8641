"""ScholarPack against the demo estate: the same people as the world holds, by consent in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from estate import serving_estate, setup_in
from loopback import QUICK, TODAY, TOKEN, Read, gather

from connectors import catalogue
from connectors.base import AccessState
from connectors.errors import BadAnswer, ConnectorError, EmptyExtract, NotAuthorised, TooLarge, Unreachable
from connectors.records import (
    Contact,
    ContactLink,
    ExtractRequest,
    Mark,
    Membership,
    Pupil,
    PupilStatus,
    Report,
    SchoolClass,
    Staff,
)
from connectors.scholarpack import ScholarPack
from connectors.scholarpack.declaration import DECLARATION
from connectors.simulator import scholarpack_rows as rows
from connectors.simulator.people import PupilRow, Roll
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world

ALL = tuple(offer.report for offer in DECLARATION.reports)
PHOTOS = frozenset({"photo_id", "photo_hash"})
UNASKED = dict.fromkeys((Report.STAFF, Report.STUDENTS), PHOTOS)
SCHOOLS = ("saltmere", "larkmere")  # the one whose MIS it is, and a large secondary with every oddity
URN = "990006"


@pytest.fixture(scope="module")
def estate() -> Iterator[Simulator]:
    with serving_estate(*SCHOOLS) as simulator:
        yield simulator


@pytest.fixture
def small() -> Iterator[Simulator]:
    with serving_estate("saltmere", scale=0.3) as simulator:
        yield simulator


def scholarpack(
    simulator: Simulator, slug: str = "saltmere", *, secrets: dict[str, str] | None = None, **more: str
) -> ScholarPack:
    """With a keyring of its own in ``setup.secrets``, as the services keep it."""
    demo = simulator.world.school(slug)
    typed = simulator.faces["scholarpack"].typed(demo)
    ring = dict(typed.secrets) if secrets is None else secrets

    def keep(changed: Any) -> dict[str, str]:
        ring.update(changed)
        return dict(ring)

    consent = ExtractRequest(reports=frozenset(ALL), declined=UNASKED)
    setup = setup_in(simulator, slug, typed, more=more, secrets=ring, keep=keep, consent=consent)
    return ScholarPack(setup, limits=QUICK)


def read(simulator: Simulator, *reports: Report, slug: str = "saltmere", **more: str) -> Read:
    with scholarpack(simulator, slug, **more) as one:
        return gather(one, *(reports or ALL), today=simulator.world.today, declined=UNASKED)


def shown(roll: Roll) -> dict[str, PupilRow]:
    oldest = roll.today - timedelta(days=60)
    return {
        rows.uuid_of(row.id): row
        for row in rows.on_roll(roll)
        if (row.admitted is None or row.admitted <= roll.today)
        and (row.leaving is None or row.leaving >= oldest)
    }


@pytest.mark.parametrize("slug", SCHOOLS)
def test_the_whole_school_is_read_as_the_world_holds_it(estate: Simulator, slug: str) -> None:
    roll, found = estate.world.roll(slug), read(estate, slug=slug)
    assert set(found.finished) == set(ALL)
    assert found.rejected == []
    pupils, wanted = {p.source_id: p for p in found.of(Pupil)}, shown(roll)
    assert pupils.keys() == wanted.keys()
    for own, row in wanted.items():
        one = pupils[own]
        assert (one.given_name, one.family_name) == (row.forename or row.legal_forename, row.surname)
        assert (one.date_of_birth, one.upn, one.admission_number) == (row.born, row.upn, row.admission_number)
        assert (one.nc_year, one.admission_date, one.leaving_date) == (
            row.year_text,
            row.admitted,
            row.leaving,
        )
        gone = row.status == "leaver" or (row.leaving is not None and row.leaving < TODAY)
        assert (one.status is PupilStatus.LEAVER) is gone
    staff = {s.source_id: s for s in found.of(Staff)}
    for member in roll.staff.values():
        told = staff.get(rows.uuid_of(member.id))
        if told is None:
            assert (member.start and member.start > TODAY) or (member.end and member.end < TODAY)
            continue
        assert (told.date_of_birth, told.roles, told.email) == (member.born, member.roles, member.email)
        assert told.start_date == member.start
        if member.roles:
            assert told.teaching is any("teacher" in role.casefold() for role in member.roles)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_E6_E9_E10_groups_contacts_and_marks_agree_with_the_world(estate: Simulator, slug: str) -> None:
    roll, found = estate.world.roll(slug), read(estate, slug=slug)
    here = {own: row for own, row in shown(roll).items()
            if {p.source_id: p for p in found.of(Pupil)}[own].status is PupilStatus.CURRENT}  # fmt: skip
    ties = {
        (rows.uuid_of(tie.contact), own, tie.relationship, tie.responsible, tie.priority)
        for own, row in here.items() for tie in roll.ties.get(row.id, ())
        if tie.contact in roll.contacts and rows.allows(roll.contacts[tie.contact])
    }  # fmt: skip
    links = {
        (k.contact_id, k.pupil_id, k.relationship, k.parental_responsibility, k.priority)
        for k in found.of(ContactLink)
    }
    assert ties == links
    assert {c.source_id for c in found.of(Contact)} == {link[0] for link in links}
    forms = {roll.groups[row.registration].code for row in here.values() if row.registration in roll.groups}
    assert {c.name for c in found.of(SchoolClass)} == forms
    assert {m.person_role for m in found.of(Membership)} == {"pupil"}
    assert {m.pupil_id for m in found.of(Mark)} >= here.keys()


def test_contacts_who_allow_first_parties_only_come_with_that_scope_alone(small: Simulator) -> None:
    """Asked for by the link: the scopes the browser is shown decide."""
    ring = through_the_browser(small, contacts="third")
    with scholarpack(small, secrets=ring) as one:
        third = {c.source_id for c in gather(one, Report.CONTACTS).of(Contact)}
    ring = through_the_browser(small, contacts="first")
    with scholarpack(small, secrets=ring, contacts="first") as one:
        first = {c.source_id for c in gather(one, Report.CONTACTS).of(Contact)}
    assert third < first


# -- consent ---------------------------------------------------------------------------


def through_the_browser(simulator: Simulator, *, decision: str = "confirm", **more: str) -> dict[str, str]:
    """The operator's part: make the link, open it, log in, confirm, paste the address line."""
    typed = simulator.faces["scholarpack"].typed(simulator.world.school("saltmere"))
    ring = {"client_secret": typed.secrets["client_secret"]}
    with scholarpack(simulator, secrets=ring, **more) as one:
        link = one.request_access().link
    with httpx.Client(trust_env=False) as browser:
        assert "<form>" in browser.get(link).text
        answer = browser.get(link, params={**dict(parse_qsl(urlsplit(link).query)), "school": "saltmere",
                                           "decision": decision})  # fmt: skip
        assert answer.status_code == 302
    ring["code"] = answer.headers["location"]
    return ring


def test_B5_from_the_link_to_the_first_record() -> None:
    world = build_world(today=TODAY, schools=["saltmere"], scale=0.2)
    with Simulator(world, token=TOKEN) as simulator:
        ring = through_the_browser(simulator)
        with scholarpack(simulator, secrets=ring) as one:
            told = one.access()
            assert (told.state, told.remote_name) == (AccessState.APPROVED, "Saltmere Infant School")
            assert told.granted == set(ALL)
            assert [probe.ok for probe in one.probe()] == [True, True]
            assert gather(one, Report.STUDENTS, declined=UNASKED).of(Pupil)
        assert not ring["code"]
        assert ring["refresh_token"]


def test_the_code_that_is_typed_for_the_demo_is_a_consent_of_a_school_nobody_asked() -> None:
    world = build_world(today=TODAY, schools=["saltmere"], scale=0.1)
    with Simulator(world, token=TOKEN) as simulator, scholarpack(simulator) as one:
        assert one.access().state is AccessState.APPROVED


def test_consent_cancelled_in_the_browser(small: Simulator) -> None:
    with scholarpack(small, secrets=through_the_browser(small, decision="cancel")) as one:
        assert one.access().state is AccessState.DECLINED


def test_a_school_that_withdraws_and_consents_again(small: Simulator) -> None:
    with scholarpack(small) as one:
        assert one.access().state is AccessState.APPROVED
        small.approvals.decide([URN], "revoked")
        assert one.access().state is AccessState.REVOKED
        with pytest.raises(NotAuthorised):
            gather(one, *ALL)
    with scholarpack(small, secrets=through_the_browser(small)) as one:
        assert set(gather(one, *ALL, declined=UNASKED).finished) == set(ALL)


def test_reading_goes_on_when_the_token_ends_and_the_refresh_token_has_rotated(small: Simulator) -> None:
    face: Any = small.faces["scholarpack"]
    typed = face.typed(small.world.school("saltmere"))
    ring = dict(typed.secrets)
    with scholarpack(small, secrets=ring) as one:
        one.access()
    before = ring["refresh_token"]
    face.grants.expire(URN)
    with scholarpack(small, secrets=ring) as one:
        assert len(gather(one, Report.STUDENTS, declined=UNASKED).of(Pupil)) == len(
            shown(small.world.roll("saltmere"))
        )
    assert ring["refresh_token"] != before


def test_while_scholarpack_is_down_nothing_is_told_to_be_empty(small: Simulator) -> None:
    with scholarpack(small) as one:
        one.access()
        small.approvals.offline(URN, on=True)
        with pytest.raises(Unreachable):
            gather(one, *ALL)
        with pytest.raises(Unreachable):
            one.access()


def test_C14_photos_are_references(small: Simulator) -> None:
    roll = small.world.roll("saltmere")
    for row in list(roll.pupils.values())[::5]:
        row.photo = True
    with scholarpack(small) as one:
        found = gather(one, Report.STUDENTS)
    wanted = {own for own, row in shown(roll).items() if row.photo}
    assert {p.source_id for p in found.of(Pupil) if p.photo_id} == wanted
    assert wanted


# -- faults ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("drop", {}, Unreachable), ("status", {"code": 500}, Unreachable), ("truncated", {}, BadAnswer),
        ("hang_up", {}, ConnectorError), ("wrong_type", {"how": "html"}, BadAnswer),
        ("wrong_type", {"how": "list"}, BadAnswer), ("wrong_type", {"how": "rows"}, BadAnswer),
        ("redirect", {}, BadAnswer), ("empty", {}, EmptyExtract), ("missing_page", {}, BadAnswer),
        ("expired_token", {"after": 2}, NotAuthorised), ("endless_paging", {}, ConnectorError),
        ("endless_paging", {"loop": True}, BadAnswer), ("totals_disagree", {}, BadAnswer),
        ("huge_body", {"megabytes": 6}, TooLarge), ("gzip_bomb", {"megabytes": 16}, TooLarge),
    ],
)  # fmt: skip
def test_U7_Z20_each_fault_is_an_error_with_a_mend_and_never_an_end(
    small: Simulator, kind: str, how: dict[str, Any], expected: type[ConnectorError]
) -> None:
    with scholarpack(small, per_page="7") as one:
        one.access()
        small.faults.add(URN, kind, **how)
        with pytest.raises(expected) as caught:
            gather(one, Report.STUDENTS, declined=UNASKED)
    assert caught.value.mend
    assert not any(each["authorization"] for each in small.control.trap)


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("status", {"code": 429, "retry_after": 0, "times": 1}), ("status", {"code": 503, "times": 2}),
        ("drop", {"times": 1}), ("truncated", {"times": 1}), ("duplicated_page", {}),
    ],
)  # fmt: skip
def test_a_passing_fault_is_read_over(small: Simulator, kind: str, how: dict[str, Any]) -> None:
    with scholarpack(small, per_page="7") as one:
        one.access()
        small.faults.add(URN, kind, resource="students", **how)
        found = gather(one, Report.STUDENTS, declined=UNASKED)
    assert {p.source_id for p in found.of(Pupil)} == shown(small.world.roll("saltmere")).keys()


# -- the catalogue ---------------------------------------------------------------------


def test_C10_E6_E8_E9_E10_the_connector_offers_what_the_catalogue_says() -> None:
    route = catalogue.entry("scholarpack").route("scholarpack")
    assert route is not None
    assert route.available
    assert {str(report) for report in ALL} - {"attendance"} == {
        r for r in map(str, Report) if route.can_accept(r)
    }
    assert route.reports["attendance"] == "greyed"
    assert "AutoText" in route.report_reasons["attendance"]
    assert route.reports["staff-future"] == route.reports["students-future"] == "no"
    assert {"reports_to", "class_staff", "subject_staff", "teaching_groups"} <= set(route.limits)  # E4, E5
    assert not {"roles", "teaching", "photo_id"} & set(route.limits)


def test_B5_G12_the_guide_goes_in_scholarpacks_own_order() -> None:
    route = catalogue.entry("scholarpack").route("scholarpack")
    assert route is not None
    kinds = [step.kind for step in route.steps]
    assert kinds == ["input", "reports", "request", "input", "wait", "test", "sync"]
    told = {step.id: step.text for step in route.steps}
    assert "Admin > Config > API Configuration" in told["consent"]
    assert "both the Admin and the System Admin" in told["consent"]
    assert any("date of birth" in note.text for note in route.notes)
    typed = {name for step in route.steps for name in step.fields}
    assert typed >= {f.name for f in DECLARATION.settings if f.required or f.once}
