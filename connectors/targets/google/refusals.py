"""What the Directory API says when it refuses, in our errors.

Its reasons stand in ``error.errors[].reason``; quotas are told with 403 as well as 429, and only some of
those are worth asking again.
"""

from __future__ import annotations

from typing import Any

from connectors.errors import ConnectorError, NotAuthorised, RateLimited
from connectors.http import Refusal
from connectors.targets.base import NameTaken, TargetRefused

PASSING = frozenset(
    {
        "ratelimitexceeded", "userratelimitexceeded", "quotaexceeded", "servinglimitexceeded",
        "concurrentlimitexceeded",
    }
)  # fmt: skip
SPENT = frozenset({"dailylimitexceeded", "dailylimitexceededunreg"})
ACCESS = (
    "Check that the scopes are allowed for the service account (Admin console, Security, API controls, "
    "domain-wide delegation) and that the administrator it acts as may manage users."
)


def reasons(data: Any) -> frozenset[str]:
    """In lower case; empty for a body of another shape."""
    error = data.get("error") if isinstance(data, dict) else None
    several = error.get("errors") if isinstance(error, dict) else None
    found = (
        [each.get("reason") for each in several if isinstance(each, dict)]
        if isinstance(several, list)
        else []
    )
    return frozenset(each.lower() for each in found if isinstance(each, str))


def judge(refusal: Refusal) -> ConnectorError | None:
    from connectors.http_errors import Busy

    why, status = reasons(refusal.data), refusal.status
    said = f" It says: {refusal.said}" if refusal.said else ""
    if why & PASSING:
        return Busy(f"Google says we ask too often.{said}")
    if why & SPENT:
        return RateLimited(f"Google's quota for today is used up.{said}", mend="Push again tomorrow.")
    if status == 401:
        return NotAuthorised(f"Google refuses our access (401).{said}", mend=ACCESS)
    if status == 409:
        return NameTaken(f"The address belongs to another entry.{said}")
    if status == 403 and (refusal.method == "GET" or "domaincannotuseapis" in why):
        return NotAuthorised(f"Google does not let us look (403).{said}", mend=ACCESS)
    if status in (400, 403, 412, 422):
        return TargetRefused(f"Google refuses ({status}).{said}")
    return None
