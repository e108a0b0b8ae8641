"""Where the service answers, in which version, and with what credentials (oneroster.md §1).

Suppliers print the host, the host with ``/ims/oneroster``, or the whole path: each is tried with one small
question.  A token is asked for once and shared; a signature is made for each request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.errors import BadAnswer, BadSettings, ConnectorError, NotAuthorised, ScopeMissing
from connectors.http import Http, Limits, Signer, check_base
from connectors.oauth import OAuth1Signer, TokenSigner, client_credentials
from connectors.oneroster.envelope import rows_of

MIDDLE = "/ims/oneroster"
PATHS = {"1.2": "/rostering/v1p2", "1.1": "/v1p1"}
SCOPES = ("roster-core.readonly", "roster-demographics.readonly")
PREFIX = "https://purl.imsglobal.org/spec/or/{}/scope/"


@dataclass(frozen=True, slots=True)
class Place:
    """``base`` whole, with a slash at its end."""

    base: str
    version: str


def places(url: str, version: str) -> tuple[Place, ...]:
    """Where the service may be, likeliest first."""
    address = url.rstrip("/")
    path = urlsplit(address).path
    told = next((v for v, word in (("1.2", "v1p2"), ("1.1", "v1p1")) if word in path), "")
    if told:
        if version not in ("auto", told):
            raise BadSettings(
                f"The address is one of version {told}, but version is set to {version}.",
                mend="Set version=auto, or correct the address (--set url=…).",
            )
        return (Place(check_base(address), told),)
    stem = address if path.endswith(MIDDLE) else address + MIDDLE
    wanted = PATHS if version == "auto" else {version: PATHS[version]}
    found = [Place(check_base(stem + tail), v) for v, tail in wanted.items()]
    if not path.endswith(MIDDLE):
        found.append(Place(check_base(address), "1.1" if version == "auto" else version))
    return tuple(found)


@dataclass(slots=True)
class Credentials:
    """How requests are signed.  ``tokens`` is the client of the token endpoint, made at the first use."""

    settings: Mapping[str, str]
    secret: str
    limits: Limits
    cancelled: Callable[[], bool]
    tokens: Http | None = None

    def signer(self, version: str) -> Signer:
        client_id = self.settings["client_id"]
        if self.settings["auth"] == "oauth1":
            return OAuth1Signer(key=client_id, secret=self.secret, method=self.settings["signature"])
        if self.tokens is None:
            self.tokens = Http(
                self.settings["token_url"], headers={}, secrets=(self.secret,), limits=self.limits,
                cancelled=self.cancelled,
            )  # fmt: skip
        fetch = client_credentials(
            self.tokens, self.settings["token_url"], client_id=client_id, client_secret=self.secret,
            scope=self._scope(version), in_body=self.settings["client_auth"] == "body",
        )  # fmt: skip
        return TokenSigner(fetch)

    def _scope(self, version: str) -> str:
        said = self.settings["scope"]
        if said:
            return "" if said == "none" else said
        prefix = PREFIX.format("v1p2" if version == "1.2" else "v1p1")
        return " ".join(prefix + name for name in SCOPES)

    def close(self) -> None:
        if self.tokens is not None:
            self.tokens.close()
            self.tokens = None


@dataclass(slots=True)
class Door:
    """An open way in: ``http`` signs by itself and its base is the rostering base."""

    http: Http
    version: str


def find(url: str, version: str, credentials: Credentials) -> Door:
    """The first place that answers ``orgs``.  Raises the likeliest of the errors met where none does."""
    tried: list[ConnectorError] = []
    for place in places(url, version):
        http = Http(
            place.base, headers={}, secrets=(credentials.secret,), limits=credentials.limits,
            cancelled=credentials.cancelled, signer=credentials.signer(place.version),
        )  # fmt: skip
        try:
            rows_of(http.get("orgs?limit=1"), "orgs")
            return Door(http, place.version)
        except (BadAnswer, NotAuthorised, ScopeMissing) as problem:
            http.close()
            tried.append(problem)
        except BaseException:
            http.close()
            raise
    raise min(tried, key=_rank)


def _rank(problem: ConnectorError) -> int:
    """A refusal says more than an address where nothing is."""
    return next((n for n, kind in enumerate((NotAuthorised, ScopeMissing)) if isinstance(problem, kind)), 2)
