"""What is typed for a directory: wrong settings never get as far as a connection."""

from __future__ import annotations

import subprocess
import sys

import pytest

from connectors.errors import BadSettings
from connectors.targets import registry
from connectors.targets.base import EXTRAS, Target, TargetSetup
from connectors.targets.ldap.options import Options, read

GOOD = {
    "url": "ldaps://dc1.school.example", "bind_dn": "sync@school.example", "scope": "school.example",
    "base": "OU=Accounts,DC=school,DC=example",
}  # fmt: skip
CANARY = "canary-5up3r"


def options(**changes: str) -> Options:
    return read(TargetSetup(settings={**GOOD, **changes}, secrets={"bind_password": CANARY}))


def test_the_registry_makes_it_without_a_connection_and_it_keeps_to_the_contract() -> None:
    made = registry.make("ldap", TargetSetup(settings=GOOD, secrets={"bind_password": CANARY}))
    assert isinstance(made, Target)
    assert made.declaration is registry.declaration("ldap")
    assert made.declaration.extras == frozenset(EXTRAS)
    assert CANARY not in repr(made)
    made.close()


def test_asking_what_it_needs_imports_no_ldap_library() -> None:
    code = (
        "import sys; from connectors.targets import registry; registry.declaration('ldap');"
        "sys.exit('ldap3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("url", "plain", "told"),
    [
        ("ldaps://dc1.school.example", "no", ("dc1.school.example", 636, "ldaps")),
        ("ldap://dc1.school.example:1389", "no", ("dc1.school.example", 1389, "starttls")),
        ("ldap://127.0.0.1", "loopback", ("127.0.0.1", 389, "none")),
        ("ldap://[::1]:1389", "loopback", ("::1", 1389, "none")),
        ("ldap://localhost", "no", ("localhost", 389, "starttls")),
    ],
)
def test_every_way_but_loopback_by_leave_is_encrypted(url: str, plain: str, told: tuple[object, ...]) -> None:
    found = options(url=url, plain=plain)
    assert (found.host, found.port, found.tls) == told


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"url": "ldap://dc1.school.example", "plain": "loopback"}, "very machine"),
        ({"url": "ldap://127.0.0.1.evil.example", "plain": "loopback"}, "very machine"),
        ({"url": "http://dc1.school.example"}, "url"),
        ({"url": "ldaps://user:pw@dc1.school.example"}, "url"),
        ({"url": "ldaps://dc1.school.example:99999"}, "port"),
        ({"url": ""}, "url"),
        ({"bind_dn": " "}, "bind_dn"),
        ({"base": "Accounts"}, "base"),
        ({"base": "ou=a,dc=x; ou=b,dc=x"}, "base"),
        ({"base": ";"}, "base"),
        ({"more_bases": "ou=a,dc=x;nothing"}, "more_bases"),
        ({"scope": ""}, "scope"),
        ({"scope": "school example"}, "scope"),
        ({"anchor_attribute": "a)(b"}, "anchor_attribute"),
        ({"disabled": "=x"}, "disabled"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca.pem"),
        ({"timeout": "0"}, "timeout"),
        ({"flavour": "novell"}, "flavour"),
        ({"protected_groups": "Domain Admins"}, "protected_groups"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, str], word: str) -> None:
    with pytest.raises(BadSettings, match=word) as told:
        options(**changes)
    assert CANARY not in f"{told.value} {told.value.mend}"


def test_nobody_is_signed_in_without_a_password() -> None:
    with pytest.raises(BadSettings, match="password"):
        read(TargetSetup(settings=GOOD))


def test_bases_within_others_are_not_read_twice() -> None:
    told = options(base="ou=a,dc=x", more_bases="OU=b,OU=A,DC=x; ou=c,dc=x")
    assert told.bases == ("ou=a,dc=x", "ou=c,dc=x")
    assert options(base="ou=a,dc=x", more_bases="dc=x").bases == ("dc=x",)


def test_each_kind_of_directory_has_its_own_attribute_for_our_mark() -> None:
    assert (options().anchor, options().staff_code) == ("adminDescription", "employeeID")
    plain = options(flavour="ldap")
    assert (plain.anchor, plain.staff_code) == ("employeeNumber", "")
