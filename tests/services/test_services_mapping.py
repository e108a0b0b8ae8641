"""The columns of a school's CSV files: looked at, changed, accepted, and asked about again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.tables import Connection, Decision, MisMove
from misconsole.errors import Conflict, MisconsoleError, NotFound, Usage
from misconsole.services import connect, mapping, moving
from misconsole.services.mapping_views import ColumnView, FileView, MappingView
from tests import seed

PUPILS = (
    "Adno,Surname,Forename,Known,DOB,Year,Reg,Shoe\n001,Hale,Nia,,01/09/2014,6,6H,3\n"
    "002,Lee,Zoë,Zo,02/10/2014,6,6H,4\n"
)
STAFF = "Staff Code,Surname,Forename,Job Title\nNHA,Hale,Nora,Headteacher\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "export"
    found.mkdir()
    (found / "pupils.csv").write_text(PUPILS, encoding="utf-8")
    (found / "staff.csv").write_text(STAFF, encoding="utf-8")
    return found


@pytest.fixture
def urn(e: seed.Estate, folder: Path) -> str:
    e.school("990010", "Ridgemoor Academy")
    connect.connect(e.desk(), "990010", mis="cmis", route="csv", settings={"path": str(folder)})
    return "990010"


def file(view: MappingView, name: str = "pupils.csv") -> FileView:
    return next(each for each in view.files if each.file == name)


def column(view: MappingView, label: str, name: str = "pupils.csv") -> ColumnView:
    return next(each for each in file(view, name).columns if each.label == label)


def step(e: seed.Estate, urn: str) -> str:
    view = connect.connection(e.desk(), urn)
    assert view is not None
    return next(each.state for each in view.steps if each.kind == "columns")


def test_B3_the_guess_is_shown_with_values_and_why_and_nothing_is_kept(e: seed.Estate, urn: str) -> None:
    view = mapping.columns(e.desk(), urn)
    assert not view.accepted
    assert [(each.file, each.kind, each.state) for each in view.files] == [
        ("pupils.csv", "pupils", "new"), ("staff.csv", "staff", "new"),
    ]  # fmt: skip
    assert column(view, "Adno").field == "admission_number"
    assert column(view, "Adno").samples == ("001", "002")
    assert (column(view, "Shoe").title, column(view, "Shoe").samples) == ("left out", ("3", "4"))
    assert column(view, "DOB").confidence == "certain"
    assert all(each.reason for each in file(view).columns)
    assert "mapping" not in e.all(Connection)[0].settings
    assert step(e, urn) == "later"


def test_accepting_keeps_it_as_readable_text_and_opens_the_way(e: seed.Estate, urn: str) -> None:
    assert connect.check_access(e.desk(), urn).access == "not asked"
    view = mapping.accept(e.desk(), urn)
    assert view.accepted
    assert {each.state for each in view.files} == {"accepted"}
    assert {each.confidence for each in file(view).columns} == {"accepted"}
    row = e.all(Connection)[0]
    kept = json.loads(row.settings["mapping"])
    assert kept["files"]["pupils.csv"]["columns"]["Adno"] == "admission_number"
    assert kept["files"]["pupils.csv"]["columns"]["Shoe"] == "-"
    assert row.access == "approved"
    assert step(e, urn) == "done"
    assert [each.kind for each in e.all(Decision)][-1] == "connection-settings"
    assert [probe.ok for probe in connect.probe(e.desk(), urn)] == [True, True]


def test_a_column_is_changed_left_out_and_takes_a_field_from_another_in_words(
    e: seed.Estate, urn: str
) -> None:
    changes = {
        "pupils.csv.Known": "Preferred forename",
        "PUPILS.CSV.reg": "-",
        "pupils.csv.Shoe": "year group",
    }
    view = mapping.columns(e.desk(), urn, changes=changes)
    assert (column(view, "Known").field, column(view, "Known").confidence) == (
        "preferred_given_name",
        "yours",
    )
    assert column(view, "Reg").field == "-"
    assert column(view, "Shoe").field == "nc_year"
    assert (column(view, "Year").field, column(view, "Year").taken_by) == ("-", "Shoe")
    assert "Shoe" in column(view, "Year").reason
    assert mapping.accept(e.desk(), urn, changes=changes).accepted
    assert column(mapping.columns(e.desk(), urn), "Known").field == "preferred_given_name"


def test_a_file_is_said_to_hold_something_else_or_nothing(e: seed.Estate, urn: str) -> None:
    view = mapping.columns(e.desk(), urn, changes={"staff.csv": "-"})
    assert file(view, "staff.csv").kind == "-"
    assert mapping.accept(e.desk(), urn, changes={"staff.csv": "-"}).accepted
    view = mapping.columns(e.desk(), urn, changes={"staff.csv": "contacts"})
    assert file(view, "staff.csv").problems
    assert column(view, "Surname", "staff.csv").field == "family_name"


@pytest.mark.parametrize(
    ("changes", "kind", "told"),
    [
        ({"pupils.csv.Shoe": "boots"}, Usage, "not a field"), ({"pupils.csv": "dogs"}, Usage, "not a kind"),
        ({"pupils.csv.Boot": "-"}, NotFound, "no column"), ({"other.csv.A": "-"}, NotFound, "No file"),
    ],
)  # fmt: skip
def test_a_change_that_means_nothing_is_refused(
    e: seed.Estate, urn: str, changes: dict[str, str], kind: type[Exception], told: str
) -> None:
    with pytest.raises(kind, match=told):
        mapping.columns(e.desk(), urn, changes=changes)


def test_what_cannot_be_read_is_not_accepted(e: seed.Estate, urn: str) -> None:
    with pytest.raises(Usage, match="who is who"):
        mapping.accept(e.desk(), urn, changes={"pupils.csv.Adno": "-"})
    with pytest.raises(Usage, match="No file"):
        mapping.accept(e.desk(), urn, changes={"pupils.csv": "-", "staff.csv": "-"})
    assert "mapping" not in e.all(Connection)[0].settings


def test_a_changed_header_is_noticed_and_only_the_new_column_guessed(
    e: seed.Estate, urn: str, folder: Path
) -> None:
    mapping.accept(e.desk(), urn, changes={"pupils.csv.Known": "preferred_given_name"})
    (folder / "pupils.csv").write_text(PUPILS.replace("Shoe", "House"), encoding="utf-8")
    refused = connect.check_access(e.desk(), urn)
    assert refused.access == "refused"
    assert "pupils.csv" in refused.message and "Shoe" in refused.message
    view = mapping.columns(e.desk(), urn)
    assert not view.accepted
    assert (file(view).state, file(view, "staff.csv").state) == ("changed", "accepted")
    assert file(view).lost == ()
    assert (column(view, "Known").field, column(view, "Known").confidence) == (
        "preferred_given_name",
        "accepted",
    )
    assert (column(view, "House").field, column(view, "House").confidence) == ("house", "certain")
    assert mapping.accept(e.desk(), urn).accepted


def test_what_was_read_before_and_would_not_be_any_more_is_told(
    e: seed.Estate, urn: str, folder: Path
) -> None:
    mapping.accept(e.desk(), urn)
    (folder / "pupils.csv").write_text(PUPILS.replace("Reg,", "Zz,"), encoding="utf-8")
    assert file(mapping.columns(e.desk(), urn)).lost == ("Registration group",)


def test_what_changed_since_it_was_looked_at_is_not_accepted(e: seed.Estate, urn: str, folder: Path) -> None:
    seen = mapping.fingerprint(mapping.columns(e.desk(), urn))
    (folder / "pupils.csv").write_text(PUPILS.replace("Shoe", "House"), encoding="utf-8")
    with pytest.raises(Conflict, match="changed since"):
        mapping.accept(e.desk(), urn, seen=seen)
    assert mapping.accept(e.desk(), urn, seen=mapping.fingerprint(mapping.columns(e.desk(), urn))).accepted


def test_a_file_that_was_accepted_and_is_gone_is_told(e: seed.Estate, urn: str, folder: Path) -> None:
    mapping.accept(e.desk(), urn)
    (folder / "staff.csv").unlink()
    view = mapping.columns(e.desk(), urn)
    assert (view.accepted, view.missing) == (False, ("staff.csv",))


def test_another_route_has_no_columns(e: seed.Estate) -> None:
    e.school("990001", "Larkmere")
    connect.connect(e.desk(), "990001", mis="other", route="oneroster-csv", settings={"path": "/x"})
    with pytest.raises(Usage, match="oneroster-csv"):
        mapping.columns(e.desk(), "990001")


def test_the_choices_of_a_kind_begin_with_leaving_it_out() -> None:
    assert mapping.choices("pupils")[0].name == "-"
    assert {"source_id", "upn"} <= {each.name for each in mapping.choices("pupils")}
    assert "staff" in {each.name for each in mapping.kinds()}


def test_B14_the_columns_of_a_prepared_move_are_looked_at_and_kept_beside_the_connection_in_use(
    e: seed.Estate, folder: Path
) -> None:
    e.connection(e.school("990010", "Ridgemoor Academy"), "sims", "wonde", settings={"token": "x"})
    with pytest.raises(NotFound, match="No change of MIS is prepared"):
        mapping.columns(e.desk(), "990010", move=True)
    moving.prepare_move(e.desk(), "990010", mis="cmis", route="csv", settings={"path": str(folder)})
    with pytest.raises((Usage, MisconsoleError)):
        mapping.columns(e.desk(), "990010")
    view = mapping.columns(e.desk(), "990010", move=True)
    assert not view.accepted and column(view, "Adno").field == "admission_number"
    assert state(e, "columns") != "done"
    done = mapping.accept(
        e.desk(), "990010", changes={"pupils.csv.Shoe": "-"}, move=True, seen=mapping.fingerprint(view)
    )
    assert done.accepted
    [move] = e.all(MisMove)
    assert json.loads(move.settings["mapping"])["files"]["pupils.csv"]["columns"]["Shoe"] == "-"
    assert (move.access, state(e, "columns")) == ("approved", "done")
    assert "mapping" not in e.all(Connection)[0].settings


def state(e: seed.Estate, kind: str) -> str:
    return {each.kind: each.state for each in moving.move(e.desk(), "990010").steps}[kind]
