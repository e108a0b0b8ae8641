"""What Arbor needs and can supply.

Not offered, because the reference knows no place for it: part-time, local UPN, attendance marks.
People before their first day are not passed on by this route (checklist E8).
"""

from __future__ import annotations

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.records import Report

_MANDATORY = FieldStatus.MANDATORY
HOST = r"(?:https://)?[A-Za-z0-9][A-Za-z0-9-]{0,62}\.uk\.arbor\.sc/?"
LOOPBACK = r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/[^\s?#@]*)?"
MISSING = r"(?i:missing endpoint url)"  # pasted from the page that says so (checklist B19)
WORD = r"[A-Za-z0-9][A-Za-z0-9-]{0,62}"


def _asked(name: str, title: str, purpose: str) -> FieldOffer:
    return FieldOffer(name=name, title=title, on_request=True, purpose=purpose)


_PHOTO = (
    _asked("photo_id", "Photo reference", "Tells that there is a photo; the picture itself is never kept"),
    _asked("photo_hash", "Photo checksum", "Tells when a photo has changed"),
)
_PERSON = (
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="mis_id", title="Arbor id", purpose="Finds the person again"),
    FieldOffer(name="middle_names", title="Middle names", purpose="Tells namesakes apart"),
    FieldOffer(name="legal_given_name", title="Legal forename", purpose="Matching only"),
    FieldOffer(name="legal_family_name", title="Legal surname", purpose="Matching only"),
    FieldOffer(name="date_of_birth", title="Date of birth", purpose="Matching; never shown to others"),
)
_PUPIL = (
    *_PERSON,
    FieldOffer(name="nc_year", title="Year group", purpose="Year of entry, user names, groups"),
    FieldOffer(name="registration_group", title="Registration form", purpose="Groups, hand-out slips"),
    FieldOffer(name="house", title="House", purpose="Groups"),
    FieldOffer(name="upn", title="UPN", purpose="Matching"),
    FieldOffer(name="former_upn", title="Former UPN", purpose="Matching"),
    FieldOffer(name="uln", title="Unique learner number", purpose="Matching"),
    FieldOffer(name="admission_number", title="Admission number", purpose="Matching"),
    FieldOffer(name="admission_date", title="Entry date", purpose="Decides when an account is due"),
    FieldOffer(name="leaving_date", title="Leaving date", purpose="Decides when an account ends"),
    FieldOffer(name="email", title="School e-mail", purpose="Matching"),
    *_PHOTO,
)
_STAFF = (
    *_PERSON,
    FieldOffer(name="title", title="Title"),
    FieldOffer(name="initials", title="Timetable abbreviation", purpose="Initials"),
    FieldOffer(name="current", title="Active in school", status=_MANDATORY, purpose="Leavers get no account"),
    FieldOffer(name="start_date", title="Joining date", purpose="Decides when an account is due"),
    FieldOffer(name="end_date", title="Leaving date", purpose="Decides when an account ends"),
    FieldOffer(name="staff_code", title="Staff number", purpose="Matching"),
    FieldOffer(name="roles", title="Job title"),
    FieldOffer(name="teaching", title="Teaching staff", purpose="User names and groups differ by it"),
    FieldOffer(name="reports_to", title="Line manager", purpose="Who reports to whom, by position"),
    _asked("email", "Work e-mail", "Matching, single sign-on"),
    _asked("phone", "Work telephone", "Contact sheet"),
    *_PHOTO,
)
_CONTACT = (
    FieldOffer(name="title", title="Title"),
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY),
    FieldOffer(name="relationship", title="Relationship", purpose="Who the contact is to the pupil"),
    FieldOffer(name="parental_responsibility", title="Legal guardian", purpose="Parental responsibility"),
    FieldOffer(name="priority", title="Emergency priority", purpose="Who is called first"),
    FieldOffer(name="email", title="E-mail"),
    FieldOffer(name="phone", title="Telephone"),
)
_CLASSES = (
    FieldOffer(name="name", title="Name", status=_MANDATORY),
    FieldOffer(name="code", title="Short name"),
    FieldOffer(name="description", title="Description"),
    _asked("subject_id", "Subject", "Subjects, and who teaches them"),
)

