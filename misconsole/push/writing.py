"""One change at a time: asked, answered, journalled, remembered, before the next is asked.

What it protects
  * A change that was answered is in the store at once; one whose answer was lost is found again by our mark.
  * One entry that is refused keeps nobody else from theirs; it is told with what mends it.
  * A directory that does not answer, or does not let us in any more, ends the push between two entries.
  * No password is kept, journalled or told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from connectors.errors import ConnectorError
from connectors.targets.base import Entry, EntryGone, NameTaken, PartlyRefused, TargetRefused, Wanted
from data import targets as target_rows
from misconsole.push.job import DONE, PushJob
from misconsole.push.temporary import temporary
from misconsole.rules.target_compare import SUSPENDED_ON, answered, same, values
from misconsole.rules.target_names import may_be_theirs
from misconsole.rules.target_parts import Step, TargetPlan

if TYPE_CHECKING:
    from connectors.targets.base import Target as Directory
    from data.tables import TargetAccount

ONE_ENTRY = (NameTaken, TargetRefused, EntryGone)
NO_ANSWER = "No answer; whether it happened is seen at the next look."


def learn(job: PushJob, plan: TargetPlan, *, believed: bool = False) -> None:
    """Keep what reading told: entries found by our mark, values that are there already, those gone.

    A short read forgets nothing, but where a person looked at just that and said so (``believed``).
    """
    now = job.desk.now()
    with job.desk.store.write() as s:
        if believed or not plan.short:
            target_rows.forget(s, job.target_id, plan.forget)
        for each in plan.learned:
            row = target_rows.entry(s, job.target_id, each.account_id)
            written = {**remembered(row, each.remote_id), **each.written}
            target_rows.remember(
                s, job.target_id, each.account_id, remote_id=each.remote_id, at=now,
                written={name: value for name, value in written.items() if value is not None},
            )  # fmt: skip
            if row is None:
                target_rows.note(
                    s, target_id=job.target_id, run_id=job.run_id, account_id=each.account_id, action="adopt",
                    remote_id=each.remote_id, message="Found by our mark.", actor=job.run.actor, at=now,
                )  # fmt: skip


class Writer:
    """The pen of one push."""

    def __init__(self, job: PushJob, directory: Directory) -> None:
        self.job, self.directory = job, directory
        self._gone: set[int] = set()

    def run(self, steps: Sequence[Step]) -> None:
        """Every step in order. Raises Cancelled between two of them, and what ends the whole push."""
        for n, step in enumerate(steps):
            self.job.still_ours()
            if step.account_id not in self._gone and self._stands(step):
                self.one(step)
            self.job.recorder.count("apply", n + 1, total=len(steps))

    def _stands(self, step: Step) -> bool:
        if self.job.stands(step.account_id, step.wanted):
            return True
        self._gone.add(step.account_id)
        told = f"{step.username} was changed here while the push was under way; nothing was written for it."
        self.job.recorder.message("info", "overtaken", told, "Push again.")
        return False

    def one(self, step: Step) -> None:
        if step.action == "suspend":
            self._intend(step)
        try:
            entry = self._ask(step)
        except ONE_ENTRY as error:
            self._refused(step, error)
        except ConnectorError as error:
            self.journal(step, state="failed", message=f"{error.message} {NO_ANSWER}")
            raise
        else:
            self._done(step, entry)

    def _ask(self, step: Step) -> Entry | None:
        there, wanted = self.directory, step.wanted
        match step.action:
            case "create":
                secret = temporary(self.job.declared.password_least, self.job.choose)
                return theirs(wanted, there.create(wanted, password=secret, must_change=True))
            case "adopt":
                return there.adopt(step.remote_id, wanted.anchor)
            case "rename":
                return there.rename(step.remote_id, wanted, keep=frozenset(step.keep))
            case "update":
                return there.update(step.remote_id, wanted, fields=frozenset(step.fields))
            case "move":
                return there.move(step.remote_id, wanted.place)
            case "suspend" | "resume":
                return there.enable(step.remote_id, on=step.action == "resume")
        there.delete(step.remote_id)
        return None

    def _intend(self, step: Step) -> None:
        """That it is we who keep somebody out, kept before it is asked: a lost answer must not lose that."""
        with self.job.desk.store.write() as s:
            row = target_rows.entry(s, self.job.target_id, step.account_id)
            since = {SUSPENDED_ON: self.job.desk.today.isoformat()}  # anew, where somebody had let them in
            self._remember(s, step, {**remembered(row, step.remote_id), **since})

    def _not_kept_out(self, step: Step) -> None:
        """It was refused: who shuts them out later is somebody else, and we must not let them in again."""
        with self.job.desk.store.write() as s:
            row = target_rows.entry(s, self.job.target_id, step.account_id)
            if row is not None:
                left = {name: value for name, value in row.written.items() if name != SUSPENDED_ON}
                self._remember(s, step, left)

    def _remember(self, s: Any, step: Step, written: Mapping[str, Any]) -> None:
        target_rows.remember(
            s, self.job.target_id, step.account_id, remote_id=step.remote_id, written=written,
            at=self.job.desk.now(),
        )  # fmt: skip

    def _done(self, step: Step, entry: Entry | None) -> None:
        self.job.done[DONE[step.action]] += 1
        with self.job.desk.store.write() as s:
            self.note(s, step, remote_id=entry.remote_id if entry else step.remote_id)
            if entry is None:
                target_rows.forget(s, self.job.target_id, [step.account_id])
                return
            row = target_rows.entry(s, self.job.target_id, step.account_id)
            known = row is not None and row.remote_id == entry.remote_id
            before = remembered(row, entry.remote_id)
            target_rows.remember(
                s, self.job.target_id, step.account_id, remote_id=entry.remote_id, at=self.job.desk.now(),
                written=_written(step, before, entry), **_password(step, known=known),
            )  # fmt: skip

    def _refused(self, step: Step, error: ConnectorError) -> None:
        self.job.done["refused"] += 1
        self.journal(step, state="failed", message=error.message)
        told = f"{step.username} could not be {DONE[step.action]}: {error.message}"
        self.job.recorder.message("warning", error.code, told, error.mend)
        if step.action == "suspend" and not isinstance(error, PartlyRefused):
            self._not_kept_out(step)
        if isinstance(error, EntryGone) or step.action == "create":
            self._gone.add(step.account_id)

    def journal(self, step: Step, **values: Any) -> None:
        with self.job.desk.store.write() as s:
            self.note(s, step, **values)

    def note(self, s: Any, step: Step, **values: Any) -> None:
        target_rows.note(
            s, target_id=self.job.target_id, run_id=self.job.run_id, account_id=step.account_id,
            action=step.action, before=dict(step.before) or None, after=dict(step.after) or None,
            actor=self.job.run.actor, at=self.job.desk.now(),
            **{"remote_id": step.remote_id, "state": "done", "message": "", **values},
        )  # fmt: skip


def remembered(row: TargetAccount | None, remote_id: str) -> dict[str, Any]:
    """What was written of this very entry; of one before it that is gone, nothing counts."""
    return dict(row.written) if row is not None and row.remote_id == remote_id else {}


def theirs(wanted: Wanted, entry: Entry) -> Entry:
    """An entry of our mark that was there already. Raises NameTaken where it can only be somebody else's."""
    if may_be_theirs(wanted, entry):
        return entry
    raise NameTaken(
        f"The entry {entry.username} bears the mark of {wanted.username}, but not its name or address.",
        mend="Remove the mark there, then push again.",
    )


def _password(step: Step, *, known: bool) -> dict[str, bool]:
    """What we made has our temporary password (P5); what was there before us has its person's own."""
    if step.action == "create":
        return {"password_set": False}
    return {"password_set": True} if step.action == "adopt" and not known else {}


def _written(step: Step, before: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """What is remembered as written. Of an entry just made only what it really shows: it may be one that
    was there already, and what differs must be seen as different."""
    if step.action == "create":
        return written_of(step.after, entry)
    if step.action == "adopt":
        return dict(before)
    changed = dict(step.after)
    if step.action == "resume":
        changed[SUSPENDED_ON] = None
    return answered(before, changed, entry)


def written_of(wanted: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    """Of what was wanted, what the entry shows."""
    there = values(entry)
    return {n: v for n, v in wanted.items() if n in there and same(n, v, there[n])}
