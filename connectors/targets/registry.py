"""Which adapters there are; each is imported only when it is made, for ldap3 takes its time."""

from __future__ import annotations

import importlib
from typing import cast

from connectors.errors import BadSettings
from connectors.targets.base import Target, TargetDeclaration, TargetSetup

#: kind -> module with DECLARATION and one function make(setup)
ADAPTERS = {
    "ldap": "connectors.targets.ldap",
    "google": "connectors.targets.google",
    "graph": "connectors.targets.graph",
}


def kinds() -> tuple[str, ...]:
    return tuple(ADAPTERS)


def declaration(kind: str) -> TargetDeclaration:
    """Raises BadSettings for a kind there is not."""
    return cast(TargetDeclaration, importlib.import_module(f"{_module(kind)}.declaration").DECLARATION)


def make(kind: str, setup: TargetSetup) -> Target:
    """The adapter, not yet connected. Raises BadSettings for a kind or settings that are wrong."""
    return cast(Target, importlib.import_module(_module(kind)).make(setup))


def _module(kind: str) -> str:
    if kind not in ADAPTERS:
        raise BadSettings(f"There is no kind of target “{kind[:40]}”.", mend=f"Kinds: {', '.join(ADAPTERS)}.")
    return ADAPTERS[kind]
