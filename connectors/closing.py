"""What every connector is besides its interface: made for one school, closed when done, and shown by the
school's number alone, so that no secret of its setup gets into a log."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from connectors.base import Setup


class Closes(Protocol):
    def close(self) -> None: ...


class OneSchool:
    """``_made`` is what the interface is read by, once it was needed; a second client is the connector's own
    to close."""

    setup: Setup
    _made: Closes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(urn={self.setup.school.urn!r})"

    def close(self) -> None:
        if self._made is not None:
            self._made.close()
            self._made = None