SETTINGS = (
    SettingField(
        name="url", title="School's address", pattern=f"{HOST}|{WORD}|{LOOPBACK}|{MISSING}",
        hint="the address Arbor shows, such as https://brackenhurst.uk.arbor.sc, or its first part",
        help="Arbor tells it with the pair once the school has approved. Shown as MISSING ENDPOINT URL? "
        "Leave it empty and authorise again.",
    ),
    SettingField(
        name="username", title="App's user name", required=True, pattern=r"[^\s:]{1,200}",
        hint="the user name Arbor issued to the app, without blanks or colons",
        help="It belongs to the app at this one school, not to a person.",
    ),
    SettingField(
        name="password", title="App's password", secret=True, required=True,
        help="Issued together with the user name when the school approves.",
    ),
    SettingField(
        name="approval_link", title="Approval link", pattern=r"https://[^\s]{1,500}", hint="an https:// link",
        help="Where the school approves, if the supplier's developer portal gave a link; shown at that step.",
    ),
    SettingField(
        name="interface", title="Interface", default="graphql", pattern="graphql|rest",
        hint="graphql or rest",
        help="graphql reads whole pages; rest asks for every person one by one, for apps without GraphQL.",
    ),
    SettingField(
        name="first_page", title="Number of the first page", default="auto", pattern="auto|0|1",
        hint="auto, 0 or 1", help="auto copes with either; set it only if Arbor complains.",
    ),
    SettingField(
        name="page_size", title="Records a page", default="500", pattern=r"[1-9]\d{0,3}", hint="1 to 9999",
    ),
    SettingField(
        name="changes", title="Change log", default="log", pattern="log|ignore", hint="log or ignore",
        help="log reads only what changed, where Arbor's change log can be followed; ignore reads all.",
    ),
    SettingField(
        name="admission_number", title="Admission number", default="studentNumber",
        pattern="studentNumber|studentId|legacySystemId", hint="studentNumber, studentId or legacySystemId",
        help="Which of Arbor's numbers this school calls the admission number.",
    ),
    SettingField(
        name="tutors", title="Form tutors", default="equal", pattern="equal|first", hint="equal or first",
        help="first: the tutor listed first is the main teacher, the second the supervisor. "
        "Arbor itself does not say which is which.",
    ),
    SettingField(
        name="leavers", title="Days a leaver is still read", default="60", pattern=r"\d{1,4}",
        hint="0 to 9999",
        help="So that it can be told why somebody is gone; who left longer ago is not read.",
    ),
    SettingField(
        name="application_id", title="Application id", pattern=r"[A-Za-z0-9._-]{1,100}",
        hint="letters, digits, dots and dashes",
        help="Only if the supplier was given one (x-mis-application-id).",
    ),
    SettingField(
        name="user_agent", title="User agent", default="Mozilla/5.0 (compatible; misconsole)",
        pattern=r"[ -~]{1,200}", hint="plain characters",
        help="A firewall may stop programs that do not name themselves like a browser.",
    ),
    SettingField(
        name="timeout", title="Seconds to wait for an answer", default="60", pattern=r"[1-9]\d{0,2}",
        hint="1 to 999",
    ),
    SettingField(name="retries", title="Tries after a failure", default="5", pattern=r"\d", hint="0 to 9"),
)  # fmt: skip

DECLARATION = Declaration(
    slug="arbor",
    route="arbor",
    title="Arbor",
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
        ReportOffer(
            report=Report.GROUPS_CLASSES, fields=_CLASSES,
            purpose="Who teaches and belongs to what, for class and group provisioning",
        ),
        ReportOffer(
            report=Report.CONTACTS, fields=_CONTACT,
            purpose="Parents and carers with their relationship, for free school meals and messages",
        ),
    ),
    tells_approval=True,
    delta=True,
)  # fmt: skip
