"""What Xporter says inside an answer, and its errors in words an operator can act on (reference §2, §9).

An error has status 200 and a body with ``ExceptionMessage``; a good answer may carry the same keys empty.
Which words mean what is known only for a paused authorisation; the other kinds are told apart by likely
words, and what is not understood stays a BadAnswer that quotes Xporter.
"""

from __future__ import annotations

import re
from typing import Any

from connectors.errors import (
    AccessPending,
    BadAnswer,
    ConnectorError,
    MisOffline,
    NotAuthorised,
    ScopeMissing,
)
from connectors.http import redact

ENVELOPE = frozenset({"message", "exceptiontype", "exceptionmessage", "innerexception"})
TYPE_AGAIN = (
    "Type the school's secret again (misconsole connect SCHOOL …). If the school has authorised again, it "
    "has a new secret and the old one is dead; check the relying party and the school number too."
)
APPROVE_SCOPE = (
    "The school approves it in Groupcall's authorisation page; it then gets a new secret, which is typed "
    "here. Or decline the report or field here."
)


class TokenExpired(NotAuthorised):
    """A token that was good and is not any more; worth asking for another."""


class Told(BadAnswer):
    """Xporter tells an error in words nobody has settled."""


_KINDS: tuple[tuple[re.Pattern[str], type[ConnectorError], str, str], ...] = (
    (
        re.compile(r"\bpaused\b"), AccessPending,
        "The school's authorisation is paused until it has finished authorising.",
        "Wait until the school has finished in Groupcall's authorisation page. It then has a new secret: "
        "type it here.",
    ),
    (
        re.compile(r"token.{0,40}(expired|invalid|not valid)|(expired|invalid).{0,40}token"), TokenExpired,
        "The token is not accepted any more.", TYPE_AGAIN,
    ),
    (
        re.compile(r"\bscopes?\b|permission|consent"), ScopeMissing,
        "This is not shared with us.", APPROVE_SCOPE,
    ),
    (
        re.compile(r"relying ?party|password|secret|credential|unauthori[sz]ed|not authori[sz]ed"),
        NotAuthorised, "The relying party or the school's secret is not accepted.", TYPE_AGAIN,
    ),
    (
        re.compile(r"\bagent\b|offline|unable to connect|communicat"), MisOffline,
        "Xporter cannot reach the school's MIS.",
        "Nothing was changed. Ask the school whether the server with the Xporter agent is on and connected; "
        "then run again.",
    ),
)  # fmt: skip


def lowered(body: dict[str, Any]) -> dict[str, Any]:
    """The same by lower-case keys: documentation and answers spell some keys differently."""
    return {key.lower(): value for key, value in body.items()}


def checked(data: Any, secrets: tuple[str, ...]) -> dict[str, Any]:
    """The body by lower-case keys, unless it is no object or tells an error."""
    if not isinstance(data, dict):
        raise BadAnswer("Xporter's answer is not an object.")
    body = lowered(data)
    told = body.get("exceptionmessage") or body.get("exceptiontype")
    if told or body.keys() <= ENVELOPE:
        raise problem(body, secrets)
    return body


def problem(body: dict[str, Any], secrets: tuple[str, ...]) -> ConnectorError:
    """The error that a body tells."""
    words = [body.get(key) for key in ("exceptionmessage", "exceptiontype", "message")]
    lines = [word for word in words if isinstance(word, str) and word.strip()]
    quoted = f" Xporter says: {_line(lines[0], secrets)}" if lines else " Xporter gives no reason."
    spoken = " ".join(lines).lower()
    for pattern, kind, message, mend in _KINDS:
        if pattern.search(spoken):
            return kind(message + quoted, mend=mend)
    return Told(f"Xporter answers with an error.{quoted}")


def refused_token(body: dict[str, Any], secrets: tuple[str, ...]) -> ConnectorError:
    """Why no token was given; whatever is not a known state is a refusal of the credentials."""
    found = problem(body, secrets)
    if isinstance(found, AccessPending | MisOffline):
        return found
    return NotAuthorised(f"No token was given for this school. {found.message}", mend=TYPE_AGAIN)


def _line(text: str, secrets: tuple[str, ...]) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return redact(line, secrets)[:200]


def listed(body: dict[str, Any], name: str) -> list[Any]:
    """The named list of rows; BadAnswer where it is missing, for then nothing was said about them."""
    rows = body.get(name.lower())
    if not isinstance(rows, list):
        raise BadAnswer(f"Xporter's answer holds no list of {name}.")
    return rows


def first(body: dict[str, Any], name: str) -> dict[str, Any]:
    """The one row of a list like ``meta``, by lower-case keys; empty where there is none."""
    rows = body.get(name.lower())
    row = rows[0] if isinstance(rows, list) and rows else None
    return lowered(row) if isinstance(row, dict) else {}


def plainly(found: ConnectorError) -> ConnectorError:
    """The same error with Xporter's own remedy."""
    from connectors.http_errors import NotFound

    if type(found) is NotAuthorised and "(401)" in found.message:
        return NotAuthorised(f"Xporter refuses our token. {found.message}", mend=TYPE_AGAIN,
                             where=found.where)  # fmt: skip
    if type(found) is NotFound:
        return NotFound(
            found.message, mend="Check the addresses (url, token_url) and the school number (estab).",
            where=found.where,
        )  # fmt: skip
    if type(found) is ScopeMissing and "(403)" in found.message:
        return ScopeMissing(found.message, mend=APPROVE_SCOPE, where=found.where)
    return found
