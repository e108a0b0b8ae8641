"""Every fault over HTTP, as ``faults.py`` promises it; none of them touches what is underneath."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from connectors.simulator import faults as faults_module
from connectors.simulator.control import ControlProblem
from connectors.simulator.faults import KINDS, Faults

Serve = Callable[..., Any]
URN = "990006"  # Saltmere, 92 pupils


def ids(desk: Any, per_page: str = "20", most: int = 20, **params: str) -> list[str]:
    """Pupils' ids page by page, in order, at most ``most`` pages."""
    found: list[str] = []
    url = str(desk.get("saltmere", "students", per_page=per_page, **params).url)
    for _ in range(most):
        document = desk.client.get(url).json()
        found += [row["id"] for row in document["data"]]
        if not document["meta"]["pagination"]["more"]:
            break
        url = document["meta"]["pagination"]["next"]
    return found


def count(desk: Any) -> int:
    return int(desk.get("saltmere", "counts", include="students").json()["data"]["students"]["data"]["count"])


def raw(desk: Any) -> tuple[http.client.HTTPResponse, http.client.HTTPConnection]:
    """The answer as it lies on the wire, nothing unpacked."""
    parts = urlsplit(str(desk.simulator.wonde_url))
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    headers = {"Authorization": f"Bearer {desk.simulator.token}"}
    connection.request("GET", f"{parts.path}{desk.path('saltmere', 'students')}", headers=headers)
    return connection.getresponse(), connection


def test_every_kind_is_described_and_tested_here() -> None:
    text = (faults_module.__doc__ or "").split("=====", 1)[1]
    mine = globals()
    for kind in KINDS:
        assert f"\n{kind} " in text
        assert any(kind in name for name in mine if name.startswith("test_"))


def test_an_unknown_kind_is_refused(serve: Serve) -> None:
    with pytest.raises(ControlProblem, match="no such fault: earthquake"):
        serve("saltmere").control.fault(URN, "earthquake")


def test_slow_answers_late_but_right(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "slow", seconds=0.3, times=1)
    assert desk.get("saltmere", "students").elapsed.total_seconds() >= 0.3
    assert desk.control.state()["faults"][0]["left"] == 0


