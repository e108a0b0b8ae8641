"""``docs/keys.md``: the key table, from the registry that bindings, footer, palette and help read too."""

from __future__ import annotations

from screens.commands import key_table

BLOCKS = {"keys.table": key_table}
