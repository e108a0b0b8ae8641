"""The way out of notifications: apprise, which speaks e-mail, Teams, Slack, webhooks and many more.

Its own log is kept quiet, for it names addresses, and addresses hold tokens.
"""

from __future__ import annotations

import logging


def understood(address: str) -> bool:
    """Whether it is an address of a service that can be sent to."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    return bool(address.strip()) and apprise.Apprise.instantiate(address.strip()) is not None


def send(address: str, title: str, text: str) -> str:
    """Why it was not taken, in words without the address; "" when it was."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    asset = apprise.AppriseAsset(app_id="misconsole", app_desc="misconsole", secure_logging=True)
    found = apprise.Apprise(asset=asset)
    if not found.add(address.strip()):
        return "The address of this channel is not understood."
    taken = found.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT)
    return "" if taken else "The service did not take it; it is tried again."
