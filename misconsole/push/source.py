"""From a row of the store to an adapter that speaks to the directory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.targets import registry
from connectors.targets.base import TargetDeclaration, TargetSetup
from misconsole.errors import MisconsoleError

if TYPE_CHECKING:
    from connectors.targets.base import Target as Directory
    from data.tables import Target
    from misconsole.services.desk import Desk

Open = Callable[["Desk", "Target", Callable[[], bool]], "Directory"]


def declaration(row: Target) -> TargetDeclaration:
    return registry.declaration(row.kind)


def open_directory(desk: Desk, row: Target, cancelled: Callable[[], bool]) -> Directory:
    """The adapter, not yet connected; close it. Raises MisconsoleError naming what is not typed yet."""
    declared = declaration(row)
    secrets = desk.secrets.get(row.secret_ref) if row.secret_ref else {}
    defaults = {each.name: each.default for each in declared.settings if each.default}
    settings = {**defaults, **{name: str(value) for name, value in row.settings.items() if value}}
    missing = [
        each.title
        for each in declared.settings
        if each.required and not (secrets if each.secret else settings).get(each.name)
    ]
    if missing:
        raise MisconsoleError(
            f"{', '.join(missing)} must be typed first.",
            mend=f"misconsole target SCHOOL set {row.name} name=value; secrets with --secrets-file.",
            code="bad_settings",
        )
    return registry.make(row.kind, TargetSetup(settings=settings, secrets=secrets, cancelled=cancelled))
