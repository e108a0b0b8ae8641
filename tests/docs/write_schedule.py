"""``docs/schedule.md`` and ``docs/status.md``: settings, the hours of each MIS, and the rule of the lamps."""

from __future__ import annotations

from connectors import catalogue
from misconsole.rules.options import BY_NAME
from misconsole.rules.schedule_text import clock, days_told, rule
from misconsole.services import lamps
from tests.docs.blocks import table

SETTINGS = (
    "schedule", "quiet", "term_days_only", "terms", "timezone", "after_sync", "expire_held_days",
)  # fmt: skip


def settings() -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{name}`", s.doc, s.bounds, f"`{s.show(s.default)}`") for name in SETTINGS for s in [BY_NAME[name]]
    ]
    return table(("setting", "what it decides", "takes", "default"), rows)


def windows() -> str:
    """Hours -> the MISs, with the routes that differ from the rest of their MIS named."""
    found: dict[str, list[str]] = {}
    for entry in catalogue.entries():
        usual = max((r.window for r in entry.routes), key=[r.window for r in entry.routes].count)
        found.setdefault(usual, []).append(entry.title)
        for route in entry.routes:
            if route.window != usual:
                found.setdefault(route.window, []).append(f"{entry.title} by {route.title}")
    rows: list[tuple[object, ...]] = [(_told(hours), ", ".join(mis)) for hours, mis in sorted(found.items())]
    return table(("hours", "MIS"), rows)


def _told(window: str) -> str:
    read = rule(window)
    return f"{days_told(read.days)}, {clock(read.start)} to {clock(read.end)}"


def lamp_rule() -> str:
    rows: list[tuple[object, ...]] = [(each.lamp, each.word, each.when) for each in lamps.RULES]
    return table(("lamp", "word", "when"), rows)


BLOCKS = {"schedule.settings": settings, "schedule.windows": windows, "status.lamps": lamp_rule}
