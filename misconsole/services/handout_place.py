"""The file of a hand-out: its owner's alone, whole or not there, and taken back when the rest fails.

What is written lies in a hidden folder beside its place until everything else is done; then it takes its
place in one step.  Such a folder left by a process that was killed is removed by the next hand-out to the
same place, because it holds passwords.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from misconsole.errors import MisconsoleError, Usage
from misconsole.sync.lease import process_alive

NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV)


class Place:
    """``folder``: several files in a folder of their own, which is new or empty; else one file."""

    def __init__(self, path: Path, *, folder: bool, replace: bool) -> None:
        self.path, self.folder, self.replace = path, folder, replace
        self.part = path.parent / f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part"
        self.files: list[Path] = []
        self.published = False

    def check(self) -> None:
        """Usage where something is there that must not go, or where there is no folder to write in."""
        path = self.path
        if not path.parent.is_dir():
            raise Usage(f"There is no folder {path.parent}.", mend="Make it first, or name another file.")
        if path.is_symlink() or (path.exists() and self.folder and not path.is_dir()):
            raise Usage(f"{path} is not a {'folder' if self.folder else 'file'}.", mend="Name another.")
        if self.folder and path.exists() and any(path.iterdir()):
            raise Usage(
                f"{path} is not empty; nothing was written.", mend="Name a folder that is new or empty."
            )
        if not self.folder and path.is_dir():
            raise Usage(f"{path} is a folder.", mend="Name a file.")
        if not self.folder and path.exists() and not self.replace:
            raise Usage(
                f"{path} is there already; nothing was written over it.",
                mend="Name another file, or say --replace.", code="file_exists",
            )  # fmt: skip

    def stage(self, files: Mapping[str, bytes]) -> None:
        """Write these, and only these, out of sight. Raises MisconsoleError where there is no room."""
        try:
            self._drop()
            self.part.mkdir(mode=0o700)
            content = self.part / "content"
            content.mkdir(mode=0o700)
            self.files = [_write(content / name, data) for name, data in files.items()]
        except OSError as error:
            self._drop()
            raise _problem(self.path, error) from error

    def publish(self) -> None:
        """Put what was staged in its place, in one step."""
        try:
            self._publish()
            self.published = True
            _sync(self.path.parent)
        except FileExistsError as error:
            raise Usage(f"{self.path} is there already by now.", mend="Name another file.") from error
        except OSError as error:
            raise _problem(self.path, error) from error

    def _publish(self) -> None:
        if self.folder:
            (self.part / "content").rename(self.path)
            return
        [file] = self.files
        if self.replace and self.path.exists():
            shutil.copy2(self.path, self.part / "before")
            file.replace(self.path)
            return
        try:
            os.link(file, self.path)
        except OSError as error:
            if error.errno not in NO_LINKS or self.path.exists():
                raise
            file.rename(self.path)

    def withdraw(self) -> None:
        """Take back what was published: what stood there before stands there again."""
        if not self.published:
            return
        before = self.part / "before"
        with suppress(OSError):
            if self.folder:
                shutil.rmtree(self.path)
            elif before.exists():
                before.replace(self.path)
            else:
                self.path.unlink()

    def _drop(self) -> None:
        shutil.rmtree(self.part, ignore_errors=True)


@contextmanager
def placed(path: Path, *, folder: bool = False, replace: bool = False) -> Iterator[Place]:
    """What the block publishes stays only if the block ends without an error."""
    place = Place(path, folder=folder, replace=replace)
    place.check()
    _sweep(path)
    try:
        yield place
    except BaseException:
        place.withdraw()
        raise
    finally:
        place._drop()


def complaint(path: Path, *, folder: bool = False) -> str:
    """Why a hand-out could not be written there as things stand, "" where nothing is in its way."""
    try:
        Place(path, folder=folder, replace=False).check()
    except Usage as wrong:
        return f"{wrong.message} {wrong.mend}".strip()
    except OSError as error:
        return f"{path} cannot be looked at: {error.strerror or type(error).__name__}."
    return "" if os.access(path.parent, os.W_OK | os.X_OK) else f"{path.parent} may not be written to by you."


def _sweep(path: Path) -> None:
    """Remove what hand-outs to this place left behind whose process is gone."""
    mine = re.compile(rf"\.{re.escape(path.name)}\.(\d{{1,9}})-[0-9a-f]{{8}}\.part")
    with suppress(OSError):
        for each in path.parent.iterdir():
            found = mine.fullmatch(each.name)
            if found and not process_alive(int(found[1])):
                shutil.rmtree(each, ignore_errors=True)


def _write(path: Path, content: bytes) -> Path:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return path


def _sync(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _problem(path: Path, error: OSError) -> MisconsoleError:
    return MisconsoleError(
        f"{path} cannot be written: {error.strerror or type(error).__name__}. Nobody was handed out.",
        mend="Name a file in a folder that is yours and has room.",
        code="cannot_write",
    )
