"""Where somebody sits: machine, terminal, the address they came from, and their pane; for the audit trail.

Variables can be set by anybody, so each part is taken only if it looks like one.  Standard library only.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Iterator, Mapping

LONGEST = 200


def place(env: Mapping[str, str]) -> str:
    """ "desk-4, pts/3, from 192.0.2.7, pane 2"; what is not known is left out."""
    return ", ".join(_parts(env))[:LONGEST]


def _parts(env: Mapping[str, str]) -> Iterator[str]:
    host = re.sub(r"[^A-Za-z0-9.-]", "", socket.gethostname())
    if host:
        yield host
    if terminal := _terminal():
        yield terminal
    if address := _address(env.get("SSH_CONNECTION", "")):
        yield f"from {address}"
    if pane := re.fullmatch(r"%(\d{1,6})", env.get("TMUX_PANE", "")):
        yield f"pane {pane[1]}"


def _terminal() -> str:
    for handle in (0, 2):
        try:
            return os.ttyname(handle).removeprefix("/dev/")
        except (OSError, AttributeError):
            continue
    return ""


def _address(connection: str) -> str:
    """The client's, of "client port server port"."""
    try:
        return str(ipaddress.ip_address(connection.split(" ")[0].partition("%")[0]))
    except ValueError:
        return ""
