"""The one door to ldap3 and its ASN.1 library.

Their import tells of names that are to go in later versions, which is nothing for an operator or a test.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3
    from ldap3.core.exceptions import LDAPException, LDAPSocketOpenError, LDAPSocketSendError
    from pyasn1.error import PyAsn1Error

#: What an answer that is no LDAP, or a connection that went, may raise inside the library.
BROKEN = (
    LDAPException, PyAsn1Error, OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
    RuntimeError, AssertionError, EOFError,
)  # fmt: skip

__all__ = ["BROKEN", "LDAPException", "LDAPSocketOpenError", "LDAPSocketSendError", "ldap3"]
