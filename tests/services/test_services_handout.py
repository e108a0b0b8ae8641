"""Handing out: made, set, written and recorded as one act; nobody counts as handed out without the file."""

from __future__ import annotations

import csv
import errno
import io
import os
import stat
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from data import tables
from misconsole.errors import Conflict, MisconsoleError, NotFound, Usage
from misconsole.services import (
    counts,
    decide,
    handout,
    handout_content,
    handout_looks,
    handout_none,
    handout_place,
    history,
    permits,
    queues,
    schools,
    status,
)
from misconsole.services.handout_views import Done, Wish
from tests import seed
from tests.push_bench import PushBench

URN = "100001"


class School:
    """Three new pupils of two groups and a new teacher, one who had an account before."""

    def __init__(self, e: seed.Estate, school: int) -> None:
        self.e, self.school = e, school
        self.zoe = self.new("Zoë", "Smith-Jones", year_group="2", registration_group="2K")
        self.ali = self.new("Ali", "Khan", year_group="4", registration_group="10B")
        self.bea = self.new("Bea", "North", year_group="4", registration_group="10B")
        self.tom = self.new("Tom", "Baker", "staff")
        self.old = e.account(school, "o.old", "Ola", "Old")

    def new(self, given: str, family: str, role: str = "pupil", **values: Any) -> int:
        person = self.e.person(self.school, given, family, role, **values)
        username = f"{given[0]}.{family}".lower().replace("-", "")
        account = self.e.account(self.school, username, given, family, role, origin="created")
        self.e.link(person, account)
        return account

    def hand_out(self, path: Path, form: str = "csv", **wish: Any) -> Done:
        replace = wish.pop("replace", False)
        return handout.hand_out(self.e.desk(), URN, Wish(form=form, **wish), path, replace=replace)

    def row(self, account: int) -> tables.Account:
        row: tables.Account = self.e.row(tables.Account, account)
        return row

    def waits(self) -> set[str]:
        return {item.account.username for item in queues.new_users(self.e.desk(), URN)}


@pytest.fixture
def s(e: seed.Estate) -> School:
    return School(e, e.school(scope="larkmere"))


@pytest.fixture
def pushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[School, PushBench]]:
    """The same school with a directory in memory as its target."""
    folder = tmp_path / "estate"
    folder.mkdir()
    with seed.estate(folder) as made:
        bench = PushBench(made, monkeypatch)
        yield School(made, bench.school), bench


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


