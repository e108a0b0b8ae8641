"""What is kept of an error nobody foresaw: where in our code it happened, and nothing of anybody's data.

No local variables, no messages (they quote values), no words of the command beyond its name.
"""

from __future__ import annotations

import os
import platform
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from misconsole.errors import MisconsoleError


class Unexpected(MisconsoleError):
    """Our mistake; the crash file tells us where."""

    code = "unexpected"


def report(error: BaseException, *, folder: Path | None = None) -> Unexpected:
    """Write the crash file (0600) and return the error to show."""
    from misconsole import paths

    try:
        path = write(error, folder=folder or paths.crash_dir())
    except OSError:
        where = "its details could not be written anywhere"
    else:
        where = f"details, without anybody's data, are in {path}"
    return Unexpected(
        f"Something went wrong that should not have ({type(error).__name__}); {where}.",
        mend="Send that file to your support desk. Nothing was left half done in the store.",
    )


def write(error: BaseException, *, folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"crash-{now:%Y%m%dT%H%M%S}-{os.getpid()}-{now.microsecond:06d}.txt"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines(error, now))
    return path


def lines(error: BaseException, now: datetime) -> Iterator[str]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        yield f"misconsole {version('misconsole')}"
    except PackageNotFoundError:
        yield "misconsole (not installed)"
    yield f"{now.isoformat(timespec='seconds')} Python {platform.python_version()} {platform.platform()}"
    command = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1].isalpha() else ""
    yield f"command: {command or 'console'}"
    for chained in chain(error):
        yield ""
        yield from places(chained)


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error, then what caused it or was under way when it came, each once."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def places(error: BaseException) -> Iterator[str]:
    """The type and where it passed; never its message, which may quote somebody's data."""
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}: {frame.line or ''}"
