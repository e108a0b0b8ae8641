"""A user of Microsoft Graph and an Entry, in each other's terms.

The address is the sign-in name (``userPrincipalName``), which is ours to write; ``mail`` is Exchange's and is
one more address that leads to the person, as those of ``proxyAddresses`` are.  ``otherMails`` are not: they
lead nowhere in this tenant.
"""

from __future__ import annotations

from typing import Any

from connectors.targets.answers import Row, needed, text
from connectors.targets.base import Entry, Wanted

FIELDS = (
    "id", "userPrincipalName", "mail", "mailNickname", "givenName", "surname", "displayName",
    "accountEnabled", "jobTitle", "department", "employeeId", "proxyAddresses", "otherMails",
    "onPremisesSyncEnabled", "onPremisesExtensionAttributes",
)  # fmt: skip
NAMES = {"given_name": "givenName", "family_name": "surname", "display_name": "displayName"}
EXTRAS = {"job_title": "jobTitle", "department": "department", "employee_id": "employeeId"}
EXTENSIONS = "onPremisesExtensionAttributes"
SMTP = "smtp:"


def entry(row: Row, *, attribute: str, admins: frozenset[str]) -> Entry:
    """Raises BadAnswer where what every user has is missing. ``admins``: ids of those who hold a role."""
    identity, address = needed(row, "id"), needed(row, "userPrincipalName")
    return Entry(
        remote_id=identity, username=address.rpartition("@")[0], email=address,
        anchor=anchor(row, attribute), given_name=text(row, "givenName"), family_name=text(row, "surname"),
        display_name=text(row, "displayName"), aliases=aliases(row),
        enabled=row.get("accountEnabled") is not False, extras=extras(row, attribute),
        protected=identity in admins or row.get("onPremisesSyncEnabled") is True,
    )  # fmt: skip


def anchor(row: Row, attribute: str) -> str:
    if attribute == "employeeId":
        return text(row, attribute)
    held = row.get(EXTENSIONS)
    return text(held, attribute) if isinstance(held, dict) else ""


def anchored(anchor: str, attribute: str) -> Row:
    return {attribute: anchor} if attribute == "employeeId" else {EXTENSIONS: {attribute: anchor}}


def aliases(row: Row) -> frozenset[str]:
    """Addresses that lead to the person beside the one they sign in with."""
    proxies = [each[len(SMTP) :] for each in _texts(row, "proxyAddresses") if each.lower().startswith(SMTP)]
    found = {each for each in (*proxies, text(row, "mail")) if each}
    return frozenset(each for each in found if each.lower() != text(row, "userPrincipalName").lower())


def other_mails(row: Row, more: frozenset[str]) -> list[str] | None:
    """The user's other addresses with these among them; None where they are already, or lead here anyway."""
    there = _texts(row, "otherMails")
    known = {each.lower() for each in (*there, *aliases(row), text(row, "userPrincipalName"))}
    added = [each for each in sorted(more) if each.lower() not in known]
    return [*there, *added] if added else None


def extras(row: Row, attribute: str) -> dict[str, str]:
    found = {ours: text(row, theirs) for ours, theirs in EXTRAS.items() if theirs != attribute}
    return {name: value for name, value in found.items() if value}


def new(
    wanted: Wanted, address: str, password: str, *, must_change: bool, attribute: str, location: str
) -> Row:
    """What makes the user, complete."""
    shown = wanted.display_name or f"{wanted.given_name} {wanted.family_name}".strip() or wanted.username
    body: Row = {
        "accountEnabled": wanted.enabled, "displayName": shown, "userPrincipalName": address,
        "mailNickname": nickname(address), "usageLocation": location,
        "passwordProfile": profile(password, must_change=must_change),
        "givenName": wanted.given_name, "surname": wanted.family_name,
        **{EXTRAS[n]: value for n, value in wanted.extras.items() if EXTRAS.get(n, attribute) != attribute},
        **anchored(wanted.anchor, attribute),
    }  # fmt: skip
    return {name: value for name, value in body.items() if value != ""}


def profile(password: str, *, must_change: bool) -> Row:
    return {"password": password, "forceChangePasswordNextSignIn": must_change}


def nickname(address: str) -> str:
    """At most 64 characters, as Exchange allows."""
    return address.rpartition("@")[0][:64]


def changed(row: Row, wanted: Wanted, fields: frozenset[str], attribute: str) -> Row:
    """What to send so that these fields are as wanted; only what differs. A blank one is emptied (null), but
    for the display name, which can't be."""
    told: dict[str, Any] = {NAMES[name]: getattr(wanted, name) or None for name in NAMES if name in fields}
    if told.get("displayName", "") is None:
        del told["displayName"]
    named = (fields & EXTRAS.keys()) | (wanted.extras.keys() if "extras" in fields else frozenset())
    told |= {EXTRAS[n]: wanted.extras.get(n) or None for n in named if EXTRAS.get(n, attribute) != attribute}
    return {name: value for name, value in told.items() if (value or "") != text(row, name)}


def _texts(row: Row, name: str) -> list[str]:
    value = row.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
