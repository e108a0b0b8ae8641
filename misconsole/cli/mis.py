"""``misconsole mis``: the catalogue: every MIS, its routes, its steps, and what cannot reach us."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.errors import Exit

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.views import MisView, RouteView


def add(sub: Any) -> None:
    parser = sub.add_parser("mis", help="the catalogue: every MIS, its routes, steps and limits")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("list", help="every MIS with its names and routes").set_defaults(run=list_mis)
    show = verbs.add_parser("show", help="one MIS with its steps and limits")
    show.add_argument("mis", metavar="MIS", help="its id or any of its names")
    show.set_defaults(run=show_mis)


def list_mis(_args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import catalogue

    found = catalogue.list_mis()
    return words.listed(
        out,
        {"items": found},
        ("ID", "NAME", "KIND", "ROUTES", "ALSO CALLED"),
        [(m.id, m.title, m.kind, _routes(m), ", ".join(m.names[1:])) for m in found],
    )


def _routes(mis: MisView) -> str:
    return ", ".join(each.route for each in mis.routes if each.available) or "none yet"


def show_mis(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import catalogue

    found = catalogue.show_mis(args.mis)
    if out.as_json:
        out.json(found)
        return Exit.DONE
    out.lines(
        [found.title, f"  id {found.id}; {found.kind}; facts of {found.dated}", f"  {found.on_site_software}"]
    )
    if len(found.names) > 1:
        out.lines([f"  also called {', '.join(found.names[1:])}"])
    for route in found.routes:
        _show_route(route, out)
    out.lines(_notes(found.notes))
    return Exit.DONE


def _show_route(route: RouteView, out: Out) -> None:
    out.lines(["", f"{route.title} (--route {route.route})"])
    if not route.available:
        out.lines([f"  not available: {route.reason}"])
        return
    for title, text in (("runs", route.schedule), ("run at once", route.force_text or route.force_run)):
        if text:
            out.lines([f"  {title}: {text}"])
    for report, word in route.reports.items():
        reason = route.report_reasons.get(report, "")
        out.lines([f"  {report}: {word}{f' - {reason}' if reason else ''}"])
    out.lines([f"  {field} does not reach us: {reason}" for field, reason in route.limits.items()])
    out.lines([f"  {step.number}. {step.title}: {step.text}" for step in route.steps])
    out.lines([f"  {line}" for line in _notes(route.notes)])


def _notes(notes: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{situation}: {text}" for situation, text in notes]
