"""Entry point: runs a command, or opens the console (the one place that imports screens, and late).

Protects the program from the folder it is started in, and the operator from stack traces.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_PACKAGE_HOME = Path(__file__).resolve().parent.parent


def leave_working_directory(path: list[str], *, cwd: Path, home: Path = _PACKAGE_HOME) -> None:
    """Drop the working directory that ``python -m`` puts on the path: a folder with its own ``data/`` or
    ``screens/`` must not stand in for ours. Stays when it is where this package lives."""
    if cwd == home:
        return
    path[:] = [entry for entry in path if entry and not (Path(entry).is_absolute() and Path(entry) == cwd)]


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit code; ``argv`` without the program's name."""
    try:
        leave_working_directory(sys.path, cwd=Path.cwd())
    except OSError:  # the folder we were started in is gone
        leave_working_directory(sys.path, cwd=Path("/nonexistent"))
    words = list(sys.argv[1:] if argv is None else argv)
    from misconsole.cli.out import Out

    out = Out(as_json="--json" in words)
    try:
        code = _run(words, out)
        out.stdout.flush()
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        out.note("Interrupted.")
        return 130
    except SystemExit as left:  # argparse after --help
        return left.code if isinstance(left.code, int) else 1
    except Exception as error:  # noqa: BLE001 - the last one to catch anything
        return _report(error, out)
    return code


def _run(words: list[str], out: Any) -> int:
    from misconsole import paths

    if not words:  # the console as it is mostly opened: how options are read is not even imported
        return open_console(paths.store_url(None, os.environ))
    from misconsole.cli import frame

    chosen, rest = frame.split(words)
    out.plain = chosen.plain
    if rest:
        return frame.run(rest, chosen, out)
    if chosen.json or chosen.plain:
        from misconsole.errors import Usage

        raise Usage("The console has no --json or --plain.", mend="misconsole --help lists the commands.")
    return open_console(paths.store_url(chosen.store, os.environ), read_only=chosen.read_only)


def open_console(url: str, *, school: str | None = None, demo: Any = None, read_only: bool = False) -> int:
    """The full-screen console; refuses where no terminal could show it."""
    refusal = cannot_show(os.environ)
    if refusal:
        from misconsole.errors import Usage

        raise Usage(refusal, mend="misconsole status shows how things are; misconsole --help lists commands.")
    if os.environ.get("SSH_CONNECTION"):
        # Textual reads this when imported: arrow keys split by a slow link must not become Escape.
        os.environ.setdefault("ESCDELAY", "300")
    from screens.app import run

    return run(url, school=school, demo=demo, read_only=read_only)


def cannot_show(env: Mapping[str, str]) -> str:
    """Why a full-screen console cannot open here, "" when it can."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return "The console needs a terminal for its keyboard and screen."
    if os.name == "posix" and env.get("TERM", "") in ("", "dumb", "unknown"):
        return f"The console cannot draw on this terminal (TERM is {env.get('TERM') or 'not set'})."
    return ""


def _report(error: Exception, out: Any) -> int:
    if hasattr(error, "code") and hasattr(error, "mend"):  # ours: it says what happened and what mends it
        return int(out.error(error))
    from misconsole import crash

    return int(out.error(crash.report(error)))


if __name__ == "__main__":
    sys.exit(main())
