"""The drop folder: which file is which report, which is the newest, whether it lies still, whose it is.

A report belongs to a file by its name, with or without a day in it (``students.xml``,
``Students_2026-01-15.csv``).  Of several the newest counts.
"""

from __future__ import annotations

import os
import re
import stat
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from connectors.delimited.source import CHANGING, Source, unreadable
from connectors.errors import BadFile
from connectors.records import Notice, Report
from connectors.sims_files.layout import BY_NAME, LAYOUTS

_DAY = re.compile(r"[-_ .]*(?:\d{4}[-_.]?\d\d[-_.]?\d\d|\d\d[-_.]\d\d[-_.]\d{4})(?:[-_ .T]*\d{4,6})?$")
_ALL, _GROUP = stat.S_IWOTH, stat.S_IWGRP


def report_of(name: str) -> Report | None:
    """Which report a file is by its name; None for a name that says nothing."""
    stem = _DAY.sub("", Path(name).stem.casefold()).strip()
    return BY_NAME.get(re.sub(r"[-_ &+]+", "-", stem))


class Drop(Source):
    """The files of the folder that are reports; everything else is told and not read."""

    suffixes: ClassVar[tuple[str, ...]] = (".xml", ".csv", ".txt")
    single: ClassVar[bool] = False

    def listed(self, name: str) -> str | None:
        if report_of(name) is not None:
            return name
        self.oddities.append((name, "is no report by its name and is not read"))
        return None

    def newest(self) -> dict[Report, str]:
        """Report → its newest file; the others are told."""
        found: dict[Report, str] = {}
        for name in self.names:
            report = report_of(name)
            if report is None:
                continue
            other = found.get(report)
            if other is None or (self.written(name), name) > (self.written(other), other):
                found[report], other, name = name, name, other or ""
            if name:
                self.oddities.append((name, f"is older than {found[report]} and is not read"))
        return {layout.report: found[layout.report] for layout in LAYOUTS if layout.report in found}

    def check_still(self, name: str, *, now: datetime, settle: int) -> None:
        """Raise BadFile for a file written to a moment ago.  A clock that is ahead is not waited for."""
        age = (now - self.written(name)).total_seconds()
        if -settle < age < settle:
            raise BadFile(
                f"{self.spelt(name)} was written {max(0, int(age))} seconds ago and may still be growing; "
                f"it must lie still for {settle} seconds.",
                mend=CHANGING, where=self.spelt(name),
            )  # fmt: skip

    def check_rights(self, owner: str) -> list[Notice]:
        """Whose the folder and its files are, and who else may write or read them.

        Raises BadFile where anybody may write there, or where something is not the ``owner``'s.
        """
        if os.name != "posix":
            return []
        notices = []
        for path in (self.path, *(self.path / name for name in self._files())):
            try:
                found = path.stat()
            except OSError as problem:
                raise unreadable(path, problem) from None
            self._check_one(path, found, owner)
            notices += _told(path, found) if path == self.path else []
        return notices

    def owner(self) -> str:
        """The folder's owner, for the eye."""
        return _name(self.path.stat().st_uid) if os.name == "posix" else ""

    def _files(self) -> tuple[str, ...]:
        return () if self.path.is_file() else tuple(self.spelt(name) for name in self.names)

    def _check_one(self, path: Path, found: os.stat_result, owner: str) -> None:
        if found.st_mode & _ALL:
            raise BadFile(
                f"{path.name} may be written by everybody on this machine, so it cannot be trusted.",
                mend=f"Let only the account of the export write there (chmod o-w “{path}”).", where=str(path),
            )  # fmt: skip
        if owner and owner not in (str(found.st_uid), _name(found.st_uid)):
            raise BadFile(
                f"{path.name} belongs to {_name(found.st_uid)}, not to {owner}.", where=str(path),
                mend="Find out who put it there; or correct the setting owner.",
            )  # fmt: skip


def _told(path: Path, found: os.stat_result) -> list[Notice]:
    told = []
    if found.st_mode & stat.S_IROTH:
        told.append(("readable_by_all", "may be read by everybody on this machine", "o-rx"))
    if found.st_mode & _GROUP:
        told.append(("writable_by_group", f"may be written by the whole group {found.st_gid}", "g-w"))
    return [
        Notice(
            level="warning",
            code=code,
            message=f"The folder {path.name} {what}; it holds personal data.",
            mend=f"Take that right away if nobody needs it (chmod {how} “{path}”).",
        )
        for code, what, how in told
    ]


def _name(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
