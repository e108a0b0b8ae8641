"""What Wonde needs and can supply, as the guide, the consent screens and the tests read it.

A field stands here only if the reference names a place it comes from; what depends on the MIS
behind Wonde (roles, teaching flag, photos) is in the catalogue's limits.
"""

from __future__ import annotations

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.records import Report

UK = "https://api.wonde.com/v1.0/"

_MANDATORY = FieldStatus.MANDATORY


def _asked(name: str, title: str, purpose: str) -> FieldOffer:
    return FieldOffer(name=name, title=title, on_request=True, purpose=purpose)


_PHOTO = (
    _asked("photo_id", "Photo reference", "Tells that there is a photo; the picture itself is never kept"),
    _asked("photo_hash", "Photo checksum", "Tells when a photo has changed"),
)
_NAMES = (
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="mis_id", title="MIS id", purpose="Finds the person again"),
    FieldOffer(name="upi", title="Wonde person id", purpose="Finds the person again after re-enrolment"),
    FieldOffer(name="title", title="Title"),
    FieldOffer(name="initials", title="Initials"),
    FieldOffer(name="middle_names", title="Middle names", purpose="Tells namesakes apart"),
    FieldOffer(name="legal_given_name", title="Legal forename", purpose="Matching only"),
    FieldOffer(name="legal_family_name", title="Legal surname", purpose="Matching only"),
    FieldOffer(name="date_of_birth", title="Date of birth", purpose="Matching; never shown to others"),
)
_PUPIL = (
    *_NAMES,
    FieldOffer(name="nc_year", title="Year group", purpose="Year of entry, user names, groups"),
    FieldOffer(name="registration_group", title="Registration group", purpose="Groups, hand-out slips"),
    FieldOffer(name="house", title="House", purpose="Groups"),
    FieldOffer(name="upn", title="UPN", purpose="Matching"),
    FieldOffer(name="local_upn", title="Local UPN", purpose="Matching"),
    FieldOffer(name="former_upn", title="Former UPN", purpose="Matching"),
    FieldOffer(name="uln", title="Unique learner number", purpose="Matching"),
    FieldOffer(name="admission_number", title="Admission number", purpose="Matching"),
    FieldOffer(name="admission_date", title="Admission date", purpose="Decides when an account is due"),
    FieldOffer(name="leaving_date", title="Leaving date", purpose="Decides when an account ends"),
    FieldOffer(name="part_time", title="Part time"),
    FieldOffer(name="part_time_rate", title="Part-time rate"),
    FieldOffer(name="email", title="School e-mail", purpose="Matching"),
    *_PHOTO,
)
_STAFF = (
    *_NAMES,
    FieldOffer(name="current", title="Employed now", status=_MANDATORY, purpose="Leavers get no account"),
    FieldOffer(name="start_date", title="Start of employment", purpose="Decides when an account is due"),
    FieldOffer(name="end_date", title="End of employment", purpose="Decides when an account ends"),
    FieldOffer(name="staff_code", title="Staff code", purpose="Matching"),
    FieldOffer(name="roles", title="Job title"),
    FieldOffer(name="teaching", title="Teaching staff", purpose="User names and groups differ by it"),
    FieldOffer(name="reports_to", title="Line manager", purpose="Who reports to whom"),
    _asked("email", "Work e-mail", "Matching, single sign-on"),
    _asked("phone", "Work telephone", "Contact sheet"),
    *_PHOTO,
)
_CONTACT = (
    FieldOffer(name="title", title="Title"),
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY),
    FieldOffer(name="upi", title="Wonde person id", purpose="Tells a parent who is on the staff"),
    FieldOffer(name="relationship", title="Relationship", purpose="Who the contact is to the pupil"),
    FieldOffer(name="parental_responsibility", title="Parental responsibility"),
    FieldOffer(name="priority", title="Priority", purpose="Who is called first"),
    FieldOffer(name="email", title="E-mail"),
    FieldOffer(name="phone", title="Telephone"),
)
_CLASSES = (
    FieldOffer(name="name", title="Name", status=_MANDATORY),
    FieldOffer(name="code", title="Code"),
    FieldOffer(name="description", title="Description"),
    _asked("subject_id", "Subject", "Subjects, and who teaches them"),
)

DECLARATION = Declaration(
    slug="wonde",
    route="wonde",
    title="Wonde",
    kind="aggregator",
    settings=(
        SettingField(
            name="token",
            title="Wonde token",
            secret=True,
            required=True,
            help="The application token (all schools that approved it) or the token of this one school.",
        ),
        SettingField(
            name="url",
            title="Address",
            default=UK,
            pattern=r"https://[^\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/[^\s?#@]*)?",
            hint=f"an https:// address, by default {UK}",
            help="Leave it unless the school is in another of Wonde's regions.",
        ),
        SettingField(
            name="school_id",
            title="Wonde school id",
            pattern=r"[A-Za-z0-9_-]{1,40}",
            hint="the letter A and digits, such as A1482206791",
            help="Only needed when Wonde does not find the school by its URN.",
        ),
        SettingField(
            name="paging",
            title="Paging",
            default="cursor",
            pattern="cursor|page",
            hint="cursor or page",
            help="cursor is the better choice for a full read; page fetches several pages at once.",
        ),
        SettingField(
            name="per_page",
            title="Records a page",
            default="200",
            pattern=r"[1-9]\d{0,2}",
            hint="1 to 999",
        ),
        SettingField(
            name="counts",
            title="Totals",
            default="check",
            pattern="check|ignore",
            hint="check or ignore",
            help="ignore only when Wonde's own totals are known to be wrong for this school.",
        ),
        SettingField(
            name="timeout",
            title="Seconds to wait for an answer",
            default="30",
            pattern=r"[1-9]\d{0,2}",
            hint="1 to 999",
        ),
        SettingField(
            name="retries", title="Tries after a failure", default="4", pattern=r"\d", hint="0 to 9"
        ),
    ),
    reports=(
        ReportOffer(
            report=Report.STAFF,
            fields=_STAFF,
            purpose="Names and dates of birth of current staff, for their accounts",
        ),
        ReportOffer(
            report=Report.STUDENTS,
            fields=_PUPIL,
            purpose="Names and dates of birth of current pupils, for their accounts",
        ),
        ReportOffer(
            report=Report.STAFF_FUTURE,
            fields=_STAFF,
            purpose="Staff who have not started yet, so that their logins are ready to hand out",
        ),
        ReportOffer(
            report=Report.STUDENTS_FUTURE,
            fields=_PUPIL,
            purpose="Pupils before admission, so that their logins are ready to hand out",
        ),
        ReportOffer(
            report=Report.GROUPS_CLASSES,
            fields=_CLASSES,
            purpose="Who teaches and belongs to what, for class and group provisioning",
        ),
        ReportOffer(
            report=Report.CONTACTS,
            fields=_CONTACT,
            purpose="Parents and carers with their relationship, for free school meals and messages",
        ),
    ),
    asks_for_access=True,
    tells_approval=True,
    delta=True,
)
