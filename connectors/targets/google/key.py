"""The service account's key, and the token it is exchanged for (JWT bearer grant, RFC 7523).

Protects the private key: it is read from the secrets, signs here, and appears in no error.  The address
tokens are asked at is the target's setting, never the one the file names.  oauthlib's client for this
grant needs a JWT library besides; the one signature is made with ``cryptography``, which is here anyway.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connectors.errors import BadSettings
from connectors.http import Http
from connectors.oauth import Token, token_from

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIVES = 3600  # seconds, the most Google takes
WRONG = "Make a new key of the service account (JSON), and give the whole content of its file."


@dataclass(frozen=True, slots=True)
class ServiceKey:
    email: str
    key_id: str
    private: str = field(repr=False)

    def signer(self) -> RSAPrivateKey:
        """The key itself. Raises BadSettings."""
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(self.private.encode(), password=None)
        except Exception:  # noqa: BLE001 - whatever the library says of a key that can't be read
            key = None
        if not isinstance(key, RSAPrivateKey):
            raise BadSettings("The private key in the service account's file can't be read.", mend=WRONG)
        return key


def read_key(content: str) -> ServiceKey:
    """From the JSON file's content. Raises BadSettings, which never shows it."""
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("type") != "service_account":
        raise BadSettings("The key is not the JSON file of a service account.", mend=WRONG)
    parts = [found.get(name) for name in ("client_email", "private_key_id", "private_key")]
    if not all(isinstance(part, str) and part for part in (parts[0], parts[2])):
        raise BadSettings("The service account's file lacks its address or its private key.", mend=WRONG)
    return ServiceKey(str(parts[0]), str(parts[1] or ""), str(parts[2]))


def tokens(
    http: Http, url: str, key: ServiceKey, *, subject: str, scopes: tuple[str, ...],
    clock: Callable[[], float] = time.time,
) -> Callable[[], Token]:  # fmt: skip
    """How to get a token to act as ``subject``. The function raises NotAuthorised where that is refused."""

    def fetch() -> Token:
        now = int(clock())
        claims = {
            "iss": key.email, "sub": subject, "scope": " ".join(scopes), "aud": url,
            "iat": now, "exp": now + LIVES,
        }  # fmt: skip
        return token_from(http, url, {"grant_type": GRANT, "assertion": assertion(key, claims)}, {})

    return fetch


def assertion(key: ServiceKey, claims: dict[str, Any]) -> str:
    """A JSON Web Token over the claims, signed RS256 (RFC 7515)."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    header = {"alg": "RS256", "typ": "JWT"} | ({"kid": key.key_id} if key.key_id else {})
    body = f"{_part(header)}.{_part(claims)}"
    return f"{body}.{_base64(key.signer().sign(body.encode(), PKCS1v15(), SHA256()))}"


def _part(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
