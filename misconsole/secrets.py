"""Tokens and passwords of connections: in the system's keyring, or in one encrypted 0600 file.

The store holds only a reference.  A secret is never shown, logged, put in an error or in a ``repr``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from misconsole.errors import MisconsoleError, Usage

_SERVICE = "misconsole"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


class SecretsProblem(MisconsoleError):
    """The keyring or the secrets file cannot be read or written."""

    code = "secrets"


class Secrets:
    """``get``, ``put`` and ``forget`` by reference; a value is a dict of setting name to secret."""

    def __init__(self, file: SecretsFile, keyring: Any = None) -> None:
        self._file = file
        self._keyring = keyring

    @classmethod
    def open(cls, config_dir: Path) -> Secrets:
        """The keyring where a real one answers, else the file in ``config_dir``."""
        return cls(SecretsFile(config_dir), _answering_keyring())

    @classmethod
    def at(cls, folder: Path) -> Secrets:
        """The file in ``folder`` alone: tests, the demo, and a folder the operator chose."""
        return cls(SecretsFile(folder))

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Secrets:
        """As the environment says: ``MISCONSOLE_CONFIG`` names a folder and keeps secrets in its file."""
        from misconsole import paths

        folder = paths.config_dir(env)
        return cls.at(folder) if env.get("MISCONSOLE_CONFIG") else cls.open(folder)

    def __repr__(self) -> str:
        return f"Secrets({'keyring' if self._keyring else 'file'})"

    def get(self, ref: str) -> dict[str, str]:
        """The secrets put under ``ref``; empty when there are none."""
        found = self._file.read().get(ref)
        if found is not None or self._keyring is None:
            return dict(found or {})
        with _keyring_words():
            kept = self._keyring.get_password(_SERVICE, ref)
        return _as_dict(json.loads(kept)) if kept else {}

    def put(self, ref: str, values: Mapping[str, str]) -> None:
        """Replace what was kept under ``ref``."""
        if self._keyring is not None:
            try:
                self._keyring.set_password(_SERVICE, ref, json.dumps(dict(values)))
            except Exception:  # noqa: BLE001 - any backend's own error: the file serves instead
                self._keyring = None
            else:
                self._file.change(ref, None)
                return
        self._file.change(ref, dict(values))

    def first(self, ref: str, values: Mapping[str, str]) -> dict[str, str]:
        """Keep ``values`` unless something is kept there already; what is kept now. Of two processes that
        try at once, both get the same."""
        kept = self.get(ref)
        if kept:
            return kept
        if self._keyring is None:
            return self._file.first(ref, dict(values))
        self.put(ref, values)
        return self.get(ref)

    def forget(self, ref: str) -> None:
        """Remove it everywhere; nothing happens when there is none."""
        self._file.change(ref, None)
        if self._keyring is not None:
            with suppress(Exception):
                self._keyring.delete_password(_SERVICE, ref)


def _answering_keyring() -> Any:
    """A keyring that keeps secrets itself and answers now; None for the null, failing and plain-text ones."""
    import keyring
    from keyring.backends import chainer

    with suppress(Exception):
        backend = keyring.get_keyring()
        parts = list(backend.backends) if isinstance(backend, chainer.ChainerBackend) else [backend]
        if parts and all(_is_real(part) for part in parts):
            backend.get_password(_SERVICE, "answering?")
            return backend
    return None


def _is_real(backend: Any) -> bool:
    module = type(backend).__module__
    return module.startswith("keyring.backends.") and not module.endswith((".fail", ".null", ".chainer"))


@contextmanager
def _keyring_words() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - any backend's own error
        raise SecretsProblem(
            f"The system's keyring does not answer ({type(error).__name__}).",
            mend="Unlock it, or set MISCONSOLE_CONFIG to a folder and connect the school again.",
        ) from None


class SecretsFile:
    """One Fernet-encrypted file and its key file beside it, both 0600, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "secrets.bin"
        self.key_path = folder / "secrets.key"

    def __repr__(self) -> str:
        return f"SecretsFile({self.path})"

    def read(self) -> dict[str, dict[str, str]]:
        try:
            if not self.path.is_file():
                return {}
            from cryptography.fernet import Fernet, InvalidToken

            try:
                plain = Fernet(self.key_path.read_bytes()).decrypt(self.path.read_bytes())
                return {str(ref): _as_dict(values) for ref, values in json.loads(plain).items()}
            except (InvalidToken, ValueError, AttributeError, FileNotFoundError):
                raise SecretsProblem(
                    f"The secrets file {self.path} is damaged, or its key file does not belong to it.",
                    mend="Put both files back from a copy, or remove both and connect the schools again.",
                ) from None
        except OSError as error:
            raise _unusable(self.path, error) from None

    def change(self, ref: str, values: dict[str, str] | None) -> None:
        """Set or remove one reference, under a lock so that two operators lose nothing."""
        if values is None and not self.path.is_file():
            return
        try:
            with self._locked():
                kept = self.read()
                if values is None and ref not in kept:
                    return
                kept.pop(ref, None)
                if values is not None:
                    kept[ref] = values
                self._write(kept)
        except OSError as error:
            raise _unusable(self.path, error) from None

    def first(self, ref: str, values: dict[str, str]) -> dict[str, str]:
        """Set one reference unless it is there, under the lock; what is kept."""
        try:
            with self._locked():
                kept = self.read()
                if ref not in kept:
                    kept[ref] = values
                    self._write(kept)
                return kept[ref]
        except OSError as error:
            raise _unusable(self.path, error) from None

    def _write(self, kept: dict[str, dict[str, str]]) -> None:
        from cryptography.fernet import Fernet

        if not self.key_path.is_file():
            write_private(self.key_path, Fernet.generate_key())
        write_private(self.path, Fernet(self.key_path.read_bytes()).encrypt(json.dumps(kept).encode()))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.folder / "secrets.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            if os.name == "posix":
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def write_private(path: Path, content: bytes) -> None:
    """Replace a file whole, readable by its owner alone; a power cut leaves the old one or the new one."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _unusable(path: Path, error: OSError) -> SecretsProblem:
    reason = error.strerror or type(error).__name__
    return SecretsProblem(
        f"The secrets file {path} cannot be used: {reason}.",
        mend="Check who owns that folder and whether the disk is full; nothing was changed.",
    )


def _as_dict(values: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items()}


def read_secrets_file(
    path: Path | str, *, names: Sequence[str] = (), warn: Callable[[str], None] | None = None
) -> dict[str, str]:
    """What ``--secrets-file`` names; see ``read_secrets_stdin`` for the forms. ``warn`` is told in one
    sentence when others can read the file."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
        loose = os.name == "posix" and file.stat().st_mode & 0o077
    except UnicodeDecodeError:
        raise Usage(f"The secrets file {file} is not UTF-8 text.") from None
    except OSError as error:
        raise Usage(f"The secrets file {file} cannot be read: {error.strerror}.") from None
    if loose and warn:
        warn(f"Others can read {file}; make it private with: chmod 600 {file}")
    return read_secrets_stdin(text, names=names, where=str(file))


