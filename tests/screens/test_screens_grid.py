"""The shared grid: decisions hang on it, so the cursor and the marks must stay with their records."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from misconsole.text import cells
from screens.commands import Command
from screens.widgets.columns import Column, place
from screens.widgets.grid import Grid
from screens.widgets.lines import Span, line, line_cells, wrap
from screens.widgets.order import Rows, next_after, order
from screens.widgets.panel import Panel
from tests.screens.driving import screen_text


@dataclass(frozen=True)
class Pupil:
    id: int
    name: str
    group: str = "4A"


def pupils(*names: str) -> list[Pupil]:
    return [Pupil(n, name) for n, name in enumerate(names)]


class ListApp(App[None]):
    """A panel with a grid and nothing else; stands in for the console as far as a grid asks."""

    def __init__(self, rows: list[Pupil]) -> None:
        super().__init__()
        self.rows = rows
        self.grid: Grid[Pupil] = Grid(
            [
                Column(name="name", title="Name", width=12, grow=1, cell=lambda p: p.name),
                Column(name="group", title="Group", width=6, rank=1, cell=lambda p: Span(p.group, "good")),
            ],
            key=lambda p: p.id,
            search=lambda p: p.name,
            empty=lambda: [line("Nobody waits.")],
            markable=True,
        )

    def refusal(self, wanted: Command) -> str:
        return ""

    def compose(self) -> ComposeResult:
        yield Panel(self.grid, noun=("pupil", "pupils"))

    def on_mount(self) -> None:
        self.grid.show(self.rows)
        self.grid.focus()


def test_a_narrow_window_hides_the_columns_of_least_rank_first() -> None:
    columns = [
        Column(name=name, title=name, width=10, rank=rank, cell=str)
        for name, rank in (("name", 0), ("group", 2), ("born", 1))
    ]
    assert [spot.column.name for spot in place(columns, 40)] == ["name", "group", "born"]
    assert [spot.column.name for spot in place(columns, 30)] == ["name", "born"]
    assert [spot.column.name for spot in place(columns, 5)] == ["name"]


def test_filtering_wants_every_word_and_sorting_puts_the_unknown_last() -> None:
    rows = Rows.made(pupils("Ann Lee", "Bo Lee", "Ann Fox"), key=lambda p: p.id, search=lambda p: p.name)
    assert order(rows, wanted="lee ann", sort_key=None, descending=False) == [0]
    years = {0: 3, 1: None, 2: 1}
    assert order(rows, wanted="", sort_key=lambda p: years[p.id], descending=False) == [2, 0, 1]
    assert order(rows, wanted="", sort_key=lambda p: years[p.id], descending=True) == [0, 2, 1]


def test_when_a_record_goes_its_follower_takes_the_cursor_else_the_one_before() -> None:
    assert next_after("b", ["a", "b", "c"], {"a": 0, "c": 1}) == "c"
    assert next_after("c", ["a", "b", "c"], {"a": 0, "b": 1}) == "b"
    assert next_after("a", ["a"], {}) is None


async def test_the_cursor_stays_on_the_record_after_sort_and_refresh() -> None:
    app = ListApp(pupils("Cy", "Ann", "Bo"))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("down")
        assert app.grid.cursor_row == Pupil(1, "Ann")
        app.grid.sort_by("name")
        assert app.grid.cursor_row == Pupil(1, "Ann")
        assert app.grid.cursor_place == 0
        app.grid.show([Pupil(7, "Aa"), *pupils("Cy", "Ann", "Bo")])
        assert app.grid.cursor_row == Pupil(1, "Ann")
        assert app.grid.cursor_place == 1


async def test_after_a_decision_the_cursor_is_on_the_next_record_not_on_the_first() -> None:
    app = ListApp(pupils("Ann", "Bo", "Cy"))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("down")
        app.grid.show([Pupil(0, "Ann"), Pupil(2, "Cy")])
        assert app.grid.cursor_row == Pupil(2, "Cy")


async def test_marks_survive_a_filter_and_the_line_above_says_how_many_are_hidden() -> None:
    app = ListApp(pupils("Ann", "Bo", "Cy"))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("space", "space", "slash", "b", "o", "enter")
        await pilot.pause()
        assert app.grid.marked == {0, 1}
        assert app.grid.shown_count == 1
        assert "2 marked, 1 hidden" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.grid.shown_count == 3
        assert app.grid.marked == {0, 1}


async def test_marks_of_records_that_are_gone_go_with_them() -> None:
    app = ListApp(pupils("Ann", "Bo"))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("space")
        app.grid.show([Pupil(1, "Bo")])
        assert app.grid.marked == frozenset()


async def test_an_arrow_key_repaints_two_lines_only(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ListApp(pupils(*(f"Pupil {n:03}" for n in range(50))))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        painted: list[int] = []
        render = app.grid.render_line
        monkeypatch.setattr(app.grid, "render_line", lambda y: painted.append(y) or render(y))
        await pilot.press("down")
        await pilot.pause()
        assert sorted(set(painted)) == [1, 2]


async def test_paging_home_end_and_letters_move_by_whole_pages() -> None:
    app = ListApp(pupils(*(f"Pupil {n:03}" for n in range(50))))
    async with app.run_test(size=(60, 12)) as pilot:
        page = app.grid.page
        await pilot.press("pagedown")
        assert app.grid.cursor_place == page
        await pilot.press("end")
        assert app.grid.cursor_place == 49
        await pilot.press("pageup", "g")
        assert app.grid.cursor_place == 0
        await pilot.press("G")
        assert app.grid.cursor_place == 49
        assert "Pupil 049" in screen_text(app)


async def test_an_empty_list_says_why_and_a_filter_without_hits_says_how_to_clear_it() -> None:
    app = ListApp([])
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        assert "Nobody waits." in screen_text(app)
        app.grid.show(pupils("Ann"))
        await pilot.press("slash", "z", "z", "enter")
        await pilot.pause()
        assert "None of the 1 match “zz”" in screen_text(app)
        assert "clears the filter" in screen_text(app)


async def test_the_header_shows_the_sort_by_sign_and_the_line_above_by_word() -> None:
    app = ListApp(pupils("Ann", "Bo"))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("greater_than_sign", "full_stop")
        await pilot.pause()
        assert "Name ↓" in screen_text(app)
        assert "by name, falling" in screen_text(app)


async def test_a_hundred_thousand_rows_paint_only_what_is_in_view() -> None:
    app = ListApp([])
    async with app.run_test(size=(60, 12)) as pilot:
        asked: list[int] = []
        rows = pupils(*(f"P{n}" for n in range(100_000)))
        name = app.grid.columns[0]
        object.__setattr__(name, "cell", lambda p: asked.append(p.id) or p.name)
        app.grid.show(app.grid.prepare(rows))
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()
        assert len(set(asked)) < 60


foreign = st.text(max_size=60) | st.sampled_from(
    ["[/x] Bob", "\x1b]52;c;aGk=\x07", "\x9b31m", "‮live", "[@click=app.quit]x[/]", "学校" * 30, "é" * 40]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(foreign, min_size=1, max_size=6), width=st.integers(20, 100))
async def test_whatever_a_name_holds_a_line_is_harmless_and_exactly_as_wide_as_the_window(
    names: list[str], width: int
) -> None:
    """textual-notes §2: no escape that Textual did not make."""
    app = ListApp(pupils(*names))
    async with app.run_test(size=(width, 10)) as pilot:
        await pilot.pause()
        for y in range(app.grid.size.height):
            strip = app.grid.render_line(y)
            text = strip.text
            assert sum(cells(part.text) for part in strip) == app.grid.scrollable_content_region.width
            assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in text)


@given(text=st.text(max_size=200), width=st.integers(8, 80), indent=st.integers(0, 6))
def test_wrapped_lines_fit_their_width_and_lose_no_word(text: str, width: int, indent: int) -> None:
    lines = wrap(line(text), width, indent=indent)
    assert all(line_cells(each) <= width for each in lines)
    joined = "".join("".join(part.text for part in each) for each in lines)
    assert joined.replace(" ", "") == "".join(part.text for part in line(text)).replace(" ", "")


def test_only_the_cells_of_a_line_that_differ_are_sent_again() -> None:
    from screens.widgets.lines import difference

    keys = line(Span("a", "key"), Span(" Add  "), Span("x", "key"), Span(" Exclude"))
    greyed = line(Span("a", "key"), Span(" Add  "), Span("x", "muted"), Span(" Exclude"))
    assert difference(keys, greyed) == (7, 1)
    assert difference(keys, keys) == (16, 0)
    assert difference(line("Ann"), line("Annabel")) == (0, 7)
    assert difference(line("a", "b"), line("a", "bcd")) == (1, 3)
