"""Asking only for what changed, and noticing when a service answers with everything (oneroster.md §3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from connectors.oneroster_common import values
from connectors.oneroster_common.roster import PEOPLE
from connectors.records import ExtractRequest

MARK = "%Y-%m-%dT%H:%M:%S.000Z"
OVERLAP = timedelta(minutes=5)


def since(request: ExtractRequest) -> str | None:
    """Where the changes of the people's reports begin; None (a full read) unless all asked for have a mark.
    They are read together, so they are a delta together."""
    asked = [report for report in PEOPLE if report in request.reports]
    marks = [mark for report in asked if is_mark(mark := request.since.get(report, ""))]
    return min(marks) if asked and len(marks) == len(asked) else None


def is_mark(text: str) -> bool:
    """Only our own spelling counts; anything else means a full read."""
    try:
        return bool(datetime.strptime(text, MARK))  # noqa: DTZ007 - UTC by its Z
    except ValueError:
        return False


def mark(clocks: Iterable[datetime]) -> str:
    """Where the next delta begins: five minutes before the read, by the slowest of the clocks."""
    return (min(clocks) - OVERLAP).astimezone(UTC).strftime(MARK)


def filter_for(mark: str) -> dict[str, str]:
    return {"filter": f"dateLastModified>='{mark}'"}


def older(stamp: str | None, mark: str) -> bool:
    """Whether a row was surely not asked for."""
    at = values.instant(stamp)[0] if stamp else None
    begin = values.instant(mark)[0]
    return at is not None and begin is not None and at < begin
