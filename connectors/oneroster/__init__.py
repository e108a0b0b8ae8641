"""OneRoster 1.1 and 1.2 over REST: any MIS or aggregator that offers the standard's rostering service.

Facts and their marks (confirmed, inferred) are in the project's reference on OneRoster; what the standard's
words mean is read in ``oneroster_common``.  The rules that protect a school are here: pages that repeat,
end early or contradict their total never count as "everyone left", and nothing is ever written.
"""

from __future__ import annotations

from connectors.oneroster.connector import OneRoster

CONNECTOR = OneRoster

__all__ = ["CONNECTOR", "OneRoster"]
