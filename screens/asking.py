"""Asking services without stopping the keyboard: in a thread, with the answer posted back as a message.

Protects the event loop (nothing here blocks it), the operator (a domain error becomes a message with what
mends it; anything else a crash file and one calm line), and order: of several questions of one kind, only
the answer to the last is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.message import Message
from textual.message_pump import MessagePump
from textual.widget import Widget

from misconsole.errors import Conflict, NotFound

if TYPE_CHECKING:
    from screens.console import Console

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, ready to say."""

    message: str
    mend: str = ""
    code: str = ""
    names: bool = False  # the sentence may name a person or an account


def domain_error(error: BaseException) -> Trouble | None:
    """Errors of the product, its connectors and its store all carry a message and what mends it."""
    message, mend = getattr(error, "message", None), getattr(error, "mend", None)
    if isinstance(message, str) and isinstance(mend, str):
        names = isinstance(error, (Conflict, NotFound))
        return Trouble(message, mend, str(getattr(error, "code", "")), names)
    return None


class Asking(MessagePump):
    """For screens and widgets that ask services."""

    @dataclass
    class Answer(Message, bubble=False):
        """Sent from the thread to the widget that asked; never bubbles."""

        group: str
        number: int
        then: Callable[[], None]

    @property
    def program(self) -> Console:
        return cast("Console", self.app)

    def ask(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        *,
        group: str,
        failed: Callable[[Trouble], None] | None = None,
        each: bool = False,
    ) -> None:
        """Run ``work`` in a thread, then ``then(result)`` here. With ``each`` every answer counts, not only
        the last of the group (decisions)."""
        numbers = self._asked_numbers()
        numbers[group] = number = numbers.get(group, 0) + 1
        self.__dict__.setdefault("_waiting", set()).add(group)
        job = partial(self._work, work, then, failed or self.trouble, group, 0 if each else number)
        cast(Widget, self).run_worker(job, group=group, thread=True, exit_on_error=False, description=group)

    def _asked_numbers(self) -> dict[str, int]:
        numbers: dict[str, int] = self.__dict__.setdefault("_asked", {})
        return numbers

    def asking(self, group: str) -> bool:
        """Is an answer of this group still on its way?"""
        return group in self.__dict__.get("_waiting", ())

    def _work(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[Trouble], None],
        group: str,
        number: int,
    ) -> None:
        done: Callable[[], None]
        try:
            done = partial(then, work())
        except Exception as error:  # noqa: BLE001 - the one place where any error becomes a message
            done = partial(failed, domain_error(error) or self.program.unexpected(error))
        self.post_message(self.Answer(group, number, done))

    def on_asking_answer(self, answer: Answer) -> None:
        answer.stop()
        latest = answer.number in (0, self._asked_numbers().get(answer.group))
        if latest:
            self.__dict__.setdefault("_waiting", set()).discard(answer.group)
        if latest and cast(Any, self).is_attached:
            answer.then()

    def trouble(self, trouble: Trouble) -> None:
        """A question failed and nobody asked to hear of it specially."""
        self.program.complain(trouble)
