"""iSAMS's refusals in words an operator can act on (reference §2, §4.3).

A client without a permission on a module is connected and still refused: the school's own iSAMS administrator
mends that, not IRIS.  Only the report whose module it is suffers.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from connectors.errors import (
    AccessPending,
    BadAnswer,
    BadSettings,
    ConnectorError,
    NotAuthorised,
    ScopeMissing,
    Unreachable,
)
from connectors.http import redact
from connectors.records import Report

MODULES = {Report.STAFF: "Human Resources Manager", Report.STUDENTS: "Pupil (Student) Manager"}
METHODS = {Report.STAFF: "HumanResources_GetCurrentStaff", Report.STUDENTS: "Pupil_GetCurrentPupils"}
KEYS = "Control Panel › API Services Manager › Manage Batch API Keys"
CLIENTS = "Control Panel › API Services Manager › REST API Clients"
ASK_IRIS = (
    "Ask IRIS support for the REST API for a Partner, naming this product; type the Client ID and the Client "
    "Secret they send."
)
NEW_PAIR = (
    "Type Client ID and Client Secret anew; if they stay refused, ask IRIS support for new ones, and check "
    "that the client is still listed in iSAMS."
)
_BUSY = ("deadlock", "lock request time")


class NotIssued(AccessPending):
    """Nothing to ask with yet: IRIS has not answered, or nobody has typed what it sent (B11)."""

    code = "not_issued"
    default_mend = ASK_IRIS


def no_permission(module: str) -> ScopeMissing:
    return ScopeMissing(
        f"The client has no read permission on {module}.",
        mend=f"In iSAMS an administrator opens {CLIENTS} and gives the client read permission on {module}; "
        "IRIS cannot. Or decline the report here.",
    )  # fmt: skip


def no_method(method: str, said: str) -> ScopeMissing:
    return ScopeMissing(
        f"The Batch key lacks the method {method}.{said}",
        mend=f"In iSAMS an administrator opens {KEYS} and ticks {method}. Or decline the report here.",
    )


def by_rest(problem: ConnectorError, module: str = "") -> ConnectorError:
    """The same error with iSAMS's own remedy; ``module`` is whose data were asked for."""
    from connectors.http_errors import NotFound

    kind = type(problem)
    if kind is ScopeMissing and module:
        return no_permission(module)
    if kind is NotAuthorised:
        return _at(
            NotAuthorised(f"Client ID or Client Secret is not valid. {problem.message}", mend=NEW_PAIR),
            problem,
        )
    return _elsewhere(problem) if kind is NotFound or "web page" in problem.message else problem


def by_batch(problem: ConnectorError, report: Report, *, keyed: bool) -> ConnectorError:
    """``keyed``: an API key was shown, not a client's token."""
    from connectors.http_errors import NotFound

    kind, said = type(problem), problem.message.partition(" It says: ")[2]
    if kind is ScopeMissing and said:
        return no_method(METHODS[report], f" It says: {said}")
    if kind is ScopeMissing:
        return _at(NotAuthorised(
            "The request is blocked before it is looked at (403).",
            mend=f"The key may be restricted to certain addresses (IP) or domains: {KEYS}.",
        ), problem)  # fmt: skip
    if kind is NotAuthorised and keyed:
        return _at(NotAuthorised(
            f"The key is not known at this school. {problem.message}",
            mend="Ask the school's iSAMS administrator for the current Batch API key and type it.",
        ), problem)  # fmt: skip
    if kind is NotAuthorised:
        return by_rest(problem)
    if kind is Unreachable and any(word in said.casefold() for word in _BUSY):
        return _at(Unreachable(f"iSAMS was busy. {problem.message}", mend="Try again shortly."), problem)
    return _elsewhere(problem) if kind is NotFound or "web page" in problem.message else problem


def _elsewhere(problem: ConnectorError) -> ConnectorError:
    return _at(type(problem)(
        problem.message, mend="Check the address of the MIS: it is where the school signs in to iSAMS."
    ), problem)  # fmt: skip


def _at(made: ConnectorError, problem: ConnectorError) -> ConnectorError:
    made.where = problem.where
    return made


def no_address() -> BadSettings:
    return BadSettings(
        "The address of the MIS is missing.", mend="Type it (--set url=https://<school>.isams.cloud)."
    )


def no_key() -> BadSettings:
    return BadSettings(
        "What was typed is no Batch API key: eight, three times four and twelve hexadecimal digits.",
        mend=f"Copy the key whole from {KEYS}; with Client ID and Client Secret type the Client ID too.",
    )


def rows_of(data: Any, key: str, secrets: Collection[str]) -> list[Any]:
    """The list under ``key``, else the only list there is; a message without a list is an error."""
    if not isinstance(data, dict):
        raise BadAnswer(f"The answer about {key} is not an object.")
    if isinstance(data.get(key), list):
        return list(data[key])
    lists = [value for value in data.values() if isinstance(value, list)]
    if len(lists) == 1:
        return list(lists[0])
    said = data.get("message")
    if isinstance(said, str) and said.strip():
        line = " ".join("".join(c if c.isprintable() else " " for c in said).split())
        raise BadAnswer(f"iSAMS answers about {key}: {redact(line, secrets)[:200]}")
    raise BadAnswer(f"The answer holds no list of {key}.")
