"""connectors.http: time, size, redaction, and every failure in our own words (bars: MIS misbehaving)."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import ssl
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import QUICK, TOKEN, Asked, Loopback, Reply, as_json, serving

from connectors import errors
from connectors.http import CUT, Http, Limits, check_base, check_secret, redact


def reading(server: Loopback, *, limits: Limits = QUICK, **more: object) -> Http:
    return Http(
        f"{server.url}/v1.0/",
        headers={"Authorization": f"Bearer {TOKEN}"},
        secrets=(TOKEN,),
        limits=limits,
        **more,  # type: ignore[arg-type]
    )


def failure(answer: Callable[[Asked], Reply | None], **more: object) -> errors.ConnectorError:
    """The error a GET of one path ends in."""
    with serving(answer) as server:
        http = reading(server, **more)  # type: ignore[arg-type]
        try:
            with pytest.raises(errors.ConnectorError) as caught:
                http.get("thing")
        finally:
            http.close()
    assert caught.value.message
    assert caught.value.mend
    assert TOKEN not in f"{caught.value!r} {caught.value} {caught.value.mend} {caught.value.where}"
    return caught.value


def in_turn(*replies: Reply | None) -> Callable[[Asked], Reply | None]:
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def test_an_answer_is_parsed_and_the_token_sent() -> None:
    with serving(lambda _: as_json({"data": [1]})) as server:
        http = reading(server)
        assert http.get("thing", {"a": "b c"}).data == {"data": [1]}
        http.close()
        assert server.asked[0].query == {"a": "b c"}
        assert server.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_survived(status: int) -> None:
    with serving(in_turn(Reply(status), Reply(status), as_json({"ok": True}))) as server:
        http = reading(server)
        assert http.get("thing").data == {"ok": True}
        http.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.NotAuthorised),
        (403, errors.ScopeMissing),
        (404, errors.BadAnswer),
        (422, errors.BadAnswer),
        (429, errors.RateLimited),
        (500, errors.Unreachable),
        (503, errors.Unreachable),
    ],
)
def test_U7_every_refusal_has_an_error_of_its_own(status: int, kind: type[errors.ConnectorError]) -> None:
    problem = failure(lambda _: as_json({"message": f"no, {TOKEN}"}, status))
    assert type(problem) is kind or isinstance(problem, kind)
    assert "no, " in problem.message
    assert CUT in problem.message
    assert problem.where.endswith("/v1.0/thing")


def test_a_retry_after_longer_than_we_wait_is_told_instead_of_waited_for() -> None:
    problem = failure(lambda _: as_json({}, 429, **{"Retry-After": "3600"}))
    assert isinstance(problem, errors.RateLimited)
    assert "3600 seconds" in problem.message


def test_a_short_retry_after_is_waited_for() -> None:
    limits = Limits(retries=2, backoff=0.0, longest_wait=5, read=2)
    with serving(in_turn(Reply(429, headers={"Retry-After": "0"}), as_json({}))) as server:
        http = reading(server, limits=limits)
        assert http.get("thing").data == {}
        http.close()
        assert len(server.asked) == 2


def test_a_post_is_sent_once() -> None:
    with serving(lambda _: Reply(503)) as server:
        http = reading(server)
        with pytest.raises(errors.Unreachable):
            http.post("thing", {"a": 1})
        http.close()
        assert len(server.asked) == 1


def test_a_refused_connection_is_unreachable() -> None:
    with serving(lambda _: None) as server:
        gone = server.url
    http = Http(gone, headers={}, limits=QUICK)
    with pytest.raises(errors.Unreachable):
        http.get("thing")
    http.close()


def test_a_connection_closed_without_a_word_is_unreachable() -> None:
    assert isinstance(failure(lambda _: None), errors.Unreachable)


def test_a_silent_server_is_given_up_after_the_time_out() -> None:
    release = threading.Event()

    def silent(_: Asked) -> Reply:
        release.wait(5)
        return as_json({})

    with serving(silent) as server:
        http = reading(server, limits=Limits(read=0.05, retries=1, backoff=0))
        with pytest.raises(errors.Unreachable, match="No answer within"):
            http.get("thing")
        release.set()
        http.close()


def test_a_body_that_breaks_off_is_asked_for_again() -> None:
    whole = json.dumps({"data": "x" * 100}).encode()
    with serving(in_turn(Reply(200, whole[:50], length=len(whole)), Reply(200, whole))) as server:
        http = reading(server)
        assert http.get("thing").data["data"] == "x" * 100
        http.close()


def test_a_body_that_always_breaks_off_is_a_bad_answer() -> None:
    whole = json.dumps({"data": "x" * 100}).encode()
    assert isinstance(failure(lambda _: Reply(200, whole[:50], length=len(whole))), errors.BadAnswer)
    assert isinstance(failure(lambda _: Reply(200, whole[:50])), errors.BadAnswer)


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"nothing", b"{", b'{"a":', b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 5000]
)
def test_what_is_not_json_is_a_bad_answer(body: bytes) -> None:
    assert isinstance(failure(lambda _: Reply(200, body)), errors.BadAnswer)


def test_a_sign_in_page_is_called_a_web_page() -> None:
    problem = failure(lambda _: Reply(200, b"<html>sign in</html>", {"Content-Type": "text/html"}))
    assert isinstance(problem, errors.BadAnswer)
    assert "web page" in problem.message


def test_a_huge_body_is_cut_off_by_size() -> None:
    problem = failure(lambda _: Reply(200, b" " * (6 * 1024 * 1024) + b"{}"))
    assert isinstance(problem, errors.TooLarge)


def test_a_gzip_bomb_never_unfolds() -> None:
    bomb = gzip.compress(b" " * (300 * 1024 * 1024), 1)
    assert len(bomb) < 4 * 1024 * 1024
    problem = failure(lambda _: Reply(200, bomb, {"Content-Encoding": "gzip"}))
    assert isinstance(problem, errors.TooLarge)


def test_honest_gzip_is_read_and_a_damaged_one_is_not() -> None:
    packed = gzip.compress(b'{"data": []}')
    with serving(lambda _: Reply(200, packed, {"Content-Encoding": "gzip"})) as server:
        http = reading(server)
        assert http.get("thing").data == {"data": []}
        http.close()
    for damaged in (packed[:-6], b"\x00" + packed, packed[:8]):
        problem = failure(lambda _, d=damaged: Reply(200, d, {"Content-Encoding": "gzip"}))  # type: ignore[misc]
        assert isinstance(problem, errors.BadAnswer)
    assert isinstance(failure(lambda _: Reply(200, packed, {"Content-Encoding": "br"})), errors.BadAnswer)


def test_a_redirect_to_another_host_is_not_followed_and_gets_no_token() -> None:
    with serving(lambda _: as_json({})) as trap:
        problem = failure(lambda _: Reply(302, headers={"Location": f"{trap.url}/v1.0/thing"}))
        assert isinstance(problem, errors.BadAnswer)
        assert trap.asked == []


def test_a_redirect_on_the_same_host_is_followed_but_not_for_ever() -> None:
    def answer(asked: Asked) -> Reply:
        return as_json({"there": 1}) if asked.path == "/there" else Reply(302, headers={"Location": "/there"})

    with serving(answer) as server:
        http = reading(server)
        assert http.get("thing").data == {"there": 1}
        http.close()
    assert isinstance(failure(lambda _: Reply(302, headers={"Location": "/v1.0/thing"})), errors.BadAnswer)


def test_an_address_on_another_host_is_refused_before_anything_is_sent() -> None:
    with serving(lambda _: as_json({})) as server, serving(lambda _: as_json({})) as other:
        http = reading(server)
        for address in (
            other.url,
            f"{server.url}.evil.example/x",
            f"https{server.url[4:]}",
            "http://[broken",
        ):
            with pytest.raises(errors.BadAnswer):
                http.get(address)
        http.close()
        assert server.asked == other.asked == []


def test_cancel_ends_a_wait_for_an_answer() -> None:
    release = threading.Event()
    cancelled = threading.Event()

    def slow(_: Asked) -> Reply:
        cancelled.set()
        release.wait(10)
        return as_json({})

    with serving(slow) as server:
        http = reading(server, limits=Limits(read=10), cancelled=cancelled.is_set)
        with pytest.raises(errors.Cancelled):
            http.get("thing")
        release.set()
        http.close()


def test_cancel_ends_a_wait_between_tries() -> None:
    cancelled = threading.Event()

    def busy(_: Asked) -> Reply:
        cancelled.set()
        return Reply(429, headers={"Retry-After": "50"})

    with serving(busy) as server:
        http = reading(server, limits=Limits(longest_wait=60), cancelled=cancelled.is_set)
        with pytest.raises(errors.Cancelled):
            http.get("thing")
        http.close()
        assert len(server.asked) == 1


def test_the_deadline_bounds_all_tries_together() -> None:
    limits = Limits(retries=9, backoff=50, longest_wait=60, deadline=0.2)
    assert isinstance(failure(lambda _: Reply(503), limits=limits), errors.Unreachable)


def test_a_tls_failure_has_an_error_of_its_own() -> None:
    """D13"""
    from connectors.http_errors import translated

    problem = OSError("handshake")
    problem.__cause__ = ssl.SSLError("unsupported protocol")
    found = translated(problem, "https://api.example/", QUICK, ())
    assert type(found) is errors.TlsBlocked
    assert "filter" in found.mend


def test_D13_a_server_that_speaks_no_tls_is_told_as_tls() -> None:
    with serving(lambda _: as_json({})) as server:
        http = Http(server.url.replace("http:", "https:"), headers={}, limits=QUICK)
        with pytest.raises(errors.TlsBlocked):
            http.get("thing")
        http.close()


def test_the_machines_proxy_is_used_but_never_towards_the_machine_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from connectors.http_wires import wire_to

    def pool(base: str) -> str:
        wire = wire_to(base, QUICK)
        wire.close()
        return type(wire._pool).__name__

    monkeypatch.setenv("https_proxy", "http://proxy.school.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert pool("https://api.school.example/") == "HTTPProxy"
    assert pool("https://inside.example/") == "ConnectionPool"
    assert pool("https://127.0.0.1:9/") == "ConnectionPool"


def test_plain_http_is_for_this_machine_only() -> None:
    assert check_base("http://127.0.0.1:8/x") == "http://127.0.0.1:8/x/"
    for bad in ("http://api.example/", "ftp://api.example/", "api.example", "", "https://", "http://[oops"):
        with pytest.raises(errors.BadSettings):
            check_base(bad)


@pytest.mark.parametrize("secret", ["", "  ", "two words", "new\nline", "tökén", "nul\x00"])
def test_a_token_that_cannot_be_one_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(errors.BadSettings) as caught:
        check_secret(secret, title="token")
    assert not secret.strip() or secret not in str(caught.value)


def test_redaction_finds_every_spelling_of_a_secret() -> None:
    secret = "p@ss/word+with=signs"
    basic = base64.b64encode(f"{secret}:".encode()).decode()
    text = f"{secret} p%40ss%2Fword%2Bwith%3Dsigns Basic {basic} Bearer abcdef123456 {'a1' * 20} Okonjo-Hale"
    told = redact(text, (secret,))
    assert secret not in told
    assert "%40ss" not in told
    assert basic[:20] not in told
    assert "abcdef123456" not in told
    assert "a1a1a1" not in told
    assert "Okonjo-Hale" in told


@given(st.text(), st.lists(st.text(min_size=4)))
def test_redaction_leaves_no_secret_whatever_the_text(around: str, secrets: list[str]) -> None:
    text = around + "".join(secrets)
    told = redact(text, secrets)
    assert all(s not in told or s in CUT for s in secrets)


def test_nothing_secret_is_logged_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), serving(in_turn(Reply(503), as_json({}))) as server:
        http = reading(server)
        http.get("thing")
        http.close()
    assert TOKEN not in caplog.text


def test_half_a_surrogate_pair_is_mended_not_fatal() -> None:
    with serving(lambda _: Reply(200, b'{"name": "a\\ud800b"}')) as server:
        http = reading(server)
        assert http.get("thing").data["name"].encode()
        http.close()
