"""What is Active Directory's own, against a domain of Samba's: unicodePwd, control bits, addresses,
namesakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from connectors.targets.base import Entry, NameTaken, TargetRefused, Wanted
from connectors.targets.ldap.adapter import LdapTarget
from connectors.targets.ldap.library import ldap3
from tests.connectors.directories import Directory

PASSWORD, SECOND = "Canary-first-1x", "Cänary-£second-2x"
CAT = Wanted(
    anchor="c-1", username="ckaya", email="ckaya@school.example", given_name="Cat", family_name="Kaya",
    display_name="Cat Kaya", place=("Pupils",),
)  # fmt: skip


@pytest.fixture
def base(domain: Directory, new_base: Callable[[Directory], str]) -> str:
    return new_base(domain)


@pytest.fixture
def target(domain: Directory, base: str) -> Iterator[LdapTarget]:
    made = domain.target(base)
    yield made
    made.close()


def create(target: LdapTarget, wanted: Wanted = CAT, *, must_change: bool = False) -> Entry:
    return target.create(wanted, password=PASSWORD, must_change=must_change)


def row_of(domain: Directory, base: str, username: str = "ckaya") -> dict[str, Any]:
    [row] = domain.rows(base, f"(sAMAccountName={username})", ("*",))
    return row


def test_M13_the_sign_in_scope_is_not_the_address_s_domain(domain: Directory, base: str) -> None:
    target = domain.target(base, scope="pupils.school.example")
    try:
        create(target)
        row = row_of(domain, base)
        assert row["userprincipalname"] == [b"ckaya@pupils.school.example"]
        assert row["mail"] == [b"ckaya@school.example"]
        assert row["proxyaddresses"] == [b"SMTP:ckaya@school.example"]
        assert row["admindescription"] == [b"c-1"]
        assert domain.may_sign_in("ckaya@pupils.school.example", PASSWORD)
    finally:
        target.close()


def test_P5_a_password_to_be_changed_lets_nobody_in_before(
    domain: Directory, base: str, target: LdapTarget
) -> None:
    made = create(target, must_change=True)
    assert row_of(domain, base)["pwdlastset"] == [b"0"]
    target.set_password(made.remote_id, SECOND, must_change=False)
    assert row_of(domain, base)["pwdlastset"] != [b"0"]
    assert domain.may_sign_in("ckaya@school.example", SECOND)
    target.set_password(made.remote_id, "Canary-third-3x", must_change=True)
    assert row_of(domain, base)["pwdlastset"] == [b"0"]


def test_only_the_bit_of_disabled_accounts_changes(domain: Directory, base: str, target: LdapTarget) -> None:
    made = create(target)
    bits = 0x200 | 0x10000 | 0x80000  # normal, password does not expire, trusted for delegation
    domain.change(row_of(domain, base)["dn"], userAccountControl=str(bits))
    assert not target.enable(made.remote_id, on=False).enabled
    assert row_of(domain, base)["useraccountcontrol"] == [str(bits | 2).encode()]
    assert target.enable(made.remote_id, on=True).enabled
    assert row_of(domain, base)["useraccountcontrol"] == [str(bits).encode()]


def test_addresses_of_other_kinds_outlive_a_rename(domain: Directory, base: str, target: LdapTarget) -> None:
    made = create(target)
    told = [
        "SMTP:ckaya@school.example",
        "smtp:cat@school.example",
        "X500:/o=School/cn=ckaya",
        "SIP:ckaya@x.example",
    ]
    domain.change(row_of(domain, base)["dn"], proxyAddresses=told)
    wanted = replace(CAT, username="ckara", email="ckara@school.example")
    renamed = target.rename(made.remote_id, wanted, keep=frozenset({"ckaya@school.example"}))
    assert renamed.aliases == {"ckaya@school.example", "cat@school.example"}
    assert set(row_of(domain, base, "ckara")["proxyaddresses"]) == {
        b"SMTP:ckara@school.example", b"smtp:ckaya@school.example", b"smtp:cat@school.example",
        b"X500:/o=School/cn=ckaya", b"SIP:ckaya@x.example",
    }  # fmt: skip
    assert domain.may_sign_in("ckara@school.example", PASSWORD)


def test_namesakes_in_one_place_are_told_apart_by_their_usernames(
    domain: Directory, base: str, target: LdapTarget
) -> None:
    first = create(target)
    second = create(target, replace(CAT, anchor="c-2", username="ckaya2", email="ckaya2@school.example"))
    assert row_of(domain, base, "ckaya")["cn"] == [b"Cat Kaya"]
    assert row_of(domain, base, "ckaya2")["cn"] == [b"Cat Kaya (ckaya2)"]
    assert (first.display_name, second.display_name) == ("Cat Kaya", "Cat Kaya")
    third = create(target, replace(CAT, anchor="c-3", username="ckaya3", email="", place=("Other",)))
    for _ in range(2):
        assert target.move(third.remote_id, ("Pupils",)).place == ("Pupils",)
        assert row_of(domain, base, "ckaya3")["cn"] == [b"Cat Kaya (ckaya3)"]


def test_the_name_of_the_entry_follows_the_display_name(
    domain: Directory, base: str, target: LdapTarget
) -> None:
    made = create(target)
    create(target, replace(CAT, anchor="c-2", username="other", email="", display_name="Cat Kara"))
    for _ in range(2):
        target.update(
            made.remote_id, replace(CAT, display_name="Cat Kara"), fields=frozenset({"display_name"})
        )
        assert row_of(domain, base)["cn"] == [b"Cat Kara (ckaya)"]
    long = replace(CAT, display_name="Wolfeschlegelsteinhausenbergerdorff " * 3)
    target.update(made.remote_id, long, fields=frozenset({"display_name"}))
    assert len(row_of(domain, base)["cn"][0]) <= 64


@pytest.mark.parametrize("username", ["a" * 21, "semi;colon", "at@sign", "dot.", 'quote"', "slash/"])
def test_what_can_be_no_user_name_there_is_told(
    domain: Directory, base: str, target: LdapTarget, username: str
) -> None:
    with pytest.raises(TargetRefused, match="user name of Active Directory"):
        create(target, replace(CAT, username=username))
    assert target.find("c-1") is None


def test_a_name_of_the_domain_outside_our_base_is_taken(
    domain: Directory, base: str, target: LdapTarget
) -> None:
    for username in ("Administrator", "domain admins"):
        with pytest.raises(NameTaken, match="CN="):
            create(target, replace(CAT, username=username))
    assert target.find("c-1") is None


def test_administrators_and_what_the_system_needs_are_out_of_reach(
    domain: Directory, base: str, target: LdapTarget
) -> None:
    made = create(target)
    domain.change(row_of(domain, base)["dn"], adminCount="1")
    assert target.find("c-1").protected  # type: ignore[union-attr]
    with pytest.raises(TargetRefused, match="administrator"):
        target.set_password(made.remote_id, SECOND, must_change=False)
    users = domain.target(f"CN=Users,{domain.suffix}")
    try:
        told = {one.username: one for one in users.entries()}
        assert told["krbtgt"].protected
        assert told["Administrator"].protected
        with pytest.raises(TargetRefused, match="system entry"):
            users.enable(told["krbtgt"].remote_id, on=True)
    finally:
        users.close()


def test_members_of_members_of_a_protected_group_are_out_of_reach(
    domain: Directory, base: str, target: LdapTarget
) -> None:
    made = create(target)
    inner, outer = f"CN=inner-{base[3:9]},{base}", f"CN=outer-{base[3:9]},{base}"
    domain.make(inner, objectClass="group", member=row_of(domain, base)["dn"])
    domain.make(outer, objectClass="group", member=inner)
    careful = domain.target(base, protected_groups=outer)
    try:
        with pytest.raises(TargetRefused, match="protected group"):
            careful.enable(made.remote_id, on=False)
    finally:
        careful.close()


def test_a_container_is_told_with_its_kind_and_a_group_is_nobody(
    domain: Directory, base: str, target: LdapTarget
) -> None:
    domain.make(f"CN=Old,{base}", objectClass="container")
    domain.make(f"CN=Cat Kaya,CN=Old,{base}", objectClass="user", sAMAccountName="ckaya")
    domain.make(f"CN=grp-{base[3:9]},{base}", objectClass="group")
    [entry] = target.entries()
    assert (entry.username, entry.place, entry.enabled) == ("ckaya", ("CN=Old",), False)


def test_whoever_may_not_make_people_hears_it_from_the_probe(domain: Directory, base: str) -> None:
    domain.make(
        f"CN=weak,{base}", objectClass="user", sAMAccountName="weak", userAccountControl="66048",
        userPrincipalName="weak@school.example", unicodePwd=f'"{PASSWORD}"'.encode("utf-16-le"),
    )  # fmt: skip
    target = domain.target(base, bind_dn="weak@school.example", password=PASSWORD)
    try:
        assert [(one.name, one.ok) for one in target.probe()] == [
            ("connectivity", True), ("reading", True), ("writing", False)
        ]  # fmt: skip
        with pytest.raises(TargetRefused, match="not the right"):
            create(target, replace(CAT, place=()))
    finally:
        target.close()


def test_the_password_goes_as_the_protocol_wants_it_and_never_in_the_clear(
    domain: Directory, base: str
) -> None:
    """Without TLS the domain refuses the sign-in itself; that is told, and nothing was sent that counts."""
    server = ldap3.Server(domain.host, port=domain.port, get_info=ldap3.NONE)
    plain = ldap3.Connection(server, domain.bind_dn, "not-the-password", check_names=False)
    plain.open(read_server_info=False)
    try:
        assert not plain.bind(read_server_info=False)
        assert plain.result["result"] == 8  # strongerAuthRequired: Samba keeps to it as Windows does
    finally:
        plain.unbind()
    target = domain.target(base, url=f"ldap://{domain.host}:{domain.port}")
    try:
        create(target)
        assert domain.may_sign_in("ckaya@school.example", PASSWORD)
    finally:
        target.close()
