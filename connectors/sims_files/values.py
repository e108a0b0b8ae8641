"""Texts of a folded row → values of a record.  A value that cannot be used costs its field, not the person.

One date written month first makes the whole column untrustworthy, so there the file is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.delimited import cells
from connectors.errors import BadFile
from connectors.findings import Findings
from connectors.sims_files.opened import Opened

DAYS = frozenset({"date_of_birth", "start_date", "end_date", "admission_date", "leaving_date", "day"})
FLAGS = frozenset({"teaching", "part_time", "parental_responsibility"})
_TEACHING = {
    "teacher": True, "teaching": True, "teaching staff": True, "support": False, "support staff": False,
    "non-teaching": False, "non teaching": False, "non-teaching staff": False, "associate staff": False,
}  # fmt: skip


@dataclass(slots=True)
class Values:
    """Reads the values of one file; ``latest`` is the last year that two digits can mean."""

    file: Opened
    findings: Findings
    latest: int

    def of(self, texts: dict[str, str], line: int, source_id: str, names: Iterable[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in names:
            text = texts.get(name)
            if text is None:
                continue
            if name in DAYS:
                found[name] = self.day(name, text, line, source_id)
            elif name in FLAGS:
                found[name] = self.flag(name, text, line, source_id)
            else:
                found[name] = text
        return found

    def day(self, name: str, text: str, line: int, source_id: str) -> date | None:
        found, oddity = cells.day(text[:60], self.latest)
        if oddity == cells.MONTH_FIRST:
            where = self.file.where(line, name)
            raise BadFile(
                f"{where}: “{text[:20]}” has the month first; other dates there may be misread.",
                mend="Set the regional format of the Windows account to English (United Kingdom), run the "
                "export again; nothing was changed.",
                where=where,
            )  # fmt: skip
        if found is None:
            self._reject(name, text, line, source_id, "bad_date", f"“{text[:30]}” is not a day.")
        return found

    def flag(self, name: str, text: str, line: int, source_id: str) -> bool | None:
        found = cells.yes_no(text)
        if found is None and name == "teaching":
            found = _TEACHING.get(text.casefold())
        if found is None:
            self._reject(name, text, line, source_id, "bad_flag", f"“{text[:30]}” is neither yes nor no.")
        return found

    def _reject(self, name: str, text: str, line: int, source_id: str, code: str, message: str) -> None:
        self.findings.reject(
            (self.file.report,), self.file.where(line, name), code=code, field=name, source_id=source_id,
            value=text, message=message,
        )  # fmt: skip
