"""Pages of classes and groups, whose members are read no further than their ids."""

from __future__ import annotations

import json
from typing import Any

import pytest
from loopback import Asked, Reply, School, as_json, connector, gather, pupil, serving

from connectors.records import Batch, ExtractRequest, Membership, Report, SchoolClass
from connectors.wonde import members, paging
from connectors.wonde.members import slim

CLASSES = Report.GROUPS_CLASSES


def group(number: int, *people: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": f"G{number}", "name": f"7{number}", "type": "REGISTRATION",
        "students": {"data": list(people)}, "employees": {"data": []}, **more,
    }  # fmt: skip


def page(*rows: Any) -> bytes:
    return json.dumps({"data": list(rows), "meta": {"pagination": {"more": False}}}).encode()


def test_everything_stays_but_what_members_are_besides_an_id() -> None:
    row = group(1, pupil(1), {"forename": "Nobody"}, mis_id=7, extra={"deep": [1, None]})
    cut = [{"id": pupil(1)["id"]}, {}]
    assert slim(page(row)) == json.loads(page({**row, "students": {"data": cut}}))


def test_a_large_page_comes_whole() -> None:
    row = group(1, *(pupil(n) for n in range(3)), filler="x" * members.LARGE)
    assert slim(page(row)) == json.loads(page(row))


@pytest.mark.parametrize(
    "row",
    [
        group(1, students=[pupil(1)]), group(1, students=None), group(1, "nobody"), [], "row",
        group(1, students={"data": {"id": "A1"}}),
    ],
)  # fmt: skip
def test_a_page_of_another_shape_is_read_as_every_page_is(row: Any) -> None:
    """What is wrong with one row is told of that row, and the others are taken."""
    good = group(2, pupil(2))
    school = School({"groups": [good, row], "classes": [], "students": [pupil(2)]})
    with serving(school) as server, connector(server) as one:
        found = gather(one, CLASSES)
    assert "G2" in {each.source_id for each in found.of(SchoolClass)}
    assert (pupil(2)["id"], "G2") in {(m.person_id, m.container_id) for m in found.of(Membership)}


@pytest.mark.parametrize("how", ["cursor", "page"])
def test_of_large_pages_only_one_is_on_its_way(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next is asked for when this one was taken: two of them would be in memory at once."""
    monkeypatch.setattr(paging, "LARGE", 10)
    seen: list[str] = []

    def hook(asked: Asked) -> Reply | None:
        if asked.path.endswith("/groups") and asked.query.get("per_page") != "1":
            seen.append(asked.query.get("from") or asked.query.get("page", "1"))
        return as_json({"data": []}) if asked.path.endswith("/classes") else None

    school = School({"groups": [group(n, pupil(n)) for n in range(6)], "students": []}, page=2, hook=hook)
    with serving(school) as server, connector(server, settings={"paging": how, "per_page": "2"}) as one:
        asked_when = [
            len(seen)
            for item in one.extract(ExtractRequest(reports=frozenset({CLASSES})))
            if isinstance(item, Batch) and item.records
        ]
    assert asked_when == [1, 2, 3]
