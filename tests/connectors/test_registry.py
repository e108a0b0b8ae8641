"""The registry finds connectors by itself, cheaply."""

from __future__ import annotations

import subprocess
import sys

import pytest

from connectors import registry
from connectors.base import Connector, SchoolRef, Setup
from connectors.errors import BadSettings


def test_connectors_are_found_without_a_list() -> None:
    declared = {d.route: d for d in registry.declarations()}
    assert {"wonde", "oneroster-csv"} <= set(declared)
    assert declared["wonde"].kind == "aggregator"
    assert declared["oneroster-csv"].kind == "files"
    for route, declaration in declared.items():
        assert registry.declaration(route) is declaration
        assert registry.has(route)


def test_making_one_gives_a_connector_that_has_reached_out_to_nobody() -> None:
    setup = Setup(school=SchoolRef(urn="1", name="x"), secrets={"token": "abcdef"})
    one = registry.make("wonde", setup)
    assert isinstance(one, Connector)
    one.close()


def test_an_unknown_route_names_those_there_are() -> None:
    with pytest.raises(BadSettings) as caught:
        registry.declaration("fax")
    assert "wonde" in caught.value.mend
    assert not registry.has("fax")


def test_declarations_import_nothing_heavy() -> None:
    code = (
        "import sys; from connectors import registry, catalogue; "
        "registry.declarations(); catalogue.entries(); "
        "heavy = ('httpx', 'httpx_retries', 'pydantic', 'pydantic_core', 'sqlmodel', 'textual', 'ssl'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[]"


def test_every_declared_field_is_an_attribute_of_a_record() -> None:
    from connectors import records

    names = {
        name
        for kind in (
            records.Pupil, records.Staff, records.Contact, records.ContactLink, records.SchoolClass,
            records.Group, records.Mark, records.Subject, records.Membership,
        )
        for name in kind.__dataclass_fields__
    }  # fmt: skip
    for declaration in registry.declarations():
        for offer in declaration.reports:
            assert {field.name for field in offer.fields} <= names, (declaration.route, offer.report)
            assert len({field.name for field in offer.fields}) == len(offer.fields)
