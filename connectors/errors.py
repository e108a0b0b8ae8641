"""What can go wrong between us and a MIS, told so that an operator can act.

Every error carries a stable ``code`` (scripts rely on it), a ``message`` that says what
happened and a ``mend`` that says what to do.  None of them ever carries a token: text
that came back from a MIS passes ``connectors.http.redact`` first.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """A MIS, an aggregator or an export could not be read.

    ``code``    stable word for scripts, e.g. ``unreachable``
    ``message`` one sentence, no markup, no secret
    ``mend``    what the operator can do about it
    ``where``   address, or file and line, the error belongs to; may be empty
    """

    code = "connector"
    default_mend = "Try again; if it happens again, send the message to your support desk."

    def __init__(self, message: str, *, mend: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend or self.default_mend
        self.where = where


class Unreachable(ConnectorError):
    """No usable answer: refused, timed out, DNS, TLS, or 5xx after every retry."""

    code = "unreachable"
    default_mend = "Check this machine's network, proxy and filter; then try again."


class TlsBlocked(Unreachable):
    """The connection was made but TLS failed (D13: old TLS or an inspecting filter)."""

    code = "tls_blocked"
    default_mend = "A filter or an old TLS version is in the way; allow the address through the filter."


class MisOffline(Unreachable):
    """Approved, but the supplier's link to the MIS is down: its data is frozen, not empty."""

    code = "mis_offline"
    default_mend = "Nothing was changed. Ask the school to check its MIS link; then run again."


class NotAuthorised(ConnectorError):
    """The token, key or client is refused (401), or access was revoked."""

    code = "not_authorised"
    default_mend = "Authorise the school again (misconsole authorise SCHOOL)."


class AccessPending(NotAuthorised):
    """The school has been asked and has not answered yet."""

    code = "access_pending"
    default_mend = "Ask the school to approve the request in its own system."


class AccessRefused(NotAuthorised):
    """The school declined, or took its approval back."""

    code = "access_refused"
    default_mend = "Speak to the school, then ask again."


class ScopeMissing(ConnectorError):
    """403 for one resource: that data set is not shared; others may still work."""

    code = "scope_missing"
    default_mend = "Ask the school to approve this data set, or decline the report here."


class RateLimited(ConnectorError):
    """429 until the retries ran out."""

    code = "rate_limited"
    default_mend = "Wait and run again; the supplier limits how often it may be asked."


class BadAnswer(ConnectorError):
    """An answer that is not what the interface promises: wrong type, truncated, not JSON."""

    code = "bad_answer"
    default_mend = "Nothing was changed. Run again; if it stays, send the message to the supplier."


class TooLarge(BadAnswer):
    """An answer beyond the size limit, plain or after decompression, or endless paging."""

    code = "too_large"


class ShortExtract(BadAnswer):
    """Fewer records arrived than the MIS itself counts (Z20)."""

    code = "short_extract"
    default_mend = "Nothing was changed and no account was taken away. Run again later."


class ContradictoryExtract(BadAnswer):
    """Totals and records disagree in a way that is not merely short (Z20)."""

    code = "contradictory_extract"
    default_mend = "Nothing was changed and no account was taken away. Run again later."


class EmptyExtract(BadAnswer):
    """A school with nobody in it: wrong region, or the MIS link is down (Z20)."""

    code = "empty_extract"
    default_mend = "Nothing was changed. Check the region of the school and its MIS link."


class BadFile(ConnectorError):
    """A file that cannot be used at all; single bad rows are ``Rejected`` records instead."""

    code = "bad_file"
    default_mend = "Mend the file named here and run again; nothing was changed."


class BadSettings(ConnectorError):
    """A connection setting is missing or malformed."""

    code = "bad_settings"
    default_mend = "Correct the setting (misconsole connect SCHOOL --set key=value)."


class Cancelled(ConnectorError):
    """The operator cancelled while reading."""

    code = "cancelled"
    default_mend = "Nothing was changed. Run again when ready."
