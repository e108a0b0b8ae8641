"""Every report in turn: what a school does not share stops its own report and no other.

Only when nothing at all came is the refusal the outcome of the whole reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from connectors.errors import ConnectorError, ScopeMissing
from connectors.records import Batch, Finished, Notice

Item = Batch | Finished | Notice
Task = Callable[[], Iterable[Item]]


def not_shared(problem: ConnectorError) -> bool:
    return isinstance(problem, ScopeMissing)


def in_turn(
    tasks: Iterable[Task],
    *,
    goes_on: Callable[[ConnectorError], bool] = not_shared,
    after: Callable[[], Iterable[Notice]] = tuple,
    last: Callable[[], Iterable[Notice]] = tuple,
) -> Iterator[Item]:
    """What the tasks yield.  ``goes_on`` tells which errors leave the others to be read: they become
    a notice.  ``after`` is told behind each task, ``last`` behind them all.  Raises the first of those
    errors if no report was ``Finished``, and any other error at once."""
    refused: list[ConnectorError] = []
    done = 0
    for task in tasks:
        try:
            for item in task():
                done += isinstance(item, Finished)
                yield item
        except ConnectorError as problem:
            if not goes_on(problem):
                raise
            refused.append(problem)
            yield told(problem)
        yield from after()
    yield from last()
    if refused and not done:
        raise refused[0]


def told(problem: ConnectorError, level: str = "error") -> Notice:
    """An error that stops less than the whole reading."""
    return Notice(level=level, code=problem.code, message=problem.message, mend=problem.mend)
