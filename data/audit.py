"""The trail of decisions: the one place where a row of it is made, sealed, and checked for tampering.

Each row's seal is ``NUMBER:KEY:DIGEST``: its place in the chain, which key made it, and an HMAC over the seal
before it and all that the row says.  So a changed row, a missing one, one put in between and one moved are
told apart; that the newest were cut off is told by the head of the chain, kept outside the store.
``undone_at`` and ``undone_by`` are not under the seal: undoing is a row of its own, and both must agree.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, update
from sqlmodel import Session, col, select

from data.tables import Decision
from data.wire import clean, from_json, to_json

_SEAL = re.compile(r"(\d{1,18}):([0-9a-f]{8}):([0-9a-f]{64})")
_SAID = (
    "id", "school_id", "kind", "person_id", "account_id", "summary", "detail", "actor", "at", "origin",
    "place",
)  # fmt: skip
_CHUNK = 2_000
ERASED = "erased"  # what ``data.erasing`` leaves in the detail of a row about somebody who was erased


class Seal(NamedTuple):
    number: int
    key: str
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.key}:{self.digest}"


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """The secret a chain is made with; ``name`` tells two of them apart without telling either."""

    secret: bytes

    @property
    def name(self) -> str:
        return hashlib.sha256(b"misconsole audit key\0" + self.secret).hexdigest()[:8]

    def digest(self, before: str, number: int, said: str) -> str:
        return hmac.new(self.secret, f"{before}\n{number}\n{said}".encode(), hashlib.sha256).hexdigest()

    def seal(self, before: str, number: int, said: str) -> str:
        return str(Seal(number, self.name, self.digest(before, number, said)))


class Head(NamedTuple):
    """The newest sealed row, as it is kept outside the store too."""

    number: int = 0
    row_id: int = 0
    seal: str = ""


def parse(seal: str) -> Seal | None:
    found = _SEAL.fullmatch(seal)
    return Seal(int(found[1]), found[2], found[3]) if found else None


def record(
    s: Session,
    *,
    school_id: int,
    kind: str,
    actor: str,
    at: datetime,
    origin: str,
    place: str,
    summary: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Decision:
    """A new row of the trail; it has its id. ``seal`` it when it says all it will say.

    ``Store.write`` has one writer at a time, so that no second chain grows beside this one.
    """
    row = Decision(
        school_id=school_id, kind=kind, actor=actor, at=at, origin=origin, place=place, summary=summary,
        detail=dict(detail or {}),
    )  # fmt: skip
    s.add(row)
    s.flush()
    return row


def seal(s: Session, row: Decision, key: Key, *, fresh: Callable[[], bool]) -> None:
    """Seal the row onto the newest sealed one, and write it.

    ``fresh`` tells that nothing was ever sealed in this store; then what is there becomes the base line.
    """
    before = newest(s)
    if not before.seal and fresh():
        before = _lay_base(s, key, below=row.id or 0)
    row.seal = key.seal(before.seal, before.number + 1, _said(row))
    s.flush()


def newest(s: Session) -> Head:
    """The newest sealed row; an empty head when none is."""
    asked = select(Decision.id, Decision.seal).where(Decision.seal != "").order_by(col(Decision.id).desc())
    found = s.exec(asked.limit(1)).first()
    sealed = parse(found[1]) if found else None
    return Head(sealed.number if sealed else 0, found[0] or 0, found[1]) if found else Head()


def _lay_base(s: Session, key: Key, *, below: int) -> Head:
    head = Head()
    made = []
    for each in _rows(s):
        if each.id < below:
            number = head.number + 1
            head = Head(number, each.id, key.seal(head.seal, number, _said(each)))
            made.append((each.id, head.seal))
    _write(s, made)
    return head


def _write(s: Session, made: Collection[tuple[int, str]]) -> None:
    for row_id, sealed in made:
        s.connection().execute(update(Decision).where(col(Decision.id) == row_id).values(seal=sealed))


def _rows(s: Session) -> Iterator[Row[Any]]:
    """Every row as the database has it now, in the order of the chain."""
    s.flush()
    table = Decision.__table__  # type: ignore[attr-defined]
    last = 0
    while True:
        asked = table.select().where(table.c.id > last).order_by(table.c.id).limit(_CHUNK)
        found = s.connection().execute(asked).all()
        yield from found
        if len(found) < _CHUNK:
            return
        last = found[-1].id


def _said(row: Any) -> str:
    """All that is under the seal, in one form whatever database it went through."""
    values = [_plain(getattr(row, name)) for name in _SAID]
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Mapping):
        return from_json(to_json(value))
    return clean(value)


# Checking


class Finding(NamedTuple):
    """``code``: changed, missing, order, unsealed, foreign, undone or cut."""

    code: str
    row_id: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """``broken`` are the ids of rows that are not what was sealed."""

    rows: int
    sealed: int
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> frozenset[int]:
        return frozenset(
            each.row_id for each in self.findings if each.code in ("changed", "order", "foreign")
        )


def check(s: Session, key: Key | None, head: Head | None) -> Checked:
    """The whole chain, from its first row to the head that was kept; ``head`` None where none was."""
    findings: list[Finding] = []
    before, number, rows, sealed, kept = "", 0, 0, 0, ""
    undoing = Undoing(set(), set(), set())
    for each in _rows(s):
        rows += 1
        undoing.see(each)
        found = parse(each.seal)
        if found is None:
            if each.seal or sealed:
                findings.append(Finding("unsealed", each.id, f"Decision {each.id} was never sealed."))
            continue
        sealed += 1
        findings += _link(each, found, before, number, key)
        before, number = each.seal, max(number, found.number)
        if head and each.id == head.row_id:
            kept = each.seal
    findings += undoing.findings()
    findings += _cut(head, number, kept)
    return Checked(rows=rows, sealed=sealed, findings=tuple(findings))


def _link(row: Row[Any], found: Seal, before: str, number: int, key: Key | None) -> Iterator[Finding]:
    if found.number <= number:
        yield Finding("order", row.id, f"Decision {row.id} is not where it was in the trail.")
    elif found.number > number + 1:
        gone = found.number - number - 1
        many = "One decision is" if gone == 1 else f"{gone} decisions are"
        yield Finding("missing", row.id, f"{many} missing before decision {row.id}.")
        return  # what it was sealed onto is not here, so its digest cannot agree
    if key is None or found.key != key.name:
        yield Finding("foreign", row.id, f"Decision {row.id} was sealed with a key that is not here.")
    elif not hmac.compare_digest(found.digest, key.digest(before, found.number, _said(row))):
        yield Finding("changed", row.id, f"Decision {row.id} is not what was sealed.")


class Undoing(NamedTuple):
    """Rows marked as taken back, rows that are not, and what the rows of undoing say they took back."""

    marked: set[int]
    standing: set[int]
    taken_back: set[int]

    def see(self, row: Row[Any]) -> None:
        if ERASED in row.detail:
            return
        (self.standing if row.undone_at is None else self.marked).add(row.id)
        if row.kind == "undo" and row.detail.get("undoes"):
            self.taken_back.add(int(row.detail["undoes"]))

    def findings(self) -> Iterator[Finding]:
        for row_id in sorted(self.marked - self.taken_back):
            yield Finding("undone", row_id, f"Decision {row_id} is marked as taken back, but nobody did so.")
        for row_id in sorted(self.standing & self.taken_back):
            yield Finding(
                "undone", row_id, f"Decision {row_id} was taken back, but is not marked so any more."
            )


def _cut(head: Head | None, number: int, seal_there: str) -> Iterator[Finding]:
    if head is None or not head.seal or seal_there == head.seal:
        return
    gone = head.number - number
    if gone > 0:
        many = "The newest decision is" if gone == 1 else f"The newest {gone} decisions are"
        yield Finding("cut", head.row_id, f"{many} missing; the last one known was decision {head.row_id}.")
    else:
        yield Finding("cut", head.row_id, f"Decision {head.row_id} was cut off, and others put in its place.")


def goes_on_from(s: Session, head: Head) -> bool:
    """Whether the store still holds the head that was kept, so that a newer one may take its place."""
    if not head.seal:
        return True
    row = s.exec(select(Decision.seal).where(Decision.id == head.row_id)).first()
    below = s.exec(select(func.count()).where(col(Decision.id) <= head.row_id, Decision.seal != "")).one()
    return row == head.seal and below == head.number


def reseal(s: Session, key: Key, *, broken: Collection[int]) -> int:
    """Seal the chain anew after rows were rewritten on purpose; how many got another seal.

    ``broken`` rows, found before the rewriting, keep a seal that does not agree, and stay found.
    """
    before, made = "", []
    for each in _rows(s):
        found = parse(each.seal)
        if found is None:
            continue
        sealed = each.seal if each.id in broken else key.seal(before, found.number, _said(each))
        if sealed != each.seal:
            made.append((each.id, sealed))
        before = sealed
    _write(s, made)
    s.expire_all()
    return len(made)
