"""The connector itself: access, probe, extract and one pupil's contacts at one OneRoster service."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors import clock, probes
from connectors.base import Access, AccessState, Probe, Setup
from connectors.closing import OneSchool
from connectors.errors import (
    BadAnswer,
    BadSettings,
    ConnectorError,
    EmptyExtract,
    NotAuthorised,
    ScopeMissing,
)
from connectors.http import Limits, check_base, check_secret
from connectors.oneroster.declaration import DECLARATION
from connectors.records import Batch, Contact, ContactLink, ExtractRequest, Finished, Notice, Report
from connectors.typed import settings_of

if TYPE_CHECKING:
    from connectors.oneroster.door import Credentials, Door
    from connectors.oneroster.reading import Service

NOTHING = ExtractRequest(reports=frozenset())
PEOPLE = frozenset({Report.STUDENTS, Report.STAFF, Report.CONTACTS})
REFUSED_MEND = (
    "Check client id and secret, the kind of sign-in and the address of tokens; the supplier may also have "
    "withdrawn the access."
)


class OneRoster(OneSchool):
    """One school at a OneRoster service.  ``setup.settings`` and ``secrets`` as declared; ``limits`` is for
    tests.  ``high_water`` is UTC text, five minutes before the read by the slower of both clocks."""

    declaration = DECLARATION

    def __init__(self, setup: Setup, *, limits: Limits | None = None) -> None:
        self.setup = setup
        self._settings = settings_of(DECLARATION, setup, whole=True)
        self._secret = check_secret(setup.secrets.get("client_secret", ""), title="client secret")
        self._limits = limits or Limits()
        self._credentials: Credentials | None = None
        self._found: Door | None = None
        self._check()

    def _check(self) -> None:
        settings = self._settings
        check_base(settings["url"])
        if settings["auth"] == "oauth1":
            if settings["version"] == "1.2":
                raise BadSettings("Version 1.2 knows no signed requests.", mend="Set auth=oauth2.")
            settings["version"] = "1.1"
        elif not settings["token_url"]:
            raise BadSettings(
                "The address where tokens are given is missing.",
                mend="Type it as the supplier names it (--set token_url=https://…).",
            )
        else:
            check_base(settings["token_url"])

    def close(self) -> None:
        if self._found is not None:
            self._found.http.close()
            self._found = None
        if self._credentials is not None:
            self._credentials.close()
            self._credentials = None

    def _door(self) -> Door:
        if self._found is None:
            from connectors.oneroster.door import Credentials, find

            if self._credentials is None:
                self._credentials = Credentials(
                    self._settings, self._secret, self._limits, self.setup.cancelled
                )
            self._found = find(self._settings["url"], self._settings["version"], self._credentials)
        return self._found

    @contextlib.contextmanager
    def _service(self, request: ExtractRequest) -> Iterator[Service]:
        """A reading for which the school is found already; BadSettings where it cannot be told."""
        from connectors.oneroster.reading import Service

        service = Service(
            self._door(), settings=self._settings, today=clock.today(self.setup, request), request=request,
            cancelled=self.setup.cancelled, now=clock.now(self.setup),
        )  # fmt: skip
        with contextlib.closing(service):
            service.choose(self.setup.school)
            yield service

    # -- how authorisation stands -------------------------------------------------

    def access(self) -> Access:
        """A token, the schools there, and one record of each collection; REFUSED if the credentials are."""
        try:
            with self._service(NOTHING) as service:
                org, told = service.org, self._sampled()
        except NotAuthorised as problem:
            return Access(state=AccessState.REFUSED, message=problem.message, mend=REFUSED_MEND)
        except BadSettings as problem:
            return Access(state=AccessState.UNKNOWN, message=problem.message, mend=problem.mend)
        granted = PEOPLE if told["users"] is not None else frozenset[Report]()
        if told["classes"] is not None and told["enrollments"] is not None:
            granted |= {Report.GROUPS_CLASSES}
        return Access(
            state=AccessState.APPROVED, remote_id=org.id, remote_name=org.name,
            message=f"{org.name or org.id} can be read (OneRoster {self._door().version}).",
            granted=granted, withheld=frozenset(offer.report for offer in DECLARATION.reports) - granted,
        )  # fmt: skip

    def request_access(self) -> Access:
        """Nobody can be asked here: the supplier gives the credentials."""
        return self.access()

    def _sampled(self) -> dict[str, int | None]:
        """Rows that one record of each collection brings; None for what is not shared."""
        from connectors.oneroster.envelope import rows_of

        http = self._door().http
        under_way = {name: http.start(f"{name}?limit=1") for name in ("users", "classes", "enrollments")}
        found: dict[str, int | None] = {}
        for name, future in under_way.items():
            try:
                found[name] = len(rows_of(http.wait(future), name))
            except (ScopeMissing, BadAnswer):
                found[name] = None
        return found

    # -- tests --------------------------------------------------------------------

    def probe(self) -> tuple[Probe, ...]:
        """Connectivity (address, TLS, credentials, version), then data (one record of each collection)."""
        try:
            door = self._door()
        except ConnectorError as problem:
            return probes.unreached(problem, "the service could not be reached")
        message = f"OneRoster {door.version} answers and takes the credentials."
        reached = Probe(name="connectivity", ok=True, message=message)
        try:
            with self._service(NOTHING) as service:
                name, told = service.org.name or service.org.id, self._sampled()
            if not told["users"]:
                raise EmptyExtract("The service answers, but gives no users.")
        except ConnectorError as problem:
            return reached, probes.failed("data", problem)
        words = {None: "not shared", 0: "none"}
        sums = ", ".join(f"{key} {words.get(count, 'yes')}" for key, count in told.items())
        return reached, Probe(name="data", ok=True, message=f"Data of {name[:60]} arrives: {sums}.")

    # -- reading ------------------------------------------------------------------

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Reads the accepted reports; changes only where every people's report asked for has a mark."""
        with self._service(request) as service, contextlib.closing(service.items()) as stream:
            yield from stream

    def contacts_of(self, source_id: str) -> tuple[Contact | ContactLink, ...]:
        """The contacts the pupil's own record names, as they are now; a few small calls (H10)."""
        with self._service(ExtractRequest(reports=frozenset({Report.CONTACTS}))) as service:
            return service.contacts_of(source_id)
