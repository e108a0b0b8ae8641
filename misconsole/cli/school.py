"""``misconsole school``: add, list, show and set schools and their options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.guided_views import ModePlan
    from misconsole.services.views import SchoolRow


def add(sub: Any) -> None:
    parser = sub.add_parser("school", help="add, list, show and set schools and their options")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    new = verbs.add_parser("add", help="a new school")
    new.add_argument("name")
    new.add_argument("--urn", required=True, help="six digits, such as 100001")
    words.add_settings(new)
    new.set_defaults(run=add_school)
    verbs.add_parser("list", help="every school").set_defaults(run=list_schools)
    show = verbs.add_parser("show", help="facts and options of a school")
    show.add_argument("school", metavar="SCHOOL")
    show.set_defaults(run=show_school)
    change = verbs.add_parser("set", help="set facts and options: domain=…, mode=…, pupil_username=…")
    change.add_argument("school", metavar="SCHOOL")
    change.add_argument("settings", nargs="+", metavar="K=V")
    change.add_argument("--yes", action="store_true", help="change the mode although it touches people")
    change.add_argument("--dry-run", action="store_true", help="only show what another mode would change")
    change.set_defaults(run=set_school)

    tried = verbs.add_parser("formats", help="how usernames are made, on the school's own people")
    tried.add_argument("school", metavar="SCHOOL")
    tried.add_argument(
        "--try", dest="tried", action="append", default=[], metavar="KIND=FORMAT",
        help="another format for pupil, teaching, non-teaching or other; nothing is saved",
    )  # fmt: skip
    tried.set_defaults(run=show_formats)


def add_school(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import schools

    with open_desk(args) as desk:
        row = schools.add_school(desk, name=args.name, urn=args.urn, settings=words.pairs(args.set))
    return _told(out, row, f"Added {row.name} as {row.slug}")


def set_school(args: argparse.Namespace, out: Out) -> int:
    """Exit 3, with the plan, when the mode would change for somebody and ``--yes`` was not said."""
    from misconsole.services import modes, schools

    settings = words.pairs(args.settings)
    if not settings:
        raise Usage("Nothing to set.")
    if args.dry_run and "mode" not in settings:
        raise Usage("--dry-run goes with mode=….")
    with open_desk(args) as desk:
        named = ", ".join(settings)
        mode = settings.get("mode", "").strip().lower()
        if mode and mode != schools.show(desk, args.school)["mode"]:
            plan = modes.plan_mode(desk, args.school, mode)
            if args.dry_run or (plan.touches_somebody and not args.yes):
                return _plan(out, plan, asked=args.dry_run)
            del settings["mode"]
            if settings:
                schools.set_options(desk, args.school, settings)
            modes.change_mode(desk, args.school, mode)
            row = next(r for r in schools.list_schools(desk) if r.urn == plan.school)
        else:
            row = schools.set_options(desk, args.school, settings)
    return _told(out, row, f"Set {named} of {row.name}")


def _plan(out: Out, plan: ModePlan, *, asked: bool) -> int:
    if out.as_json:
        out.json({"school": plan.school, "changed": False, "plan": plan})
        return Exit.DONE if asked else Exit.HELD
    out.lines([f"{plan.school_name}: from {plan.before} mode to {plan.after} mode ({plan.means})"])
    out.lines(f"  {line}" for line in plan.warnings)
    counts = (
        ("accounts created", plan.creates), ("people linked", plan.links),
        ("staff who wait", plan.waits["staff"]), ("pupils who wait", plan.waits["pupil"]),
        ("accounts unallocated", plan.unallocates), ("display names changed", len(plan.renames)),
    )  # fmt: skip
    out.table(("WITH THE NEXT SYNC", "HOW MANY"), counts)
    if plan.renames:
        out.table(
            ("ACCOUNT", "DISPLAY NAME NOW", "FROM THE MIS", "WHEN"),
            [(r.username, r.before, r.after, r.when) for r in plan.renames],
        )
    if not asked:
        out.note("Nothing was changed yet; say --yes to change the mode.")
    return Exit.DONE if asked else Exit.HELD


def _told(out: Out, row: SchoolRow, said: str) -> int:
    if out.as_json:
        out.json(document(row))
    else:
        out.lines([f"{said}."])
    return Exit.DONE


def document(row: SchoolRow) -> dict[str, Any]:
    names = (
        "slug",
        "name",
        "mode",
        "mis",
        "route",
        "access",
        "lamp",
        "last_checked",
        "last_changed",
        "last_run",
    )
    return {"school": row.urn, **{name: getattr(row, name) for name in names}}


def list_schools(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import schools

    with open_desk(args) as desk:
        rows = schools.list_schools(desk)
    if not rows:
        out.note("There is no school yet. Add one with: misconsole school add NAME --urn N")
    return words.listed(
        out,
        {"items": [document(row) for row in rows]},
        ("URN", "SHORT NAME", "NAME", "MODE", "MIS", "ROUTE", "STATE"),
        [(r.urn, r.slug, r.name, r.mode, r.mis_title, r.route, r.lamp_word) for r in rows],
    )


def show_school(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import schools

    with open_desk(args) as desk:
        found = schools.show(desk, args.school)
    if out.as_json:
        out.json(found)
        return Exit.DONE
    facts = [(name, value) for name, value in found.items() if name not in ("options", "mode_means")]
    out.table(("FACT", "VALUE"), facts)
    out.lines(["", f"mode {found['mode']}: {found['mode_means']}", ""])
    out.table(("OPTION", "VALUE", "ABOUT"), [(o["name"], o["value"], o["about"]) for o in found["options"]])
    return Exit.DONE


def show_formats(args: argparse.Namespace, out: Out) -> int:
    """Each kind's format with examples; ``--try`` looks at others before ``school set`` saves them."""
    from misconsole.services import formats

    with open_desk(args) as desk:
        view = formats.read(desk, args.school)
    items = formats.examples_of(view, words.pairs(args.tried))
    if out.as_json:
        out.json({"school": view.school, "scope": view.scope, "domain": view.domain,
                  "collision": view.collision, "kinds": items})  # fmt: skip
        return Exit.DONE
    out.table(
        ("KIND", "FORMAT", "USERNAME", "E-MAIL", "NAME", "WHY"),
        [
            (item["kind"], item["format"], each.username, each.email, each.name, each.said or each.why)
            for item in items
            for each in item["examples"]
        ],
    )
    return Exit.DONE
