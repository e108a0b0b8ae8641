"""iSAMS and IRIS Ed:gen by their own interface: one vendor, one connector (checklist A5).

Two doors: the REST API, page by page, and the Batch API, one XML document a report (``interface``).  What
the project's reference marks as inferred is a setting: which number is the admission number, which status
staff on the books have.  Only staff and pupils come by this route (C13), and nothing is ever written.
"""

from __future__ import annotations

from connectors.isams.connector import Isams

CONNECTOR = Isams

__all__ = ["CONNECTOR", "Isams"]
