"""A package on disk, folder or ZIP, opened safely and watched for change.

Nothing is ever unpacked to disk, so a path inside a ZIP cannot write anywhere; hostile entries are
refused all the same.  Sizes are limited before and while reading.  ``check_unchanged`` tells a package
that is still being written: then nothing of it counts (Z20).
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from connectors.errors import BadFile, TooLarge, Unreachable
from connectors.oneroster_csv.standard import (
    KNOWN_FILES,
    MAX_ENTRIES,
    MAX_FILE,
    MAX_LINE,
    MAX_TOTAL,
)

CHANGING = "Wait until the MIS has finished writing the package, then run again; nothing was changed."


class Package:
    """The CSV files of one package: standard name → name as spelt there (``spelt``)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.oddities: list[tuple[str, str]] = []  # (file as spelt, what is odd about it)
        self._zip: zipfile.ZipFile | None = None
        self._entries: dict[str, str] = {}  # standard name -> member or file name
        try:
            self._seen = self._look()
            self._list()
        except OSError as problem:
            self.close()
            raise _unreadable(path, problem) from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()

    def has(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def spelt(self, name: str) -> str:
        """The file's own name, for messages: ``users.csv``."""
        return PurePosixPath(self._entries.get(name, f"{name}.csv")).name

    def check_unchanged(self) -> None:
        """Raise ``BadFile`` when a file was added, removed, resized or touched since opening."""
        try:
            now = self._look()
        except OSError as problem:
            raise _unreadable(self.path, problem) from None
        if now != self._seen:
            changed = sorted({name for name, _ in now.symmetric_difference(self._seen)})
            raise BadFile(
                f"{', '.join(changed[:5])} changed while it was being read.", mend=CHANGING, where=changed[0]
            )

    def lines(self, name: str) -> Iterator[bytes]:
        """The file's lines as bytes, endings kept, sizes limited."""
        spelt = self.spelt(name)
        try:
            with self._open(name) as stream:
                yield from _limited(stream, spelt)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as problem:
            raise BadFile(f"{spelt} in the ZIP cannot be unpacked: {problem}.", where=spelt) from None
        except OSError as problem:
            raise _unreadable(self.path / spelt, problem) from None

    def _open(self, name: str) -> IO[bytes]:
        if self._zip is not None:
            return self._zip.open(self._entries[name])
        return (self.path / self._entries[name]).open("rb")

    def _look(self) -> frozenset[tuple[str, tuple[int, int, int]]]:
        """Name, size, time and inode of everything that matters."""
        kind = self.path.stat()
        if stat.S_ISREG(kind.st_mode):
            return frozenset({(self.path.name, _mark(kind))})
        if not stat.S_ISDIR(kind.st_mode):
            raise BadFile(f"{self.path} is neither a folder nor a file.", where=str(self.path))
        with os.scandir(self.path) as found:
            files = [entry for entry in found if entry.name.lower().endswith(".csv")]
            return frozenset((e.name, _mark(e.stat(follow_symlinks=False))) for e in files)

    def _list(self) -> None:
        if self.path.is_dir():
            self._list_folder()
        else:
            self._list_zip()

    def _list_folder(self) -> None:
        for name, (size, _, _) in sorted(self._seen):
            if not stat.S_ISREG((self.path / name).lstat().st_mode):
                raise BadFile(f"{name} is a link or a device, not a file.", where=name)
            self._add(name, name, size)
        self._check_total(size for _, (size, _, _) in self._seen)

    def _list_zip(self) -> None:
        try:
            self._zip = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError) as problem:
            raise BadFile(
                f"{self.path.name} is not a readable ZIP: {problem}.", mend=CHANGING, where=self.path.name
            ) from None
        members = [m for m in self._zip.infolist() if not m.is_dir()]
        if len(members) > MAX_ENTRIES:
            raise TooLarge(f"{self.path.name} holds {len(members)} files.", where=self.path.name)
        for member in members:
            self._check_member(member)
        wanted = [m for m in members if _counts(m.filename)]
        folder = self._common_folder(wanted)
        for member in wanted:
            if str(PurePosixPath(member.filename).parent) == folder:
                self._add(PurePosixPath(member.filename).name, member.filename, member.file_size)
            else:
                self.oddities.append((member.filename, "lies in a folder of its own and is not read"))
        self._check_total(m.file_size for m in members)

    def _common_folder(self, members: list[zipfile.ZipInfo]) -> str:
        """ "." when the manifest is at the root as it should be, else the one folder that has it."""
        folders = {
            str(PurePosixPath(m.filename).parent)
            for m in members
            if PurePosixPath(m.filename).stem.lower() == "manifest"
        }
        if len(folders) == 1 and (folder := next(iter(folders))) != ".":
            self.oddities.append((f"{folder}/", "holds the files, which belong at the root of the ZIP"))
            return folder
        return "."

    def _check_member(self, member: zipfile.ZipInfo) -> None:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        where = f"{self.path.name}:{member.filename[:80]!a}"
        if path.is_absolute() or ".." in path.parts or ":" in member.filename or "\\" in member.filename:
            raise BadFile("The ZIP has a file whose path leads out of it.", where=where)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise BadFile("The ZIP has a link instead of a file.", where=where)
        if member.flag_bits & 0x1:
            raise BadFile("The ZIP is encrypted.", mend="Have it made without a password.", where=where)

    def _add(self, name: str, entry: str, size: int) -> None:
        stem = PurePosixPath(name).stem
        standard = next((known for known in KNOWN_FILES if known.lower() == stem.lower()), None)
        if standard is None:
            self.oddities.append((name, "is not a file of the standard and is not read"))
            return
        if standard in self._entries:
            raise BadFile(f"{name} is there twice, spelt differently.", where=name)
        if name != f"{standard}.csv":
            self.oddities.append((name, f"should be spelt {standard}.csv"))
        if size > MAX_FILE:
            raise TooLarge(f"{name} has {size:,} bytes; the limit is {MAX_FILE:,}.", where=name)
        self._entries[standard] = entry

    def _check_total(self, sizes: Iterable[int]) -> None:
        total = sum(sizes)
        if total > MAX_TOTAL:
            raise TooLarge(
                f"The package has {total:,} bytes; the limit is {MAX_TOTAL:,}.", where=self.path.name
            )


