"""Consent in a browser, typed into a terminal: the link, the code that comes back, and the tokens.

Protects three things.  The *school*: a pasted address counts only with the state we made for it, so that
nobody can slip us another school's consent.  The *consent*: a refresh token that rotates is kept before the
new access token is used, since losing it would mean asking the school again.  And the *secrets*: nothing
here is shown, and what a token endpoint says is redacted by the client that asks it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from connectors.errors import NotAuthorised
from connectors.http import Http, Limits
from connectors.oauth import EARLY, Token, TokenSigner, basic, read_token, token_answer
from connectors.scholarpack.answers import CodeRefused, ConsentMissing, ConsentRefused, withdrawn

Keep = Callable[[Mapping[str, str]], Mapping[str, str]]
FOR_EVER = 1e9  # seconds; a token whose term nobody told is used until it is refused
USED = {"code": "", "state": ""}


def returned(pasted: str, state: str) -> str:
    """The code in what was pasted: the code itself, or the whole address the browser ended at.

    ConsentRefused for "access_denied"; CodeRefused for another state than ours, or where no code is.
    """
    query = urlsplit(pasted).query if "?" in pasted else pasted if "code=" in pasted else ""
    if not query and "://" not in pasted:
        return pasted
    told = dict(parse_qsl(query))
    if not (state and hmac.compare_digest(told.get("state", "").encode(), state.encode())):
        raise CodeRefused(
            "This address does not belong to the link made here last (its state differs); it was not used."
        )
    if told.get("error") == "access_denied":
        raise ConsentRefused(
            "Consent was cancelled; nothing has changed.", mend="Speak to the school, then ask again."
        )
    if not told.get("code"):
        raise CodeRefused("The address holds no code; consent did not come to its end.")
    return told["code"]


class Consent:
    """What is kept of one school's consent.  ``settings`` as declared, with every address filled in."""

    def __init__(
        self, settings: Mapping[str, str], kept: Mapping[str, str], *, keep: Keep | None,
        now: Callable[[], datetime], limits: Limits, cancelled: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._settings, self._kept, self._keep = settings, dict(kept), keep
        self._now, self._limits, self._cancelled = now, limits, cancelled
        self._handed = ""
        self.seen: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """A link was made, and what it brought is not typed yet."""
        return bool(self._kept.get("state"))

    @property
    def given(self) -> bool:
        return any(self._kept.get(name) for name in ("code", "access_token", "refresh_token"))

    def link(self, scopes: tuple[str, ...]) -> str:
        """The page where the school consents.  One state is good until its code is used."""
        if not self._kept.get("state"):
            self._put({"state": secrets.token_urlsafe(24)})
        asked = {
            "response_type": "code", "client_id": self._settings["client_id"],
            "redirect_uri": self._settings["redirect_uri"], "scope": " ".join(scopes),
            "state": self._kept["state"],
        }  # fmt: skip
        return f"{self._settings['authorize_url']}?{urlencode(asked)}"

    def _put(self, changed: Mapping[str, str]) -> None:
        self._kept.update(changed)
        self.seen = (*self.seen[-7:], *(v for k, v in changed.items() if v and k != "access_until"))
        if self._keep is not None:
            self._keep(changed)

    # -- tokens -------------------------------------------------------------------

    def fetch(self) -> Token:
        """A token to use now; one handed out before is not handed out again, it was refused or is old."""
        if self._kept.get("code"):
            self._exchange()
        token = self._current() or self._newer()
        if token is None:
            self._renew()
            token = self._current()
        if token is None:
            raise withdrawn()
        self._handed = token.value
        return token

    def _current(self) -> Token | None:
        value, until = self._kept.get("access_token", ""), self._kept.get("access_until", "")
        if not value or value == self._handed:
            return None
        lives = (datetime.fromisoformat(until) - self._now()).total_seconds() if until else FOR_EVER
        return Token(value=value, lives=lives) if lives > EARLY else None

    def _newer(self) -> Token | None:
        """What another run of ours may have renewed since we began."""
        if self._keep is None:
            return None
        names = ("access_token", "access_until", "refresh_token")
        now = self._keep({})
        self._kept.update({name: now[name] for name in names if now.get(name)})
        return self._current()

    def _exchange(self) -> None:
        try:
            code = returned(self._kept["code"], self._kept.get("state", ""))
        except (CodeRefused, ConsentRefused):
            self._put({"code": ""})
            raise
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._settings["redirect_uri"]
        }  # fmt: skip
        try:
            self._take(form, forget=USED)
        except NotAuthorised as problem:
            self._put({"code": ""})
            raise CodeRefused(
                "The code was not taken: it is used, too old, or of another link; or client id and secret "
                f"are wrong. {problem.message}",
                where=problem.where,
            ) from None

    def _renew(self) -> None:
        used = self._kept.get("refresh_token", "")
        if not used:
            raise (
                withdrawn()
                if self._kept.get("access_token")
                else ConsentMissing(
                    "The school has not consented in ScholarPack yet, or the code has not been typed."
                )
            )
        try:
            self._take({"grant_type": "refresh_token", "refresh_token": used})
        except NotAuthorised as problem:
            if self._newer() is None:
                raise withdrawn(problem) from None

    def _take(self, form: Mapping[str, str], forget: Mapping[str, str] | None = None) -> None:
        """Asks for tokens and keeps them; a refresh token stays where no new one is given."""
        data = self._answer(form)
        token = read_token(data)
        until = "" if token.lives is None else (self._now() + timedelta(seconds=token.lives)).isoformat()
        kept = {**(forget or {}), "access_token": token.value, "access_until": until}
        rotated = data.get("refresh_token")
        if isinstance(rotated, str) and rotated:
            kept["refresh_token"] = rotated
        elif forget:
            kept["refresh_token"] = ""
        self._put(kept)

    def _answer(self, form: Mapping[str, str]) -> Any:
        client, secret = self._settings["client_id"], self._kept["client_secret"]
        headers = {}
        if self._settings["client_auth"] == "body":
            form = {**form, "client_id": client, "client_secret": secret}
        else:
            headers["Authorization"] = basic(client, secret)
        hidden = (secret, *self.secrets(), *form.values())
        with closing(
            Http(
                self._settings["token_url"], headers={}, secrets=hidden, limits=self._limits,
                cancelled=self._cancelled,
            )
        ) as http:  # fmt: skip
            return token_answer(http, self._settings["token_url"].rstrip("/") + "/", form, headers)

    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be shown."""
        return tuple(v for k, v in self._kept.items() if v and k != "access_until")


class ConsentSigner(TokenSigner):
    """Signs with the consent's tokens; new ones must not be shown either."""

    def __init__(self, consent: Consent) -> None:
        super().__init__(consent.fetch)
        self._consent = consent

    def fresh_secrets(self) -> tuple[str, ...]:
        return (*super().fresh_secrets(), *self._consent.seen)
