"""``misconsole schedule``: when each school is due, and units for the system's own scheduler.

Nothing is enabled without ``--yes``; what would be run is printed instead.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.errors import Exit, MisconsoleError, Usage

if TYPE_CHECKING:
    from misconsole.cli.frame import Out
    from misconsole.rules.units import Start
    from misconsole.services.schedule import ScheduleView

VERBS = ("show", "set", "next")


def add(sub: Any) -> None:
    parser = sub.add_parser("schedule", help="when each school is due; units for the system's scheduler")
    parser.add_argument("what", metavar="SCHOOL", help="URN or slug; or list, or install")
    parser.add_argument("verb", nargs="?", metavar="show|set|next", help="show by default")
    parser.add_argument("words", nargs="*", metavar="VALUE", help="set: the schedule; next: how many slots")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--systemd", action="store_true", help="install: unit files (the default)")
    kind.add_argument("--cron", action="store_true", help="install: a line for cron")
    parser.add_argument(
        "--timer", action="store_true", help="install: a timer instead of a service that stays"
    )
    parser.add_argument("--system", metavar="USER", default="", help="install: for the system, run as USER")
    parser.add_argument("--print", dest="print_only", action="store_true", help="install: write nothing")
    parser.add_argument("--yes", action="store_true", help="install: enable it too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, out: Out) -> int:
    if args.what == "install":
        if args.verb:
            raise Usage("schedule install takes options only.", mend="misconsole schedule --help lists them.")
        return install(args, out)
    if args.what == "list":
        return listing(args, out)
    return one(args, out)


def listing(args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.desk import open_desk
    from misconsole.services import schedule

    with open_desk(args) as desk:
        views = schedule.every(desk)
        now = desk.now()
    if args.json:
        out.json({"worker": views[0].worker if views else "", "items": [_document(view) for view in views]})
        return Exit.DONE
    rows = [(v.school, v.name, v.text, _local(v.due_at, v.zone), _overdue(v, now), v.note) for v in views]
    out.table(("SCHOOL", "NAME", "SCHEDULE", "DUE", "LATE", "NOTE"), rows)
    if views and not views[0].worker:
        out.note(schedule.NOBODY)
    return Exit.DONE


def one(args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.desk import open_desk
    from misconsole.services import schedule

    verb = args.verb or "show"
    if verb not in VERBS:
        raise Usage(f"“{verb[:40]}” is not show, set or next.", mend="misconsole schedule SCHOOL show.")
    count = _count(args.words) if verb == "next" else 3
    with open_desk(args) as desk:
        if verb == "set":
            if not " ".join(args.words).strip():  # an empty variable of a script switches nothing off
                raise Usage("Say when.", mend='misconsole schedule SCHOOL set "weekdays 19:00", mis, or off.')
            view = schedule.set_schedule(desk, args.what, " ".join(args.words))
        else:
            view = schedule.show(desk, args.what, ahead=count)
    if args.json:
        out.json(_document(view))
    elif verb == "next":
        out.lines(_local(at, view.zone) for at in view.ahead)
    else:
        out.lines(_told(view))
        if not view.worker and view.due_at:
            out.note(schedule.NOBODY)
    return Exit.DONE


def _count(words: list[str]) -> int:
    text = words[0] if words else "3"
    if len(words) > 1 or not (text.isascii() and text.isdigit() and 1 <= int(text) <= 100):
        raise Usage("next takes a number from 1 to 100.")
    return int(text)


def _told(view: ScheduleView) -> list[str]:
    lines = [f"{view.name}: {view.told}"]
    if view.due_at:
        lines.append(f"  due {_local(view.due_at, view.zone)}, late after {_local(view.late_at, view.zone)}")
    if view.last_slot:
        lines.append(f"  last served: the slot of {_local(view.last_slot, view.zone)}")
    lines += [f"  {text}" for text in (view.note, view.by_hand) if text]
    return lines


def _document(view: ScheduleView) -> dict[str, Any]:
    return {name: getattr(view, name) for name in view.__dataclass_fields__ if name != "ahead"} | {
        "next": list(view.ahead)
    }


def _overdue(view: ScheduleView, now: datetime) -> str:
    return "overdue" if view.late_at and view.late_at < now else ""


def _local(at: datetime | None, zone: str) -> str:
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M") if at else "-"


def install(args: argparse.Namespace, out: Out) -> int:
    """Write the units, or print the line for cron; enable only when told to."""
    from misconsole.rules import units

    start = start_of(args)
    if args.cron:
        line = units.cron_line(start)
        if args.json:
            out.json({"cron": line})
        else:
            out.lines([line])
            out.note("Add this line with: crontab -e")
        if args.yes:
            _add_to_crontab(line, out)
        return Exit.DONE
    texts = units.files(start, timer=args.timer)
    enabling = units.enabling(timer=args.timer, user=args.system)
    folder = Path("/etc/systemd/system") if args.system else _user_units()
    if args.json:
        out.json({"folder": folder, "files": texts, "enable": [" ".join(words) for words in enabling]})
    elif args.print_only:
        for name, text in texts.items():
            out.lines([f"# {folder / name}", *text.splitlines(), ""])
    if not args.print_only:
        _write(folder, texts, out)
    if start.env_file:
        out.note(
            f"The store's address holds a password: put MISCONSOLE_STORE=… into {start.env_file}, mode 0600."
        )
    if args.yes and not args.print_only:
        _enable(enabling, out)
    else:
        out.note("Enable with: " + " && ".join(" ".join(words) for words in enabling))
    return Exit.DONE


def start_of(args: argparse.Namespace) -> Start:
    """This installation's worker: the interpreter, the store and the folders that are in use now."""
    from data import server
    from misconsole import paths
    from misconsole.rules.units import Start

    url = paths.store_url(args.store, os.environ)
    config = Path(paths.config_dir(os.environ))
    secret = server.has_password(url)
    store = paths.sqlite_path(url)
    if store is not None:
        store = store.absolute()  # a unit has a working directory of its own
        url = f"sqlite:///{store}"
    environment = {} if secret else {"MISCONSOLE_STORE": url}
    for name in ("MISCONSOLE_CONFIG", "MISCONSOLE_WORK"):
        if os.environ.get(name):
            environment[name] = os.environ[name]
    folders = {config, Path(paths.work_dir(os.environ)), *([store.parent] if store else [])}
    return Start(
        words=[sys.executable, "-P", "-m", "misconsole"], environment=environment,
        env_file=str(config / "worker.env") if secret else "", user=args.system,
        writable=sorted(str(folder) for folder in folders),
    )  # fmt: skip


