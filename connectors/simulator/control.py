"""Client of the control face: what the palette, the commands and the tests use to play the school.

Every method raises ``ControlProblem`` with the server's own words when a call is refused or nobody answers.
"""

from __future__ import annotations

from typing import Any


class ControlProblem(Exception):
    """The simulator refused a call, or is not there."""


class Control:
    """``url`` and ``key`` come from the ready file. ``urn`` is a URN, slug or Wonde id; None: all schools."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self._key = url.rstrip("/"), key

    def _call(self, name: str, **body: Any) -> Any:
        import httpx  # late: the command line imports this module for its help alone

        try:
            answer = httpx.post(
                f"{self.url}/_control/{name}", json=body, headers={"X-Control-Key": self._key}, timeout=120,
                trust_env=False,
            )  # fmt: skip
            document = answer.json()
        except (httpx.HTTPError, ValueError) as problem:
            raise ControlProblem(f"The simulator does not answer at {self.url}: {problem}") from problem
        if answer.status_code != 200:
            raise ControlProblem(str(document.get("error", answer.status_code)))
        return document

    def state(self) -> dict[str, Any]:
        """seed, today, requests, faults, trap, and schools: urn → {state, online, asked}."""
        return dict(self._call("state"))

    def schools(self) -> list[dict[str, Any]]:
        """Each school's particulars, with how many pupils and staff it has and its access state."""
        return list(self._call("schools"))

    def approve(self, urn: str | None = None) -> None:
        self._call("approve", urn=urn)

    def decline(self, urn: str | None = None) -> None:
        self._call("decline", urn=urn)

    def revoke(self, urn: str | None = None) -> None:
        self._call("revoke", urn=urn)

    def offline(self, urn: str | None, on: bool = True) -> None:
        self._call("offline", urn=urn, on=on)

    def advance(self, days: int = 1) -> str:
        """Lets days pass; returns the simulated day, ISO."""
        return str(self._call("advance", days=days)["today"])

    def fault(self, urn: str | None, kind: str, **how: Any) -> None:
        """Kinds and their settings: connectors.simulator.faults."""
        self._call("fault", urn=urn, kind=kind, **how)

    def clear_faults(self) -> None:
        self._call("clear_faults")

    def directory(self, urn: str) -> list[dict[str, str]]:
        """Rows of the school's account file."""
        return list(self._call("directory", urn=urn))

    def exclusions(self, urn: str) -> list[dict[str, str]]:
        """Names the school wants kept out: given_name, family_name, role, reason, review_on."""
        return list(self._call("exclusions", urn=urn))

    def typed(self, urn: str, route: str, *, folder: str = "") -> dict[str, dict[str, str]]:
        """settings and secrets that reach the school by a route; files are written to ``folder``."""
        return dict(self._call("typed", urn=urn, route=route, folder=folder))

    def target(self, urn: str, kind: str) -> dict[str, dict[str, str]]:
        """settings and secrets that reach the school's simulated directory of a kind (google, graph)."""
        return dict(self._call("target", urn=urn, kind=kind))
