"""Completion that a real shell completes with, and a manual page that man reads."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from misconsole.__main__ import main
from misconsole.cli import frame


def written(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["misconsole", "sta"], {"status"}), (["misconsole", "queue", "100001", "unall"], {"unallocated"}),
        (["misconsole", "sync", "--dry"], {"--dry-run"}), (["misconsole", "backup", "res"], {"restore"}),
    ],
)  # fmt: skip
def test_bash_completes_commands_words_and_options(
    typed: list[str], offered: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "misconsole.bash"
    script.write_text(written(capsys, "completion", "bash"))
    words = " ".join(typed)
    asked = f"source {script}; COMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; _shtab_misconsole; "
    done = subprocess.run(
        ["bash", "-c", asked + 'printf "%s\\n" "${COMPREPLY[@]}"'], capture_output=True, text=True, check=True
    )
    assert offered <= {word.strip() for word in done.stdout.splitlines()}


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells_get_theirs(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "unallocated" in written(capsys, "completion", shell)


def test_the_manual_page_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    page = written(capsys, "man")
    assert page.startswith(".TH MISCONSOLE")
    plain = page.replace("\\", "")
    for command, (_, told) in frame.COMMANDS.items():
        assert f"fI,{command}/fR" in plain, told
    assert ".SH NAME\nmisconsole - connects a school's MIS" in plain.replace("(aq", "'")
    for word in ("--read-only", "--version", ".SH EXIT STATUS", "3 held for a person", "MISCONSOLE_STORE"):
        assert word in plain
