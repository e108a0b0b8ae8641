"""What the worker calls of the rest of the product: directories, notices, the house, the morning's summary.

Apart from the worker, so that a test can give it others, and imported only where a worker really begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from misconsole.services import housekeeping, notify, pushes, status, summary, targets
from misconsole.services.desk import Desk

MONDAY = 0


def names(desk: Desk, urn: str) -> Iterable[str]:
    """The active directories of a school."""
    return [each.name for each in targets.list_targets(desk, urn) if each.active]


def push(desk: Desk, urn: str, name: str) -> int:
    """Begin to write to one of them, as a process of its own. Raises Busy."""
    return pushes.start(desk, urn, name)


def tell(desk: Desk) -> None:
    """Send what turned red, is held, or is green again, where somebody wants to hear of it."""
    from misconsole.services import notify_send

    if notify.channels(desk):
        notify.tell(desk, notify_send.send)


def tidy(desk: Desk) -> None:
    housekeeping.tidy(desk, leavers=False)


def morning(desk: Desk) -> None:
    """The night in sentences to who wants summaries; on Mondays the week too."""
    if not notify.channels(desk):
        return
    now = desk.now()
    lines = status.lines(desk.store.url, now=now)
    day = now.date()
    spans = {"night": day, **({"week": day - timedelta(days=7)} if day.weekday() == MONDAY else {})}
    for span, told in spans.items():
        found = summary.document(desk.store.url, lines, span=span, now=now)
        title = "The last night" if span == "night" else "The last week"
        notify.summary(
            desk, key=f"{span}-{told.isoformat()}", title=title, text="\n".join(found["sentences"])
        )
