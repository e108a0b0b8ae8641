"""Records of one report, handed over in batches with what was left out beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from connectors.errors import Cancelled
from connectors.findings import Findings
from connectors.records import Batch, Record, Report

PAGE = 500  # records a batch


def pages(
    records: Iterator[Record], *, report: Report, findings: Findings, cancelled: Callable[[], bool]
) -> Iterator[Batch]:
    """Reads ``records`` to their end.  Raises Cancelled between two batches."""
    while True:
        if cancelled():
            raise Cancelled("Reading was cancelled.")
        page = tuple(islice(records, PAGE))
        rejected = findings.take(report)
        if page or rejected:
            yield Batch(report=report, records=page, rejected=rejected)
        if not page:
            return
