"""Accounts of a school, listed and shown; ``manual`` makes them by hand, ``importing`` reads a directory."""

from __future__ import annotations

from misconsole.errors import NotFound
from misconsole.services import present, queues
from misconsole.services.desk import Desk
from misconsole.services.importing import import_csv
from misconsole.services.schools import resolve
from misconsole.services.views import AccountView


def listing(
    desk: Desk, school: str, *, role: str | None = None, state: str | None = None
) -> tuple[AccountView, ...]:
    """Accounts in username order; the removed only when asked for by their state."""
    return tuple(queues.account_list(desk, school, role=role, state=state).each())


def show(desk: Desk, school: str, account_id: int) -> AccountView:
    with desk.store.read() as s:
        resolve(s, school)
        found = present.one_account(s, account_id)
    if found is None:
        raise NotFound(f"There is no account {account_id}.")
    return found


__all__ = ["import_csv", "listing", "show"]
