"""``docs/estate.md``: the schools of the demo estate, and its faults, as the simulator has them."""

from __future__ import annotations

import re
from dataclasses import fields

from connectors.simulator import faults
from connectors.simulator.schools import ESTATE, DemoSchool, Quirks
from screens.commands import commands
from tests.docs.blocks import table

_ROW = re.compile(r"^(?P<kind>[a-z_]+) {2,}(?P<text>\S.*)$")


def schools() -> str:
    rows: list[tuple[object, ...]] = [
        (s.urn, f"{s.name} (`{s.slug}`)", s.mis_title, f"{_country(s)}{s.phase}", s.pupils, _special(s))
        for s in ESTATE
    ]
    return table(("URN", "school", "MIS", "kind", "pupils", "what is special"), rows)


def _country(school: DemoSchool) -> str:
    return "" if school.country == "england" else f"{school.country.title()}, "


def _special(school: DemoSchool) -> str:
    said = [
        f"of {school.trust}" if school.trust else "",
        "independent" if school.independent else "",
        f"another region of Wonde ({school.region}), {school.timezone}" if school.region else "",
        "no classes, only registration groups" if not school.has_classes else "",
        "account directory agrees with the MIS in full" if school.matching == "full" else "",
        *(_quirk(school.quirks, each.name) for each in fields(Quirks)),
    ]
    return "; ".join(text for text in said if text)


def _quirk(quirks: Quirks, name: str) -> str:
    """How one habit of a school's answers reads; "" where it has the usual one."""
    value = getattr(quirks, name)
    if value == getattr(Quirks(), name):
        return ""
    words = {
        "birth_dates": f"birth dates as {'plain text' if value == 'text' else f'date objects in {value}'}",
        "other_dates": f"other dates as date objects in {value}",
        "empty_single": "empty includes are bare nulls",
        "withheld": f"withholds {', '.join(sorted(value)) if name == 'withheld' else ''}",
        "without_consent": "what was not approved is silently missing",
        "error_shape": "errors under another key",
        "upper_gender": "upper-case codes",
        "numeric_mis_id": "MIS ids as numbers",
        "text_alternative": "booleans as text",
        "pupil_emails": "no e-mail for pupils" if not value else "pupils' e-mail in another place",
    }
    return words[name]


def fault_kinds() -> str:
    rows: list[tuple[object, ...]] = [(f"`{kind}`", text) for kind, text in described().items()]
    return table(("fault", "what the reader meets"), rows)


def described() -> dict[str, str]:
    """The table in the simulator's own description of its faults: kind → what it does."""
    found: dict[str, str] = {}
    body = (faults.__doc__ or "").split("=" * 17)
    last = ""
    for line in "\n".join(body).splitlines():
        if (row := _ROW.match(line)) and row["kind"] in faults.KINDS:
            last = row["kind"]
            found[last] = row["text"]
        elif last and line.startswith(" " * 12):
            found[last] += f" {line.strip()}"
        else:
            last = ""
    return {kind: text.replace("``", "`") for kind, text in found.items()}


def palette() -> str:
    rows: list[tuple[object, ...]] = [
        (each.title, each.help.removeprefix("Demo only: ")) for each in commands("app") if each.demo
    ]
    return table(("in the palette (Ctrl+P)", "what it does"), rows)


BLOCKS = {"estate.schools": schools, "estate.faults": fault_kinds, "estate.palette": palette}
