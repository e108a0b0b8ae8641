"""Secrets: private, whole or not at all, and never where somebody could read them by chance."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from misconsole import secrets
from misconsole.errors import Usage
from misconsole.secrets import Secrets, SecretsProblem, read_secrets_file, read_secrets_stdin

CANARY = "canary-7f3a"


class Vault(KeyringBackend):
    """A keyring as a desktop would have it."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise RuntimeError(f"locked {CANARY}")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise RuntimeError("locked")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    made = Vault()
    monkeypatch.setattr(Vault, "__module__", "keyring.backends.Vault")
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    return made


class TestFile:
    def test_what_is_put_is_got_also_by_another_process_and_forgotten_when_told(self, tmp_path: Path) -> None:
        Secrets.at(tmp_path).put("one", {"token": CANARY})
        Secrets.at(tmp_path).put("two", {"key": "k", "secret": "s"})
        assert Secrets.at(tmp_path).get("one") == {"token": CANARY}
        Secrets.at(tmp_path).forget("one")
        assert (Secrets.at(tmp_path).get("one"), Secrets.at(tmp_path).get("two")["key"]) == ({}, "k")

    def test_both_files_are_their_owners_alone_and_hold_nothing_readable(self, tmp_path: Path) -> None:
        folder = tmp_path / "config"
        Secrets.at(folder).put("one", {"token": CANARY})
        for path in folder.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
            assert CANARY.encode() not in path.read_bytes()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_nothing_is_written_to_find_that_there_is_nothing(self, tmp_path: Path) -> None:
        folder = tmp_path / "config"
        assert Secrets.at(folder).get("one") == {}
        Secrets.at(folder).forget("one")
        assert not folder.exists()

    @pytest.mark.parametrize("name", ["secrets.bin", "secrets.key"])
    def test_a_damaged_file_is_said_with_what_mends_it(self, tmp_path: Path, name: str) -> None:
        Secrets.at(tmp_path).put("one", {"token": CANARY})
        (tmp_path / name).write_bytes(b"gAAAA nonsense")
        for use in (lambda s: s.get("one"), lambda s: s.put("two", {"token": "x"})):
            with pytest.raises(SecretsProblem, match="damaged") as caught:
                use(Secrets.at(tmp_path))
            assert "connect the schools again" in caught.value.mend
        assert (tmp_path / name).read_bytes() == b"gAAAA nonsense"

    def test_a_lost_key_file_is_said_and_no_new_key_hides_it(self, tmp_path: Path) -> None:
        Secrets.at(tmp_path).put("one", {"token": CANARY})
        (tmp_path / "secrets.key").unlink()
        with pytest.raises(SecretsProblem):
            Secrets.at(tmp_path).put("two", {"token": "x"})
        assert not (tmp_path / "secrets.key").exists()

    def test_a_write_that_fails_leaves_the_old_file_and_no_rest(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Secrets.at(tmp_path).put("one", {"token": CANARY})

        def full(_handle: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(secrets.os, "fsync", full)
        with pytest.raises(SecretsProblem, match="No space"):
            Secrets.at(tmp_path).put("one", {"token": "new"})
        assert Secrets.at(tmp_path).get("one") == {"token": CANARY}
        assert not list(tmp_path.glob("*.part"))

    def test_a_secret_is_in_no_repr(self, tmp_path: Path) -> None:
        kept = Secrets.at(tmp_path)
        kept.put("one", {"token": CANARY})
        assert CANARY not in repr(kept) + repr(vars(kept))


class TestKeyring:
    def test_a_real_keyring_keeps_them_and_no_file_is_made(self, tmp_path: Path, vault: Vault) -> None:
        kept = Secrets.open(tmp_path)
        kept.put("one", {"token": CANARY})
        assert json.loads(vault.kept["misconsole", "one"]) == {"token": CANARY}
        assert (kept.get("one"), list(tmp_path.iterdir())) == ({"token": CANARY}, [])
        kept.forget("one")
        kept.forget("one")
        assert vault.kept == {}

    def test_one_that_stops_answering_is_said_without_its_own_words(
        self, tmp_path: Path, vault: Vault
    ) -> None:
        """Cron has no desktop session: the secret is there, but locked."""
        kept = Secrets.open(tmp_path)
        kept.put("one", {"token": "x"})
        vault.locked = True
        with pytest.raises(SecretsProblem, match="does not answer") as caught:
            kept.get("one")
        assert CANARY not in caught.value.message

    def test_where_it_does_not_answer_the_file_serves(self, tmp_path: Path, vault: Vault) -> None:
        vault.locked = True
        Secrets.open(tmp_path).put("one", {"token": CANARY})
        assert Secrets.at(tmp_path).get("one") == {"token": CANARY}

    @pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
    def test_one_that_keeps_nothing_is_not_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: Any
    ) -> None:
        monkeypatch.setattr(keyring, "get_keyring", backend)
        Secrets.open(tmp_path).put("one", {"token": CANARY})
        assert Secrets.at(tmp_path).get("one") == {"token": CANARY}

    def test_a_chain_with_a_plain_text_link_is_not_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plain = Vault()
        monkeypatch.setattr(Vault, "__module__", "keyrings.alt.file")
        monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain])
        monkeypatch.setattr(keyring, "get_keyring", chainer.ChainerBackend)
        Secrets.open(tmp_path).put("one", {"token": CANARY})
        assert (plain.kept, Secrets.at(tmp_path).get("one")) == ({}, {"token": CANARY})

    def test_a_folder_the_operator_chose_is_used_though_a_keyring_answers(
        self, tmp_path: Path, vault: Vault
    ) -> None:
        Secrets.of({"MISCONSOLE_CONFIG": str(tmp_path)}).put("one", {"token": CANARY})
        assert (vault.kept, Secrets.at(tmp_path).get("one")) == ({}, {"token": CANARY})


