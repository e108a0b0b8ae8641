"""Wonde: the aggregator that a school authorises once and that reads its MIS for us.

Facts and their marks (confirmed, inferred) are in the project's reference on Wonde; the rules that
protect a school are here: absent is never empty, a frozen or wrong region is never "everyone left",
the token never leaves Wonde's hosts, and nothing is written to the MIS.
"""

from __future__ import annotations

from connectors.wonde.connector import Wonde

CONNECTOR = Wonde

__all__ = ["CONNECTOR", "Wonde"]
