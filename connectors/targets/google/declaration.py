"""What a Google Workspace target asks for and can do."""

from __future__ import annotations

from connectors.base import SettingField
from connectors.targets.base import EXTRAS, TargetDeclaration

URL = "https://admin.googleapis.com/"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

DECLARATION = TargetDeclaration(
    kind="google",
    title="Google Workspace (Directory API)",
    settings=(
        SettingField(
            name="key", title="key of the service account", secret=True, required=True,
            help="The whole content of the JSON file that Google gave with the key.",
        ),
        SettingField(
            name="admin", title="administrator to act as", required=True,
            pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", hint="an address",
            help="An administrator of the domain who may manage users; changes appear in Google's audit log "
            "under this name. Not a person's own account.",
        ),
        SettingField(
            name="domain", title="domain", pattern=r"[A-Za-z0-9.-]{1,253}", hint="such as school.example",
            help="Only users of this domain are looked at; empty: all of the organisation.",
        ),
        SettingField(
            name="customer", title="customer id", default="my_customer", pattern=r"[A-Za-z0-9_]{1,40}",
            hint="letters and digits", help="Only a reseller needs another than my_customer.",
        ),
        SettingField(
            name="root", title="organisational unit", default="/", pattern=r"/.{0,500}",
            hint="a path such as /Schools/Larkmere",
            help="Everything happens below this unit: only its users are read, places are counted from it.",
        ),
        SettingField(
            name="make_places", title="make organisational units", default="no", pattern="yes|no",
            hint="yes or no",
            help="Make a unit that is missing; needs the scope admin.directory.orgunit beside the other.",
        ),
        SettingField(
            name="url", title="address of the interface", default=URL,
            help="Only for tests and the demo; https, or this machine.",
        ),
        SettingField(
            name="token_url", title="address that gives tokens", default=TOKEN_URL,
            help="Only for tests and the demo; https, or this machine.",
        ),
    ),
    extras=frozenset(EXTRAS),
    places=True,
    aliases=True,
    username_in_email=True,
    password_least=8,
)  # fmt: skip
