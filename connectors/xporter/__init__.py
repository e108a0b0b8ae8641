"""Groupcall Xporter on Demand: a read interface over a nightly extract of the school's MIS.

One secret a school; a school that authorises again gets a new one and the old one is dead.  Errors come
with status 200, so every answer is looked at before it is believed: an error never reads as an empty
school.  Facts and their marks are in the project's reference on Xporter.
"""

from __future__ import annotations

from connectors.xporter.connector import Xporter

CONNECTOR = Xporter

__all__ = ["CONNECTOR", "Xporter"]
