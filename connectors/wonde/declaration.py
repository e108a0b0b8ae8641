"""What Wonde needs and can supply, as the guide, the consent screens and the tests read it.

A field stands here only if the reference names a place it comes from; what depends on the MIS
behind Wonde (roles, teaching flag, photos) is in the catalogue's limits.
"""

from __future__ import annotations

from connectors.base import Declaration, SettingField
from connectors.offers import (
    DATE_OF_BIRTH,
    LEGAL_NAMES,
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

UK = "https://api.wonde.com/v1.0/"


_NAMES = (
    *NAMES,
    may("mis_id", "MIS id", "Finds the person again"),
    may("upi", "Wonde person id", "Finds the person again after re-enrolment"),
    may("title", "Title"),
    may("initials", "Initials"),
    may("middle_names", "Middle names", "Tells namesakes apart"),
    *LEGAL_NAMES,
    DATE_OF_BIRTH,
)
_PUPIL = (
    *_NAMES,
    may("nc_year", "Year group", "Year of entry, user names, groups"),
    may("registration_group", "Registration group", "Groups, hand-out slips"),
    may("house", "House", "Groups"),
    may("upn", "UPN", "Matching"),
    may("local_upn", "Local UPN", "Matching"),
    may("former_upn", "Former UPN", "Matching"),
    may("uln", "Unique learner number", "Matching"),
    may("admission_number", "Admission number", "Matching"),
    may("admission_date", "Admission date", "Decides when an account is due"),
    may("leaving_date", "Leaving date", "Decides when an account ends"),
    may("part_time", "Part time"),
    may("part_time_rate", "Part-time rate"),
    may("email", "School e-mail", "Matching"),
    *PHOTO,
)
_STAFF = (
    *_NAMES,
    must("current", "Employed now", "Leavers get no account"),
    may("start_date", "Start of employment", "Decides when an account is due"),
    may("end_date", "End of employment", "Decides when an account ends"),
    may("staff_code", "Staff code", "Matching"),
    may("roles", "Job title"),
    may("teaching", "Teaching staff", "User names and groups differ by it"),
    may("reports_to", "Line manager", "Who reports to whom"),
    asked("email", "Work e-mail", "Matching, single sign-on"),
    asked("phone", "Work telephone", "Contact sheet"),
    *PHOTO,
)
_CONTACT = (
    may("title", "Title"),
    must("given_name", "Forename"),
    must("family_name", "Surname"),
    may("upi", "Wonde person id", "Tells a parent who is on the staff"),
    may("relationship", "Relationship", "Who the contact is to the pupil"),
    may("parental_responsibility", "Parental responsibility"),
    may("priority", "Priority", "Who is called first"),
    may("email", "E-mail"),
    may("phone", "Telephone"),
)
_CLASSES = (
    must("name", "Name"),
    may("code", "Code"),
    may("description", "Description"),
    asked("subject_id", "Subject", "Subjects, and who teaches them"),
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
        timeout(30),
        retries(4),
    ),
    reports=(
        report(Report.STAFF, _STAFF),
        report(Report.STUDENTS, _PUPIL),
        report(Report.STAFF_FUTURE, _STAFF),
        report(Report.STUDENTS_FUTURE, _PUPIL),
        report(Report.GROUPS_CLASSES, _CLASSES),
        report(Report.CONTACTS, _CONTACT),
    ),
    asks_for_access=True,
    tells_approval=True,
    delta=True,
)
