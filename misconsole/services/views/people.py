"""A person of the MIS and an account, as lists, details and searches show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    id: int
    school: str
    source_id: str
    role: str
    title: str | None
    given_name: str | None  # the one that counts (preferred else legal)
    family_name: str | None
    legal_given_name: str | None
    legal_family_name: str | None
    date_of_birth: date | None
    year_group: str | None
    year_of_entry: int | None
    registration_group: str | None
    staff_code: str | None
    upn: str | None
    admission_number: str | None
    email: str | None
    job_title: str | None
    start_date: date | None
    end_date: date | None
    status: str
    gate: str
    gate_detail: str
    room: str | None = None  # of staff, typed in here (F12)
    notes: int = 0  # notes on the case
    last_note: str = ""  # the newest of them
    assigned_to: str = ""  # who has the case in hand, by the newest note

    @property
    def name(self) -> str:
        return " ".join(p for p in (self.given_name, self.family_name) if p) or self.source_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    id: int
    username: str
    email: str | None
    display_name: str
    given_name: str | None
    family_name: str | None
    role: str
    state: str
    origin: str
    date_of_birth: date | None
    year_of_entry: int | None
    upn: str | None
    mis_id: str | None
    staff_code: str | None
    created_at: datetime | None
    handed_out_at: datetime | None
    aliases: tuple[str, ...] = ()
    person: PersonView | None = None
    linked_at: datetime | None = None  # when it came to the person who has it now
    notes: int = 0
    last_note: str = ""
    assigned_to: str = ""
    own_display_name: str | None = None  # the holder's own choice; then it is display_name, too (O9)
    mis_display_name: str = ""  # without that choice
    awaited: bool = False  # made by hand and expected in the MIS, which has not brought the person yet (J8)
    starts_on: date | None = None  # as it was asked for by hand

    @property
    def moved(self) -> bool:
        """Whether it came to somebody after it was made (Q6)."""
        return self.linked_at is not None and (self.created_at is None or self.linked_at > self.created_at)

    @property
    def latest(self) -> datetime | None:
        """The latest move or creation, by which recent accounts are found (Q6)."""
        return self.linked_at if self.moved else self.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItem:
    school: str
    school_name: str
    person: PersonView
    account: str | None  # username


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierView:
    """``current`` false: the MIS sent it once, and does not any more."""

    kind: str
    title: str
    value: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """The rest of what the MIS told of a person.

    ``teaching``       None: not told, which is not the same as non-teaching (F4)
    ``job_title``      the roles, joined by commas (F3)
    ``reports_to``     the manager's name, or the id where nobody here has it (``reports_to_known`` false)
    ``same_initials``  others of that role with the same initials (Z19)
    ``photo``          a reference or checksum is kept; the picture never is
    ``not_supplied``   fields that do not reach us at all, so that blank is not read as empty
    """

    identifiers: tuple[IdentifierView, ...]
    initials: str | None
    same_initials: tuple[str, ...]
    middle_names: str | None
    phone: str | None
    year_label: str | None
    house: str | None
    part_time: bool | None
    part_time_rate: float | None
    teaching: bool | None
    job_title: str | None
    room: str | None
    reports_to: str | None
    reports_to_known: bool
    reported_to_by: tuple[str, ...]
    photo: bool
    not_supplied: tuple[str, ...]
