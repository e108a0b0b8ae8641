"""The trail of decisions shows tampering: what is changed, taken out, put in, moved or cut off is found."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from data import audit as trail
from data.store import Store
from data.tables import Decision
from misconsole.errors import Conflict
from misconsole.secrets import Secrets
from misconsole.services import audit_seal, decide, schools
from misconsole.services.desk import Desk
from tests import seed, stores

pytestmark = pytest.mark.every_store

URN = "100001"
COPY = (
    "INSERT INTO decision SELECT 50, school_id, kind, person_id, account_id, summary, detail, actor, at, "
    "undone_at, undone_by, origin, place, {seal} FROM decision WHERE id = {id}"
)


@pytest.fixture
def desk(e: seed.Estate) -> Desk:
    """Five decisions, the last of them taken back; the end of the trail is kept."""
    school = e.school()
    desk = replace(e.desk("alice"), origin="console", place="desk-4, pts/3, from 192.0.2.7")
    people = [
        e.person(school, given, "Lee", upn=f"A80100000000{n}") for n, given in enumerate(("Ann", "Bo", "Cy"))
    ]
    for person in people:
        decide.create(desk, URN, person)
    decide.exclude_name(desk, URN, given="Dee", family="Poe", reason="not here")
    schools.set_options(desk, URN, {"phase": "primary"})
    last = decide.last(desk, URN)
    assert last is not None
    decide.undo(desk, last.id)
    audit_seal.keep_head(desk)
    return desk


def tamper(desk: Desk, *statements: str) -> None:
    """What somebody does who can write the store file, and has nothing else."""
    with desk.store.engine.begin() as connection:
        for each in statements:
            connection.exec_driver_sql(each)


def codes(desk: Desk) -> list[tuple[str, int]]:
    return [(each.code, each.row_id) for each in audit_seal.verify(desk).findings]


def test_an_untouched_trail_is_whole_and_says_who_was_where(e: seed.Estate, desk: Desk) -> None:
    view = audit_seal.verify(desk)
    assert view.whole, view.findings
    assert (view.rows, view.sealed) == (6, 6)
    rows = e.all(Decision)
    assert {(row.origin, row.place) for row in rows} == {("console", "desk-4, pts/3, from 192.0.2.7")}
    assert [row.kind for row in rows] == ["create", "create", "create", "exclude-name", "set", "undo"]


@pytest.mark.parametrize(
    "column", ["summary = 'x'", "actor = 'bob'", "detail = '{}'", "origin = 'worker'", "place = ''",
               "person_id = 99", "kind = 'keep'", "at = '2020-01-01T00:00:00.000000+00:00'"],
)  # fmt: skip
def test_a_changed_row_is_named(desk: Desk, column: str) -> None:
    tamper(desk, f"UPDATE decision SET {column} WHERE id = 2" if "detail" not in column
           else f"UPDATE decision SET {column} WHERE id = 4")  # fmt: skip
    assert codes(desk) == [("changed", 4 if "detail" in column else 2)]


def test_a_row_taken_out_of_the_middle_is_missed(desk: Desk) -> None:
    tamper(desk, "DELETE FROM decision WHERE id = 3")
    [finding] = audit_seal.verify(desk).findings
    assert (finding.code, finding.row_id) == ("missing", 4)
    assert "One decision is missing" in finding.message


def test_the_first_row_taken_out_is_missed(desk: Desk) -> None:
    tamper(desk, "DELETE FROM decision WHERE id = 1")
    assert ("missing", 2) in codes(desk)


def test_a_tail_cut_off_is_missed_because_the_end_is_kept_with_the_secrets(desk: Desk) -> None:
    tamper(desk, "DELETE FROM decision WHERE id >= 5")
    view = audit_seal.verify(desk)
    assert [each.code for each in view.findings if each.code == "cut"] == ["cut"]
    assert "newest 2 decisions are missing" in view.findings[-1].message


def test_deciding_on_after_a_cut_does_not_hide_it(e: seed.Estate, desk: Desk) -> None:
    """SQLite gives the ids out again, and the new rows are well sealed; the head that was kept stays."""
    tamper(desk, "DELETE FROM decision WHERE id >= 5")
    for name in ("Eve", "Fay", "Gil"):
        decide.exclude_name(desk, URN, given=name, family="Poe", reason="not here")
        audit_seal.keep_head(desk)
    assert "cut" in [code for code, _ in codes(desk)]


def test_two_rows_swapped_are_out_of_order(desk: Desk) -> None:
    tamper(desk, "UPDATE decision SET id = 100 WHERE id = 1", "UPDATE decision SET id = 1 WHERE id = 3",
           "UPDATE decision SET id = 3 WHERE id = 100")  # fmt: skip
    found = dict(reversed(codes(desk)))
    assert {"order", "missing"} <= set(found)


def test_a_row_put_in_without_the_key_is_not_sealed(e: seed.Estate, desk: Desk) -> None:
    tamper(desk, COPY.format(seal="''", id=1))
    assert codes(desk) == [("unsealed", 50)]
    decide.exclude_name(desk, URN, given="Eve", family="Poe", reason="not here")
    assert ("unsealed", 50) in codes(desk)  # what comes after does not take it in


def test_a_copy_of_a_sealed_row_does_not_pass(desk: Desk) -> None:
    tamper(desk, COPY.format(seal="seal", id=2))
    assert {code for code, row in codes(desk) if row == 50} == {"order", "changed"}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE decision SET undone_at = '2026-09-14T12:00:00.000000+00:00', undone_by = 'bob' WHERE id = 1",
     "UPDATE decision SET undone_at = NULL, undone_by = '' WHERE undone_at IS NOT NULL"],
)  # fmt: skip
def test_a_mark_of_undoing_and_the_row_of_undoing_must_agree(desk: Desk, statement: str) -> None:
    tamper(desk, statement)
    [(code, _)] = codes(desk)
    assert code == "undone"


def test_sealing_everything_with_another_key_does_not_pass(e: seed.Estate, desk: Desk) -> None:
    with e.store.write() as s:
        trail.reseal(s, trail.Key(b"somebody else's"), broken=())
    assert {code for code, _ in codes(desk)} == {"foreign", "cut"}


def test_wiping_the_seals_does_not_make_a_new_base_line(desk: Desk) -> None:
    tamper(desk, "UPDATE decision SET seal = '', summary = 'x'")
    decide.exclude_name(desk, URN, given="Eve", family="Poe", reason="not here")
    assert not audit_seal.verify(desk).whole


def test_rows_from_before_sealing_are_the_base_line_of_the_first_seal(e: seed.Estate) -> None:
    school = e.school()
    for n in range(3):
        e.put(Decision, school_id=school, kind="keep", summary=f"old {n}", at=e.now, actor="old", detail={})
    assert "Nothing was sealed yet" in audit_seal.verify(e.desk()).summary
    decide.exclude_name(e.desk(), URN, given="Eve", family="Poe", reason="not here")
    view = audit_seal.verify(e.desk())
    assert view.whole
    assert view.sealed == 4
    tamper(e.desk(), "UPDATE decision SET summary = 'x' WHERE id = 2")
    assert codes(e.desk()) == [("changed", 2)]


def test_rewriting_on_purpose_is_sealed_anew_and_told_but_hides_no_tampering(
    e: seed.Estate, desk: Desk
) -> None:
    tamper(desk, "UPDATE decision SET summary = 'x' WHERE id = 2")
    with e.store.write() as s:
        school = schools.resolve(s, URN)
        row = audit_seal.record(s, desk, school, "erase", summary="Erased one")
        with audit_seal.rewriting(s, desk, row, reason="retention"):
            s.get_one(Decision, 3).summary = "create: about somebody who was erased"
        audit_seal.seal(s, desk, row)
    audit_seal.keep_head(desk)
    assert codes(desk) == [("changed", 2)]
    last = e.all(Decision)[-1]
    assert last.detail == {"resealed": 4, "resealed_for": "retention"}


def test_a_refused_decision_leaves_no_row_and_no_gap(e: seed.Estate, desk: Desk) -> None:
    with pytest.raises(Conflict):
        decide.exclude_name(desk, URN, given="Ann", family="Lee", reason="twice")
        decide.exclude_name(desk, URN, given="Ann", family="Lee", reason="twice")
    assert audit_seal.verify(desk).whole


def test_two_desks_deciding_at_once_keep_one_chain(e: seed.Estate, desk: Desk) -> None:
    """Each opens the store for itself, as two consoles do."""
    failed: list[BaseException] = []

    def decide_some(actor: str) -> None:
        try:
            with Store.open(e.url) as store:
                mine = Desk(store=store, secrets=Secrets.at(e.folder / "secrets"), actor=actor, now=desk.now)
                for n in range(12):
                    name = f"{actor}{'abcdefghijkl'[n]}"
                    decide.exclude_name(mine, URN, given=name, family="Poe", reason="not here")
                audit_seal.keep_head(mine)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=decide_some, args=(actor,)) for actor in ("bo", "cy")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failed
    view = audit_seal.verify(desk)
    assert view.whole, view.findings
    assert view.sealed == 6 + 24


def test_sealing_reads_one_row_and_asks_for_the_secrets_once(
    desk: Desk, e: seed.Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deciding must not become slower with the length of the trail, nor with a slow keyring."""
    asked: list[str] = []
    get: Callable[[Secrets, str], dict[str, str]] = Secrets.get

    def counted(self: Secrets, ref: str) -> dict[str, str]:
        asked.append(ref)
        return get(self, ref)

    monkeypatch.setattr(Secrets, "get", counted)
    for name in ("Eve", "Fay", "Gil"):
        decide.exclude_name(desk, URN, given=name, family="Poe", reason="not here")
    assert asked == []


def test_the_key_never_stands_in_the_store_or_in_a_repr(e: seed.Estate, desk: Desk) -> None:
    secret = e.secrets.get(audit_seal.KEY_REF)["key"]
    assert len(secret) == 64
    assert secret.encode() not in stores.bytes_of(desk.store)
    assert secret not in repr(trail.Key(bytes.fromhex(secret)))


def test_every_row_of_the_trail_is_made_in_one_place() -> None:
    """A decision written elsewhere would be unsealed, and make a whole trail look tampered with."""
    root = Path(__file__).parents[2]
    found = {
        str(path.relative_to(root))
        for folder in ("misconsole", "data", "screens")
        for path in (root / folder).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Decision"
    }
    assert found == {"data/audit.py"}
