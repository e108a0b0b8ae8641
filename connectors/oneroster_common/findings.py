"""What was wrong or odd in a package; the mend names the OneRoster export."""

from __future__ import annotations

from typing import ClassVar

from connectors import findings

FIX_AT_SOURCE = "Have it corrected in the MIS or its OneRoster export; everything else was taken."


class Findings(findings.Findings):
    fix: ClassVar[str] = FIX_AT_SOURCE
