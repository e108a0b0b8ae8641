"""Who may do what: every service that changes something asks, and every refusal says who can."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.tables import Decision, ReportScope, Run
from misconsole.errors import NotFound
from misconsole.grades import Account, Standing, standing
from misconsole.services import audit as trail
from misconsole.services import (
    audit_seal,
    catalogue,
    connect,
    decide,
    find,
    notes,
    permits,
    reports,
    runs,
    schools,
    status,
    undo,
)  # fmt: skip
from misconsole.services.desk import Desk
from misconsole.services.permits import NotPermitted
from tests import seed
from tests.fake_mis import Bench

URN, OTHER = "100001", "100002"
SERVICES = Path(__file__).parents[2] / "misconsole" / "services"
ROLES = {
    "administrator": ["user:anna"], "support": ["group:desk"], "operator": ["user:olu"],
    "read-only": ["group:staff"],
}  # fmt: skip
AT = {URN: {"head": ["user:mary"]}}

#: Not asked for leave, with the reason.
FREE = {
    "demo": "a throw-away estate, everybody's own",
    "demo_targets": "the same; and what it asks of the targets asks for a permit",
    "audit_seal": "keeps the end of the trail of whoever was let in",
    "due": "keeps the times that follow from settings somebody was permitted to set",
    "live": "says that oneself is there, and that one has gone",
    "notify.look": "writes down what turned red for the next round; a round asks (tell)",
    "notify.summary": "the same",
    "notify.deliver": "the same",
    "worker_runs": "a turn of the worker, which asks when it begins (Shift.begin)",
    "worker_after": "the same",
    "worker_turns": "the same",
}


def as_(e: seed.Estate, name: str, *groups: str) -> Desk:
    held = standing(Account(name=name, groups=frozenset(groups)), ROLES, AT)
    e.store.only = held.only
    return replace(e.desk(name), grade=held.main, standing=held)


@pytest.fixture
def estate(e: seed.Estate) -> seed.Estate:
    first, second = e.school(URN), e.school(OTHER, "Ridgemoor School")
    e.person(first, "Ann", "Lee")
    e.person(second, "Ann", "Poe")
    for school in (URN, OTHER):
        connect.connect(e.desk(), school, mis="arbor")
    return e


# Every service


def writers() -> list[tuple[str, str]]:
    """Public functions of services that open a transaction to write, by themselves or by one beside them."""
    found = []
    for path in sorted(SERVICES.rglob("*.py")):
        tree = ast.parse(path.read_text())
        made = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
        for name, function in made.items():
            takes_desk = bool(function.args.args) and function.args.args[0].arg == "desk"
            if takes_desk and not name.startswith("_") and _reaches(function, made, _writes, set()):
                found.append((str(path.relative_to(SERVICES).with_suffix("")), name))
    return found


def _reaches(
    function: ast.FunctionDef,
    made: dict[str, ast.FunctionDef],
    wanted: Callable[[ast.Call], bool],
    seen: set[str],
) -> bool:
    calls = [each for each in ast.walk(function) if isinstance(each, ast.Call)]
    if any(wanted(each) for each in calls):
        return True
    names = {each.func.id for each in calls if isinstance(each.func, ast.Name)} - seen
    return any(_reaches(made[name], made, wanted, seen | names) for name in names if name in made)


def _writes(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Attribute)
        and call.func.attr == "write"
        and "store" in ast.unparse(call.func)
    )


def _asks(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in ("need", "deciding")


@pytest.mark.parametrize(("module", "name"), writers())
def test_every_service_that_writes_asks_for_a_permit(module: str, name: str) -> None:
    if module in FREE or f"{module}.{name}" in FREE:
        return
    tree = ast.parse((SERVICES / f"{module}.py").read_text())
    made = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    assert _reaches(made[name], made, _asks, set()), f"{module}.{name} writes and never asks"


def test_the_search_for_writers_finds_those_we_know() -> None:
    found = writers()
    assert {
        ("runs", "cancel"),
        ("schools", "add_school"),
        ("undo", "undo_run"),
        ("connect", "tick_step"),
    } <= set(found)
    assert len(found) > 15


CHANGES: tuple[tuple[str, Callable[[Desk], Any]], ...] = (
    ("sync", lambda d: runs.queue(d, URN)),
    ("sync", lambda d: runs.start(d, URN)),
    ("sync", lambda d: runs.run_now(d, URN)),
    ("sync", lambda d: runs.run_queued(d, 1)),
    ("sync", lambda d: runs.cancel(d, 1)),
    ("approve", lambda d: runs.approve(d, 1)),
    ("approve", lambda d: runs.reject(d, 1)),
    ("undo_run", lambda d: undo.undo_run(d, 1)),
    ("settings", lambda d: schools.add_school(d, name="New", urn="9", settings={})),
    ("settings", lambda d: schools.set_options(d, URN, {"phase": "primary"})),
    ("connect", lambda d: connect.connect(d, URN, mis="bromcom")),
    ("connect", lambda d: connect.disconnect(d, URN)),
    ("connect", lambda d: connect.check_access(d, URN)),
    ("connect", lambda d: connect.request_access(d, URN)),
    ("connect", lambda d: connect.tick_step(d, URN, "tested")),
    ("connect", lambda d: connect.probe(d, URN)),
    ("reports", lambda d: reports.accept(d, URN, "staff")),
    ("reports", lambda d: reports.decline_field(d, URN, "staff", "title")),
    ("decide", lambda d: decide.create(d, URN, 1)),
    ("decide", lambda d: decide.exclude_name(d, URN, given="Dee", family="Poe", reason="x")),
    ("decide", lambda d: notes.add(d, URN, "x", person_id=1)),
    ("audit_out", lambda d: trail.write(d, (), Path("x.csv"))),
)


@pytest.mark.parametrize(("act", "change"), CHANGES)
def test_a_read_only_desk_and_a_reader_change_nothing(
    estate: seed.Estate, act: str, change: Callable[[Desk], Any]
) -> None:
    before = (len(estate.all(Decision)), len(estate.all(Run)), len(estate.all(ReportScope)))
    with pytest.raises(NotPermitted) as found:
        change(replace(estate.desk(), read_only=True))
    assert "--read-only" in found.value.mend
    with pytest.raises(NotPermitted) as found:
        change(as_(estate, "rob", "staff"))
    assert permits.ACTS[act][0] in found.value.message
    assert "an administrator (anna)" in found.value.mend
    assert (len(estate.all(Decision)), len(estate.all(Run)), len(estate.all(ReportScope))) == before


@pytest.mark.parametrize(
    ("who", "groups", "may", "may_not"),
    [
        ("olu", (), {"decide", "sync", "rename", "handout", "export", "push"},
         {"approve", "undo_run", "reports", "connect", "settings", "erase", "keep_house"}),
        ("sue", ("desk",), {"decide", "sync", "approve", "undo_run", "connect", "settings"},
         {"reports", "erase", "keep_house"}),
        ("anna", (), set(permits.ACTS), set()),
        ("rob", ("staff",), {"audit"}, set(permits.ACTS) - {"audit"}),
    ],
)  # fmt: skip
def test_B2_each_role_may_do_its_acts_and_no_others(
    estate: seed.Estate, who: str, groups: tuple[str, ...], may: set[str], may_not: set[str]
) -> None:
    desk = as_(estate, who, *groups)
    assert {act for act in may | may_not if not permits.refusal(desk, act, URN)[0]} == may


def test_B2_starting_a_sync_needs_the_role_and_says_who_has_it(bench: Bench) -> None:
    held = standing(Account(name="rob", groups=frozenset(("staff",))), ROLES)
    with pytest.raises(NotPermitted, match="a reader here, who may not start or stop a sync") as found:
        bench_as(bench, "rob", held)
    assert (
        found.value.mend
        == "Who can: an operator (olu), the support desk (the group desk), an administrator (anna)."
    )
    assert bench.rows(Run) == []
    assert bench_as(bench, "olu", standing(Account(name="olu"), ROLES)).state == "succeeded"


def bench_as(bench: Bench, name: str, held: Standing) -> Any:
    desk = replace(bench.desk, actor=name, grade=held.main, standing=held)
    return runs.run_now(desk, bench.urn, open_connector=bench.mis.open)


# The head of one school


def test_C11_the_head_accepts_reports_of_their_own_school_and_sees_no_other(estate: seed.Estate) -> None:
    mary = as_(estate, "mary")
    assert reports.accept(mary, URN, "staff").state == "accepted"
    with pytest.raises(NotPermitted, match="not"):
        reports.accept(mary, OTHER, "staff")
    with pytest.raises(NotPermitted, match="Ridgemoor School is not one of your schools"):
        reports.reports(mary, OTHER)
    assert {each.school for each in find.find(mary, "Ann")} == {URN}
    assert {each.school for each in trail.trail(mary, trail.Wanted())} == {URN}
    with pytest.raises(NotPermitted):
        decide.create(mary, URN, 1)
    with pytest.raises(NotPermitted):
        audit_seal.verify(mary)


def test_the_head_finds_no_run_of_another_school(estate: seed.Estate) -> None:
    run = estate.run(2)
    with pytest.raises(NotFound):
        runs.get(as_(estate, "mary"), run)


def test_the_short_name_of_a_school_is_the_same_school(estate: seed.Estate) -> None:
    assert not permits.refusal(as_(estate, "mary"), "reports", "larkmere-school")[0]


def test_C11_who_is_the_head_by_role_decides_as_the_head_without_being_asked(
    e: seed.Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    e.school(URN)
    connect.connect(e.desk(), URN, mis="arbor")
    choose = catalogue.choose_route
    monkeypatch.setattr(
        catalogue, "choose_route", lambda *words: replace(choose(*words), accept_by="headteacher")
    )
    with pytest.raises(Exception, match="Only the headteacher"):
        reports.accept(e.desk(), URN, "staff")
    mary = as_(e, "mary")
    view = reports.accept(mary, URN, "staff")
    assert view.state == "accepted"
    [scope] = e.all(ReportScope)
    assert scope.decided_by == "mary (the school's head)"
    assert "as mary decided" in e.all(Decision)[-1].summary


def test_roles_of_one_school_are_added_to_those_held_everywhere(estate: seed.Estate) -> None:
    held = standing(Account(name="mary", groups=frozenset(("staff",))), ROLES, AT)
    assert held.only is None
    estate.store.only = None
    desk = replace(estate.desk("mary"), grade=held.main, standing=held)
    assert reports.accept(desk, URN, "staff").state == "accepted"
    with pytest.raises(NotPermitted, match="a reader here"):
        reports.accept(desk, OTHER, "staff")
    assert permits.title(desk, URN) == "head"
    assert permits.title(desk, OTHER) == "reader"


def test_nobody_named_anywhere_is_told_who_can_give_a_role() -> None:
    with pytest.raises(NotPermitted, match="The account eve has no role") as found:
        permits.must_have_role("eve", standing(Account(name="eve"), ROLES, AT))
    assert "anna" in found.value.mend


def test_others_may_be_given_a_role_but_never_widen_a_named_one() -> None:
    roles = {**ROLES, "others": "read-only"}
    assert standing(Account(name="eve"), roles).main == "read-only"
    assert standing(Account(name="olu"), roles).everywhere == {"operator"}
    assert standing(Account(name="mary"), roles, AT).only == {URN}


def test_without_a_file_everybody_is_an_administrator(e: seed.Estate) -> None:
    assert all(not permits.refusal(e.desk(), act, URN)[0] for act in permits.ACTS)


def test_a_decision_of_a_kind_nobody_mapped_still_asks(estate: seed.Estate) -> None:
    from misconsole.services.decisions.case import deciding

    with pytest.raises(NotPermitted), deciding(as_(estate, "rob", "staff"), URN, "something-new"):
        raise AssertionError("must not begin")


def test_taking_back_asks_for_the_same_leave_as_deciding_did(estate: seed.Estate) -> None:
    from misconsole.services import modes

    done = modes.change_mode(estate.desk(), URN, "link")
    with pytest.raises(NotPermitted, match="change its MIS or mode"):
        decide.undo(as_(estate, "olu"), done.id)


def test_the_list_of_schools_is_the_readers_own(
    estate: seed.Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os
    import pwd

    me = pwd.getpwuid(os.getuid()).pw_name
    (tmp_path / "misconsole.toml").write_text(f'[schools."{OTHER}".roles]\nhead = ["user:{me}"]\n')
    (tmp_path / "misconsole.toml").chmod(0o644)
    monkeypatch.setenv("MISCONSOLE_SITE_CONFIG", str(tmp_path))
    if os.getuid() == 0:
        assert [each.urn for each in status.school_rows(estate.url)] == [OTHER]
