"""What every target keeps to, whichever directory it is; the stages are found by looking (target_stages)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from target_stages import DOMAIN, PASSWORD, Stage, stages, wanted

from connectors.errors import ConnectorError
from connectors.targets import registry
from connectors.targets.base import EntryGone, NameTaken, Target, TargetRefused

STAGES = stages()
NO_ID = "0000000000000000"


@pytest.fixture(params=sorted(STAGES))
def stage(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[Stage]:
    caplog.set_level(logging.DEBUG)
    with STAGES[request.param]() as one:
        yield one
        for canary in (PASSWORD, *one.canaries):
            assert canary not in caplog.text


def made(target: Target, number: int = 1, **more: object) -> str:
    return target.create(wanted(number, **more), password=PASSWORD, must_change=True).remote_id


def of(target: Target, address: str) -> str:
    return next(e.remote_id for e in target.entries() if e.email.lower() == address.lower())


def test_every_kind_of_target_is_staged_or_needs_a_system_package() -> None:
    assert set(STAGES) | {"ldap"} == set(registry.kinds())


def test_the_adapter_is_what_the_registry_declares(stage: Stage) -> None:
    target = stage.target()
    assert isinstance(target, Target)
    declared = registry.declaration(target.declaration.kind)
    assert declared is target.declaration
    assert len({each.name for each in declared.settings}) == len(declared.settings)


def test_D10_both_tests_are_good(stage: Stage) -> None:
    probes = stage.target().probe()
    assert [(p.name, p.ok) for p in probes] == [("connectivity", True), ("data", True)], probes


def test_what_is_made_is_there_as_wanted(stage: Stage) -> None:
    """create, and read again by another client."""
    asked = wanted(extras={"job_title": "Teacher", "department": "Maths"})
    entry = stage.target().create(asked, password=PASSWORD, must_change=True)
    seen = {e.remote_id: e for e in stage.target().entries()}[entry.remote_id]
    for one in (entry, seen):
        assert (one.anchor, one.username, one.email) == ("990099-1", "nokonjo1", f"nokonjo1@{DOMAIN}")
        assert (one.given_name, one.family_name) == ("Nia", "Okonjo-Hale")
        assert one.display_name == "Nia Okonjo-Hale"
        assert one.enabled and not one.protected
        assert {"job_title": "Teacher", "department": "Maths"}.items() <= one.extras.items()
    assert stage.password_of(entry.remote_id) in (PASSWORD, None)


def test_what_is_made_suspended_cannot_sign_in(stage: Stage) -> None:
    assert not stage.target().create(wanted(enabled=False), password=PASSWORD, must_change=True).enabled


def test_creating_twice_gives_the_same_entry_unchanged(stage: Stage) -> None:
    first = made(stage.target())
    again = stage.target().create(wanted(family_name="Other"), password="Another-Pass-99", must_change=False)
    assert (again.remote_id, again.family_name) == (first, "Okonjo-Hale")
    assert stage.password_of(first) in (PASSWORD, None)


def test_Z23_an_answer_lost_after_the_write_never_makes_a_second_entry(stage: Stage) -> None:
    """The entry is there; whoever asks again is given it back."""
    target = stage.target()
    assert target.find("990099-1") is None
    before = len(list(target.entries()))
    stage.lose()
    with pytest.raises(ConnectorError):
        target.create(wanted(), password=PASSWORD, must_change=True)
    entry = target.create(wanted(), password=PASSWORD, must_change=True)
    assert entry.anchor == "990099-1"
    assert len(list(stage.target().entries())) == before + 1


def test_find_is_by_our_mark_and_by_nothing_else(stage: Stage) -> None:
    identity = made(stage.target())
    found = stage.target().find("990099-1")
    assert found is not None and found.remote_id == identity
    assert stage.target().find("990099-2") is None
    assert stage.target().find("' or 1 eq 1 or 'a' eq 'a") is None


def test_M6_a_name_of_somebody_else_is_refused_and_nothing_made(stage: Stage) -> None:
    target = stage.target()
    before = len(list(target.entries()))
    with pytest.raises(NameTaken) as caught:
        target.create(
            wanted(email=stage.stranger, username=stage.stranger.partition("@")[0]),
            password=PASSWORD, must_change=True,
        )  # fmt: skip
    assert caught.value.mend
    assert len(list(target.entries())) == before


def test_an_entry_that_was_there_is_adopted_once(stage: Stage) -> None:
    target = stage.target()
    stranger = of(target, stage.stranger)
    assert target.adopt(stranger, "990099-7").anchor == "990099-7"
    assert target.adopt(stranger, "990099-7").anchor == "990099-7"
    with pytest.raises(NameTaken):
        target.adopt(stranger, "990099-8")
    found = stage.target().find("990099-7")
    assert found is not None and found.email.lower() == stage.stranger.lower()


def test_an_update_changes_the_fields_it_names_and_no_other(stage: Stage) -> None:
    target = stage.target()
    identity = made(target, extras={"job_title": "Teacher", "employee_id": "S1"})
    change = wanted(given_name="Femi", family_name="Hale", extras={"job_title": "Head"})
    for _ in range(2):
        entry = target.update(identity, change, fields=frozenset({"family_name", "job_title"}))
        assert (entry.given_name, entry.family_name) == ("Nia", "Hale")
        assert dict(entry.extras) == {"job_title": "Head", "employee_id": "S1"}
    seen = {e.remote_id: e for e in stage.target().entries()}[identity]
    assert (seen.given_name, seen.family_name, dict(seen.extras)) == ("Nia", "Hale", dict(entry.extras))
    assert seen.anchor == "990099-1"


def test_an_extra_that_is_no_longer_wanted_is_taken_out(stage: Stage) -> None:
    target = stage.target()
    identity = made(target, extras={"job_title": "Teacher", "employee_id": "S1"})
    entry = target.update(identity, wanted(), fields=frozenset({"job_title", "employee_id"}))
    assert dict(entry.extras) == {}
    assert entry.anchor == "990099-1"


def test_O4_a_rename_keeps_the_entry_and_its_old_address(stage: Stage) -> None:
    target = stage.target()
    identity = made(target)
    new = wanted(username="nhale", email=f"nhale@{DOMAIN}")
    for _ in range(2):
        entry = target.rename(identity, new, keep=frozenset({f"nokonjo1@{DOMAIN}"}))
        assert (entry.remote_id, entry.username, entry.email) == (identity, "nhale", f"nhale@{DOMAIN}")
        assert f"nokonjo1@{DOMAIN}" in entry.aliases
    seen = {e.remote_id: e for e in stage.target().entries()}[identity]
    assert (seen.email, seen.anchor) == (f"nhale@{DOMAIN}", "990099-1")
    assert f"nokonjo1@{DOMAIN}" in seen.aliases


def test_O5_a_name_given_back_is_taken_again(stage: Stage) -> None:
    """There and back: the own old address is no name of somebody else."""
    target = stage.target()
    identity = made(target)
    old, new = f"nokonjo1@{DOMAIN}", f"nhale@{DOMAIN}"
    target.rename(identity, wanted(username="nhale", email=new), keep=frozenset({old}))
    entry = target.rename(identity, wanted(), keep=frozenset({new}))
    assert (entry.email, new in entry.aliases) == (old, True)


def test_a_rename_to_a_name_of_somebody_else_changes_nothing(stage: Stage) -> None:
    target = stage.target()
    identity = made(target)
    taken = wanted(username=stage.stranger.partition("@")[0], email=stage.stranger)
    with pytest.raises(NameTaken):
        target.rename(identity, taken, keep=frozenset({f"nokonjo1@{DOMAIN}"}))
    assert {e.remote_id: e for e in target.entries()}[identity].email == f"nokonjo1@{DOMAIN}"


def test_aliases_are_added_and_none_taken_away(stage: Stage) -> None:
    target = stage.target()
    identity = made(target, aliases=frozenset({f"first@{DOMAIN}"}))
    asked = wanted(aliases=frozenset({f"second@{DOMAIN}"}))
    if not target.declaration.aliases:  # then none is ever claimed that leads nowhere
        assert not target.update(identity, asked, fields=frozenset({"aliases"})).aliases
        return
    for _ in range(2):
        entry = target.update(identity, asked, fields=frozenset({"aliases"}))
        assert {f"first@{DOMAIN}", f"second@{DOMAIN}"} <= entry.aliases
    with pytest.raises(NameTaken):
        target.update(identity, wanted(aliases=frozenset({stage.stranger})), fields=frozenset({"aliases"}))


def test_a_move_ends_at_the_place_and_a_second_one_does_nothing(stage: Stage) -> None:
    target = stage.target()
    identity = made(target)
    if not target.declaration.places:
        with pytest.raises(TargetRefused):
            target.move(identity, ("Pupils", "2024"))
        return
    for _ in range(2):
        assert target.move(identity, ("Pupils", "2024")).place == ("Pupils", "2024")
    assert made(target, 2, place=("Pupils", "2024"))
    assert {e.place for e in stage.target().entries() if e.anchor} == {("Pupils", "2024")}


def test_suspending_keeps_everything_and_opens_again(stage: Stage) -> None:
    target = stage.target()
    identity = made(target)
    for on in (False, False, True, True):
        entry = target.enable(identity, on=on)
        assert (entry.enabled, entry.anchor, entry.given_name) == (on, "990099-1", "Nia")
        assert {e.remote_id: e.enabled for e in stage.target().entries()}[identity] is on


def test_P5_a_password_is_set_and_a_weak_one_refused(stage: Stage) -> None:
    target = stage.target()
    identity = made(target)
    target.set_password(identity, f"{PASSWORD}-2", must_change=False)
    assert stage.password_of(identity) in (f"{PASSWORD}-2", None)
    with pytest.raises(TargetRefused) as caught:
        target.set_password(identity, stage.weak, must_change=False)
    assert stage.weak not in caught.value.message
    with pytest.raises(TargetRefused):
        target.create(wanted(2), password=stage.weak, must_change=True)
    assert target.find("990099-2") is None


def test_deleting_twice_is_deleting_once(stage: Stage) -> None:
    target = stage.target()
    identity = made(target)
    target.delete(identity)
    target.delete(identity)
    stage.target().delete(identity)
    assert stage.target().find("990099-1") is None
    assert made(target) != ""


def test_what_is_gone_is_told_as_gone(stage: Stage) -> None:
    target = stage.target()
    identity = made(target)
    stage.target().delete(identity)
    fresh = stage.target()
    for work in (
        lambda: fresh.update(identity, wanted(), fields=frozenset({"given_name"})),
        lambda: fresh.rename(identity, wanted(username="x", email=f"x@{DOMAIN}"), keep=frozenset()),
        lambda: fresh.enable(identity, on=False),
        lambda: fresh.adopt(identity, "990099-3"),
        lambda: fresh.set_password(identity, PASSWORD, must_change=False),
    ):
        with pytest.raises(EntryGone):
            work()


def test_an_administrator_is_marked_and_nothing_changes_them(stage: Stage) -> None:
    target = stage.target()
    admin = {e.email.lower(): e for e in target.entries()}[stage.admin.lower()]
    assert admin.protected
    identity = admin.remote_id
    for work in (
        lambda: target.update(identity, wanted(), fields=frozenset({"given_name"})),
        lambda: target.rename(identity, wanted(), keep=frozenset()),
        lambda: target.enable(identity, on=False),
        lambda: target.adopt(identity, "990099-3"),
        lambda: target.set_password(identity, PASSWORD, must_change=False),
        lambda: target.delete(identity),
    ):
        with pytest.raises(TargetRefused):
            work()
    assert {e.email.lower(): e for e in stage.target().entries()}[stage.admin.lower()] == admin


@pytest.mark.parametrize(
    "hostile",
    ['O\'Brien \\ "quoted"', "=cmd|' /C calc'!A0", "Zoë Łukasz 李", "a\x1b[31mred", "[bold]x[/]", "../../x"],
)
def test_Z22_hostile_names_come_back_as_they_went(stage: Stage, hostile: str) -> None:
    target = stage.target()
    name = replace(wanted(), given_name=hostile, family_name=hostile, display_name=hostile)
    identity = target.create(name, password=PASSWORD, must_change=True).remote_id
    seen = {e.remote_id: e for e in stage.target().entries()}[identity]
    assert (seen.given_name, seen.family_name, seen.display_name) == (hostile, hostile, hostile)
    asked = replace(name, anchor="990099-2", username="x y", email=f"x y{hostile}@{DOMAIN}")
    with pytest.raises(TargetRefused):
        target.create(asked, password=PASSWORD, must_change=True)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 429, 500, 503])
def test_whatever_is_answered_every_method_ends_in_our_error_and_tells_no_secret(
    stage: Stage, code: int
) -> None:
    calls = (
        lambda t: list(t.entries()),
        lambda t: t.find("990099-1"),
        lambda t: t.create(wanted(), password=PASSWORD, must_change=True),
        lambda t: t.update(NO_ID, wanted(), fields=frozenset({"given_name"})),
        lambda t: t.rename(NO_ID, wanted(), keep=frozenset()),
        lambda t: t.move(NO_ID, ("Pupils",)),
        lambda t: t.enable(NO_ID, on=False),
        lambda t: t.adopt(NO_ID, "990099-1"),
        lambda t: t.set_password(NO_ID, PASSWORD, must_change=True),
    )
    stage.refuse_all(code)
    target = stage.target()
    assert not all(probe.ok for probe in target.probe())
    for call in calls:
        with pytest.raises(ConnectorError) as caught:
            call(target)
        told = f"{caught.value.message} {caught.value.mend} {caught.value.where}"
        assert not [c for c in (PASSWORD, *stage.canaries) if c in told]


def test_neither_setup_nor_adapter_shows_a_secret(stage: Stage) -> None:
    target = stage.target()
    assert not [c for c in stage.canaries if c in repr(target)]
