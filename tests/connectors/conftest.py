"""Directory servers, started once for all tests that ask for them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.connectors.directories import Directory, openldap, samba


@pytest.fixture(scope="session")
def open_ldap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with openldap(tmp_path_factory.mktemp("slapd")) as directory:
        yield directory


@pytest.fixture(scope="session")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with samba(tmp_path_factory.mktemp("domain")) as directory:
        yield directory


@pytest.fixture
def new_base() -> Iterator[Callable[[Directory], str]]:
    """Makes an empty organisational unit for this test alone, and takes it away with all that is in it."""
    made: list[tuple[Directory, str]] = []

    def make(directory: Directory) -> str:
        base = f"ou=T{uuid.uuid4().hex[:8]},{directory.suffix}"
        directory.make(base, objectClass=["organizationalUnit"])
        made.append((directory, base))
        return base

    yield make
    for directory, base in made:
        directory.clear(base)
