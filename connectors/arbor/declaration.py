"""What Arbor needs and can supply.

Not offered, because the reference knows no place for it: part-time, local UPN, attendance marks.
People before their first day are not passed on by this route (checklist E8).
"""

from __future__ import annotations

from connectors.base import Declaration, SettingField
from connectors.offers import (
    DATE_OF_BIRTH,
    LEGAL_NAMES,
    LOOPBACK,
    NAMES,
    PHOTO,
    asked,
    may,
    must,
    report,
    retries,
    timeout,
)
from connectors.records import Report

HOST = r"(?:https://)?[A-Za-z0-9][A-Za-z0-9-]{0,62}\.uk\.arbor\.sc/?"
MISSING = r"(?i:missing endpoint url)"  # pasted from the page that says so (checklist B19)
WORD = r"[A-Za-z0-9][A-Za-z0-9-]{0,62}"


_PERSON = (
    *NAMES,
    may("mis_id", "Arbor id", "Finds the person again"),
    may("middle_names", "Middle names", "Tells namesakes apart"),
    *LEGAL_NAMES,
    DATE_OF_BIRTH,
)
_PUPIL = (
    *_PERSON,
    may("nc_year", "Year group", "Year of entry, user names, groups"),
    may("registration_group", "Registration form", "Groups, hand-out slips"),
    may("house", "House", "Groups"),
    may("upn", "UPN", "Matching"),
    may("former_upn", "Former UPN", "Matching"),
    may("uln", "Unique learner number", "Matching"),
    may("admission_number", "Admission number", "Matching"),
    may("admission_date", "Entry date", "Decides when an account is due"),
    may("leaving_date", "Leaving date", "Decides when an account ends"),
    may("email", "School e-mail", "Matching"),
    *PHOTO,
)
_STAFF = (
    *_PERSON,
    may("title", "Title"),
    may("initials", "Timetable abbreviation", "Initials"),
    must("current", "Active in school", "Leavers get no account"),
    may("start_date", "Joining date", "Decides when an account is due"),
    may("end_date", "Leaving date", "Decides when an account ends"),
    may("staff_code", "Staff number", "Matching"),
    may("roles", "Job title"),
    may("teaching", "Teaching staff", "User names and groups differ by it"),
    may("reports_to", "Line manager", "Who reports to whom, by position"),
    asked("email", "Work e-mail", "Matching, single sign-on"),
    asked("phone", "Work telephone", "Contact sheet"),
    *PHOTO,
)
_CONTACT = (
    may("title", "Title"),
    must("given_name", "Forename"),
    must("family_name", "Surname"),
    may("relationship", "Relationship", "Who the contact is to the pupil"),
    may("parental_responsibility", "Legal guardian", "Parental responsibility"),
    may("priority", "Emergency priority", "Who is called first"),
    may("email", "E-mail"),
    may("phone", "Telephone"),
)
_CLASSES = (
    must("name", "Name"),
    may("code", "Short name"),
    may("description", "Description"),
    asked("subject_id", "Subject", "Subjects, and who teaches them"),
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
    timeout(60),
    retries(5),
)  # fmt: skip

DECLARATION = Declaration(
    slug="arbor",
    route="arbor",
    title="Arbor",
    kind="direct",
    settings=SETTINGS,
    reports=(
        report(Report.STAFF, _STAFF),
        report(Report.STUDENTS, _PUPIL),
        report(Report.GROUPS_CLASSES, _CLASSES),
        report(Report.CONTACTS, _CONTACT),
    ),
    tells_approval=True,
    delta=True,
)  # fmt: skip
