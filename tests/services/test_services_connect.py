"""Connecting a school, against the simulated Wonde on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import World, build_world
from data.tables import Connection, Decision, ReportScope
from misconsole.errors import Conflict, MisconsoleError, NotFound, Usage
from misconsole.services import catalogue, connect, reports
from misconsole.services.views import ConnectionView
from tests import seed

TODAY = date(2026, 9, 14)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(today=TODAY, schools=["thornley-park"], scale=0.1)


@pytest.fixture
def simulator(world: World) -> Iterator[Simulator]:
    with Simulator(world) as running:
        yield running


@pytest.fixture
def urn(e: seed.Estate, world: World) -> str:
    school = world.schools[0]
    e.school(
        school.urn, school.name, la_code=school.la_code, establishment_number=school.establishment_number
    )
    return school.urn


def joined(e: seed.Estate, urn: str, simulator: Simulator, **more: str) -> ConnectionView:
    return connect.connect(
        e.desk(),
        urn,
        mis="Arbor",
        settings={"url": simulator.wonde_url, **more},
        secrets={"token": simulator.token},
    )


def states(view: ConnectionView) -> dict[str, str]:
    return {step.id: step.state for step in view.steps}


class TestGuide:
    def test_B1_B3_the_guide_goes_on_step_by_step_and_can_be_left_and_resumed(
        self, e: seed.Estate, urn: str, simulator: Simulator
    ) -> None:
        control = Control(simulator.url, simulator.control_key)
        view = joined(e, urn, simulator)
        assert [step.number for step in view.steps] == list(range(1, len(view.steps) + 1))
        assert states(view)["register"] == "now"
        view = connect.tick_step(e.desk(), urn, "register")
        assert (states(view)["register"], states(view)["token"], states(view)["request"]) == (
            "done",
            "done",
            "now",
        )

        view = connect.request_access(e.desk(), urn)
        assert (view.access, states(view)["request"], states(view)["approve"]) == ("pending", "done", "now")
        control.approve(urn)
        view = connect.check_access(e.desk(), urn)
        assert (view.access, states(view)["approve"], states(view)["test"]) == ("approved", "done", "now")
        [row] = e.all(Connection)
        assert row.remote_id and row.approved_at == e.now

        assert [(p.name, p.ok) for p in connect.probe(e.desk(), urn)] == [
            ("connectivity", True),
            ("data", True),
        ]
        reports.accept(e.desk(), urn, "students")
        resumed = connect.connection(e.desk(), urn)
        assert resumed is not None
        assert states(resumed) == {
            "register": "done", "token": "done", "request": "done", "approve": "done", "test": "done",
            "reports": "done", "sync": "now",
        }  # fmt: skip
        e.now = e.now.replace(hour=13)
        e.run(row.school_id)
        done = connect.connection(e.desk(), urn)
        assert done is not None and set(states(done).values()) == {"done"}

    def test_a_school_that_declines_is_a_problem_with_its_mend(
        self, e: seed.Estate, urn: str, simulator: Simulator
    ) -> None:
        joined(e, urn, simulator)
        connect.request_access(e.desk(), urn)
        Control(simulator.url, simulator.control_key).decline(urn)
        view = connect.check_access(e.desk(), urn)
        step = next(step for step in view.steps if step.kind == "wait")
        assert (view.access, step.state) == ("declined", "problem")
        assert step.mend and view.mend

    def test_U7_unreachable_is_told_apart_and_forgets_nothing(
        self, e: seed.Estate, urn: str, simulator: Simulator
    ) -> None:
        joined(e, urn, simulator)
        Control(simulator.url, simulator.control_key).approve(urn)
        connect.check_access(e.desk(), urn)
        connect.set_settings(e.desk(), urn, settings={"url": "http://127.0.0.1:9/v1.0/", "retries": "0"})
        view = connect.check_access(e.desk(), urn)
        assert (view.problem, view.access) == ("unreachable", "approved")
        assert view.message and view.mend
        tests = connect.probe(e.desk(), urn)
        assert (tests[0].name, tests[0].ok) == ("connectivity", False)
        assert tests[0].mend

    def test_a_wrong_token_is_refused_credentials(
        self, e: seed.Estate, urn: str, simulator: Simulator
    ) -> None:
        joined(e, urn, simulator)
        connect.set_settings(e.desk(), urn, secrets={"token": "not-the-token"})
        view = connect.check_access(e.desk(), urn)
        assert view.access == "refused"
        assert "not-the-token" not in f"{view}"

    def test_waiting_asks_again_until_the_school_answered(
        self, e: seed.Estate, urn: str, simulator: Simulator
    ) -> None:
        control = Control(simulator.url, simulator.control_key)
        joined(e, urn, simulator)
        connect.request_access(e.desk(), urn)
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 3:
                control.approve(urn)

        view = connect.wait_for_access(e.desk(), urn, sleep=sleep, every=7.0)
        assert (view.access, slept) == ("approved", [7.0, 7.0, 7.0])

    def test_B6_links_appear_only_once_the_consent_before_them_is_given(self, e: seed.Estate) -> None:
        from connectors.catalogue.shapes import Step
        from misconsole.services import guide

        steps = [
            Step(id="a", title="Reports", text="", kind="reports"),
            Step(id="b", title="Open", text="", kind="wait", link="https://mis.example/approve"),
        ]
        now = guide.Progress(
            ticked=(),
            settings=(),
            access="pending",
            asked=True,
            reports_accepted=False,
            tested=False,
            synced=False,
        )
        assert [s.link for s in guide.steps(steps, now)] == ["", ""]
        from dataclasses import replace

        after = guide.steps(steps, replace(now, reports_accepted=True))
        assert [s.link for s in after] == ["", "https://mis.example/approve"]


class TestSettingsAndSecrets:
    def test_secrets_are_never_returned_or_stored(
        self, e: seed.Estate, urn: str, simulator: Simulator
    ) -> None:
        view = joined(e, urn, simulator)
        token = next(s for s in view.settings if s.name == "token")
        assert (token.value, token.present) == ("", True)
        [row] = e.all(Connection)
        assert row.secret_ref == f"school-{urn}-connection-{row.id}"
        assert e.secrets.get(row.secret_ref) == {"token": simulator.token}
        assert simulator.token not in f"{view}{row}"
        files = [p for p in e.folder.rglob("*") if p.is_file()]
        assert files and all(simulator.token.encode() not in p.read_bytes() for p in files)

    @pytest.mark.parametrize(
        ("settings", "secrets", "told"),
        [
            ({"url": "ftp://x"}, {}, "Address is not as it should be"),
            ({"colour": "red"}, {}, "has no setting"),
            ({"token": "abc"}, {}, "must not stand on a command line"),
            ({}, {"password": "abc"}, "has no setting"),
        ],
    )
    def test_a_bad_setting_is_named_and_connects_nothing(
        self, e: seed.Estate, urn: str, settings: dict[str, str], secrets: dict[str, str], told: str
    ) -> None:
        with pytest.raises(Usage, match=told) as problem:
            connect.connect(e.desk(), urn, mis="arbor", settings=settings, secrets=secrets)
        assert "abc" not in problem.value.message
        assert e.all(Connection) == [] and e.all(Decision) == []

    def test_without_its_token_nothing_is_asked(self, e: seed.Estate, urn: str) -> None:
        view = connect.connect(e.desk(), urn, mis="arbor")
        assert states(view)["token"] != "done"
        with pytest.raises(MisconsoleError, match="Wonde token must be typed first"):
            connect.request_access(e.desk(), urn)

    def test_disconnecting_forgets_the_secret_and_keeps_everything_else(
        self, e: seed.Estate, urn: str, simulator: Simulator
    ) -> None:
        joined(e, urn, simulator)
        e.linked(1, "Ann", "Lee")
        connect.disconnect(e.desk(), urn)
        [row] = e.all(Connection)
        assert (row.active, e.secrets.get(row.secret_ref)) == (False, {})
        assert connect.connection(e.desk(), urn) is None
        assert len(e.all(seed.tables.Link, active=True)) == 1
        with pytest.raises(MisconsoleError, match="not connected"):
            connect.check_access(e.desk(), urn)

    def test_the_setup_of_a_run_has_defaults_and_the_number_at_the_other_end(
        self, e: seed.Estate, urn: str, simulator: Simulator
    ) -> None:
        joined(e, urn, simulator, per_page="50")
        e.change(Connection, 1, remote_id="A42")
        route, setup = connect.setup_for(e.desk(), urn, lambda: False)
        assert (route, setup.school.urn, setup.school.remote_id) == ("wonde", urn, "A42")
        assert (setup.settings["per_page"], setup.settings["paging"]) == ("50", "cursor")
        assert setup.secrets == {"token": simulator.token}
        assert simulator.token not in repr(setup)


class TestChangeOfMis:
    def test_B14_another_mis_needs_to_be_asked_for_and_ends_the_old_connection(
        self, e: seed.Estate, urn: str, simulator: Simulator
    ) -> None:
        joined(e, urn, simulator)
        with pytest.raises(Conflict, match="is connected to Arbor") as told:
            connect.connect(e.desk(), urn, mis="Bromcom")
        assert "--change" in told.value.mend
        view = connect.connect(e.desk(), urn, mis="Bromcom", change=True)
        assert view.mis == "bromcom"
        assert [(c.mis, c.active) for c in e.all(Connection)] == [("arbor", False), ("bromcom", True)]

    def test_the_same_mis_goes_on_where_it_was(self, e: seed.Estate, urn: str, simulator: Simulator) -> None:
        joined(e, urn, simulator)
        connect.tick_step(e.desk(), urn, "register")
        view = joined(e, urn, simulator, per_page="99")
        assert states(view)["register"] == "done"
        [row] = e.all(Connection)
        assert (row.settings["per_page"], row.settings["url"]) == ("99", simulator.wonde_url)

    def test_A9_a_mis_that_is_not_listed_says_what_to_do_next(self, e: seed.Estate, urn: str) -> None:
        with pytest.raises(NotFound) as told:
            connect.connect(e.desk(), urn, mis="Kestrel MIS")
        assert "ask" in told.value.mend.lower()

    def test_A10_a_route_this_console_lacks_is_refused_with_those_it_has(
        self, e: seed.Estate, urn: str
    ) -> None:
        with pytest.raises(Usage) as told:
            connect.connect(e.desk(), urn, mis="wcbs", route="hubmis")
        assert "wonde" in told.value.mend
        with pytest.raises(Usage, match="not reached by"):
            connect.connect(e.desk(), urn, mis="arbor", route="pigeon")


class TestReports:
    @pytest.fixture
    def connected(self, e: seed.Estate, urn: str) -> str:
        connect.connect(e.desk(), urn, mis="arbor")
        return urn

    def test_C3_nothing_flows_before_it_is_accepted(self, e: seed.Estate, connected: str) -> None:
        shown = {x.report: x for x in reports.reports(e.desk(), connected)}
        assert set(shown) == {
            "staff", "students", "staff-future", "students-future", "groups-classes", "contacts",
            "attendance",
        }  # fmt: skip
        assert {x.state for x in shown.values()} == {"available", "not available"}
        assert shown["attendance"].state == "not available" and shown["attendance"].reason
        assert shown["staff"].purpose

    def test_C13_a_report_the_route_cannot_supply_is_shown_and_not_acceptable(
        self, e: seed.Estate, connected: str
    ) -> None:
        with pytest.raises(Usage, match="cannot be accepted") as told:
            reports.accept(e.desk(), connected, "attendance")
        assert told.value.code == "report_not_available"
        assert e.all(ReportScope) == []

    def test_accepting_and_declining_is_signed(self, e: seed.Estate, connected: str) -> None:
        assert reports.accept(e.desk("head"), connected, "staff").state == "accepted"
        [row] = e.all(ReportScope)
        assert (row.accepted, row.decided_by, row.decided_at) == (True, "head", e.now)
        assert reports.decline(e.desk("bob"), connected, "staff").state == "available"
        told = [(d.actor, d.summary) for d in e.all(Decision)][-2:]
        assert told == [
            ("head", "Accepted the report Staff (Current)"), ("bob", "Declined the report Staff (Current)"),
        ]  # fmt: skip

    def test_C6_C7_C8_fields_are_mandatory_uploaded_or_not_uploaded(
        self, e: seed.Estate, connected: str
    ) -> None:
        def state(field: str) -> str:
            shown = next(x for x in reports.reports(e.desk(), connected) if x.report == "students")
            return next(x.state for x in shown.fields if x.name == field)

        assert (state("family_name"), state("date_of_birth")) == ("mandatory", "uploaded")
        reports.decline_field(e.desk(), connected, "students", "date_of_birth")
        assert state("date_of_birth") == "not uploaded"
        reports.accept_field(e.desk(), connected, "students", "date_of_birth")
        assert state("date_of_birth") == "uploaded"
        with pytest.raises(Usage, match="mandatory"):
            reports.decline_field(e.desk(), connected, "students", "family_name")
        with pytest.raises(NotFound, match="no field"):
            reports.decline_field(e.desk(), connected, "students", "shoe_size")

    def test_C14_C15_what_comes_only_on_request_is_off_until_asked_for(
        self, e: seed.Estate, connected: str
    ) -> None:
        def email() -> str:
            shown = next(x for x in reports.reports(e.desk(), connected) if x.report == "staff")
            return next(x.state for x in shown.fields if x.name == "email")

        assert email() == "not uploaded"
        reports.accept_field(e.desk(), connected, "staff", "email")
        assert email() == "uploaded"
        assert e.all(ReportScope)[0].fields_requested == ["email"]
        reports.decline_field(e.desk(), connected, "staff", "email")
        assert email() == "not uploaded"

    def test_C9_the_future_report_is_recommended_beside_its_current_one(
        self, e: seed.Estate, connected: str
    ) -> None:
        reports.accept(e.desk(), connected, "staff")
        future = next(x for x in reports.reports(e.desk(), connected) if x.report == "staff-future")
        assert "Recommended" in future.reason

    def test_C12_E12_what_is_lost_without_a_report_is_said(self, e: seed.Estate, connected: str) -> None:
        groups = next(x for x in reports.reports(e.desk(), connected) if x.report == "groups-classes")
        assert "limited" in groups.reason

    def test_an_unknown_report_is_named(self, e: seed.Estate, connected: str) -> None:
        with pytest.raises(NotFound, match="lunch"):
            reports.accept(e.desk(), connected, "lunch")

    def test_C2_C5_a_report_says_what_it_is_for_and_which_fields_are_in_it(
        self, e: seed.Estate, connected: str
    ) -> None:
        for report in reports.reports(e.desk(), connected):
            if report.state == "available":
                assert report.purpose and report.fields
                assert {f.state for f in report.fields} <= {"mandatory", "uploaded", "not uploaded"}

    def test_C11_who_may_accept_is_told(self, e: seed.Estate, connected: str) -> None:
        assert {x.accept_by for x in reports.reports(e.desk(), connected)} == {"any"}
        juniper = next(r for r in catalogue.show_mis("Pupil Asset").routes if r.route == "juniper")
        assert juniper.accept_by == "headteacher"


class TestCatalogue:
    def test_B21_S5_guides_say_that_the_link_is_one_way_and_end_with_the_review(self) -> None:
        for mis in catalogue.list_mis():
            for route in mis.routes:
                if route.available and route.route == "wonde":
                    told = " ".join(step.text for step in route.steps)
                    assert "nothing is written back" in told
                    assert "not in the MIS" in route.steps[-1].text

    def test_A1_A4_A8_every_mis_is_listed_with_names_routes_and_the_day_of_its_facts(self) -> None:
        listed = {mis.id: mis for mis in catalogue.list_mis()}
        assert len(listed) >= 15
        assert any("Pupil Asset" in name for name in listed["juniper-horizons"].names)
        assert all(mis.routes and mis.dated.year >= 2025 for mis in listed.values())

    def test_E1_a_limit_belongs_to_mis_and_route(self) -> None:
        wonde = next(r for r in catalogue.show_mis("RM Integris").routes if r.route == "wonde")
        assert wonde.limits and wonde.available

    def test_A10_routes_tell_their_kind(self) -> None:
        kinds = {route.kind for mis in catalogue.list_mis() for route in mis.routes}
        assert {"aggregator", "direct", "on-site"} <= kinds


def test_files_are_connected_without_asking_anybody(e: seed.Estate, tmp_path: Path) -> None:
    e.school()
    nowhere = tmp_path / "nowhere"
    connect.connect(e.desk(), "100001", mis="other", route="oneroster-csv", settings={"path": str(nowhere)})
    view = connect.check_access(e.desk(), "100001")
    assert view.access == "refused"
    assert str(nowhere) in view.message
    kept = connect.connection(e.desk(), "100001")
    assert kept is not None and kept.mend == "Check the path and the files, then try again."
