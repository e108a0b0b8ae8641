"""Exports from a real store: minimum data, ids that stay, held where many would go, signed in the trail."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from data import tables
from misconsole.errors import Conflict, Held, MisconsoleError, NotFound, Usage
from misconsole.services import accounts, decide, exporting, history
from misconsole.services.exporting import Wish
from tests import seed

pytestmark = pytest.mark.every_store

URN = "100001"


@pytest.fixture
def school(e: seed.Estate) -> int:
    return seed.larkmere(e)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def write(e: seed.Estate, name: str, folder: Path, **values: Any) -> exporting.ExportView:
    return exporting.export(e.desk(), URN, Wish(format=name, **values), folder)


def test_a_preview_writes_nothing_and_an_export_is_only_its_owners(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    seen = exporting.preview(e.desk(), URN, Wish(format="google"), folder=out)
    assert not out.exists() and seen.written is False and seen.decision is None
    done = write(e, "google", out)
    assert (done.digest, done.written) == (seen.digest, True)
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in out.iterdir()} == {0o600}
    assert len(rows(out / "google-users.csv")) == 7, "the unallocated account is left out"


def test_X1_who_exported_what_and_when_is_in_the_trail_and_no_row_of_it(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    done = write(e, "google", tmp_path / "out")
    [row] = e.all(tables.Decision, kind="export")
    assert (row.id, row.actor, row.at) == (done.decision, "alice", e.now)
    assert row.detail["digest"] == done.digest
    assert row.detail["files"] == {"google-users.csv": done.files[0].sha256}
    assert "anand" not in json.dumps(row.detail).lower()
    assert history.audit(e.desk(), URN)[0].kind == "export"


def test_an_export_is_no_change_of_the_school_and_is_not_what_undo_takes_back(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    version = e.row(tables.School, school).version
    write(e, "accounts", tmp_path / "out")
    assert e.row(tables.School, school).version == version, "a held plan stays valid"
    assert decide.last(e.desk(), URN) is None


def test_the_preview_lists_who_is_new_changed_and_gone_since_the_last_export(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write(e, "accounts", out)
    [priya] = e.all(tables.Account, username="p.anand")
    [grace] = e.all(tables.Account, username="g.okafor")
    e.change(tables.Account, priya.id, display_name="Priya A.")
    e.change(tables.Account, grace.id, state="unallocated")
    e.account(school, "n.new", "Nell", "New")
    seen = exporting.preview(e.desk(), URN, Wish(format="accounts"))
    assert seen.last is not None and (seen.last.by, seen.last.known) == ("alice", True)
    [file] = seen.changes
    assert (file.added, file.changed, file.removed) == (1, 1, 1)
    assert {(c.change, c.label) for c in file.items} == {
        ("added", "n.new"), ("changed", "p.anand"), ("removed", "g.okafor"),
    }  # fmt: skip
    write(e, "accounts", out)
    again = exporting.preview(e.desk(), URN, Wish(format="accounts"))
    assert all(not each.items for each in again.changes)


def test_without_the_folder_of_the_last_export_everything_counts_as_new(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    write(e, "accounts", tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "elsewhere")
    seen = exporting.preview(e.desk(), URN, Wish(format="accounts"))
    assert seen.last is not None and seen.last.known is False
    assert seen.changes[0].added == 7


def test_O5_Y3_a_rename_keeps_the_id_and_the_old_address(e: seed.Estate, school: int, tmp_path: Path) -> None:
    for name in ("google", "ad"):
        write(e, name, tmp_path / name)
    [priya] = e.all(tables.Account, username="p.anand")
    decide.rename(e.desk(), URN, priya.id, "panand2")
    for name in ("google", "ad"):
        write(e, name, tmp_path / name)
    row = next(
        r for r in rows(tmp_path / "google" / "google-users.csv") if r["Employee ID"] == f"{URN}-{priya.id}"
    )
    assert row["Email Address [Required]"] == "p.anand@larkmere.example"
    assert row["New Primary Email [UPLOAD ONLY]"] == "panand2@larkmere.example"
    directory = next(r for r in rows(tmp_path / "ad" / "ad-users.csv") if r["sAMAccountName"] == "panand2")
    assert directory["proxyAddresses"] == "SMTP:panand2@larkmere.example;smtp:p.anand@larkmere.example"
    write(e, "google", tmp_path / "google")
    again = rows(tmp_path / "google" / "google-users.csv")
    assert not any(row["New Primary Email [UPLOAD ONLY]"] for row in again), "told once"


def test_M13_the_sign_in_scope_is_no_part_of_any_address(e: seed.Estate, tmp_path: Path) -> None:
    home = e.school(scope="shortscope")
    e.account(home, "z.ali", "Zed", "Ali", "staff", email=None)
    for name in ("google", "microsoft365", "entra", "sds", "apple", "oneroster-1.2", "ad", "accounts"):
        write(e, name, tmp_path / name)
        for path in (tmp_path / name).iterdir():
            assert b"shortscope" not in path.read_bytes(), name
    [row] = rows(tmp_path / "microsoft365" / "microsoft365-users-1.csv")
    assert row["User Name"] == "z.ali@larkmere.example"


def test_X1_X2_a_field_the_school_declined_is_in_no_file(e: seed.Estate, school: int, tmp_path: Path) -> None:
    e.linked(school, "Nia", "Hale", upn="A823432100777", admission_number="000777", year_group="6")
    write(e, "accounts", tmp_path / "before")
    assert b"A823432100777" in (tmp_path / "before" / "accounts.csv").read_bytes()
    [scope] = e.all(tables.ReportScope, report="students")
    e.change(tables.ReportScope, scope.id, fields_declined=["upn", "date_of_birth"])
    done = write(e, "accounts", tmp_path / "after")
    assert done.withheld["pupil"] == ("date_of_birth", "upn")
    nia = next(r for r in rows(tmp_path / "after" / "accounts.csv") if r["username"] == "n.hale")
    assert (nia["upn"], nia["date_of_birth"], nia["admission_number"]) == ("", "", "000777")
    write(e, "people", tmp_path / "people")
    assert b"A823432100777" not in (tmp_path / "people" / "people.csv").read_bytes()


def test_X2_people_of_a_report_that_is_not_accepted_are_in_no_table(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    [scope] = e.all(tables.ReportScope, report="staff")
    e.change(tables.ReportScope, scope.id, accepted=False)
    write(e, "people", tmp_path / "people")
    assert {row["role"] for row in rows(tmp_path / "people" / "people.csv")} == {"pupil"}


def test_H7_contacts_are_exported_only_while_the_report_is_accepted(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    person, _ = e.linked(school, "Nia", "Hale")
    contact = e.put(
        tables.Contact, school_id=school, source_id="c1", given_name="Ada", family_name="Hale", title="Ms",
        email="ada@parents.example",
    )  # fmt: skip
    e.put(
        tables.ContactLink, school_id=school, contact_id=contact, person_id=person, relationship="Mother",
        parental_responsibility=True,
    )  # fmt: skip
    with pytest.raises(MisconsoleError) as refused:
        write(e, "contacts", tmp_path / "out")
    assert refused.value.code == "report_not_accepted"
    write(e, "sds", tmp_path / "without", options={"contacts": "all"})
    assert b"parents.example" not in (tmp_path / "without" / "users.csv").read_bytes()
    e.accept(school, "contacts")
    write(e, "contacts", tmp_path / "out")
    [row] = rows(tmp_path / "out" / "contacts.csv")
    assert (row["email"], row["pupil_username"]) == ("ada@parents.example", "n.hale")


def test_classes_hold_those_who_have_accounts_and_count_the_others(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    nia, _ = e.linked(school, "Nia", "Hale")
    waits = e.person(school, "Ola", "Berg")
    e.put(tables.SchoolClass, school_id=school, source_id="k1", name="7x/Ma2")
    for person in (nia, waits):
        e.put(
            tables.Membership, school_id=school, container="class", container_id="k1", person_role="pupil",
            person_source_id=e.row(tables.Person, person).source_id, part="pupil",
        )  # fmt: skip
    write(e, "classes", tmp_path / "out")
    [row] = rows(tmp_path / "out" / "classes.csv")
    assert (row["pupils"], row["without_account"]) == ("1", "1")
    assert [m["username"] for m in rows(tmp_path / "out" / "class-members.csv")] == ["n.hale"]


def test_the_table_of_accounts_imports_without_changing_anything(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    """Round trip, a formula for a name and leading zeros included."""
    e.account(school, "odd", "=1+1", "'=Ali", "other", staff_code="007")
    write(e, "accounts", tmp_path / "out")
    before = e.all(tables.Account)
    report = accounts.import_csv(e.desk(), URN, tmp_path / "out" / "accounts.csv")
    assert (report.imported, report.updated, report.rejected) == (0, 0, ())
    assert e.all(tables.Account) == before


def test_only_new_accounts_or_one_role_and_leavers_where_the_format_has_a_place(
    e: seed.Estate, school: int
) -> None:
    def labels(**values: Any) -> set[str]:
        seen = exporting.preview(e.desk(), URN, Wish(format="google", **values))
        return {each.label for each in seen.changes[0].items}

    assert labels(fresh_only=True) == {"n.haddad"}
    assert labels(roles=("other",)) == {"governor1"}
    assert "l.north" in labels(leavers=True) and "l.north" not in labels()
    for wish in (
        Wish(format="sds", leavers=True), Wish(format="sds", fresh_only=True),
        Wish(format="sds", roles=("other",)),
    ):  # fmt: skip
        with pytest.raises(Usage):
            exporting.preview(e.desk(), URN, wish)


def test_Z20_an_export_that_would_take_many_away_is_held_until_somebody_looked(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for n in range(30):
        e.account(school, f"p{n}", "Nia", f"Family{n}")
    write(e, "sds", out)
    before = {each.name: each.read_bytes() for each in out.iterdir()}
    for row in e.all(tables.Account, family_name="Family1"):
        e.change(tables.Account, row.id, state="unallocated")
    for n in range(2, 20):
        [row] = e.all(tables.Account, username=f"p{n}")
        e.change(tables.Account, row.id, state="unallocated")
    with pytest.raises(Held) as held:
        write(e, "sds", out)
    assert held.value.code == "many_removals"
    assert {each.name: each.read_bytes() for each in out.iterdir()} == before
    assert write(e, "sds", out, accept_removals=True).written


def test_a_file_of_the_last_export_is_not_dropped_unseen(e: seed.Estate, school: int, tmp_path: Path) -> None:
    """Even when the folder of the last export is gone: the trail knows its files."""
    e.accept(school, "contacts")
    write(e, "sds", tmp_path / "first", options={"contacts": "all"})
    with pytest.raises(Held) as held:
        write(e, "sds", tmp_path / "second")
    assert held.value.code == "fewer_files" and "relationships.csv" in held.value.message
    assert not (tmp_path / "second").exists()
    assert write(e, "sds", tmp_path / "second", fewer_files=True).written


def test_Z20_an_empty_export_is_never_written(e: seed.Estate, tmp_path: Path) -> None:
    e.school()
    for name in ("sds", "google", "apple", "oneroster-1.1", "accounts", "people", "classes"):
        with pytest.raises(NotFound) as refused:
            write(e, name, tmp_path / name)
        assert refused.value.code == "nothing_to_export"
        assert not (tmp_path / name).exists()


def test_a_trail_that_cannot_be_written_leaves_the_folder_as_it_was(
    e: seed.Estate, school: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or not at all, the entry in the audit trail included."""
    out = tmp_path / "out"
    write(e, "google", out)
    before = {each.name: each.read_bytes() for each in out.iterdir()}
    e.account(school, "n.new", "Nell", "New")

    def broken(*_: object) -> str:
        raise RuntimeError("the trail is full")

    monkeypatch.setattr(exporting, "_summary", broken)
    for folder in (out, tmp_path / "new"):
        with pytest.raises(RuntimeError):
            write(e, "google", folder)
    assert {each.name: each.read_bytes() for each in out.iterdir()} == before
    assert sorted(p.name for p in tmp_path.iterdir() if "out" in p.name or "new" in p.name) == ["out"]
    assert len(e.all(tables.Decision, kind="export")) == 1


