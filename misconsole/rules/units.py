"""Unit files and the cron line that start the worker, as text.  Pure; nothing is written or enabled here.

Nothing secret goes into them: a store address with a password in it is left to a 0600 environment file.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SERVICE, TIMER = "misconsole-worker.service", "misconsole-worker.timer"
EVERY = 10  # minutes between two looks of the timer or cron

#: What an unprivileged manager can do too.
HARDENING = (
    "NoNewPrivileges=yes", "LockPersonality=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes",
    "SystemCallArchitectures=native", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "UMask=0077",
)  # fmt: skip
SYSTEM_HARDENING = (
    "ProtectSystem=strict", "PrivateTmp=yes", "PrivateDevices=yes", "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes", "ProtectControlGroups=yes", "ProtectClock=yes", "ProtectHostname=yes",
    "RestrictNamespaces=yes", "CapabilityBoundingSet=",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How the worker is started. ``writable`` are the folders it keeps things in; ``user`` empty: a unit of
    the user's own manager."""

    words: Sequence[str]
    environment: Mapping[str, str]
    env_file: str = ""
    user: str = ""
    writable: Sequence[str] = ()


def files(start: Start, *, timer: bool) -> dict[str, str]:
    """Unit name -> text: the worker as a service, or a service and the timer that starts it."""
    found = {SERVICE: service(start, once=timer)}
    if timer:
        found[TIMER] = TIMER_TEXT
    return found


def service(start: Start, *, once: bool) -> str:
    words = [*start.words, "worker", *(["--once"] if once else [])]
    lines = [
        "[Unit]", "Description=misconsole worker: runs each school's sync when it is due",
        "Wants=network-online.target", "After=network-online.target", "", "[Service]",
        f"Type={'oneshot' if once else 'exec'}", f"ExecStart={' '.join(map(quoted, words))}",
    ]  # fmt: skip
    for name, value in start.environment.items():  # a dollar sign means nothing here
        lines.append(f"Environment={quoted(f'{name}={value}').replace('$$', '$')}")
    lines += [f"EnvironmentFile={start.env_file.replace('%', '%%')}"] if start.env_file else []
    lines += [f"User={start.user}"] if start.user else []
    if not once:
        lines += ["Restart=on-failure", "RestartSec=30"]
    # Runs are processes of their own: stopping the worker must not end them in the middle.
    lines += ["KillMode=process", "TimeoutStopSec=90", "Nice=5", *HARDENING]
    if start.user:
        lines += [*SYSTEM_HARDENING, *(f"ReadWritePaths={quoted(path)}" for path in start.writable)]
    if not once:
        lines += ["", "[Install]", f"WantedBy={'multi-user' if start.user else 'default'}.target"]
    return "\n".join(lines) + "\n"


TIMER_TEXT = f"""[Unit]
Description=Looks every {EVERY} minutes which schools are due

[Timer]
OnCalendar=*:0/{EVERY}
RandomizedDelaySec=30
Persistent=yes

[Install]
WantedBy=timers.target
"""


def enabling(*, timer: bool, user: str) -> list[list[str]]:
    """The commands that enable the units."""
    manager = ["systemctl"] if user else ["systemctl", "--user"]
    return [[*manager, "daemon-reload"], [*manager, "enable", "--now", TIMER if timer else SERVICE]]


def cron_line(start: Start) -> str:
    """One line for ``crontab -e``; a percent sign means a new line there and is escaped."""
    words = [f"{name}={shlex.quote(value)}" for name, value in start.environment.items()]
    words += [shlex.quote(word) for word in (*start.words, "worker", "--once")]
    if start.env_file:
        words = ["set", "-a;", ".", f"{shlex.quote(start.env_file)};", "set", "+a;", *words]
    return f"*/{EVERY} * * * * {' '.join(words)} >/dev/null 2>&1".replace("%", "\\%")


def quoted(word: str) -> str:
    """A word of a unit file: specifiers and variables are escaped, blanks are kept together."""
    safe = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{safe}"' if safe != word or any(c.isspace() for c in word) or not word else word
