"""What the operator typed, held to the rules the connector declares, whichever interface it is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from connectors.base import SettingField
from connectors.errors import BadSettings
from connectors.http import check_secret


class Declares(Protocol):
    """A connector's declaration, or a target's."""

    @property
    def settings(self) -> tuple[SettingField, ...]: ...


class Given(Protocol):
    """What either is made from."""

    @property
    def settings(self) -> Mapping[str, str]: ...

    @property
    def secrets(self) -> Mapping[str, str]: ...


def settings_of(declaration: Declares, setup: Given, *, whole: bool = False) -> dict[str, str]:
    """Every setting that is no secret, its default where nothing was typed.  BadSettings names the first
    that is not as it should be, with ``whole`` also one that is required and missing; without, that is the
    connector's to judge."""
    fields = [field for field in declaration.settings if not field.secret]
    told = {field.name: _checked(field, setup.settings.get(field.name, "")) for field in fields}
    missing = next((field.name for field in fields if field.required and not told[field.name]), "")
    if whole and missing:
        raise BadSettings(f"The setting {missing} is missing.", mend=f"Type it (--set {missing}=…).")
    return told


def secret_of(declaration: Declares, setup: Given, name: str) -> str:
    """A secret, empty where nobody typed one; BadSettings, without showing it, if it can't be one."""
    field = next(f for f in declaration.settings if f.name == name)
    told = setup.secrets.get(name, "").strip()
    value = check_secret(told, title=field.title) if told else ""
    if value and field.pattern and not re.fullmatch(field.pattern, value):
        raise BadSettings(f"The {field.title} must be {field.hint}.")
    return value


def _checked(field: SettingField, told: str) -> str:
    value = str(told).strip() or field.default
    if value and field.pattern and not re.fullmatch(field.pattern, value):
        raise BadSettings(f"The setting {field.name} must be {field.hint or 'shorter'}.")
    return value
