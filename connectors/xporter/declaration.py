"""What Xporter on Demand needs and can supply.

Not offered, because the interface has no place for it: part-time, local UPN, initials, line managers.
"""

from __future__ import annotations

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.records import Report

URL = "https://xporter.groupcall.com/api/v1/"
TOKEN_URL = "https://xporter.groupcall.com/api/oauth/GetToken"  # noqa: S105 - an address
_ADDRESS = r"https://[^\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/[^\s?#@]*)?"
_MANDATORY = FieldStatus.MANDATORY


def _field(name: str, title: str, purpose: str = "", *, asked: bool = False) -> FieldOffer:
    return FieldOffer(name=name, title=title, purpose=purpose, on_request=asked)


_PHOTO = (
    _field("photo_id", "Photo reference", "Tells that there is a photo; no picture is fetched", asked=True),
    _field("photo_hash", "Photo checksum", "Tells when a photo has changed", asked=True),
)
_PERSON = (
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY, purpose="Name on the account"),
    _field("mis_id", "MIS id", "Finds the person again"),
    _field("middle_names", "Middle name", "Tells namesakes apart"),
    _field("legal_given_name", "Legal forename", "Matching only"),
    _field("legal_family_name", "Legal surname", "Matching only"),
    _field("date_of_birth", "Date of birth", "Matching; never shown to others"),
)
_PUPIL = (
    *_PERSON,
    _field("nc_year", "Year group", "Year of entry, user names, groups"),
    _field("registration_group", "Registration group", "Groups, hand-out slips"),
    _field("house", "House", "Groups"),
    _field("upn", "UPN", "Matching"),
    _field("former_upn", "Former UPN", "Matching"),
    _field("uln", "Unique learner number", "Matching"),
    _field("admission_number", "Admission number", "Matching"),
    _field("admission_date", "Entry date", "Decides when an account is due"),
    _field("leaving_date", "Leaving date", "Decides when an account ends"),
    _field("email", "School e-mail", "Matching"),
    *_PHOTO,
)
_STAFF = (
    *_PERSON,
    _field("title", "Title"),
    FieldOffer(name="current", title="Employed now", status=_MANDATORY, purpose="Leavers get no account"),
    _field("start_date", "Start of employment", "Decides when an account is due"),
    _field("end_date", "End of employment", "Decides when an account ends"),
    _field("staff_code", "Staff code", "Matching"),
    _field("roles", "Roles"),
    _field("teaching", "Teacher", "User names and groups differ by it"),
    _field("email", "Work e-mail", "Matching, single sign-on", asked=True),
    _field("phone", "Work telephone", "Contact sheet", asked=True),
    *_PHOTO,
)
_CONTACT = (
    _field("title", "Title"),
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY),
    _field("relationship", "Relationship", "Who the contact is to the pupil"),
    _field("parental_responsibility", "Parental responsibility"),
    _field("priority", "Priority", "Who is called first"),
    _field("email", "E-mail"),
    _field("phone", "Telephone"),
)
_CLASSES = (
    FieldOffer(name="name", title="Name", status=_MANDATORY),
    _field("code", "Code"),
    _field("subject_id", "Subject", "Subjects, and who teaches them", asked=True),
)
_MARKS = (
    FieldOffer(name="day", title="Day", status=_MANDATORY),
    FieldOffer(name="session", title="Session", status=_MANDATORY, purpose="Morning or afternoon"),
    FieldOffer(name="code", title="Mark", status=_MANDATORY),
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
        name="url", title="Address", default=URL, pattern=_ADDRESS,
        hint=f"an https:// address, by default {URL}",
    ),
    SettingField(
        name="token_url", title="Address for tokens", default=TOKEN_URL, pattern=_ADDRESS,
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
    SettingField(
        name="timeout", title="Seconds to wait for an answer", default="90", pattern=r"[1-9]\d{0,2}",
        hint="1 to 999",
    ),
    SettingField(name="retries", title="Tries after a failure", default="4", pattern=r"\d", hint="0 to 9"),
)  # fmt: skip


def _report(report: Report, fields: tuple[FieldOffer, ...], purpose: str) -> ReportOffer:
    return ReportOffer(report=report, fields=fields, purpose=purpose)


DECLARATION = Declaration(
    slug="xporter",
    route="xporter",
    title="Groupcall Xporter",
    kind="aggregator",
    settings=SETTINGS,
    reports=(
        _report(Report.STAFF, _STAFF, "Names and dates of birth of current staff, for their accounts"),
        _report(Report.STUDENTS, _PUPIL, "Names and dates of birth of current pupils, for their accounts"),
        _report(Report.STAFF_FUTURE, _STAFF, "Staff who have not started, so that their logins are ready"),
        _report(Report.STUDENTS_FUTURE, _PUPIL, "Pupils before admission, so that their logins are ready"),
        _report(Report.GROUPS_CLASSES, _CLASSES, "Who teaches and belongs to what, for classes and groups"),
        _report(Report.CONTACTS, _CONTACT, "Parents and carers with their relationship to the pupil"),
        _report(Report.ATTENDANCE, _MARKS, "Morning and afternoon marks of the last weeks"),
    ),
    tells_approval=True,
    delta=True,
)
