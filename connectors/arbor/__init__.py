"""Arbor's own interface: one school is one host, with GraphQL for bulk and REST v2 beside it.

What the project's reference marks as inferred or disputed is a setting here or a tolerant reading:
where pages begin, which property is the admission number, which fields the school's Arbor has at all.
A field the app may not read is named to the operator and left out; nothing is ever written.
"""

from __future__ import annotations

from connectors.arbor.connector import Arbor

CONNECTOR = Arbor

__all__ = ["CONNECTOR", "Arbor"]
