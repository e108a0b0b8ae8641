"""Bromcom's answers and errors in words an operator can act on (reference §3, §7)."""

from __future__ import annotations

from typing import Any

from connectors.errors import BadAnswer, ConnectorError, NotAuthorised, ScopeMissing
from connectors.http import Answer, plain_url, redact

PARTNERS = "Config › Setup › Partner Applications › Manage"
NOT_SWITCHED = (
    f"In Bromcom the school opens {PARTNERS}, switches it on for our application, and presses Proceed."
)
OURS = (
    "The pair is the supplier's own, the same for all its schools; nothing needs doing at the school. "
    "Check it and type it again (misconsole connect SCHOOL …)."
)


def not_granted(entity: str, said: str = "") -> ScopeMissing:
    told = f"The school has not switched on {entity} for our application.{' ' + said if said else ''}"
    return ScopeMissing(told, mend=f"{NOT_SWITCHED} Or decline it here.", where=entity)


def rows_of(answer: Answer, entity: str, secrets: tuple[str, ...]) -> list[Any]:
    """The rows; ``success: false`` comes with HTTP 200 too, and data that is missing altogether means that
    the entity is not granted (reference §3, traps)."""
    body, where = answer.data, plain_url(answer.url)
    if not isinstance(body, dict):
        raise BadAnswer(f"Bromcom's answer for {entity} is not an object.", where=where)
    if body.get("success") not in (True, "true", 1):
        said = _said(body, secrets)
        raise BadAnswer(
            f"Bromcom could not answer for {entity}.{f' It says: {said}' if said else ''}", where=where
        )
    data = body.get("data")
    if data is None:
        raise not_granted(entity, "Its answer holds no data.")
    if not isinstance(data, list):
        raise BadAnswer(f"Bromcom's answer for {entity} holds no list.", where=where)
    return data


def _said(body: dict[str, Any], secrets: tuple[str, ...]) -> str:
    told = next((body[key] for key in ("message", "error", "errorMessage") if body.get(key)), "")
    line = "".join(c if c.isprintable() else " " for c in str(told)[:400])
    return redact(" ".join(line.split()), secrets)[:200]


def plainly(problem: ConnectorError, entity: str = "") -> ConnectorError:
    """The same error with Bromcom's own remedy; those already told so stay as they are."""
    from connectors.http_errors import NotFound

    kind = type(problem)
    if kind is NotAuthorised and problem.mend != OURS:
        told = f"The application id or the application secret is wrong. {problem.message}"
        return NotAuthorised(told, mend=OURS, where=problem.where)
    if kind is ScopeMissing and entity and entity not in problem.message:
        return not_granted(entity, problem.message)
    if kind is NotFound and entity:
        return NotFound(
            f"Bromcom knows no {entity} for this school. {problem.message}",
            mend="Check the address and the school's id.", where=problem.where,
        )  # fmt: skip
    return problem
