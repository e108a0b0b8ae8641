"""What Microsoft Graph says when it refuses, in our errors.

``error.code`` is coarse; which property is meant, and that it belongs to somebody else, stands in
``error.details``.
"""

from __future__ import annotations

import re
from typing import Any

from connectors.errors import ConnectorError, NotAuthorised
from connectors.http import Refusal
from connectors.targets.base import NameTaken, TargetRefused

CONFLICTS = frozenset({"ObjectConflict", "Request_MultipleObjectsWithSameKeyValue"})
_SAME = re.compile(r"same value for property|conflicting object", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_./]{0,59}")
ACCESS = "Check the permissions of the app registration and that an administrator consented to them."


def judge(refusal: Refusal) -> ConnectorError | None:
    status = refusal.status
    said = f" It says: {refusal.said}" if refusal.said else ""
    if status == 401:
        return NotAuthorised(f"Microsoft refuses our access (401).{said}", mend=ACCESS)
    if status == 403 and refusal.method == "GET":
        return NotAuthorised(f"Microsoft does not let us look (403).{said}", mend=ACCESS)
    if status == 403:
        return TargetRefused(
            f"Microsoft refuses (403).{said}",
            mend="The app lacks a permission for this, or the user holds a role that shields them; "
            "see docs/targets/graph.md.",
        )
    if status not in (400, 409, 412, 422):
        return None
    codes, targets = details(refusal.data)
    about = f" ({', '.join(targets)})" if targets else ""
    if codes & CONFLICTS or _SAME.search(refusal.said):
        return NameTaken(f"The name belongs to another entry{about}.{said}")
    return TargetRefused(f"Microsoft refuses{about or f' ({status})'}.{said}")


def details(data: Any) -> tuple[frozenset[str], tuple[str, ...]]:
    """The codes of an error and the properties it is about; only what looks like one of either."""
    error = data.get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict):
        return frozenset(), ()
    several = error.get("details")
    parts = [each for each in several if isinstance(each, dict)] if isinstance(several, list) else []
    codes = {
        each for each in (error.get("code"), *(part.get("code") for part in parts)) if isinstance(each, str)
    }
    named = [part.get("target") for part in parts]
    return frozenset(codes), tuple(
        n for n in named if isinstance(n, str) and _NAME.fullmatch(n) and n != "None"
    )
