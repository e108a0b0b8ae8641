"""OneRoster 1.1 and 1.2 as CSV packages: a folder or a ZIP that any MIS may write.

``extract`` yields records of the one school set, notices for what is odd, and ``Rejected`` for what cannot
be used, each with file, row and column.  The package is never unpacked, changed or moved, and passwords
in it are never read.  Which files say everything and which only changes is the manifest's word; where it
says nothing, nobody is taken for gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from connectors import clock, probes
from connectors.base import Access, AccessState, Probe
from connectors.delimited.connector import FilesConnector
from connectors.delimited.source import whole_path
from connectors.errors import BadSettings, ConnectorError
from connectors.oneroster_common.grades import CHOICES
from connectors.oneroster_common.words import USERNAME_USES
from connectors.oneroster_csv.declaration import DECLARATION
from connectors.oneroster_csv.package import Package
from connectors.oneroster_csv.read import PackageReader
from connectors.records import Batch, ExtractRequest, Finished, Notice, Report

NOTHING = ExtractRequest(reports=frozenset())


class OneRosterCsv(FilesConnector):
    """Reads the package that the setting ``path`` names. Every method may raise ``ConnectorError``."""

    declaration = DECLARATION

    def access(self) -> Access:
        """Approved when the package can be read, refused with the reason when it cannot."""
        path = self._path()
        try:
            with closing(Package(path)) as package:
                reader = self._reader(package, NOTHING)
        except ConnectorError as problem:
            return Access(state=AccessState.REFUSED, message=problem.message, mend=problem.mend)
        granted = {Report.STUDENTS, Report.STAFF, Report.CONTACTS}
        if all(reader.manifest.has(name) for name in ("classes", "enrollments")):
            granted.add(Report.GROUPS_CLASSES)
        org = reader.org
        return Access(
            state=AccessState.APPROVED, message=f"The package of {org.name or org.id} is there.",
            remote_id=org.id, remote_name=org.name, granted=frozenset(granted),
            withheld=frozenset({Report.GROUPS_CLASSES}) - granted,
        )  # fmt: skip

    def probe(self) -> tuple[Probe, ...]:
        """Whether the path can be read; then the manifest and the first row of each file."""
        path = self._path()
        try:
            with closing(Package(path)) as package:
                found = Probe(name="connectivity", ok=True, message=f"{path} can be read.")
                return found, self._probe_data(package)
        except ConnectorError as problem:
            return probes.unreached(problem, "the package could not be opened")

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Stream the package. Damaged, or changed meanwhile: ``BadFile`` before any ``Finished``."""
        with closing(Package(self._path())) as package:
            yield from self._reader(package, request).items()

    def _probe_data(self, package: Package) -> Probe:
        try:
            reader = self._reader(package, NOTHING)
            seen = [name for name in package.names if reader.manifest.has(name)]
            for name in seen:
                table = reader.table(name)
                if table is not None:
                    next(table.rows(quiet=True), None)
        except ConnectorError as problem:
            return probes.failed("data", problem)
        org = reader.org
        return Probe(name="data", ok=True, message=f"{len(seen)} files for {org.name or org.id} can be read.")

    def _reader(self, package: Package, request: ExtractRequest) -> PackageReader:
        setup = self.setup
        return PackageReader(
            package, school=setup.school, settings=self._settings(), today=clock.today(setup, request),
            request=request, cancelled=setup.cancelled,
        )  # fmt: skip

    def _settings(self) -> dict[str, str]:
        settings = {name: value.strip() for name, value in self.setup.settings.items()}
        for name, choices in (("grades", CHOICES), ("username", USERNAME_USES)):
            if settings.get(name) and settings[name] not in choices:
                raise BadSettings(f"{name} is “{settings[name][:40]}”, not one of {', '.join(choices)}.")
        return settings

    def _path(self) -> Path:
        return whole_path(self.setup.settings.get("path", ""))


CONNECTOR = OneRosterCsv
