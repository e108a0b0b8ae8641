"""``misconsole target``: the directories a school's accounts are written to; set up, push, drift, adopt.

Exit codes of ``push`` and ``approve``: 0 done, 1 failed, 3 held for a person, 4 the directory does not let us
in, 5 it cannot be reached.  ``plan``, and a push with ``--dry-run``, write nothing anywhere.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from misconsole.cli import target_lines as lines
from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.views import RunView

Act = Callable[[argparse.Namespace, "Out"], int]


def add(sub: Any) -> None:
    parser = sub.add_parser("target", help="directories that accounts are written to: set up, push, adopt")
    parser.add_argument("school", metavar="SCHOOL", help="URN or short name")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="WHAT")

    def verb(name: str, act: Act, told: str, *, named: bool = True) -> Any:
        made = verbs.add_parser(name, help=told)
        if named:
            made.add_argument("name", metavar="NAME", help="name of the target")
        made.set_defaults(run=act)
        return made

    verb("list", _list, "the targets of the school", named=False)
    new = verb("add", _add, "set up a directory; nothing is written there")
    new.add_argument("--kind", required=True, help="ldap, google or graph")
    for made in (new, change := verb("set", _set, "correct settings, options and secrets")):
        words.add_settings(made)
        words.add_secrets(made)
    change.add_argument(
        "settings", metavar="K=V", nargs="*", help="a setting or option; “default” puts one back"
    )
    verb("show", _show, "settings, options, what is there, the last push")
    verb("test", _test, "test the connection and the rights; writes nothing")
    verb("plan", _plan, "what a push would do; writes nothing anywhere")
    push = verb("push", _push, "write the accounts there")
    push.add_argument("--dry-run", action="store_true", help="the same as plan")
    verb("approve", _approve, "write exactly what a held push showed")
    verb("reject", _reject, "forget a held push; nothing was written")
    verb("drift", _drift, "what is there that we did not put there, or not so")
    adopt = verb("adopt", _adopt, "let entries that were there before be ours; without an account, list them")
    adopt.add_argument("accounts", metavar="ACCOUNT", nargs="*", help="username, address or id:N")
    adopt.add_argument(
        "--all-exact", action="store_true", help="all of the same address and name (adopt=address)"
    )
    log = verb("log", _log, "what was asked of the directory, newest first")
    log.add_argument("--since", metavar="DAY", help="a day, or a time with its offset")
    verb("remove", _remove, "forget the target here; nothing is touched there")


def _secrets(args: argparse.Namespace, settings: Any, *, all_needed: bool) -> dict[str, str]:
    named = {each.name: each.title for each in settings if each.secret}
    needed = [each.name for each in settings if each.secret and each.required] if all_needed else []
    return words.secrets(args, named, needed)


def _add(args: argparse.Namespace, out: Out) -> int:
    from connectors.targets import registry
    from misconsole.services import targets

    declared = registry.declaration(args.kind)
    with open_desk(args) as desk:
        words.urn_of(desk, args.school)
        view = targets.add(
            desk, args.school, name=args.name, kind=args.kind, settings=words.pairs(args.set),
            secrets=_secrets(args, declared.settings, all_needed=True),
        )  # fmt: skip
    return lines.shown(out, view)


def _set(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import targets

    with open_desk(args) as desk:
        known = targets.show(desk, args.school, args.name)
        typed = words.pairs([*args.set, *args.settings])
        secrets = _secrets(args, known.settings, all_needed=False)
        if not typed and not secrets:
            raise Usage("Say what to set.", mend="Write name=value, or give secrets with --secrets-file.")
        view = targets.set_settings(desk, args.school, args.name, settings=typed, secrets=secrets)
    return lines.shown(out, view)


def _list(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import targets

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        views = targets.list_targets(desk, urn)
    return words.listed(
        out,
        {"school": urn, "items": [lines.document(view) for view in views]},
        ("NAME", "KIND", "ACTIVE", "ENTRIES", "SUSPENDED", "LAST PUSH", "STATE"),
        [
            (v.name, v.kind, v.active, v.entries, v.suspended, v.pushed_at,
             "held" if v.held else v.last_push.state if v.last_push else "never pushed")
            for v in views
        ],
    )  # fmt: skip


def _show(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import targets

    with open_desk(args) as desk:
        return lines.shown(out, targets.show(desk, args.school, args.name))


def _test(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import targets

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        results = targets.probe(desk, urn, args.name)
    good = all(each.ok for each in results)
    words.listed(
        out,
        {"school": urn, "target": args.name, "ok": good, "tests": results},
        ("TEST", "RESULT", "MESSAGE", "WHAT MENDS IT"),
        [(each.name, "ok" if each.ok else "failed", each.message, each.mend) for each in results],
    )
    if good:
        return Exit.DONE
    return Exit.UNREACHABLE if any(x.name == "connectivity" and not x.ok for x in results) else Exit.FAILED


def _plan(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import pushes

    with open_desk(args) as desk:
        return lines.rehearsed(out, pushes.rehearse(desk, args.school, args.name))


def _push(args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.sync import teller
    from misconsole.services import pushes
    from misconsole.sync import process

    if args.dry_run:
        return _plan(args, out)
    with open_desk(args) as desk, process.listening(detached=False) as stop:
        return _ended(out, pushes.push_now(desk, args.school, args.name, stop=stop, say=teller(out)))


def _approve(args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.sync import teller
    from misconsole.services import pushes
    from misconsole.sync import process

    with open_desk(args) as desk, process.listening(detached=False) as stop:
        return _ended(out, pushes.approve(desk, args.school, args.name, stop=stop, say=teller(out)))


def _reject(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import pushes

    with open_desk(args) as desk:
        view = pushes.reject(desk, args.school, args.name)
    if out.as_json:
        out.json(lines.run_document(view))
    else:
        out.lines([f"{view.school_name}: push {view.id} rejected; nothing was written by it"])
    return Exit.DONE


def _ended(out: Out, view: RunView) -> int:
    from misconsole.cli.sync import exit_of

    lines.ended(out, view)
    return exit_of(view)


def _drift(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import pushes

    with open_desk(args) as desk:
        seen = pushes.rehearse(desk, args.school, args.name)
    return words.listed(
        out,
        {"school": seen.school, "target": seen.target, "entries": seen.entries, "ours": seen.known,
         "elsewhere": seen.elsewhere, "items": seen.drift},
        ("WHAT", "USERNAME", "NAME", "FIELD", "OURS", "THERE", "WINS"),
        [(d.kind, d.username, d.name, d.field, d.ours, d.theirs, d.wins) for d in seen.drift],
    )  # fmt: skip


def _adopt(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import lookup, pushes

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        if args.all_exact:
            pushes.may_adopt_all(desk, urn, args.name)
        accounts = [lookup.account_id(desk, urn, each) for each in args.accounts]
        seen = pushes.rehearse(desk, urn, args.name)
        if not accounts and not args.all_exact:
            return lines.offered(out, seen)
        chosen = pushes.choose_adoptable(seen.adoptable, accounts=accounts, all_exact=args.all_exact)
        view = pushes.adopt(desk, urn, args.name, chosen=chosen, all_exact=args.all_exact)
    return _ended(out, view)


def _log(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import targets

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        items = targets.log(desk, urn, args.name, since=words.moment(args.since))
    return words.listed(
        out,
        {"school": urn, "target": args.name, "items": items},
        ("WHEN", "BY", "RUN", "ACTION", "USERNAME", "STATE", "CHANGED"),
        [(c.at, c.actor, c.run, c.action, c.username, c.state, c.message or lines.changed(c)) for c in items],
    )


def _remove(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import targets

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        targets.remove(desk, urn, args.name)
    if out.as_json:
        out.json({"school": urn, "target": args.name, "removed": True})
    else:
        out.lines([f"{args.name} is forgotten here; nothing was changed there."])
    return Exit.DONE
