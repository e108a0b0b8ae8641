"""The quick look at every school, with the standard library alone: no models, no migration, no writing.

One query tells what a lamp needs: connection, last runs, the run under way and its lease, and what waits in
each queue (the same conditions as ``data.queues``).  It reads a consistent state beside a running sync.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from data import migrations, sqlite
from data.errors import StoreProblem

# Understood by SQLite and PostgreSQL alike; the words are constants of ours, values are parameters.
# What depends on the school alone stands outside the counts, or it would be asked for every account.
_UNMATCHED = """
    CASE WHEN s.mode = 'lookup' THEN 0 ELSE (
        SELECT count(*) FROM person p
        WHERE p.school_id = s.id AND p.role = '{role}' AND p.present
          AND p.gate IN ('', 'waiting_for_match', 'no_account')
          AND NOT EXISTS (SELECT 1 FROM link k WHERE k.person_id = p.id AND k.active)
    ) END"""
# A run whose plan stands: the same as ``data.runs.applied``.
_STANDS = "state = 'succeeded' AND NOT dry_run AND kind IN ('sync', 'approval') AND resolution <> 'undone'"
# Active targets whose newest push ended in that state, and nobody answered it; a push is not a sync.
_PUSHES = """(SELECT count(*) FROM target t JOIN run r ON r.id = (
            SELECT max(id) FROM run WHERE target_id = t.id AND state IN ('succeeded', 'held', 'failed'))
        WHERE t.school_id = s.id AND t.active AND r.state = '{state}' AND r.resolution = '')"""
# Among years of runs the few under way: the first half is what ``ix_run_open`` says, to be found by it.
_OPEN = "state IN ('queued', 'running', 'held') AND state IN ('queued', 'running')"
# The runs of a school follow one another: the newest of a kind is found from the end, whatever went before.
_ASKED = f"""
SELECT s.id, s.urn, s.slug, s.name, s.mode, s.country, s.options,
    coalesce(c.mis, '') AS mis, coalesce(c.route, '') AS route, coalesce(c.access, '') AS access,
    ended.id AS last_run, coalesce(ended.state, '') AS last_run_state,
    told.id AS told_run, coalesce(told.state, '') AS told_state,
    coalesce(told.resolution, '') AS told_resolution, told.due_at AS told_due, told.finished_at AS told_at,
    told.error AS told_error,
    slot.due_at, slot.late_at, coalesce(slot.note, '') AS slot_note,
    checked.source, coalesce(checked.finished_at, checked.started_at) AS last_checked,
    coalesce(changed.finished_at, changed.started_at) AS last_changed,
    {_PUSHES.format(state="failed")} AS push_failed, {_PUSHES.format(state="held")} AS push_held,
    live.id AS open_run, coalesce(live.kind, '') AS open_kind, live.state AS open_state,
    live.pid AS open_pid, live.heartbeat_at AS open_heartbeat,
    l.run_id AS lease_run, l.holder AS lease_holder, l.expires_at AS lease_expires,
    {{counts}}
FROM school s
LEFT JOIN connection c ON c.id = (SELECT max(id) FROM connection WHERE school_id = s.id AND active)
LEFT JOIN run ended ON ended.id = (
    SELECT max(id) FROM run
    WHERE school_id = s.id AND kind <> 'push' AND NOT dry_run AND state NOT IN ('queued', 'running'))
LEFT JOIN run told ON told.id = (
    SELECT max(id) FROM run
    WHERE school_id = s.id AND kind <> 'push' AND NOT dry_run AND state IN ('succeeded', 'held', 'failed'))
LEFT JOIN (SELECT school_id, max(id) AS run_id FROM run WHERE {_OPEN} GROUP BY school_id) under_way
    ON under_way.school_id = s.id
LEFT JOIN run live ON live.id = under_way.run_id
LEFT JOIN run checked ON checked.id = (
    SELECT max(id) FROM run
    WHERE school_id = s.id AND kind = 'sync' AND NOT dry_run AND state IN ('succeeded', 'held'))
LEFT JOIN run changed ON changed.id = (
    SELECT max(id) FROM run WHERE school_id = s.id AND changed_anything AND NOT dry_run)
LEFT JOIN lease l ON l.school_id = s.id
LEFT JOIN slot ON slot.school_id = s.id
ORDER BY lower(s.name), s.urn
"""  # noqa: S608 - built from constants
# What costs: the more people, the more.
_COUNTS = f"""
    {_UNMATCHED.format(role="staff")} AS unmatched_staff,
    {_UNMATCHED.format(role="pupil")} AS unmatched_pupils,
    (SELECT count(*) FROM account a WHERE a.school_id = s.id AND a.state = 'unallocated') AS unallocated,
    CASE WHEN EXISTS (SELECT 1 FROM run WHERE school_id = s.id AND {_STANDS}) THEN (
        SELECT count(*) FROM account a
        WHERE a.school_id = s.id AND a.state = 'active'
          AND NOT EXISTS (SELECT 1 FROM link k WHERE k.account_id = a.id AND k.active)
          AND NOT EXISTS (SELECT 1 FROM review v WHERE v.account_id = a.id AND v.active AND v.verdict = 'keep'
                          AND (v.until IS NULL OR v.until >= :today))) ELSE 0 END AS non_mis,
    CASE WHEN coalesce(s.options ->> 'first_password', '') = 'forgotten' THEN 0 ELSE (
        SELECT count(*) FROM account a
        WHERE a.school_id = s.id AND a.state = 'active' AND a.origin IN ('created', 'manual')
          AND a.handed_out_at IS NULL) END AS new_users,
    (SELECT count(*) FROM problem p WHERE p.school_id = s.id AND p.run_id = (
        SELECT max(id) FROM run WHERE school_id = s.id AND {_STANDS})) AS problems,
    (SELECT count(*) FROM exclusion x
        WHERE x.school_id = s.id AND x.active AND x.review_on <= :today) AS exclusions_due,
    (SELECT count(*) FROM exclusion x WHERE x.school_id = s.id AND x.active) AS exclusions_active
