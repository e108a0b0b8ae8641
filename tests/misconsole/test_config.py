"""Settings: the administrator's file, the user's own, variables, flags; each mistake with its line."""

from __future__ import annotations

import json
import os
import pwd
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from data import migrations
from data.errors import StoreProblem
from data.store import Store
from misconsole import config
from misconsole.__main__ import main
from misconsole.cli.desk import desk_at
from misconsole.config_file import ConfigProblem
from misconsole.grades import Account, behind
from misconsole.place import place

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The administrator's file; every test fills it."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("MISCONSOLE_SITE_CONFIG", str(folder))
    return folder / "misconsole.toml"


def say(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o644)


def mine() -> Path:
    return config.paths(os.environ)[1]


def test_flags_win_over_variables_over_the_users_file_over_the_administrators(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MISCONSOLE_STORE")
    say(site, f'store = "/srv/a"\ntheme = "one"\n[roles]\nadministrator = ["{ME}"]\n')
    say(mine(), 'store = "/srv/b"\n')
    found = config.load(os.environ)
    assert (found.get("store"), found.source("store")) == ("/srv/b", f"{mine()}:1")
    assert found.get("theme") == "one"
    monkeypatch.setenv("MISCONSOLE_STORE", "/srv/c")
    assert config.load(os.environ).get("store") == "/srv/c"
    told = config.load(os.environ, {"store": "/srv/d"})
    assert (told.get("store"), told.source("store")) == ("/srv/d", "--store")


def test_the_user_may_narrow_and_never_widen(site: Path) -> None:
    say(site, f'read_only = true\n[roles]\nadministrator = ["{ME}"]\n')
    say(mine(), "read_only = false\n")
    assert config.load(os.environ).get("read_only") is True
    say(mine(), f'[roles]\nadministrator = ["user:{ME}"]\n')
    with pytest.raises(ConfigProblem, match="line 2: only the administrator's file may say roles"):
        config.load(os.environ)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('\n\nread_only = "yes"\n', 3, "read_only takes true or false"),
        ("[worker]\nparallel = 0\n", 2, "worker.parallel takes a number from 1 to 64"),
        ("[worker]\nparalel = 2\n", 2, "Did you mean worker.parallel?"),
        ('[roles]\n\noperator = "bob"\n', 3, "roles.operator takes a list"),
        ('[schools."100001".roles]\nhead = ["a b"]\n', 2, "schools.100001.roles.head takes a list"),
        ('theme = "x\n', 1, "this is not TOML"),
        ('[roles]\noperator = ["bob]\n', 2, "this is not TOML"),
    ],
)
def test_each_mistake_names_its_line(site: Path, text: str, line: int, said: str) -> None:
    say(site, text)
    [mistake] = [each for each in config.look(os.environ).mistakes if each.line]
    assert mistake.line == line
    assert said in mistake.problem().message
    with pytest.raises(ConfigProblem):
        config.load(os.environ)


def test_a_file_others_can_write_is_not_believed(site: Path) -> None:
    say(site, f'[roles]\nadministrator = ["{ME}"]\n')
    site.chmod(0o666)
    with pytest.raises(ConfigProblem, match="others can write it"):
        config.load(os.environ)
    site.chmod(0o664)
    with pytest.raises(ConfigProblem, match="others can write it"):
        config.load(os.environ)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_not_believed(site: Path) -> None:
    say(site, f'[roles]\nadministrator = ["{ME}"]\n')
    os.chown(site, 12345, 12345)
    with pytest.raises(ConfigProblem, match="neither root nor an administrator"):
        config.load(os.environ)
    os.chown(site, 0, 0)
    say(mine(), "mask = true\n")
    os.chown(mine(), 12345, 12345)
    with pytest.raises(ConfigProblem, match="belongs to somebody else"):
        config.load(os.environ)


def test_without_a_file_nothing_is_read_and_everybody_is_an_administrator() -> None:
    found = config.load(os.environ)
    assert found.files == ()
    assert config.standing(os.environ, found) == (ME, None)
    assert config.only(os.environ) is None


def test_the_name_of_an_account_is_not_taken_from_a_variable(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "anna")
    say(site, '[roles]\nadministrator = ["user:anna"]\nothers = "read-only"\n')
    if os.getuid() == 0:
        account, held = config.standing(os.environ)
        assert (account, held and held.main) == (ME, "read-only")


def test_who_came_by_sudo_counts_only_at_the_account_that_is_named() -> None:
    other = next(each for each in pwd.getpwall() if each.pw_uid != os.getuid())
    env = {"SUDO_UID": str(other.pw_uid)}
    assert behind("", env).name == ME
    assert behind("somebody-else", env).name == ME
    assert behind(ME, env).name == other.pw_name
    assert behind(ME, {"SUDO_UID": "0; x"}).name == ME


