"""Tokens by client credentials; a system that does not know the scope is asked once without."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.errors import NotAuthorised
from connectors.http import Http
from connectors.oauth import Token, client_credentials

PATH = "auth/connect/token"


@dataclass(slots=True)
class Tokens:
    """Called for each new token, by one thread at a time.  A scope found unknown is not sent again."""

    http: Http
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""

    def __call__(self) -> Token:
        try:
            return self._ask(self.scope)
        except NotAuthorised as problem:
            if not self.scope or "scope" not in problem.message.casefold():
                raise
        token = self._ask("")
        self.scope = ""
        return token

    def _ask(self, scope: str) -> Token:
        return client_credentials(
            self.http,
            PATH,
            client_id=self.client_id,
            client_secret=self.client_secret,
            scope=scope,
            in_body=True,
        )()
