"""``docs/targets.md``: what may be set of a directory, from the declarations and the one list of options."""

from __future__ import annotations

import re

from connectors.targets import registry
from misconsole.rules.target_options import OPTIONS
from tests.docs.blocks import table


def options() -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{o.name}`", re.sub(r" \([A-Z]\d+\)", "", o.doc), o.bounds, f"`{o.show(o.default) or 'empty'}`")
        for o in OPTIONS
    ]
    return table(("option", "what it decides", "takes", "default"), rows)


def settings() -> str:
    parts = []
    for declared in (registry.declaration(kind) for kind in registry.kinds()):
        rows: list[tuple[object, ...]] = [
            (f"`{s.name}`", f"{s.title}{' (secret)' if s.secret else ''}. {s.help}".strip(), s.hint,
             "required" if s.required else f"`{s.default}`" if s.default else "")
            for s in declared.settings
        ]  # fmt: skip
        parts += [f"**{declared.title}** (`--kind {declared.kind}`)", ""]
        parts += [table(("setting", "what it is", "takes", "default"), rows), ""]
    return "\n".join(parts)


BLOCKS = {"targets.options": options, "targets.settings": settings}
