"""The folder of an export: written whole or not at all, readable by its owner alone, never somebody else's.

A folder is ours when it holds the record of an export of that school and format, and nothing besides what the
record names, unchanged.  The new folder is made beside it and then takes its place; when anything fails, also
what is done after it, the old one is put back.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from misconsole.errors import Conflict, MisconsoleError, Usage

RECORD = "misconsole-export.json"
LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What an export left behind. ``rows``: file -> key -> (digest of the row, label)."""

    school: str
    format: str
    at: str
    by: str
    files: Mapping[str, str]  # name -> SHA-256
    rows: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        names = ("school", "format", "at", "by", "files", "rows", "addresses")
        return json.dumps({name: getattr(self, name) for name in names}, ensure_ascii=True, indent=1)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_record(folder: Path) -> Record | None:
    """The record in a folder, None where there is none that can be read."""
    try:
        path = folder / RECORD
        if path.stat().st_size > LARGEST:
            return None
        found = json.loads(path.read_text(encoding="utf-8"))
        return _record(found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None


def _record(found: dict[str, Any]) -> Record:
    rows = {
        str(file): {str(key): (str(pair[0]), str(pair[1])) for key, pair in listed.items()}
        for file, listed in found["rows"].items()
    }
    return Record(
        school=str(found["school"]), format=str(found["format"]), at=str(found["at"]), by=str(found["by"]),
        files={str(k): str(v) for k, v in found["files"].items()}, rows=rows,
        addresses={str(k): str(v) for k, v in found["addresses"].items()},
    )  # fmt: skip


def check(folder: Path, *, school: str, format_id: str) -> Record | None:
    """The record of the export that will be replaced, None for an empty or new folder.

    Usage for a folder that holds anything else; Conflict where a file was changed since it was written.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise Usage(f"{folder} is not a folder.", mend="Name a folder, new or empty.")
    names = {each.name for each in folder.iterdir()} if folder.exists() else set()
    if not names:
        return None
    record = read_record(folder)
    if record is None or (record.school, record.format) != (school, format_id):
        raise Usage(
            f"{folder} holds other files; nothing was written.",
            mend="Name a folder that is new or empty, or the one of the last export of this format.",
            code="folder_in_use",
        )
    if foreign := sorted(names - set(record.files) - {RECORD}):
        raise Usage(
            f"{folder} holds {foreign[0][:60]}, which no export wrote; nothing was written.",
            mend="Move it elsewhere, or name another folder.", code="folder_in_use",
        )  # fmt: skip
    for name, known in record.files.items():
        path = folder / name
        if path.exists() and digest(path.read_bytes()) != known:
            raise Conflict(
                f"{path} was changed since it was written; nothing was written over it.",
                mend="Keep what you need of it elsewhere and remove it, or name another folder.",
                code="file_changed",
            )  # fmt: skip
    return record


@contextmanager
def published(folder: Path, files: Mapping[str, bytes]) -> Iterator[None]:
    """``files`` are the whole of ``folder`` while the block runs, and stay so if it ends without an error."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = _beside(folder, "part")
        part.mkdir(mode=0o700)
    except OSError as error:
        raise _problem(folder, error) from error
    old: Path | None = None
    try:
        try:
            for name, content in files.items():
                _write(part / name, content)
            old = _swap(part, folder)
        except OSError as error:
            raise _problem(folder, error) from error
        yield
    except BaseException:
        if not part.exists():  # it has taken its place already
            folder.replace(part)
            if old is not None:
                old.replace(folder)
        raise
    else:
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.{what}")


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _swap(part: Path, folder: Path) -> Path | None:
    """Puts ``part`` in the place of ``folder``; where the old one went, None if there was none."""
    old = _beside(folder, "old") if folder.exists() else None
    if old is not None:
        folder.replace(old)
    try:
        part.replace(folder)
    except OSError:
        if old is not None:
            old.replace(folder)
        raise
    return old


def _problem(folder: Path, error: OSError) -> MisconsoleError:
    return MisconsoleError(
        f"{folder} cannot be written: {error.strerror or type(error).__name__}. Nothing was written.",
        mend="Name a folder in a place that is yours and has room.",
        code="cannot_write",
    )
