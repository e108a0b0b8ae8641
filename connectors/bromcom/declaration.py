"""What Bromcom needs and can supply by its Partner Data API v2.

Not offered, because the reference gives no column of v2 for it: photos, telephone of staff, middle names,
ULN, priority of contacts, attendance marks.  The house is told only by the names of the houses, and whether
somebody teaches only by the staff code; both are settings.
"""

from __future__ import annotations

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.records import Report

PUBLIC = "https://api.bromcomcloud.com/v2/"

_MANDATORY = FieldStatus.MANDATORY
_PERSON = (
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="legal_given_name", title="Legal forename", purpose="Matching only"),
    FieldOffer(name="legal_family_name", title="Legal surname", purpose="Matching only"),
    FieldOffer(name="date_of_birth", title="Date of birth", purpose="Matching; never shown to others"),
    FieldOffer(name="mis_id", title="Bromcom person id", purpose="Finds the person again"),
)
_PUPIL = (
    *_PERSON,
    FieldOffer(name="nc_year", title="Year group", purpose="Year of entry, user names, groups"),
    FieldOffer(name="registration_group", title="Tutor group", purpose="Groups, hand-out slips"),
    FieldOffer(
        name="house", title="House", purpose="Groups; only where the houses are named in the settings"
    ),
    FieldOffer(name="upn", title="UPN", purpose="Matching"),
    FieldOffer(name="admission_number", title="Admission number", purpose="Matching"),
    FieldOffer(name="admission_date", title="Enrolment begins", purpose="Decides when an account is due"),
    FieldOffer(name="leaving_date", title="Enrolment ends", purpose="Decides when an account ends"),
    FieldOffer(name="email", title="School e-mail", purpose="Matching"),
)
_STAFF = (
    *_PERSON,
    FieldOffer(name="title", title="Title"),
    FieldOffer(name="current", title="Employed now", status=_MANDATORY, purpose="Leavers get no account"),
    FieldOffer(name="start_date", title="Start date", purpose="Decides when an account is due"),
    FieldOffer(name="end_date", title="End date", purpose="Decides when an account ends"),
    FieldOffer(name="staff_code", title="Staff code", purpose="Matching"),
    FieldOffer(name="roles", title="Job title"),
    FieldOffer(name="teaching", title="Teaching staff", purpose="Only where the staff code tells it"),
    FieldOffer(name="reports_to", title="Line manager", purpose="Who reports to whom"),
    FieldOffer(
        name="email", title="Work e-mail", on_request=True, purpose="Matching, single sign-on",
    ),
)  # fmt: skip
_CONTACT = (
    FieldOffer(name="title", title="Title"),
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY),
    FieldOffer(name="relationship", title="Relationship", purpose="Who the contact is to the pupil"),
    FieldOffer(name="parental_responsibility", title="Parental responsibility"),
    FieldOffer(name="email", title="E-mail"),
    FieldOffer(name="phone", title="Telephone"),
)
_CLASSES = (
    FieldOffer(name="name", title="Name", status=_MANDATORY),
    FieldOffer(name="code", title="Code"),
    FieldOffer(name="subject_id", title="Subject", on_request=True, purpose="Subjects, and who teaches them"),
)

SETTINGS = (
    SettingField(
        name="school_id", title="School id in Bromcom", required=True, pattern=r"[1-9]\d{0,8}",
        hint="the number Bromcom gave the school, such as 20001",
        help="Bromcom tells it to the supplier when the school has switched the application on.",
    ),
    SettingField(
        name="application_id", title="Application id", secret=True, required=True,
        help="The supplier's own, the same for all its schools; from Bromcom's partner registration.",
    ),
    SettingField(
        name="application_secret", title="Application secret", secret=True, required=True,
        help="Issued together with the application id.",
    ),
    SettingField(
        name="url", title="Address", default=PUBLIC,
        pattern=r"https://[^\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/[^\s?#@]*)?",
        hint=f"an https:// address, by default {PUBLIC}",
        help="Leave it unless Bromcom names another one for the school.",
    ),
    SettingField(
        name="timetable", title="Spelling of the timetable", default="TimeTable",
        pattern="TimeTable|Timetable|none", hint="TimeTable, Timetable or none",
        help="Tells who teaches which class. Both spellings occur; none does without class staff.",
    ),
    SettingField(
        name="executives", title="Leaders of collections", default="read", pattern="read|ignore",
        hint="read or ignore",
        help="CollectionExecutives tells main and additional tutors; done without where it is not given.",
    ),
    SettingField(
        name="collections", title="Other collections", default="groups", pattern="groups|ignore",
        hint="groups or ignore",
        help="What is neither tutor group, class, year nor house becomes a group; ignore leaves it out.",
    ),
    SettingField(
        name="houses", title="Houses", pattern=r"[^,]{1,60}(,[^,]{1,60}){0,19}",
        hint="names with commas between, such as Brunel, Curie",
        help="As Bromcom spells them: it does not tell which collections are houses.",
    ),
    SettingField(
        name="guests", title="Guest pupils", default="keep", pattern="keep|leave-out",
        hint="keep or leave-out", help="leave-out: pupils enrolled as guests (G) get no account.",
    ),
    SettingField(
        name="no_staff_code", title="Staff without a staff code", default="keep", pattern="keep|leave-out",
        hint="keep or leave-out", help="A blank staff code marks a record that is not timetabled.",
    ),
    SettingField(
        name="teaching", title="Who is teaching staff", default="unknown", pattern="unknown|staff-code",
        hint="unknown or staff-code",
        help="Bromcom has no flag for it. staff-code: whoever has a staff code is taken as teaching.",
    ),
    SettingField(
        name="leavers", title="Days a leaver is still read", default="60", pattern=r"\d{1,4}",
        hint="0 to 9999", help="So that it can be told why somebody is gone; 0 does not ask for leavers.",
    ),
    SettingField(
        name="page_size", title="Rows of a full page", default="100000", pattern=r"[1-9]\d{0,5}",
        hint="1 to 999999", help="Bromcom's pages hold 100,000 rows.",
    ),
    SettingField(
        name="timeout", title="Seconds to wait for an answer", default="120", pattern=r"[1-9]\d{0,2}",
        hint="1 to 999",
    ),
    SettingField(name="retries", title="Tries after a failure", default="4", pattern=r"\d", hint="0 to 9"),
)  # fmt: skip

DECLARATION = Declaration(
    slug="bromcom",
    route="bromcom",
    title="Bromcom",
    kind="direct",
    settings=SETTINGS,
    reports=(
        ReportOffer(report=Report.STAFF, fields=_STAFF, purpose="Names of current staff, for their accounts"),
        ReportOffer(
            report=Report.STUDENTS, fields=_PUPIL,
            purpose="Names and dates of birth of current pupils, for their accounts",
        ),
        ReportOffer(
            report=Report.STAFF_FUTURE, fields=_STAFF,
            purpose="Staff who have not started yet, so that their logins are ready to hand out",
        ),
        ReportOffer(
            report=Report.STUDENTS_FUTURE, fields=_PUPIL,
            purpose="Pupils before admission, so that their logins are ready to hand out",
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
)  # fmt: skip
