"""A package from its manifest on: what the reader of rosters asks for, out of the files of the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from connectors.base import SchoolRef
from connectors.errors import BadFile
from connectors.oneroster_common.reader import Roster
from connectors.oneroster_common.roles import Roles, read_roles
from connectors.oneroster_common.rows import DELTA
from connectors.oneroster_common.words import MAX_VALUE
from connectors.oneroster_csv.manifest import read_manifest
from connectors.oneroster_csv.package import Package
from connectors.oneroster_csv.standard import COLUMNS
from connectors.oneroster_csv.table import Table
from connectors.records import ExtractRequest, Notice


class PackageReader(Roster):
    """One reading of one package for one school. Raises connector errors only."""

    longest = MAX_VALUE
    empty_mend = "Nothing was changed. Have the MIS export the school again."

    def __init__(
        self, package: Package, *, school: SchoolRef, settings: Mapping[str, str], today: date,
        request: ExtractRequest, cancelled: Callable[[], bool],
    ) -> None:  # fmt: skip
        super().__init__(settings=settings, today=today, request=request, cancelled=cancelled)
        self.package = package
        self.modes = self.manifest = read_manifest(package, self.findings)
        for name, said in package.oddities:
            self.findings.note("file_name", name, message=f"{said}.", level="info")
        self._check_profiles()
        self.choose(school)

    def table(self, name: str) -> Table | None:
        """The file's table; None where the package does not have the file."""
        mode = self.manifest.mode(name)
        return Table(self.package, name, mode, self.findings) if self.manifest.has(name) else None

    def settle(self) -> None:
        self.package.check_unchanged()

    def users(self) -> tuple[Table | None, Roles | None]:
        users = self.table("users")
        if users is None:
            if DELTA not in self.manifest.modes.values():
                raise BadFile("The package has no users.csv.", where="users.csv")
            return None, None
        self._check_version(users)
        if users.version == "1.1":
            return users, None
        table = self.table("roles")
        if table is None:
            raise BadFile(
                "The package has no roles.csv, so nothing says who is a pupil and who is staff.",
                mend="OneRoster 1.2 needs roles.csv; have the MIS write it.", where="roles.csv",
            )  # fmt: skip
        return users, read_roles(table, self.org, self.orgs, orgs_whole=self.manifest.whole("orgs"))

    def no_groups(self) -> Notice:
        return Notice(
            level="warning", code="report_absent",
            message="The package has no classes.csv and enrollments.csv, so there are no groups and classes.",
            mend="Have the MIS write them, or decline the report.",
        )  # fmt: skip

    def _check_profiles(self) -> None:
        """userProfiles is not used; that it holds something else altogether is worth a word."""
        if not self.package.has("userProfiles"):
            return
        header = next(self.package.lines("userProfiles"), b"").decode("utf-8-sig", "replace")
        known = COLUMNS["userProfiles"].split(",")
        foreign = [c for cell in header.split(",") if (c := cell.strip()) and c not in known]
        if foreign:
            self.findings.note(
                "columns_foreign", self.package.spelt("userProfiles"), line=1, column=foreign[0][:80],
                level="info", message="is not a column of the standard; the file is not used.",
            )  # fmt: skip

    def _check_version(self, users: Table) -> None:
        said = self.manifest.version
        if not said.startswith(users.version):
            self.findings.note(
                "version", "manifest.csv", column="oneroster.version",
                message=f"says “{said[:20]}”, but users.csv is of version {users.version}; that counts.",
            )  # fmt: skip
