"""The contract between the product and a directory that accounts are written to.

An adapter is one class.  It declares what it needs and can do, tells what the directory has, and makes one
change at a time.  It knows no store, no school and no plan: what to change is decided before it is asked.

What every adapter keeps to
* An entry of ours carries our ``anchor`` in an attribute of the directory, written in the same request that
  creates it, so that an answer lost on the way never makes a second entry: ``create`` with an anchor that is
  there already gives that entry back.
* Every change says the whole end state of what it touches, so that doing it twice is doing it once.
* Nothing is deleted but by ``delete``.  A rename keeps the old address leading to the same person.
* A password is never logged, never part of an error, and never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from connectors.base import Probe, SettingField
from connectors.errors import BadAnswer, ConnectorError

#: What may be written beside names: the wider the list, the more a school lets out of the house.
EXTRAS = ("job_title", "department", "employee_id")


class NameTaken(ConnectorError):
    """The username or address belongs to another entry of the directory."""

    code = "name_taken"
    default_mend = "Rename the account here, or give the other entry another name; then push again."


class TargetRefused(ConnectorError):
    """The directory understood and refused: its password policy, a place that does not exist, its schema."""

    code = "target_refused"
    default_mend = "Mend what the directory names, there or in the settings of the target; then push again."


class PartlyRefused(TargetRefused):
    """What was asked was done; what goes with it was refused, as ending the sessions of who is shut out."""


class EntryGone(BadAnswer):
    """The entry is not there any more; somebody deleted it between reading and writing."""

    code = "entry_gone"
    default_mend = "Push again: it is looked at anew and made again where it should be."


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDeclaration:
    """What an adapter is and can do. ``kind`` is its word: ldap, google, graph.

    ``places``: entries live in a tree of places (organisational units); without, ``Wanted.place`` is ignored.
    ``extras``: which of ``EXTRAS`` it can hold.  ``aliases``: an old address can be kept beside the new one.
    ``username_in_email``: the sign-in name is the whole address; username and address change together.
    ``password_least``: shortest password it takes, in characters.
    """

    kind: str
    title: str
    settings: tuple[SettingField, ...]
    extras: frozenset[str] = frozenset()
    places: bool = True
    aliases: bool = True
    username_in_email: bool = False
    password_least: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How one entry should be. ``place`` runs from the top down, e.g. ("Pupils", "2024").

    ``anchor`` is ours, stable for the life of the account.  ``aliases`` are addresses that must lead
    here too; others that the directory has stay.  ``extras`` holds only what the school lets it have.
    """

    anchor: str
    username: str
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    display_name: str = ""
    aliases: frozenset[str] = frozenset()
    place: tuple[str, ...] = ()
    enabled: bool = True
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as the directory has it. ``remote_id`` never changes while the entry lives.

    ``anchor`` "" : not ours.  ``protected``: an administrator or a system entry, which nothing may change.
    """

    remote_id: str
    username: str
    anchor: str = ""
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    display_name: str = ""
    aliases: frozenset[str] = frozenset()
    place: tuple[str, ...] = ()
    enabled: bool = True
    extras: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSetup:
    """Everything an adapter is made from; ``secrets`` must never be shown or kept elsewhere."""

    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    cancelled: Callable[[], bool] = lambda: False


@runtime_checkable
class Target(Protocol):
    """Made by ``connectors.targets.registry.make(kind, setup)``; close it when done.

    Every method may raise ``ConnectorError`` and nothing else.  A change that raised ``Unreachable`` may have
    happened or not; the next look tells.
    """

    declaration: TargetDeclaration

    def probe(self) -> tuple[Probe, ...]:
        """Connectivity, then whether we may read and write there; writes nothing."""
        ...

    def entries(self) -> Iterator[Entry]:
        """Everything within the scope of the settings, ours or not; raises unless it was read to the end."""
        ...

    def find(self, anchor: str) -> Entry | None:
        """The entry that carries this anchor now."""
        ...

    def create(self, wanted: Wanted, *, password: str, must_change: bool) -> Entry:
        """Make the entry, complete; an entry of this anchor that is there already is given back unchanged.

        Raises NameTaken, TargetRefused.
        """
        ...

    def update(self, remote_id: str, wanted: Wanted, *, fields: frozenset[str]) -> Entry:
        """Set these of names, ``aliases``, extras as wanted. Raises EntryGone, TargetRefused."""
        ...

    def rename(self, remote_id: str, wanted: Wanted, *, keep: frozenset[str]) -> Entry:
        """New username and address; the addresses in ``keep`` go on leading to the same person (O4, O5).

        Raises NameTaken, EntryGone.
        """
        ...

    def move(self, remote_id: str, place: tuple[str, ...]) -> Entry:
        """To another place of the tree, made if the settings allow it. Raises EntryGone, TargetRefused."""
        ...

    def enable(self, remote_id: str, *, on: bool) -> Entry:
        """Let the person sign in, or not; everything of theirs stays. Raises EntryGone."""
        ...

    def adopt(self, remote_id: str, anchor: str) -> Entry:
        """Put our anchor on an entry that was there before. Raises EntryGone, and NameTaken where it bears
        another anchor already."""
        ...

    def set_password(self, remote_id: str, password: str, *, must_change: bool) -> None:
        """Raises EntryGone, and TargetRefused where the directory's own policy says no."""
        ...

    def delete(self, remote_id: str) -> None:
        """For good. An entry that is gone already is no error."""
        ...

    def close(self) -> None: ...
