"""The frame: what scripts may rely on, and what an operator reads when something is wrong."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import errors as connector_errors
from data.errors import Stale, StoreProblem
from misconsole import __main__ as entry
from misconsole import crash, errors
from misconsole.cli import frame
from misconsole.cli.out import Out, exit_code
from misconsole.services.views import Lamp, Waiting

CANARY = "canary-7f3a"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Puts one command ``try`` in the registry that does what the test says."""

    def put(act: Any) -> None:
        module = ModuleType("tests_trial")

        def add(sub: Any) -> None:
            parser = sub.add_parser("try")
            parser.add_argument("words", nargs="*")
            parser.add_argument("--kind", choices=["likely", "possible"])
            parser.set_defaults(run=act)

        module.add = add  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "tests_trial", module)
        monkeypatch.setitem(frame.COMMANDS, "try", ("tests_trial", "for tests"))

    return put


def fails(error: BaseException) -> Any:
    def act(_args: Any, _out: Out) -> int:
        raise error

    return act


class TestWords:
    def test_global_options_stand_anywhere_and_what_follows_two_dashes_is_left(self) -> None:
        chosen, rest = frame.split(["--store=x", "find", "--json", "text", "--plain", "--", "--json"])
        assert (chosen.store, chosen.json, chosen.plain) == ("x", True, True)
        assert rest == ["find", "text", "--", "--json"]

    def test_an_option_without_its_value_is_wrong_usage(self) -> None:
        with pytest.raises(errors.Usage):
            frame.split(["status", "--store"])

    @pytest.mark.parametrize(
        ("typed", "meant"), [("stats", "status"), ("authorize", "authorise"), ("scool", "school")]
    )
    def test_a_near_miss_is_answered_with_the_command_meant(
        self, typed: str, meant: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert entry.main([typed]) == errors.Exit.USAGE
        said = capsys.readouterr()
        assert (said.out, f"Did you mean {meant}?" in said.err) == ("", True)

    def test_a_near_miss_of_a_choice_is_answered_too(
        self, command: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        command(lambda _args, _out: 0)
        assert entry.main(["try", "--kind", "likly"]) == errors.Exit.USAGE
        said = capsys.readouterr().err
        assert "Did you mean likely?" in said
        assert "misconsole try --help" in said

    def test_an_unknown_option_is_wrong_usage(
        self, command: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        command(lambda _args, _out: 0)
        assert entry.main(["try", "--nonsense"]) == errors.Exit.USAGE
        assert entry.main(["--nonsense"]) == errors.Exit.USAGE
        assert "Traceback" not in capsys.readouterr().err

    def test_help_names_every_command_and_the_exit_codes(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert entry.main(["--help"]) == 0
        said = capsys.readouterr().out
        for name, (_, text) in frame.COMMANDS.items():
            assert name in said
            assert text in said
        assert "3 held for a person" in said

    def test_the_help_of_a_command_names_the_options_of_all(
        self, command: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        command(lambda _args, _out: 0)
        assert entry.main(["try", "--help"]) == 0
        assert "--json" in capsys.readouterr().out

    @pytest.mark.parametrize("name", sorted(set(frame.COMMANDS)))
    def test_every_command_of_the_registry_has_its_module_and_help(
        self, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert entry.main([name, "--help"]) == 0
        assert f"misconsole {name}" in capsys.readouterr().out

    def test_a_command_sees_the_global_options(
        self, command: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        def act(args: Any, out: Out) -> int:
            out.json([args.store, args.json, args.plain, args.words, out.as_json, out.plain])
            return 3

        command(act)
        assert entry.main(["try", "a", "--store", "x", "--json", "--plain", "b"]) == 3
        assert json.loads(capsys.readouterr().out) == ["x", True, True, ["a", "b"], True, True]


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (errors.MisconsoleError("x"), 1),
            (errors.Usage("x"), 2),
            (errors.Held("x"), 3),
            (errors.Conflict("x"), 1),
            (errors.NotAuthorisedError("x"), 4),
            (errors.UnreachableError("x"), 5),
            (connector_errors.NotAuthorised("x"), 4),
            (connector_errors.AccessPending("x"), 4),
            (connector_errors.AccessRefused("x"), 4),
            (connector_errors.ScopeMissing("x"), 4),
            (connector_errors.Unreachable("x"), 5),
            (connector_errors.TlsBlocked("x"), 5),
            (connector_errors.EmptyExtract("x"), 1),
            (connector_errors.BadFile("x"), 1),
            (connector_errors.BadSettings("x"), 2),
            (StoreProblem("locked", "x"), 1),
            (Stale("x"), 1),
        ],
    )
    def test_each_kind_has_its_exit_code(
        self, error: Exception, code: int, command: Callable[[Any], None]
    ) -> None:
        command(fails(error))
        assert exit_code(error) == code
        assert entry.main(["try"]) == code

    def test_an_error_says_what_happened_and_what_mends_it_on_stderr(
        self, command: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        command(fails(errors.NotFound("There is no school \x1b[31m\u202eX.", mend="List them.")))
        assert entry.main(["try"]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err == "misconsole: There is no school ␛[31m\ufffdX.\n  List them.\n"

    def test_with_json_stdout_holds_one_document_also_when_it_fails(
        self, command: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        command(fails(connector_errors.Unreachable("No answer.", mend="Check the network.")))
        assert entry.main(["try", "--json"]) == 5
        said = capsys.readouterr()
        expected = {"code": "unreachable", "message": "No answer.", "mend": "Check the network."}
        assert json.loads(said.out) == {"error": expected}
        assert "No answer." in said.err

    def test_a_document_already_written_is_not_followed_by_another(
        self, command: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        def act(_args: Any, out: Out) -> int:
            out.json({"done": 1})
            raise errors.Held("too many")

        command(act)
        assert entry.main(["try", "--json"]) == 3
        assert json.loads(capsys.readouterr().out) == {"done": 1}

    def test_the_keyboard_interrupts(
        self, command: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
    ) -> None:
        command(fails(KeyboardInterrupt()))
        assert entry.main(["try"]) == 130
        assert "Traceback" not in capsys.readouterr().err


class TestCrash:
    def test_an_unforeseen_error_leaves_a_private_file_without_data_and_one_sentence(
        self, command: Callable[[Any], None], capsys: pytest.CaptureFixture[str], clean_environment: Path
    ) -> None:
        def act(_args: Any, _out: Out) -> int:
            secret = CANARY
            try:
                raise LookupError(secret)
            except LookupError as error:
                raise ZeroDivisionError(f"pupil {secret}") from error

        command(act)
        assert entry.main(["try", CANARY]) == 1
        (file,) = (clean_environment / "crashes").iterdir()
        kept, said = file.read_text(), capsys.readouterr().err
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert CANARY not in kept + said
        assert "Traceback" not in said
        assert str(file) in said
        assert "builtins.ZeroDivisionError" in kept
        assert "builtins.LookupError" in kept
        assert f"{Path(__file__).name}:" in kept

    def test_where_no_file_can_be_written_the_sentence_still_comes(self, tmp_path: Path) -> None:
        (tmp_path / "x").touch()
        shown = crash.report(ValueError(CANARY), folder=tmp_path / "x")
        assert "could not be written" in shown.message
        assert CANARY not in shown.message + shown.mend

    def test_an_error_that_causes_itself_ends(self) -> None:
        error = ValueError("x")
        error.__context__ = other = KeyError("y")
        other.__context__ = error
        assert sum("builtins." in line for line in crash.lines(error, datetime.now(UTC))) == 2


def write(act: Callable[[Out], object], **options: Any) -> str:
    stream = io.StringIO()
    act(Out(stdout=stream, stderr=io.StringIO(), **options))
    return stream.getvalue()


class TestOut:
    ROWS = (("Zoë", 7, None), ("李小龙", True, date(2026, 9, 1)))

    def test_a_table_is_aligned_by_what_a_terminal_shows(self) -> None:
        assert write(lambda out: out.table(("NAME", "N", "DAY"), self.ROWS)) == (
            "NAME    N    DAY\nZoë     7\n李小龙  yes  2026-09-01\n"
        )

    def test_plain_is_tabs_and_nothing_else(self) -> None:
        written = write(lambda out: out.table(("NAME", "N", "DAY"), self.ROWS), plain=True)
        assert written == "Zoë\t7\t\n李小龙\tyes\t2026-09-01\n"

    @given(st.lists(st.text(st.characters(codec=None)), min_size=2, max_size=2), st.booleans())
    def test_no_foreign_text_breaks_a_line_or_a_column(self, cells: list[str], plain: bool) -> None:
        written = write(lambda out: out.table(("A", "B"), [cells]), plain=plain)
        assert written.count("\n") == (1 if plain else 2)
        assert written.count("\t") == (1 if plain else 0)
        assert all(char.isprintable() or char in "\n\t" for char in written)

    @given(st.text(st.characters(codec=None)))
    def test_json_carries_any_text_as_it_is_and_no_control_character(self, text: str) -> None:
        written = write(lambda out: out.json({"name": text}))
        assert json.loads(written) == {"name": text}
        assert all(" " <= char <= "~" or char == "\n" for char in written)

    def test_json_understands_views_days_times_words_and_sets(self) -> None:
        document = {
            "waiting": Waiting(problems=2), "at": datetime(2026, 9, 1, tzinfo=UTC), "day": date(2026, 9, 1),
            "lamp": Lamp.OK, "words": frozenset({"b", "a"}), "path": Path("/x"), "rows": (1, 2),
        }  # fmt: skip
        found = json.loads(write(lambda out: out.json(document)))
        assert found["waiting"]["problems"] == 2
        assert (found["at"], found["day"]) == ("2026-09-01T00:00:00+00:00", "2026-09-01")
        assert (found["lamp"], found["words"], found["path"], found["rows"]) == (
            "ok",
            ["a", "b"],
            "/x",
            [1, 2],
        )

    def test_notes_never_reach_stdout(self) -> None:
        assert write(lambda out: out.note("working…")) == ""


class TestConsole:
    def test_without_a_terminal_it_names_the_command_to_use_instead(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert entry.main([]) == errors.Exit.USAGE
        said = capsys.readouterr().err
        assert "misconsole status" in said
        assert "misconsole --help" in said

    @pytest.mark.parametrize("term", ["dumb", "", None])
    def test_on_a_terminal_that_cannot_draw_it_says_so(
        self, term: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", type("Tty", (), {"isatty": lambda _: True})())
        monkeypatch.setattr(sys, "stderr", sys.stdin)
        env = {} if term is None else {"TERM": term}
        assert "cannot draw" in entry.cannot_show(env)
        assert entry.cannot_show({"TERM": "xterm"}) == ""

    @pytest.mark.parametrize(
        ("env", "delay"),
        [
            ({}, None),
            ({"SSH_CONNECTION": "a"}, "300"),
            ({"SSH_CONNECTION": "a", "ESCDELAY": "50"}, "50"),
        ],
    )
    def test_over_ssh_an_arrow_key_split_by_a_slow_link_stays_an_arrow_key(
        self, env: dict[str, str], delay: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened: list[Any] = []
        app = ModuleType("screens.app")
        app.run = lambda url, **how: opened.append((url, how, os.environ.get("ESCDELAY"))) or 0  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "screens.app", app)
        monkeypatch.setattr(entry, "cannot_show", lambda _env: "")
        monkeypatch.setenv("ESCDELAY", "")  # so that it is put back afterwards
        monkeypatch.delenv("ESCDELAY")
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        assert entry.main(["--store", "/tmp/x.sqlite3"]) == 0
        ((url, how, seen),) = opened
        assert (url, seen) == ("sqlite:////tmp/x.sqlite3", delay)
        assert how == {"school": None, "demo": None, "read_only": False}

    def test_the_console_has_no_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert entry.main(["--json"]) == errors.Exit.USAGE
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


class TestWorkingDirectory:
    def test_it_is_dropped_from_the_path_but_where_the_program_lives(self) -> None:
        home, here = Path("/srv/app"), Path("/home/ada")
        path = ["", "/home/ada", "/usr/lib/python3"]
        entry.leave_working_directory(path, cwd=here, home=home)
        assert path == ["/usr/lib/python3"]
        path = ["", "/srv/app"]
        entry.leave_working_directory(path, cwd=home, home=home)
        assert path == ["", "/srv/app"]

    def test_a_folder_with_its_own_data_and_screens_does_not_stand_in_for_ours(self, tmp_path: Path) -> None:
        for name in ("data", "screens", "connectors"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one')")
        done = subprocess.run(
            [sys.executable, "-m", "misconsole", "status", "--json"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 3, done.stderr
        assert json.loads(done.stdout)["error"]["code"] == "missing"

    def test_a_reader_that_has_seen_enough_ends_us_quietly(self) -> None:
        line = f"{sys.executable} -m misconsole --help | true; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
        assert done.stderr == ""
        assert done.returncode in (0, 141)
