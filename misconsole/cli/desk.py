"""Sets the desk a command works at: opens the store and the secrets, says who is acting."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from misconsole.services.desk import Desk


@contextmanager
def open_desk(args: argparse.Namespace, origin: str = "command") -> Iterator[Desk]:
    """Open the store that ``args.store`` or the environment names, and close it at the end."""
    from misconsole import paths

    url = paths.store_url(getattr(args, "store", None), os.environ)
    with desk_at(url, origin=origin, read_only=bool(getattr(args, "read_only", False))) as desk:
        yield desk


@contextmanager
def desk_at(url: str, *, origin: str, read_only: bool = False) -> Iterator[Desk]:
    """The same for the console, which has an address and no words of a command.

    The account that sits here stands in the journal beside every decision; whoever has no role is refused
    before the store is opened.
    """
    from misconsole import clock, config, paths, place
    from misconsole.services import permits
    from misconsole.services.desk import Desk

    told = config.load(os.environ, {"read_only": read_only})
    actor, standing = config.standing(os.environ, told)
    if standing is not None and config.is_throw_away(url):
        standing = None
    permits.must_have_role(actor, standing)
    from data.store import Store
    from misconsole.secrets import Secrets

    with Store.open(url, migrate=not told.get("read_only")) as store:
        store.only = standing.only if standing else None
        desk = Desk(
            store=store,
            secrets=Secrets.of(os.environ),
            actor=actor,
            origin=origin,
            now=clock.clock(os.environ),
            workdir=paths.work_dir(os.environ),
            grade=standing.main if standing else "administrator",
            standing=standing,
            place=place.place(os.environ),
            read_only=bool(told.get("read_only")),
        )
        try:
            yield desk
        finally:
            keep_trail(desk)


def keep_trail(desk: Desk) -> None:
    """Keep the end of the trail of decisions outside the store, if one was taken here. A keyring that does
    not answer now costs nobody their work; the next sitting keeps it."""
    if "misconsole.services.audit_seal" in sys.modules:
        from data.errors import StoreProblem
        from misconsole.errors import MisconsoleError
        from misconsole.services import audit_seal

        with suppress(MisconsoleError, StoreProblem):
            audit_seal.keep_head(desk)
