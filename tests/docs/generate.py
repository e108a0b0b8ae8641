"""``python -m tests.docs``: renews the generated parts of ``docs/`` and takes away reasons that are settled.

``--check`` writes nothing and exits 1 when a page would change; ``--examples`` first runs the examples of
``commands.md`` and rewrites those whose keys are no longer what is printed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.docs import (
    write_checklist,
    write_commands,
    write_connectors,
    write_estate,
    write_exports,
    write_keys,
    write_privacy,
    write_schedule,
    write_settings,
    write_sims_export,
    write_targets,
)
from tests.docs.blocks import DOCS, renewed

WRITERS = (
    write_commands,
    write_keys,
    write_settings,
    write_estate,
    write_privacy,
    write_checklist,
    write_sims_export,
    write_exports,
    write_schedule,
    write_targets,
)
BLOCKS = {name: write for writer in WRITERS for name, write in writer.BLOCKS.items()}


def pages() -> list[Path]:
    return sorted(DOCS.glob("*.md"))


def written(page: Path) -> str:
    """The page as it should be."""
    text = page.read_text(encoding="utf-8")
    if page.name == "checklist.md":
        text = write_checklist.pruned(text)
    return renewed(text, BLOCKS)


def connectors_out_of_date() -> dict[Path, str | None]:
    """Pages of connectors → what they should say; None for the page of one that is no more."""
    folder = write_connectors.FOLDER
    wanted: dict[Path, str | None] = {folder / name: text for name, text in write_connectors.pages().items()}
    there = {page: page.read_text(encoding="utf-8") for page in folder.glob("*.md")}
    gone: dict[Path, str | None] = dict.fromkeys(there.keys() - wanted.keys())
    return {page: text for page, text in wanted.items() if there.get(page) != text} | gone


def main(words: list[str]) -> int:
    if "--examples" in words:
        from tests.docs import write_examples

        write_examples.main()
    stale = [page for page in pages() if written(page) != page.read_text(encoding="utf-8")]
    stale_connectors = connectors_out_of_date()
    for page in [*stale, *stale_connectors]:
        print(f"{page.name}: {'out of date' if '--check' in words else 'renewed'}")
        if "--check" not in words:
            write_connectors.FOLDER.mkdir(exist_ok=True)
            whole = stale_connectors.get(page)
            if page in stale_connectors and whole is None:
                page.unlink()
            else:
                page.write_text(written(page) if whole is None else whole, encoding="utf-8")
    return 1 if (stale or stale_connectors) and "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
