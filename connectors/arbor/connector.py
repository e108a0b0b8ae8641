"""The connector itself: access, probe, extract and one pupil's contacts for one school's Arbor."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors import clock, probes
from connectors.arbor.declaration import DECLARATION, WORD
from connectors.base import Access, AccessState, Probe, Setup
from connectors.closing import OneSchool
from connectors.errors import (
    ConnectorError,
    EmptyExtract,
    NotAuthorised,
    ScopeMissing,
)
from connectors.http import Http, Limits, check_base, check_secret
from connectors.records import Batch, Contact, ContactLink, ExtractRequest, Finished, Notice, Report
from connectors.typed import settings_of

if TYPE_CHECKING:
    from connectors.arbor.people import Options
    from connectors.arbor.source import Source

# One entity stands for each report when we look what is shared.
SHOWN = {
    Report.STAFF: "Staff",
    Report.STUDENTS: "Student",
    Report.GROUPS_CLASSES: "RegistrationForm",
    Report.CONTACTS: "StudentGuardianRelationship",
}


class Arbor(OneSchool):
    """One school.  ``setup.settings`` and ``secrets`` as declared; ``limits`` is for tests.

    Without the school's address or the app's pair it can be made, and says so when asked for access (B19).
    """

    declaration = DECLARATION

    def __init__(self, setup: Setup, *, limits: Limits | None = None) -> None:
        self.setup = setup
        self._settings = settings_of(DECLARATION, setup)
        password = setup.secrets.get("password", "")
        self._password = check_secret(password, title="app's password") if password.strip() else ""
        self._base = self._address(self._settings["url"])
        self._limits = limits or Limits(
            read=float(self._settings["timeout"]), retries=int(self._settings["retries"]),
            backoff=1.0, longest_wait=120.0, deadline=600.0,
        )  # fmt: skip
        self._made: Http | None = None

    @staticmethod
    def _address(told: str) -> str:
        """The base address; empty where none was told, or Arbor said that it is missing."""
        if not told or told.casefold() == "missing endpoint url":
            return ""
        if re.fullmatch(WORD, told):
            told = f"{told}.uk.arbor.sc"
        return check_base(told if "://" in told else f"https://{told}")

    def _http(self) -> Http:
        """Raises MissingEndpoint or NotAuthorised where there is nothing to ask, or nothing to ask with."""
        from connectors.arbor.answers import AUTHORISE, missing_endpoint
        from connectors.oauth import basic

        if not (self._settings["username"] and self._password):
            raise NotAuthorised(
                "Arbor has not issued a user name and password for this school.", mend=AUTHORISE
            )
        if not self._base:
            raise missing_endpoint()
        if self._made is None:
            pair = basic(self._settings["username"], self._password)
            headers = {"Authorization": pair, "User-Agent": self._settings["user_agent"]}
            if self._settings["application_id"]:
                headers["x-mis-application-id"] = self._settings["application_id"]
            self._made = Http(
                self._base, headers=headers, secrets=(self._password, pair.partition(" ")[2]),
                limits=self._limits, cancelled=self.setup.cancelled,
            )  # fmt: skip
        return self._made

    def _source(self) -> Source:
        first = self._settings["first_page"]
        number, size = (None if first == "auto" else int(first)), int(self._settings["page_size"])
        if self._settings["interface"] == "rest":
            from connectors.arbor.rest import RestSource

            return RestSource(self._http(), page_size=size, first=number)
        from connectors.arbor.graph import GraphSource

        return GraphSource(self._http(), page_size=size, first=number)

    # -- how authorisation stands -------------------------------------------------

    def access(self) -> Access:
        """One cheap question.  A missing address or pair, a refused pair and a wrong address are states."""
        from connectors.arbor.answers import MissingEndpoint, plainly
        from connectors.http_errors import NotFound

        try:
            shared = self._shared()
        except MissingEndpoint as problem:
            return self._said(AccessState.PENDING, problem)
        except NotAuthorised as problem:
            asked = bool(self._password)
            return self._said(AccessState.REFUSED if asked else AccessState.NOT_ASKED, plainly(problem))
        except (NotFound, ScopeMissing) as problem:
            return self._said(AccessState.UNKNOWN, plainly(problem))
        except ConnectorError as problem:
            raise plainly(problem) from None
        granted = frozenset(report for report, state in shared.items() if state is not None)
        if not granted:
            return self._said(AccessState.UNKNOWN, _nothing_shared())
        return Access(
            state=AccessState.APPROVED, message="Arbor answers and accepts the app's pair.",
            remote_id=self._host(), granted=granted, withheld=frozenset(shared) - granted,
        )  # fmt: skip

    def _shared(self) -> dict[Report, bool | None]:
        """Report → a record came, none did, or (None) it may not be read."""
        found = self._source().sample(list(SHOWN.values()))
        return {report: found.get(entity) for report, entity in SHOWN.items()}

    def _said(self, state: AccessState, problem: ConnectorError) -> Access:
        return Access(
            state=state, message=problem.message, mend=problem.mend,
            link=self._settings["approval_link"] or ("" if self._base.startswith("http:") else self._base),
            remote_id=self._host(),
        )  # fmt: skip

    def _host(self) -> str:
        from urllib.parse import urlsplit

        return (urlsplit(self._base).hostname or "").partition(".uk.arbor.sc")[0] if self._base else ""

    def request_access(self) -> Access:
        """Nothing can be asked of Arbor itself: the school approves in Arbor.  Tells how it stands now."""
        return self.access()

    # -- tests --------------------------------------------------------------------

    def probe(self) -> tuple[Probe, ...]:
        """Connectivity (host, TLS, pair), then data: one record of each report (D12, U7)."""
        from connectors.arbor.answers import plainly

        try:
            shared = self._shared()
        except ConnectorError as problem:
            return probes.unreached(plainly(problem), "Arbor could not be read from")
        reached = Probe(name="connectivity", ok=True, message="Arbor answers and accepts the app's pair.")
        return reached, _data(shared)

    # -- reading ------------------------------------------------------------------

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Reads the accepted reports, one after the other."""
        from connectors.arbor.answers import plainly
        from connectors.arbor.reading import Reading

        try:
            reading = Reading(self._http(), self._source(), request, self._options(request))
            with contextlib.closing(reading.run()) as stream:
                yield from stream
        except ConnectorError as problem:
            told = plainly(problem)
            raise told from None

    def _options(self, request: ExtractRequest) -> Options:
        from connectors.arbor.people import Options

        return Options(
            today=clock.today(self.setup, request),
            leavers=int(self._settings["leavers"]), admission=self._settings["admission_number"],
            first_tutor_is_main=self._settings["tutors"] == "first",
            changes=self._settings["changes"] == "log",
        )  # fmt: skip

    def contacts_of(self, source_id: str) -> tuple[Contact | ContactLink, ...]:
        """The contacts of one pupil as they are now; a few calls, nothing kept (H10)."""
        from connectors.arbor import single
        from connectors.arbor.answers import plainly

        try:
            return single.contacts(self._source(), source_id)
        except ConnectorError as problem:
            raise plainly(problem) from None


def _nothing_shared() -> ScopeMissing:
    from connectors.arbor.answers import ADD_TO_APP

    return ScopeMissing("Arbor accepts the pair, but lets us read nothing.", mend=ADD_TO_APP)


def _data(shared: dict[Report, bool | None]) -> Probe:
    words = {True: "yes", False: "none", None: "not shared"}
    told = ", ".join(f"{report.value} {words[state]}" for report, state in shared.items())
    if any(shared.values()):
        return Probe(name="data", ok=True, message=f"Data arrives: {told}.")
    problem: ConnectorError = EmptyExtract(f"Arbor answers, but with no data: {told}.")
    if all(state is None for state in shared.values()):
        problem = _nothing_shared()
    return Probe(name="data", ok=False, message=problem.message, mend=problem.mend)
