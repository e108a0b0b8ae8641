"""What Bromcom needs and can supply by its Partner Data API v2.

Not offered, because the reference gives no column of v2 for it: photos, telephone of staff, middle names,
ULN, priority of contacts, attendance marks.  The house is told only by the names of the houses, and whether
somebody teaches only by the staff code; both are settings.
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

PUBLIC = "https://api.bromcomcloud.com/v2/"

_PERSON = (
    *NAMES,
    *LEGAL_NAMES,
    DATE_OF_BIRTH,
    may("mis_id", "Bromcom person id", "Finds the person again"),
)
_PUPIL = (
    *_PERSON,
    may("nc_year", "Year group", "Year of entry, user names, groups"),
    may("registration_group", "Tutor group", "Groups, hand-out slips"),
    may("house", "House", "Groups; only where the houses are named in the settings"),
    may("upn", "UPN", "Matching"),
    may("admission_number", "Admission number", "Matching"),
    may("admission_date", "Enrolment begins", "Decides when an account is due"),
    may("leaving_date", "Enrolment ends", "Decides when an account ends"),
    may("email", "School e-mail", "Matching"),
)
_STAFF = (
    *_PERSON,
    may("title", "Title"),
    must("current", "Employed now", "Leavers get no account"),
    may("start_date", "Start date", "Decides when an account is due"),
    may("end_date", "End date", "Decides when an account ends"),
    may("staff_code", "Staff code", "Matching"),
    may("roles", "Job title"),
    may("teaching", "Teaching staff", "Only where the staff code tells it"),
    may("reports_to", "Line manager", "Who reports to whom"),
    asked("email", "Work e-mail", "Matching, single sign-on"),
)  # fmt: skip
_CONTACT = (
    may("title", "Title"),
    must("given_name", "Forename"),
    must("family_name", "Surname"),
    may("relationship", "Relationship", "Who the contact is to the pupil"),
    may("parental_responsibility", "Parental responsibility"),
    may("email", "E-mail"),
    may("phone", "Telephone"),
)
_CLASSES = (
    must("name", "Name"),
    may("code", "Code"),
    asked("subject_id", "Subject", "Subjects, and who teaches them"),
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
        pattern=ADDRESS,
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
    timeout(120),
    retries(4),
)  # fmt: skip

DECLARATION = Declaration(
    slug="bromcom",
    route="bromcom",
    title="Bromcom",
    kind="direct",
    settings=SETTINGS,
    reports=(
        report(Report.STAFF, _STAFF, "Names of current staff, for their accounts"),
        report(Report.STUDENTS, _PUPIL),
        report(Report.STAFF_FUTURE, _STAFF),
        report(Report.STUDENTS_FUTURE, _PUPIL),
        report(Report.GROUPS_CLASSES, _CLASSES),
        report(Report.CONTACTS, _CONTACT),
    ),
    tells_approval=True,
)  # fmt: skip
