"""What a check of the doctor looks at, and what it says: fine, worth a look, wrong, or mended just now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import StoreProblem
from misconsole.errors import MisconsoleError

if TYPE_CHECKING:
    from misconsole.services.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``state`` ok, attention or problem. ``mended``: it was wrong and is put right now."""

    area: str
    state: str
    message: str
    mend: str = ""
    mended: bool = False


@dataclass(slots=True, kw_only=True)
class Patient:
    """What is looked at. ``desk`` None: the store could not be opened. ``online``: ask every MIS, too."""

    env: Mapping[str, str]
    store: Path | None
    now: datetime
    mend: bool = False
    online: bool = False
    desk: Desk | None = None
    trouble: StoreProblem | MisconsoleError | None = None
    size: tuple[int, int] = field(default=(80, 24))


Check = Callable[[Patient], Iterator[Finding]]


def ok(area: str, message: str) -> Finding:
    return Finding(area=area, state="ok", message=message)


def hint(area: str, message: str, mend: str) -> Finding:
    return Finding(area=area, state="attention", message=message, mend=mend)


def bad(area: str, message: str, mend: str) -> Finding:
    return Finding(area=area, state="problem", message=message, mend=mend)


def mended(area: str, message: str) -> Finding:
    return Finding(area=area, state="ok", message=message, mended=True)