def test_an_entry_is_a_user_or_a_group_and_never_both() -> None:
    bob = Account(name="bob", groups=frozenset(("it",)))
    assert bob.is_one_of(["bob"])
    assert bob.is_one_of(["user:bob"])
    assert bob.is_one_of(["group:it"])
    assert not bob.is_one_of(["it", "user:it", "group:bob"])


def test_config_show_tells_every_setting_and_where_it_was_said(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    say(site, f'theme = "calm-light"\n[roles]\nadministrator = ["{ME}"]\n')
    assert main(["config", "show", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    by_name = {each["name"]: each for each in document["settings"]}
    assert by_name["theme"]["source"] == f"{site}:1"
    assert by_name["store"]["source"] == "MISCONSOLE_STORE"
    assert (by_name["worker.parallel"]["value"], by_name["worker.parallel"]["source"]) == (4, "default")
    assert all(each["doc"] for each in document["settings"])
    assert document["you"] == {"account": ME, "roles": ["administrator"], "at": {}}


def test_config_check_exits_2_and_names_file_and_line(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check"]) == 0
    assert "everybody who can open the store is an administrator" in capsys.readouterr().out
    say(site, "[worker]\nparallel = true\n")
    assert main(["config", "check"]) == 2
    assert f"{site}, line 2: worker.parallel takes" in capsys.readouterr().out


def test_somebody_without_a_role_is_refused_before_the_store_is_opened(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    say(site, '[roles]\nadministrator = ["user:anna"]\n')
    if os.getuid() != 0:
        pytest.skip("the file would have to belong to anna")
    assert main(["school", "list"]) == 1
    said = capsys.readouterr().err
    assert "has no role in misconsole on this machine" in said
    assert "an administrator (anna)" in said
    assert not Path(os.environ["MISCONSOLE_STORE"].removeprefix("sqlite:///")).exists()


@pytest.mark.parametrize(
    "words",
    [
        ["school", "add", "X", "--urn", "1"], ["sync", "100001"],
        ["school", "set", "100001", "phase=primary"], ["disconnect", "100001"],
        ["reports", "100001", "accept", "staff"], ["run", "approve", "1"], ["run", "undo", "1"],
    ],
)  # fmt: skip
def test_with_read_only_no_command_changes_anything(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["school", "add", "Larkmere", "--urn", "100001"]) == 0
    capsys.readouterr()
    assert main(["audit", "--json"]) == 0
    before = capsys.readouterr().out
    assert main([*words, "--read-only"]) != 0
    assert "opened read-only" in capsys.readouterr().err
    assert main(["audit", "--json"]) == 0
    assert capsys.readouterr().out == before


def test_with_read_only_an_older_store_is_not_brought_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others still work with the older version; who only looks must not shut them out."""
    path, older = tmp_path / "older.sqlite3", migrations.revisions()[0]
    Store.open(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE alembic_version SET version_num = ?", [older])
        db.commit()
    assert main(["find", "Ann", "--store", str(path), "--read-only"]) != 0
    assert "without --read-only" in capsys.readouterr().err
    console = desk_at(f"sqlite:///{path}", origin="console", read_only=True)
    with pytest.raises(StoreProblem, match="older version"), console:
        pass
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == (older,)
    assert not list(tmp_path.glob("*.before-*"))


def test_where_somebody_sits_is_told_and_nothing_strange_is_believed() -> None:
    told = place({"SSH_CONNECTION": "192.0.2.7 50000 192.0.2.1 22", "TMUX_PANE": "%12"})
    assert "from 192.0.2.7" in told
    assert told.endswith("pane 12")
    strange = place({"SSH_CONNECTION": "\x1b[31m; x", "TMUX_PANE": "%1; rm"})
    assert "from" not in strange
    assert "pane" not in strange


def test_a_link_from_a_folder_of_ones_own_makes_no_throw_away_store(tmp_path: Path) -> None:
    """Whoever works through sudo could else name such a link and lose their role with it."""
    own, theirs = tmp_path / "own", tmp_path / "theirs"
    for folder in (own, theirs):
        folder.mkdir()
    (theirs / "store.sqlite3").touch()
    (own / "estate.json").write_text("{}")
    (own / "store.sqlite3").symlink_to(theirs / "store.sqlite3")
    assert not config.is_throw_away(f"sqlite:///{own / 'store.sqlite3'}")
    (theirs / "estate.json").write_text("{}")
    assert config.is_throw_away(f"sqlite:///{theirs / 'store.sqlite3'}")
