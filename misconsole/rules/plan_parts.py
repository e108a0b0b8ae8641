"""What a plan is made of: frozen values that say how the store must look, never how to write it.

They are typed through and through, so that a held plan can be kept as JSON and be applied days later
exactly as it was seen.  A person is named by its key (role, source_id), because a new one has no id yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from misconsole.rules.facts import PersonFacts

Key = tuple[str, str]
Detail = tuple[str | int | bool | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """How a person must be stored. ``person_id`` None: a new one. ``digest`` covers ``facts``."""

    facts: PersonFacts
    digest: str
    person_id: int | None = None
    gate: str = ""
    gate_detail: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GateChange:
    """Only the gate differs from what is stored."""

    person_id: int
    gate: str
    gate_detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountData:
    """What a sync may change in an account: never its username, never its e-mail (O2, O7, N9)."""

    display_name: str
    given_name: str | None
    family_name: str | None
    date_of_birth: date | None
    year_of_entry: int | None
    upn: str | None
    mis_id: str | None
    staff_code: str | None
    state: str
    kept_absent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to create for the person ``key``, with its link."""

    key: Key
    facts: PersonFacts
    role: str
    username: str
    email: str | None
    domain_key: str
    data: AccountData
    review: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    account_id: int
    username: str
    role: str
    before: AccountData
    after: AccountData


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link to an account that is there already; new accounts bring their own. ``how`` as in the store.

    ``facts`` are kept as anchors of the link, so that it outlives a change of MIS.
    """

    key: Key
    facts: PersonFacts
    account_id: int
    how: str
    name: str
    username: str
    evidence: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedLink:
    link_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unallocation:
    """An account whose last association ended; ``reason`` is a gate code or ``absent``."""

    account_id: int
    username: str
    name: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One row of Candidate."""

    key: Key
    account_id: int
    band: str
    rank: int
    score: float
    margin: float
    evidence: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One row of Problem: a record or a field left out, and who can mend it."""

    report: str
    subject: str
    code: str
    message: str
    mend: str = ""
    who: str = ""
    role: str = ""
    source_id: str | None = None
    field: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A contact, class, group or subject with what hangs on it.

    ``kind``     contact, class, group or subject
    ``values``   column -> text, as stored
    ``details``  contact: (pupil source_id, relationship, parental responsibility, priority);
                 class and group: (role, person source_id, part)
    ``digest``   of values and details
    """

    kind: str
    source_id: str
    values: dict[str, str | None]
    digest: str
    gate: str = ""
    details: tuple[Detail, ...] = ()
    row_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """An item that is no longer supplied."""

    kind: str
    row_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """What a run of changes looked at; what is told of others in the store still stands.

    ``items``    (kind, source id) of contacts, classes, groups and subjects, the deleted ones too
    ``classes``  whether the report of classes and groups was read at all
    """

    people: tuple[Key, ...]
    items: tuple[Key, ...]
    classes: bool
