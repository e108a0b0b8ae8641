"""What the screens of privacy ask of the services; imported when it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from misconsole.services.desk import Desk
    from misconsole.services.privacy_answer import AnswerView
    from misconsole.services.privacy_views import DueList, ErasedView, HeldView


def held(desk: Desk, school: str, key: str) -> HeldView:
    from misconsole.services import privacy

    return privacy.held(desk, school, key)


def answer(desk: Desk, school: str, key: str, path: Path) -> AnswerView:
    from misconsole.services import privacy_answer

    return privacy_answer.answer(desk, school, key, path)


def erase(desk: Desk, school: str, key: str) -> ErasedView:
    from misconsole.services import privacy_erase

    return privacy_erase.erase(desk, school, key)


def due(desk: Desk, school: str) -> DueList:
    from misconsole.services import privacy_due

    return privacy_due.due(desk, school)


def erase_due(desk: Desk, school: str, expected: int) -> ErasedView:
    from misconsole.services import privacy_erase

    return privacy_erase.erase_due(desk, school, expected=expected)
