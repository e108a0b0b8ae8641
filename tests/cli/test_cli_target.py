"""``misconsole target``: set up, rehearse, push, held, adopt, drift, log; what scripts get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import NotAuthorised
from connectors.targets.base import Entry
from misconsole.__main__ import main
from misconsole.secrets import Secrets
from tests import seed, targets_fake
from tests.push_bench import URN
from tests.targets_fake import MemoryDirectory

CANARY = "canary-of-the-bind-password"


class Shell:
    def __init__(
        self, e: seed.Estate, directory: MemoryDirectory, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.e, self.directory, self.capsys = e, directory, capsys
        self.err = ""

    def run(self, *words: str, code: int = 0) -> Any:
        """The JSON that came out."""
        assert main(["target", URN, *words, "--json", "--store", self.e.url]) == code, (
            self.capsys.readouterr()
        )
        out, self.err = self.capsys.readouterr()
        assert CANARY not in out + self.err
        return json.loads(out)

    def text(self, *words: str, code: int = 0) -> str:
        assert main(["target", URN, *words, "--store", self.e.url]) == code
        return str(self.capsys.readouterr().out)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    with seed.estate(tmp_path) as e:
        school = e.school(URN)
        for n in range(20):
            e.account(school, f"p{n}", "Pia", f"Lee{n}")
        directory = MemoryDirectory()
        targets_fake.register(monkeypatch, directory)
        secret = tmp_path / "secret"
        secret.write_text(f"password={CANARY}")
        made = Shell(e, directory, capsys)
        words = ("--kind", "memory", "--set", "host=dc.larkmere.example", "--secrets-file", str(secret))
        made.run("add", "ad", *words, "--set", "place_pupil=Pupils/{year_of_entry}")
        yield made


def test_a_target_is_set_up_shown_and_its_secret_never(shell: Shell, clean_environment: Path) -> None:
    shown = shell.run("show", "ad")
    assert (shown["settings"], shown["secrets"]) == ({"host": "dc.larkmere.example"}, {"password": True})
    assert shown["options"]["place_pupil"] == "Pupils/{year_of_entry}"
    assert [each["name"] for each in shell.run("list")["items"]] == ["ad"]
    assert shell.run("test", "ad")["ok"]
    assert shell.run("set", "ad", "place_pupil=default", "leavers=delete")["options"]["leavers"] == "delete"
    assert Secrets.at(clean_environment / "config").get("school-100001-target-1") == {"password": CANARY}
    assert "place_pupil" in shell.text("show", "ad")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "ad", "--kind", "memory", "--set", "host=x"), 2),  # no secret, nobody to ask
        (("add", "two", "--kind", "fax"), 2),
        (("set", "ad", "place_pupil={shoe}"), 2),
        (("set", "ad", "nonsense=1"), 2),
        (("set", "ad", "password=typed-on-the-command-line"), 2),
        (("set", "ad"), 2),
        (("show", "none"), 1),
        (("approve", "ad"), 1),
        (("adopt", "ad", "--all-exact"), 1),
    ],
)
def test_what_cannot_be_says_what_would(shell: Shell, words: tuple[str, ...], code: int) -> None:
    error = shell.run(*words, code=code)["error"]
    assert error["message"] and "typed-on-the-command-line" not in json.dumps(error)


def test_a_plan_and_a_dry_run_write_nothing_and_a_push_does(shell: Shell) -> None:
    for words in (("plan", "ad"), ("push", "ad", "--dry-run")):
        assert shell.run(*words)["counts"] == {"create": 20}
    assert not shell.directory.changes
    done = shell.run("push", "ad")
    assert (done["state"], done["changes"]["created"]) == ("succeeded", 20)
    assert len(shell.run("log", "ad")["items"]) == 20
    assert shell.run("log", "ad", "--since", "2099-01-01")["items"] == []
    assert "20 created" in shell.text("show", "ad")
    assert "nothing to write" in shell.text("plan", "ad")


def test_a_held_push_exits_3_and_is_approved_or_rejected(shell: Shell) -> None:
    from data.tables import Account

    shell.run("push", "ad")
    for account in range(1, 9):
        shell.e.change(Account, account, state="unallocated")
    assert shell.run("push", "ad", code=3)["held"]["code"] == "limit_suspend"
    assert shell.run("reject", "ad")["resolution"] == "rejected"
    shell.run("push", "ad", code=3)
    assert shell.run("show", "ad")["held"]["held"]["mend"].count("approve ad")
    assert shell.run("approve", "ad")["changes"]["suspended"] == 8


def test_drift_and_adoption_by_command(shell: Shell) -> None:
    theirs = Entry(remote_id="s1", username="p0", email="p0@larkmere.example", given_name="Pia",
                   family_name="Lee0")  # fmt: skip
    shell.directory.rows = {
        "s1": theirs,
        "s2": replace(theirs, remote_id="s2", username="x", email="x@x.example"),
    }
    assert [(i["kind"], i["username"]) for i in shell.run("drift", "ad")["items"]] == [("stranger", "x")]
    (offer,) = shell.run("adopt", "ad")["items"]
    assert (offer["username"], offer["exact"]) == ("p0", True)
    assert shell.run("adopt", "ad", "p0")["changes"]["adopted"] == 1
    assert shell.directory.rows["s1"].anchor == f"{URN}-1"
    shell.run("adopt", "ad", "p1", code=1)
    assert "p0" not in shell.text("adopt", "ad")


def test_losing_the_right_exits_4_and_an_unreachable_directory_5(shell: Shell) -> None:
    shell.directory.refuse = {"p3": NotAuthorised("The service account was locked.")}
    shell.run("push", "ad", code=4)
    shell.directory.refuse, shell.directory.cut = {}, (len(shell.directory.calls), False)
    shell.run("push", "ad", code=5)
    assert shell.run("push", "ad")["state"] == "succeeded"


def test_removing_forgets_it_here_and_touches_nothing_there(shell: Shell, clean_environment: Path) -> None:
    shell.run("push", "ad")
    before = shell.directory.state()
    assert shell.run("remove", "ad")["removed"]
    assert shell.run("list")["items"] == [] and shell.directory.state() == before
    assert Secrets.at(clean_environment / "config").get("school-100001-target-1") == {}
