"""connectors.oauth over real loopback HTTP: tokens that expire in mid-run, signatures that serve once."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from loopback import QUICK, Asked, Loopback, Reply, as_json, serving
from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint

from connectors import errors
from connectors.http import Http
from connectors.oauth import OAuth1Signer, Token, TokenSigner, client_credentials, read_token

SECRET = "canary-client-secret-91c4"


class Issuer:
    """A token endpoint and one thing behind it; ``good`` is the token it takes now."""

    def __init__(self, *, lives: object = 3600) -> None:
        self.given, self.lives, self.dead = 0, lives, set[str]()

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            form = parse_qs(asked.body.decode())
            if form.get("client_secret", [""])[0] != SECRET:
                return as_json({"error": "invalid_client", "error_description": f"not {SECRET}"}, 400)
            self.given += 1
            return as_json({"access_token": f"tok-{self.given}", "expires_in": self.lives})
        said = asked.headers.get("Authorization", "")
        if said != f"Bearer tok-{self.given}" or said in self.dead:
            return as_json({"message": f"{said} has expired"}, 401)
        return as_json({"ok": True})


def reader(server: Loopback, *, secret: str = SECRET, clock: Callable[[], float] = lambda: 0.0) -> Http:
    tokens = Http(server.url, headers={}, secrets=(secret,), limits=QUICK)
    fetch = client_credentials(tokens, "token", client_id="me", client_secret=secret, in_body=True)
    http = Http(
        server.url, headers={}, secrets=(secret,), limits=QUICK, signer=TokenSigner(fetch, clock=clock)
    )
    http.beside = tokens  # type: ignore[attr-defined]
    return http


def close(http: Http) -> None:
    http.close()
    http.beside.close()  # type: ignore[attr-defined]


def test_one_token_serves_many_requests() -> None:
    issuer = Issuer()
    with serving(issuer) as server:
        http = reader(server)
        for _ in range(3):
            assert http.get("thing").data == {"ok": True}
        close(http)
    assert issuer.given == 1


def test_a_token_is_renewed_before_it_ends() -> None:
    issuer, now = Issuer(lives=100), [0.0]
    with serving(issuer) as server:
        http = reader(server, clock=lambda: now[0])
        http.get("thing")
        now[0] = 69.0
        http.get("thing")
        assert issuer.given == 1
        now[0] = 71.0
        http.get("thing")
        close(http)
    assert issuer.given == 2


def test_a_token_that_dies_in_mid_run_is_renewed_once_and_the_request_made_again() -> None:
    issuer = Issuer()
    with serving(issuer) as server:
        http = reader(server)
        http.get("thing")
        issuer.dead.add("Bearer tok-1")
        assert http.get("thing").data == {"ok": True}
        close(http)
        assert [a.path for a in server.asked] == ["/token", "/thing", "/thing", "/token", "/thing"]


def test_a_token_refused_twice_is_told_without_showing_it() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/token":
            return as_json({"access_token": "canary-access-token", "expires_in": 60})
        return as_json({"message": "refused: canary-access-token"}, 401)

    with serving(answer) as server:
        http = reader(server)
        with pytest.raises(errors.NotAuthorised) as caught:
            http.get("thing")
        close(http)
        assert len(server.asked) == 4
    assert "canary" not in f"{caught.value} {caught.value.mend} {caught.value.where}"


def test_a_refused_client_is_not_authorised_and_its_secret_not_told() -> None:
    with serving(Issuer()) as server:
        http = reader(server, secret="another-secret")
        with pytest.raises(errors.NotAuthorised) as caught:
            http.get("thing")
        close(http)
    assert "another-secret" not in f"{caught.value}{caught.value.mend}"
    assert "client id and secret" in caught.value.mend


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"access_token": ""}, {"access_token": "a b"}, {"access_token": 7}]
)
def test_an_answer_without_a_token_is_a_bad_answer(answer: object) -> None:
    with pytest.raises(errors.BadAnswer):
        read_token(answer)


@pytest.mark.parametrize(
    ("told", "lives"), [(60, 60.0), ("60", 60.0), (None, None), (True, None), (-1, None)]
)
def test_a_term_is_read_however_it_is_told(told: object, lives: float | None) -> None:
    assert read_token({"access_token": "t", "expires_in": told}) == Token(value="t", lives=lives)


class Register(RequestValidator):
    """Checks signatures with the library's own server side, and that no nonce comes twice."""

    enforce_ssl = False
    dummy_client = "none"

    def __init__(self) -> None:
        super().__init__()
        self.seen = set[str]()

    @property
    def client_key_length(self) -> tuple[int, int]:
        return 2, 40

    @property
    def nonce_length(self) -> tuple[int, int]:
        return 8, 60

    def validate_client_key(self, client_key: str, request: object) -> bool:
        return client_key == "me"

    def get_client_secret(self, client_key: str, request: object) -> str:
        return SECRET

    def validate_timestamp_and_nonce(
        self, client_key: str, timestamp: str, nonce: str, *_: object, **__: object
    ) -> bool:
        fresh = nonce not in self.seen
        self.seen.add(nonce)
        return fresh


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_each_request_and_each_retry_is_signed_anew(method: str) -> None:
    register, failures = Register(), [503, 503]

    def answer(asked: Asked) -> Reply:
        query = "a=b%20c&filter=status%3D%27active%27"
        valid, _ = SignatureOnlyEndpoint(register).validate_request(
            f"{server.url}{asked.path}?{query}",
            asked.method,
            "",
            {"Authorization": asked.headers["Authorization"]},
        )
        if not valid:
            return as_json({"error": "signature"}, 401)
        return as_json({"busy": True}, failures.pop()) if failures else as_json({"ok": True})

    with serving(answer) as server:
        signer = OAuth1Signer(key="me", secret=SECRET, method=method)
        http = Http(server.url, headers={}, secrets=(SECRET,), limits=QUICK, signer=signer)
        assert http.get("thing", {"a": "b c", "filter": "status='active'"}).data == {"ok": True}
        http.close()
    assert len(register.seen) == 3