class TestTheAct:
    def test_P1_P2_the_new_users_are_written_with_all_a_letter_needs(self, s: School, tmp_path: Path) -> None:
        assert s.waits() == {"z.smithjones", "a.khan", "b.north", "t.baker"}
        done = s.hand_out(tmp_path / "new.csv")
        found = rows(tmp_path / "new.csv")
        assert [row["username"] for row in found] == ["z.smithjones", "a.khan", "b.north", "t.baker"], (
            "by registration group in natural order, staff last"
        )
        assert found[0] | {"password": ""} == {
            "username": "z.smithjones", "email": "z.smithjones@larkmere.example", "password": "",
            "display_name": "Zoë Smith-Jones", "registration_group": "2K", "year": "Year 2", "role": "pupil",
            "school": "Larkmere School", "sign_in_at": "the usual sign-in page",
            "sign_in_name": "z.smithjones@larkmere",
        }  # fmt: skip
        assert len({row["password"] for row in found}) == 4 and all(len(r["password"]) >= 8 for r in found)
        assert done.count == 4 and done.file == str(tmp_path / "new.csv")
        assert stat.S_IMODE((tmp_path / "new.csv").stat().st_mode) == 0o600

    def test_P3_the_act_marks_them_handed_out_and_is_in_the_trail(self, s: School, tmp_path: Path) -> None:
        done = s.hand_out(tmp_path / "new.csv", role="pupil")
        assert s.waits() == {"t.baker"}
        assert s.row(s.zoe).handed_out_at == s.e.now and s.row(s.old).handed_out_at is None
        [entry] = [each for each in history.audit(s.e.desk(), URN) if each.kind == "handout"]
        assert entry.actor == "alice" and "3 passwords" in entry.summary
        [act] = handout_looks.log(s.e.desk(), URN)
        assert (act.id, act.by, act.at, act.form, act.file) == (
            done.handout, "alice", s.e.now, "csv", "new.csv"
        )  # fmt: skip
        assert act.usernames == ("a.khan", "b.north", "z.smithjones") and act.role == "pupil"
        [journalled] = s.e.all(tables.Journal, table_name="account", row_id=s.zoe)
        assert journalled.before == {"handed_out_at": None}

    def test_P3_a_preview_makes_and_marks_nothing(self, s: School, tmp_path: Path) -> None:
        seen = handout_looks.preview(s.e.desk(), URN, Wish(form="slips"))
        assert (seen.count, seen.waiting, seen.targets) == (4, 4, ())
        assert [(each.name, each.count) for each in seen.groups] == [("2K", 1), ("10B", 2), ("Staff", 1)]
        assert [(p.kind, p.count, p.must_change) for p in seen.policies] == [
            ("infants", 1, False), ("juniors", 2, False), ("staff", 1, True)
        ]  # fmt: skip
        assert all("sample" in each.example.lower() for each in seen.policies)
        assert len(s.waits()) == 4 and not s.e.all(tables.Handout) and not s.e.all(tables.Decision)

    def test_shown_once_a_second_act_is_for_those_who_came_since(self, s: School, tmp_path: Path) -> None:
        s.hand_out(tmp_path / "first.csv")
        with pytest.raises(NotFound, match="Nobody waits"):
            s.hand_out(tmp_path / "second.csv")
        s.new("Cai", "Cole")
        s.hand_out(tmp_path / "second.csv")
        assert [row["username"] for row in rows(tmp_path / "second.csv")] == ["c.cole"]

    def test_a_lost_slip_is_a_new_password_asked_for_apart_and_told_as_such(
        self, s: School, tmp_path: Path
    ) -> None:
        s.hand_out(tmp_path / "first.csv")
        with pytest.raises(MisconsoleError, match="Handed out on 14 September 2026"):
            s.hand_out(tmp_path / "again.csv", ids=(s.ali,))
        with pytest.raises(Usage, match="by name"):
            s.hand_out(tmp_path / "again.csv", again=True)
        s.e.now += timedelta(days=1)
        s.hand_out(tmp_path / "again.csv", ids=(s.ali,), again=True)
        [new] = rows(tmp_path / "again.csv")
        before = {row["username"]: row["password"] for row in rows(tmp_path / "first.csv")}
        assert new["username"] == "a.khan" and new["password"] != before["a.khan"]
        act = handout_looks.log(s.e.desk(), URN)[0]
        assert act.again and act.count == 1 and s.row(s.ali).handed_out_at == s.e.now

    def test_whom_marks_group_role_and_start_choose(self, s: School, tmp_path: Path) -> None:
        later = s.new("Dot", "Dale", start_date=date(2027, 1, 4), registration_group="10B")
        seen = [
            handout_looks.preview(s.e.desk(), URN, Wish(**wish)).usernames
            for wish in (
                {"group": "10b"}, {"role": "staff"}, {"group": "Staff"}, {"ids": (s.zoe, s.tom)},
                {"group": "10B", "starting_by": date(2026, 12, 1)},
            )
        ]  # fmt: skip
        assert seen == [
            ("a.khan", "b.north", "d.dale"), ("t.baker",), ("t.baker",), ("t.baker", "z.smithjones"),
            ("a.khan", "b.north"),
        ]  # fmt: skip
        assert handout_looks.preview(s.e.desk(), URN, Wish()).starting_later == 1
        assert s.row(later).handed_out_at is None

    def test_who_cannot_be_handed_out_is_told_and_the_others_are(self, s: School, tmp_path: Path) -> None:
        s.e.change(tables.Account, s.bea, state="unallocated")
        done = s.hand_out(tmp_path / "new.csv", ids=(s.ali, s.bea, s.old))
        assert done.usernames == ("a.khan",)
        assert {each.username: each.reason for each in done.left_out} == {
            "b.north": "The account is not in use.",
            "o.old": "The account was there before; its password is the directory's.",
        }

    def test_P6_a_username_changed_before_the_hand_out_is_the_one_on_the_slip(
        self, s: School, tmp_path: Path
    ) -> None:
        decide.rename(s.e.desk(), URN, s.ali, "ali.khan")
        s.hand_out(tmp_path / "new.csv", ids=(s.ali,))
        [row] = rows(tmp_path / "new.csv")
        assert (row["username"], row["email"]) == ("ali.khan", "ali.khan@larkmere.example")

    def test_P9_future_starters_wait_and_are_handed_out_before_they_start(
        self, s: School, tmp_path: Path
    ) -> None:
        s.new("Fay", "Moss", start_date=date(2027, 1, 4))
        found = queues.new_user_list(s.e.desk(), URN)
        [place] = found.order(wanted="2027-01-04")
        assert s.row(found.ids[place]).username == "f.moss"
        assert "f.moss" in s.hand_out(tmp_path / "new.csv").usernames

    def test_a_hand_out_cannot_be_taken_back_and_says_what_to_do(self, s: School, tmp_path: Path) -> None:
        done = s.hand_out(tmp_path / "new.csv")
        with pytest.raises(Conflict, match="cannot be taken back") as told:
            decide.undo(s.e.desk(), done.decision.id)
        assert "--again" in told.value.mend and decide.last(s.e.desk(), URN) is None

    def test_who_may_not_hand_out_is_refused_before_anything(self, s: School, tmp_path: Path) -> None:
        from dataclasses import replace

        for desk in (replace(s.e.desk(), grade="head"), replace(s.e.desk(), read_only=True)):
            with pytest.raises(permits.NotPermitted):
                handout.hand_out(desk, URN, Wish(), tmp_path / "new.csv")
            with pytest.raises(permits.NotPermitted):
                handout_none.no_slips(desk, URN, Wish())
        assert list(tmp_path.glob("new*")) == []

    def test_L4_L8_a_school_that_is_only_looked_up_hands_nothing_out(self, s: School, tmp_path: Path) -> None:
        s.e.change(tables.School, s.school, mode="lookup")
        with pytest.raises(Usage, match="only looked up"):
            s.hand_out(tmp_path / "new.csv")


