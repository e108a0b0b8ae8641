"""Hard to break: hostile text on every screen, tiny windows, faults, no colour, no Unicode."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from data import tables
from screens import crash, glyphs
from screens.command_table import TABLE
from tests import seed
from tests.screens.driving import Opened, screen_text, tab

TABS = (
    "overview",
    "unmatched-staff",
    "unmatched-pupils",
    "unallocated",
    "exclusions",
    "non-mis",
    "accounts",
    "new-users",
    "history",
    "problems",
)
NASTY = "[/x]\x1b]52;c;aGk=\x07\x9b31m‮[@click=app.quit]Bob[/]\x00学"


def hostile(e: seed.Estate) -> int:
    """Everything a MIS, a directory or an operator can name, named by an attacker."""
    school = e.school("100001", f"School {NASTY}", trust=NASTY)
    e.connection(school)
    run = e.run(school, "failed", actor=NASTY, error={"message": NASTY, "mend": NASTY}, changed_anything=True)
    ok = e.run(school, actor=NASTY)
    e.put(tables.RunMessage, run_id=run, at=e.now, level="error", message=NASTY, mend=NASTY)
    for role in ("staff", "pupil"):
        who = e.person(
            school,
            NASTY,
            NASTY,
            role,
            registration_group=NASTY,
            staff_code=NASTY,
            upn=NASTY,
            job_title=NASTY,
            title=NASTY,
            email=NASTY,
        )
        evidence = [
            {
                "field": NASTY,
                "person": NASTY,
                "account": NASTY,
                "agreement": NASTY,
                "weight": 1.0,
                "note": NASTY,
            }
        ]
        e.candidate(who, e.account(school, f"{role}{NASTY}", NASTY, NASTY, role), evidence=evidence)
    e.account(
        school,
        f"lost{NASTY}",
        NASTY,
        NASTY,
        state="unallocated",
        unallocated_at=e.now,
        unallocated_reason=NASTY,
        unallocated_run=ok,
    )
    e.account(school, f"new{NASTY}", NASTY, NASTY, origin="created")
    e.put(tables.Exclusion, school_id=school, given_name=NASTY, family_name=NASTY, reason=NASTY, author=NASTY)
    e.problem(school, ok, NASTY, message=NASTY, mend=NASTY, who=NASTY, field=NASTY, code=NASTY, report=NASTY)
    e.put(tables.Decision, school_id=school, kind=NASTY[:20], summary=NASTY, actor=NASTY, at=e.now)
    return school


def harmless(text: str) -> bool:
    return not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in text.replace("\n", ""))


@pytest.mark.parametrize("name", TABS)
async def test_no_tab_lets_foreign_text_act(estate: seed.Estate, name: str) -> None:
    """textual-notes §2, X: markup, ESC, C1, bidi, NUL are shown and do nothing."""
    opened = Opened(estate, hostile(estate))
    async with opened.running(*tab(name), size=(120, 40)) as driver:
        assert harmless(driver.text)
        await driver.press("w")
        assert harmless(driver.text)


@pytest.mark.parametrize(
    "keys",
    [
        (),
        ("v",),
        ("c",),
        ("c", "p"),
        ("f3", "b", "o", "b"),
        ("f2", "b", "o", "b", "enter"),
        ("enter", "question_mark"),
        ("enter", "f8"),
    ],
    ids=" ".join,
)
async def test_no_other_screen_lets_foreign_text_act(estate: seed.Estate, keys: tuple[str, ...]) -> None:
    opened = Opened(estate, hostile(estate))
    async with opened.running(*keys, size=(100, 40)) as driver:
        assert harmless(driver.text)
        assert "School [/x]" in driver.text or keys[:1] in (("f3",), ("enter",))


@pytest.mark.parametrize("name", TABS)
async def test_a_window_of_20x5_neither_crashes_nor_loses_the_place(larkmere: Opened, name: str) -> None:
    async with larkmere.running(*tab(name)) as driver:
        await driver.pilot.resize_terminal(20, 5)
        await driver.press("down", "question_mark", "q")
        await driver.pilot.resize_terminal(80, 24)
        await driver.settle()
        assert driver.app.screen.opened == name
        assert "Larkmere School" in driver.text


async def test_an_unexpected_fault_in_a_service_is_filed_and_the_console_goes_on(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    from misconsole.services import queues

    def broken(desk: object, urn: str) -> object:
        name = "".join(("Zo", "e"))
        raise ZeroDivisionError(name)

    async with larkmere.running("enter") as driver:
        monkeypatch.setattr(queues, "unallocated", broken)
        await driver.press(*["right_square_bracket"] * 3)
        assert "ZeroDivisionError" in driver.text
        assert "Traceback" not in driver.text
        await driver.press("right_square_bracket")
        assert "Mary Quill" in driver.text
    filed = next((clean_environment / "crashes").iterdir())
    assert filed.stat().st_mode & 0o077 == 0
    assert "Zoe" not in filed.read_text()


def test_a_crash_file_names_places_and_no_values() -> None:
    from misconsole.services.desk import utc_now

    def fail(pupil: str) -> None:
        raise ValueError(f"cannot show {pupil}")

    name = "".join(("Zoë Smi", "th-Jones"))
    try:
        fail(name)
    except ValueError as error:
        text = crash.report(error, screen="Schools", at=utc_now())
    assert "in fail" in text
    assert "on screen Schools" in text
    assert "builtins.ValueError" in text
    assert "Smith" not in text


async def test_a_fault_in_a_screen_ends_with_one_line_and_no_stack_trace(
    larkmere: Opened, capsys: pytest.CaptureFixture[str], clean_environment: Path
) -> None:
    app = larkmere.console()
    with pytest.raises(ZeroDivisionError):
        async with app.run_test() as pilot:
            await pilot.pause()
            app.call_later(lambda: 1 // 0)
            await pilot.pause()
    told = capsys.readouterr().err
    assert "misconsole stopped because of a fault" in told
    assert "No decision was lost." in told.replace("\n", " ")
    assert "Traceback" not in told
    assert list((clean_environment / "crashes").iterdir())
    assert app.return_code == 1


async def test_without_unicode_every_sign_of_ours_has_a_stand_in(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISCONSOLE_ASCII", "1")
    for name in TABS:
        async with larkmere.running(*tab(name), size=(100, 30)) as driver:
            assert set(driver.text) - set("Zoëö") <= {*map(chr, range(32, 127)), "\n"}


def test_every_sign_has_one_ascii_stand_in_of_the_same_width() -> None:
    signs = {value for name, value in vars(glyphs).items() if name.isupper() and isinstance(value, str)}
    assert signs <= set(glyphs.ASCII)
    assert all(len(sign) == len(plain) == 1 and plain.isascii() for sign, plain in glyphs.ASCII.items())


def test_ascii_is_chosen_for_terminals_and_locales_without_unicode() -> None:
    assert glyphs.wants_ascii({"LANG": "en_GB.ISO-8859-1"})
    assert glyphs.wants_ascii({"TERM": "linux"})
    assert glyphs.wants_ascii({"LC_ALL": "C", "LANG": "en_GB.UTF-8"})
    assert not glyphs.wants_ascii({"LC_CTYPE": "C.UTF-8", "LANG": "C"})
    assert not glyphs.wants_ascii({})
    assert not glyphs.wants_ascii({"LANG": "en_GB.UTF-8"})
    assert not glyphs.wants_ascii({"MISCONSOLE_ASCII": "0", "TERM": "linux"})
    assert glyphs.wants_ascii({"MISCONSOLE_ASCII": "1", "LANG": "en_GB.UTF-8"})


async def test_no_colour_means_the_terminals_own_theme(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = larkmere.console()
    async with app.run_test():
        assert app.theme == "ansi-dark"
        assert app.no_color


@pytest.mark.parametrize("theme", ["", "calm-dark"])
async def test_without_colours_no_word_has_the_colour_of_what_is_behind_it(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    """The terminal's own colours have no grey of their own: they stay as they are, greys only for others."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("MISCONSOLE_THEME", theme)
    async with larkmere.running("enter") as driver:
        segments = [each for strip in driver.app.screen._compositor.render_strips() for each in strip]
        styles = [each.style for each in segments if each.text.strip() and each.style]
        assert styles
        for style in styles:
            front, behind = style.color, style.bgcolor
            if theme:
                assert front is not None and behind is not None
                assert front.triplet != behind.triplet
                assert front.triplet and len(set(front.triplet)) == 1
            else:
                assert front is None or front.is_default
                assert behind is None or behind.is_default


async def test_an_unknown_theme_is_complained_about_and_not_fatal(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISCONSOLE_THEME", "no-such-theme")
    async with larkmere.running() as driver:
        assert driver.app.theme == "calm-dark"
        assert "no theme called no-such-theme" in " ".join(t for _, _, t in driver.app.said)


def test_every_command_of_the_table_is_data_without_markup() -> None:
    assert not any("[" in each.help.replace("misconsole", "") for each in TABLE)


async def test_a_second_key_after_a_question_is_answered_does_nothing(larkmere: Opened) -> None:
    """textual-notes §9: dismissing twice would end the app."""
    async with larkmere.running(*tab("non-mis"), "m") as driver:
        question = driver.app.screen
        question.action_answer(False)
        question.action_answer(True)
        await driver.settle()
        assert "Nothing was changed." in screen_text(driver.app)
