"""Why, Find, help, palette, mask, messages: the things that work from anywhere."""

from __future__ import annotations

import pytest

from data.tables import Person
from misconsole.services import queues
from screens.asking import Trouble, domain_error
from screens.command_table import TABLE
from tests.screens.driving import Opened, tab


async def test_w_on_a_row_shows_every_gate_in_order_and_what_mends_the_first_failure(
    larkmere: Opened,
) -> None:
    """W2"""
    async with larkmere.running(*tab("unmatched-staff"), "w") as driver:
        text = driver.text
        gates = [
            "In the MIS extract",
            "Report accepted",
            "Required fields",
            "Class criteria",
            "Dates and status",
            "Not excluded",
            "Matched",
            "Account",
        ]
        places = [text.index(gate) for gate in gates]
        assert places == sorted(places)
        assert "✗ Matched" in text
        assert "stopped here" in text
        assert "not reached" in text
        for words in ("Reason", "Mend", "Who can", "operator"):
            assert words in text


async def test_f2_asks_for_a_name_anywhere(larkmere: Opened) -> None:
    """W1"""
    async with larkmere.running("f2") as driver:
        await driver.type("nowak")
        await driver.press("enter")
        assert "Ola Nowak" in driver.text
        assert "✗ Required fields" in driver.text
        assert "date of birth" in driver.text


async def test_an_unknown_name_is_said_to_be_unknown(larkmere: Opened) -> None:
    async with larkmere.running("f2") as driver:
        await driver.type("nobody")
        await driver.press("enter")
        assert "✗ In the MIS extract" in driver.text
        assert "Mend" in driver.text


