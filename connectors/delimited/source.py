"""A folder, a ZIP or one file on disk, opened safely and watched for change.

Nothing is ever unpacked to disk, so a path inside a ZIP cannot write anywhere; hostile entries are
refused all the same.  Sizes are limited before and while reading.  ``check_unchanged`` tells files that
are still being written: then nothing of them counts (Z20).
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, ClassVar

from connectors.errors import BadFile, TooLarge, Unreachable

CHANGING = "Wait until the MIS has finished writing, then run again; nothing was changed."
HALF_WRITTEN = (".part", ".tmp", ".filepart", ".crdownload", ".partial", ".writing")
UNPACKING = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """In bytes, and for ``entries`` in files."""

    line: int = 1 << 20
    file: int = 512 << 20
    total: int = 1 << 30
    entries: int = 500


class Source:
    """The files of one export: ``names`` in order, each as spelt there.

    A subclass may list files under other names (``listed``) and look for them elsewhere in a ZIP.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".txt", ".tsv", ".tab")
    single: ClassVar[bool] = True  # one file by itself is an export too

    def __init__(self, path: Path, *, limits: Limits | None = None) -> None:
        self.path, self.limits = path, limits or Limits()
        self.oddities: list[tuple[str, str]] = []  # (file as spelt, what is odd about it)
        self._zip: zipfile.ZipFile | None = None
        self._entries: dict[str, str] = {}  # listed name -> member or file name
        try:
            self._seen = self._look()
            self._list()
        except OSError as problem:
            self.close()
            raise unreadable(path, problem) from None
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
        return PurePosixPath(self._entries.get(name, name)).name

    def listed(self, name: str) -> str | None:
        """What a file is listed as; None for one that is not read (and noted in ``oddities``)."""
        return name

    def written(self, name: str) -> datetime:
        """When the file was last written, UTC; of a ZIP when that was."""
        path = self.path if self._zip is not None or self.path.is_file() else self.path / self._entries[name]
        try:
            return datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError as problem:
            raise unreadable(path, problem) from None

    def check_unchanged(self) -> None:
        """Raise ``BadFile`` when a file was added, removed, resized or touched since opening."""
        try:
            now = self._look()
        except OSError as problem:
            raise unreadable(self.path, problem) from None
        if now != self._seen:
            changed = sorted({name for name, _ in now.symmetric_difference(self._seen)})
            raise BadFile(
                f"{', '.join(changed[:5])} changed while it was being read.", mend=CHANGING, where=changed[0]
            )

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """The file's bytes.  What goes wrong inside the block while reading them becomes our own error."""
        spelt = self.spelt(name)
        try:
            with self._open(name) as stream:
                yield stream
        except UNPACKING as problem:
            raise BadFile(f"{spelt} in the ZIP cannot be unpacked: {problem}.", where=spelt) from None
        except OSError as problem:
            raise unreadable(self.path / spelt, problem) from None

    def lines(self, name: str) -> Iterator[bytes]:
        """The file's lines as bytes, endings kept, sizes limited."""
        with self.open(name) as stream:
            yield from self._limited(stream, self.spelt(name))

    def chunks(self, name: str, size: int = 1 << 16) -> Iterator[bytes]:
        """The file in pieces; ``TooLarge`` when it goes on beyond the limit."""
        total = 0
        with self.open(name) as stream:
            while piece := stream.read(size):
                total += len(piece)
                if total > self.limits.file:
                    raise self._too_large(self.spelt(name), total)
                yield piece

    def _open(self, name: str) -> IO[bytes]:
        if self._zip is not None:
            return self._zip.open(self._entries[name])
        return (self.path if self.path.is_file() else self.path / self._entries[name]).open("rb")

    def _look(self) -> frozenset[tuple[str, tuple[int, int, int]]]:
        """Name, size, time and inode of everything that matters."""
        kind = self.path.stat()
        if stat.S_ISREG(kind.st_mode):
            return frozenset({(self.path.name, _mark(kind))})
        if not stat.S_ISDIR(kind.st_mode):
            raise BadFile(f"{self.path} is neither a folder nor a file.", where=str(self.path))
        with os.scandir(self.path) as found:
            names = [entry for entry in found if not entry.name.startswith((".", "~$"))]
            files = [entry for entry in names if entry.name.lower().endswith(self.suffixes)]
            self._check_half_written({entry.name for entry in names})
            return frozenset((e.name, _mark(e.stat(follow_symlinks=False))) for e in files)

    def _check_half_written(self, names: set[str]) -> None:
        """A temporary name beside (or in place of) a file: whoever writes it has not finished."""
        for name in sorted(names):
            stem, suffix = Path(name).stem, Path(name).suffix
            if suffix.lower() in HALF_WRITTEN and stem.lower().endswith(self.suffixes):
                raise BadFile(f"{stem} is still being written ({name} is there).", mend=CHANGING, where=name)

    def _list(self) -> None:
        if self.path.is_dir():
            self._list_folder()
        elif self.single and self.path.name.lower().endswith(self.suffixes):
            size = self.path.stat().st_size
            self._add(self.path.name, self.path.name, size)
        else:
            self._list_zip()

    def _list_folder(self) -> None:
        for name, (size, _, _) in sorted(self._seen):
            if not stat.S_ISREG((self.path / name).lstat().st_mode):
                raise BadFile(f"{name} is a link or a device, not a file.", where=name)
            self._add(name, name, size)
        if len(self._seen) > self.limits.entries:
            raise TooLarge(f"{self.path.name} holds {len(self._seen)} files.", where=self.path.name)
        self._check_total(size for _, (size, _, _) in self._seen)

    def _list_zip(self) -> None:
        try:
            self._zip = zipfile.ZipFile(self.path)
        except (*UNPACKING, ValueError) as problem:
            raise BadFile(
                f"{self.path.name} is not a readable ZIP: {problem}.", mend=CHANGING, where=self.path.name
            ) from None
        members = [m for m in self._zip.infolist() if not m.is_dir()]
        if len(members) > self.limits.entries:
            raise TooLarge(f"{self.path.name} holds {len(members)} files.", where=self.path.name)
        for member in members:
            self._check_member(member)
        wanted = [m for m in members if self._counts(m.filename)]
        folder = self.folder_of(tuple(m.filename for m in wanted))
        for member in wanted:
            if str(PurePosixPath(member.filename).parent) == folder:
                self._add(PurePosixPath(member.filename).name, member.filename, member.file_size)
            else:
                self.oddities.append((member.filename, "lies in a folder of its own and is not read"))
        self._check_total(m.file_size for m in members)

    def folder_of(self, members: tuple[str, ...]) -> str:
        """The folder of a ZIP that counts: the one they all lie in, else the root (".")."""
        folders = {str(PurePosixPath(name).parent) for name in members}
        return next(iter(folders)) if len(folders) == 1 else "."

    def _check_member(self, member: zipfile.ZipInfo) -> None:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        where = f"{self.path.name}:{member.filename[:80]!a}"
        if path.is_absolute() or ".." in path.parts or ":" in member.filename or "\\" in member.filename:
            raise BadFile("The ZIP has a file whose path leads out of it.", where=where)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise BadFile("The ZIP has a link instead of a file.", where=where)
        if member.flag_bits & 0x1:
            raise BadFile("The ZIP is encrypted.", mend="Have it made without a password.", where=where)

    def _counts(self, name: str) -> bool:
        """Whether an entry is a file to read and none of the litter that some systems add to a ZIP."""
        parts = PurePosixPath(name).parts
        litter = "__MACOSX" in parts or parts[-1].startswith((".", "~$"))
        return name.lower().endswith(self.suffixes) and not litter

    def _add(self, name: str, entry: str, size: int) -> None:
        listed = self.listed(name)
        if listed is None:
            return
        if listed in self._entries:
            raise BadFile(f"{name} is there twice, spelt differently.", where=name)
        if size > self.limits.file:
            raise self._too_large(name, size)
        self._entries[listed] = entry

    def _too_large(self, name: str, size: int) -> TooLarge:
        return TooLarge(f"{name} has {size:,} bytes; the limit is {self.limits.file:,}.", where=name)

    def _check_total(self, sizes: Iterable[int]) -> None:
        total = sum(sizes)
        if total > self.limits.total:
            raise TooLarge(
                f"The package has {total:,} bytes; the limit is {self.limits.total:,}.", where=self.path.name
            )

    def _limited(self, stream: IO[bytes], spelt: str) -> Iterator[bytes]:
        total = 0
        for number in range(1, self.limits.file):
            line = stream.readline(self.limits.line + 1)
            total += len(line)
            if len(line) > self.limits.line or total > self.limits.file:
                raise TooLarge(f"{spelt}, line {number} is too long to be a row.", where=f"{spelt}:{number}")
            if not line:
                return
            yield line


def whole_path(text: str, *, what: str = "folder or ZIP") -> Path:
    """The setting ``path`` as a path.  ``BadSettings`` when it is blank or not a whole path."""
    from connectors.errors import BadSettings

    text = text.strip()
    if not text or "\0" in text:
        raise BadSettings(f"No {what} is set.", mend="Set one: --set path=/whole/path/to/it.")
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise BadSettings("The path begins with the home folder of somebody unknown.") from None
    if not path.is_absolute():
        raise BadSettings(f"The path {text[:200]} is not a whole path.", mend="Begin it at the root.")
    return path


def unreadable(path: Path, problem: OSError) -> Unreachable | BadFile:
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


def _mark(found: os.stat_result) -> tuple[int, int, int]:
    return (found.st_size, found.st_mtime_ns, found.st_ino)