def _mark(found: os.stat_result) -> tuple[int, int, int]:
    return (found.st_size, found.st_mtime_ns, found.st_ino)


def _counts(name: str) -> bool:
    """Whether an entry is a CSV file and none of the litter that some systems add to a ZIP."""
    parts = PurePosixPath(name).parts
    return name.lower().endswith(".csv") and "__MACOSX" not in parts and not parts[-1].startswith("._")


def _limited(stream: IO[bytes], spelt: str) -> Iterator[bytes]:
    total = 0
    for number in range(1, MAX_FILE):
        line = stream.readline(MAX_LINE + 1)
        total += len(line)
        if len(line) > MAX_LINE or total > MAX_FILE:
            raise TooLarge(f"{spelt}, line {number} is too long to be a row.", where=f"{spelt}:{number}")
        if not line:
            return
        yield line


def _unreadable(path: Path, problem: OSError) -> Unreachable | BadFile:
    """A share that is away, a folder not there yet, or a missing right: told apart."""
    reason = problem.strerror or "it cannot be read"
    if isinstance(problem, PermissionError):
        return BadFile(
            f"{path} may not be read: {reason}.", mend="Give this account the right to read it.",
            where=str(path),
        )  # fmt: skip
    return Unreachable(
        f"{path} cannot be read: {reason}.",
        mend="Check the path, and that the share or drive is there.", where=str(path),
    )  # fmt: skip
