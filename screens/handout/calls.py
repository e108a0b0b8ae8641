"""What the screens of hand-outs ask of the services, imported when it is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from misconsole.paths import typed
from misconsole.services.desk import Desk

if TYPE_CHECKING:
    from misconsole.services.handout_views import Done, HandoutView, Preview, Wish


def wish(form: str, *, ids: Sequence[int] = (), group: str = "", split: bool = False) -> Wish:
    from misconsole.services.handout_views import Wish

    return Wish(form=form, ids=tuple(ids), group=group, split=split)


def preview(desk: Desk, urn: str, asked: Wish) -> tuple[Preview, Path]:
    """What would happen, and where the file would go unless another is typed."""
    from misconsole.services import handout_looks

    return handout_looks.preview(desk, urn, asked), handout_looks.suggested(desk, urn, asked)


def place_complaint(text: str, *, folder: bool) -> str:
    """What keeps a file, or folder, from being written there, told as it is typed."""
    from misconsole.services import handout_place

    told = handout_place.complaint(typed(text), folder=folder)
    return told.replace("another file, or say --replace.", "another.")


def unused(path: str) -> str:
    """The same name, counted on until nothing of that name is there."""
    first = found = Path(path)
    n = 1
    while found.exists():
        n += 1
        found = first.with_stem(f"{first.stem}-{n}")
    return str(found)


def hand_out(desk: Desk, urn: str, asked: Wish, path: str, say: Callable[[str], None]) -> Done:
    from misconsole.services.handout import hand_out

    return hand_out(desk, urn, asked, typed(path), say=say)


def lost(desk: Desk, urn: str, username: str, form: str, path: str, say: Callable[[str], None]) -> Done:
    """A second password for somebody handed out before."""
    from misconsole.services import lookup
    from misconsole.services.handout_views import Wish

    account = lookup.account_id(desk, urn, username)
    return hand_out(desk, urn, Wish(form=form, ids=(account,), again=True), path, say)


def log(desk: Desk, urn: str) -> tuple[str, tuple[HandoutView, ...]]:
    """(name of the school, its hand-outs)."""
    from misconsole.services import handout_looks, schools

    return str(schools.show(desk, urn)["name"]), handout_looks.log(desk, urn)
