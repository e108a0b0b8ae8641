"""A server that is asked too often is left alone by all requests of a client, then not rushed (429)."""

from __future__ import annotations

import threading
from collections import deque

import pytest
from loopback import QUICK, Asked, Reply, as_json, serving

from connectors.errors import Cancelled, RateLimited
from connectors.http import Http, Limits
from connectors.pace import LOOK, Pace

FOREVER = 1e9


class Clock(threading.Event):
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 100.0
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        self.time += timeout or 0.0
        return self.is_set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock, now=lambda: clock.time)


def enter(pace: Pace, *, until: float = FOREVER, longest: float = 60.0) -> None:
    pace.enter(until=until, longest=longest)


def test_without_a_refusal_nobody_waits(pace: Pace, clock: Clock) -> None:
    for _ in range(50):
        enter(pace)
    assert clock.waits == []


def test_whoever_comes_before_the_time_the_server_named_waits_for_it(pace: Pace, clock: Clock) -> None:
    pace.hold(7.0)
    pace.hold(3.0)  # the shorter one does not shorten it
    enter(pace)
    assert clock.time == pytest.approx(107.0)


def test_after_the_wait_one_goes_alone_and_each_good_answer_lets_one_more_travel(
    pace: Pace, clock: Clock
) -> None:
    pace.hold(0.0)
    travelling, most = 0, []
    for _ in range(4):
        while pace._turn() == 0.0:
            travelling += 1
        assert pace._turn() == LOOK  # the next one has to look again later
        most.append(travelling)
        pace.leave(good=True)
        travelling -= 1
    assert most == [1, 2, 3, 4]


def test_a_bad_answer_lets_nobody_more_travel_and_the_next_refusal_begins_anew(pace: Pace) -> None:
    pace.hold(0.0)
    for good in (True, False, False):
        enter(pace)
        pace.leave(good=good)
    enter(pace)
    enter(pace)
    assert pace._turn() == LOOK
    pace.hold(0.0)
    pace.leave(good=False)
    assert pace._turn() == LOOK  # one of the two still travels
    pace.leave(good=False)
    assert pace._turn() == 0.0


def test_nobody_waits_longer_than_they_may_nor_past_their_deadline(pace: Pace, clock: Clock) -> None:
    pace.hold(30.0)
    with pytest.raises(RateLimited, match="30 seconds"):
        enter(pace, longest=20.0)
    with pytest.raises(RateLimited):
        enter(pace, until=clock.time + 29.0)
    assert clock.waits == []


def test_cancelling_ends_the_wait(pace: Pace, clock: Clock) -> None:
    pace.hold(30.0)
    clock.set()
    with pytest.raises(Cancelled):
        enter(pace)


class Strict:
    """Refuses the first ``many`` requests once all of them are there; then tells how many travel at once."""

    def __init__(self, many: int) -> None:
        self.together = threading.Barrier(many, timeout=10)
        self.lock, self.another = threading.Lock(), threading.Event()
        self.many, self.seen, self.inside = many, 0, 0
        self.beside: deque[int] = deque()

    def __call__(self, _: Asked) -> Reply:
        with self.lock:
            self.seen += 1
            number = self.seen
        if number <= self.many:
            self.together.wait()
            return Reply(429, headers={"Retry-After": "0"})
        with self.lock:
            self.inside += 1
            self.beside.append(self.inside)
            if len(self.beside) > 1:
                self.another.set()
        if number == self.many + 1:
            self.another.wait(0.3)  # a stampede would come in here at once
        with self.lock:
            self.inside -= 1
        return as_json({})


def test_T_eight_requests_that_are_all_refused_do_not_come_back_together() -> None:
    server_side = Strict(8)
    limits = Limits(connect=5, read=15, retries=4, backoff=0.001, longest_wait=5, deadline=30)
    with serving(server_side) as server:
        http = Http(f"{server.url}/v1.0/", headers={}, limits=limits)
        assert http.limits.parallel == 8
        for future in [http.start(f"page/{n}") for n in range(8)]:
            assert http.wait(future).data == {}
        http.close()
    assert server_side.seen == 16  # nobody had to be refused twice
    assert list(server_side.beside)[0:2] == [1, 1]
    assert all(inside <= n + 1 for n, inside in enumerate(server_side.beside))


def test_a_request_that_was_never_refused_itself_does_not_reach_a_server_that_asked_for_patience() -> None:
    with serving(lambda _: as_json({})) as server:
        http = Http(f"{server.url}/v1.0/", headers={}, limits=QUICK)
        assert http.get("page/1").data == {}
        http._transport._pace.hold(30.0)  # as another page's refusal does
        with pytest.raises(RateLimited):
            http.get("page/2")
        http.close()
        assert server.paths() == ["/v1.0/page/1"]
