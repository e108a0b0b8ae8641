"""What goes wrong between us and a directory in the cloud, for each of them: it recovers, or ends in its own
error; half a list never passes for a whole one, and nothing is made twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from cloud_stage import Cloud, cloud
from loopback import QUICK
from target_stages import DOMAIN, PASSWORD, wanted

from connectors.errors import (
    BadAnswer,
    BadSettings,
    Cancelled,
    ConnectorError,
    RateLimited,
    TooLarge,
    Unreachable,
)
from connectors.simulator.control import Control, ControlProblem
from connectors.targets import registry
from connectors.targets.base import TargetRefused, TargetSetup
from connectors.targets.google.adapter import Google
from connectors.targets.graph.adapter import Graph

KINDS = {"google": Google, "graph": Graph}


@pytest.fixture(params=sorted(KINDS))
def one(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with cloud(request.param, KINDS[request.param]) as found:
        yield found


@pytest.mark.parametrize("page", [1, 7, 999])
def test_everybody_is_read_once_whatever_the_page(one: Cloud, page: int) -> None:
    if page == 1:
        one.there.users = dict(list(one.there.users.items())[-9:])
    one.there.page = page
    found = [entry.remote_id for entry in one.target().entries()]
    assert sorted(found) == sorted(one.there.users)


def test_exactly_full_pages_end_where_they_end(one: Cloud) -> None:
    one.there.users = dict(list(one.there.users.items())[-6:])
    one.there.page = 3
    assert len(list(one.target().entries())) == 6


def test_a_domain_of_nobody_is_read_as_empty(one: Cloud) -> None:
    assert list(one.target(domain="elsewhere.example").entries()) == []


def test_Z20_a_list_that_breaks_off_for_good_is_no_list(one: Cloud) -> None:
    one.there.page = 20
    entries = one.target().entries()
    read = [next(entries) for _ in range(20)]
    one.fault("hang_up", resource="users")
    with pytest.raises(BadAnswer):
        read += list(entries)
    assert len(read) == 20


def test_a_list_that_breaks_off_once_is_read_to_its_end(one: Cloud) -> None:
    one.fault("hang_up", resource="users", times=1)
    assert len(list(one.target().entries())) == len(one.there.users)


def test_Z20_paging_in_a_circle_is_told(one: Cloud) -> None:
    one.there.page = 5
    one.fault("endless_paging", resource="users")
    with pytest.raises(BadAnswer, match="circle"):
        list(one.target().entries())


def test_somebody_who_moves_to_the_next_page_comes_once(one: Cloud) -> None:
    """A user made while the list is read pushes others onto a page that follows."""
    one.there.page = 4
    entries = one.target().entries()
    seen = [next(entries).remote_id for _ in range(4)]
    first = next(iter(one.there.users.values()))
    one.there.users = {"aa": {**first, "id": "aa", "primaryEmail": f"0@{DOMAIN}",
                              "userPrincipalName": f"0@{DOMAIN}"}, **one.there.users}  # fmt: skip
    seen += [entry.remote_id for entry in entries]
    assert len(seen) == len(set(seen))
    assert set(seen) >= set(one.there.users) - {"aa"}


def test_an_answer_beyond_the_limit_is_refused(one: Cloud) -> None:
    one.fault("huge_body", megabytes=6, resource="users")
    with pytest.raises(TooLarge):
        list(one.target().entries())


def test_a_packed_bomb_is_refused(one: Cloud) -> None:
    one.fault("gzip_bomb", megabytes=64, resource="users")
    with pytest.raises(TooLarge):
        list(one.target().entries())


@pytest.mark.parametrize("how", ["html", "list", "rows"])
def test_an_answer_of_another_shape_is_told(one: Cloud, how: str) -> None:
    one.fault("wrong_type", how=how, resource="users")
    with pytest.raises(BadAnswer):
        list(one.target().entries())


def test_a_token_that_expires_in_mid_run_is_renewed_once(one: Cloud) -> None:
    one.there.page = 20
    entries = one.target().entries()
    read = [next(entries) for _ in range(20)]
    one.there.tokens.clear()
    read += list(entries)
    assert len(read) == len(one.there.users)
    assert one.there.issued == 2


def test_a_write_with_an_expired_token_is_made_once(one: Cloud) -> None:
    target = one.target()
    assert target.find("990099-1") is None
    one.there.tokens.clear()
    target.create(wanted(), password=PASSWORD, must_change=True)
    assert len([e for e in target.entries() if e.anchor]) == 1
    assert one.there.issued == 2


@pytest.mark.parametrize("how", [{}, {"retry_after": 0}, {"retry_after": "0.01"}])
def test_too_many_is_waited_for_when_reading_and_when_writing(one: Cloud, how: dict[str, object]) -> None:
    """429 with and without Retry-After; a POST that was refused so was not done."""
    for resource in ("users", "insert", "user"):
        one.fault("status", code=429, times=1, resource=resource, **how)
    target = one.target()
    entry = target.create(wanted(), password=PASSWORD, must_change=True)
    assert not target.enable(entry.remote_id, on=False).enabled
    assert len([e for e in target.entries() if e.anchor]) == 1


def test_too_many_for_good_is_told_and_a_long_wait_not_stood(one: Cloud) -> None:
    one.fault("status", code=429, retry_after=3600, resource="insert")
    target = one.target()
    with pytest.raises(RateLimited, match="3600"):
        target.create(wanted(), password=PASSWORD, must_change=True)
    one.simulator.faults.clear()
    assert target.find("990099-1") is None


def test_a_fault_of_the_server_is_tried_again_for_what_may_be_done_twice(one: Cloud) -> None:
    target = one.target()
    identity = target.create(wanted(), password=PASSWORD, must_change=True).remote_id
    one.fault("status", code=503, times=1, resource="user")
    assert not target.enable(identity, on=False).enabled
    one.fault("drop", times=1, resource="user")
    assert target.enable(identity, on=True).enabled
    one.fault("lost", times=2, resource="user")
    assert not target.enable(identity, on=False).enabled


@pytest.mark.parametrize("fault", [{"kind": "status", "code": 503}, {"kind": "drop"}, {"kind": "lost"}])
def test_a_creation_that_may_have_happened_is_not_sent_again_by_itself(
    one: Cloud, fault: dict[str, object]
) -> None:
    """Unreachable says: it happened or not; whoever asks again gets one entry."""
    how = dict(fault)
    one.fault(str(how.pop("kind")), resource="insert", times=1, **how)
    target = one.target()
    with pytest.raises(Unreachable):
        target.create(wanted(), password=PASSWORD, must_change=True)
    one.there.index_lags = True
    one.target().create(wanted(), password=PASSWORD, must_change=True)
    assert len([e for e in target.entries() if e.anchor]) == 1


@pytest.mark.parametrize("kind", ["truncated", "hang_up"])
def test_an_answer_cut_after_a_creation_is_no_refusal(one: Cloud, kind: str) -> None:
    one.fault(kind, resource="insert", times=1)
    target = one.target()
    with pytest.raises(Unreachable, match="may have been made"):
        target.create(wanted(), password=PASSWORD, must_change=True)
    assert target.create(wanted(), password=PASSWORD, must_change=True).anchor == "990099-1"


def test_the_index_may_lag_behind_by_hours(one: Cloud) -> None:
    """Created, found by nobody's search, asked for again by another client: given back by its address."""
    one.there.index_lags = True
    first = one.target().create(wanted(), password=PASSWORD, must_change=True)
    assert one.target().find("990099-1") is None
    again = one.target().create(wanted(), password=PASSWORD, must_change=True)
    assert again.remote_id == first.remote_id
    reader = one.target()
    list(reader.entries())
    found = reader.find("990099-1")
    assert found is not None and found.remote_id == first.remote_id


