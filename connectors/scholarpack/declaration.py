"""What ScholarPack needs and can supply.

Not offered, because the interface has no place for it: teaching groups and who teaches what (checklist E5,
E6), line managers (E4), people before their first day (E8), one pupil's contacts alone.
"""

from __future__ import annotations

from connectors.base import Declaration, SettingField
from connectors.offers import DATE_OF_BIRTH, LEGAL_NAMES, NAMES, PHOTO, asked, may, must, report
from connectors.records import Report
from connectors.scholarpack import fieldmap

HOST = "https://services.scholarpack.co.uk/api/v1/"
ADDRESS = r"(?:https://[^\s/?#@]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?)(?:/[^\s?#@]*)?"
_MAPPED = "Only if the setting fields names its key"


_NAMED = (
    *NAMES,
    *LEGAL_NAMES,
    may("middle_names", "Middle names", _MAPPED),
    DATE_OF_BIRTH,
)
_PUPIL = (
    *_NAMED,
    may("nc_year", "Year group", "Year of entry, user names, groups"),
    may("registration_group", "Class", "Groups, hand-out slips"),
    may("house", "House", "Groups"),
    may("upn", "UPN", "Matching"),
    may("former_upn", "Former UPN", _MAPPED),
    may("uln", "Unique learner number", _MAPPED),
    may("admission_number", "Admission number", "Matching"),
    may("admission_date", "Start date", "Decides when an account is due"),
    may("leaving_date", "Leaving date", "Decides when an account ends"),
    may("email", "School e-mail", _MAPPED),
    *PHOTO,
)
_STAFF = (
    *_NAMED,
    may("title", "Title"),
    must("current", "Active", "Leavers get no account"),
    may("start_date", "Contract start", "Decides when an account is due"),
    may("end_date", "Contract end", "Decides when an account ends"),
    may("staff_code", "Staff code", _MAPPED),
    may("roles", "Role"),
    may("teaching", "Teaching staff", "By the word Teacher in the role"),
    asked("email", "Work e-mail", "Matching, single sign-on"),
    asked("phone", "Work telephone", _MAPPED),
    *PHOTO,
)
_CONTACT = (
    may("title", "Title"),
    must("given_name", "Forename"),
    must("family_name", "Surname"),
    may("relationship", "Relationship", "Who the contact is to the pupil"),
    may("parental_responsibility", "Responsibility", "Parental responsibility"),
    may("priority", "Contact order", "Who is called first"),
    may("email", "E-mail"),
    may("phone", "Mobile"),
)

SETTINGS = (
    SettingField(
        name="client_id", title="Client id", required=True, pattern=r"[!-~]{1,300}",
        hint="letters, digits and signs without blanks",
        help="From ScholarPack, when your organisation was registered as a partner.",
    ),
    SettingField(
        name="client_secret", title="Client secret", secret=True, required=True,
        help="From ScholarPack, with the client id.",
    ),
    SettingField(
        name="redirect_uri", title="Return address", required=True, pattern=rf"{ADDRESS}",
        hint="an https:// address, or an http:// one of this machine",
        help="Where the browser is sent after Confirm, exactly as registered with ScholarPack. Nothing needs "
        "to answer there: its address line holds the code.",
    ),
    SettingField(
        name="code", title="Code, or the address the browser ended at", secret=True, once=True,
        pattern=r"[!-~]{4,4000}", hint="the whole address line of the browser, or the code in it",
        help="Good once and for a few minutes only. The whole address is better: it also proves that the "
        "consent is the one asked for here.",
    ),
    SettingField(
        name="fields", title="Field map", pattern=fieldmap.PATTERN, hint=fieldmap.HINT,
        help="ScholarPack publishes no key names; the data test prints those it saw. Several keys of one "
        "field stand with | between, and - says that it is not delivered.",
    ),
    SettingField(
        name="contacts", title="Contacts who allow", default="third", pattern="third|first",
        hint="third or first",
        help="third: only contacts whose setting allows third parties; first also those who allow first "
        "parties only.",
    ),
    SettingField(
        name="url", title="Address of the interface", default=HOST, pattern=ADDRESS,
        hint="an https:// address, such as https://services.scholarpack.co.uk/api/v1/",
        help="The sandbox has an address of its own.",
    ),
    SettingField(
        name="authorize_url", title="Consent page", pattern=ADDRESS, hint="an https:// address",
        help="Blank: oauth2/authorize/ on the same host.",
    ),
    SettingField(
        name="token_url", title="Address of tokens", pattern=ADDRESS, hint="an https:// address",
        help="Blank: oauth2/token/ on the same host.",
    ),
    SettingField(
        name="client_auth", title="Client secret stands in", default="header", pattern="header|body",
        hint="header or body", help="body if ScholarPack takes no HTTP Basic when giving tokens.",
    ),
    SettingField(
        name="per_page", title="Records a page", default="100", pattern=r"[1-9]\d?|[1-4]\d\d|500",
        hint="1 to 500",
    ),
)  # fmt: skip

DECLARATION = Declaration(
    slug="scholarpack",
    route="scholarpack",
    title="ScholarPack",
    kind="direct",
    settings=SETTINGS,
    reports=(
        report(Report.STAFF, _STAFF),
        report(Report.STUDENTS, _PUPIL),
        report(
            Report.GROUPS_CLASSES, (must("name", "Name"),),
            "Year and registration groups; ScholarPack shares no teaching groups",
        ),
        report(Report.CONTACTS, _CONTACT),
        report(Report.ATTENDANCE, (must("code", "Mark"),), "Attendance marks, for messages home"),
    ),
    asks_for_access=True,
    tells_approval=True,
)  # fmt: skip
