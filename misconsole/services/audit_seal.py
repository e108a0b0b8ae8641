"""Sealing the trail of decisions as they are taken, and looking whether it is whole.

The key of the seals and the head of the chain (its newest row) are kept with the secrets, so that who can
write the store, but not those, cannot change the trail unseen.  Sealing costs one row read, one HMAC and no
file; the head is written when a sitting ends, and now and then during it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from data import audit, server
from data.audit import Checked, Finding, Head, Key
from misconsole.counting import counted
from misconsole.services import permits
from misconsole.services.desk import Desk

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.store import Store
    from data.tables import Decision, School
    from misconsole.secrets import Secrets

KEY_REF = "audit-key"
_KEYS: WeakKeyDictionary[Secrets, Key] = WeakKeyDictionary()
_SEALED: WeakSet[Store] = WeakSet()  # stores this process sealed something in since the head was kept
NOTHING: Mapping[str, Any] = {}


def record(
    s: Session,
    desk: Desk,
    school: School,
    kind: str,
    *,
    summary: str = "",
    detail: Mapping[str, Any] = NOTHING,
) -> Decision:
    """A row of the trail by whoever sits at the desk, not sealed yet: ``seal`` it at the end."""
    return audit.record(
        s, school_id=school.id or 0, kind=kind, actor=desk.actor, at=desk.now(), origin=desk.origin,
        place=desk.place, summary=summary, detail=detail,
    )  # fmt: skip


def seal(s: Session, desk: Desk, row: Decision) -> None:
    """The row says all it will say; the last act of its transaction."""
    audit.seal(s, row, _key(desk.secrets), fresh=lambda: head_of(desk) is None)
    _SEALED.add(desk.store)


def told(
    s: Session, desk: Desk, school: School, kind: str, *, summary: str, detail: Mapping[str, Any] = NOTHING
) -> Decision:
    """``record`` and ``seal`` in one, for a row that is written when everything else is."""
    row = record(s, desk, school, kind, summary=summary, detail=detail)
    seal(s, desk, row)
    return row


def _key(kept: Secrets, *, make: bool = True) -> Key:
    known = _KEYS.get(kept)
    if known is not None:
        return known
    found = kept.get(KEY_REF).get("key", "")
    if not found and make:
        found = kept.first(KEY_REF, {"key": secrets.token_hex(32)})["key"]
    key = Key(bytes.fromhex(found))
    if found:
        _KEYS[kept] = key
    return key


def _known_key(desk: Desk) -> Key | None:
    key = _key(desk.secrets, make=False)
    return key if key.secret else None


# The head


def _ref(desk: Desk) -> str:
    """Where the head of this store is kept; an address with a password in it is the same without."""
    address = server.without_password(desk.store.url) if desk.store.path is None else desk.store.url
    return f"audit-head-{hashlib.sha256(address.encode()).hexdigest()[:16]}"


def head_of(desk: Desk) -> Head | None:
    """The newest row as it was kept with the secrets; None where none was."""
    kept = desk.secrets.get(_ref(desk))
    if not kept:
        return None
    return Head(int(kept.get("number", "0")), int(kept.get("row", "0")), kept.get("seal", ""))


def keep_head(desk: Desk) -> None:
    """Keep the newest row outside the store, if this process sealed one.

    A head the store does not hold any more stays as it is: it is what shows that something is missing.
    """
    if desk.store in _SEALED:
        with desk.store.read() as s:
            known, now = head_of(desk), audit.newest(s)
            if now.seal and (known is None or audit.goes_on_from(s, known)):
                _keep(desk, now)
        _SEALED.discard(desk.store)


def _keep(desk: Desk, head: Head) -> None:
    desk.secrets.put(_ref(desk), {"number": str(head.number), "row": str(head.row_id), "seal": head.seal})


# Looking


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailView:
    """Whether the trail is whole. ``note`` says what could not be looked at, "" mostly."""

    whole: bool
    rows: int
    sealed: int
    findings: tuple[Finding, ...]
    note: str = ""

    @property
    def summary(self) -> str:
        if not self.sealed:
            return "Nothing was sealed yet; sealing begins with the next decision."
        if self.whole:
            return f"The trail is whole: {counted(self.sealed, 'decision')}, each as it was sealed."
        count = len(self.findings)
        return f"The trail is not whole: {count} {'thing' if count == 1 else 'things'} found."


NO_HEAD = "Where this trail ended was never kept here, so nothing cut off its end could be noticed."


def verify(desk: Desk) -> TrailView:
    """Look at every row of every school. A person bound to single schools may not."""
    permits.need(desk, "audit")
    head = head_of(desk)
    with desk.store.read() as s:
        found = audit.check(s, _known_key(desk), head)
    return TrailView(
        whole=not found.findings, rows=found.rows, sealed=found.sealed, findings=found.findings,
        note=NO_HEAD if head is None and found.sealed else "",
    )  # fmt: skip


# Rewriting on purpose


@contextmanager
def rewriting(s: Session, desk: Desk, row: Decision, *, reason: str) -> Iterator[None]:
    """Rows of the trail are rewritten on purpose in this block (an erasure): seal the chain anew after it.

    ``row`` is the decision that does it; how many rows it touched, and why, stands in it.  What was broken
    before stays so: rewriting does not make a tampered trail whole.
    """
    key, head = _key(desk.secrets), head_of(desk)
    before = audit.check(s, key, head)
    yield
    count = reseal(s, desk, before)
    row.detail = {**row.detail, "resealed": count, "resealed_for": reason}
    if not any(each.code == "cut" for each in before.findings):
        desk.secrets.put(_ref(desk), {})  # the head is another one from here; kept again with the next


def restored(desk: Desk, *, made: str) -> int:
    """The store was put back from a backup ``made`` then: the trail goes on from there, and says so itself.

    Its kept end was another one; how many decisions are missing stands in a row of its own.  Returns that
    number, 0 where none is known of.
    """
    permits.need(desk, "keep_house")
    from sqlmodel import col, select

    from data.tables import School

    known = head_of(desk)
    with desk.store.write() as s:
        school = s.exec(select(School).order_by(col(School.id)).limit(1)).first()
        now = audit.newest(s)
        gone = max(0, known.number - now.number) if known is not None else 0
        desk.secrets.put(_ref(desk), {"number": str(now.number), "row": str(now.row_id), "seal": now.seal})
        if school is not None:
            lost = (
                f"; {counted(gone, 'decision taken since is', 'decisions taken since are')} not in it"
                if gone
                else ""
            )
            summary = f"The store was put back from the backup of {made}{lost}"
            detail = {"missing": gone, "reason": "restored from a backup"}
            told(s, desk, school, "restored", summary=summary, detail=detail)
    keep_head(desk)
    return gone


def reseal(s: Session, desk: Desk, before: Checked) -> int:
    """The chain sealed anew, but for what was broken before; how many rows got another seal."""
    count = audit.reseal(s, _key(desk.secrets), broken=before.broken)
    _SEALED.add(desk.store)
    return count


__all__ = [
    "Finding", "TrailView", "head_of", "keep_head", "record", "reseal", "restored", "rewriting", "seal",
    "told", "verify",
]  # fmt: skip
