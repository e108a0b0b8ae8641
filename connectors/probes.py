"""How a test that failed is told.  Connectivity and data are tested apart, and data is not even tried where
nothing answers (D10-D13)."""

from __future__ import annotations

from connectors.base import Probe
from connectors.errors import Cancelled, ConnectorError


def failed(name: str, problem: ConnectorError) -> Probe:
    """A test that was called off says nothing about the connection: Cancelled goes on up."""
    if isinstance(problem, Cancelled):
        raise problem
    return Probe(name=name, ok=False, message=problem.message, mend=problem.mend)


def unreached(problem: ConnectorError, why: str) -> tuple[Probe, Probe]:
    """Both tests, where the first has failed; ``why`` the second was not tried, as a sentence's end."""
    skipped = Probe(name="data", ok=False, message=f"Not tried: {why}.", mend="Mend the connection first.")
    return failed("connectivity", problem), skipped
