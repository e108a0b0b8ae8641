"""The store's schema, step by step. Standard library only: opening a store at its newest revision asks
this module and nothing else, so that Alembic is imported only when there is something to do.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
_NAME = re.compile(r"(\d{4})_\w+\.py")


def revisions() -> tuple[str, ...]:
    """Every revision this version knows, oldest first, from the names of the files."""
    names = (_NAME.fullmatch(path.name) for path in (FOLDER / "versions").iterdir())
    return tuple(sorted(found[1] for found in names if found))


def head() -> str:
    """The revision a store must be at to be used."""
    return revisions()[-1]
