"""When somebody is to be told: a school turned red, a run is held, it is green again; once for each turn.

Texts hold names of schools, states and counts, and nobody's name: they travel by other people's services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from misconsole.counting import counted

KINDS = ("problem", "held", "recovered", "summary")
#: Minutes after a notice was written at which it is tried again; then it is given up.
AGAIN = (0, 1, 5, 15, 60, 240, 720, 1440)

#: Where a supplier is down, thousands of schools turn red in a night, and nobody reads a thousand mails:
#: so many messages in that time go one by one, what else there is goes together afterwards.
ONE_BY_ONE = 5
BREATH = timedelta(minutes=15)
NAMED = 100  # schools named in a message that tells of many


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a channel was told last of a school: kind, the run it was about, and how often it was told."""

    kind: str = ""
    run: int = 0
    times: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """``key`` is the same for everybody who sees this turn, so that it is written once."""

    kind: str
    key: str
    title: str
    text: str


def turn(line: Mapping[str, Any], before: Before) -> Notice | None:
    """What to say of a school, if anything is new. ``line``: of ``services.status.lines``."""
    kind = _kind(line, before)
    if not kind:
        return None
    run = int(line["last_run"] or 0)
    return Notice(
        kind=kind, key=f"{line['urn']}:{kind}:{run}:{before.times + 1}",
        title=f"{line['name']}: {TITLES[kind]}", text=_text(line, kind),
    )  # fmt: skip


MANY = {  # of one school, of several
    "problem": ("needs help", "need help"), "held": ("run is held", "runs are held"),
    "recovered": ("all right again", "all right again"),
}  # fmt: skip
TITLES = {"problem": "needs help", "held": "a run is held", "recovered": "all right again"}


def _kind(line: Mapping[str, Any], before: Before) -> str:
    run = int(line["last_run"] or 0)
    if line["lamp"] == "working":
        return ""  # it is being seen to; what comes of it is told afterwards
    if line["lamp"] == "problem":
        return "problem" if before.kind != "problem" else ""
    if line["lamp_word"] == "held":
        return "held" if (before.kind, before.run) != ("held", run) else ""
    return "recovered" if before.kind in ("problem", "held") and line["lamp"] in ("ok", "attention") else ""


def _text(line: Mapping[str, Any], kind: str) -> str:
    checked = f"{line['last_checked']:%-d %B %Y %H:%M} UTC" if line["last_checked"] else "never"
    parts = [f"{line['name']} ({line['urn']}): {line['lamp_word']}.", f"Last checked {checked}."]
    if kind == "held":
        parts.append(f"Look at who is affected: misconsole run show {line['last_run']}")
    elif kind == "problem" and line["last_run"]:
        parts.append(f"What happened: misconsole run show {line['last_run']}")
    elif kind == "recovered":
        waiting = sum(line["waiting"].values())
        parts.append(f"{waiting} {'thing waits' if waiting == 1 else 'things wait'} in its queues.")
    return " ".join(parts)


def joined(kinds: Sequence[str], texts: Sequence[str]) -> tuple[str, str]:
    """Title and text of one message that tells of many schools."""
    counts = Counter(kinds)
    told = ", ".join(counted(counts[kind], *MANY[kind]) for kind in MANY if counts[kind])
    lines = [*texts[:NAMED]]
    if len(texts) > NAMED:
        lines.append(f"And {len(texts) - NAMED} more: misconsole status names them all.")
    return f"{counted(len(texts), 'notice')}: {told}", "\n".join(lines)


def due(written: datetime, tries: int, now: datetime) -> bool:
    """Whether a notice that was tried that often is to be tried again now."""
    return tries < len(AGAIN) and now >= written + timedelta(minutes=AGAIN[tries])


def given_up(tries: int) -> bool:
    return tries >= len(AGAIN)
