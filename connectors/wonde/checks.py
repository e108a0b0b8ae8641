"""Did everything come?  Wonde's own totals beside what arrived (§4, Z20), and people held back (§3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import BadAnswer, ContradictoryExtract, EmptyExtract, ScopeMissing, ShortExtract
from connectors.http import Http
from connectors.records import Notice

COUNTED = ("students", "employees", "classes", "groups")


@dataclass(slots=True)
class Counts:
    """``known``: collection → rows Wonde counts.  ``held``: people kept from us one by one."""

    http: Http
    root: str
    known: dict[str, int] = field(default_factory=dict)
    held: int = 0

    def load(self) -> Iterator[Notice]:
        self.known = self._ask(COUNTED)
        if not self.known:
            yield Notice(
                level="warning",
                code="no_totals",
                message="Wonde gives no totals for this school; a short answer would not be noticed by them.",
                mend="Ask the school to share counts in the Wonde school portal.",
            )

    def _ask(self, names: tuple[str, ...]) -> dict[str, int]:
        try:
            body = self.http.get(f"{self.root}/counts", {"include": ",".join(names)}).data
        except (BadAnswer, ScopeMissing):
            if len(names) == 1:
                return {}
            return {key: value for name in names for key, value in self._ask((name,)).items()}
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, dict):
            return {}
        found = {name: count_in(data.get(name)) for name in names}
        return {name: count for name, count in found.items() if count is not None}

    def check(self, name: str, received: int, what: str) -> Iterator[Notice]:
        """Nothing if they agree.  People come and go while we read, so the total is asked once more
        before ShortExtract or ContradictoryExtract is raised; a few too many is only told."""
        counted = self.known.get(name)
        if counted is None or counted == received:
            return
        totals = (counted, self._ask((name,)).get(name, counted))
        if received < min(totals) - self.held:
            raise ShortExtract(f"Only {received} {what} arrived; Wonde counts {min(totals)}.")
        self.known[name] = min(counted, received)  # settled: what is handed on must not look short
        excess = received - max(totals)
        if excess > max(3, max(totals) // 10):
            raise ContradictoryExtract(f"{received} {what} arrived, but Wonde counts only {max(totals)}.")
        if excess > 0:
            yield Notice(
                level="warning",
                code="totals_differ",
                message=f"{received} {what} arrived; Wonde counts {max(totals)}.",
                mend="Nothing needs doing unless it stays so; then tell Wonde.",
            )


def count_in(value: Any) -> int | None:
    """``{"data": {"count": n}}`` as a number; None for any other shape."""
    inner = value.get("data", value) if isinstance(value, dict) else None
    count = inner.get("count") if isinstance(inner, dict) else None
    if type(count) is int and count >= 0:
        return count
    return int(count) if isinstance(count, str) and count.isascii() and count.isdigit() else None


def not_empty(received: int, what: str) -> None:
    """A full read of pupils or staff without a single one is the wrong region or a dead link."""
    if received == 0:
        raise EmptyExtract(
            f"Wonde answers with no {what} at all.",
            mend="Nothing was changed and no account was taken away. Check the region of the school "
            f"(--set url=…) and its MIS link; if the school really shares no {what}, decline the report.",
        )


def held_back(http: Http, root: str) -> int:
    """How many individuals the school's access control names; 0 when it can't be read.
    Whether they are kept out or the only ones let in, people can be missing for that reason."""
    try:
        body = http.get(f"meta/{root}/acl").data
    except (BadAnswer, ScopeMissing):
        return 0
    inner = body.get("data", body) if isinstance(body, dict) else None
    ids = inner.get("ids") if isinstance(inner, dict) else None
    return len(ids) if isinstance(ids, list) else 0
