"""The catalogue: every MIS, its names, routes and limits (checklist A, B, C, D, E, T)."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from connectors import catalogue, registry
from connectors.catalogue.loading import HERE, CatalogueProblem, load
from connectors.catalogue.shapes import RouteEntry
from connectors.records import Report

IDS = {
    "sims", "sims-connected", "arbor", "bromcom", "integris", "scholarpack", "juniper-horizons", "isams",
    "edgen", "cmis", "cloud-school", "wcbs", "engage", "progresso", "seemis", "other",
}  # fmt: skip


def wonde(mis: str) -> RouteEntry:
    route = catalogue.entry(mis).route("wonde")
    assert route is not None
    return route


def direct(mis: str, route: str) -> RouteEntry:
    found = catalogue.entry(mis).route(route)
    assert found is not None
    return found


def test_A8_every_mis_is_there_and_dated() -> None:
    assert {entry.id for entry in catalogue.entries()} == IDS
    assert all(entry.dated >= date(2025, 1, 1) for entry in catalogue.entries())
    assert catalogue.entries()[-1].id == "other"


@pytest.mark.parametrize(
    ("name", "mis"),
    [
        # A1
        ("SIMS (Capita)", "sims"), ("Arbor", "arbor"), ("RM Integris", "integris"),
        ("Facility CMIS (Advanced Learning)", "cmis"), ("PupilAsset", "juniper-horizons"), ("iSAMS", "isams"),
        ("ScholarPack", "scholarpack"), ("Bromcom", "bromcom"), ("WCBS", "wcbs"), ("engage", "engage"),
        ("Progresso", "progresso"),
        # A2
        ("SIMS incl. SIMS Connected", "sims-connected"), ("Cloud School", "cloud-school"),
        ("Facility CMIS", "cmis"), ("Integris", "integris"), ("IRIS Ed:Gen", "edgen"),
        ("iSAMS (by IRIS)", "isams"), ("Juniper Horizons", "juniper-horizons"),
        ("SEEMiS Click and Go", "seemis"), ("WCBS (on-premise)", "wcbs"),
        # A4, A5, A6, and names from elsewhere
        ("Pupil Asset", "juniper-horizons"), ("Generic API", "bromcom"), ("generic-api", "bromcom"),
        ("IRIS", "isams"), ("edgen", "edgen"), ("Ed:gen", "edgen"), ("SIMS.net", "sims"), ("sims 7", "sims"),
        ("CCS-SIMS", "sims"), ("ESS SIMS", "sims"), ("Serco Facility", "cmis"), ("RM SMS G2", "integris"),
        ("click+go", "seemis"), ("3SYS", "wcbs"), ("Double First engage", "engage"), ("other", "other"),
    ],
)  # fmt: skip
def test_A4_A5_A6_a_mis_is_found_by_any_of_its_names(name: str, mis: str) -> None:
    assert catalogue.entry(name).id == catalogue.entry(name.upper()).id == mis


def test_A9_an_unknown_mis_is_told_what_to_do_next() -> None:
    with pytest.raises(catalogue.UnknownMis) as caught:
        catalogue.entry("Abacus MIS")
    assert "Wonde's support" in caught.value.mend
    assert "--mis other --route oneroster-csv" in caught.value.mend
    assert caught.value.mend == catalogue.missing_help()


def test_A10_the_three_kinds_of_route_are_told_apart() -> None:
    kinds = {route.kind for entry in catalogue.entries() for route in entry.routes}
    assert {"aggregator", "direct", "on-site", "files"} <= kinds


def test_A12_D1_only_what_is_on_site_asks_for_software() -> None:
    installs = {entry.id for entry in catalogue.entries() if entry.installs}
    assert installs == {"sims", "sims-connected", "cmis", "wcbs"}
    assert all(entry.on_site_software for entry in catalogue.entries())


def test_A7_sims_connected_needs_its_software_where_the_vpn_is() -> None:
    agent = next(step for step in wonde("sims-connected").steps if step.id == "agent")
    assert "VPN" in agent.text
    assert "VPN" in catalogue.entry("sims-connected").on_site_software


@pytest.mark.parametrize(
    ("mis", "routes"),
    [
        ("sims", {"wonde", "xporter", "sims-agent", "sims-files", "oneroster"}), 
        ("arbor", {"wonde", "arbor", "xporter", "oneroster"}),
        ("scholarpack", {"wonde", "scholarpack", "xporter"}), ("integris", {"wonde", "datashare"}),
        ("bromcom", {"wonde", "bromcom", "bromcom-push", "xporter"}),
        ("isams", {"wonde", "isams", "xporter", "oneroster"}),
        ("juniper-horizons", {"wonde", "juniper", "xporter", "csv"}),
        ("wcbs", {"wonde", "xporter", "hubmis", "csv"}),
        ("cmis", {"wonde", "xporter", "csv"}), ("other", {"oneroster-csv", "oneroster", "csv"}),
    ],
)  # fmt: skip
def test_every_route_a_source_names_is_listed(mis: str, routes: set[str]) -> None:
    assert {route.route for route in catalogue.entry(mis).routes} == routes


def test_a_route_is_available_exactly_if_there_is_a_connector() -> None:
    for entry in catalogue.entries():
        for route in entry.routes:
            assert route.available is registry.has(route.route)
            assert bool(route.reason) is not route.available
            assert bool(route.steps) is route.available


def test_every_mis_can_be_reached_by_some_route() -> None:
    assert {entry.default_route for entry in catalogue.entries()} == {"wonde", "oneroster-csv"}


WONDE_STEPS = ["register", "token", "request", "approve", "test", "reports", "sync"]


@pytest.mark.parametrize("mis", sorted(IDS - {"other"}))
def test_B1_B3_the_wonde_guide_is_complete_and_in_order(mis: str) -> None:
    steps = wonde(mis).steps
    ids = [step.id for step in steps]
    assert [one for one in ids if one in WONDE_STEPS] == WONDE_STEPS
    assert len(set(ids)) == len(ids)
    kinds = {step.id: step.kind for step in steps}
    assert [kinds[one] for one in WONDE_STEPS] == [
        "read",
        "input",
        "request",
        "wait",
        "test",
        "reports",
        "sync",
    ]
    assert all(step.title and step.text.endswith(".") for step in steps)


@pytest.mark.parametrize("mis", sorted(IDS))
def test_every_input_step_names_settings_its_connector_has(mis: str) -> None:
    for route in catalogue.entry(mis).routes:
        if route.available:
            known = {setting.name for setting in registry.declaration(route.route).settings}
            asked = {name for step in route.steps for name in step.fields}
            assert asked <= known
            needed = {s.name for s in registry.declaration(route.route).settings if s.required}
            assert needed <= asked


def test_B1_what_is_on_site_comes_before_the_token() -> None:
    ids = [step.id for step in wonde("cmis").steps]
    assert ids.index("register") < ids.index("agent") < ids.index("token")
    assert "progresso-grant" in [step.id for step in wonde("progresso").steps]
    assert "agent" not in [step.id for step in wonde("arbor").steps]


def test_B21_the_guide_says_that_nothing_is_written_back() -> None:
    assert any("nothing is written back" in step.text for step in wonde("arbor").steps)


ROLES_MISSING = {"integris", "wcbs", "isams", "scholarpack", "engage", "edgen"}  # edgen is read as iSAMS (A5)
HAS_FLAG = {"arbor", "sims", "sims-connected", "juniper-horizons", "cmis"}


@pytest.mark.parametrize("mis", sorted(IDS - {"other"}))
def test_E1_to_E5_what_wonde_does_not_bring_by_mis(mis: str) -> None:
    limits = wonde(mis).limits
    assert ("roles" in limits) is (mis in ROLES_MISSING)
    assert ("teaching" in limits) is (mis not in HAS_FLAG)
    assert ("photo_id" in limits) is ("photo_hash" in limits) is (mis in {"integris", "scholarpack"})
    assert ("reports_to" in limits) is (mis in {"bromcom", "isams", "edgen", "integris", "wcbs", "engage"})
    unlinked = mis in {"bromcom", "integris", "isams", "edgen", "scholarpack"}
    assert ("class_staff" in limits) is ("subject_staff" in limits) is unlinked


def test_E12_limits_are_worded_by_route() -> None:
    for entry in catalogue.entries():
        for route in entry.routes:
            for name, reason in route.limits.items():
                assert "by this route" in reason or name == "priority", (entry.id, route.route, name)
            for report, word in route.reports.items():
                assert word == "yes" or word == "maybe" or route.report_reasons.get(report), (
                    entry.id,
                    report,
                )


def test_E6_E12_scholarpack_has_groups_by_one_route_and_no_teaching_groups_by_another() -> None:
    assert direct("scholarpack", "scholarpack").reports["groups-classes"] == "yes"
    assert "teaching_groups" in direct("scholarpack", "xporter").limits


@pytest.mark.parametrize(
    ("mis", "route", "groups", "future", "attendance", "contacts"),
    [
        ("sims", "sims-agent", "yes", "yes", "yes", "yes"),
        ("arbor", "arbor", "yes", "no", "greyed", "yes"),
        ("scholarpack", "scholarpack", "yes", "no", "greyed", "yes"),
        ("bromcom", "bromcom-push", "no", "yes", "yes", "yes"),
        ("integris", "datashare", "yes", "no", "yes", "yes"),
        ("juniper-horizons", "juniper", "no", "no", "no", "yes"),
        ("isams", "isams", "greyed", "no", "greyed", "greyed"),
        ("edgen", "isams", "greyed", "no", "greyed", "greyed"),
    ],
)
def test_C10_C13_E7_to_E10_reports_by_the_mis_own_route(
    mis: str, route: str, groups: str, future: str, attendance: str, contacts: str
) -> None:
    found = direct(mis, route)
    assert found.reports["groups-classes"] == groups
    assert found.reports["staff-future"] == found.reports["students-future"] == future
    assert found.reports["attendance"] == attendance
    assert found.reports["contacts"] == contacts
    assert found.reports["staff"] == found.reports["students"] == "yes"


def test_C13_a_greyed_report_is_shown_and_cannot_be_accepted() -> None:
    route = direct("isams", "isams")
    assert not route.can_accept("contacts")
    assert "not supported" in route.report_reasons["contacts"]
    assert wonde("isams").can_accept("contacts")


def test_C12_without_groups_the_loss_is_told() -> None:
    for mis, route in (("bromcom", "bromcom-push"), ("juniper-horizons", "juniper"), ("isams", "isams")):
        assert "fewer features" in direct(mis, route).report_reasons["groups-classes"]


def test_C11_only_pupil_assets_own_route_asks_for_the_headteacher() -> None:
    asked = {
        (entry.id, route.route)
        for entry in catalogue.entries()
        for route in entry.routes
        if route.accept_by == "headteacher"
    }
    assert asked == {("juniper-horizons", "juniper")}


def test_E11_integris_has_no_priority_by_either_route() -> None:
    assert "priority" in wonde("integris").limits
    assert {"priority", "rooms", "main_teacher"} <= set(direct("integris", "datashare").limits)


def test_T3_T5_T10_when_each_route_runs() -> None:
    for mis in ("arbor", "scholarpack", "juniper-horizons", "edgen"):
        assert "09:00" in direct(mis, "xporter").schedule
    for mis in ("sims", "bromcom", "isams", "cmis", "cloud-school", "wcbs"):
        assert "19:00 to 22:00" in direct(mis, "xporter").schedule
    assert "weekday evening" in direct("integris", "datashare").schedule
    assert "23:00" in direct("integris", "datashare").schedule
    assert "weekday evening" in direct("juniper-horizons", "juniper").schedule


def test_T6_T7_T8_T15_forcing_a_run_is_explained_never_hidden() -> None:
    arbor = direct("arbor", "arbor").force_run
    assert (arbor.word, arbor.wait_minutes, arbor.result_after) == ("yes", 15, 30)
    assert direct("bromcom", "bromcom-push").force_run.word == "in-mis"
    assert direct("sims", "sims-agent").force_run.word == "on-site"
    juniper = direct("juniper-horizons", "juniper").force_run
    assert juniper.word == "no"
    assert "No guide describes" in juniper.text
    assert wonde("arbor").force_run.word == "yes"


@pytest.mark.parametrize(
    ("mis", "words"),
    [
        ("bromcom", "never Save & Run"),  # B8
        ("arbor", "MISSING ENDPOINT URL"),  # B19
        ("isams", "expire"),  # B11
        ("isams", ".isams.cloud"),  # B12
        ("edgen", ".edgen.cloud"),  # B12
        ("juniper-horizons", "raise a support case as well"),  # B16
        ("sims", "Uninstall"),  # B17
        ("integris", "Integris has no priority"),
        ("seemis", "P1"),  # A11
    ],
)
def test_B8_to_B19_notes_for_the_operator(mis: str, words: str) -> None:
    entry = catalogue.entry(mis)
    notes = [*entry.notes, *(note for route in entry.routes for note in route.notes)]
    assert any(words in f"{note.situation} {note.text}" for note in notes)


def test_the_wonde_connector_can_deliver_what_the_catalogue_says_may_be_accepted() -> None:
    declared = {offer.report.value for offer in registry.declaration("wonde").reports}
    for mis in IDS - {"other"}:
        assert {r for r in map(str, Report) if wonde(mis).can_accept(r)} == declared


def test_the_title_of_a_mis_is_found_without_reading_the_catalogue() -> None:
    for entry in catalogue.entries():
        assert catalogue.title(entry.id) == entry.title
    with pytest.raises(LookupError):
        catalogue.title("../../pyproject")
    code = (
        "import sys; from connectors import catalogue; print(catalogue.title('sims')); "
        "print([m for m in ('tomllib', 'httpx', 'pydantic', 'connectors.wonde') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == ["SIMS", "[]"]


# -- a bad entry names file and key -----------------------------------------------

GOOD = """
id = "arbor"
title = "Arbor"
kind = "cloud"
dated = 2026-01-15
on_site_software = "No."
[[routes]]
route = "files"
"""
GUIDE = 'title = "Files"\nkind = "files"\n[[steps]]\nid = "a"\ntitle = "A"\ntext = "A."\nkind = "read"\n'


def loaded(folder: Path, text: str, *, guide: str = GUIDE, more: str = "") -> str:
    """The problem of a catalogue with this one entry; empty if there is none."""
    (folder / "mis").mkdir()
    (folder / "guides").mkdir()
    (folder / "mis" / "arbor.toml").write_text(text, encoding="utf-8")
    (folder / "guides" / "files.toml").write_text(guide, encoding="utf-8")
    if more:
        (folder / "mis" / "other.toml").write_text(more, encoding="utf-8")
    try:
        load(folder)
    except CatalogueProblem as problem:
        return str(problem)
    return ""


def test_a_good_entry_loads(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD) == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "Arbor"', "", "arbor.toml: title: is missing"),
        ('kind = "cloud"', 'kind = "clud"', "arbor.toml: kind: is 'clud'"),
        ("dated = 2026-01-15", 'dated = "2026"', "arbor.toml: dated: should be date"),
        ('id = "arbor"', 'id = "abror"', "arbor.toml: id: is 'abror'"),
        ('route = "files"', 'route = "fax"', "arbor.toml: routes[0].route: is 'fax'"),
        ('route = "files"', 'route = "files"\ncolour = "red"', "arbor.toml: routes[0].colour: is not known"),
        (
            'route = "files"',
            'route = "files"\nreports = {staf = "yes"}',
            "arbor.toml: routes[0].reports.staf",
        ),
        (
            'route = "files"',
            'route = "files"\nreports = {staff = "so"}',
            "arbor.toml: routes[0].reports.staff",
        ),
        (
            'route = "files"',
            'route = "files"\nforce_run = {word = "now"}',
            "arbor.toml: routes[0].force_run.word",
        ),
        ('route = "files"', 'route = "files"\nlimits = {roles = 7}', "arbor.toml: routes[0].limits.roles"),
        ("[[routes]]", "aliases = [7]\n[[routes]]", "arbor.toml: aliases"),
        ("[[routes]]", "[[routes", "arbor.toml: "),
        ('route = "files"', 'route = "files"\n[[routes.steps]]\nbefore = "z"', "routes[0].steps[0].before"),
    ],
)
def test_a_bad_entry_names_file_and_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    assert told in loaded(tmp_path, GOOD.replace(old, new))


def test_two_entries_cannot_claim_one_name(tmp_path: Path) -> None:
    twin = GOOD.replace('id = "arbor"', 'id = "other"')
    assert "is also arbor" in loaded(tmp_path, GOOD, more=twin)


def test_a_guide_with_an_unknown_step_is_refused(tmp_path: Path) -> None:
    guide = GUIDE.replace('kind = "read"', 'kind = "reed"')
    assert "files.toml: steps[0].kind" in loaded(tmp_path, GOOD, guide=guide)


def test_every_file_of_the_catalogue_is_plain_toml_without_markup() -> None:
    for path in HERE.rglob("*.toml"):
        text = path.read_text(encoding="utf-8")
        assert tomllib.loads(text)
        assert "\x1b" not in text
