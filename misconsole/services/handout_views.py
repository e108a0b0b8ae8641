"""What hand-outs take and give: never a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from misconsole.services.views import DecisionView

FORMS = {
    "csv": "a list (CSV)",
    "slips": "slips to print and cut (PDF)",
    "google": "Google Workspace, bulk upload",
    "entra": "Entra ID, bulk create",
    "sds": "School Data Sync, a folder of files",
}
NONE = "none"  # the form of a hand-out of those who need no slip
ENDINGS = {"csv": ".csv", "slips": ".pdf", "google": ".csv", "entra": ".csv", "sds": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who and how. ``ids``: these accounts alone; ``again``: they were handed out and lost it;
    ``starting_by``: only who has started by that day; ``split``: a file for each registration group."""

    form: str = "csv"
    role: str = ""
    group: str = ""
    ids: tuple[int, ...] = ()
    starting_by: date | None = None
    again: bool = False
    split: bool = False

    @property
    def folder(self) -> bool:
        return self.split or self.form == "sds"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCount:
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """``example`` is nobody's password."""

    kind: str
    count: int
    policy: str
    told: str
    example: str
    must_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Somebody who gets no password now, and why; they go on waiting."""

    account: int
    username: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoutView:
    """One hand-out of the log. ``file`` is its name without the folder."""

    id: int
    at: datetime | None
    by: str
    form: str
    file: str
    count: int
    role: str
    group: str
    again: bool
    usernames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a hand-out would do; nothing is made, told or written."""

    school: str
    school_name: str
    form: str
    count: int
    usernames: tuple[str, ...]
    groups: tuple[GroupCount, ...]
    starting_later: int  # of them, people whose start date is still to come
    policies: tuple[PolicyView, ...]
    targets: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    earlier: tuple[HandoutView, ...]  # the last few
    waiting: int  # in all, whoever is chosen
    first_password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """``file`` is the whole path; ``left_out`` go on waiting; ``notices`` for whoever prints it."""

    school: str
    handout: int
    form: str
    file: str
    count: int
    usernames: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    notices: tuple[str, ...]
    decision: DecisionView
