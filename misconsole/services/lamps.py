"""The one rule of the lamps: the first line of ``RULES`` that holds gives the lamp and its word.

From run state, the school's own schedule, authorisation and queues; ``docs/status.md`` shows this table.
Standard library only: ``misconsole status`` must answer at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

Facts = Mapping[str, Any]
#: Codes of errors (connectors.errors) that end when the school approves again.
WANT_OF_ACCESS = frozenset({"not_authorised", "access_pending", "access_refused"})


class Glance(NamedTuple):
    """What the rule looks at. ``facts`` as ``data.status.rows`` gives them; ``decisions`` is what waits for a
    person; ``alive``: the unfinished run has a process working on it."""

    facts: Facts
    decisions: int
    alive: bool
    now: datetime

    def time(self, name: str) -> datetime | None:
        written = self.facts[name]
        return datetime.fromisoformat(written) if written else None

    @property
    def connected(self) -> bool:
        return bool(self.facts["mis"])

    @property
    def late(self) -> bool:
        """The time by which a slot should have been served has passed."""
        late = self.time("late_at")
        return late is not None and late < self.now

    @property
    def late_twice(self) -> bool:
        """So has that of the slot after it."""
        late = self.time("late_at")
        if late is None or late >= self.now:
            return False
        from misconsole.rules import schedule
        from misconsole.services import timetable

        told = self.facts["options"]
        options = json.loads(told) if isinstance(told, str) else told or {}
        own = timetable.of(
            urn=self.facts["urn"], country=self.facts["country"], options=options,
            mis=self.facts["mis"], route=self.facts["route"],
        )  # fmt: skip
        second = schedule.second_late(own, late)
        return second is not None and second < self.now

    @property
    def queued(self) -> bool:
        return self.alive and self.facts["open_state"] == "queued"

    @property
    def access_back(self) -> bool:
        """The last run failed for want of access, and the school has given it again."""
        told = self.facts["told_error"]
        if self.facts["access"] != "approved" or not told:
            return False
        error = json.loads(told) if isinstance(told, str) else told
        return bool(error) and error.get("code") in WANT_OF_ACCESS

    @property
    def interrupted(self) -> bool:
        return bool(self.facts["open_run"]) and self.facts["open_run"] > (self.facts["last_run"] or 0)

    @property
    def tries_again(self) -> bool:
        """The last run was a scheduled one that failed, and another try comes before the slot is late."""
        due, late, failed = self.time("due_at"), self.time("late_at"), self.time("told_at")
        if not self.facts["told_due"] or due is None or late is None or failed is None or self.late:
            return False
        return failed < due <= late and self.now <= late


class Rule(NamedTuple):
    lamp: str
    word: str
    when: str  # for docs/status.md
    holds: Callable[[Glance], bool]


def _access(state: str) -> Callable[[Glance], bool]:
    return lambda g: bool(g.facts["access"] == state)


def _told(state: str) -> Callable[[Glance], bool]:
    """How the last sync ended; of a school that has no MIS any more it tells nothing."""
    return lambda g: g.connected and bool(g.facts["told_state"] == state)


RULES = (
    Rule("working", "queued", "a run is about to begin", lambda g: g.queued),
    Rule(
        "working", "pushing", "accounts are being written to a directory",
        lambda g: g.alive and g.facts["open_kind"] == "push",
    ),
    Rule("working", "syncing", "a run is under way, with a process working on it", lambda g: g.alive),
    Rule(
        "unknown", "not connected", "no MIS is connected, and no push to a directory failed or is held",
        lambda g: not g.connected and not (g.facts["push_failed"] or g.facts["push_held"]),
    ),
    Rule("problem", "access declined", "the school declined access", _access("declined")),
    Rule("problem", "access revoked", "the school took its approval back", _access("revoked")),
    Rule("problem", "credentials refused", "the MIS refuses what was typed here", _access("refused")),
    Rule("problem", "interrupted", "the process of the newest run is gone", lambda g: g.interrupted),
    Rule(
        "attention", "trying again", "a scheduled run failed, and the next try comes before the slot is late",
        lambda g: _told("failed")(g) and g.tries_again,
    ),
    Rule(
        "attention",
        "access is back",
        "the last run failed for want of access, which the school has given again",
        lambda g: _told("failed")(g) and g.access_back,
    ),
    Rule("problem", "failed", "the last run failed", _told("failed")),
    Rule(
        "problem", "push failed", "the last push to a directory of the school failed",
        lambda g: g.facts["push_failed"] > 0,
    ),
    Rule(
        "unknown", "waiting for approval", "never synced, and the school has not answered the request",
        lambda g: not g.facts["told_state"] and g.facts["access"] == "pending",
    ),
    Rule(
        "unknown", "never synced", "never synced",
        lambda g: g.connected and not g.facts["told_state"],
    ),
    Rule(
        "problem", "overdue", "two slots of its own schedule in a row were late",
        lambda g: g.late_twice,
    ),
    Rule(
        "attention", "held", "a limit held the last run, and nobody has answered",
        lambda g: _told("held")(g) and not g.facts["told_resolution"],
    ),
    Rule(
        "attention", "push held", "a limit held the last push to a directory, and nobody has answered",
        lambda g: g.facts["push_held"] > 0,
    ),
    Rule("attention", "overdue", "a slot of its own schedule was late", lambda g: g.late),
    Rule("attention", "MIS offline", "the MIS link at the school is down", _access("offline")),
    Rule("attention", "waiting", "somebody or something waits for a decision", lambda g: g.decisions > 0),
    Rule("ok", "ok", "none of these", lambda _g: True),
)  # fmt: skip


def lamp(glance: Glance) -> tuple[str, str]:
    """Lamp and word."""
    rule = next(rule for rule in RULES if rule.holds(glance))
    return rule.lamp, rule.word
