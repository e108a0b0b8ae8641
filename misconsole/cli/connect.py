"""``misconsole connect``, ``authorise`` and ``disconnect``; ``reports`` is in ``cli.consent``.

Exit codes of ``authorise``: 0 approved, 4 not approved (yet, or any more), 5 the MIS cannot be reached.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import change, consent, words
from misconsole.cli.desk import open_desk
from misconsole.cli.out import exit_of
from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import ConnectionView

MARKS = {"done": "[x]", "now": "[>]", "later": "[ ]", "problem": "[!]"}


def add(sub: Any) -> None:
    parser = sub.add_parser("connect", help="connect a school to its MIS, or show how far that is")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("--mis", help="its id or name; without it the guide is shown")
    parser.add_argument("--route", default="", help="wonde, oneroster-csv, ... (“misconsole mis show MIS”)")
    parser.add_argument("--change", action="store_true", help="the school changes its MIS or route")
    parser.add_argument(
        "--dry-run", action="store_true", help="with --change: rehearse it, and show the lists"
    )
    parser.add_argument("--yes", action="store_true", help="with --change: although few were found again")
    parser.add_argument(
        "--settle",
        action="append",
        default=[],
        metavar="ID=WHO",
        help="with --change: of the short list, ID is person WHO, or “new”, “not:WHO”, “open” again",
    )
    parser.add_argument("--give-up", action="store_true", help="with --change: forget the prepared change")
    parser.add_argument(
        "--done", action="append", default=[], metavar="STEP", help="tick a step of the guide"
    )
    parser.add_argument("--test", action="store_true", help="test connection and data")
    words.add_settings(parser)
    words.add_secrets(parser)
    parser.set_defaults(run=connect)
    access = sub.add_parser("authorise", help="ask for access, and wait for the school's approval")
    access.add_argument("school", metavar="SCHOOL")
    access.add_argument("--wait", action="store_true", help="until the school has answered")
    access.set_defaults(run=authorise)
    end = sub.add_parser("disconnect", help="end a connection; accounts stay as they are")
    end.add_argument("school", metavar="SCHOOL")
    end.set_defaults(run=disconnect)
    consent.add(sub)


def connect(args: argparse.Namespace, out: Out) -> int:
    from misconsole.errors import NotFound
    from misconsole.services import connect as service

    if (args.dry_run or args.yes or args.give_up or args.settle) and not args.change:
        raise Usage("--dry-run, --yes, --settle and --give-up go with --change.")
    with open_desk(args) as desk:
        if args.change and change.wanted(args, desk):
            return change.change(args, desk, out)
        if args.mis:
            view = _connect(args, desk)
        elif args.set or args.secrets_file or args.secrets_stdin:
            view = _set(args, desk)
        else:
            found = service.connection(desk, args.school)
            if found is None:
                raise NotFound(
                    "The school is not connected to a MIS.",
                    mend="Name it with --mis; “misconsole mis list” shows them.",
                    code="not_connected",
                )
            view = found
        for step in args.done:
            view = service.tick_step(desk, args.school, step)
        return _test(args, desk, out) if args.test else _guide(out, view)


def _connect(args: argparse.Namespace, desk: Desk) -> ConnectionView:
    from misconsole.services import catalogue, schools
    from misconsole.services import connect as service

    entry = catalogue.find(args.mis)
    route = catalogue.choose_route(entry, args.route)
    settings = catalogue.settings_of(catalogue.declaration_of(route.route))
    with desk.store.read() as s:
        schools.resolve(s, args.school)
    known = service.connection(desk, args.school)
    kept = {x.name for x in known.settings if x.present} if known and known.route == route.route else set()
    required = [x.name for x in settings if x.secret and x.required and x.name not in kept]
    plain = words.pairs(args.set)
    service.check(catalogue.must_declare(route.route), settings=plain, secrets={})
    secrets = words.secrets(args, {x.name: x.title for x in settings if x.secret}, required)
    return service.connect(
        desk,
        args.school,
        mis=entry.id,
        route=route.route,
        settings=plain,
        secrets=secrets,
        change=args.change,
    )


def _set(args: argparse.Namespace, desk: Desk) -> ConnectionView:
    from misconsole.services import connect as service

    known = service.connection(desk, args.school)
    wanted = {x.name: x.title for x in known.settings if x.secret} if known else {}
    secrets = words.secrets(args, wanted, ())
    return service.set_settings(desk, args.school, settings=words.pairs(args.set), secrets=secrets)


def _guide(out: Out, view: ConnectionView) -> int:
    if out.as_json:
        out.json(view)
        return Exit.DONE
    out.lines([f"{view.school_name}: {view.mis_title} by {view.route}; access {view.access}"])
    for step in view.steps:
        out.lines([f"{MARKS[step.state]} {step.number}. {step.title}"])
        if step.state in ("now", "problem"):
            told = (step.text, step.link, step.message, step.mend)
            out.lines([f"      {line}" for line in told if line])
    return Exit.DONE


def _test(args: argparse.Namespace, desk: Desk, out: Out) -> int:
    from misconsole.services import connect as service

    results = service.probe(desk, args.school)
    good = all(each.ok for each in results)
    if out.as_json:
        out.json({"school": words.urn_of(desk, args.school), "ok": good, "tests": results})
    else:
        out.table(
            ("TEST", "RESULT", "MESSAGE", "WHAT MENDS IT"),
            [(each.name, "ok" if each.ok else "failed", each.message, each.mend) for each in results],
        )
    if good:
        return Exit.DONE
    return Exit.UNREACHABLE if any(x.name == "connectivity" and not x.ok for x in results) else Exit.FAILED


def authorise(args: argparse.Namespace, out: Out) -> int:
    """Ask, unless it was approved already; with ``--wait`` until the school has answered."""
    import time

    from misconsole.services import connect as service

    with open_desk(args) as desk:
        view = service.check_access(desk, args.school)
        if not view.problem and view.access not in ("approved", "pending"):
            view = service.request_access(desk, args.school)
        if args.wait and view.access == "pending" and not view.problem:
            out.note("Waiting for the school's approval; press Ctrl+C to stop waiting.")
            view = service.wait_for_access(desk, args.school, sleep=time.sleep)
    _access(out, view)
    if view.problem:
        code = exit_of(view.problem)
        return code if code is not Exit.FAILED else Exit.NOT_AUTHORISED if view.access == "refused" else code
    return Exit.DONE if view.access == "approved" else Exit.NOT_AUTHORISED


def _access(out: Out, view: ConnectionView) -> None:
    link = next((step.link for step in view.steps if step.kind in ("request", "wait") and step.link), "")
    if out.as_json:
        error = {"code": view.problem, "message": view.message, "mend": view.mend} if view.problem else None
        told = {"access": view.access, "message": view.message, "mend": view.mend, "link": link}
        out.json({"school": view.school, "mis": view.mis, "route": view.route, **told, "error": error})
        return
    out.lines([f"{view.school_name}: access {view.access}"])
    out.lines([f"  {line}" for line in (view.message, view.mend, link) if line and view.access != "approved"])


def disconnect(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import connect as service

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        service.disconnect(desk, args.school)
    if out.as_json:
        out.json({"school": urn, "connected": False})
    else:
        out.lines(["Disconnected; people, accounts and links stay as they are."])
    return Exit.DONE
