"""What a school may decide for itself: criteria, limits, username formats and the like.

``SETTINGS`` is the one list: ``school set``, the settings screen, the docs and the store all go by it.
Options are kept in the store as a plain dictionary (``to_dict``); keys that are not settings pass
through untouched in ``other``, so that what another part of the product keeps there is never lost.

Why the default limits are what they are (a person looks once; nothing is refused for ever)
  unallocate  100 accounts or 10 %: more than the leavers of any ordinary week, fewer than a leaving
              year group (a seventh of a primary school), which somebody should look at once a year
  create      500 or 30 %: a September intake is 15 to 20 % of the roll and passes unattended
  link        500 or 50 %: links in bulk happen at the first sync (exempt) and at a change of MIS
  update      1000 or 60 %: names and details of accounts; a swapped name column would touch everybody
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from misconsole.errors import Usage
from misconsole.rules import handout_settings, schedule_text, season, usernames, year
from misconsole.rules.limit_settings import LimitSettings
from misconsole.rules.limits import Limit
from misconsole.rules.setting import Pairs, Setting
from misconsole.rules.username_kinds import AS_STAFF
from misconsole.rules.username_kinds import KINDS as NAMED_KINDS
from misconsole.rules.username_kinds import SETTINGS as NAMED_BY

PERSON_FIELDS = ("title", "given_name", "family_name", "date_of_birth", "email")
PUPIL_FIELDS = (*PERSON_FIELDS, "upn", "admission_number", "nc_year", "registration_group")
STAFF_FIELDS = (*PERSON_FIELDS, "staff_code")
COUNTRY = "country"  # the zone of the school's country
LIMITS = LimitSettings(
    job="A run",
    rows="accounts",
    known="the accounts",
    kinds={
        "create": (500, 30, "created"), "update": (1000, 60, "changed"), "link": (500, 50, "linked"),
        "unallocate": (100, 10, "unallocated"),
    },
)  # fmt: skip


def _pupil_format(text: str) -> object:
    return usernames.Format.parse(text).for_role("pupil")


def _staff_format(text: str) -> object:
    return usernames.Format.parse(text).for_role("staff")


def _format_or_staff(text: str) -> object:
    return text if text.strip() == AS_STAFF else _staff_format(text)


def _year_group(text: str) -> object:
    if text not in {"N1", "N2", "R"} and all(
        year.parse(text, country=c) is None for c in ("england", year.SCOTLAND)
    ):
        raise ValueError(f"“{text[:30]}” is not a year group.")
    return text


def _flag(name: str, default: bool, doc: str) -> Setting:
    return Setting(name=name, kind="flag", default=default, doc=doc)


def _words(name: str, choices: tuple[str, ...], default: tuple[str, ...], doc: str) -> Setting:
    return Setting(name=name, kind="words", choices=choices, default=default, doc=doc)


def _text(name: str, default: str, check: Callable[[str], object], shape: str, doc: str) -> Setting:
    return Setting(name=name, kind="text", default=default, check=check, takes=shape, doc=doc)


def _zone(text: str) -> object:
    from zoneinfo import ZoneInfo

    if text.strip() == COUNTRY:
        return text
    try:
        return ZoneInfo(text.strip())
    except (ValueError, OSError, LookupError):
        raise ValueError(f"“{text[:40]}” is not a time zone, such as Europe/London.") from None


SETTINGS: tuple[Setting, ...] = (
    _words("pupil_required", PUPIL_FIELDS, ("given_name", "family_name", "date_of_birth"),
           "Fields without which a pupil gets no account (C6, G12)."),
    _words("staff_required", STAFF_FIELDS, ("given_name", "family_name"),
           "Fields without which a member of staff gets no account; many MISs send no date of birth."),
    _words("contact_required", ("title", "given_name", "family_name"), ("title", "given_name", "family_name"),
           "Fields without which a contact is left out (H2)."),
    _flag("pupil_needs_class", False, "A pupil needs a class that itself qualifies (G2)."),
    _flag("staff_needs_class", False, "A member of staff needs a class that itself qualifies (F10)."),
    _flag("class_needs_both", False, "A class needs a pupil and a teacher who themselves qualify (I3)."),
    _flag("parental_responsibility_only", False, "Only contacts marked with parental responsibility (C17)."),
    _flag("future", True, "Accounts before the start date, where the future report is accepted (C9)."),
    Setting(name="arrival_grace", kind="number", default=14, low=0, high=120,
            doc="Days after the start date for which a pupil still marked Accepted is waited for (Z18)."),
    Setting(name="pupil_username", kind="format", default=str(usernames.DEFAULT_FORMATS["pupil"]),
            check=_pupil_format, doc="Format of new pupil usernames (M1, M3, M4); others never change."),
    Setting(name="staff_username", kind="format", default=str(usernames.DEFAULT_FORMATS["staff"]),
            check=_staff_format,
            doc="Format of new usernames of teaching staff (M2 to M4); others never change."),
    Setting(name="non_teaching_username", kind="format", default=AS_STAFF, check=_format_or_staff,
            doc="The same for staff who do not teach; staff: as staff_username (F14)."),
    Setting(name="other_username", kind="format", default=AS_STAFF, check=_format_or_staff,
            doc="The same for people no MIS knows, such as governors; staff: as staff_username (F14)."),
    Setting(name="collision", kind="choice", default="school", choices=("school", "trust", "tenant"),
            doc="Where a username must be unique: the school, its trust, or everybody in the store (Z8)."),
    Setting(name="grades", kind="pairs", default=(), check=_year_group,
            doc="Year words only this school uses, each with its year group, such as Kestrels=4 (Z10)."),
    Setting(name="short_extract", kind="percent", default=70, low=0, high=100,
            doc="An extract with fewer people than this share of the last one takes nobody away (Z20)."),
    Setting(name="full_every_days", kind="number", default=7, low=0, high=90,
            doc="Days after which a sync reads everything again, where it otherwise asks for changes only."),
    Setting(name="attendance_days", kind="number", default=400, low=1, high=3650,
            doc="Days for which attendance marks are kept, where that report is accepted; older ones go."),
    Setting(name="retention_days", kind="number", default=365, low=0, high=3650,
            doc="Days after which a leaver is due for erasure, once somebody confirms; 0: never (X7)."),
    Setting(name="keep_runs_days", kind="number", default=400, low=30, high=3650,
            doc="Days for which runs, their messages and every change with its before and after are kept."),
    Setting(name="exclusion_review", kind="number", default=12, low=1, high=60,
            doc="Months until a new exclusion comes back for review, unless a day is named (R1)."),
    Setting(name="own_display_name", kind="choice", default="staff", choices=("staff", "nobody"),
            doc="Who may be shown under a display name of their own; those that are set stay (O9)."),
    _text("schedule", "mis", schedule_text.check,
          "mis, off, or days and times with ; between, such as weekdays 19:00; sat 08:30-10:00",
          "When a sync runs by itself; mis: within the hours of its MIS and route (T2 to T10, T12)."),
    _text("quiet", "none", schedule_text.quiet, "times from and to, such as 01:00-02:00,04:00-04:30, or none",
          "Hours in which no run begins: back-ups, or a server that is off (T13)."),
    _flag("term_days_only", False, "Run on school days only: Monday to Friday, in term, no bank holiday."),
    _text("terms", "none", schedule_text.terms, "days from and to, such as 2026-09-02..2026-10-23, or none",
          "The terms that term_days_only goes by; none: every week counts as term."),
    _text("timezone", COUNTRY, _zone, "country, or a zone such as Europe/London",
          "The zone of schedule and quiet; country: that of the school's country."),
    _flag("after_sync", False, "Write to the school's active directories after each sync of the worker."),
    Setting(name="expire_held_days", kind="limit", default=None, low=1, high=90,
            doc="Days after which the worker lets a held run expire; nothing of it is applied."),
    *LIMITS.settings,
    Setting(name="leavers_hold", kind="text", default="off", check=season.check_hold,
            takes="off, or a day of the year from June to October, such as 31 August",
            doc="Pupils of leaving year groups who go from May on keep their accounts until that day."),
    Setting(name="limit_small", kind="number", default=5, low=0, high=100,
            doc="Up to this many changes of a kind never reach a share; small schools need the room."),
    *handout_settings.SETTINGS,
)  # fmt: skip
BY_NAME: dict[str, Setting] = {setting.name: setting for setting in SETTINGS}
#: A short word for several settings at once.
GROUPS: dict[str, tuple[str, ...]] = {
    "class_criteria": ("pupil_needs_class", "staff_needs_class", "class_needs_both")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolOptions:
    """The settings of one school; each attribute is documented in ``SETTINGS`` under its name.

    Shares and percentages are whole numbers, 0 to 100.  A limit that is None does not exist.
    """

    pupil_required: tuple[str, ...] = BY_NAME["pupil_required"].default
    staff_required: tuple[str, ...] = BY_NAME["staff_required"].default
    contact_required: tuple[str, ...] = BY_NAME["contact_required"].default
    pupil_needs_class: bool = False
    staff_needs_class: bool = False
    class_needs_both: bool = False
    parental_responsibility_only: bool = False
    future: bool = True
    arrival_grace: int = BY_NAME["arrival_grace"].default
    pupil_username: str = BY_NAME["pupil_username"].default
    staff_username: str = BY_NAME["staff_username"].default
    non_teaching_username: str = AS_STAFF
    other_username: str = AS_STAFF
    collision: str = BY_NAME["collision"].default
    grades: Pairs = ()
    short_extract: int = BY_NAME["short_extract"].default
    full_every_days: int = BY_NAME["full_every_days"].default
    attendance_days: int = BY_NAME["attendance_days"].default
    retention_days: int = BY_NAME["retention_days"].default
    keep_runs_days: int = BY_NAME["keep_runs_days"].default
    exclusion_review: int = BY_NAME["exclusion_review"].default
    own_display_name: str = BY_NAME["own_display_name"].default
    schedule: str = schedule_text.MIS
    quiet: str = schedule_text.NONE
    term_days_only: bool = False
    terms: str = schedule_text.NONE
    timezone: str = COUNTRY
    after_sync: bool = False
    expire_held_days: int | None = None
    limit_create_count: int | None = BY_NAME["limit_create_count"].default
    limit_create_share: int | None = BY_NAME["limit_create_share"].default
    limit_update_count: int | None = BY_NAME["limit_update_count"].default
    limit_update_share: int | None = BY_NAME["limit_update_share"].default
    limit_link_count: int | None = BY_NAME["limit_link_count"].default
    limit_link_share: int | None = BY_NAME["limit_link_share"].default
    limit_unallocate_count: int | None = BY_NAME["limit_unallocate_count"].default
    limit_unallocate_share: int | None = BY_NAME["limit_unallocate_share"].default
    limit_small: int = BY_NAME["limit_small"].default
    leavers_hold: str = BY_NAME["leavers_hold"].default
    first_password: str = BY_NAME["first_password"].default
    password_infants: str = BY_NAME["password_infants"].default
    password_juniors: str = BY_NAME["password_juniors"].default
    password_seniors: str = BY_NAME["password_seniors"].default
    password_staff: str = BY_NAME["password_staff"].default
    password_change: tuple[str, ...] = BY_NAME["password_change"].default
    password_proof: str = BY_NAME["password_proof"].default
    sign_in_at: str = BY_NAME["sign_in_at"].default
    first_steps: str = BY_NAME["first_steps"].default
    other: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SchoolOptions:
        """From ``School.options``; Usage when a stored value is out of bounds."""
        known = {name: BY_NAME[name].read(value) for name, value in data.items() if name in BY_NAME}
        return cls(**known, other={name: value for name, value in data.items() if name not in BY_NAME})

    def to_dict(self) -> dict[str, Any]:
        """What to store: only settings that differ from their default, and ``other``."""
        own = {s.name: getattr(self, s.name) for s in SETTINGS if getattr(self, s.name) != s.default}
        return {**self.other, **{name: _plain(value) for name, value in own.items()}}

    def with_settings(self, settings: Mapping[str, str]) -> SchoolOptions:
        """These options with others typed as text; Usage (and nothing changed) when any is wrong.

        ``default`` as a value puts a setting back; a word of GROUPS sets all of its settings.
        """
        changes: dict[str, Any] = {}
        for name, text in settings.items():
            for setting in _named(name):
                changes[setting.name] = setting.default if text == "default" else setting.read(text)
        return replace(self, **changes)

    def as_text(self) -> dict[str, str]:
        """Every setting as the text that sets it again."""
        return {s.name: s.show(getattr(self, s.name)) for s in SETTINGS}

    def required(self, role: str) -> tuple[str, ...]:
        return self.pupil_required if role == "pupil" else self.staff_required

    @property
    def staff_dob_required(self) -> bool:
        return "date_of_birth" in self.staff_required

    def needs_class(self, role: str) -> bool:
        return self.pupil_needs_class if role == "pupil" else self.staff_needs_class

    @property
    def class_criteria(self) -> bool:
        """Whether anybody's or any class's standing hangs on the others (I4)."""
        return self.pupil_needs_class or self.staff_needs_class or self.class_needs_both

    def username_format(self, kind: str) -> usernames.Format:
        """The format of a kind of ``username_kinds``; ``staff`` is teaching staff (F14)."""
        own = str(getattr(self, NAMED_BY.get(kind, "staff_username")))
        return usernames.Format.parse(self.staff_username if own == AS_STAFF else own)

    @property
    def username_formats(self) -> dict[str, usernames.Format]:
        """By role and by kind, as ``plan_accounts`` asks for them."""
        return {kind: self.username_format(kind) for kind in ("staff", *NAMED_KINDS)}

    @property
    def limits(self) -> dict[str, Limit]:
        """One limit a kind of change, shares from 0 to 1."""
        return LIMITS.limits(partial(getattr, self))

    def limit(self, kind: str) -> Limit:
        return self.limits[kind]


def _named(name: str) -> tuple[Setting, ...]:
    wanted = name.strip().casefold().replace("-", "_")
    if wanted in GROUPS:
        return tuple(BY_NAME[each] for each in GROUPS[wanted])
    if wanted in BY_NAME:
        return (BY_NAME[wanted],)
    raise Usage(
        f"There is no setting “{name[:60]}”.",
        mend=f"Settings: {', '.join([*BY_NAME, *GROUPS])}.",
        code="no_such_setting",
    )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