class TestNoSlips:
    def test_P8_at_a_school_of_forgotten_passwords_nobody_waits_anywhere(self, s: School) -> None:
        def everywhere() -> tuple[int, int, int, int]:
            [row] = status.school_rows(s.e.url, now=s.e.now)
            told = queues.overview(s.e.desk(), URN).school.waiting.new_users
            return len(s.waits()), counts.counts(s.e.desk(), URN).new_users, row.waiting.new_users, told

        assert everywhere() == (4, 4, 4, 4), "P7: the count is the same on the tab, home and status"
        schools.set_options(s.e.desk(), URN, {"first_password": "forgotten"})
        assert everywhere() == (0, 0, 0, 0)
        assert handout_looks.way_in(s.e.desk(), URN)[0] == "forgotten"
        schools.set_options(s.e.desk(), URN, {"first_password": "default"})
        assert everywhere() == (4, 4, 4, 4)

    def test_P8_one_person_of_such_a_school_can_still_get_a_slip(self, s: School, tmp_path: Path) -> None:
        schools.set_options(s.e.desk(), URN, {"first_password": "forgotten"})
        assert s.hand_out(tmp_path / "one.csv", ids=(s.ali,)).usernames == ("a.khan",)

    def test_P8_those_who_need_no_slip_stop_waiting_and_undo_brings_them_back(self, s: School) -> None:
        view = handout_none.no_slips(s.e.desk(), URN, Wish(role="pupil"))
        assert s.waits() == {"t.baker"} and view.kind == "no-slips"
        assert handout_looks.log(s.e.desk(), URN) == (), "nothing was printed"
        undone = decide.undo_last(s.e.desk(), URN)
        assert undone is not None and undone.id == view.id
        assert len(s.waits()) == 4 and not s.e.all(tables.HandoutLine) and not s.e.all(tables.Handout)

    def test_no_slip_is_no_known_password_when_a_run_is_taken_back(self, s: School, tmp_path: Path) -> None:
        from misconsole.services.in_the_way import _handed_out

        handout_none.no_slips(s.e.desk(), URN, Wish(ids=(s.ali,)))
        s.hand_out(tmp_path / "new.csv", ids=(s.bea,))
        with s.e.store.read() as session:
            assert _handed_out(session, ("account", s.ali)) is None
            block = _handed_out(session, ("account", s.bea))
        assert block is not None and "its password is known" in block.message


