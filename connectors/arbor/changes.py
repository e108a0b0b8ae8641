"""What changed since the last read, from Arbor's change logs (reference §3.4).

One log for each kind of object.  A change is followed to the people it is about; where that cannot be done
(a log that is refused, something removed that is no person, a position that changed) everything is read
again: a delta that might be incomplete is worth nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from connectors.arbor import fields
from connectors.arbor.answers import checked
from connectors.arbor.entities import plural
from connectors.arbor.source import Source
from connectors.errors import BadAnswer, ScopeMissing
from connectors.http import Http
from connectors.http_errors import NotFound, Unacceptable
from connectors.records import Report

# Entity → how to find the person: "" itself, "person" by the person behind it, a link of its own, or
# None where it can't be followed; and the fields that make it matter (empty: always).
Followed = tuple[str | None, frozenset[str]]
LOGS: dict[Report, dict[str, Followed]] = {
    Report.STUDENTS: {
        "Student": ("", frozenset()),
        "Person": ("person", frozenset()),
        "EducationalInstitutionEnrolment": ("student", frozenset()),
        "RegistrationFormMembership": ("student", frozenset({"registration_group"})),
        "RegistrationForm": (None, frozenset({"registration_group"})),
        "AcademicLevelMembership": ("student", frozenset({"nc_year"})),
        "HouseMembership": ("student", frozenset({"house"})),
        "UkDfe_UpnAssignment": ("student", frozenset({"upn", "former_upn"})),
        "EmailAddress": (None, frozenset({"email"})),
    },
    Report.STAFF: {
        "Staff": ("", frozenset()),
        "Person": ("person", frozenset()),
        "StaffContract": ("staff", frozenset()),
        "StaffContractPost": (None, frozenset({"roles", "reports_to"})),
        "Position": (None, frozenset({"reports_to"})),
        "BusinessRoleAssignment": (None, frozenset({"teaching"})),
        "EmailAddress": (None, frozenset({"email"})),
        "TelephoneNumber": (None, frozenset({"phone"})),
    },
}
MOST_FOLLOWED = 400  # beyond that a full read is cheaper


class NotFollowed(Exception):
    """The changes can't be told apart; read everything."""


@dataclass(slots=True)
class Mark:
    """Where the next delta begins: the last revision seen of each log, and who starts when."""

    revisions: dict[str, int]
    later: dict[str, date] = field(default_factory=dict)

    def __str__(self) -> str:
        later = {one: day.isoformat() for one, day in sorted(self.later.items())}
        return json.dumps(
            {"revisions": self.revisions, "later": later}, separators=(",", ":"), sort_keys=True
        )


def mark_of(text: str | None) -> Mark | None:
    """Only our own spelling counts; anything else means a full read."""
    try:
        told = json.loads(text or "")
        revisions = {str(name): int(number) for name, number in told["revisions"].items()}
        return Mark(revisions, {str(one): date.fromisoformat(day) for one, day in told["later"].items()})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def logs(report: Report, wanted: frozenset[str]) -> dict[str, str | None]:
    """The logs that matter for the fields wanted, and how each is followed.  Where line managers are
    wanted, one contract may change what many others' rows say."""
    chosen = {name: how for name, (how, when) in LOGS[report].items() if not when or when & wanted}
    if "reports_to" in wanted:
        chosen["StaffContract"] = None
    return chosen


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    removed: bool


class ChangeLog:
    def __init__(self, http: Http, source: Source) -> None:
        self.http, self.source = http, source
        self._read: dict[tuple[str, int], tuple[list[Entry], int] | None] = {}

    def now(self, names: Mapping[str, str | None], before: Mapping[str, int]) -> dict[str, int] | None:
        """The last revision of each log, None if one of them can't be read; asked before the rows are."""
        found = {}
        for name in names:
            told = self._since(name, before.get(name, 0))
            if told is None:
                return None
            found[name] = told[1]
        return found

    def people(
        self, entity: str, names: Mapping[str, str | None], mark: Mark
    ) -> tuple[list[str], list[str], dict[str, int]]:
        """Ids changed, ids removed, and the new revisions.  NotFollowed where that can't be told."""
        changed: dict[str, None] = {}
        removed: dict[str, None] = {}
        revisions: dict[str, int] = {}
        for name, how in names.items():
            if name not in mark.revisions:
                raise NotFollowed
            told = self._since(name, mark.revisions[name])
            if told is None:
                raise NotFollowed
            entries, revisions[name] = told
            self._follow(entity, name, how, entries, changed, removed)
            if len(changed) > MOST_FOLLOWED:
                raise NotFollowed
        return [one for one in changed if one not in removed], list(removed), revisions

    def _follow(
        self, entity: str, name: str, how: str | None, entries: list[Entry],
        changed: dict[str, None], removed: dict[str, None],
    ) -> None:  # fmt: skip
        if not entries:
            return
        if how == "":
            changed.update((entry.id, None) for entry in entries if not entry.removed)
            removed.update((entry.id, None) for entry in entries if entry.removed)
            return
        if how is None or any(entry.removed for entry in entries):
            raise NotFollowed
        ids = list(dict.fromkeys(entry.id for entry in entries))
        if len(ids) > MOST_FOLLOWED:
            raise NotFollowed
        if how == "person":
            rows = self.source.linked(entity, ["id"], "person", "Person", ids)
            changed.update((own, None) for row in rows if (own := fields.link(row, "id")))
            return
        rows = self.source.some(name, [f"{how}.id"], ids)
        owners = [fields.link(row, how) for row in rows]
        if len(rows) < len(ids) or None in owners:
            raise NotFollowed
        changed.update((owner, None) for owner in owners if owner)

    def _since(self, name: str, revision: int) -> tuple[list[Entry], int] | None:
        key = (name, revision)
        if key not in self._read:
            self._read[key] = self._asked(name, revision)
        return self._read[key]

    def _asked(self, name: str, revision: int) -> tuple[list[Entry], int] | None:
        """No ``changes`` in the answer means none; an answer of another shape is no log."""
        try:
            url = f"rest-v2/{plural(name)}/changelog"
            body = checked(self.http.get(url, {"from-revision": str(revision)}).data, self.http.secrets)
        except (ScopeMissing, NotFound, Unacceptable):
            return None
        except BadAnswer as problem:
            if problem.code == "too_large":
                return None
            raise
        rows = body.get("changes", [])
        if not isinstance(rows, list):
            return None
        entries, last = [], revision
        for row in rows:
            own, number = fields.link(row, "changedObject"), fields.dig(row, "toRevision")
            if own is None or not str(number).isdigit():
                return None
            kind = row.get("changeType")
            if kind not in ("create", "update", "delete"):
                return None
            last = max(last, int(str(number)))
            if int(str(number)) > revision:
                entries.append(Entry(own, removed=kind == "delete"))
        return entries, last


def due(mark: Mark, today: date) -> list[str]:
    """Who began since: starting changes no record, so no log would tell."""
    return [one for one, day in mark.later.items() if day <= today]
