"""Files in a folder of their own, for connectors that read files: nothing may be written there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness import Served

from connectors.base import SchoolRef, Setup


def _state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def served(
    files: Mapping[str, bytes], *, cancelled: Callable[[], bool] = lambda: False, **settings: str
) -> Iterator[Served]:
    """The files, and the setup that reads them with ``settings`` besides the path."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        before = _state(folder)
        setup = Setup(
            school=SchoolRef(urn="990099", name="Test School"), settings={"path": str(folder), **settings},
            cancelled=cancelled,
        )  # fmt: skip

        def changed() -> list[str]:
            after = _state(folder)
            return [n for n in before.keys() | after.keys() if before.get(n) != after.get(n)]

        yield Served(setup, changed)
