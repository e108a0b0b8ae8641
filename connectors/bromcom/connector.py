"""The connector itself: access, tests of scope, extract and one pupil's contacts for one school."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors import clock, probes
from connectors.base import Access, AccessState, Probe, Setup
from connectors.bromcom.declaration import DECLARATION
from connectors.closing import OneSchool
from connectors.errors import (
    BadAnswer,
    BadSettings,
    ConnectorError,
    NotAuthorised,
)
from connectors.http import Http, Limits, check_base
from connectors.records import Batch, Contact, ContactLink, ExtractRequest, Finished, Notice, Report
from connectors.typed import secret_of, settings_of

if TYPE_CHECKING:
    from connectors.bromcom.entities import Entities
    from connectors.bromcom.options import Options
    from connectors.bromcom.scopes import Scopes

BODY = 256 * 1024 * 1024  # a page is as large as a school's whole timetable

PAIR = ("application_id", "application_secret")
ALL = frozenset(offer.report for offer in DECLARATION.reports)


class Bromcom(OneSchool):
    """One school.  ``setup.settings`` and ``secrets`` as declared; ``limits`` is for tests."""

    declaration = DECLARATION

    def __init__(self, setup: Setup, *, limits: Limits | None = None) -> None:
        self.setup = setup
        self._settings = settings_of(DECLARATION, setup)
        self._base = check_base(self._settings["url"])
        self._pair = tuple(secret_of(DECLARATION, setup, name) for name in PAIR)
        self._complete()
        self._limits = limits or Limits(
            read=float(self._settings["timeout"]), retries=int(self._settings["retries"]), body=BODY,
            deadline=600.0,
        )  # fmt: skip
        self._made: Http | None = None

    def _complete(self) -> None:
        told = dict(zip(PAIR, self._pair, strict=True)) | self._settings
        for field in DECLARATION.settings:
            if field.required and not told[field.name]:
                raise BadSettings(
                    f"The {field.title.lower()} is missing ({field.name}).",
                    mend=f"Type it at the connect step{'' if field.secret else f' (--set {field.name}=…)'}.",
                )

    def _entities(self) -> Entities:
        from connectors.bromcom.entities import Entities

        if self._made is None:
            headers = dict(zip(("ApplicationId", "ApplicationSecret"), self._pair, strict=True))
            self._made = Http(
                self._base, headers={**headers, "Accept": "application/json"}, secrets=self._pair,
                limits=self._limits, cancelled=self.setup.cancelled,
            )  # fmt: skip
        return Entities(self._made, self._settings["school_id"], int(self._settings["page_size"]))

    # -- how authorisation stands -------------------------------------------------

    def _scopes(self) -> Scopes:
        from connectors.bromcom import scopes

        return scopes.ask(self._entities(), self._settings)

    def access(self) -> Access:
        """One cheap question an entity.  A refused pair and a school that granted nothing are states."""
        from connectors.bromcom.answers import NOT_SWITCHED
        from connectors.http_errors import NotFound

        school_id = self._settings["school_id"]
        try:
            scopes = self._scopes()
        except NotAuthorised as problem:
            return Access(
                state=AccessState.REFUSED, message=problem.message, mend=problem.mend, remote_id=school_id
            )
        except NotFound as problem:
            return Access(
                state=AccessState.UNKNOWN, message=problem.message, mend=problem.mend, remote_id=school_id
            )
        granted = scopes.reports()
        if not granted:
            return Access(
                state=AccessState.PENDING, remote_id=school_id,
                message="Bromcom takes our pair, but the school has switched nothing on for it.",
                mend=NOT_SWITCHED,
            )  # fmt: skip
        return Access(
            state=AccessState.APPROVED, message=f"Bromcom answers. {scopes.told(ALL)}", remote_id=school_id,
            granted=granted, withheld=ALL - granted,
        )  # fmt: skip

    def request_access(self) -> Access:
        """Nothing can be asked of Bromcom itself: the school switches the application on."""
        return self.access()

    # -- tests --------------------------------------------------------------------

    def probe(self) -> tuple[Probe, ...]:
        """Connectivity (host, TLS, pair), then what the school granted, entity by entity (D12, U7)."""
        try:
            scopes = self._scopes()
        except ConnectorError as problem:
            return probes.unreached(problem, "Bromcom could not be read from")
        reached = Probe(
            name="connectivity", ok=True, message="Bromcom answers and takes the application's pair."
        )
        return reached, self._data(scopes)

    def _data(self, scopes: Scopes) -> Probe:
        """What the accepted reports need, where they are known; else whether any can be read."""
        from connectors.bromcom.answers import NOT_SWITCHED

        accepted = self.setup.consent.reports & ALL if self.setup.consent is not None else frozenset()
        reports = accepted or ALL
        ok = accepted <= scopes.reports() if accepted else bool(scopes.reports())
        mend = NOT_SWITCHED if scopes.missing(reports) else ""
        return Probe(name="data", ok=ok, message=scopes.told(reports), mend=mend)

    # -- reading ------------------------------------------------------------------

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Reads the accepted reports whole; Bromcom has no delta."""
        from connectors.bromcom.answers import plainly
        from connectors.bromcom.reading import Reading

        try:
            reading = Reading(self._entities(), request, self._options(request))
            with contextlib.closing(reading.run()) as stream:
                yield from stream
        except ConnectorError as problem:
            told = plainly(problem)
            raise told from None

    def _options(self, request: ExtractRequest) -> Options:
        from connectors.bromcom.options import options

        return options(self._settings, clock.today(self.setup, request))

    def contacts_of(self, source_id: str) -> tuple[Contact | ContactLink, ...]:
        """The contacts in the slots of one pupil as they are now; one call, nothing kept (H10)."""
        from connectors.bromcom.contacts import Book, Slots
        from connectors.bromcom.declaration import DECLARATION
        from connectors.bromcom.entities import quoted
        from connectors.bromcom.pupils import FlatReader
        from connectors.values import Faults

        entity, reader = "StudentFlatView", FlatReader(Faults(Report.STUDENTS))
        slots = Slots(DECLARATION.offered(Report.CONTACTS), frozenset(), Faults(Report.CONTACTS))
        for page in self._entities().start(entity, f"studentID={quoted(source_id)}"):
            for index, row in page:
                flat = reader.read(row, f"{entity}[{index}]")
                if flat is not None and flat.source_id == source_id:
                    book = Book()
                    for slot in slots.of(flat, f"{entity}[{index}]"):
                        book.add(slot)
                    return tuple(book.records())
        raise BadAnswer(
            "Bromcom does not know this pupil any more.",
            mend="Sync the school, then look the pupil up again.",
        )
