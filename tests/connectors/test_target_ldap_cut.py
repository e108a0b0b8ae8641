"""A connection cut at any moment of a batch: tried again, the directory holds exactly what it should (Y2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

import pytest

from connectors.errors import Unreachable
from connectors.targets.base import Entry, Wanted
from connectors.targets.ldap.adapter import LdapTarget
from tests.connectors.cutting import Relay
from tests.connectors.directories import Directory

PASSWORD = "Canary-first-1x"
DAN = Wanted(
    anchor="d-1", username="dan", email="dan@school.example", given_name="Dan", family_name="Day",
    display_name="Dan Day", place=("Pupils",),
)  # fmt: skip
LATER = replace(
    DAN, username="daniel", email="daniel@school.example", family_name="Night", display_name="D Night"
)
Answer = TypeVar("Answer")


@pytest.fixture(params=["open_ldap", "domain"])
def directory(request: pytest.FixtureRequest) -> Directory:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@contextmanager
def relayed(directory: Directory, base: str) -> Iterator[tuple[Relay, LdapTarget]]:
    with Relay(directory.host, directory.tls_port) as relay:
        target = directory.target(base, url=f"ldaps://{directory.host}:{relay.port}")
        try:
            yield relay, target
        finally:
            target.close()


def batch(target: LdapTarget, people: list[Wanted]) -> Entry:
    """What a push does with somebody: made, renamed, moved, given a password, shut out; then who is new."""
    first, *others = people
    made = target.create(first, password=PASSWORD, must_change=False)
    later = replace(LATER, anchor=first.anchor)
    target.rename(made.remote_id, later, keep=frozenset({first.email}))
    target.update(made.remote_id, later, fields=frozenset({"family_name", "display_name"}))
    target.move(made.remote_id, ("Leavers",))
    target.set_password(made.remote_id, PASSWORD, must_change=False)
    done = target.enable(made.remote_id, on=False)
    for other in others:
        target.create(other, password=PASSWORD, must_change=False)
    return done


def until_done(work: Callable[[], Answer], *, tries: int = 5) -> tuple[Answer, int]:
    """As a push that is started again does; anything but Unreachable is a failure of the test."""
    for lost in range(tries):
        try:
            return work(), lost
        except Unreachable:
            continue
    raise AssertionError("never got through")


def everybody(directory: Directory, base: str) -> list[str]:
    return sorted(row["cn"][0].decode() for row in directory.rows(base, "(objectClass=person)", ("cn",)))


def step(directory: Directory) -> int:
    """Bytes between two places to cut; a whole batch is ten thousand or so each way."""
    return 599 if directory.flavour == "ldap" else 1193


@pytest.mark.parametrize("swallow", [False, True], ids=["request-cut", "answer-swallowed"])
def test_Y2_cut_anywhere_in_a_batch_and_tried_again_nobody_is_lost_or_doubled(
    directory: Directory, new_base: Callable[[Directory], str], swallow: bool
) -> None:
    base = new_base(directory)
    others = [
        replace(DAN, anchor=f"d-{n}", username=f"dan{n}", email=f"dan{n}@school.example") for n in (2, 3)
    ]
    others = [replace(one, display_name=f"Dan {one.username}") for one in others]
    count, cuts, lost = 60, 0, 0
    while True:
        with relayed(directory, base) as (relay, target):
            relay.cut_after(count, swallow=swallow)
            done, failed = until_done(lambda t=target: batch(t, [DAN, *others]))  # type: ignore[misc]
            reached = relay.cuts
        assert (done.username, done.email, done.display_name) == (
            "daniel",
            "daniel@school.example",
            "D Night",
        )
        assert done.aliases == {"dan@school.example"}
        assert (done.place, done.enabled) == (("Leavers",), False)
        assert everybody(directory, base) == ["D Night", "Dan dan2", "Dan dan3"]
        cuts, lost = cuts + reached, lost + failed
        if not reached:
            break
        _empty(directory, base)
        count += step(directory)
    assert cuts > 5
    assert lost > cuts // 2


def _empty(directory: Directory, base: str) -> None:
    below = [
        row["dn"] for row in directory.rows(base, attributes=("1.1",)) if row["dn"].lower() != base.lower()
    ]
    with directory.look() as connection:
        for name in sorted(below, key=len, reverse=True):
            assert connection.delete(name)


def test_a_connection_cut_between_requests_is_made_anew_and_nothing_is_told(
    directory: Directory, new_base: Callable[[Directory], str]
) -> None:
    base = new_base(directory)
    with relayed(directory, base) as (relay, target):
        made = target.create(DAN, password=PASSWORD, must_change=False)
        relay.cut_now()
        assert target.find("d-1") == made
        relay.cut_now()
        assert not target.enable(made.remote_id, on=False).enabled


def test_cut_before_the_password_was_set_nobody_can_sign_in_until_it_is(
    open_ldap: Directory, new_base: Callable[[Directory], str]
) -> None:
    """Nobody signs in by an entry without a password; asked for again, it is given the password of then."""
    base = new_base(open_ldap)
    open_ldap.make(f"ou=Pupils,{base}", objectClass="organizationalUnit")
    name = f"uid=dan,ou=Pupils,{base}"
    halfway, count = 0, 1500
    while halfway == 0 or open_ldap.rows(base, "(uid=dan)") == []:
        with relayed(open_ldap, base) as (relay, target):
            relay.cut_after(count)
            try:
                target.create(DAN, password="Canary-never-0x", must_change=False)
                break
            except Unreachable:
                rows = open_ldap.rows(base, "(uid=dan)")
            if rows and "userpassword" not in rows[0]:
                halfway += 1
                assert "pwdaccountlockedtime" not in rows[0]
                assert not open_ldap.may_sign_in(name, "Canary-never-0x")
                assert target.create(DAN, password=PASSWORD, must_change=False).enabled
                assert open_ldap.may_sign_in(name, PASSWORD)
                break
            _drop_dan(open_ldap, name, bool(rows))
        count += 60
    assert halfway == 1


def _drop_dan(directory: Directory, name: str, there: bool) -> None:
    if there:
        with directory.look() as connection:
            assert connection.delete(name)


def test_reading_that_is_cut_raises_and_is_never_taken_for_everybody(
    open_ldap: Directory, new_base: Callable[[Directory], str]
) -> None:
    base = new_base(open_ldap)
    setup = open_ldap.target(base)
    for n in range(12):
        one = replace(DAN, anchor=f"d-{n}", username=f"dan{n}", email=f"dan{n}@school.example", place=())
        setup.create(one, password=PASSWORD, must_change=False)
    setup.close()
    complete = 0
    for count in range(500, 20000, 700):
        with Relay(open_ldap.host, open_ldap.tls_port) as relay:
            target = open_ldap.target(base, url=f"ldaps://{open_ldap.host}:{relay.port}", page="5")
            relay.cut_after(count, swallow=True)
            try:
                read = len(list(target.entries()))
            except Unreachable:
                read = -1
            finally:
                target.close()
            complete += read == 12
            assert read in (-1, 12)
    assert complete > 0
