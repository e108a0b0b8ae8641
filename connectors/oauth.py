"""Credentials that change while we read: OAuth 2 tokens that expire, OAuth 1 signatures over each request.

Both are a ``connectors.http.Signer``.  A token is asked for once, shared by all threads, renewed shortly
before it expires and once after a 401; it is never stored, logged or shown.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import BadAnswer, NotAuthorised
from connectors.http import Http

EARLY = 30.0  # seconds before its end at which a token is no longer used
WITHOUT_TERM = 300.0  # how long a token is used whose term nobody told


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """``lives``: seconds from now, None where the answer does not say."""

    value: str = field(repr=False)
    lives: float | None = None


class TokenSigner:
    """Signs with a token that ``fetch`` gets; ``scheme`` is the word before it in the header.

    ``fetch`` may raise any ConnectorError; it is called by one thread at a time.
    """

    def __init__(
        self,
        fetch: Callable[[], Token],
        *,
        scheme: str = "Bearer",
        extra: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._scheme, self._extra, self._clock = fetch, scheme, dict(extra or {}), clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._until = 0.0
        self._seen: tuple[str, ...] = ()

    def headers(self, method: str, url: str) -> Mapping[str, str]:  # noqa: ARG002 - a token signs them all
        return {**self._extra, "Authorization": f"{self._scheme} {self._valid()}"}

    def renew(self, used: Mapping[str, str]) -> bool:
        """Forgets the token that was refused, unless another thread has a newer one already."""
        with self._lock:
            if self._token is not None and used.get("Authorization") == f"{self._scheme} {self._token.value}":
                self._token = None
            return True

    def fresh_secrets(self) -> tuple[str, ...]:
        return self._seen

    def _valid(self) -> str:
        with self._lock:
            if self._token is None or self._clock() >= self._until:
                self._token = self._fetch()
                lives = self._token.lives if self._token.lives is not None else WITHOUT_TERM
                self._until = self._clock() + max(lives - EARLY, lives / 2)
                self._seen = (*self._seen[-3:], self._token.value)
            return self._token.value


def client_credentials(
    http: Http, url: str, *, client_id: str, client_secret: str, scope: str = "", in_body: bool = False
) -> Callable[[], Token]:
    """How to get a token by the OAuth 2 client credentials grant (RFC 6749 §4.4).

    ``http`` must not be signed itself.  ``in_body``: the pair stands in the form instead of HTTP Basic.
    The function raises NotAuthorised where the pair or the scope is refused.
    """
    form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
    headers = {} if in_body else {"Authorization": basic(client_id, client_secret)}
    if in_body:
        form |= {"client_id": client_id, "client_secret": client_secret}
    return lambda: token_from(http, url, form, headers)


def token_from(http: Http, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Token:
    """The token a token endpoint gives for ``form``."""
    return read_token(token_answer(http, url, form, headers))


def token_answer(http: Http, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Any:
    """Asks a token endpoint; 400, 401 and 403 there mean that the credentials are refused."""
    from connectors.errors import ScopeMissing
    from connectors.http_errors import Unacceptable

    try:
        return http.post_form(url, form, headers).data
    except (Unacceptable, ScopeMissing) as problem:
        raise NotAuthorised(
            f"No token was given. {problem.message}",
            mend="Check client id and secret, and that the access was not withdrawn; type them anew.",
            where=problem.where,
        ) from None


def read_token(data: Any) -> Token:
    """The token in an answer of RFC 6749 §5.1.  BadAnswer if there is none."""
    value = data.get("access_token") if isinstance(data, dict) else None
    if not (
        isinstance(value, str) and value and value.isascii() and value.isprintable() and " " not in value
    ):
        raise BadAnswer("The server answered the token request without a token.")
    lives = data.get("expires_in")
    if isinstance(lives, str) and lives.isdigit():
        lives = int(lives)
    seconds = float(lives) if isinstance(lives, int | float) and not isinstance(lives, bool) else None
    return Token(value=value, lives=seconds if seconds and seconds > 0 else None)


def basic(user: str, password: str) -> str:
    """The value of an HTTP Basic header (RFC 7617, UTF-8)."""
    import base64

    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


class OAuth1Signer:
    """One-legged OAuth 1.0a: each request, each retry too, with its own nonce (oneroster.md §1).

    ``method`` "HMAC-SHA1" or "HMAC-SHA256".
    """

    def __init__(self, *, key: str, secret: str, method: str = "HMAC-SHA256") -> None:
        self._key, self._secret, self._method = key, secret, method

    def headers(self, method: str, url: str) -> Mapping[str, str]:
        from oauthlib.oauth1 import Client

        client = Client(self._key, client_secret=self._secret, signature_method=self._method)
        _, headers, _ = client.sign(url, http_method=method)  # type: ignore[arg-type]
        return {"Authorization": headers["Authorization"]}

    def renew(self, used: Mapping[str, str]) -> bool:  # noqa: ARG002 - a signature has nothing newer
        return False

    def fresh_secrets(self) -> tuple[str, ...]:
        return ()
