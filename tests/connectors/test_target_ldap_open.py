"""What is OpenLDAP's own: thousands by pages, limits, the lock and the password policy, other attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import TooLarge
from connectors.targets.base import NameTaken, TargetRefused, Wanted
from connectors.targets.ldap.adapter import LdapTarget
from tests.connectors.directories import BIND_PASSWORD, SUFFIX, Directory, run

PASSWORD = "Canary-first-1x"
BEN = Wanted(anchor="b-1", username="ben", email="ben@school.example", display_name="Ben", given_name="Ben")


@pytest.fixture
def base(open_ldap: Directory, new_base: Callable[[Directory], str]) -> str:
    return new_base(open_ldap)


@pytest.fixture
def target(open_ldap: Directory, base: str) -> Iterator[LdapTarget]:
    made = open_ldap.target(base)
    yield made
    made.close()


def create(target: LdapTarget, wanted: Wanted = BEN, *, must_change: bool = False) -> str:
    return target.create(wanted, password=PASSWORD, must_change=must_change).remote_id


def test_two_thousand_entries_are_read_by_pages_to_the_end(open_ldap: Directory, base: str) -> None:
    count = 2000
    people = [
        f"dn: uid=p{at},{base}\nobjectClass: inetOrgPerson\nuid: p{at}\ncn: P {at}\nsn: {at}\n"
        f"employeeNumber: n-{at}\n"
        for at in range(count)
    ]
    admin = ["-D", open_ldap.admin, "-w", open_ldap.admin_password]
    run("ldapadd", "-x", "-H", open_ldap.url("ldap"), *admin, stdin="\n".join(people).encode())
    target = open_ldap.target(base, page="300")
    try:
        read = list(target.entries())
        assert {one.anchor for one in read} == {f"n-{at}" for at in range(count)}
        assert len(read) == count
        assert target.find("n-1234") == next(one for one in read if one.anchor == "n-1234")
    finally:
        target.close()


def test_a_directory_that_stops_half_way_is_told_and_nothing_is_taken_for_all(
    open_ldap: Directory, base: str, target: LdapTarget
) -> None:
    for at in range(8):
        create(target, replace(BEN, anchor=f"n-{at}", username=f"p{at}", email=f"p{at}@school.example"))
    for page in ("500", "2"):
        narrow = open_ldap.target(base, bind_dn=f"cn=narrow,ou=Services,{SUFFIX}", page=page)
        try:
            with pytest.raises(TooLarge, match="limit") as told:
                list(narrow.entries())
            assert "page" in told.value.mend
        finally:
            narrow.close()


def test_where_our_sign_in_may_not_write_the_entry_is_named(open_ldap: Directory) -> None:
    target = open_ldap.target(f"ou=Locked,{SUFFIX}")
    try:
        with pytest.raises(TargetRefused, match=r"not the right.*uid=ben,ou=Locked"):
            create(target)
        with pytest.raises(TargetRefused, match=r"not the right.*ou=New"):
            create(target, replace(BEN, place=("New",)))
    finally:
        target.close()


def test_the_directory_itself_hashes_the_password_and_the_lock_is_its_own(
    open_ldap: Directory, base: str, target: LdapTarget
) -> None:
    made = create(target)
    [row] = open_ldap.rows(base, "(uid=ben)")
    assert row["userpassword"][0].startswith(b"{SSHA}")
    assert "pwdaccountlockedtime" not in row
    target.enable(made, on=False)
    [row] = open_ldap.rows(base, "(uid=ben)")
    assert row["pwdaccountlockedtime"] == [b"000001010000Z"]


def test_a_lock_the_directory_set_for_a_while_is_left_to_it(
    open_ldap: Directory, base: str, target: LdapTarget
) -> None:
    made = create(target)
    open_ldap.change(f"uid=ben,{base}", pwdAccountLockedTime="20260101120000Z")
    assert target.enable(made, on=True).enabled
    [row] = open_ldap.rows(base, "(uid=ben)")
    assert row["pwdaccountlockedtime"] == [b"20260101120000Z"]


@pytest.mark.parametrize("must_change", [True, False])
def test_P5_a_change_at_the_first_sign_in_is_asked_for_or_not(
    open_ldap: Directory, base: str, target: LdapTarget, must_change: bool
) -> None:
    made = create(target, must_change=must_change)
    expected = [b"TRUE"] if must_change else None
    assert open_ldap.rows(base, "(uid=ben)")[0].get("pwdreset") == expected
    target.set_password(made, "Canary-other-5x", must_change=not must_change)
    expected = None if must_change else [b"TRUE"]
    assert open_ldap.rows(base, "(uid=ben)")[0].get("pwdreset") == expected


def test_further_addresses_may_have_an_attribute_of_their_own(open_ldap: Directory, base: str) -> None:
    target = open_ldap.target(
        base, alias_attribute="mailAlternateAddress", object_classes="inetOrgPerson,mailUser"
    )
    try:
        made = create(target)
        renamed = replace(BEN, username="benj", email="benj@school.example")
        told = target.rename(made, renamed, keep=frozenset({"ben@school.example"}))
        assert (told.email, told.aliases) == ("benj@school.example", {"ben@school.example"})
        [row] = open_ldap.rows(base, "(uid=benj)")
        assert row["mail"] == [b"benj@school.example"]
        assert row["mailalternateaddress"] == [b"ben@school.example"]
        with pytest.raises(NameTaken):
            create(target, replace(BEN, anchor="b-2", username="other"))
    finally:
        target.close()


def test_an_entry_named_by_something_else_keeps_its_name_when_renamed(
    open_ldap: Directory, base: str, target: LdapTarget
) -> None:
    open_ldap.make(
        f"cn=Old Ben,{base}", objectClass="inetOrgPerson", uid="oldben", sn="Ben", mail="o@x.example"
    )
    [entry] = target.entries()
    told = target.rename(entry.remote_id, BEN, keep=frozenset({"o@x.example"}))
    assert (told.username, told.email, told.aliases) == ("ben", "ben@school.example", {"o@x.example"})
    [row] = open_ldap.rows(base, "(uid=ben)")
    assert row["dn"] == f"cn=Old Ben,{base}"


def test_another_mark_and_another_sign_of_disabled_are_settings(open_ldap: Directory, base: str) -> None:
    target = open_ldap.target(
        base, anchor_attribute="carLicense", disabled="employeeType=disabled",
        employee_id_attribute="employeeNumber",
    )  # fmt: skip
    try:
        made = create(target, replace(BEN, extras={"employee_id": "S-007"}))
        target.enable(made, on=False)
        [row] = open_ldap.rows(base, "(uid=ben)")
        assert (row["carlicense"], row["employeetype"], row["employeenumber"]) == (
            [b"b-1"], [b"disabled"], [b"S-007"]
        )  # fmt: skip
        told = target.find("b-1")
        assert told is not None
        assert (told.enabled, told.extras) == (False, {"employee_id": "S-007"})
    finally:
        target.close()


def test_a_staff_code_without_an_attribute_is_refused_and_nothing_made(
    open_ldap: Directory, base: str, target: LdapTarget
) -> None:
    with pytest.raises(TargetRefused, match="staff code"):
        create(target, replace(BEN, extras={"employee_id": "S-007"}))
    assert open_ldap.rows(base, "(uid=ben)") == []


def test_somebody_of_one_name_is_somebody(open_ldap: Directory, base: str, target: LdapTarget) -> None:
    create(target)
    entry = target.find("b-1")
    assert entry is not None
    assert (entry.given_name, entry.family_name) == ("Ben", "")
    assert open_ldap.rows(base, "(uid=ben)")[0]["sn"] == [b"-"]


_SEGMENT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=30)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(segment=_SEGMENT.filter(lambda text: bool(text.split())))
def test_a_place_of_any_name_is_one_place_directly_below_the_base(
    open_ldap: Directory, base: str, target: LdapTarget, segment: str
) -> None:
    made = target.find("b-1") or target.create(BEN, password=PASSWORD, must_change=False)
    try:
        moved = target.move(made.remote_id, (segment,))
    except TargetRefused:  # letters the directory itself folds to nothing
        assert not any(char.isascii() and char.isprintable() and char != " " for char in segment)
        return
    units = [row for row in open_ldap.rows(base, "(ou=*)", ("ou",)) if row["dn"].lower() != base.lower()]
    assert moved.place == (" ".join(segment.split()),) == tuple(row["ou"][0].decode() for row in units)
    assert target.move(made.remote_id, (segment,)) == moved
    assert target.move(made.remote_id, ()) == made
    with open_ldap.look() as connection:
        assert connection.delete(units[0]["dn"])
    target._places.forget()


def test_the_password_of_our_sign_in_is_no_part_of_what_is_kept_or_shown(target: LdapTarget) -> None:
    create(target)
    assert BIND_PASSWORD not in repr(target) + repr(vars(target))
