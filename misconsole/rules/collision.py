"""Where a username must be unique (Z8): the school, its trust, or everybody in the store.

One definition for the sync, for decisions and for imports; ``Account.domain_key`` and
``ReservedName.domain_key`` hold its result.
"""

from __future__ import annotations

SCHOOL = "school"
TRUST = "trust"
TENANT = "tenant"


def domain_key(collision: str, *, urn: str, trust: str = "") -> str:
    """``school:100001``, ``trust:hollin``, or ``tenant``; a school without a trust stands alone.

    ``collision`` is the school's option of that name.
    """
    if collision == TENANT:
        return TENANT
    if collision == TRUST and trust.strip():
        return f"trust:{trust.strip().casefold()}"
    return f"school:{urn}"
