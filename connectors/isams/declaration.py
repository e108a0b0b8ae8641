"""What iSAMS and Ed:gen need and can supply.

Only Staff and Students: attendance, contacts and groups are shown as not supported by this route (C13), and
people before their first day are not passed on (E8).  No client of either API shows a line manager (E4).
"""

from __future__ import annotations

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.records import Report

_MANDATORY = FieldStatus.MANDATORY
SCHOOL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST = rf"(?:https://)?{SCHOOL}\.(?:isams|edgen)\.cloud/?"
LOOPBACK = r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/[^\s?#@]*)?"
OWN = r"https://[^\s?#@/]+(?:/[^\s?#@]*)?"


def _asked(name: str, title: str, purpose: str) -> FieldOffer:
    return FieldOffer(name=name, title=title, on_request=True, purpose=purpose)


_PHOTO = _asked(
    "photo_id", "Photo reference", "Tells that there is a photo; the picture itself is never read"
)
_PERSON = (
    FieldOffer(name="given_name", title="Preferred name", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="mis_id", title="iSAMS id", purpose="Finds the person again"),
    FieldOffer(name="upi", title="Person GUID", purpose="The same person as pupil, staff or parent"),
    FieldOffer(name="title", title="Title"),
    FieldOffer(name="middle_names", title="Middle names", purpose="Tells namesakes apart"),
    FieldOffer(name="legal_given_name", title="Forename", purpose="Matching only"),
    FieldOffer(name="date_of_birth", title="Date of birth", purpose="Matching; never shown to others"),
)
_PUPIL = (
    *_PERSON,
    FieldOffer(name="nc_year", title="Year group", purpose="Year of entry, user names, groups"),
    FieldOffer(name="registration_group", title="Form", purpose="Groups, hand-out slips"),
    FieldOffer(name="house", title="Academic house", purpose="Groups"),
    FieldOffer(name="upn", title="UPN", purpose="Matching; independent schools often have none"),
    FieldOffer(name="admission_number", title="Admission number", purpose="Matching"),
    FieldOffer(name="admission_date", title="Enrolment date", purpose="Decides when an account is due"),
    FieldOffer(name="leaving_date", title="Leaving date", purpose="Decides when an account ends"),
    FieldOffer(name="email", title="School e-mail", purpose="Matching"),
    _PHOTO,
)
_STAFF = (
    *_PERSON,
    FieldOffer(name="initials", title="School initials", purpose="Initials"),
    FieldOffer(name="current", title="On the books", status=_MANDATORY, purpose="Leavers get no account"),
    FieldOffer(name="start_date", title="Enrolment date", purpose="Decides when an account is due"),
    FieldOffer(name="end_date", title="Leaving date", purpose="Decides when an account ends"),
    FieldOffer(
        name="roles", title="Roles", purpose="Job title; by REST one question for each member of staff"
    ),
    FieldOffer(name="teaching", title="Teaching staff", purpose="User names and groups differ by it"),
    _asked("email", "Work e-mail", "Matching, single sign-on"),
    _asked("phone", "Work telephone", "Contact sheet"),
    _PHOTO,
)

SETTINGS = (
    SettingField(
        name="url", title="Address of the MIS", required=True, pattern=f"{HOST}|{LOOPBACK}|own",
        hint="https://<school>.isams.cloud or https://<school>.edgen.cloud",
        help="Where the school signs in. The word own, where it runs iSAMS under a name of its own "
        "(own_address).",
    ),
    SettingField(
        name="own_address", title="Address under the school's own name", pattern=OWN,
        hint="an https:// address without anything after it, such as https://isams.school.example",
        help="Only where url is own: for schools that host iSAMS themselves.",
    ),
    SettingField(
        name="client_id", title="Client ID", pattern=r"[!-~]{1,300}", hint="the id IRIS sent, without blanks",
        help="IRIS sends it after the school has asked for a REST API for a Partner; empty with a Batch API "
        "key.",
    ),
    SettingField(
        name="client_secret", title="Client Secret or Batch API key", secret=True, required=True,
        help="IRIS sends the secret by a link that works once and expires: copy it at once. With interface "
        "batch and no Client ID it is the Batch API key.",
    ),
    SettingField(
        name="interface", title="Interface", default="rest", pattern="rest|batch", hint="rest or batch",
        help="rest reads the data of now, page by page; batch reads one document that iSAMS may have kept "
        "for up to a day, for schools that have no REST client.",
    ),
    SettingField(
        name="page_size", title="Records a page", default="100", pattern=r"[1-9]\d{0,2}|1000",
        hint="1 to 1000",
    ),
    SettingField(
        name="admission_number", title="Admission number", default="schoolCode",
        pattern="schoolCode|schoolId", hint="schoolCode or schoolId",
        help="Which of iSAMS's numbers this school calls the admission number.",
    ),
    SettingField(
        name="staff_status", title="Status of staff on the books", default="1",
        pattern=r"any|-?\d{1,4}|[A-Za-z ]{1,40}", hint="any, a number or a word",
        help="The systemStatus by which iSAMS marks current staff; any leaves it out of account.",
    ),
)  # fmt: skip

DECLARATION = Declaration(
    slug="isams",
    route="isams",
    title="iSAMS and Ed:gen",
    kind="direct",
    settings=SETTINGS,
    reports=(
        ReportOffer(
            report=Report.STAFF, fields=_STAFF,
            purpose="Names and dates of birth of current staff, for their accounts",
        ),
        ReportOffer(
            report=Report.STUDENTS, fields=_PUPIL,
            purpose="Names and dates of birth of current pupils, for their accounts",
        ),
    ),
    tells_approval=True,
)  # fmt: skip