class TestProof:
    def test_nothing_is_kept_of_a_password_by_default(self, s: School, tmp_path: Path) -> None:
        s.hand_out(tmp_path / "new.csv")
        assert {line.proof for line in s.e.all(tables.HandoutLine)} == {""}
        with pytest.raises(MisconsoleError, match="Nothing is kept"):
            handout_looks.check(s.e.desk(), URN, "a.khan", "whatever")

    def test_a_school_that_keeps_a_proof_can_check_one_password_by_it(
        self, s: School, tmp_path: Path
    ) -> None:
        schools.set_options(s.e.desk(), URN, {"password_proof": "hash"})
        s.hand_out(tmp_path / "new.csv", ids=(s.ali,))
        [row] = rows(tmp_path / "new.csv")
        assert handout_looks.check(s.e.desk(), URN, "A.Khan", row["password"])
        assert not handout_looks.check(s.e.desk(), URN, "a.khan", row["password"] + "x")
        [line] = s.e.all(tables.HandoutLine)
        assert line.proof.startswith("scrypt$") and row["password"] not in line.proof
        assert not s.e.all(tables.Journal, table_name="handout_line"), "the proof lies in one place"
        with pytest.raises(NotFound):
            handout_looks.check(s.e.desk(), URN, "t.baker", "x")


class TestForms:
    def test_slips_are_one_file_or_one_a_group(self, s: School, tmp_path: Path) -> None:
        s.hand_out(tmp_path / "pupils", "slips", role="pupil", split=True)
        names = {each.name for each in (tmp_path / "pupils").iterdir()}
        assert names == {"2k.pdf", "10b.pdf"}
        assert {stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "pupils").iterdir()} == {0o600}
        assert stat.S_IMODE((tmp_path / "pupils").stat().st_mode) == 0o700
        s.hand_out(tmp_path / "staff.pdf", "slips")
        assert (tmp_path / "staff.pdf").read_bytes().startswith(b"%PDF")

    def test_google_gets_the_password_and_who_must_change_it(self, s: School, tmp_path: Path) -> None:
        s.hand_out(tmp_path / "google.csv", "google")
        found = {row["Email Address [Required]"]: row for row in rows(tmp_path / "google.csv")}
        assert set(found) == {
            f"{name}@larkmere.example" for name in ("z.smithjones", "a.khan", "b.north", "t.baker")
        }
        assert all(len(row["Password [Required]"]) >= 8 for row in found.values())
        asked = {
            row["First Name [Required]"]: row["Change Password at Next Sign-In"] for row in found.values()
        }
        assert asked == {"Zoë": "FALSE", "Ali": "FALSE", "Bea": "FALSE", "Tom": "TRUE"}

    def test_entra_gets_its_two_lines_above_and_the_password(self, s: School, tmp_path: Path) -> None:
        s.hand_out(tmp_path / "entra.csv", "entra", role="staff")
        first, header, row = (tmp_path / "entra.csv").read_text().splitlines()
        assert first == "version:v1.0" and header.split(",")[2].startswith("Initial password")
        assert row.split(",")[1] == "t.baker@larkmere.example" and len(row.split(",")[2]) >= 8

    def test_school_data_sync_keeps_everybody_and_fills_the_passwords_of_some(
        self, s: School, tmp_path: Path
    ) -> None:
        """Its reader takes who is missing for gone."""
        s.hand_out(tmp_path / "sds", "sds", ids=(s.ali,))
        users = {row["username"]: row["password"] for row in rows(tmp_path / "sds" / "users.csv")}
        assert len(users) == 5 and [name for name, word in users.items() if word] == [
            "a.khan@larkmere.example"
        ]
        assert (tmp_path / "sds" / "orgs.csv").exists()
        assert s.waits() == {"z.smithjones", "b.north", "t.baker"}

    def test_who_has_no_place_in_a_form_goes_on_waiting_and_is_told(self, s: School, tmp_path: Path) -> None:
        s.e.change(tables.Account, s.bea, email="not an address")
        done = s.hand_out(tmp_path / "google.csv", "google", group="10B")
        assert done.usernames == ("a.khan",) and "b.north" in s.waits()
        [left] = done.left_out
        assert left.username == "b.north" and "address" in left.reason


