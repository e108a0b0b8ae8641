"""What ScholarPack needs and can supply.

Not offered, because the interface has no place for it: teaching groups and who teaches what (checklist E5,
E6), line managers (E4), people before their first day (E8), one pupil's contacts alone.
"""

from __future__ import annotations

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.records import Report
from connectors.scholarpack import fieldmap

_MANDATORY = FieldStatus.MANDATORY
HOST = "https://services.scholarpack.co.uk/api/v1/"
ADDRESS = r"(?:https://[^\s/?#@]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?)(?:/[^\s?#@]*)?"
_MAPPED = "Only if the setting fields names its key"


def _asked(name: str, title: str, purpose: str) -> FieldOffer:
    return FieldOffer(name=name, title=title, on_request=True, purpose=purpose)


_PHOTO = (
    _asked("photo_id", "Photo reference", "Tells that there is a photo; the picture itself is never kept"),
    _asked("photo_hash", "Photo checksum", "Tells when a photo has changed"),
)
_NAMED = (
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY, purpose="Name on the account"),
    FieldOffer(name="legal_given_name", title="Legal forename", purpose="Matching only"),
    FieldOffer(name="legal_family_name", title="Legal surname", purpose="Matching only"),
    FieldOffer(name="middle_names", title="Middle names", purpose=_MAPPED),
    FieldOffer(name="date_of_birth", title="Date of birth", purpose="Matching; never shown to others"),
)
_PUPIL = (
    *_NAMED,
    FieldOffer(name="nc_year", title="Year group", purpose="Year of entry, user names, groups"),
    FieldOffer(name="registration_group", title="Class", purpose="Groups, hand-out slips"),
    FieldOffer(name="house", title="House", purpose="Groups"),
    FieldOffer(name="upn", title="UPN", purpose="Matching"),
    FieldOffer(name="former_upn", title="Former UPN", purpose=_MAPPED),
    FieldOffer(name="uln", title="Unique learner number", purpose=_MAPPED),
    FieldOffer(name="admission_number", title="Admission number", purpose="Matching"),
    FieldOffer(name="admission_date", title="Start date", purpose="Decides when an account is due"),
    FieldOffer(name="leaving_date", title="Leaving date", purpose="Decides when an account ends"),
    FieldOffer(name="email", title="School e-mail", purpose=_MAPPED),
    *_PHOTO,
)
_STAFF = (
    *_NAMED,
    FieldOffer(name="title", title="Title"),
    FieldOffer(name="current", title="Active", status=_MANDATORY, purpose="Leavers get no account"),
    FieldOffer(name="start_date", title="Contract start", purpose="Decides when an account is due"),
    FieldOffer(name="end_date", title="Contract end", purpose="Decides when an account ends"),
    FieldOffer(name="staff_code", title="Staff code", purpose=_MAPPED),
    FieldOffer(name="roles", title="Role"),
    FieldOffer(name="teaching", title="Teaching staff", purpose="By the word Teacher in the role"),
    _asked("email", "Work e-mail", "Matching, single sign-on"),
    _asked("phone", "Work telephone", _MAPPED),
    *_PHOTO,
)
_CONTACT = (
    FieldOffer(name="title", title="Title"),
    FieldOffer(name="given_name", title="Forename", status=_MANDATORY),
    FieldOffer(name="family_name", title="Surname", status=_MANDATORY),
    FieldOffer(name="relationship", title="Relationship", purpose="Who the contact is to the pupil"),
    FieldOffer(name="parental_responsibility", title="Responsibility", purpose="Parental responsibility"),
    FieldOffer(name="priority", title="Contact order", purpose="Who is called first"),
    FieldOffer(name="email", title="E-mail"),
    FieldOffer(name="phone", title="Mobile"),
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
        ReportOffer(
            report=Report.STAFF, fields=_STAFF,
            purpose="Names and dates of birth of current staff, for their accounts",
        ),
        ReportOffer(
            report=Report.STUDENTS, fields=_PUPIL,
            purpose="Names and dates of birth of current pupils, for their accounts",
        ),
        ReportOffer(
            report=Report.GROUPS_CLASSES,
            fields=(FieldOffer(name="name", title="Name", status=_MANDATORY),),
            purpose="Year and registration groups; ScholarPack shares no teaching groups",
        ),
        ReportOffer(
            report=Report.CONTACTS, fields=_CONTACT,
            purpose="Parents and carers with their relationship, for free school meals and messages",
        ),
        ReportOffer(
            report=Report.ATTENDANCE, fields=(FieldOffer(name="code", title="Mark", status=_MANDATORY),),
            purpose="Attendance marks, for messages home",
        ),
    ),
    asks_for_access=True,
    tells_approval=True,
)  # fmt: skip
