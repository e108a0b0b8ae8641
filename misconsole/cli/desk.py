"""Sets the desk a command works at: opens the store and the secrets, says who is acting."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from misconsole.services.desk import Desk


def actor() -> str:
    """The system account's name; it stands in the journal beside every decision."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


@contextmanager
def open_desk(args: argparse.Namespace, origin: str = "command") -> Iterator[Desk]:
    """Open the store that ``args.store`` or the environment names, and close it at the end."""
    from misconsole import paths

    with desk_at(paths.store_url(getattr(args, "store", None), os.environ), origin=origin) as desk:
        yield desk


@contextmanager
def desk_at(url: str, *, origin: str) -> Iterator[Desk]:
    """The same for the console, which has an address and no words of a command."""
    from data.store import Store
    from misconsole import clock, paths
    from misconsole.secrets import Secrets
    from misconsole.services.desk import Desk

    with Store.open(url) as store:
        yield Desk(
            store=store,
            secrets=Secrets.of(os.environ),
            actor=actor(),
            origin=origin,
            now=clock.clock(os.environ),
            workdir=paths.work_dir(os.environ),
        )
