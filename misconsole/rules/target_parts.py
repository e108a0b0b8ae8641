"""What a push is planned from and made of: frozen values, and the text a held plan is kept as."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from connectors.targets.base import Wanted

#: In the order in which lists show them: what troubles first.
ACTIONS = ("delete", "suspend", "create", "rename", "resume", "move", "update", "adopt")
Written = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """An account of the school as it should be in the directory.

    ``active`` false: its person left.  ``in_scope`` false: of a role that does not go there.
    ``wanted.place`` counts only where ``placed``.
    """

    account_id: int
    name: str
    role: str
    wanted: Wanted
    active: bool = True
    in_scope: bool = True
    placed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we remember of an entry: its id there and what was last written."""

    account_id: int
    remote_id: str
    written: Written = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change asked of the directory. ``before`` and ``after`` hold only what it changes."""

    action: str
    account_id: int
    name: str
    role: str
    username: str
    wanted: Wanted
    remote_id: str = ""
    fields: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    before: Written = field(default_factory=dict)
    after: Written = field(default_factory=dict)
    note: str = ""

    @property
    def mark(self) -> str:
        """A digest of all that was seen: the same mark, the same change."""
        return hashlib.sha256(json.dumps(plain(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What reading told about an entry of ours: its id, and values that are there already."""

    account_id: int
    remote_id: str
    written: Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Somebody who cannot be written there as they should be. ``code``: name_taken, protected, copies,
    foreign_mark, other_person, no_address, alias_taken."""

    code: str
    account_id: int
    name: str
    username: str
    message: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoptable:
    """An entry that was there before and may be this account's. ``exact``: the address is the very same and
    the name agrees."""

    account_id: int
    name: str
    username: str
    remote_id: str
    there: str
    there_name: str
    exact: bool
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """``kind``: changed (an entry of ours, by somebody else), stranger, orphan (ours, of an account that is
    gone here), missing (ours that vanished), blocked (sign-in was blocked there)."""

    kind: str
    username: str
    name: str = ""
    account_id: int | None = None
    field: str = ""
    ours: str = ""
    theirs: str = ""
    wins: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPlan:
    """What a push would do. ``elsewhere``: entries of other schools; ``found`` of ``known`` were seen.

    ``forget``: accounts whose entry is gone and is not made again; never to be believed of a ``short`` read.
    """

    steps: tuple[Step, ...] = ()
    learned: tuple[Learned, ...] = ()
    forget: tuple[int, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    adoptable: tuple[Adoptable, ...] = ()
    drift: tuple[Drift, ...] = ()
    known: int = 0
    found: int = 0
    entries: int = 0
    elsewhere: int = 0
    unchanged: int = 0
    short_read: int = 70

    @property
    def short(self) -> bool:
        """Too few of the entries we wrote were seen: taken for a bad look, not for a clear-out."""
        return bool(self.known) and (self.found == 0 or 100 * self.found < self.short_read * self.known)

    @property
    def counts(self) -> dict[str, int]:
        """Action -> how many, of those planned."""
        return {a: n for a in ACTIONS if (n := sum(step.action == a for step in self.steps))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the directory can hold, and today."""

    today: date
    urn: str = ""
    places: bool = True
    aliases: bool = True
    username_in_email: bool = False
    extras: frozenset[str] = frozenset()
    theirs_wins: bool = False
    may_delete: bool = False
    delete_after_days: int = 90
    short_read: int = 70


def plain(step: Step) -> dict[str, Any]:
    """A step as JSON can hold it."""
    found: dict[str, Any] = _plain(asdict(step))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def dump(steps: Sequence[Step]) -> str:
    """A held plan, to be approved exactly as it was seen."""
    return json.dumps({"kind": "push", "steps": [plain(step) for step in steps]}, ensure_ascii=True)


def load(text: str) -> tuple[Step, ...]:
    return tuple(_step(each) for each in json.loads(text)["steps"])


def _step(data: dict[str, Any]) -> Step:
    wanted = dict(data["wanted"])
    wanted["aliases"] = frozenset(wanted["aliases"])
    wanted["place"] = tuple(wanted["place"])
    values = {
        **data,
        "wanted": Wanted(**wanted),
        "fields": tuple(data["fields"]),
        "keep": tuple(data["keep"]),
    }
    return Step(**values)


def said(value: Any) -> str:
    """A value in a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | frozenset | set):
        return " / ".join(str(each) for each in value)
    return "" if value is None else str(value)


def detail(step: Step) -> str:
    """What a step changes, in words for one line of a list."""
    if step.action == "create":
        told = [step.wanted.email or step.username, said(step.wanted.place)]
    else:
        told = [
            f"{name.replace('_', ' ')}: {said(step.before.get(name)) or '–'} → {said(value) or '–'}"
            for name, value in step.after.items()
            if name != "enabled"
        ]
    return ", ".join(part for part in (*told, step.note) if part)