def test_a_slow_answer_does_not_hold_up_the_end_of_the_server(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(None, "slow", seconds=600)
    with pytest.raises(httpx.TimeoutException):
        desk.client.get("schools", timeout=0.2)
    desk.simulator.close()


@pytest.mark.parametrize(("code", "after"), [(429, "7"), (429, None), (500, None), (503, None)])
def test_status_comes_with_or_without_retry_after_and_goes_after_n_times(
    serve: Serve, code: int, after: str | None
) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "status", code=code, times=2, retry_after=after)
    answers = [desk.get("saltmere", "students") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [code, code, 200]
    assert answers[0].headers.get("Retry-After") == after


def test_half_gives_half_the_list_while_the_count_stays(serve: Serve) -> None:
    desk = serve("saltmere")
    whole = ids(desk)
    desk.control.fault(URN, "half")
    assert ids(desk) == whole[:46] and count(desk) == 92
    desk.control.clear_faults()
    assert ids(desk) == whole


def test_empty_gives_nobody_while_the_count_stays(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "empty", resource="students")
    assert ids(desk) == [] and count(desk) == 92
    assert desk.get("saltmere", "employees").json()["data"]


def test_truncated_ends_in_the_middle_with_a_length_that_agrees(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "truncated", times=1)
    answer = desk.get("saltmere", "students")
    assert answer.status_code == 200 and int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_hang_up_closes_before_the_promised_length(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "hang_up", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        desk.get("saltmere", "students")
    assert desk.get("saltmere", "students").status_code == 200


def test_drop_closes_without_a_word(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "drop", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        desk.get("saltmere", "students")


def test_lost_does_what_was_asked_and_says_nothing(serve: Serve) -> None:
    desk = serve("saltmere")
    typed = desk.control.target("saltmere", "google")
    there = desk.simulator.directories["google"].directories.of(desk.world.schools[0])
    there.tokens.add("known")
    body = {
        "primaryEmail": f"one@{there.domain}", "password": "long enough 1",
        "name": {"givenName": "Nia", "familyName": "Hale"},
    }  # fmt: skip
    desk.control.fault(URN, "lost", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        desk.client.post(
            f"{typed['settings']['url']}admin/directory/v1/users", json=body,
            headers={"Authorization": "Bearer known"},
        )  # fmt: skip
    assert there.by(f"one@{there.domain}") is not None


def test_wrong_type_comes_as_a_page_a_text_or_numbers(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "wrong_type", times=1)
    page = desk.get("saltmere", "students")
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    desk.control.fault(URN, "wrong_type", how="list", times=1)
    assert desk.get("saltmere", "students").json()["data"] == "unexpected"
    desk.control.fault(URN, "wrong_type", how="rows", times=1)
    assert desk.get("saltmere", "students").json()["data"] == [1, 2, 3]


def test_redirect_points_elsewhere_and_notes_whether_the_token_came_along(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "redirect", times=1)
    answer = desk.get("saltmere", "students")
    location = answer.headers["Location"]
    assert answer.status_code == 302 and location.startswith("http://localhost:")
    trap = location.replace("localhost", "127.0.0.1")
    httpx.get(trap)
    httpx.get(trap, headers={"Authorization": "Bearer x"})
    assert [one["authorization"] for one in desk.control.state()["trap"]] == [False, True]


def test_expired_token_is_refused_from_the_nth_answer_until_cleared(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "expired_token", after=2)
    codes = [desk.get("saltmere", "students").status_code for _ in range(4)]
    assert codes == [200, 200, 401, 401]
    desk.control.clear_faults()
    assert desk.get("saltmere", "students").status_code == 200


@pytest.mark.parametrize("per_page", ["20", "50", "200"])
def test_duplicated_page_repeats_the_first_and_loses_nobody(serve: Serve, per_page: str) -> None:
    desk = serve("saltmere")
    whole, size = ids(desk), min(int(per_page), 92)
    desk.control.fault(URN, "duplicated_page")
    assert ids(desk, per_page) == [*whole[:size], *whole]


@pytest.mark.parametrize("per_page", ["20", "50"])
def test_missing_page_leaves_out_the_second(serve: Serve, per_page: str) -> None:
    desk = serve("saltmere")
    whole, size = ids(desk), int(per_page)
    desk.control.fault(URN, "missing_page")
    assert ids(desk, per_page) == [*whole[:size], *whole[2 * size :]] and count(desk) == 92


def test_missing_page_and_duplicated_page_in_cursor_style(serve: Serve) -> None:
    desk = serve("saltmere")
    whole = ids(desk)
    desk.control.fault(URN, "missing_page", resource="students")
    assert ids(desk, cursor="true") == [*whole[:20], *whole[40:]]
    assert ids(desk, "200") == whole, "a single page has no second one to lose"
    desk.control.clear_faults()
    desk.control.fault(URN, "duplicated_page")
    assert ids(desk, cursor="true") == [*whole[:20], *whole]


def test_endless_paging_never_says_that_it_is_done(serve: Serve) -> None:
    desk = serve("saltmere")
    whole = ids(desk)
    desk.control.fault(URN, "endless_paging")
    found = ids(desk, "50", most=7)
    assert desk.get("saltmere", "employees").json()["meta"]["pagination"]["more"] is True
    assert found[:92] == whole and found[92:134] == whole[50:] and len(found) == 50 + 42 * 6


def test_endless_paging_can_loop_on_one_address(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "endless_paging", loop=True)
    answer = desk.get("saltmere", "students", per_page="50")
    assert answer.json()["meta"]["pagination"]["next"] == str(answer.url)


def test_huge_body_is_padded_to_the_megabytes_asked_for(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "huge_body", megabytes=3, times=1)
    answer = desk.get("saltmere", "students")
    assert len(answer.content) > 3 * 1024 * 1024 and answer.json()["data"]


def test_huge_body_may_be_left_in_the_middle(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "huge_body", megabytes=500, times=1)
    response, connection = raw(desk)
    assert len(response.read(4096)) == 4096
    response.close()
    connection.close()
    assert desk.get("saltmere", "students").status_code == 200


def test_gzip_bomb_is_small_on_the_wire_and_large_unpacked(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "gzip_bomb", megabytes=8, times=1)
    response, connection = raw(desk)
    packed = response.read()
    connection.close()
    assert response.getheader("Content-Encoding") == "gzip" and len(packed) < 200_000
    unpacked = gzip.decompress(packed)
    assert len(unpacked) > 8 * 1024 * 1024 and json.loads(unpacked)["data"]


def test_totals_disagree_with_lists_that_are_whole(serve: Serve) -> None:
    desk = serve("saltmere")
    desk.control.fault(URN, "totals_disagree", more=11)
    assert count(desk) == 103 and len(ids(desk)) == 92


def test_a_fault_of_one_school_spares_the_others_and_the_discovery(serve: Serve) -> None:
    desk = serve("saltmere", "holmwick")
    desk.control.fault("saltmere", "status", code=500)
    assert desk.get("saltmere", "students").status_code == 500
    assert desk.get("holmwick", "students").status_code == 200
    assert desk.client.get("schools").status_code == 200
    desk.control.fault(None, "status", code=502)
    assert desk.client.get("schools").status_code == 502
    assert desk.get("holmwick", "students").status_code == 502


def test_times_are_used_up_by_the_answers_they_spoil_only() -> None:
    faults = Faults()
    faults.add("1", "half", times=1, resource="students")
    assert faults.take("1", "employees") == [] and faults.take("2", "students") == []
    assert [fault.kind for fault in faults.take("1", "students")] == ["half"]
    assert faults.take("1", "students") == []
