"""Bromcom's own interface: the Partner Data API v2, JSON by scopes the school grants to our application.

The older SOAP service shows the same entities and is not spoken: no report needs it.  What it alone is known
to name (photos, contacts with ids, middle names) the reference gives no columns for in v2, so it is not
offered.  What is inferred there is a setting here; nothing is ever written.
"""

from __future__ import annotations

from connectors.bromcom.connector import Bromcom

CONNECTOR = Bromcom

__all__ = ["CONNECTOR", "Bromcom"]
