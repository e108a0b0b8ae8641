"""Signed requests checked by the library's own server side; no nonce serves twice (oneroster.md §1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.simulator.face import Call


class Register:
    """``secret_of`` gives a client's secret, "" for one unknown."""

    def __init__(self, secret_of: Callable[[str], str]) -> None:
        self._secret_of = secret_of
        self._endpoint: Any = None

    def signed(self, call: Call) -> bool:
        """Whether the request is signed by a known client for the first time."""
        from oauthlib.oauth1 import SignatureOnlyEndpoint

        if self._endpoint is None:
            self._endpoint = SignatureOnlyEndpoint(_validator(self._secret_of))
        url = f"{call.url}?{call.query}" if call.query else call.url
        headers = {"Authorization": call.headers.get("authorization", "")}
        try:
            valid, _ = self._endpoint.validate_request(url, call.method, "", headers)
        except ValueError:
            return False
        return bool(valid)


def _validator(secret_of: Callable[[str], str]) -> Any:
    from oauthlib.oauth1 import RequestValidator

    class Validator(RequestValidator):  # type: ignore[misc,unused-ignore]
        enforce_ssl = False
        dummy_client = "none"
        allowed_signature_methods = ("HMAC-SHA1", "HMAC-SHA256")

        def __init__(self) -> None:
            super().__init__()
            self.seen: set[str] = set()

        @property
        def client_key_length(self) -> tuple[int, int]:
            return 2, 80

        @property
        def nonce_length(self) -> tuple[int, int]:
            return 8, 60

        def check_client_key(self, client_key: str) -> bool:
            return bool(secret_of(client_key))

        def validate_client_key(self, client_key: str, request: object) -> bool:  # noqa: ARG002
            return bool(secret_of(client_key))

        def get_client_secret(self, client_key: str, request: object) -> str:  # noqa: ARG002
            return secret_of(client_key) or "none"

        def validate_timestamp_and_nonce(
            self, client_key: str, timestamp: str, nonce: str, *_: object, **__: object
        ) -> bool:
            key = f"{client_key} {timestamp} {nonce}"
            new = key not in self.seen
            self.seen.add(key)
            return new

    return Validator()