def test_a_folder_with_anything_else_in_it_is_left_alone(e: seed.Estate, school: int, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("keep")
    with pytest.raises(Usage) as refused:
        write(e, "google", other)
    assert refused.value.code == "folder_in_use" and (other / "mine.txt").read_text() == "keep"
    out = tmp_path / "out"
    write(e, "google", out)
    with pytest.raises(Usage):
        write(e, "accounts", out)
    (out / "notes.txt").write_text("keep")
    with pytest.raises(Usage, match=r"notes\.txt"):
        write(e, "google", out)


def test_a_file_somebody_worked_on_is_not_overwritten(e: seed.Estate, school: int, tmp_path: Path) -> None:
    """Passwords typed into the column, for example."""
    out = tmp_path / "out"
    write(e, "google", out)
    path = out / "google-users.csv"
    path.write_text(path.read_text() + "more\n")
    with pytest.raises(Conflict) as refused:
        write(e, "google", out)
    assert refused.value.code == "file_changed" and path.read_text().endswith("more\n")


def test_a_place_that_cannot_be_written_is_told_and_nothing_is_signed(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(MisconsoleError) as refused:
        write(e, "google", tmp_path / "file" / "out")
    assert refused.value.code == "cannot_write"
    with pytest.raises(Usage):
        write(e, "google", tmp_path / "file")
    assert e.all(tables.Decision, kind="export") == []


def test_a_damaged_record_counts_as_none_and_its_folder_as_somebody_elses(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    write(e, "google", out)
    (out / "misconsole-export.json").write_text('{"school": [1')
    assert exporting.preview(e.desk(), URN, Wish(format="google")).last.known is False  # type: ignore[union-attr]
    with pytest.raises(Usage):
        write(e, "google", out)


def test_an_account_shared_by_two_schools_has_one_id_in_both(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    other = e.school("100002", "Fairholt School", domain="fairholt.example")
    e.accept(other, "staff")
    [grace] = e.all(tables.Account, username="g.okafor")
    e.link(e.person(other, "Grace", "Okafor", "staff"), grace.id)
    seen = exporting.preview(e.desk(), "100002", Wish(format="apple"))
    staff = next(each for each in seen.changes if each.file == "staff.csv")
    assert [each.key for each in staff.items] == [f"T-{URN}-{grace.id}"]


def test_V5_pupils_staff_and_contacts_are_each_seen_and_taken_away_by_themselves(
    e: seed.Estate, school: int, tmp_path: Path
) -> None:
    e.accept(school, "contacts")
    [pupil] = e.all(tables.Person, family_name="Anand")
    contact = e.put(tables.Contact, school_id=school, source_id="C1", title="Ms", given_name="Asha",
                    family_name="Anand", email="asha@mail.example")  # fmt: skip
    e.put(tables.ContactLink, school_id=school, contact_id=contact, person_id=pupil.id, relationship="Mother")
    for role in ("pupil", "staff"):
        write(e, "people", tmp_path / role, roles=(role,))
        assert {row["role"] for row in rows(tmp_path / role / "people.csv")} == {role}
    write(e, "contacts", tmp_path / "contacts")
    [row] = rows(tmp_path / "contacts" / "contacts.csv")
    assert (row["given_name"], row["relationship"], row["pupil_name"]) == ("Asha", "Mother", "Priya Anand")
