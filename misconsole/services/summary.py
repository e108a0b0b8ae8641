"""The night and the week of an estate in sentences that can be read aloud; also as one document.

How many ran, what changed, what was held, what failed and why, what waits longest, who is overdue.  School
names and counts only, nobody's name.  Standard library only, like the status it belongs to.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from misconsole.waiting_words import ALOUD, waiting_words

SPANS = {"night": timedelta(hours=24), "week": timedelta(days=7)}
NAMED = 5  # schools named in a sentence; the rest are counted
CHANGES = {"created": "created", "updated": "updated", "linked": "linked", "unallocated": "unallocated"}
Line = Mapping[str, Any]
RunRow = Mapping[str, Any]


def document(url: str, lines: Sequence[Line], *, span: str, now: datetime) -> dict[str, Any]:
    """The figures and the sentences. ``lines`` as ``services.status.lines`` gives them.

    Raises data.errors.StoreProblem.
    """
    from data import status

    since = now - SPANS[span]
    at = since.astimezone(UTC).isoformat(timespec="microseconds")
    runs = _ask(url, status.RUNS, {"since": at})
    oldest = _ask(url, status.OLDEST, {})
    return build(lines, runs, span=span, since=since, now=now, oldest=oldest[0] if oldest else None)


def _ask(url: str, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """With the standard library for SQLite; a server is asked through SQLAlchemy."""
    from data import status
    from misconsole import paths

    path = paths.sqlite_path(url)
    if path is not None:
        return status.asked(path, query, values)
    from sqlalchemy import text

    from data.store import Store

    with Store.open(url) as store, store.read() as s:
        return [dict(row) for row in s.connection().execute(text(query), values).mappings()]


def build(
    lines: Sequence[Line], runs: Sequence[RunRow], *, span: str, since: datetime, now: datetime,
    oldest: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """``runs`` are the finished syncs of the span, oldest first: urn, state, changes, error."""
    names = {line["urn"]: line["name"] for line in lines}
    last = {run["urn"]: run for run in runs if run["urn"] in names}
    changes = Counter[str]()
    for run in runs:
        if run["state"] == "succeeded" and run["urn"] in names:
            changed = _parsed(run["changes"]) or {}
            changes.update({key: int(changed.get(key, 0)) for key in CHANGES})
    of = {
        state: sorted(names[urn] for urn, run in last.items() if run["state"] == state)
        for state in ("succeeded", "held", "failed", "cancelled")
    }
    found: dict[str, Any] = {
        "span": span, "since": since, "until": now, "schools": len(lines),
        "connected": sum(bool(line["mis"]) for line in lines), "ran": len(last), "runs": len(runs),
        **of, "changes": dict(changes),
        "reasons": _reasons(last, names),
        "overdue": sorted(line["name"] for line in lines if line["lamp_word"] == "overdue"),
        "not_authorised": sorted(
            line["name"] for line in lines if line["access"] in ("revoked", "declined", "refused")
        ),
        "waiting": {key: sum(line["waiting"][key] for line in lines) for key in ALOUD},
        "longest": dict(oldest) if oldest else None,
    }  # fmt: skip
    return found | {"sentences": sentences(found, now)}


def sentences(found: Mapping[str, Any], now: datetime) -> list[str]:
    when = "In the last 24 hours" if found["span"] == "night" else "In the last seven days"
    ran, connected = found["ran"], found["connected"]
    told = [f"{when} {_count(ran, 'school')} of {connected} connected ran a sync."]
    if not ran and connected:
        told = [f"{when} no school ran a sync; {_are(connected, 'school')} connected."]
    changed = [f"{number:,} {CHANGES[key]}" for key, number in found["changes"].items() if number]
    if ran:
        told.append(f"Accounts: {', '.join(changed)}." if changed else "No account changed.")
    if found["held"]:
        told.append(f"{_are(len(found['held']), 'school')} held for a person: {_named(found['held'])}.")
    for code, reason in found["reasons"].items():
        who = f"{_count(len(reason['schools']), 'school')} failed, {_named(reason['schools'])}"
        told.append(f"{who}: {reason['message'].rstrip('.') or code}.")
    if found["overdue"]:
        told.append(f"Overdue by their own schedule: {_named(found['overdue'])}.")
    if found["not_authorised"]:
        told.append(f"Not authorised any more: {_named(found['not_authorised'])}.")
    waits = waiting_words(found["waiting"], ALOUD)
    told.append(f"Waiting for a decision: {', '.join(waits)}." if waits else "Nothing waits for a decision.")
    if longest := found["longest"]:
        days = max(0, (now - datetime.fromisoformat(longest["since"])).days)
        told.append(
            f"The longest wait is {_count(days, 'day')}: an unallocated account at {longest['name']}."
        )
    if not (found["held"] or found["failed"] or found["overdue"] or found["not_authorised"]) and ran:
        told.append("Nothing is wrong.")
    return told


def _reasons(last: Mapping[str, RunRow], names: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Failures by their code: one of the messages, and the schools."""
    found: dict[str, dict[str, Any]] = {}
    for urn, run in last.items():
        if run["state"] != "failed":
            continue
        error = _parsed(run["error"]) or {}
        reason = found.setdefault(
            str(error.get("code", "failed")), {"message": str(error.get("message", "")), "schools": []}
        )
        reason["schools"].append(names[urn])
    for reason in found.values():
        reason["schools"].sort()
    return dict(sorted(found.items(), key=lambda item: -len(item[1]["schools"])))


def _parsed(written: Any) -> Any:
    """A JSON column: SQLite gives its text, a server its value."""
    return json.loads(written) if isinstance(written, str) else written


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    if len(listed) <= NAMED:
        return ", ".join(listed)
    return f"{', '.join(listed[:NAMED])} and {len(listed) - NAMED} more"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _are(number: int, what: str) -> str:
    return f"{_count(number, what)} {'is' if number == 1 else 'are'}"
