"""SIMS and SIMS Connected by the files that CommandReporter writes.

A scheduled task on the school's SIMS machine runs the reports of ``layout`` and leaves them in a drop folder,
as XML or CSV; here they are read and never changed or moved.  Nothing reaches SIMS from here, and no password
of SIMS is known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from connectors import probes
from connectors.base import Access, AccessState, Probe
from connectors.delimited import freshness
from connectors.delimited.connector import FilesConnector
from connectors.delimited.source import whole_path
from connectors.errors import BadFile, BadSettings, ConnectorError
from connectors.records import Batch, ExtractRequest, Finished, Notice
from connectors.sims_files.declaration import DECLARATION
from connectors.sims_files.drop import Drop
from connectors.sims_files.layout import BY_REPORT, EXTERNAL, PERSON, own_captions
from connectors.sims_files.read import CURRENT, Choices, Reading, deliver


class SimsFiles(FilesConnector):
    """Reads the folder that the setting ``path`` names. Every method may raise ``ConnectorError``."""

    declaration = DECLARATION

    def access(self) -> Access:
        """Approved once a current report lies in a folder that can be trusted; reports by their names."""
        choices = self._choices()
        try:
            with closing(self._drop()) as drop:
                if choices.rights:
                    drop.check_rights(choices.owner)
                there = frozenset(drop.newest())
        except ConnectorError as problem:
            return Access(state=AccessState.REFUSED, message=problem.message, mend=problem.mend)
        if not there & frozenset(CURRENT):
            return Access(
                state=AccessState.REFUSED, message="The folder holds no report of current pupils or staff.",
                mend="Set up the export on the SIMS machine (docs/sims-export.md) and run its task once.",
            )  # fmt: skip
        return Access(
            state=AccessState.APPROVED, granted=there, withheld=frozenset(BY_REPORT) - there,
            message=f"There are files of {len(there)} of {len(BY_REPORT)} reports.",
        )  # fmt: skip

    def probe(self) -> tuple[Probe, ...]:
        """D10 to D12: whether the folder is there and guarded; apart from it, the newest set of reports."""
        try:
            choices = self._choices()
            drop = self._drop()
        except ConnectorError as problem:
            return probes.failed("connectivity", problem), probes.failed("data", problem)
        with closing(drop):
            try:
                notices = drop.check_rights(choices.owner) if choices.rights else []
                owner = drop.owner()
            except ConnectorError as problem:
                return probes.failed("connectivity", problem), probes.failed("data", problem)
            except OSError as problem:
                gone = BadFile(f"{drop.path} cannot be looked at: {problem.strerror}.")
                return probes.failed("connectivity", gone), probes.failed("data", gone)
            told = " ".join(notice.message for notice in notices)
            belongs = f" It belongs to {owner}." if owner and choices.rights else ""
            there = Probe(
                name="connectivity", ok=True, message=f"{drop.path} can be read.{belongs} {told}".strip()
            )
            return there, self._data(drop, choices)

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Stream the files. ``BadFile`` before any ``Finished`` for one that is damaged, changing or not
        trusted; a report that is not there gets a warning and no ``Finished``."""
        with closing(self._drop()) as drop:
            yield from Reading(
                drop, self._choices(), request=request, now=self._now(), cancelled=self.setup.cancelled
            ).items()

    def _data(self, drop: Drop, choices: Choices) -> Probe:
        try:
            found = deliver(drop, choices, now=self._now(), wanted=frozenset(BY_REPORT))
            sheets = [file.sheet for file in found.files.values()]
            aged = list(freshness.notices(sheets, now=self._now(), max_age=choices.max_age))
        except ConnectorError as problem:
            return probes.failed("data", problem)
        lacking = [found.failed[report] for report in CURRENT if report in found.failed]
        old = [notice for notice in found.notices if notice.code == "older_part"]
        if lacking or old:
            message, mend = lacking[0] if lacking else (old[0].message, old[0].mend)
            return Probe(name="data", ok=False, message=message, mend=mend)
        said = [n for file in found.files.values() for n in file.notices(frozenset()) if n.level == "warning"]
        said = [*aged, *said]
        return Probe(
            name="data", ok=True, mend=said[0].mend if said else "",
            message=f"{len(found.files)} reports are whole and have their columns."
            + "".join(f" {notice.message}" for notice in said)
            + "".join(f" {message}" for message, _ in found.failed.values()),
        )  # fmt: skip

    def _drop(self) -> Drop:
        return Drop(whole_path(self.setup.settings.get("path", ""), what="drop folder"))

    def _choices(self) -> Choices:
        settings = {name: text.strip() for name, text in self.setup.settings.items() if text}
        key = settings.get("key") or EXTERNAL
        rights = settings.get("rights") or "check"
        if key not in (EXTERNAL, PERSON) or rights not in ("check", "ignore"):
            raise BadSettings("The setting key is external or person, the setting rights check or ignore.")
        return Choices(
            key=key, captions=own_captions(settings.get("captions", "")), owner=settings.get("owner", ""),
            rights=rights == "check", settle=_number(settings, "settle", 60, "seconds"),
            max_age=self._max_age(),
        )  # fmt: skip


def _number(settings: dict[str, str], name: str, default: int, unit: str) -> int:
    text = settings.get(name, "")
    if text and not (text.isdecimal() and len(text) <= 4):
        raise BadSettings(f"{name} is not a number of {unit}.", mend="Set it to a number, or to nothing.")
    return int(text) if text else default


CONNECTOR = SimsFiles
