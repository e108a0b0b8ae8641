"""The pages on targets are written by hand; what they must name is held to what the adapters declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.targets import registry

PAGES = Path(__file__).parents[2] / "docs" / "targets"
WRITTEN = tuple(kind for kind in registry.kinds() if (PAGES / f"{kind}.md").exists())


def test_the_two_in_the_cloud_have_their_pages() -> None:
    assert {"google", "graph"} <= set(WRITTEN)


@pytest.mark.parametrize("kind", WRITTEN)
def test_every_setting_is_told(kind: str) -> None:
    page = (PAGES / f"{kind}.md").read_text(encoding="utf-8")
    declared = registry.declaration(kind)
    assert [each.name for each in declared.settings if f"`{each.name}`" not in page] == []


def test_the_scopes_and_permissions_told_are_those_asked_for() -> None:
    from connectors.targets.google.adapter import SCOPE
    from connectors.targets.graph import roles

    google = (PAGES / "google.md").read_text(encoding="utf-8")
    assert f"{SCOPE}user`" in google and f"{SCOPE}orgunit`" in google
    graph = (PAGES / "graph.md").read_text(encoding="utf-8")
    for word in ("RoleManagement.Read.Directory", "GroupMember.Read.All"):
        assert word in graph and word in roles.NEEDED
    assert "User.RevokeSessions.All" in graph
