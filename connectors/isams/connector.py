"""The connector itself: access, probe and extract for one school's iSAMS or Ed:gen."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors import clock, probes
from connectors.base import Access, AccessState, Probe, Setup
from connectors.closing import OneSchool
from connectors.errors import BadSettings, ConnectorError, NotAuthorised, ScopeMissing
from connectors.http import Http, Limits, check_base
from connectors.isams.declaration import DECLARATION
from connectors.records import Batch, ExtractRequest, Finished, Notice, Report
from connectors.typed import secret_of, settings_of

if TYPE_CHECKING:
    from connectors.isams.reading import Source

REPORTS = tuple(offer.report for offer in DECLARATION.reports)
GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
SCOPES = {"rest": "restapi", "batch": "apiv1"}
WAITS = {
    "rest": Limits(read=60.0, retries=5, longest_wait=120.0, deadline=600.0),
    "batch": Limits(
        read=300.0, retries=3, backoff=2.0, longest_wait=120.0, deadline=900.0, body=256 * 1024 * 1024
    ),
}  # fmt: skip


class Isams(OneSchool):
    """One school.  ``setup.settings`` and ``secrets`` as declared; ``limits`` is for tests.

    Without address or credentials it can be made, and tells so when asked for access (B11).
    """

    declaration = DECLARATION

    def __init__(self, setup: Setup, *, limits: Limits | None = None) -> None:
        self.setup = setup
        self._settings = settings_of(DECLARATION, setup)
        self._secret = secret_of(DECLARATION, setup, "client_secret")
        told = self._settings["url"]
        told = self._settings["own_address"] if told == "own" else told
        self._base = check_base(told if "://" in told else f"https://{told}") if told else ""
        self._limits = limits or WAITS[self._settings["interface"]]
        self._made: Http | None = None
        self._tokens: Http | None = None

    def close(self) -> None:
        super().close()
        if self._tokens is not None:
            self._tokens.close()
            self._tokens = None

    def _source(self) -> Source:
        """Raises NotIssued or BadSettings where there is nothing to ask, or nothing to ask with."""
        from connectors.isams.answers import NotIssued, no_address, no_key

        client = self._settings["client_id"]
        if not self._secret or not (client or self._settings["interface"] == "batch"):
            raise NotIssued("Client ID and Client Secret, or a Batch API key, are still to be typed.")
        if not self._base:
            raise no_address()
        keyed = not client
        if keyed and not re.fullmatch(GUID, self._secret):
            raise no_key()
        if self._settings["interface"] == "batch":
            from connectors.isams.batch import BatchSource

            return BatchSource(self._http(keyed=keyed), client or self._secret, keyed)
        from connectors.isams.rest import RestSource

        return RestSource(self._http(keyed=False), int(self._settings["page_size"]))

    def _http(self, *, keyed: bool) -> Http:
        if self._made is None:
            signer = None
            if not keyed:
                from connectors.isams.tokens import Tokens
                from connectors.oauth import TokenSigner

                self._tokens = Http(
                    self._base,
                    headers={},
                    secrets=(self._secret,),
                    limits=self._limits,
                    cancelled=self.setup.cancelled,
                )
                scope = SCOPES[self._settings["interface"]]
                signer = TokenSigner(Tokens(self._tokens, self._settings["client_id"], self._secret, scope))
            self._made = Http(
                self._base, headers={}, secrets=(self._secret,), limits=self._limits,
                cancelled=self.setup.cancelled, signer=signer,
            )  # fmt: skip
        return self._made

    # -- how authorisation stands -------------------------------------------------

    def access(self) -> Access:
        """A token and one record of each report.  What is missing, refused or not permitted is a state."""
        from connectors.http_errors import NotFound
        from connectors.isams.answers import NotIssued

        try:
            shared = self._source().shared(REPORTS)
        except NotIssued as problem:
            return self._said(AccessState.NOT_ASKED, problem)
        except NotAuthorised as problem:
            return self._said(AccessState.REFUSED, problem)
        except (BadSettings, NotFound) as problem:
            return self._said(AccessState.UNKNOWN, problem)
        granted = frozenset(report for report, count in shared.items() if count is not None)
        if not granted:
            return self._said(AccessState.PENDING, self._nothing())
        return Access(
            state=AccessState.APPROVED, message="iSAMS answers and lets us read.", remote_id=self._host(),
            granted=granted, withheld=frozenset(shared) - granted,
        )  # fmt: skip

    def _nothing(self) -> ScopeMissing:
        """Connected, and nothing may be read: the school's administrator mends it (reference §2)."""
        from connectors.isams import answers

        if self._settings["interface"] == "batch":
            return answers.no_method(" and ".join(answers.METHODS.values()), "")
        return answers.no_permission(" or ".join(answers.MODULES.values()))

    def _said(self, state: AccessState, problem: ConnectorError) -> Access:
        return Access(state=state, message=problem.message, mend=problem.mend, remote_id=self._host())

    def _host(self) -> str:
        from urllib.parse import urlsplit

        host = (urlsplit(self._base).hostname or "") if self._base else ""
        return host.removesuffix(".isams.cloud").removesuffix(".edgen.cloud")

    def request_access(self) -> Access:
        """Nothing can be asked of iSAMS itself: IRIS issues the client.  Tells how it stands now."""
        return self.access()

    # -- tests --------------------------------------------------------------------

    def probe(self) -> tuple[Probe, ...]:
        """Connectivity (address, TLS, credentials), then data: one record of each report (D12, U7)."""
        try:
            shared = self._source().shared(REPORTS)
        except ConnectorError as problem:
            return probes.unreached(problem, "iSAMS could not be read from")
        reached = Probe(name="connectivity", ok=True, message="iSAMS answers and accepts the credentials.")
        return reached, self._data(shared)

    def _data(self, shared: dict[Report, int | None]) -> Probe:
        told = ", ".join(f"{one.value} {'not shared' if n is None else n}" for one, n in shared.items())
        if any(shared.values()):
            return Probe(name="data", ok=True, message=f"Data arrives: {told}.")
        if all(count is None for count in shared.values()):
            problem = self._nothing()
            return Probe(name="data", ok=False, message=problem.message, mend=problem.mend)
        return Probe(
            name="data", ok=False, message=f"iSAMS answers, but with nobody: {told}.",
            mend="Check that the address is this school's and what the client or key may read.",
        )  # fmt: skip

    # -- reading ------------------------------------------------------------------

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Reads the accepted reports, one after the other, always whole: neither API tells who is gone."""
        from connectors.isams.reading import Reading

        reading = Reading(self._source(), request, clock.today(self.setup, request), self._settings)
        with contextlib.closing(reading.run()) as stream:
            yield from stream