class TestTyped:
    @pytest.mark.parametrize(
        ("text", "names", "found"),
        [
            ("token=abc\n", (), {"token": "abc"}),
            ("# mine\n\nclient_id = 1\nsecret = a=b\n", (), {"client_id": "1", "secret": "a=b"}),
            ('{"token": "abc"}', (), {"token": "abc"}),
            ("abc\n", (), {"token": "abc"}),
            ("YWJj==\n", ("token",), {"token": "YWJj=="}),
            ("key=abc", ("key",), {"key": "abc"}),
            ("", (), {}),
        ],
    )  # fmt: skip
    def test_every_form_is_understood(self, text: str, names: tuple[str, ...], found: dict[str, str]) -> None:
        assert read_secrets_stdin(text, names=names) == found

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (f"token=x\n{CANARY}", "Line 2"),
            (f'{{"token": "{CANARY}"', "JSON"),
            (f'{{"token": ["{CANARY}"]}}', "names and texts"),
        ],
    )
    def test_a_mistake_names_its_place_and_never_the_secret(self, text: str, words: str) -> None:
        with pytest.raises(Usage, match=words) as caught:
            read_secrets_stdin(text)
        assert CANARY not in caught.value.message + caught.value.mend

    def test_a_file_others_can_read_is_pointed_out(self, tmp_path: Path) -> None:
        file = tmp_path / "secrets.txt"
        file.write_text("\ufefftoken=abc\n", encoding="utf-8")
        file.chmod(0o644)
        said: list[str] = []
        assert read_secrets_file(file, warn=said.append) == {"token": "abc"}
        assert "chmod 600" in said[0]
        file.chmod(0o600)
        read_secrets_file(file, warn=said.append)
        assert len(said) == 1

    def test_a_file_that_cannot_be_read_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(Usage, match="cannot be read"):
            read_secrets_file(tmp_path / "none")
        (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(Usage, match="UTF-8"):
            read_secrets_file(tmp_path / "binary")


def test_of_two_who_set_a_first_value_at_once_both_get_the_same(tmp_path: Path) -> None:
    """A key of the audit trail, made by two processes in the same moment."""
    from concurrent.futures import ThreadPoolExecutor

    def one(number: int) -> str:
        return Secrets.at(tmp_path).first("key", {"key": str(number)})["key"]

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(40)))) == 1
    assert Secrets.at(tmp_path).first("key", {"key": "later"})["key"] != "later"
