"""The catalogue as operators read it: every MIS, its routes, its steps, and what cannot reach us (A, E)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors import catalogue, registry
from connectors.base import Declaration
from connectors.catalogue.shapes import Entry, Note, RouteEntry
from misconsole.errors import NotFound, Usage
from misconsole.services.views import GuideStep, MisView, RouteView, SettingView


def list_mis() -> tuple[MisView, ...]:
    """Every MIS, by title; "not listed" is the last."""
    return tuple(_mis(each) for each in catalogue.entries())


def show_mis(key: str) -> MisView:
    """One MIS by its id or any of its names; NotFound tells what to do about a missing one (A9)."""
    return _mis(find(key))


def find(key: str) -> Entry:
    try:
        return catalogue.entry(key)
    except (LookupError, ValueError) as error:
        raise NotFound(
            f"The catalogue has no MIS “{key[:60]}”.", mend=catalogue.missing_help(), code="no_such_mis"
        ) from error


def choose_route(entry: Entry, route: str) -> RouteEntry:
    """The route named, or the entry's first that can be used. Usage when there is none."""
    wanted = route or entry.default_route
    found = entry.route(wanted) if wanted else None
    usable = ", ".join(each.route for each in entry.routes if each.available) or "none yet"
    if found is None:
        told = (
            f"{entry.title} is not reached by “{route[:40]}”."
            if route
            else f"No route reaches {entry.title} yet."
        )
        raise Usage(told, mend=f"Routes of this console: {usable}. {catalogue.missing_help()}")
    if not found.available:
        raise Usage(
            f"{found.title} cannot be used: {found.reason}", mend=f"Routes of this console: {usable}."
        )
    return found


def declaration_of(route: str) -> Declaration | None:
    """What the connector of a route declares; None for a route without one."""
    return registry.declaration(route) if registry.has(route) else None


def settings_of(
    declaration: Declaration | None, *, values: dict[str, Any] | None = None, secrets: Iterable[str] = ()
) -> tuple[SettingView, ...]:
    """What is typed for a route, with what was typed so far; a secret shows only that it is there."""
    kept, held = values or {}, set(secrets)
    return tuple(
        SettingView(
            name=each.name,
            title=each.title,
            secret=each.secret,
            required=each.required,
            value="" if each.secret else str(kept.get(each.name, each.default)),
            present=each.name in held if each.secret else bool(kept.get(each.name, each.default)),
            pattern=each.pattern,
            hint=each.hint,
            help=each.help,
            once=each.once,
        )
        for each in (declaration.settings if declaration else ())
    )


def _mis(entry: Entry) -> MisView:
    return MisView(
        id=entry.id,
        title=entry.title,
        names=tuple(dict.fromkeys((entry.title, *entry.aliases))),
        shown_as=entry.shown_as,
        kind=entry.kind,
        installs=entry.installs,
        on_site_software=entry.on_site_software,
        dated=entry.dated,
        routes=tuple(_route(each) for each in entry.routes),
        notes=_notes(entry.notes),
    )


def _route(route: RouteEntry) -> RouteView:
    return RouteView(
        route=route.route,
        title=route.title,
        kind=route.kind,
        available=route.available,
        reason=route.reason,
        reports=dict(route.reports),
        report_reasons=dict(route.report_reasons),
        limits=dict(route.limits),
        schedule=route.schedule,
        force_run=route.force_run.word,
        force_text=route.force_run.text,
        accept_by=route.accept_by,
        steps=tuple(
            GuideStep(
                id=step.id, number=number, title=step.title, text=step.text, kind=step.kind, state="later",
                link=step.link, fields=step.fields,
            )
            for number, step in enumerate(route.steps, 1)
        ),
        settings=settings_of(declaration_of(route.route)),
        notes=_notes(route.notes),
    )  # fmt: skip


def _notes(notes: Iterable[Note]) -> tuple[tuple[str, str], ...]:
    return tuple((each.situation, each.text) for each in notes)


def must_declare(route: str) -> Declaration:
    """The declaration of a route that was chosen, which has one."""
    return registry.declaration(route)