def read_secrets_stdin(
    text: str, *, names: Sequence[str] = (), where: str = "standard input"
) -> dict[str, str]:
    """A JSON object, ``key=value`` lines (``#`` begins a comment), or one line with the only secret.

    ``names``: the secrets the connection asks for; with one name (or none given: ``token``) a bare line is
    that secret, also when it holds "=".  Raises Usage naming the line, never its content.
    """
    stripped = text.strip()
    if stripped.startswith("{"):
        return _from_json(stripped, where)
    lines = [line.strip() for line in stripped.splitlines()]
    wanted = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    if len(wanted) == 1 and len(names) <= 1:
        name, sign, _ = wanted[0][1].partition("=")
        known = name.strip() in names if names else bool(sign and _NAME.fullmatch(name.strip()))
        if not known:
            return {names[0] if names else "token": wanted[0][1]}
    found: dict[str, str] = {}
    for number, line in wanted:
        name, sign, value = line.partition("=")
        if not sign or not _NAME.fullmatch(name.strip()):
            raise Usage(
                f"Line {number} of {where} is not key=value.", mend="Write one secret a line: key=value."
            )
        found[name.strip()] = value.strip()
    return found


def _from_json(text: str, where: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise Usage(f"{where} is not valid JSON (line {line}).") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Usage(f"{where} must be a JSON object of names and texts.")
    return found
