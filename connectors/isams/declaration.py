"""What iSAMS and Ed:gen need and can supply.

Only Staff and Students: attendance, contacts and groups are shown as not supported by this route (C13), and
people before their first day are not passed on (E8).  No client of either API shows a line manager (E4).
"""

from __future__ import annotations

from connectors.base import Declaration, SettingField
from connectors.offers import DATE_OF_BIRTH, LOOPBACK, asked, may, must, report
from connectors.records import Report

SCHOOL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST = rf"(?:https://)?{SCHOOL}\.(?:isams|edgen)\.cloud/?"
OWN = r"https://[^\s?#@/]+(?:/[^\s?#@]*)?"


_PHOTO = asked("photo_id", "Photo reference", "Tells that there is a photo; the picture itself is never read")
_PERSON = (
    must("given_name", "Preferred name", "Name on the account"),
    must("family_name", "Surname", "Name on the account"),
    may("mis_id", "iSAMS id", "Finds the person again"),
    may("upi", "Person GUID", "The same person as pupil, staff or parent"),
    may("title", "Title"),
    may("middle_names", "Middle names", "Tells namesakes apart"),
    may("legal_given_name", "Forename", "Matching only"),
    DATE_OF_BIRTH,
)
_PUPIL = (
    *_PERSON,
    may("nc_year", "Year group", "Year of entry, user names, groups"),
    may("registration_group", "Form", "Groups, hand-out slips"),
    may("house", "Academic house", "Groups"),
    may("upn", "UPN", "Matching; independent schools often have none"),
    may("admission_number", "Admission number", "Matching"),
    may("admission_date", "Enrolment date", "Decides when an account is due"),
    may("leaving_date", "Leaving date", "Decides when an account ends"),
    may("email", "School e-mail", "Matching"),
    _PHOTO,
)
_STAFF = (
    *_PERSON,
    may("initials", "School initials", "Initials"),
    must("current", "On the books", "Leavers get no account"),
    may("start_date", "Enrolment date", "Decides when an account is due"),
    may("end_date", "Leaving date", "Decides when an account ends"),
    may("roles", "Roles", "Job title; by REST one question for each member of staff"),
    may("teaching", "Teaching staff", "User names and groups differ by it"),
    asked("email", "Work e-mail", "Matching, single sign-on"),
    asked("phone", "Work telephone", "Contact sheet"),
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
        report(Report.STAFF, _STAFF),
        report(Report.STUDENTS, _PUPIL),
    ),
    tells_approval=True,
)  # fmt: skip
