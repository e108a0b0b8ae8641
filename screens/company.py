"""Who else is here: other consoles on the same store, told beside the school and the case they are at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from screens import glyphs
from screens.widgets.lines import Line, line, span, wrap

if TYPE_CHECKING:
    from misconsole.services.desk import Desk
    from misconsole.services.live import Glance, Other

YOURSELF = "yourself"


class Company:
    """One for a console. ``desk`` gives the open desk; questions are made here and asked in threads."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        self._desk = desk
        self._session = ""
        self._said: tuple[str, str, datetime] | None = None
        self.others: tuple[Other, ...] = ()

    def look(self, school: str, case: str) -> Callable[[], Glance]:
        """A look at a school, which says now and then that this console is at ``case``."""
        desk = self._desk()

        def glance() -> Glance:
            from misconsole.services import live

            session = self._named()
            if self._due(school, case, desk.now(), live.EVERY):
                live.announce(desk, school, session=session, subject=case)
                self._said = (school, case, desk.now())
            return live.glance(desk, school, session=session)

        return glance

    def _named(self) -> str:
        from misconsole.services import live

        self._session = self._session or live.new_session()
        return self._session

    def _due(self, school: str, case: str, now: datetime, every: timedelta) -> bool:
        return self._said is None or self._said[:2] != (school, case) or now - self._said[2] >= every

    def everywhere(self) -> dict[int, tuple[str, ...]]:
        """School id -> who else works there; asked in a thread."""
        from misconsole.services import live

        me = self._desk().actor
        found = live.everywhere(self._desk(), session=self._named())
        return {school: tuple(YOURSELF if one == me else one for one in who) for school, who in found.items()}

    def leave(self) -> None:
        """The console closes, or no school is in front any more."""
        self.others = ()
        if self._said is not None:
            from misconsole.services import live

            self._said = None
            live.leave(self._desk(), session=self._session)

    def saw(self, others: Iterable[Other]) -> bool:
        """Whether anybody came, went or turned to something else."""
        before, self.others = self.others, tuple(others)
        return [_where(one) for one in before] != [_where(one) for one in self.others]

    def at(self, case: str) -> tuple[Other, ...]:
        """Who else is on this case now, each account once; oneself in another console counts."""
        here = {one.actor: one for one in reversed(self.others) if case and one.subject == case}
        return tuple(reversed(here.values()))

    def told(self, case: str, when: Callable[[datetime | None], object], width: int) -> list[Line]:
        """Above the details of a case that somebody else is on, too."""
        me = self._desk().actor if self.others else ""
        lines: list[Line] = []
        for one in self.at(case):
            since = f" since {when(one.since)}" if one.since else ""
            who = f"{one.actor} is on this one, too"
            if one.actor == me:
                who = f"You are on this one in another console, too ({one.place})"
            lines += wrap(line(span(f"{glyphs.ATTENTION} {who}{since}.", "warn")), width, indent=2)
        return lines

    @property
    def flag(self) -> str:
        """For the title line: who else is at this school."""
        me = self._desk().actor if self.others else ""
        names = list(dict.fromkeys(YOURSELF if one.actor == me else one.actor for one in self.others))
        more = f" +{len(names) - 2}" if len(names) > 2 else ""
        return f"with {', '.join(names[:2])}{more}" if names else ""


def _where(one: Other) -> tuple[str, str]:
    return one.actor, one.subject
