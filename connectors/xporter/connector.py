"""The connector itself: access, probe, extract and one pupil's contacts for one school by Xporter."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors import clock, probes
from connectors.base import Access, AccessState, Probe, Setup
from connectors.closing import OneSchool
from connectors.errors import (
    AccessPending,
    BadSettings,
    ConnectorError,
    EmptyExtract,
    MisOffline,
    NotAuthorised,
    ScopeMissing,
)
from connectors.http import Limits, check_base
from connectors.records import Batch, Contact, ContactLink, ExtractRequest, Finished, Notice, Report
from connectors.typed import secret_of, settings_of
from connectors.xporter import marks
from connectors.xporter.declaration import DECLARATION

if TYPE_CHECKING:
    from connectors.xporter.reading import Options
    from connectors.xporter.session import Session
    from connectors.xporter.snapshot import Snapshot

# What a report needs, as sets of scopes any one of which is enough (reference §8).
_PUPILS, _STAFF = frozenset({"Student", "StudentLite"}), frozenset({"Staff", "StaffLite"})
NEEDS: dict[Report, tuple[frozenset[str], ...]] = {
    Report.STAFF: (_STAFF,),
    Report.STUDENTS: (_PUPILS,),
    Report.STAFF_FUTURE: (_STAFF,),
    Report.STUDENTS_FUTURE: (_PUPILS,),
    Report.GROUPS_CLASSES: (frozenset({"School", "SchoolLite"}),),
    Report.CONTACTS: (_PUPILS, frozenset({"Contact"})),
    Report.ATTENDANCE: (frozenset({"Attendance"}),),
}
USEFUL = {
    "StudentExtended": "pupils' dates of birth and entry dates", "UPN": "UPNs",
    "StaffExtended": "dates of birth of staff", "StaffEmployment": "start and end of employment, roles",
}  # fmt: skip
SAMPLED = (
    ("Students/", "Students", "pupils"), ("Staff/", "Staff", "staff"), ("Groups/", "Group", "groups"),
    ("StudentContacts/", "StudentContacts", "contacts"), (marks.PATH, marks.NAME, "attendance"),
)  # fmt: skip
ASK_SCHOOL = (
    "The school authorises the application in Groupcall's page, which finds it by postcode, number or "
    "URN. The supplier then receives the school's secret: type it here."
)


class Xporter(OneSchool):
    """One school.  ``setup.settings`` and ``secrets`` as declared; ``limits`` is for tests.

    Without relying party or secret it can be made, and says so when asked for access.
    """

    declaration = DECLARATION

    def __init__(self, setup: Setup, *, limits: Limits | None = None) -> None:
        self.setup = setup
        self._settings = settings_of(DECLARATION, setup)
        self._url = check_base(self._settings["url"])
        check_base(self._settings["token_url"])
        self._secret = secret_of(DECLARATION, setup, "secret")
        self._limits = limits or Limits(
            read=float(self._settings["timeout"]), retries=int(self._settings["retries"]), deadline=600.0
        )
        self._made: Session | None = None

    def _estab(self) -> str:
        """Seven digits: LA code and DfE establishment number."""
        school = self.setup.school
        told = self._settings["estab"] or school.la_code.strip() + school.establishment_number.strip()
        digits = re.sub(r"[ /-]", "", told)
        if not re.fullmatch(r"\d{7}", digits):
            raise BadSettings(
                "Xporter knows a school by LA code and establishment number; they are not known here.",
                mend="Type the seven digits (--set estab=8234017).",
            )
        return digits

    def _session(self) -> Session:
        from connectors.xporter.session import Place, Session

        if not (self._settings["relying_party"] and self._secret):
            raise NotAuthorised("There is no secret of this school for Xporter yet.", mend=ASK_SCHOOL)
        if self._made is None:
            place = Place(
                url=self._url, token_url=self._settings["token_url"], estab=self._estab(),
                relying_party=self._settings["relying_party"], secret=self._secret,
            )  # fmt: skip
            self._made = Session(place, limits=self._limits, cancelled=self.setup.cancelled, now=self._now)
        return self._made

    def _now(self) -> datetime:
        return clock.now(self.setup)

    def _today(self) -> date:
        return clock.school_day(self._now())

    # -- how authorisation stands -------------------------------------------------

    def access(self) -> Access:
        """Token, its details, and when the data was taken.  No secret, a paused or refused authorisation
        and a link that is down are states."""
        from connectors.xporter.answers import plainly

        try:
            return self._access()
        except AccessPending as problem:
            return self._said(AccessState.PENDING, problem)
        except MisOffline as problem:
            return self._said(AccessState.OFFLINE, problem)
        except NotAuthorised as problem:
            return self._said(
                AccessState.REFUSED if self._secret else AccessState.NOT_ASKED, plainly(problem)
            )
        except ConnectorError as problem:
            raise plainly(problem) from None

    def _access(self) -> Access:
        session = self._session()
        details = self._details(session)
        scopes = _scopes(details)
        granted = frozenset(r for r, needs in NEEDS.items() if all(scopes & need for need in needs))
        if not granted:
            problem = _nothing_shared()
            return self._said(AccessState.UNKNOWN, problem)
        seen = self._seen(session)
        lacking = [f"{scope} ({what})" for scope, what in USEFUL.items() if scope not in scopes]
        message = "Xporter accepts the school's secret."
        message += f" Not granted: {', '.join(lacking)}." if lacking else ""
        name = details.get("name")
        from connectors.xporter.snapshot import told

        return Access(
            state=AccessState.APPROVED, message=f"{message} {told(seen)}" if seen else message,
            remote_id=session.place.estab, remote_name=name[:200] if isinstance(name, str) else "",
            granted=granted, withheld=frozenset(NEEDS) - granted,
        )  # fmt: skip

    def _details(self, session: Session) -> dict[str, Any]:
        """What the token is good for.  BadSettings where it is another school's."""
        details = session.get("TokenDetails")
        estab = details.get("estab")
        if isinstance(estab, str) and estab.strip() and estab.strip() != session.place.estab:
            raise BadSettings(
                f"The token is for the school {estab.strip()[:20]}, not for {session.place.estab}.",
                mend="Check the school number (--set estab=…) and type this school's own secret.",
            )
        return details

    def _seen(self, session: Session) -> Snapshot | None:
        """When the data was taken; None where the school's own row is not shared.  MisOffline if too old."""
        from connectors.xporter import snapshot
        from connectors.xporter.answers import first

        try:
            meta = first(session.get(session.school("SchoolInfo")), "meta")
        except ScopeMissing:
            return None
        if not meta:
            return None
        seen = snapshot.of(meta)
        snapshot.fresh_enough(seen, self._now(), self._oldest())
        return seen

    def _oldest(self) -> timedelta | None:
        days = int(self._settings["oldest"])
        return timedelta(days=days) if days else None

    def _said(self, state: AccessState, problem: ConnectorError) -> Access:
        return Access(state=state, message=problem.message, mend=problem.mend)

    def request_access(self) -> Access:
        """The school authorises in Groupcall's own page and the supplier receives the secret, so nothing can
        be asked from here.  Tells how it stands now."""
        return self.access()

    # -- tests --------------------------------------------------------------------

    def probe(self) -> tuple[Probe, ...]:
        """Connectivity (host, TLS, secret, token), then data: one row of each collection (D12, U7)."""
        from connectors.xporter.answers import plainly

        try:
            session = self._session()
            self._details(session)
        except ConnectorError as problem:
            return probes.unreached(plainly(problem), "Xporter could not be read from")
        reached = Probe(
            name="connectivity", ok=True, message="Xporter answers and accepts the school's secret."
        )
        try:
            return reached, Probe(name="data", ok=True, message=self._sample(session))
        except ConnectorError as problem:
            return reached, probes.failed("data", plainly(problem))

    def _sample(self, session: Session) -> str:
        """At most one row of each collection, in one sentence; EmptyExtract if nothing comes."""
        from connectors.xporter.answers import listed
        from connectors.xporter.snapshot import told as when

        seen = self._seen(session)
        told: list[str] = []
        came = shared = 0
        dates = marks.span(self._today(), 1)
        for path, name, what in SAMPLED:
            one = {"page": "1", "pageSize": "1", **(dates if path == marks.PATH else {})}
            try:
                rows = listed(session.get(session.school(path), one), name)
            except (ScopeMissing, MisOffline) as problem:
                told.append(f"{what} not {'shared' if isinstance(problem, ScopeMissing) else 'reached now'}")
                continue
            shared += 1
            came += bool(rows)
            told.append(f"{what} yes" if rows else f"no {what}")
        if not shared:
            raise _nothing_shared()
        if not came:
            raise EmptyExtract(f"Xporter answers, but with no data: {', '.join(told)}.")
        return f"Data arrives: {', '.join(told)}.{f' {when(seen)}' if seen else ''}"

    # -- reading ------------------------------------------------------------------

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Reads the accepted reports.  Refuses while the data is too old: it is frozen then, not empty."""
        from connectors.xporter.answers import plainly
        from connectors.xporter.reading import Reading

        try:
            session = self._session()
            self._details(session)
            reading = Reading(session, request, self._options(request))
            with contextlib.closing(reading.run()) as stream:
                yield from stream
        except ConnectorError as problem:
            told = plainly(problem)
            raise told from None

    def _options(self, request: ExtractRequest) -> Options:
        from connectors.xporter.reading import Options

        now = self._now()
        return Options(
            size=int(self._settings["page_size"]), select=self._settings["select"] == "needed",
            follow=self._settings["changes"] == "follow", check=self._settings["counts"] == "check",
            oldest=self._oldest(), weeks=int(self._settings["attendance_weeks"]), now=now,
            today=request.today or self._today(),
        )  # fmt: skip

    def contacts_of(self, source_id: str) -> tuple[Contact | ContactLink, ...]:
        """The contacts of one pupil as they are now; a few calls, nothing kept (H10)."""
        from connectors.xporter import single
        from connectors.xporter.answers import plainly

        try:
            return single.contacts(self._session(), source_id)
        except ConnectorError as problem:
            raise plainly(problem) from None


def _scopes(details: dict[str, Any]) -> frozenset[str]:
    told = details.get("scopes")
    return frozenset(one for one in told if isinstance(one, str)) if isinstance(told, list) else frozenset()


def _nothing_shared() -> ScopeMissing:
    from connectors.xporter.answers import APPROVE_SCOPE

    return ScopeMissing("Xporter accepts the secret, but lets us read nothing.", mend=APPROVE_SCOPE)
