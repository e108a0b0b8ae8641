"""What stands in the way of taking something back, in the words of who did it; decisions and runs alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from data import handouts, reversal, run_undo
from data.tables import Account, Decision, Person, Run
from misconsole.services.decisions.case import by
from misconsole.services.present import name_of
from misconsole.services.views import UndoBlock

if TYPE_CHECKING:
    from sqlmodel import Session


def name_of_row(s: Session, table: str, row_id: int) -> str:
    """What a journalled row is called in a sentence."""
    row = run_undo.rows_of(s, table, [row_id]).get(row_id)
    if row is None:
        return f"{table} {row_id}"
    if table == "link":
        account = s.get(Account, row["account_id"])
        person = s.get(Person, row["person_id"])
        return f"{name_of(person)} – {account.username}" if person and account else f"link {row_id}"
    if table == "target_account":
        account = s.get(Account, row["account_id"])
        return f"the entry of {account.username if account else row['account_id']} in a directory"
    if table == "account":
        return str(row["username"])
    person = s.get(Person, row_id)
    return name_of(person) if person else f"person {row_id}"


def blocks(s: Session, *, run_id: int | None = None, decision_id: int | None = None) -> Iterable[UndoBlock]:
    """What was done since and would be overrun: one line a decision or run, then what nobody signed for."""
    preview = reversal.preview(s, run_id=run_id, decision_id=decision_id)
    inserted: dict[str, set[int]] = {}
    for entry in run_undo.entries(s, run_id, decision_id=decision_id):
        if entry.step == "inserted":
            inserted.setdefault(entry.table, set()).add(entry.row_id)
    told = dict(zip(preview.keys, preview.blocked, strict=True))
    told |= {key: f"{name_of_row(s, *key)} was added since" for key in run_undo.built_upon(s, inserted)}
    if not told:
        return
    signed = run_undo.who_changed(
        s, list(told), after=run_undo.last_entry(s, run_id, decision_id=decision_id)
    )
    seen: set[tuple[str, int]] = set()
    for key, sentence in told.items():
        block = _handed_out(s, key) or _erased(sentence) or _block(signed.get(key), sentence)
        mark = ("decision", block.decision) if block.decision else ("row", len(seen))
        if mark not in seen:
            seen.add(mark)
            yield block


def _erased(sentence: str) -> UndoBlock | None:
    """Nothing that was done since stands in the way, but the law: it must not come back."""
    if reversal.ERASED not in sentence:
        return None
    return UndoBlock(message=sentence, mend="What was erased does not come back; decide the rest by hand.")


def _block(maker: Decision | Run | None, sentence: str) -> UndoBlock:
    if isinstance(maker, Decision):
        return UndoBlock(
            message=f"{maker.summary} {by(maker.actor, maker.at)}",
            mend=f"Undo that decision first: misconsole undo {maker.id}.",
            decision=maker.id,
        )
    if isinstance(maker, Run):
        return UndoBlock(message=f"{sentence}, by run {maker.id}", mend="Undo that run first.")
    return UndoBlock(message=sentence, mend="Decide the case again by hand.")


def _handed_out(s: Session, key: tuple[str, int]) -> UndoBlock | None:
    account: Any = s.get(Account, key[1]) if key[0] == "account" else None
    if account is None or account.handed_out_at is None or handouts.needed_no_slip(s, key[1]):
        return None
    day = f"{account.handed_out_at:%-d %B %Y}"
    return UndoBlock(
        message=f"{account.username} was handed out on {day}; its password is known",
        mend="The account is somebody's by now: unlink or remove it by hand if it is wrong.",
    )
