"""What Arbor says inside an answer, and its errors in words an operator can act on (reference §3.5, §8).

The code inside a body wins over the HTTP status; no text of Arbor's passes without redaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.errors import (
    AccessPending,
    BadAnswer,
    ConnectorError,
    NotAuthorised,
    ScopeMissing,
    Unreachable,
)
from connectors.http import redact

PARTNER_APPS = "System › Partner Apps (API Users)"
ALLOWED_TO = "School: User Accounts: Administer"
AUTHORISE = (
    f"In Arbor, somebody with the permission {ALLOWED_TO} opens {PARTNER_APPS}, opens the app and approves "
    "it; then type the pair that Arbor issues."
)
ADD_TO_APP = (
    "The supplier adds it to the app in Arbor's developer portal; nobody at the school needs to approve "
    "again. Or decline it here."
)


class MissingEndpoint(AccessPending):
    """Approved or not, Arbor has not told the address of the school (checklist B19)."""

    code = "missing_endpoint_url"
    default_mend = (
        "Authorise again from the approval link, then type the address that Arbor shows "
        "(misconsole connect SCHOOL --set url=…); if it stays missing, raise a support case."
    )


def missing_endpoint() -> MissingEndpoint:
    return MissingEndpoint("MISSING ENDPOINT URL: Arbor has not told us the school's address yet.")


def not_permitted(what: str) -> ScopeMissing:
    return ScopeMissing(f"Arbor will not let us read {what}.", mend=ADD_TO_APP)


def checked(data: Any, secrets: tuple[str, ...]) -> dict[str, Any]:
    """The body, unless it is no object or carries an error of its own."""
    from connectors.http_errors import refused

    if not isinstance(data, dict):
        raise BadAnswer("Arbor's answer is not an object.")
    inner = data.get("response")
    code = inner.get("code") if isinstance(inner, dict) else None
    if isinstance(code, int | str) and str(code).isdigit() and int(code) >= 400:
        raise plainly(refused(int(code), redact(_said(inner), secrets)[:200]))
    return data


def _said(inner: Any) -> str:
    errors = inner.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    told = first.get("message") if isinstance(first, Mapping) else None
    line = str(told or inner.get("reason") or "")
    return " ".join("".join(c if c.isprintable() else " " for c in line).split())


def plainly(problem: ConnectorError) -> ConnectorError:
    """The same error with Arbor's own remedy."""
    from connectors.http_errors import NotFound

    kind = type(problem)
    if kind is NotAuthorised:
        return NotAuthorised(
            f"The app's user name or password for this school is wrong or was revoked. {problem.message}",
            mend=AUTHORISE, where=problem.where,
        )  # fmt: skip
    if kind is ScopeMissing and "403" in problem.message:
        return ScopeMissing(
            "The request was stopped, by a firewall before Arbor or by the app's permissions. "
            f"{problem.message}",
            mend=f"Check the proxy and the setting user_agent. {ADD_TO_APP}", where=problem.where,
        )  # fmt: skip
    if kind is NotFound:
        return NotFound(
            problem.message,
            mend="Check the address: the part before .uk.arbor.sc is where the school signs in.",
            where=problem.where,
        )
    if kind is Unreachable and "fault of its own" in problem.message:
        return Unreachable(
            f"Arbor had a problem. {problem.message}",
            mend="Nothing was changed; the last good data are kept. Run again later.", where=problem.where,
        )  # fmt: skip
    return problem
