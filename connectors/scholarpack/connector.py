"""The connector itself: consent, access, probe and extract for one school in ScholarPack."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from connectors import clock, probes
from connectors.base import Access, AccessState, Probe, Setup
from connectors.closing import OneSchool
from connectors.errors import ConnectorError, EmptyExtract, ScopeMissing
from connectors.http import Http, Limits, check_base, check_secret
from connectors.records import Batch, ExtractRequest, Finished, Notice, Report
from connectors.scholarpack import scopes
from connectors.scholarpack.declaration import DECLARATION
from connectors.scholarpack.fieldmap import FieldMap
from connectors.typed import settings_of

if TYPE_CHECKING:
    from connectors.scholarpack.consent import Consent

EVERYTHING = ExtractRequest(reports=frozenset(offer.report for offer in DECLARATION.reports))


class ScholarPack(OneSchool):
    """One school.  ``setup.settings`` and ``secrets`` as declared, with the tokens kept beside them;
    ``limits`` is for tests.  The token alone says which school is meant."""

    declaration = DECLARATION

    def __init__(self, setup: Setup, *, limits: Limits | None = None) -> None:
        from connectors.scholarpack.consent import Consent

        self.setup = setup
        self._settings = settings_of(DECLARATION, setup, whole=True)
        secret = check_secret(setup.secrets.get("client_secret", ""), title="client secret")
        self._base = check_base(self._settings["url"])
        self._fill_in()
        self.fields = FieldMap.parse(self._settings["fields"])
        self._limits = limits or Limits()
        self.consent: Consent = Consent(
            self._settings, {**setup.secrets, "client_secret": secret}, keep=setup.keep,
            now=lambda: clock.now(setup), limits=self._limits, cancelled=setup.cancelled,
        )  # fmt: skip
        self._made: Http | None = None

    def _fill_in(self) -> None:
        """Consent page and tokens stand on the same host, unless told otherwise."""
        host = re.sub(r"/api/v\d+/?$", "/", self._base)
        for name, path in (("authorize_url", "oauth2/authorize/"), ("token_url", "oauth2/token/")):
            self._settings[name] = self._settings[name] or host + path
            check_base(self._settings[name])

    def _http(self) -> Http:
        if self._made is None:
            from connectors.scholarpack.consent import ConsentSigner

            self._made = Http(
                self._base, headers={}, secrets=self.consent.secrets(), limits=self._limits,
                cancelled=self.setup.cancelled, signer=ConsentSigner(self.consent),
            )  # fmt: skip
        return self._made

    @property
    def _asked(self) -> ExtractRequest:
        return EVERYTHING if self.setup.consent is None else self.setup.consent

    # -- how authorisation stands -------------------------------------------------

    def access(self) -> Access:
        """The school itself, and one record of each accepted report.  A code that was typed is used now."""
        from connectors.scholarpack import probing
        from connectors.scholarpack.answers import (
            CodeRefused,
            ConsentMissing,
            ConsentRefused,
            Withdrawn,
        )

        try:
            name, urn = self._school()
            if urn and self.setup.school.urn and urn != self.setup.school.urn:
                return self._another(name, urn)
            reports = self._asked.reports
            seen = probing.look(self._http(), reports)
        except ConsentMissing as problem:
            state = AccessState.PENDING if self.consent.asked else AccessState.NOT_ASKED
            return self._said(state, problem)
        except ConsentRefused as problem:
            return self._said(AccessState.DECLINED, problem)
        except CodeRefused as problem:
            return self._said(AccessState.REFUSED, problem)
        except Withdrawn as problem:
            return self._said(AccessState.PENDING if self.consent.asked else AccessState.REVOKED, problem)
        return self._granted(name, probing.shared(seen, reports), reports, seen)

    def _granted(
        self, name: str, granted: frozenset[Report], reports: frozenset[Report], seen: dict[str, Any]
    ) -> Access:
        missing = sorted({scopes.scope_of(one.path) for one in seen.values() if one.refused is not None})
        told = f"{name or 'The school'} has consented in ScholarPack."
        mend = ""
        if missing:
            told += f" Scope not granted: {', '.join(missing)}."
            mend = "Authorise again with it (misconsole authorise SCHOOL), or decline the report here."
        return Access(
            state=AccessState.APPROVED, message=told, mend=mend, remote_name=name, granted=granted,
            withheld=reports - granted, link=self._open_link(),
        )  # fmt: skip

    def _another(self, name: str, urn: str) -> Access:
        """Consent given by somebody at another school: none of its data is read."""
        return Access(
            state=AccessState.REFUSED, remote_name=name, link=self._open_link(),
            message=f"The consent is another school's: {name[:80]} (URN {urn[:20]}).",
            mend="Have the link opened by this school, and type the code that comes back.",
        )  # fmt: skip

    def _school(self) -> tuple[str, str]:
        """Name and URN as far as ScholarPack tells them; a school without that scope is simply not named."""
        from connectors.scholarpack.answers import plainly
        from connectors.values import Faults

        try:
            data = self._http().get("school/").data
        except ScopeMissing:
            return "", ""
        except ConnectorError as problem:
            told = plainly(problem, "school/")
            raise told from None
        row = data.get("data", data) if isinstance(data, dict) else data
        row = row[0] if isinstance(row, list) and row else row
        if not isinstance(row, dict):
            return "", ""
        silent = Faults(Report.STUDENTS)
        name, urn = (self.fields.read("school", row, one, silent) for one in ("name", "urn"))
        return name or "", urn or ""

    def _said(self, state: AccessState, problem: ConnectorError) -> Access:
        return Access(state=state, message=problem.message, mend=problem.mend, link=self._open_link())

    def _open_link(self) -> str:
        """The link made last, while what it brings is still awaited."""
        return self._link() if self.consent.asked and self._asked.reports else ""

    def _link(self) -> str:
        return self.consent.link(
            scopes.wanted(self._asked, first_party=self._settings["contacts"] == "first")
        )

    def request_access(self) -> Access:
        """Makes the link the school consents by, with the scopes of the accepted reports (B6); where all of
        them are granted already, tells how access stands."""
        if not self._asked.reports:
            return Access(
                state=AccessState.NOT_ASKED,
                message="No report is accepted yet, so there is nothing to ask for.",
                mend="Accept reports first: the link asks for their scopes.",
            )  # fmt: skip
        now = self.access() if self.consent.given else None
        if now is not None and now.state is AccessState.APPROVED and not now.withheld:
            return now
        link = self._link()
        if now is not None and now.state is AccessState.APPROVED:
            return Access(
                state=now.state, message=now.message, mend=now.mend, link=link, granted=now.granted,
                withheld=now.withheld, remote_name=now.remote_name,
            )  # fmt: skip
        from connectors.scholarpack.answers import WHO

        return Access(
            state=AccessState.PENDING, link=link,
            message="The link is made: open it in a browser, and type what comes back.",
            mend=f"To be opened by {WHO}; the school's URL it asks for stands in Admin > Config > "
            "API Configuration.",
        )  # fmt: skip

    # -- tests --------------------------------------------------------------------

    def probe(self) -> tuple[Probe, ...]:
        """Connectivity (host, TLS, tokens), then data: one record of each accepted report, with its keys."""
        try:
            self._school()
        except ConnectorError as problem:
            return probes.unreached(problem, "ScholarPack could not be read from")
        reached = Probe(name="connectivity", ok=True, message="ScholarPack answers and takes the consent.")
        return reached, self._data()

    def _data(self) -> Probe:
        from connectors.scholarpack import probing

        try:
            seen = probing.look(self._http(), self._asked.reports)
            if not any(one.row for one in seen.values()):
                refused = next((one.refused for one in seen.values() if one.refused), None)
                raise refused or EmptyExtract("ScholarPack answers, but with no record at all.")
        except ConnectorError as problem:
            return probes.failed("data", problem)
        told = "; ".join(probing.described(self.fields, one) for one in seen.values())
        lost = [name for one in seen.values() for name in probing.missing(self.fields, one)]
        if lost:
            mend = f"Name the key of each: --set fields={lost[0]}=KEY"
            return Probe(name="data", ok=False, message=f"No key for {', '.join(lost)}: {told}.", mend=mend)
        return Probe(name="data", ok=True, message=f"Data arrives: {told}. Compare with the field map.")

    # -- reading ------------------------------------------------------------------

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Reads the accepted reports, one after the other, everything each time."""
        from connectors.scholarpack.answers import plainly
        from connectors.scholarpack.reading import Reading

        try:
            reading = Reading(
                self._http(),
                self.fields,
                request,
                clock.today(self.setup, request),
                per_page=int(self._settings["per_page"]),
            )
            with contextlib.closing(reading.run()) as stream:
                yield from stream
        except ConnectorError as problem:
            told = plainly(problem, "")
            raise told from None
