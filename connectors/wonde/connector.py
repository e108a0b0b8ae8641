"""The connector itself: access, request, probe and extract for one school through Wonde."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from connectors import clock, probes
from connectors.base import Access, AccessState, Probe, Setup
from connectors.closing import OneSchool
from connectors.errors import (
    AccessPending,
    AccessRefused,
    ConnectorError,
    MisOffline,
    NotAuthorised,
    ScopeMissing,
)
from connectors.http import Http, Limits, check_base, check_secret
from connectors.records import Batch, Contact, ContactLink, ExtractRequest, Finished, Notice
from connectors.typed import settings_of
from connectors.wonde.declaration import DECLARATION, UK

if TYPE_CHECKING:
    from connectors.wonde.reading import Reading

Row = dict[str, Any]


class Wonde(OneSchool):
    """One school through Wonde.  ``setup.settings`` and ``secrets`` as declared; ``limits`` is for tests
    and replaces the time-outs and retries of the settings.

    Dates come as written in the MIS; ``high_water`` is UTC text to the second, five minutes before
    the read began by our clock or Wonde's, whichever is earlier, so that nothing is missed between.
    """

    declaration = DECLARATION

    def __init__(self, setup: Setup, *, limits: Limits | None = None) -> None:
        self.setup = setup
        self._settings = settings_of(DECLARATION, setup)
        self._token = check_secret(setup.secrets.get("token", ""), title="Wonde token")
        self._base = check_base(self._settings["url"] or UK)
        self._limits = limits or Limits(
            read=float(self._settings["timeout"]), retries=int(self._settings["retries"])
        )
        self._clients: dict[str, Http] = {}
        self._school: Row | None = None

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _http(self, base: str | None = None) -> Http:
        base = base or self._base
        if base not in self._clients:
            self._clients[base] = Http(
                base,
                headers={"Authorization": f"Bearer {self._token}"},
                secrets=(self._token,),
                limits=self._limits,
                cancelled=self.setup.cancelled,
            )
        return self._clients[base]

    # -- how authorisation stands -------------------------------------------------

    def access(self) -> Access:
        """Three or four cheap calls; REFUSED (not an error) when the token itself is refused."""
        try:
            return self._access()
        except NotAuthorised:
            from connectors.wonde.schools import said

            return said(AccessState.REFUSED)

    def _access(self) -> Access:
        from connectors.wonde import schools

        school = self._found()
        if isinstance(school, Access):
            return school
        http = self._http(schools.base_for(school, self._base))
        state = schools.state_of(http, school)
        if state not in (AccessState.APPROVED, AccessState.OFFLINE):
            return schools.said(state, school)
        offered = frozenset(offer.report for offer in DECLARATION.reports)
        granted, withheld = schools.permitted(http, quote(str(school["id"]), safe=""), offered)
        return schools.said(state, school, granted=granted, withheld=withheld)

    def _found(self) -> Row | Access:
        """The school's row, or an Access that says why there is none."""
        if self._school is not None:
            return self._school
        from connectors.wonde import schools

        ref = self.setup.school
        wanted = quote(self._settings["school_id"] or ref.remote_id, safe="")
        found = schools.find(self._http(), ref, wanted)
        if len(found) == 1:
            self._school = found[0]
            return found[0]
        if found:
            ids = ", ".join(str(row["id"])[:40] for row in found[:5])
            message = f"Wonde knows {len(found)} schools with URN {ref.urn}: {ids}."
            return Access(
                state=AccessState.UNKNOWN,
                message=message,
                mend="Say which one: --set school_id=… with the right id.",
            )
        return Access(
            state=AccessState.UNKNOWN,
            message=f"Wonde knows no school with URN {ref.urn} at this address.",
            mend="Register the school with Wonde first. If it is registered, check the URN, the Wonde "
            "school id, and the address: a school of another region is not found here.",
        )

    def request_access(self) -> Access:
        """Asks the school unless it has been asked or has approved; a refusal may be asked again."""
        from connectors.wonde import schools

        now = self.access()
        if now.state not in (AccessState.NOT_ASKED, AccessState.DECLINED, AccessState.REVOKED):
            return now
        school = self._found()
        if isinstance(school, Access):
            return school
        http = self._http(schools.base_for(school, self._base))
        body = http.post(f"schools/{quote(str(school['id']), safe='')}/request-access").data
        answer = body.get("data", body) if isinstance(body, dict) else {}
        answer = answer if isinstance(answer, dict) else {}
        if answer.get("success") is False:
            from connectors.http_errors import excerpt

            why = excerpt(str(answer.get("message") or "no reason given").encode(), (self._token,))
            return Access(
                state=now.state,
                message=f"Wonde did not pass the request on: {why}",
                mend="Ask Wonde's support, or try again later.",
                remote_id=now.remote_id,
                remote_name=now.remote_name,
            )
        after = self.access()
        return schools.said(AccessState.PENDING, school) if after.state is AccessState.NOT_ASKED else after

    # -- tests --------------------------------------------------------------------

    def probe(self) -> tuple[Probe, ...]:
        """Connectivity (host, TLS, token), then data (one record of each collection) (D12, U7)."""
        try:
            self._http().get("schools", {"per_page": "1"})
        except ConnectorError as problem:
            return probes.unreached(problem, "Wonde could not be reached")
        reached = Probe(name="connectivity", ok=True, message="Wonde answers and accepts the token.")
        try:
            return reached, Probe(name="data", ok=True, message=self._reading_for_probe().sample())
        except ConnectorError as problem:
            return reached, probes.failed("data", problem)

    def _reading_for_probe(self) -> Reading:
        offered = frozenset(offer.report for offer in DECLARATION.reports)
        return self._reading(ExtractRequest(reports=offered), self._approved_school())

    # -- reading ------------------------------------------------------------------

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Reads the accepted reports.  Refuses while the MIS link is down: the data is frozen then."""
        reading = self._reading(request, self._approved_school())
        try:
            with contextlib.closing(reading.run()) as stream:
                yield from stream
        except ScopeMissing:
            self._approved_school()  # a withdrawn approval is told as such
            raise

    def contacts_of(self, source_id: str) -> tuple[Contact | ContactLink, ...]:
        """The contacts of one pupil as they are now; one or two calls, nothing kept (H10)."""
        from connectors.wonde import schools, single

        school = self._approved_school()
        http = self._http(schools.base_for(school, self._base))
        return single.contacts(http, f"schools/{quote(str(school['id']), safe='')}", source_id)

    def _approved_school(self) -> Row:
        """The school's row, once it is approved and online; the matching error otherwise."""
        from connectors.wonde import schools

        school = self._found()
        if isinstance(school, Access):
            raise NotAuthorised(school.message, mend=school.mend)
        state = schools.state_of(self._http(schools.base_for(school, self._base)), school)
        if state is AccessState.APPROVED:
            return school
        message, mend = schools.WORDS[state]
        kind = {
            AccessState.OFFLINE: MisOffline,
            AccessState.PENDING: AccessPending,
            AccessState.NOT_ASKED: NotAuthorised,
        }.get(state, AccessRefused)
        raise kind(message, mend=mend)

    def _reading(self, request: ExtractRequest, school: Row) -> Reading:
        from connectors.wonde import schools
        from connectors.wonde.reading import Options, Reading

        options = Options(
            paging=self._settings["paging"],
            per_page=int(self._settings["per_page"]),
            check_counts=self._settings["counts"] == "check",
            limited=self._limited(school),
            now=clock.now(self.setup),
            today=clock.today(self.setup, request),
        )
        http = self._http(schools.base_for(school, self._base))
        return Reading(http, f"schools/{quote(str(school['id']), safe='')}", request, options)

    def _limited(self, school: Row) -> frozenset[str]:
        """Fields the MIS behind Wonde is known not to supply (catalogue, E1-E5)."""
        from connectors import catalogue

        try:
            entry = catalogue.entry(str(school.get("mis") or ""))
        except catalogue.UnknownMis:
            return frozenset()
        route = entry.route(DECLARATION.route)
        return frozenset(route.limits) if route else frozenset()
