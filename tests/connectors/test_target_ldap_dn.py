"""Names and filters from hostile text: what is written can be read back, and means nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.targets.ldap import dn
from connectors.targets.ldap.library import ldap3

ANY = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40)
NASTY = (
    "a,ou=Admins", "a+cn=x", 'q"uote', "back\\slash", "<>;=", "#hash", " lead", "trail ", "nul\0l",
    "*)(uid=*",
    "(|(uid=*))", "a\\2c", "line\nend", "\x1b[31m", "=cmd|' /C calc'!A0", "Ünïcode", "O'Neill", "\u202ertl",
)  # fmt: skip


@given(ANY)
def test_a_name_of_any_text_stays_one_segment_and_reads_back(text: str) -> None:
    name = f"{dn.rdn('ou', text)},dc=school,dc=example"
    assert len(dn.split(name)) == 3
    assert dn.pair(dn.split(name)[0]) == ("ou", text)
    assert dn.parent(name) == "dc=school,dc=example"


@pytest.mark.parametrize("text", NASTY)
def test_hostile_names_stay_one_segment(text: str) -> None:
    name = dn.rdn("cn", text)
    assert dn.split(f"{name},dc=x") == (name, "dc=x")
    assert dn.pair(name) == ("cn", text)


@given(ANY)
def test_a_value_in_a_filter_is_compared_and_never_obeyed(text: str) -> None:
    """Judged by the filter parser of the library: one comparison, with exactly these bytes."""
    from ldap3.operation.search import MATCH_EQUAL, parse_filter
    from ldap3.protocol.convert import prepare_filter_for_sending

    root = parse_filter(dn.equals("uid", text), None, True, False, None, False)
    [node] = root.elements
    assert node.tag == MATCH_EQUAL
    assert node.assertion["attr"] == "uid"
    assert prepare_filter_for_sending(node.assertion["value"]) == text.encode()


def test_an_id_of_bytes_goes_into_a_filter_byte_by_byte() -> None:
    assert dn.equals("objectGUID", b"\x00*a)") == "(objectGUID=\\00\\2aa\\29)"
    assert ldap3.utils.conv.escape_bytes(b"\x00") == "\\00"  # the same spelling as the library's


@given(ANY, ANY)
def test_no_name_is_within_a_base_it_only_looks_like(segment: str, other: str) -> None:
    base = "ou=People,dc=school,dc=example"
    assert dn.within(f"{dn.rdn('cn', segment)},{base}", base)
    assert not dn.within(f"{dn.rdn('cn', f'{segment},{base}')},dc=other", base)
    assert not dn.within(f"{dn.rdn('cn', other)},dc=school,dc=example", base)


def test_spelling_case_and_spaces_make_no_other_name() -> None:
    assert dn.key("OU=Year  7, DC=School") == dn.key("ou=year 7,dc=school")
    assert dn.key("ou=a\\2Cb,dc=x") == dn.key("ou=a\\,b,dc=x")
    assert dn.key("ou=a,ou=b,dc=x") != dn.key("ou=a\\,ou=b,dc=x")


@pytest.mark.parametrize("text", ("no segment", "=x,dc=y", "ou", "1x=,dc=y", "ou=a,,x"))
def test_what_is_no_name_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="segment"):
        dn.key(text)


def test_a_list_of_names_is_cut_at_bare_semicolons_only() -> None:
    assert dn.split("ou=a,dc=x; ou=b\\;c,dc=x ;", ";") == ("ou=a,dc=x", " ou=b\\;c,dc=x ")
