"""What a Microsoft 365 target asks for and can do.

``aliases`` is off because it can't be promised: Graph lets nobody write ``proxyAddresses``.  Where the person
has a mailbox, Exchange keeps the old address by itself; elsewhere it is written down but leads nowhere.
"""

from __future__ import annotations

from connectors.base import SettingField
from connectors.targets.base import EXTRAS, TargetDeclaration

URL = "https://graph.microsoft.com/v1.0/"
LOGIN_URL = "https://login.microsoftonline.com/"
GUID_OR_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
ANCHOR = "extensionAttribute15"

DECLARATION = TargetDeclaration(
    kind="graph",
    title="Microsoft 365 (Microsoft Graph)",
    settings=(
        SettingField(
            name="tenant", title="tenant", required=True, pattern=GUID_OR_DOMAIN,
            hint="its id or one of its domains", help="Directory (tenant) id of the app registration.",
        ),
        SettingField(
            name="client_id", title="client id", required=True, pattern=r"[A-Za-z0-9-]{8,64}",
            hint="the application (client) id", help="Application (client) id of the app registration.",
        ),
        SettingField(
            name="client_secret", title="client secret", secret=True, required=True,
            help="The value of a client secret of the app registration, not its id.",
        ),
        SettingField(
            name="domain", title="domain", pattern=r"[A-Za-z0-9.-]{1,253}", hint="such as school.example",
            help="Only users who sign in with this domain are looked at; empty: all of the tenant.",
        ),
        SettingField(
            name="anchor_attribute", title="attribute of our mark", default=ANCHOR,
            pattern=r"extensionAttribute(?:[1-9]|1[0-5])|employeeId",
            hint="extensionAttribute1 to 15, or employeeId",
            help="Must be used by nothing else; not to be changed once accounts were written.",
        ),
        SettingField(
            name="usage_location", title="usage location", default="GB", pattern="[A-Z]{2}",
            hint="a country code of two letters", help="Without one no licence can be given to the user.",
        ),
        SettingField(
            name="old_addresses", title="old addresses", default="other_mails", pattern="other_mails|none",
            hint="other_mails or none",
            help="After a rename: write the old address among the user's other addresses, or nowhere.",
        ),
        SettingField(
            name="url", title="address of the interface", default=URL,
            help="That of a national cloud, tests or the demo; https, or this machine.",
        ),
        SettingField(
            name="login_url", title="address that gives tokens", default=LOGIN_URL,
            help="That of a national cloud, tests or the demo; https, or this machine.",
        ),
    ),
    extras=frozenset(EXTRAS),
    places=False,
    aliases=False,
    username_in_email=True,
    password_least=8,
)  # fmt: skip
