"""What Xporter on Demand needs and can supply.

Not offered, because the interface has no place for it: part-time, local UPN, initials, line managers.
"""

from __future__ import annotations

from connectors.base import Declaration, SettingField
from connectors.offers import (
    ADDRESS,
    DATE_OF_BIRTH,
    LEGAL_NAMES,
    NAMES,
    asked,
    may,
    must,
    report,
    retries,
    timeout,
)
from connectors.records import Report

URL = "https://xporter.groupcall.com/api/v1/"
TOKEN_URL = "https://xporter.groupcall.com/api/oauth/GetToken"  # noqa: S105 - an address


_PHOTO = (
    asked("photo_id", "Photo reference", "Tells that there is a photo; no picture is fetched"),
    asked("photo_hash", "Photo checksum", "Tells when a photo has changed"),
)
_PERSON = (
    *NAMES,
    may("mis_id", "MIS id", "Finds the person again"),
    may("middle_names", "Middle name", "Tells namesakes apart"),
    *LEGAL_NAMES,
    DATE_OF_BIRTH,
)
_PUPIL = (
    *_PERSON,
    may("nc_year", "Year group", "Year of entry, user names, groups"),
    may("registration_group", "Registration group", "Groups, hand-out slips"),
    may("house", "House", "Groups"),
    may("upn", "UPN", "Matching"),
    may("former_upn", "Former UPN", "Matching"),
    may("uln", "Unique learner number", "Matching"),
    may("admission_number", "Admission number", "Matching"),
    may("admission_date", "Entry date", "Decides when an account is due"),
    may("leaving_date", "Leaving date", "Decides when an account ends"),
    may("email", "School e-mail", "Matching"),
    *_PHOTO,
)
_STAFF = (
    *_PERSON,
    may("title", "Title"),
    must("current", "Employed now", "Leavers get no account"),
    may("start_date", "Start of employment", "Decides when an account is due"),
    may("end_date", "End of employment", "Decides when an account ends"),
    may("staff_code", "Staff code", "Matching"),
    may("roles", "Roles"),
    may("teaching", "Teacher", "User names and groups differ by it"),
    asked("email", "Work e-mail", "Matching, single sign-on"),
    asked("phone", "Work telephone", "Contact sheet"),
    *_PHOTO,
)
_CONTACT = (
    may("title", "Title"),
    must("given_name", "Forename"),
    must("family_name", "Surname"),
    may("relationship", "Relationship", "Who the contact is to the pupil"),
    may("parental_responsibility", "Parental responsibility"),
    may("priority", "Priority", "Who is called first"),
    may("email", "E-mail"),
    may("phone", "Telephone"),
)
_CLASSES = (
    must("name", "Name"),
    may("code", "Code"),
    asked("subject_id", "Subject", "Subjects, and who teaches them"),
)
_MARKS = (
    must("day", "Day"),
    must("session", "Session", "Morning or afternoon"),
    must("code", "Mark"),
)

SETTINGS = (
    SettingField(
        name="relying_party", title="Relying party", required=True, pattern=r"[^\s/]{1,200}",
        hint="the name your application is registered under with Groupcall, such as accounts.trust.example",
        help="The same for all your schools.",
    ),
    SettingField(
        name="secret", title="School's secret", secret=True, required=True,
        help="Issued for this one school when it authorises. If it authorises again, the old one is dead: "
        "type the new one.",
    ),
    SettingField(
        name="estab", title="School number", pattern=r"\d{3}[ /-]?\d{4}",
        hint="LA code and establishment number, seven digits such as 8234017",
        help="Empty: taken from the LA code and the establishment number of the school.",
    ),
    SettingField(
        name="url", title="Address", default=URL, pattern=ADDRESS,
        hint=f"an https:// address, by default {URL}",
    ),
    SettingField(
        name="token_url", title="Address for tokens", default=TOKEN_URL, pattern=ADDRESS,
        hint=f"an https:// address, by default {TOKEN_URL}",
        help="Older applications may need https://login.groupcall.com/idaas/sts/STS/GetToken.",
    ),
    SettingField(
        name="page_size", title="Records a page", default="1000", pattern=r"[1-9]\d{0,3}", hint="1 to 9999",
    ),
    SettingField(
        name="select", title="Columns", default="needed", pattern="needed|all", hint="needed or all",
        help="needed asks only for the columns of accepted fields; all leaves the choice to Xporter, and "
        "drops the rest here.",
    ),
    SettingField(
        name="changes", title="Changes", default="follow", pattern="follow|ignore", hint="follow or ignore",
        help="follow reads only the people who changed, as far as Xporter tells; ignore reads all.",
    ),
    SettingField(
        name="counts", title="Totals", default="check", pattern="check|ignore", hint="check or ignore",
        help="ignore only when Xporter's own totals are known to be wrong for this school.",
    ),
    SettingField(
        name="oldest", title="Days after which data is too old", default="7", pattern=r"\d{1,3}",
        hint="0 to 999; 0 never minds",
        help="Xporter goes on answering from its last extract when the link to the MIS is down. Data older "
        "than this counts as a link that is down, and nothing is changed.",
    ),
    SettingField(
        name="attendance_weeks", title="Weeks of attendance", default="1", pattern=r"[1-9]",
        hint="1 to 9, this week included",
    ),
    timeout(90),
    retries(4),
)  # fmt: skip


DECLARATION = Declaration(
    slug="xporter",
    route="xporter",
    title="Groupcall Xporter",
    kind="aggregator",
    settings=SETTINGS,
    reports=(
        report(Report.STAFF, _STAFF),
        report(Report.STUDENTS, _PUPIL),
        report(Report.STAFF_FUTURE, _STAFF, "Staff who have not started, so that their logins are ready"),
        report(Report.STUDENTS_FUTURE, _PUPIL, "Pupils before admission, so that their logins are ready"),
        report(Report.GROUPS_CLASSES, _CLASSES, "Who teaches and belongs to what, for classes and groups"),
        report(Report.CONTACTS, _CONTACT, "Parents and carers with their relationship to the pupil"),
        report(Report.ATTENDANCE, _MARKS, "Morning and afternoon marks of the last weeks"),
    ),
    tells_approval=True,
    delta=True,
)
