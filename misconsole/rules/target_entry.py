"""One entry of ours, looked at: the steps that make it as it should be, what drifted, what was learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.targets.base import Entry
from misconsole.rules.target_compare import (
    SIGN_IN,
    SUSPENDED_ON,
    Difference,
    differences,
    managed,
    same,
    values,
)
from misconsole.rules.target_names import may_be_theirs
from misconsole.rules.target_parts import Drift, Known, Learned, Ours, Step, Terms, Written, said


@dataclass(frozen=True, slots=True)
class Look:
    steps: tuple[Step, ...]
    drift: tuple[Drift, ...]
    learned: Learned | None


def look(ours: Ours, entry: Entry, known: Known | None, terms: Terms) -> Look:
    """``entry`` is theirs without a doubt and is not protected."""
    written: Written = known.written if known is not None else {}
    found = differences(ours, entry, written, terms)
    drift = tuple(_drift(ours, entry, found.values(), written, terms))
    ours_to_write = {name: d for name, d in found.items() if _ours_wins(d, ours, written, terms)}
    steps = [*_mark(ours, entry), *_steps(ours, entry, ours_to_write, terms)]
    steps += _deletion(ours, entry, written, terms)
    if any(step.action == "delete" for step in steps):
        steps = [step for step in steps if step.action == "delete"]
    return Look(tuple(steps), drift, _learned(ours, entry, known, found, terms))


def given_away(ours: Ours, entry: Entry, known: Known) -> bool:
    """The entry of a leaver, shut out by us, that somebody there made another's: it is not ours any more."""
    left = not ours.active and SUSPENDED_ON in known.written
    return left and entry.enabled and not may_be_theirs(ours.wanted, entry)


def _ours_wins(d: Difference, ours: Ours, written: Written, terms: Terms) -> bool:
    if d.field == "enabled":
        return not ours.wanted.enabled or SUSPENDED_ON in written
    return not (d.foreign and terms.theirs_wins)


def _step(action: str, ours: Ours, entry: Entry, changed: Mapping[str, Difference], **more: Any) -> Step:
    return Step(
        action=action, account_id=ours.account_id, name=ours.name, role=ours.role,
        username=ours.wanted.username, wanted=ours.wanted, remote_id=entry.remote_id,
        before={name: d.there for name, d in changed.items()},
        after={name: d.want for name, d in changed.items()}, **more,
    )  # fmt: skip


def _mark(ours: Ours, entry: Entry) -> list[Step]:
    """Somebody took our mark away from an entry we know by its id; it is put back."""
    return [] if entry.anchor else [_step("adopt", ours, entry, {}, note="our mark was removed there")]


def _steps(ours: Ours, entry: Entry, changed: Mapping[str, Difference], terms: Terms) -> list[Step]:
    steps: list[Step] = []
    rest = {name: d for name, d in changed.items() if name not in (*SIGN_IN, "enabled", "place")}
    renamed = {name: d for name, d in changed.items() if name in SIGN_IN}
    if "enabled" in changed:
        action = "resume" if ours.wanted.enabled else "suspend"
        steps.append(_step(action, ours, entry, {"enabled": changed["enabled"]}))
    if renamed:
        keep = _kept_addresses(ours, entry) if terms.aliases else ()
        steps.append(_step("rename", ours, entry, renamed, keep=keep))
    if rest:
        steps.append(_step("update", ours, entry, rest, fields=tuple(sorted(rest))))
    if "place" in changed:
        steps.append(_step("move", ours, entry, {"place": changed["place"]}))
    return steps


def _kept_addresses(ours: Ours, entry: Entry) -> tuple[str, ...]:
    """The address it has now and the former ones go on leading here (O4, O5, Y3)."""
    kept = {entry.email, *ours.wanted.aliases} - {"", ours.wanted.email}
    return tuple(sorted(a for a in kept if a.casefold() != ours.wanted.email.casefold()))


def _deletion(ours: Ours, entry: Entry, written: Written, terms: Terms) -> list[Step]:
    """Only where the school says so, only who we ourselves have kept out for long enough, and never an entry
    whose mark somebody took away."""
    since = written.get(SUSPENDED_ON)
    if ours.active or entry.enabled or not terms.may_delete or not since or not entry.anchor:
        return []
    if date.fromisoformat(since) + timedelta(days=terms.delete_after_days) > terms.today:
        return []
    step = _step("delete", ours, entry, {}, note=f"suspended since {since}")
    return [step]


def _drift(
    ours: Ours, entry: Entry, found: Iterable[Difference], written: Written, terms: Terms
) -> Iterable[Drift]:
    for d in found:
        blocked = d.field == "enabled" and ours.wanted.enabled
        if (blocked and SUSPENDED_ON in written) or not (blocked or d.foreign):
            continue  # it was we who suspended it, or who wrote it
        wins = "ours" if _ours_wins(d, ours, written, terms) else "theirs"
        kind = "blocked" if blocked else "changed"
        yield Drift(kind=kind, username=entry.username, name=ours.name, account_id=ours.account_id,
                    field=d.field, ours=said(d.want), theirs=said(d.there), wins=wins)  # fmt: skip


def _learned(
    ours: Ours, entry: Entry, known: Known | None, found: Mapping[str, Difference], terms: Terms
) -> Learned | None:
    """An entry of ours that is not remembered, or holds what we want though we did not write it."""
    written = known.written if known is not None else {}
    want, there = values(ours.wanted), values(entry)
    agreed = {
        name: want.get(name, "")
        for name in managed(ours, entry, written, terms)
        if name not in found
        and same(name, want.get(name, ""), there.get(name, ""))
        and (name not in written or not same(name, written[name], want.get(name, "")))
    }
    if SUSPENDED_ON in written and ours.wanted.enabled and entry.enabled:
        agreed[SUSPENDED_ON] = None  # let in again, or never kept out
    if known is not None and known.remote_id == entry.remote_id and not agreed:
        return None
    return Learned(account_id=ours.account_id, remote_id=entry.remote_id, written=agreed)
