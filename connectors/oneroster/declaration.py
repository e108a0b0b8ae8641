"""What a OneRoster service needs; what it can supply is every OneRoster delivery's."""

from __future__ import annotations

from connectors.base import Declaration, SettingField
from connectors.offers import ADDRESS
from connectors.oneroster_common.offers import GRADES, OFFERS, USERNAME

DECLARATION = Declaration(
    slug="oneroster",
    route="oneroster",
    title="OneRoster REST service",
    kind="direct",
    delta=True,
    reports=OFFERS,
    settings=(
        SettingField(
            name="url", title="Address", required=True, pattern=ADDRESS,
            hint="an https:// address, such as https://mis.example/ims/oneroster",
            help="As the supplier gives it: the host alone, the host with /ims/oneroster, or the whole path.",
        ),
        SettingField(
            name="version", title="Version", default="auto", pattern=r"auto|1\.1|1\.2",
            hint="auto, 1.1 or 1.2", help="auto asks for 1.2 first, then for 1.1.",
        ),
        SettingField(
            name="auth", title="Kind of sign-in", default="oauth2", pattern="oauth2|oauth1",
            hint="oauth2 or oauth1",
            help="oauth2: client credentials, as 1.2 has it and many 1.1 services too. "
            "oauth1: signed requests, 1.1 only.",
        ),
        SettingField(
            name="token_url", title="Address of tokens", pattern=ADDRESS,
            hint="an https:// address, such as https://mis.example/oauth/token",
            help="Where tokens are given, as the supplier names it; needed for oauth2.",
        ),
        SettingField(
            name="client_id", title="Client id or consumer key", required=True, pattern=r"[!-~]{1,300}",
            hint="letters, digits and signs without blanks",
            help="From the supplier; for Xporter the relying party and the seven-digit number of the "
            "school with a | between.",
        ),
        SettingField(
            name="client_secret", title="Client secret", secret=True, required=True,
            help="From the supplier, with the client id.",
        ),
        SettingField(
            name="scope", title="Scopes asked for", pattern=r"[!-~]+( [!-~]+)*",
            hint="scopes with a blank between, or none",
            help="Blank asks for the standard's core roster and demographics, read only; none sends no "
            "scope at all.",
        ),
        SettingField(
            name="client_auth", title="Client secret stands in", default="header", pattern="header|body",
            hint="header or body", help="body is for services that take no HTTP Basic when giving tokens.",
        ),
        SettingField(
            name="signature", title="Signature", default="HMAC-SHA256", pattern="HMAC-SHA1|HMAC-SHA256",
            hint="HMAC-SHA1 or HMAC-SHA256", help="For oauth1 only; older services know HMAC-SHA1 alone.",
        ),
        SettingField(
            name="org", title="School there", pattern=r".{0,255}",
            help="sourcedId or identifier of the school; needed only where the service holds several.",
        ),
        SettingField(
            name="limit", title="Records a page", default="500", pattern=r"[1-9]\d{0,2}|[1-4]\d{3}|5000",
            hint="1 to 5000", help="Some services refuse more than 1000.",
        ),
        SettingField(
            name="changes", title="Changes", default="delta", pattern="delta|full", hint="delta or full",
            help="delta asks for what changed since the last read; full reads everything every time.",
        ),
        GRADES,
        USERNAME,
    ),
)  # fmt: skip
