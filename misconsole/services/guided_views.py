"""What the guided steps hand to screens and commands: another mode, another MIS, a contact asked for now.

Apart from ``views`` so that nothing that paints a list pays for making them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from misconsole.services.views import Evidence, GuideStep, RunView, SettingView


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameShown:
    """A display name that changes, as names come from the MIS (L5, O11). ``when``: next sync, on linking."""

    username: str
    before: str
    after: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModePlan:
    """What the next sync would do in another mode. Lists hold the first fifty, ``renames`` all."""

    school: str
    school_name: str
    before: str
    after: str
    means: str
    creates: int
    created: tuple[str, ...]
    links: int
    linked: tuple[str, ...]
    waits: dict[str, int]  # staff, pupil -> people who would wait for a decision
    renames: tuple[RenameShown, ...]
    unallocates: int
    unallocated: tuple[str, ...]
    leavers_by_hand: int
    warnings: tuple[str, ...]

    @property
    def touches_somebody(self) -> bool:
        """Whether there is anybody to be asked about first."""
        counted = self.creates, self.links, self.unallocates, self.leavers_by_hand, len(self.renames)
        return any(counted) or any(self.waits.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCandidate:
    """Somebody we know who may be the person of a short list; ``username`` the account held now.

    ``state``: "" open, same (settled as this one), not-same, or taken (settled as somebody else's)."""

    person_id: int
    name: str
    username: str
    score: float
    margin: float
    evidence: tuple[Evidence, ...]
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCase:
    """Somebody of the new MIS who resembles people we know, without being certain.

    ``settled``: "" not yet, same, or new (nobody we know); ``settled_by`` whom."""

    role: str
    source_id: str
    name: str
    date_of_birth: date | None
    band: str
    reason: str
    candidates: tuple[MoveCandidate, ...]
    settled: str = ""
    settled_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLost:
    """Somebody with an account whom the new MIS does not have; the account stays, for review."""

    person_id: int
    name: str
    role: str
    username: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePlan:
    """A change of MIS as far as it is prepared.

    ``state``  access (the school has not approved yet), rehearse (nothing was tried yet, or the school
               changed since), ready, held (``held`` says why it wants a second look), applied
    """

    school: str
    school_name: str
    before: str  # title of the MIS in use
    mis: str  # catalogue id of the new one
    mis_title: str
    route: str
    state: str
    access: str
    message: str
    mend: str
    steps: tuple[GuideStep, ...]
    settings: tuple[SettingView, ...]
    known: int = 0  # people with whom the rehearsal began
    reanchored: int = 0  # found again for certain
    linked: int = 0  # of all, those with an account
    linked_reanchored: int = 0
    how: dict[str, int] = field(default_factory=dict)  # identifier, exact -> people
    by: dict[str, int] = field(default_factory=dict)  # upn, uln, ..., name and date of birth -> people
    short_list: tuple[MoveCase, ...] = ()
    lost: tuple[MoveLost, ...] = ()
    fresh: int = 0  # people of the new MIS who resemble nobody
    run: RunView | None = None  # the rehearsal: what the first sync would then do
    held: str = ""
    reminders: tuple[str, ...] = ()
    problem: str = ""  # code of the error, when the last step met one
    notes: tuple[tuple[str, str], ...] = ()  # of the catalogue: what else a change of MIS takes (B15, B16)
    supplies: dict[str, str] = field(default_factory=dict)  # accepted report -> yes, no, maybe, greyed
    accounts_lost: int = 0  # in none of the lists: nobody's any more without anybody having been told
    accounts_doubled: int = 0  # of people who would be given a second one

    @property
    def leavers(self) -> int:
        """Accounts the first sync would take away: their people left, says the new MIS."""
        return self.run.changes.get("unallocated", 0) if self.run else 0

    @property
    def open_cases(self) -> int:
        return sum(1 for case in self.short_list if not case.settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """A contact as the MIS has it at this moment; kept nowhere. ``number`` from 1, in the order shown."""

    number: int
    source_id: str
    title: str | None
    given_name: str | None
    family_name: str | None
    email: str | None
    phone: str | None
    relationship: str | None
    parental_responsibility: bool | None
    priority: int | None

    @property
    def name(self) -> str:
        return " ".join(p for p in (self.title, self.given_name, self.family_name) if p) or self.source_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactUseView:
    """A contact that was kept because it was used (H10)."""

    id: int
    person_id: int
    name: str
    email: str | None
    phone: str | None
    relationship: str | None
    reason: str
    by: str
    at: datetime