def test_an_entry_just_made_may_not_be_seen_for_a_while(one: Cloud) -> None:
    one.there.unseen = 1
    target = one.target()
    identity = target.create(wanted(), password=PASSWORD, must_change=True).remote_id
    one.there.hidden[identity] = 2
    target.set_password(identity, f"{PASSWORD}-2", must_change=False)
    assert one.there.passwords[identity] == f"{PASSWORD}-2"


def test_a_slow_server_ends_in_an_error_of_its_own(one: Cloud) -> None:
    one.fault("slow", seconds=1.0, resource="users")
    with pytest.raises(Unreachable):
        list(one.target(limits=replace(QUICK, read=0.1, retries=0)).entries())


def test_a_redirect_elsewhere_is_not_followed_and_the_token_stays(one: Cloud) -> None:
    one.fault("redirect", resource="users")
    with pytest.raises(BadAnswer):
        list(one.target().entries())
    assert one.simulator.control.trap == []


def test_a_cancelled_push_ends_between_two_pages(one: Cloud) -> None:
    one.there.page = 5
    cancelled: list[bool] = []
    target = one.target()
    target.setup = replace(target.setup, cancelled=lambda: bool(cancelled))
    entries = target.entries()
    next(entries)
    cancelled.append(True)
    with pytest.raises(Cancelled):
        list(entries)


def test_a_password_a_server_repeats_is_cut_out(one: Cloud) -> None:
    """Both the refusal and what it quotes are theirs; the password is ours."""
    target = one.target()
    asked = wanted(email=f"nokonjo1@{PASSWORD}.example")  # so that the server has a reason to quote it
    with pytest.raises(TargetRefused) as caught:
        target.create(asked, password=PASSWORD, must_change=True)
    assert PASSWORD not in f"{caught.value.message} {caught.value.where} {caught.value.mend}"


def test_a_token_endpoint_that_fails_is_told_by_the_probe(one: Cloud) -> None:
    one.fault("status", code=503, resource="token")
    reached, data = one.target().probe()
    assert (reached.name, reached.ok, data.ok) == ("connectivity", False, False)
    with pytest.raises(ConnectorError):
        list(one.target().entries())


def test_an_address_in_the_clear_is_refused(one: Cloud) -> None:
    for name in ("url", "token_url" if one.kind == "google" else "login_url"):
        with pytest.raises(BadSettings, match="https"):
            one.target(**{name: "http://directory.example/"})


def test_U7_control_gives_what_a_target_needs(one: Cloud) -> None:
    control = Control(one.simulator.url, one.simulator.control_key)
    typed = control.target(one.school.slug, one.kind)
    declared = {each.name: each.secret for each in registry.declaration(one.kind).settings}
    assert dict.fromkeys(typed["secrets"], True).items() <= declared.items()
    assert dict.fromkeys(typed["settings"], False).items() <= declared.items()
    target = registry.make(one.kind, TargetSetup(settings=typed["settings"], secrets=typed["secrets"]))
    try:
        assert all(probe.ok for probe in target.probe())
    finally:
        target.close()
    with pytest.raises(ControlProblem):
        control.target(one.school.slug, "nothing")
