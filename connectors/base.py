"""The contract between the product and a MIS interface.

A connector is one module with one class.  It declares what it needs (auth and settings fields)
and what it can supply (reports and fields), tells how authorisation stands, and yields records.
It knows no store and no screen, writes nothing to the MIS, and never prints or logs a secret.
A connector that yields a field it does not declare fails its contract test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.records import Batch, Contact, ContactLink, ExtractRequest, Finished, Notice, Report


class FieldStatus(StrEnum):
    """C6, C7: mandatory fields must be present; uploaded ones are optional and can be declined."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOffer:
    """A field of a report. ``name`` is the attribute name in connectors.records.

    ``on_request``: not fetched until the school accepts it (work e-mail, photo, subjects: C14, C15).
    """

    name: str
    title: str
    status: FieldStatus = FieldStatus.OPTIONAL
    on_request: bool = False
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOffer:
    report: Report
    fields: tuple[FieldOffer, ...]
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField:
    """One thing the operator types. ``secret`` ones never leave the keyring or the 0600 file.

    ``pattern`` is a full-match regular expression with ``hint`` to show when it does not match.
    ``once``: used up by authorising (a consent code), so it is needed until access is approved.
    """

    name: str
    title: str
    secret: bool = False
    required: bool = False
    default: str = ""
    pattern: str = ""
    hint: str = ""
    help: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a connector is and can do; read by the catalogue, the guide, the docs and the tests.

    ``slug``   module and registry name, e.g. ``wonde``, ``oneroster_csv``
    ``route``  the word after ``--route``, e.g. ``wonde``, ``oneroster-csv``
    """

    slug: str
    route: str
    title: str
    kind: str  # "aggregator", "direct", "on-site", "files" (A10)
    settings: tuple[SettingField, ...] = ()
    reports: tuple[ReportOffer, ...] = ()
    asks_for_access: bool = False  # request_access() does something
    tells_approval: bool = False  # authorisation() can be polled
    delta: bool = False

    def offer(self, report: Report) -> ReportOffer | None:
        return next((o for o in self.reports if o.report == report), None)

    def offered(self, report: Report) -> frozenset[str]:
        """Names of all fields of a report; none where there is no such report."""
        offer = self.offer(report)
        return frozenset(one.name for one in offer.fields) if offer else frozenset()

    def dropped(
        self, request: ExtractRequest, report: Report, *, more: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        """Fields not to be kept: declined, or in ``more``; mandatory ones can't be (C7, C8)."""
        offer = self.offer(report)
        optional = (
            {one.name for one in offer.fields if one.status != FieldStatus.MANDATORY} if offer else set()
        )
        return (request.declined.get(report, frozenset()) | more) & optional

    def kept(self, request: ExtractRequest, report: Report) -> frozenset[str]:
        """Names of the fields of a report that may be kept."""
        return self.offered(report) - self.dropped(request, report)


class AccessState(StrEnum):
    """How authorisation stands, in the words shown to the operator."""

    NOT_ASKED = "not asked"
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    REVOKED = "revoked"
    OFFLINE = "offline"  # approved, but the MIS link is down: data frozen, not empty
    REFUSED = "refused"  # our own credentials are wrong
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """``granted`` / ``withheld`` name reports; a withheld optional one may stay so for ever.

    ``remote_id`` identifies the school at the other end, ``remote_name`` as spelt there.
    """

    state: AccessState
    message: str = ""
    mend: str = ""
    remote_id: str = ""
    remote_name: str = ""
    link: str = ""  # where the school approves, if there is such a page
    granted: frozenset[Report] = frozenset()
    withheld: frozenset[Report] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One test and its result; connectivity and data are tested apart (D10-D13, U7)."""

    name: str  # "connectivity" or "data"
    ok: bool
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRef:
    """Who we are asking about."""

    urn: str
    name: str
    la_code: str = ""
    establishment_number: str = ""
    remote_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything a connector is made from; ``secrets`` must never be shown or kept elsewhere.

    ``cancelled`` is asked between pages; ``now`` is the clock (UTC, aware).
    ``workdir`` is a private folder for what must be on disk while reading.
    ``keep`` puts secrets that changed beside those typed (tokens that rotate; "" forgets one) and gives
    all that are kept now; called the moment they change, on any thread.  None: nothing is kept.
    ``consent`` is what the school lets through so far, for interfaces that ask for scopes; None: not told.
    """

    school: SchoolRef
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    now: Callable[[], datetime] | None = None
    cancelled: Callable[[], bool] = lambda: False
    keep: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    consent: ExtractRequest | None = None


@runtime_checkable
class Connector(Protocol):
    """Made by ``connectors.registry.make(route, setup)``; close it when done (context manager).

    Every method may raise ``connectors.errors.ConnectorError`` and nothing else.
    """

    declaration: Declaration

    def access(self) -> Access:
        """How authorisation stands now. One or two cheap calls."""
        ...

    def request_access(self) -> Access:
        """Ask the school, where the interface can; otherwise the same as ``access``."""
        ...

    def probe(self) -> tuple[Probe, ...]:
        """Connectivity, then data; the data probe reads at most one record a report."""
        ...

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Stream the requested reports page by page, one ``Finished`` for each report read whole.

        A report without its ``Finished`` was not read to the end and must change nothing.
        """
        ...

    def close(self) -> None: ...


@runtime_checkable
class FetchesContacts(Protocol):
    """A connector that can be asked for the contacts of one pupil, at the moment they are needed (H10, X3).

    Not every interface can; ask with ``isinstance``.  Nothing of it is kept by the connector.
    """

    def contacts_of(self, source_id: str) -> tuple[Contact | ContactLink, ...]:
        """The pupil's contacts and the links to them; empty where there are none.

        Raises ``ConnectorError``, ``ScopeMissing`` where the school does not share contacts.
        """
        ...