async def test_the_support_text_goes_to_the_terminals_clipboard(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W9, V6"""
    async with larkmere.running(*tab("unmatched-staff"), "w") as driver:
        sent: list[str] = []
        monkeypatch.setattr(driver.app, "copy_to_clipboard", sent.append)
        await driver.press("y")
        assert "was sent to your terminal's clipboard" in driver.text
        assert "100001" in sent[0]
        assert "similar account" in sent[0]


async def test_find_looks_as_you_type_in_every_school(larkmere: Opened) -> None:
    e = larkmere.estate
    e.person(e.school("100002", "Oakhanger Academy"), "Sam", "Bakerley")
    async with larkmere.running("f3") as driver:
        await driver.type("bak")
        await driver.until(lambda: driver.grid.shown_count == 2)
        assert "Larkmere School" in driver.text
        assert "Oakhanger" in driver.text
        await driver.press("enter", "enter")
        assert "✗ Matched" in driver.text


async def test_question_mark_lists_every_key_of_the_screen_and_the_reason_of_greyed_ones(
    larkmere: Opened,
) -> None:
    async with larkmere.running(*tab("unallocated"), "question_mark", size=(100, 120)) as driver:
        text = " ".join(driver.text.split())
        for each in TABLE:
            if each.scope in ("unallocated", "workspace", "list", "panel"):
                assert f"{each.title}: {each.help}" in text
        assert "Approve as the school" not in text
        await driver.press("q")
        assert "l.north" in driver.text


async def test_escape_closes_the_help_as_q_does(larkmere: Opened) -> None:
    async with larkmere.running("question_mark") as driver:
        assert "› Help" in driver.text
        await driver.press("escape", "escape")
        assert "› Help" not in driver.text
        assert "Larkmere School" in driver.text


async def test_help_gives_reasons_for_greyed_commands(larkmere: Opened) -> None:
    async with larkmere.running("v", "question_mark", size=(100, 120)) as driver:
        assert "Not now: The run has ended" in driver.text


async def test_the_footer_never_runs_over_and_always_offers_help(larkmere: Opened) -> None:
    for width in (20, 40, 80, 140):
        async with larkmere.running(*tab("unmatched-pupils"), size=(width, 24)) as driver:
            footer = driver.text.splitlines()[-1]
            assert "…" not in footer
            assert "? Help" in footer


async def test_the_palette_lists_and_runs_the_commands_of_the_screen(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unallocated"), "ctrl+p") as driver:
        await driver.type("restore")
        await driver.until(lambda: "Give the account back" in driver.text)
        await driver.press("enter")
        await driver.until(lambda: "u takes it back" in driver.text)
        assert queues.unallocated(larkmere.estate.desk(), "100001") == ()


async def test_f9_masks_names_days_and_addresses_on_every_tab(larkmere: Opened) -> None:
    secrets = (
        "Smith-Jones",
        "Baker",
        "l.north",
        "Liam",
        "Quill",
        "l.north@",
        "17 May 2015",
        "Haddad",
        "z.smithjones",
        "Ola Nowak",
    )
    async with larkmere.running(*tab("overview"), "f9", size=(120, 40)) as driver:
        assert "masked" in driver.text.splitlines()[0]
        for _ in range(10):
            for word in secrets:
                assert word not in driver.text
            await driver.press("right_square_bracket")
        await driver.press("f9", "right_square_bracket", "right_square_bracket")
        assert "Smith-Jones" in driver.text


async def test_f9_masks_what_was_typed_to_find_somebody(larkmere: Opened) -> None:
    """A name in the field above its answer is a name all the same; it is seen only while it is typed."""
    async with larkmere.running("f2", *"Nowak", "enter", size=(120, 40)) as driver:
        await driver.until(lambda: "Reason" in driver.text)
        assert "Nowak" in driver.text
        await driver.press("f9")
        assert "Nowak" not in driver.text
        await driver.press("slash", "end", "x")
        assert "Nowakx" in driver.text.splitlines()[1]
        await driver.press("backspace", "f9", "escape")
        assert "Nowak" in driver.text
        await driver.press("q", "f9", "f3", *"nowak")
        await driver.until(lambda: "1 person" in driver.text)
        assert "nowak" in driver.text
        await driver.press("enter")
        assert "nowak" not in driver.text.lower()
        await driver.press("f4", *"zzz")
        await driver.until(lambda: "is known in any school" in driver.text)
        assert "“•••”" in driver.text


async def test_f9_masks_the_words_a_list_is_filtered_by(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts"), "slash", *"baker", "enter", size=(120, 40)) as driver:
        assert "match “baker”" in driver.text
        await driver.press("f9")
        assert "baker" not in driver.text.lower()
        assert "match “•••”" in driver.text
        await driver.press("f9")
        assert "match “baker”" in driver.text


async def test_f9_masks_a_refusal_that_may_name_somebody(larkmere: Opened) -> None:
    from misconsole.errors import Conflict, UnreachableError

    def trouble(error: Exception) -> Trouble:
        found = domain_error(error)
        assert found is not None
        return found

    async with larkmere.running("f9") as driver:
        driver.app.complain(trouble(Conflict("Ola Nowak was linked by bob.", mend="Ask bob.", code="taken")))
        await driver.settle()
        assert "Nowak" not in driver.text and "bob" not in driver.text
        assert "This was not done (taken)." in driver.text
        driver.app.complain(trouble(UnreachableError("The MIS does not answer.", mend="Try later.")))
        await driver.settle()
        assert "The MIS does not answer." in driver.text
        await driver.press("f9", "f8")
        assert "Ola Nowak was linked by bob." in driver.text


async def test_f8_shows_earlier_messages_again(larkmere: Opened) -> None:
    async with larkmere.running("q", "f5", "f8") as driver:
        assert "This is the first screen." in driver.text
        assert "Read again." in driver.text


class Estate:
    """Stands where the demo estate stands; notes what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def __getattr__(self, name: str) -> object:
        return lambda *words, **how: self.asked.append((name, *words, how) if how else (name, *words))


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("approve as", ("approve", "100001")),
        ("decline as", ("decline", "100001")),
        ("let a week", ("advance", 7)),
        ("refuse 429", ("fault", "100001", "status", {"code": 429, "retry_after": 1})),
        ("clear all faults", ("clear_faults",)),
    ],
)
async def test_on_the_demo_estate_the_palette_answers_as_the_school(
    larkmere: Opened, words: str, asked: object
) -> None:
    estate = Estate()
    async with larkmere.running("ctrl+p", demo=estate) as driver:
        await driver.type(words)
        await driver.settle()
        await driver.press("enter")
        await driver.until(lambda: bool(estate.asked))
        assert estate.asked == [asked]
        assert "(demo)" in driver.text


async def test_F12_a_room_is_typed_on_the_person_shown_and_taken_back(larkmere: Opened) -> None:
    ada = larkmere.estate.person(larkmere.school, "Ada", "Quillfeather", "staff")
    async with larkmere.running("f2") as driver:
        await driver.type("Ada Quillfeather")
        await driver.press("enter")
        await driver.until(lambda: "member of staff" in driver.text)
        await driver.press("r")
        assert "The room of Ada Quillfeather" in driver.text
        await driver.type("B12")
        await driver.press("enter")
        await driver.until(lambda: "room B12" in driver.text.split("Reason")[0])
        assert "u takes it back" in driver.text
        assert larkmere.estate.row(Person, ada).room == "B12"
        await driver.press("r", "escape")
        assert larkmere.estate.row(Person, ada).room == "B12"
        await driver.press("u")
        await driver.until(
            lambda: "Taken back" in driver.text and "room" not in driver.text.split("Reason")[0]
        )
        assert larkmere.estate.row(Person, ada).room is None


async def test_F12_a_pupil_has_no_room_to_type(larkmere: Opened) -> None:
    async with larkmere.running("f2") as driver:
        await driver.type("Smith-Jones")
        await driver.press("enter")
        await driver.until(lambda: "Reason" in driver.text)
        await driver.press("r")
        assert "Rooms are typed in for members of staff" in driver.text
