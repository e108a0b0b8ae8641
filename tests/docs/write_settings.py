"""``docs/settings.md``: what a school may decide, and what a connection takes, from their one definition."""

from __future__ import annotations

from connectors import registry
from misconsole.rules.options import GROUPS, SETTINGS
from tests.docs.blocks import table


def school() -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{s.name}`", s.doc, s.bounds, f"`{s.show(s.default)}`") for s in SETTINGS
    ]
    rows += [
        (f"`{name}`", "Sets at once: " + ", ".join(f"`{each}`" for each in members), "yes or no", "")
        for name, members in GROUPS.items()
    ]
    return table(("setting", "what it decides", "takes", "default"), rows)


def connections() -> str:
    parts = []
    for declaration in registry.declarations():
        rows: list[tuple[object, ...]] = [
            (
                f"`{s.name}`",
                f"{s.title}{' (secret)' if s.secret else ''}. {s.help}",
                s.hint,
                "required" if s.required else f"`{s.default}`" if s.default else "",
            )
            for s in declaration.settings
        ]
        parts += [f"**{declaration.title}** (`--route {declaration.route}`)", ""]
        parts += [table(("setting", "what it is", "takes", "default"), rows), ""]
    return "\n".join(parts)


BLOCKS = {"settings.school": school, "settings.connections": connections}
