"""Setting passwords in every directory of a school, for whoever hands them out (P3, P5).

A run of its own a target, so that it neither meets a push nor a sync.  The password goes to the directory and
nowhere else; the journal says that one was set.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from connectors.errors import ConnectorError
from connectors.targets.base import Entry
from data import runs
from data import targets as target_rows
from misconsole.push import engine, outcome, roster, source
from misconsole.push.job import PushJob
from misconsole.push.writing import NO_ANSWER, ONE_ENTRY, theirs, written_of
from misconsole.rules.target_compare import values
from misconsole.rules.target_parts import Ours
from misconsole.services.schools import resolve
from misconsole.sync import lease

if TYPE_CHECKING:
    from connectors.targets.base import Target as Directory
    from misconsole.services.desk import Desk

NOT_REACHED = "It was not set: the directory ended the work before its turn."


def set_everywhere(
    desk: Desk,
    school: str,
    passwords: Mapping[int, str],
    *,
    must_change: bool,
    open_directory: source.Open | None = None,
) -> dict[int, str]:
    """Account id -> "" or why it failed, in whichever target. Raises Busy before anything is set."""
    reasons: dict[int, list[str]] = {account_id: [] for account_id in passwords}
    for target_id, name in _targets(desk, school):
        for account_id, reason in _in_target(desk, target_id, passwords, must_change, open_directory):
            if reason:
                reasons[account_id].append(f"{name}: {reason}")
    return {account_id: " ".join(told) for account_id, told in reasons.items()}


def _targets(desk: Desk, school: str) -> list[tuple[int, str]]:
    """Raises Busy while another run of the school lives."""
    with desk.store.write() as s:
        found = resolve(s, school)
        targets = [t for t in target_rows.of_school(s, found.id or 0) if t.active]
        if targets:
            lease.claim(s, found.id or 0, run_id=None, now=desk.now(), name=found.name)
        return [(t.id or 0, t.name) for t in targets]


def _in_target(
    desk: Desk, target_id: int, passwords: Mapping[int, str], must_change: bool, opened: source.Open | None
) -> Iterator[tuple[int, str]]:
    job = _begin(desk, target_id, len(passwords), opened)
    setter = _Setter(job, must_change=must_change)
    with engine.ended(job), closing(job.open_directory(desk, job.target, job.recorder.cancelled)) as there:
        with job.recorder.stage("apply"):
            setter.run(there, passwords)
        outcome.settled(job)
    ended = f"{NOT_REACHED} {_why(job)}".strip()
    yield from ((account_id, setter.told.get(account_id, ended)) for account_id in passwords)


def _why(job: PushJob) -> str:
    """What ended the work, as its run says."""
    with job.desk.store.read() as s:
        run = runs.get(s, job.run_id)
        return str((run.error or {}).get("message", "")) if run is not None else ""


def _begin(desk: Desk, target_id: int, count: int, opened: source.Open | None) -> PushJob:
    with desk.store.write() as s:
        target = target_rows.get(s, target_id)
        assert target is not None  # noqa: S101 - just listed
        run = target_rows.queue_push(
            s, target, actor=desk.actor, origin=desk.origin, at=desk.now(), pid=os.getpid(),
            source={"passwords": count},
        )  # fmt: skip
        for name in target_rows.STAGES[:-1]:
            runs.set_stage(s, run.id or 0, name, state="skipped", detail="Only passwords are set.")
        run_id = run.id or 0
    return engine.begin(
        desk, run_id, open_directory=opened, choose=secrets.choice, stop=lambda: False, say=lambda _line: None
    )


class _Setter:
    """One target: each account in turn. ``told`` is filled in on the way."""

    def __init__(self, job: PushJob, *, must_change: bool) -> None:
        self.job, self.must_change = job, must_change
        self.told: dict[int, str] = {}
        with job.desk.store.read() as s:
            here = roster.read(s, job.desk, job.school, job.target, job.declared, job.options)
        self.terms = here.terms
        self.ours = {each.account_id: each for each in here.wanted}

    def run(self, there: Directory, passwords: Mapping[int, str]) -> None:
        """Raises Cancelled between two accounts, and what ends the whole."""
        for n, (account_id, password) in enumerate(passwords.items()):
            self.job.still_ours()
            ours = self.ours.get(account_id)
            self.told[account_id] = (
                "The account's home is another school." if ours is None else self._one(there, ours, password)
            )
            self.job.recorder.count("apply", n + 1, total=len(passwords))

    def _one(self, there: Directory, ours: Ours, password: str) -> str:
        least = self.job.declared.password_least
        if not ours.active:
            return "The account is not in use."
        if not self.job.stands(ours.account_id, ours.wanted):
            return "The account was changed here meanwhile; hand out again."
        if not ours.in_scope:
            return ""  # accounts of this role do not go there
        if len(password) < least:
            return f"The directory takes no password shorter than {least} characters."
        if self.terms.username_in_email and not ours.wanted.email:
            return "The account has no address, which is the sign-in name there."
        try:
            return self._set(there, ours, password)
        except ONE_ENTRY as error:
            self._note(ours, "password", state="failed", message=error.message)
            self.job.done["refused"] += 1
            return f"{error.message} {error.mend}".strip()
        except ConnectorError as error:
            self.told[ours.account_id] = f"{error.message} {error.mend}".strip()
            self._note(ours, "password", state="failed", message=f"{error.message} {NO_ANSWER}")
            raise

    def _set(self, there: Directory, ours: Ours, password: str) -> str:
        """By our mark, whatever we remember: the entry may be gone, or an administrator's by now."""
        entry = there.find(ours.wanted.anchor)
        if entry is not None and not self._remembers(ours, entry):
            theirs(ours.wanted, entry)
        if entry is not None and entry.protected:
            return f"{entry.username} is an administrator there; it is left alone."
        if entry is None:
            made = there.create(ours.wanted, password=password, must_change=self.must_change)
            entry = theirs(ours.wanted, made)
            self._keep(ours, entry, "create", made=True)
        else:
            there.set_password(entry.remote_id, password, must_change=self.must_change)
            self._keep(ours, entry, "password", made=False)
        return ""

    def _remembers(self, ours: Ours, entry: Entry) -> bool:
        with self.job.desk.store.read() as s:
            row = target_rows.entry(s, self.job.target_id, ours.account_id)
        return row is not None and row.remote_id == entry.remote_id

    def _keep(self, ours: Ours, entry: Entry, action: str, *, made: bool) -> None:
        self.job.done["passwords"] += 1
        self.job.done["created"] += made
        with self.job.desk.store.write() as s:
            row = target_rows.entry(s, self.job.target_id, ours.account_id)
            known = dict(row.written) if row is not None and row.remote_id == entry.remote_id else {}
            target_rows.remember(
                s, self.job.target_id, ours.account_id, remote_id=entry.remote_id, at=self.job.desk.now(),
                written=written_of(values(ours.wanted), entry) if made else known, password_set=True,
            )  # fmt: skip
        if made:
            self._note(ours, action, remote_id=entry.remote_id, after=values(ours.wanted))
        self._note(ours, "password", remote_id=entry.remote_id)

    def _note(self, ours: Ours, action: str, **more: object) -> None:
        with self.job.desk.store.write() as s:
            target_rows.note(
                s, target_id=self.job.target_id, run_id=self.job.run_id, account_id=ours.account_id,
                action=action, actor=self.job.run.actor, at=self.job.desk.now(),
                **{"before": None, "after": None, "remote_id": "", "state": "done", "message": "", **more},
            )  # fmt: skip
