"""Whether words stand where a store's file holds no row: in gaps of its pages, and in pages of no table.

A process of its own (``python -m data.residue FILE``, the words on standard input), because opening the file
beside SQLite and closing it again would drop the locks of every connection of the process that does it.  It
reads and holds nothing, so nobody waits for it.  Standard library only.
"""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from data.private_words import either

TREES = {2: 12, 5: 12, 10: 8, 13: 8}  # kinds of pages with cells -> bytes of their header
FILE_HEADER = 100  # bytes before the first page's own
AT_ONCE = 1024  # pages
#: Between two words of one name: a few bytes in a row, the names of two columns in the journal.
BETWEEN = 40
LONG = 8  # from so many letters on the beginning of a word is enough: what is overwritten loses its end first


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """``alone`` words that mean somebody by themselves; ``names`` words that do in that order."""

    alone: tuple[str, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()


def left(path: Path, traces: Traces) -> int | None:
    """How many pages hold them outside their rows; None where that could not be told."""
    ours = str(Path(__file__).resolve().parent.parent)  # the same code as here, whatever else is installed
    done = subprocess.run(
        [sys.executable, "-P", "-m", "data.residue", str(path)],
        input=json.dumps(asdict(traces)), capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": ours},
    )  # fmt: skip
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip().isdigit() else None


def pages(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Every page, and whether it is the first."""
    with path.open("rb") as file:
        size = struct.unpack(">H", file.read(FILE_HEADER)[16:18])[0]
        size = 65_536 if size == 1 else size
        file.seek(0)
        first = True
        while block := file.read(size * AT_ONCE):
            for start in range(0, len(block), size):
                yield block[start : start + size], first
                first = False


def free(page: bytes, *, first: bool = False) -> Iterator[bytes]:
    """The parts of a page that belong to no cell; all of a page that is of no tree, or makes no sense."""
    head = FILE_HEADER if first else 0
    if not page.strip(b"\0"):
        return
    if page[head] not in TREES:
        yield page
        return
    block, cells, content = struct.unpack_from(">HHH", page, head + 1)
    begins = head + TREES[page[head]] + 2 * cells
    parts = [(begins, content or 65_536)]
    while block and len(parts) < len(page):
        if block + 4 > len(page):
            yield page
            return
        following, long = struct.unpack_from(">HH", page, block)
        parts.append((block + 4, block + long))
        block = following
    for start, end in parts:
        if part := page[start:end].strip(b"\0"):
            yield part


def finder(traces: Traces) -> Callable[[bytes], bool]:
    """Whether a part holds a trace, whatever the case of its letters."""
    alone = {form for word in traces.alone for form in _forms(_stem(word))}
    begun = [(*words[:-1], _stem(words[-1])) for words in traces.names if words]
    names = {form for words in begun for form in zip(*map(_forms, words), strict=True)}
    any_of_them = either([*alone, *(words[0] for words in names)])
    if not any_of_them:
        return lambda _part: False
    hint = re.compile(any_of_them)
    gap = f".{{0,{BETWEEN}}}"

    def found(part: bytes) -> bool:
        text = part.decode("latin-1").lower()
        if not hint.search(text):
            return False
        if any(word in text for word in alone):
            return True
        near = [words for words in names if all(word in text for word in words)]
        return any(re.search(gap.join(map(re.escape, words)), text, re.DOTALL) for words in near)

    return found


def _stem(word: str) -> str:
    return word[: len(word) * 3 // 4] if len(word) >= LONG else word


def _forms(word: str) -> tuple[str, str]:
    """As it was delivered, and folded; as the bytes of the file read as single letters."""
    given, folded = (form.encode("utf-8", "replace") for form in (word, word.casefold()))
    return given.decode("latin-1").lower(), folded.decode("latin-1").lower()


def count(path: Path, found: Callable[[bytes], bool]) -> int:
    return sum(any(map(found, free(page, first=first))) for page, first in pages(path))


def main(words: Sequence[str]) -> None:
    told = json.load(sys.stdin)
    traces = Traces(alone=tuple(told["alone"]), names=tuple(tuple(each) for each in told["names"]))
    sys.stdout.write(f"{count(Path(words[0]), finder(traces))}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
