"""What time it is, from outside; and which day that is at school.

In summer the school's day begins an hour before that of UTC: by the wrong one somebody who starts today
would still be to come (G8).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from connectors.base import Setup
from connectors.records import ExtractRequest

SCHOOL_TIME = "Europe/London"


def now(setup: Setup) -> datetime:
    """Aware."""
    return setup.now() if setup.now else datetime.now(UTC)


def school_day(moment: datetime) -> date:
    """``moment`` is aware.  The zone is looked up only here, so that asking for a connector stays cheap."""
    return moment.astimezone(ZoneInfo(SCHOOL_TIME)).date()


def today(setup: Setup, request: ExtractRequest) -> date:
    """The day the request is for, or else today at school."""
    return request.today or school_day(now(setup))