"""  # noqa: S608 - built from constants
COUNTED = (
    "unmatched_staff", "unmatched_pupils", "unallocated", "non_mis", "new_users", "problems",
    "exclusions_due", "exclusions_active",
)  # fmt: skip
QUERY = _ASKED.format(counts=_COUNTS)
#: The same with nothing counted: how runs ended and when each school is due, whatever waits.
BRIEF = _ASKED.format(counts=", ".join(f"0 AS {name}" for name in COUNTED))

_CLASH_TABLES = {
    "exclusions": "SELECT * FROM exclusion WHERE active AND school_id IN ({marks}) ORDER BY id",
    "accounts": "SELECT id, school_id, role, given_name, family_name, preferred_given_name, "
    "preferred_family_name FROM account WHERE state = 'active' AND school_id IN ({marks})",
    "reviews": "SELECT account_id, verdict, at FROM review "
    "WHERE active AND school_id IN ({marks}) ORDER BY id",
    "links": "SELECT person_id, account_id FROM link WHERE active AND school_id IN ({marks}) "
    "AND person_id IN (SELECT person_id FROM exclusion WHERE active AND person_id IS NOT NULL)",
}


def rows(path: Path, *, today: date, counted: bool = True) -> list[dict[str, Any]]:
    """One dict a school, by name; times and days as the ISO text that is stored.

    ``counted`` False: 0 for what waits, which is most of the cost.
    Raises StoreProblem: missing, damaged, locked, newer, or ``migration`` for a store of an older version.
    """
    return _ask(path, QUERY if counted else BRIEF, {"today": today.isoformat()})


def stamp(path: Path) -> tuple[tuple[int, int], ...]:
    """Changes whenever anybody writes to the store; costs two looks at the disk, whatever the store holds."""
    return tuple(_written(each) for each in (path, Path(f"{path}-wal")))


def _written(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def clash_rows(path: Path, school_ids: Sequence[int]) -> dict[str, list[Any]]:
    """What is needed to tell which excluded names live accounts bear, of the schools named."""
    marks = ", ".join(str(int(i)) for i in school_ids)
    return {name: _rows(path, sql.format(marks=marks), {}) for name, sql in _CLASH_TABLES.items()}


def _ask(path: Path, sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    found = _rows(path, sql, values)
    names = found[0].keys() if found else []
    return [dict(zip(names, row, strict=True)) for row in found]


def _rows(path: Path, sql: str, values: dict[str, Any]) -> list[sqlite3.Row]:
    if not path.is_file():
        raise StoreProblem("missing", f"There is no store at {path}.")
    try:
        with closing(sqlite.connect(path)) as db:
            _check_revision(db, path)
            db.row_factory = sqlite3.Row
            return db.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        raise sqlite.problem(error, path) or StoreProblem(
            "damaged", f"The store {path} cannot be read: {error}."
        ) from error


def _check_revision(db: sqlite3.Connection, path: Path) -> None:
    if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone():
        raise StoreProblem("missing", f"{path} is not a misconsole store.")
    found = db.execute("SELECT version_num FROM alembic_version").fetchone()
    if sqlite.known(found[0] if found else "", path) != migrations.head():
        raise StoreProblem(
            "migration",
            f"The store {path} was written by an older version of misconsole.",
            mend="It is brought up to date, after a backup, the next time a command opens it.",
        )


def asked(path: Path, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """``RUNS`` or ``OLDEST``, with the standard library. Raises StoreProblem."""
    return _ask(path, query, values)


#: Finished syncs from ``since`` on, oldest first.
RUNS = """
SELECT s.urn, r.id, r.state, r.changes, r.error, r.resolution
FROM run r JOIN school s ON s.id = r.school_id
WHERE r.kind = 'sync' AND NOT r.dry_run AND r.finished_at >= :since
  AND r.state IN ('succeeded', 'held', 'failed', 'cancelled')
ORDER BY r.id
"""
#: The unallocated account that has waited longest: its school, and since when.
OLDEST = """
SELECT s.urn, s.name, a.unallocated_at AS since
FROM account a JOIN school s ON s.id = a.school_id
WHERE a.state = 'unallocated' AND a.unallocated_at IS NOT NULL
ORDER BY a.unallocated_at LIMIT 1
"""
