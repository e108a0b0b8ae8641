"""What a format is made from: the school, its accounts, classes and contacts as plain frozen values.

Ids are ours: the home school's URN and the number of the row, never a name and never an id of the MIS, so
that they outlive a rename, a change of MIS and an id that the MIS gives to somebody else.  Fields that the
school declined are None before a format sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFacts:
    """``domain`` belongs to addresses; the sign-in scope is another thing and not here (M13)."""

    urn: str
    name: str
    la_code: str = ""
    establishment_number: str = ""
    country: str = "england"
    domain: str = ""

    @property
    def id(self) -> str:
        return f"sch-{self.urn}"

    @property
    def dfe_number(self) -> str:
        """Authority and establishment, seven digits; the URN where they are not known."""
        return f"{self.la_code}{self.establishment_number}" if self.has_dfe_number else self.urn

    @property
    def has_dfe_number(self) -> bool:
        return bool(self.la_code and self.establishment_number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An account with what is known of whoever has it.

    ``number`` is stable ("100001-12"); ``address`` the full sign-in name with the mail domain, "" where
    there is none; ``aliases`` are former addresses; ``fresh``: created here and not handed out yet.
    """

    number: str
    role: str  # pupil, staff, other
    username: str
    address: str = ""
    given: str = ""
    family: str = ""
    display: str = ""
    state: str = "active"  # active, unallocated
    fresh: bool = False
    aliases: tuple[str, ...] = ()
    preferred_given: str | None = None
    preferred_family: str | None = None
    directory_given: str | None = None
    directory_family: str | None = None
    email: str | None = None
    date_of_birth: date | None = None
    year_of_entry: int | None = None
    year_group: str | None = None  # canonical (rules.year)
    registration_group: str | None = None
    upn: str | None = None
    admission_number: str | None = None
    mis_id: str | None = None
    staff_code: str | None = None
    job_title: str | None = None
    teaching: bool | None = None

    @property
    def local_number(self) -> str:
        """The number the school itself uses, zeros and all."""
        return (self.admission_number if self.role == "pupil" else self.staff_code) or ""


@dataclass(frozen=True, slots=True)
class Member:
    holder: str  # Holder.number
    part: str  # pupil, teacher, main teacher, supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFacts:
    """``unknown`` counts members without an account, who cannot be in any export."""

    number: str
    name: str
    code: str = ""
    kind: str = "class"
    description: str = ""
    subject: str = ""
    subject_number: str = ""
    members: tuple[Member, ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """The pupil of a contact. ``responsible`` None: the MIS does not say."""

    holder: str
    username: str
    name: str
    relationship: str = ""
    responsible: bool | None = None
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    number: str
    title: str = ""
    given: str = ""
    family: str = ""
    email: str = ""
    phone: str = ""
    children: tuple[Child, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """Somebody the MIS names, with an account or without; ``gate`` says what stands before one."""

    number: str
    role: str
    source_id: str
    given: str = ""
    family: str = ""
    date_of_birth: date | None = None
    year_group: str | None = None
    registration_group: str | None = None
    upn: str | None = None
    admission_number: str | None = None
    staff_code: str | None = None
    status: str = ""
    username: str = ""
    gate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """``addresses`` maps a holder's number to the address the last export of the format had for it."""

    school: SchoolFacts
    today: date
    holders: tuple[Holder, ...] = ()
    classes: tuple[ClassFacts, ...] = ()
    contacts: tuple[ContactFacts, ...] = ()
    people: tuple[PersonFacts, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
