"""Consents given on the simulated page: codes good once, tokens that end, refresh tokens that rotate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Grant:
    urn: str
    scopes: frozenset[str]
    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)


class Grants:
    """``key`` makes a secret out of words, the same for the same words."""

    def __init__(self, key: Callable[..., str]) -> None:
        self._key = key
        self._made = 0
        self._codes: dict[str, Grant] = {}
        self.of: list[Grant] = []

    def _new(self, word: str) -> str:
        self._made += 1
        return self._key("scholarpack", word, str(self._made))

    def code(self, urn: str, scopes: frozenset[str]) -> str:
        code = self._new("code")
        self._codes[code] = Grant(urn, scopes)
        return code

    def exchange(self, code: str) -> Grant | None:
        grant = self._codes.pop(code, None)
        if grant is not None:
            self.of.append(grant)
            self._renew(grant)
        return grant

    def refresh(self, token: str) -> Grant | None:
        """The refresh token used is no longer good, nor is the access token before."""
        grant = next((one for one in self.of if token and one.refresh == token), None)
        if grant is not None:
            self._renew(grant)
        return grant

    def _renew(self, grant: Grant) -> None:
        grant.access, grant.refresh = self._new("access"), self._new("refresh")

    def by_access(self, token: str) -> Grant | None:
        return next((one for one in self.of if token and one.access == token), None)

    def expire(self, urn: str) -> None:
        """The access tokens of a school end; their refresh tokens stay good."""
        for grant in self.of:
            if grant.urn == urn:
                grant.access = ""
