"""``docs/connectors/``: a page for each connector, whole, from its declaration and its catalogue entries."""

from __future__ import annotations

from collections.abc import Iterator

from connectors import catalogue, registry
from connectors.base import Declaration, FieldStatus, ReportOffer, SettingField
from connectors.catalogue.shapes import Entry, Force, RouteEntry
from misconsole.services.reports import TITLES
from tests.docs.blocks import DOCS, table

FOLDER = DOCS / "connectors"
HEAD = "<!-- Written by “python -m tests.docs” from the connector's declaration and the catalogue. -->"
KINDS = {
    "aggregator": "by way of an aggregator", "direct": "straight to the MIS",
    "on-site": "by software on the school's site", "files": "by files the MIS writes",
}  # fmt: skip
STEP = "A step:"
FORCED = {
    "yes": "A run can be started at any time.", "no": "A run cannot be started from here.",
    "in-mis": "A run is started in the MIS.", "on-site": "A run is started on the school's site.",
}  # fmt: skip


def pages() -> dict[str, str]:
    """File name → text."""
    made = {f"{one.route}.md": page(one) for one in registry.declarations()}
    return {"README.md": index(), **made}


def routes(route: str) -> list[tuple[Entry, RouteEntry]]:
    """The MISs that are reached so, by title."""
    return [(entry, found) for entry in catalogue.entries() if (found := entry.route(route)) is not None]


def index() -> str:
    rows: list[tuple[object, ...]] = [
        (f"[{one.title}]({one.route}.md)", KINDS[one.kind],
         ", ".join(entry.title for entry, _ in routes(one.route)), "yes" if one.delta else "")
        for one in registry.declarations()
    ]  # fmt: skip
    told = table(("connector", "reaches the MIS", "for schools with", "reads changes alone"), rows)
    return f"{HEAD}\n\n# Connectors\n\nOne page each, as the program itself declares it.\n\n{told}\n"


def page(one: Declaration) -> str:
    return "\n".join([HEAD, "", f"# {one.title}", "", *_body(one)]).rstrip("\n") + "\n"


def _body(one: Declaration) -> Iterator[str]:
    reached = routes(one.route)
    yield f"`--route {one.route}`: {KINDS[one.kind]}. {_can(one)}"
    yield from _part("For schools with", _schools(reached))
    yield from _part("What is typed", _settings(one.settings))
    yield from _part("Reports and fields", _reports(one))
    if reached:
        entry, common = min(reached, key=lambda each: len(each[1].steps))
        as_for = f"As for {entry.title}; other MISs put steps of their own between these."
        yield from _part("Connecting, step by step", _steps(common, as_for if len(reached) > 1 else ""))
        runs = " ".join(text for text in (common.schedule, _forced(common.force_run)) if text)
        yield from _part("When it runs", [runs])
        yield from _part("Limits and notes", _differences(reached))


def _part(title: str, lines: Iterator[str] | list[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield from ("", f"## {title}", "", *told)


def _can(one: Declaration) -> str:
    told = [
        "asks the school for access" if one.asks_for_access else "",
        "hears when access is approved" if one.tells_approval else "",
        "reads changes alone after the first time" if one.delta else "",
    ]
    said = ", ".join(each for each in told if each)
    return f"It {said}. Nothing is written back." if said else "Nothing is written back."


def _schools(reached: list[tuple[Entry, RouteEntry]]) -> Iterator[str]:
    rows: list[tuple[object, ...]] = [
        (entry.title, entry.dated, "only the headteacher" if route.accept_by == "headteacher" else "")
        for entry, route in reached
    ]
    if rows:
        yield table(("MIS", "facts as of", "who accepts reports, if not anybody"), rows)


def _settings(settings: tuple[SettingField, ...]) -> Iterator[str]:
    rows: list[tuple[object, ...]] = [
        (f"`{each.name}`", each.title, _kept(each), f"`{each.default}`" if each.default else "",
         " ".join(text for text in (each.help, f"({each.hint})" if each.hint else "") if text))
        for each in settings
    ]  # fmt: skip
    if rows:
        yield table(("name", "what", "", "unless set", "help"), rows)


def _kept(each: SettingField) -> str:
    words = ["secret"] if each.secret else []
    words += ["needed"] if each.required else []
    return ", ".join([*words, "used up by authorising"] if each.once else words)


def _reports(one: Declaration) -> Iterator[str]:
    rows: list[tuple[object, ...]] = [
        (f"**{TITLES[offer.report]}** (`{offer.report}`)", offer.purpose.rstrip("."), *_fields(offer))
        for offer in one.reports
    ]
    yield table(("report", "what for", "mandatory", "uploaded unless declined", "only if asked for"), rows)


def _fields(offer: ReportOffer) -> tuple[str, str, str]:
    asked = [field for field in offer.fields if field.on_request]
    always = [f for f in offer.fields if f.status is FieldStatus.MANDATORY and not f.on_request]
    rest = [field for field in offer.fields if field not in asked and field not in always]
    always_, rest_, asked_ = (", ".join(f.title for f in each) for each in (always, rest, asked))
    return always_, rest_, asked_


def _steps(route: RouteEntry, first: str) -> Iterator[str]:
    yield from (first, "") if first else ()
    for number, step in enumerate(route.steps, 1):
        yield f"{number}. **{step.title}.** {step.text}"


def _forced(force: Force) -> str:
    return f"{FORCED[force.word]} {force.text}".strip()


def _differences(reached: list[tuple[Entry, RouteEntry]]) -> Iterator[str]:
    """Reports, limits, steps and notes of each MIS, less what is the same for all of them."""
    facts = {entry.title: list(dict.fromkeys(_facts(route))) for entry, route in reached}
    everywhere = set.intersection(*(set(each) for each in facts.values()))
    for told in facts[next(iter(facts))]:
        if told in everywhere and not told.startswith(STEP):
            yield f"- {told}"
    for title, lines in facts.items():
        own = [each for each in lines if each not in everywhere]
        yield from ("", f"### {title}", "", *(f"- {each}" for each in own)) if own else ()


def _facts(route: RouteEntry) -> Iterator[str]:
    for report, reason in route.report_reasons.items():
        word = {"yes": "", "maybe": " (perhaps)", "greyed": " (greyed out)", "no": " (not available)"}
        yield f"Report {report}{word[route.reports.get(report, 'no')]}: {reason}"
    for field, reason in route.limits.items():
        yield f"Field `{field}`: {reason}"
    for step in route.steps:
        yield f"{STEP} “{step.title}”"
    for note in route.notes:
        yield f"{note.situation}: {note.text}"
