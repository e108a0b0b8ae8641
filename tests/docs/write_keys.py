"""``docs/keys.md``: the key table, from the registry that bindings, footer, palette and help read too."""

from __future__ import annotations

from screens.commands import key_table


def merged() -> str:
    """The registry's tables, those under one heading made one."""
    parts: dict[str, list[str]] = {}
    for section in key_table().split("### ")[1:]:
        heading, _, rest = section.partition("\n")
        lines = rest.strip().splitlines()
        known = parts.setdefault(heading, lines[:2])
        known += lines[2:]
    return "\n\n".join(f"### {heading}\n\n" + "\n".join(lines) for heading, lines in parts.items())


BLOCKS = {"keys.table": merged}
