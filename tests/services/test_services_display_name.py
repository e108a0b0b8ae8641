"""A display name of one's own: shown and exported at once, kept over every sync (O9, O10, O11)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from connectors.records import Report
from data.tables import Account
from misconsole.errors import Conflict, Held, Usage
from misconsole.services import accounts, decide, exporting, modes, queues, renames, runs
from tests import seed
from tests.fake_mis import Bench

HERE = "100001"


@pytest.fixture
def grace(e: seed.Estate) -> int:
    seed.larkmere(e)
    [found] = e.all(Account, username="g.okafor")
    return int(found.id)


def test_O9_it_is_shown_listed_sorted_and_found_at_once(e: seed.Estate, grace: int) -> None:
    decide.set_display_name(e.desk(), HERE, grace, "  Dr  Grace Okafor ")
    view = accounts.show(e.desk(), HERE, grace)
    assert (view.display_name, view.own_display_name, view.mis_display_name) == (
        "Dr Grace Okafor", "Dr Grace Okafor", "Grace Okafor",
    )  # fmt: skip
    listed = queues.account_list(e.desk(), HERE)
    assert [listed.ids[place] for place in listed.order(wanted="dr okafor")] == [grace]
    names = [a.display_name for a in queues.accounts(e.desk(), HERE)]
    ordered = [listed.ids[place] for place in listed.order(by="name")]
    assert sorted(names, key=str.lower).index("Dr Grace Okafor") == ordered.index(grace)
    subject = {each.account_id: each for each in renames.prepare(e.desk(), HERE, renames.Chosen()).subjects}
    assert subject[grace].name == "Dr Grace Okafor"


def test_O9_every_export_that_has_a_display_name_has_this_one(
    e: seed.Estate, grace: int, tmp_path: Path
) -> None:
    decide.set_display_name(e.desk(), HERE, grace, "Dr Grace Okafor")
    for name, column in (
        ("microsoft365", "Display Name"), ("entra", "Name [displayName] Required"), ("ad", "displayName"),
        ("accounts", "display_name"),
    ):  # fmt: skip
        view = exporting.export(e.desk(), HERE, exporting.Wish(format=name), tmp_path / name)
        text = (tmp_path / name / view.files[0].file).read_text(encoding="utf-8-sig")
        lines = text.splitlines()[1 if name == "entra" else 0 :]
        shown = {row[column] for row in csv.DictReader(lines)}
        assert "Dr Grace Okafor" in shown and "Grace Okafor" not in shown, name


def test_O9_O10_it_stays_over_a_sync_that_changes_the_name_beneath_and_that_is_told(synced: Bench) -> None:
    one = synced.one(Account, staff_code="H001")
    decide.set_display_name(synced.desk, synced.urn, one.id, "Coach")
    synced.change(Report.STAFF, "S1", family_name="Newname")
    run = synced.sync()
    view = accounts.show(synced.desk, synced.urn, one.id)
    assert view.display_name == "Coach" and view.mis_display_name.endswith("Newname")
    told = [each.message for each in runs.get(synced.desk, run.id).messages if each.code == "renamed_beneath"]
    assert told == [
        "Names that changed in the MIS beneath a display name of the holder's own, which stays: 1."
    ]
    decide.set_display_name(synced.desk, synced.urn, one.id, "")
    assert accounts.show(synced.desk, synced.urn, one.id).display_name == view.mis_display_name


def test_O11_a_change_of_mode_does_not_warn_of_a_name_that_stays(synced: Bench) -> None:
    one, other = synced.one(Account, staff_code="H001"), synced.one(Account, staff_code="H002")
    decide.set_display_name(synced.desk, synced.urn, one.id, "Coach")
    with synced.store.write() as s:
        for each in (one.id, other.id):
            s.get_one(Account, each).display_name = "Somebody Else"
    told = {each.username for each in modes.plan_mode(synced.desk, synced.urn, "link").renames}
    assert told == {other.username}


def test_O9_never_for_pupils_and_only_where_the_school_allows_it(e: seed.Estate, grace: int) -> None:
    [pupil] = e.all(Account, username="p.anand")
    with pytest.raises(Usage, match="Pupils"):
        decide.set_display_name(e.desk(), HERE, pupil.id, "Pri")
    from misconsole.services import schools

    schools.set_options(e.desk(), HERE, {"own_display_name": "nobody"})
    with pytest.raises(Usage, match="allows no display names"):
        decide.set_display_name(e.desk(), HERE, grace, "Dr Okafor")
    assert e.row(Account, grace).own_display_name is None


@pytest.mark.parametrize("name", ["a\x1b[2J", "x\u202ey", "Line\nbreak", "=1+1", "@x", "42", "x" * 61])
def test_O9_what_cannot_be_shown_everywhere_is_refused(e: seed.Estate, grace: int, name: str) -> None:
    with pytest.raises(Usage) as told:
        decide.set_display_name(e.desk(), HERE, grace, name)
    assert told.value.code == "bad_name" and e.row(Account, grace).own_display_name is None


def test_O9_a_wording_that_reads_badly_asks_first(e: seed.Estate, grace: int) -> None:
    from misconsole.rules import suitable

    word = suitable._words()[1][0]
    with pytest.raises(Held) as told:
        decide.set_display_name(e.desk(), HERE, grace, f"Dr {word}")
    assert told.value.code == "unsuitable"
    decide.set_display_name(e.desk(), HERE, grace, f"Dr {word}", despite=True)
    assert e.row(Account, grace).own_display_name == f"Dr {word}"


def test_O9_it_is_signed_and_can_be_taken_back(e: seed.Estate, grace: int) -> None:
    done = decide.set_display_name(e.desk("bob"), HERE, grace, "Dr Okafor")
    assert done.summary == "g.okafor is shown as Dr Okafor, not as Grace Okafor"
    with pytest.raises(Conflict, match="already"):
        decide.set_display_name(e.desk(), HERE, grace, "Dr Okafor")
    decide.undo_last(e.desk("bob"), HERE)
    assert e.row(Account, grace).own_display_name is None
