"""Usernames: M1-M15, Z1-Z8."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from misconsole.rules.usernames import (
    DEFAULT_FORMATS,
    ELEMENTS,
    MAX_LENGTH,
    NO_LETTERS,
    NO_YEAR,
    ONE_NAME,
    OTHER_SCRIPT,
    Format,
    FormatError,
    Taken,
    base,
    email,
    sign_in,
    unique,
)

INITIAL_LAST = Format.parse("first_initial.last_name")


def made(text: str, given: str | None, family: str | None, year: int | None = None) -> str:
    return base(Format.parse(text), given=given, family=family, year_of_entry=year).text


def issue(text: str, given: str, family: str, times: int) -> list[str]:
    """The names that so many people of one name get, in order."""
    form, taken, names = Format.parse(text), Taken(), []
    for _ in range(times):
        names.append(unique(base(form, given=given, family=family), form, taken))
        taken.add(names[-1])
    return names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("first_initial.last_name", "h.potter"),
        ("first_name.last_name", "harry.potter"),
        ("first_name-last_name", "harry-potter"),
        ("first_name+last_name", "harrypotter"),
        ("last_name.first_initial", "potter.h"),
        ("yoe4.first_initial.last_name", "2019.h.potter"),
        ("yoe2+first_initial+last_name", "19hpotter"),
        ("first_name.yoe2", "harry.19"),
        ("last_name", "potter"),
    ],
)
def test_M1_M2_M3_the_elements_are_joined_by_the_separator_in_the_formats_order(text: str, name: str) -> None:
    assert made(text, "Harry", "Potter", 2019) == name


def test_M4_M5_prefix_and_suffix_tell_schools_apart() -> None:
    assert made("lm:first_initial.last_name", "Harry", "Potter") == "lmh.potter"
    assert made(":first_initial.last_name:-lark", "Harry", "Potter") == "h.potter-lark"
    assert made("lm:first_initial.last_name:-stu", "Harry", "Potter") == "lmh.potter-stu"


def test_M6_the_first_holder_is_bare_and_the_next_gets_1() -> None:
    assert issue("first_initial.last_name", "Harry", "Potter", 3) == ["h.potter", "h.potter1", "h.potter2"]


def test_M6_Z8_a_reserved_name_is_passed_over() -> None:
    taken = Taken(["H.Potter", "h.potter1"])
    assert unique(base(INITIAL_LAST, given="Harry", family="Potter"), INITIAL_LAST, taken) == "h.potter2"


def test_M6_a_gap_left_by_nobody_is_filled() -> None:
    taken = Taken(["h.potter", "h.potter2"])
    assert unique(base(INITIAL_LAST, given="Harry", family="Potter"), INITIAL_LAST, taken) == "h.potter1"


def test_M7_Z2_name_parts_lose_every_non_letter_while_years_and_separators_stay() -> None:
    assert made("first_name.last_name.yoe4", "Anne-Marie", "O'Neil_& 3", 2019) == "annemarie.oneil.2019"


def test_M8_M12_the_worked_example_is_exactly_twenty_characters() -> None:
    name = made("first_initial.last_name", "Laurence", "Llewelyn-Bowen Cholmondeley")
    assert name == "l.llewelynbowencholm"
    assert len(name) == 20


def test_M9_a_sequence_number_cuts_the_base_first() -> None:
    """The brother Lionel."""
    taken = Taken(["l.llewelynbowencholm"])
    brother = base(INITIAL_LAST, given="Lionel", family="Llewelyn-Bowen Cholmondeley")
    assert unique(brother, INITIAL_LAST, taken) == "l.llewelynbowenchol1"


def test_Z1_the_cut_follows_the_digits_through_9_10_99_and_100() -> None:
    names = issue("first_initial.last_name", "Lionel", "Llewelyn-Bowen Cholmondeley", 102)
    assert names[1] == "l.llewelynbowenchol1"
    assert names[9] == "l.llewelynbowenchol9"
    assert names[10] == "l.llewelynbowencho10"
    assert names[99] == "l.llewelynbowencho99"
    assert names[100] == "l.llewelynbowench100"
    assert {len(name) for name in names} == {20}
    assert len(set(names)) == 102


def test_M9_a_short_base_is_not_cut_for_its_number() -> None:
    assert issue("first_initial.last_name", "Harry", "Potter", 101)[100] == "h.potter100"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("first_initial.last_name", "m.featherstonehaughw"),
        ("last_name.first_initial", "featherstonehaughw.m"),
        ("first_name.last_name", "maximiliana.feathers"),
        ("last_name.first_name", "featherstonehaughw.m"),
        ("last_name.yoe4", "featherstonehau.2019"),
        ("yoe2+first_initial+last_name", "19mfeatherstonehaugh"),
    ],
)
def test_M10_the_last_name_element_of_the_format_gives_way_first(text: str, name: str) -> None:
    assert made(text, "Maximiliana", "Featherstonehaughwaite", 2019) == name


def test_M10_a_very_long_first_name_still_leaves_a_letter_of_the_last() -> None:
    assert made("first_name.last_name", "Wolfeschlegelsteinhausen", "Berg") == "wolfeschlegelstein.b"


def test_M11_M12_M13_the_email_has_the_domain_and_the_sign_in_the_scope() -> None:
    name = "l.llewelynbowencholm"
    assert email(name, "miltonparkschool.example") == "l.llewelynbowencholm@miltonparkschool.example"
    assert sign_in(name, "miltonpark") == "l.llewelynbowencholm@miltonpark"
    assert sign_in(name, "") == name
    assert len(email(name, "@Milton.example").partition("@")[0]) <= 20


def test_Z3_affixes_survive_the_cut_and_the_sequence_number() -> None:
    names = issue("abcde:first_initial.last_name:-012345678", "Harry", "Potter", 120)
    assert names[0] == "abcdeh.pot-012345678"
    assert names[1] == "abcdeh.po-0123456781"
    assert names[10] == "abcdeh.p-01234567810"
    assert names[100] == "abcdehp-012345678100"
    assert len(set(names)) == 120
    assert all(n.startswith("abcde") and "-012345678" in n and len(n) == 20 for n in names)


def test_Z4_diacritics_are_transliterated_before_stripping() -> None:
    assert made("first_name.last_name", "Zoë", "Łukasz") == "zoe.lukasz"
    assert made("first_name.last_name", "Zoe\u0308", "Ødegård") == "zoe.odegard"


def test_Z5_a_name_that_strips_to_nothing_gets_a_fallback_and_a_review_flag() -> None:
    found = base(INITIAL_LAST, given="🙂", family="---")
    assert (found.text, found.review) == ("user", NO_LETTERS)
    assert base(INITIAL_LAST, given=None, family=None).review == NO_LETTERS
    assert issue("first_initial.last_name", "", "", 2) == ["user", "user1"]


def test_Z5_a_name_in_another_script_is_transliterated_and_flagged() -> None:
    found = base(INITIAL_LAST, given="Мария", family="Иванова")
    assert (found.text, found.review) == ("m.ivanova", OTHER_SCRIPT)


@pytest.mark.parametrize("text", ["first_initial.last_name", "first_name.last_name", "last_name.first_name"])
@pytest.mark.parametrize(
    ("given", "family"), [("Teller", None), (None, "Teller"), ("", "Teller"), ("-", "Teller")]
)
def test_Z6_a_mononym_is_used_whole_without_a_stray_separator(
    text: str, given: str | None, family: str | None
) -> None:
    found = base(Format.parse(text), given=given, family=family)
    assert (found.text, found.review) == ("teller", ONE_NAME)


def test_Z6_a_mononym_keeps_year_and_affixes() -> None:
    found = base(
        Format.parse("a:yoe2.first_initial.last_name:-z"), given="Teller", family="", year_of_entry=2019
    )
    assert found.text == "a19.teller-z"


def test_Z6_a_name_the_format_does_not_ask_for_is_not_missed() -> None:
    assert base(Format.parse("last_name"), given=None, family="Potter").review == ""


def test_Z7_everything_is_lower_case() -> None:
    assert made("LM:First_Initial.Last_Name:-STU", "HARRY", "McPOTTER") == "lmh.mcpotter-stu"


def test_N9_an_unknown_year_of_entry_is_left_out_and_flagged() -> None:
    found = base(DEFAULT_FORMATS["pupil"], given="Harry", family="Potter")
    assert (found.text, found.review) == ("hpotter", NO_YEAR)
    assert base(DEFAULT_FORMATS["pupil"], given="Harry", family="Potter", year_of_entry=7).review == NO_YEAR


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("abcdef:last_name", "prefix “abcdef” has 6 characters; the limit is 5"),
        (":last_name:01234567890", "suffix “01234567890” has 11 characters; the limit is 10"),
        ("surname.first_name", "“surname” is not an element"),
        ("", "“” is not an element"),
        ("first_name.last-name", "one is used between all elements"),
        ("first_name.last_name-yoe2", "one is used between all elements"),
        ("last_name.last_name", "named twice"),
        ("last_name.yoe2.yoe4", "named twice: yoe4 and yoe2"),
        ("first_initial.yoe4", "needs first_name or last_name"),
        ("a_b:last_name", "prefix “a_b” may hold"),
        ("é:last_name", "may hold letters a to z"),
        (".a:last_name", "must begin with a letter or digit"),
        (":last_name:a.", "must end with a letter or digit"),
        ("a..b:last_name", "no “..” in it"),
        ("a:b:last_name:c", "more than two colons"),
        ("abcde:first_name.last_name.yoe4:0123456789", "leave 5 of 20 characters"),
    ],
)
def test_M4_a_format_that_breaks_a_limit_says_which(text: str, says: str) -> None:
    with pytest.raises(FormatError) as caught:
        Format.parse(text)
    assert says in str(caught.value)


def test_M3_a_separator_other_than_the_three_is_refused() -> None:
    with pytest.raises(FormatError, match="separator “_”"):
        Format(("first_name", "last_name"), "_")


def test_M2_a_staff_format_has_no_year() -> None:
    with pytest.raises(FormatError, match="yoe2 is for pupils"):
        DEFAULT_FORMATS["pupil"].for_role("staff")
    assert DEFAULT_FORMATS["pupil"].for_role("pupil") is DEFAULT_FORMATS["pupil"]
    assert DEFAULT_FORMATS["staff"].for_role("staff") is DEFAULT_FORMATS["staff"]


def test_when_every_number_is_used_up_the_error_says_so() -> None:
    class Everything:
        def __contains__(self, name: object) -> bool:
            return True

    form = Format.parse("abcde:last_name:0123456789")
    short = Format(form.elements, "", form.prefix, form.suffix)
    with pytest.raises(FormatError, match="is taken"):
        unique(base(short, given="A", family="B"), short, Everything())


AFFIX = st.text(string.ascii_letters + string.digits, max_size=5)


@st.composite
def formats(draw: st.DrawFn) -> Format:
    elements = draw(st.lists(st.sampled_from(ELEMENTS), unique=True, min_size=1, max_size=4))
    try:
        return Format(
            tuple(elements), draw(st.sampled_from(["", ".", "-"])), draw(AFFIX),
            draw(st.text(string.ascii_letters + string.digits, max_size=10)),
        )  # fmt: skip
    except FormatError:
        return draw(st.sampled_from(list(DEFAULT_FORMATS.values())))


NAMES = st.one_of(
    st.text(max_size=40), st.sampled_from(["Al", "Bo", "O'Neil", "Łukasz", "王", "", "Wolfeschlegel"])
)
PEOPLE = st.lists(
    st.tuples(NAMES, NAMES, st.one_of(st.none(), st.integers(1990, 2040))), min_size=1, max_size=30
)


@given(formats(), PEOPLE)
@settings(max_examples=300)
def test_properties_length_alphabet_uniqueness_affixes_and_stability(
    form: Format, people: list[tuple[str, str, int | None]]
) -> None:
    """M8, M15, Z3, Z7: for any format and any people."""

    def run() -> list[str]:
        taken, names = Taken(), []
        for first, last, year in people:
            names.append(unique(base(form, given=first, family=last, year_of_entry=year), form, taken))
            taken.add(names[-1])
        return names

    names = run()
    assert names == run()
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 1 <= len(name) <= MAX_LENGTH
        assert set(name) <= set(string.ascii_lowercase + string.digits + ".-")
        assert name.startswith(form.prefix)
        assert name.rstrip(string.digits).endswith(form.suffix.rstrip(string.digits))
        assert form.suffix in name
        assert name[0].isalnum() and name[-1].isalnum() and ".." not in name


@given(formats())
def test_a_format_survives_being_written_and_parsed(form: Format) -> None:
    assert Format.parse(str(form)) == form


@given(st.text(max_size=60))
def test_any_text_is_a_format_or_a_clear_error(text: str) -> None:
    try:
        Format.parse(text)
    except FormatError as problem:
        assert str(problem).endswith((".", ")"))


def test_Z8_three_thousand_namesakes_never_collide() -> None:
    names = issue("first_initial.last_name", "Muhammad", "Featherstonehaugh-Ali", 3000)
    assert len(set(names)) == 3000
    assert max(map(len, names)) == 20
