"""docs/connectors/: one page a connector, as it declares itself now."""

from __future__ import annotations

from connectors import catalogue, registry
from tests.docs import generate, write_connectors
from tests.docs.blocks import DOCS


def test_every_connector_has_a_page_that_says_what_it_declares() -> None:
    assert {page.name for page in generate.connectors_out_of_date()} == set(), "run python -m tests.docs"
    names = {page.name for page in write_connectors.FOLDER.glob("*.md")}
    assert names == {f"{one.route}.md" for one in registry.declarations()} | {"README.md"}


def test_a_page_names_every_setting_report_and_field_and_every_mis_reached() -> None:
    for one in registry.declarations():
        text = (write_connectors.FOLDER / f"{one.route}.md").read_text(encoding="utf-8")
        for setting in one.settings:
            assert f"| `{setting.name}` | " in text
        for offer in one.reports:
            assert f"(`{offer.report}`)" in text
            assert all(field.title in text for field in offer.fields)
        for entry in catalogue.entries():
            if entry.route(one.route):
                assert f"| {entry.title} | " in text


def test_a_page_of_a_connector_that_is_no_more_is_noticed() -> None:
    stray = write_connectors.FOLDER / "pigeon.md"
    stray.write_text("Coo.", encoding="utf-8")
    try:
        assert generate.connectors_out_of_date() == {stray: None}
    finally:
        stray.unlink()


def test_the_pages_are_linked_from_the_index_and_the_index_from_the_readme() -> None:
    index = (write_connectors.FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"]({one.route}.md)" in index for one in registry.declarations())
    assert "(docs/connectors/README.md)" in (DOCS.parent / "README.md").read_text(encoding="utf-8")
