"""What several interfaces ask of the operator and offer the school, in the same words each time: the consent
screens of two suppliers then differ only in what really differs."""

from __future__ import annotations

from connectors.base import FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.records import Report

# Plain http is for this machine alone: a token must not cross a network in the clear.
LOOPBACK = r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/[^\s?#@]*)?"
ADDRESS = rf"https://[^\s?#@]+|{LOOPBACK}"

PURPOSES = {
    Report.STAFF: "Names and dates of birth of current staff, for their accounts",
    Report.STUDENTS: "Names and dates of birth of current pupils, for their accounts",
    Report.STAFF_FUTURE: "Staff who have not started yet, so that their logins are ready to hand out",
    Report.STUDENTS_FUTURE: "Pupils before admission, so that their logins are ready to hand out",
    Report.GROUPS_CLASSES: "Who teaches and belongs to what, for class and group provisioning",
    Report.CONTACTS: "Parents and carers with their relationship, for free school meals and messages",
}


def report(which: Report, fields: tuple[FieldOffer, ...], purpose: str = "") -> ReportOffer:
    """``purpose`` where it differs from the usual one."""
    return ReportOffer(report=which, fields=fields, purpose=purpose or PURPOSES[which])


def must(name: str, title: str, purpose: str = "") -> FieldOffer:
    return FieldOffer(name=name, title=title, status=FieldStatus.MANDATORY, purpose=purpose)


def may(name: str, title: str, purpose: str = "") -> FieldOffer:
    """Comes unless the school declines it."""
    return FieldOffer(name=name, title=title, purpose=purpose)


def asked(name: str, title: str, purpose: str = "") -> FieldOffer:
    """Comes only if the school accepts it (C14, C15)."""
    return FieldOffer(name=name, title=title, on_request=True, purpose=purpose)


NAMES = (
    must("given_name", "Forename", "Name on the account"),
    must("family_name", "Surname", "Name on the account"),
)
LEGAL_NAMES = (
    may("legal_given_name", "Legal forename", "Matching only"),
    may("legal_family_name", "Legal surname", "Matching only"),
)
DATE_OF_BIRTH = may("date_of_birth", "Date of birth", "Matching; never shown to others")
PHOTO = (
    asked("photo_id", "Photo reference", "Tells that there is a photo; the picture itself is never kept"),
    asked("photo_hash", "Photo checksum", "Tells when a photo has changed"),
)


def timeout(default: int) -> SettingField:
    return SettingField(
        name="timeout", title="Seconds to wait for an answer", default=str(default), pattern=r"[1-9]\d{0,2}",
        hint="1 to 999",
    )  # fmt: skip


def retries(default: int) -> SettingField:
    return SettingField(
        name="retries", title="Tries after a failure", default=str(default), pattern=r"\d", hint="0 to 9"
    )
