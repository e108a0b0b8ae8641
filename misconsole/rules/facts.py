"""What the rules reason about: plain frozen values, no store and no connector.

``PersonFacts`` is made from a connector record (before it is stored) or from the store (for *why*),
so that both go through the very same gates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from misconsole.rules.delivered import Identifiers

IDENTIFIER_KINDS = (
    "upn", "local_upn", "former_upn", "uln", "admission_number", "mis_id", "upi", "staff_code",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """A pupil or member of staff. Key: (``role``, ``source_id``) within a school.

    ``given_name``/``family_name`` are the preferred ones; either may be None, then the legal one
    stands in (O1).  ``person_id`` is the store's id once it has one.
    ``identifiers`` maps a kind of IDENTIFIER_KINDS to its values, newest first (history included).
    """

    role: str  # "staff" | "pupil"
    source_id: str
    person_id: int | None = None
    title: str | None = None
    initials: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    legal_given_name: str | None = None
    legal_family_name: str | None = None
    middle_names: str | None = None
    date_of_birth: date | None = None
    email: str | None = None
    phone: str | None = None
    nc_year: str | None = None  # as the MIS wrote it
    year_group: str | None = None  # canonical (rules.year)
    year_of_entry: int | None = None
    registration_group: str | None = None
    house: str | None = None
    part_time: bool | None = None
    part_time_rate: float | None = None
    status: str = "current"
    start_date: date | None = None
    end_date: date | None = None
    current: bool | None = None
    teaching: bool | None = None
    roles: tuple[str, ...] = ()
    job_title: str | None = None
    reports_to: str | None = None
    photo_id: str | None = None
    photo_hash: str | None = None
    identifiers: Identifiers = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, str]:
        return (self.role, self.source_id)

    @property
    def first(self) -> str | None:
        """The given name that counts: preferred, else legal (O1, each independently)."""
        return self.given_name or self.legal_given_name

    @property
    def last(self) -> str | None:
        return self.family_name or self.legal_family_name


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """An account that might belong to somebody. ``linked_to`` lists active links as
    (school_id, role, person_id); ``local`` is true when the account's home is another school of the
    same trust (K1)."""

    account_id: int
    username: str
    role: str
    state: str = "active"
    email: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    preferred_given_name: str | None = None
    preferred_family_name: str | None = None
    date_of_birth: date | None = None
    year_of_entry: int | None = None
    upn: str | None = None
    mis_id: str | None = None
    staff_code: str | None = None
    anchors: dict[str, tuple[str, ...]] = field(default_factory=dict)  # identifiers at an earlier linking
    linked_to: tuple[tuple[int, str, int], ...] = ()
    kept_absent: bool = False
    school_id: int | None = None
    local: bool = False
    display_name: str = ""
    own_display_name: str | None = None  # the holder's own choice; shown before the other (O9)
