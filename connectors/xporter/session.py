"""Signed questions to Xporter: a token for the school's secret, answers looked at before they are believed.

The secret goes to the token address only, the token to the data address only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.errors import BadAnswer, NotAuthorised, ScopeMissing
from connectors.http import Answer, Http, Limits
from connectors.oauth import Token, TokenSigner
from connectors.xporter.answers import TYPE_AGAIN, TokenExpired, checked, lowered, refused_token

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and as whom: two addresses, who we are, which school, and its secret."""

    url: str
    token_url: str
    relying_party: str
    estab: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """One that is under way.  ``renewals``: how often the token had been renewed when it was asked."""

    future: Future[Answer]
    path: str
    params: Params | None
    renewals: int


class Session:
    """Close it when done.  ``now`` is the clock (UTC)."""

    def __init__(
        self, place: Place, *, limits: Limits, cancelled: Callable[[], bool], now: Callable[[], datetime]
    ) -> None:
        self.place, self._now, self._renewals = place, now, 0
        self._tokens = Http(
            place.token_url, headers={}, secrets=(place.secret,), limits=limits, cancelled=cancelled
        )
        self._signer = TokenSigner(self._token, scheme="Idaas")
        self.http = Http(
            place.url, headers={}, secrets=(place.secret,), limits=limits, cancelled=cancelled,
            signer=self._signer,
        )  # fmt: skip

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.place.secret, *self._signer.fresh_secrets())

    def close(self) -> None:
        self.http.close()
        self._tokens.close()

    def school(self, name: str) -> str:
        """The path of one of the school's own collections."""
        return f"School/{self.place.estab}/{name}"

    def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """The body by lower-case keys.  Raises ConnectorError for an error inside it."""
        return self.take(self.start(path, params))

    def start(self, path: str, params: Params | None = None) -> Question:
        return Question(self.http.start(path, params), path, params, self._renewals)

    def take(self, question: Question) -> dict[str, Any]:
        """The answer; asked for once more with another token where the first one has expired.  Of several
        questions under way with one expired token, the first renews it for all."""
        try:
            return checked(self.http.wait(question.future).data, self.secrets)
        except TokenExpired:
            if question.renewals == self._renewals:
                self._renewals += 1
                self._signer.renew(self._signer.headers("GET", question.path))
            return checked(self.http.get(question.path, question.params).data, self.secrets)

    def _token(self) -> Token:
        """Asking again is harmless: a new token does not end the old one."""
        from connectors.http_errors import Unacceptable

        place = self.place
        question = {
            "estab": place.estab, "relyingParty": place.relying_party, "password": place.secret,
            "thirdpartyid": "XporterOnDemand",
        }  # fmt: skip
        try:
            answer = self._tokens.ask(place.token_url, question)
        except (Unacceptable, ScopeMissing, NotAuthorised) as refusal:
            raise NotAuthorised(
                f"No token was given for this school. {refusal.message}", mend=TYPE_AGAIN, where=refusal.where
            ) from None
        if not isinstance(answer.data, dict):
            raise BadAnswer("The answer to the token request is not an object.", where=answer.url)
        body = lowered(answer.data)
        value = body.get("token")
        if not isinstance(value, str) or not value.strip():
            raise refused_token(body, (place.secret,))
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise BadAnswer("The token that was given cannot be used in a header.")
        return Token(value=value, lives=self._lives(body.get("expires"), answer.served_at))

    def _lives(self, expires: Any, served_at: datetime | None) -> float | None:
        """Seconds until the token ends, by the server's own clock; None where that is not told."""
        until = instant(expires)
        if until is None:
            return None
        seconds = (until - (served_at or self._now())).total_seconds()
        return seconds if seconds > 0 else None


def instant(value: Any) -> datetime | None:
    """A time with up to seven digits of fraction (reference §2), aware; without a zone it is UTC."""
    if not isinstance(value, str):
        return None
    head, dot, tail = value.strip().partition(".")
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    try:
        read = datetime.fromisoformat(head + (f".{digits[:6]:0<6}{tail[len(digits) :]}" if dot else ""))
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