class TestTheFile:
    def test_nothing_is_written_over_what_is_there(self, s: School, tmp_path: Path) -> None:
        path = tmp_path / "new.csv"
        path.write_text("mine")
        with pytest.raises(Usage, match="there already"):
            s.hand_out(path)
        assert path.read_text() == "mine" and len(s.waits()) == 4
        s.hand_out(path, replace=True)
        assert len(rows(path)) == 4 and stat.S_IMODE(path.stat().st_mode) == 0o600

    @pytest.mark.parametrize("kind", ["no folder", "a folder", "a link", "a full folder"])
    def test_a_place_that_will_not_do_is_told_first(self, s: School, tmp_path: Path, kind: str) -> None:
        path, wish = tmp_path / "new", {}
        if kind == "no folder":
            path = tmp_path / "nowhere" / "new.csv"
        elif kind == "a link":
            path.symlink_to(tmp_path / "elsewhere")
        else:
            path.mkdir()
            if kind == "a full folder":
                (path / "mine").write_text("mine")
                wish = {"form": "slips", "split": True}
        with pytest.raises(Usage):
            s.hand_out(path, **wish)
        assert len(s.waits()) == 4 and not s.e.all(tables.Handout)

    @pytest.mark.parametrize("step", ["stage", "publish", "publish late", "record", "commit", "content"])
    @pytest.mark.parametrize("before", [False, True])
    def test_a_fault_at_any_step_leaves_nobody_handed_out_and_no_file(
        self, s: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
    ) -> None:
        path = tmp_path / "out" / "new.csv"
        path.parent.mkdir()
        if before:
            path.write_text("mine")
        mended = break_at(step, s, monkeypatch)
        with pytest.raises((MisconsoleError, RuntimeError)):
            s.hand_out(path, replace=before)
        monkeypatch.undo()
        mended()
        assert len(s.waits()) == 4 and not s.e.all(tables.Handout) and not s.e.all(tables.HandoutLine)
        assert [each.name for each in path.parent.iterdir()] == (["new.csv"] if before else [])
        assert not before or path.read_text() == "mine"
        s.hand_out(path, replace=before)
        assert len(rows(path)) == 4

    def test_somebody_renamed_in_between_is_not_handed_a_wrong_slip(
        self, s: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = handout_content.files

        def meanwhile(*args: Any, **kwargs: Any) -> Any:
            decide.rename(s.e.desk("bob"), URN, s.ali, "ali")
            return real(*args, **kwargs)

        monkeypatch.setattr(handout_content, "files", meanwhile)
        with pytest.raises(Conflict, match="bob"):
            s.hand_out(tmp_path / "new.csv")
        assert len(s.waits()) == 4 and not (tmp_path / "new.csv").exists()

    def test_of_two_who_hand_out_the_same_people_one_is_told(
        self, s: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, turn = handout_content.files, []

        def meanwhile(*args: Any, **kwargs: Any) -> Any:
            if not turn:
                turn.append(1)
                handout.hand_out(s.e.desk("bob"), URN, Wish(), tmp_path / "bob.csv")
            return real(*args, **kwargs)

        monkeypatch.setattr(handout_content, "files", meanwhile)
        with pytest.raises(Conflict, match="bob"):
            s.hand_out(tmp_path / "alice.csv")
        assert not (tmp_path / "alice.csv").exists() and len(rows(tmp_path / "bob.csv")) == 4

    def test_what_a_killed_hand_out_left_behind_is_swept_by_the_next(self, s: School, tmp_path: Path) -> None:
        import subprocess
        import sys

        with subprocess.Popen([sys.executable, "-c", ""]) as child:
            child.wait()
        gone = tmp_path / f".new.csv.{child.pid}-0a1b2c3d.part"
        alive = tmp_path / f".new.csv.{os.getpid()}-0a1b2c3d.part"
        for each in (gone, alive):
            each.mkdir()
            (each / "content").write_text("secret")
        s.hand_out(tmp_path / "new.csv")
        assert not gone.exists() and alive.exists(), "one at work is left alone"

    def test_a_disk_without_hard_links_gets_its_file_too(
        self, s: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_links(*_: Any) -> None:
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", no_links)
        s.hand_out(tmp_path / "new.csv")
        assert len(rows(tmp_path / "new.csv")) == 4


def break_at(step: str, s: School, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Breaks one step; what it returns mends it, besides ``monkeypatch.undo``."""

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    def fault(*_: Any, **__: Any) -> Any:
        raise RuntimeError("fault")

    if step == "stage":
        monkeypatch.setattr(handout_place, "_write", full)
    elif step == "publish":
        monkeypatch.setattr(handout_place.Place, "_publish", full)
    elif step == "publish late":
        monkeypatch.setattr(handout_place, "_sync", fault)
    elif step == "record":
        monkeypatch.setattr(handout.rows, "add", fault)
    elif step == "content":
        monkeypatch.setattr(handout_content, "files", fault)
    else:
        from sqlalchemy import event

        writer = s.e.store._writer
        event.listen(writer, "commit", fault)
        return lambda: event.remove(writer, "commit", fault)
    return lambda: None


class TestDirectories:
    def test_P4_P5_the_temporary_password_of_a_push_is_replaced_by_the_one_handed_out(
        self, pushed: tuple[School, PushBench], tmp_path: Path
    ) -> None:
        s, b = pushed
        schools.set_options(s.e.desk(), URN, {"password_infants": "words=2 digits=2"})
        b.pushed()
        temporary = dict(b.directory.passwords)
        assert len(temporary) >= 4, "the accounts are there before anybody has a slip"
        assert handout_looks.preview(s.e.desk(), URN, Wish()).targets == ("curriculum",)
        s.hand_out(tmp_path / "new.csv")
        for row, account in zip(rows(tmp_path / "new.csv"), (s.zoe, s.ali, s.bea, s.tom), strict=True):
            remote = b.entry(account).remote_id
            assert b.directory.passwords[remote] == (row["password"], row["role"] == "staff")
            assert temporary[remote][0] != row["password"]

    def test_who_a_directory_refuses_is_not_in_the_file_and_goes_on_waiting(
        self, pushed: tuple[School, PushBench], tmp_path: Path
    ) -> None:
        from connectors.targets.base import TargetRefused

        s, b = pushed
        schools.set_options(s.e.desk(), URN, {"password_infants": "words=2 digits=2"})
        b.directory.refuse["a.khan"] = TargetRefused("The name is on a list there.")
        done = s.hand_out(tmp_path / "new.csv")
        assert [row["username"] for row in rows(tmp_path / "new.csv")] == [
            "z.smithjones",
            "b.north",
            "t.baker",
        ]
        assert s.waits() == {"a.khan"}
        [left] = done.left_out
        assert left.username == "a.khan" and "on a list there" in left.reason
        assert "a.khan" not in handout_looks.log(s.e.desk(), URN)[0].usernames

    def test_a_directory_that_is_away_leaves_everybody_waiting_and_no_file(
        self, pushed: tuple[School, PushBench], tmp_path: Path
    ) -> None:
        s, b = pushed
        b.directory.cut = (len(b.directory.calls), False)
        with pytest.raises(MisconsoleError) as told:
            s.hand_out(tmp_path / "new.csv", role="pupil")
        assert "curriculum" in told.value.message and len(s.waits()) == 4
        assert not (tmp_path / "new.csv").exists() and not s.e.all(tables.Handout)

    def test_a_full_disk_after_the_directory_was_told_marks_nobody(
        self, pushed: tuple[School, PushBench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        s, b = pushed
        schools.set_options(s.e.desk(), URN, {"password_infants": "words=2 digits=2"})
        break_at("publish", s, monkeypatch)
        with pytest.raises(MisconsoleError, match="Nobody was handed out"):
            s.hand_out(tmp_path / "new.csv")
        monkeypatch.setattr(handout_place.Place, "_publish", REAL_PUBLISH)
        assert len(s.waits()) == 4
        s.hand_out(tmp_path / "new.csv")
        [row] = [row for row in rows(tmp_path / "new.csv") if row["username"] == "a.khan"]
        assert b.directory.passwords[b.entry(s.ali).remote_id][0] == row["password"], "the newer one counts"


REAL_PUBLISH = handout_place.Place._publish


@pytest.mark.parametrize(
    "text", ["/", "~nobody-of-that-name", ".", "..", "", "\0", "a" * 5000, "/dev/null/x"]
)
def test_a_place_that_is_half_typed_is_told_and_never_a_fault(text: str) -> None:
    from misconsole import paths

    assert isinstance(handout_place.complaint(paths.typed(text)), str)
    assert handout_place.complaint(paths.typed("/")) == "/ is a folder. Name a file."
