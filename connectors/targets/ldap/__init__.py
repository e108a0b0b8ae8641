"""Active Directory and other directories that speak LDAP; ldap3 is imported only when one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.targets.base import TargetSetup

if TYPE_CHECKING:
    from connectors.targets.ldap.adapter import LdapTarget


def make(setup: TargetSetup) -> LdapTarget:
    """The adapter, not yet connected. Raises BadSettings."""
    from connectors.targets.ldap.adapter import LdapTarget

    return LdapTarget(setup)