def _user_units() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "systemd" / "user"


def _write(folder: Path, texts: dict[str, str], out: Out) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            part = folder / f".{name}.part"
            part.write_text(text, encoding="utf-8")
            part.replace(folder / name)
            out.note(f"Wrote {folder / name}")
    except OSError as error:
        raise MisconsoleError(
            f"{folder} cannot be written: {error.strerror}.",
            mend="Use --print, and put the files there yourself.",
        ) from error


def _enable(commands: list[list[str]], out: Out) -> None:
    for words in commands:
        _call(words)
        out.note(f"Done: {' '.join(words)}")


def _add_to_crontab(line: str, out: Out) -> None:
    there = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False).stdout  # noqa: S607
    if line in there.splitlines():
        out.note("The line is there already.")
        return
    _call(["crontab", "-"], given=f"{there.rstrip()}\n{line}\n".lstrip())
    out.note("Added to the crontab.")


def _call(words: list[str], given: str | None = None) -> None:
    try:
        done = subprocess.run(words, input=given, capture_output=True, text=True, check=False)
    except OSError as error:
        raise MisconsoleError(
            f"{words[0]} cannot be run: {error.strerror}.", mend="Enable it by hand."
        ) from error
    if done.returncode:
        raise MisconsoleError(
            f"{' '.join(words)} failed: {done.stderr.strip()[:200]}", mend="Enable it by hand."
        )
