"""ScholarPack's own interface: REST under one address for all schools, by OAuth 2 consent in a browser.

Consent, scopes, paths and the paging envelope are public; the names of the keys inside records are not.
They are a map that can be changed by a setting, and the data test prints the keys really seen.
"""

from __future__ import annotations

from connectors.scholarpack.connector import ScholarPack

CONNECTOR = ScholarPack

__all__ = ["CONNECTOR", "ScholarPack"]
