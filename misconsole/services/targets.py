"""The directories of a school: set one up, test it, say what it may do, remove it.

Protects secrets (they go to ``Desk.secrets`` under a reference and are never returned) and the directory:
nothing here writes to it; removing a target only forgets it here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from connectors.base import Declaration
from connectors.errors import ConnectorError
from connectors.targets import registry
from connectors.targets.base import TargetDeclaration
from data import runs as run_rows
from data import targets as target_rows
from data.tables import Run, School, Target
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.push import source
from misconsole.rules.setting import NO, YES
from misconsole.rules.target_compare import SUSPENDED_ON
from misconsole.rules.target_options import BY_NAME, OPTIONS, TargetOptions
from misconsole.services import permits
from misconsole.services.connect import check
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.target_views import ChangeView, KindView, OptionView, TargetView
from misconsole.services.views import ProbeView, SettingView

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

NO_STRINGS: Mapping[str, str] = {}
NAME = re.compile(r"[^\W_][\w .-]{0,39}")


def kinds() -> tuple[KindView, ...]:
    found = (registry.declaration(kind) for kind in registry.kinds())
    return tuple(KindView(kind=d.kind, title=d.title, settings=_settings(d, {}, {})) for d in found)


def add(
    desk: Desk,
    school: str,
    *,
    name: str,
    kind: str,
    settings: Mapping[str, str] = NO_STRINGS,
    secrets: Mapping[str, str] = NO_STRINGS,
) -> TargetView:
    """Set up a directory; nothing is written there. ``settings`` holds the adapter's and our own options.

    Raises Usage for a bad name, setting or option, Conflict for a name in use, BadSettings for no such kind.
    """
    permits.need(desk, "targets", school)
    declared = registry.declaration(kind)
    plain, options, active = _split(declared, settings)
    typed = check(cast(Declaration, declared), settings=plain, secrets=secrets)
    made = TargetOptions({}).with_texts(options).to_dict()
    with deciding(desk, school, "target-add") as case:
        row = Target(
            school_id=case.school_id, name=_free_name(case, name), kind=kind, settings=typed, options=made,
            active=True if active is None else active, created_at=case.now, created_by=desk.actor,
        )  # fmt: skip
        case.scribe.insert(row)
        case.scribe.update(row, secret_ref=f"school-{case.school.urn}-target-{row.id}")
        case.say(f"Set up {row.name} ({declared.title})", target=row.name)
        ref, called = row.secret_ref, row.name
    _keep_secrets(desk, ref, secrets)
    return show(desk, school, called)


def _free_name(case: Case, name: str) -> str:
    name = name.strip()
    if not NAME.fullmatch(name):
        raise Usage(
            f"“{name[:40]}” is not a name for a target.", mend="Up to 40 letters, digits, spaces, - . _"
        )
    if target_rows.by_name(case.s, case.school_id, name) is not None:
        raise Conflict(f"{case.school.name} has a target {name} already.", mend="Choose another name.")
    return name


def _split(
    declared: TargetDeclaration, texts: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str], bool | None]:
    """(settings of the adapter, options of ours, whether it is active or None where not said)."""
    own = {each.name for each in declared.settings}
    plain = {k: v for k, v in texts.items() if k in own or (k not in BY_NAME and k != "active")}
    options = {k: v for k, v in texts.items() if k in BY_NAME and k not in own}
    if "active" not in texts or "active" in own:
        return plain, options, None
    word = texts["active"].strip().casefold()
    if word not in YES | NO:
        raise Usage(f"“{word[:20]}” is neither yes nor no.", mend="active takes yes or no.")
    return plain, options, word in YES


def _keep_secrets(desk: Desk, ref: str, secrets: Mapping[str, str]) -> None:
    if secrets:
        desk.secrets.put(ref, {**desk.secrets.get(ref), **{k: v.strip() for k, v in secrets.items()}})


def set_settings(
    desk: Desk,
    school: str,
    name: str,
    *,
    settings: Mapping[str, str] = NO_STRINGS,
    secrets: Mapping[str, str] = NO_STRINGS,
) -> TargetView:
    """Correct settings, options (``active=no`` pauses it) and secrets; all or none."""
    permits.need(desk, "targets", school)
    with deciding(desk, school, "target-set") as case:
        row = found(case.s, case.school, name)
        plain, options, active = _split(source.declaration(row), settings)
        typed = check(cast(Declaration, source.declaration(row)), settings=plain, secrets=secrets)
        changed = TargetOptions.from_dict(row.options).with_texts(options).to_dict()
        if {**row.settings, **typed} != row.settings:  # what waits was seen of another directory
            _expire_held(case, row)
        case.scribe.update(
            row, settings={**row.settings, **typed}, options=changed,
            active=row.active if active is None else active,
        )  # fmt: skip
        case.say(f"Set {', '.join(sorted({*settings, *secrets}))} of {row.name}", target=row.name)
        ref = row.secret_ref
    _keep_secrets(desk, ref, secrets)
    return show(desk, school, name)


def _expire_held(case: Case, row: Target) -> None:
    """What waits for an answer can't be approved any more."""
    for held in target_rows.held_pushes(case.s, row.id or 0):
        run_rows.set_run(case.s, held.id or 0, resolution="expired", resolved_at=case.now,
                         resolved_by=case.desk.actor)  # fmt: skip
        run_rows.forget_plan(case.s, held.id or 0)


def found(s: Session, school: School, name: str) -> Target:
    """Raises NotFound naming those there are."""
    row = target_rows.by_name(s, school.id or 0, name)
    if row is None:
        names = ", ".join(each.name for each in target_rows.of_school(s, school.id or 0))
        raise NotFound(
            f"{school.name} has no target “{name[:40]}”.",
            mend=f"Targets: {names}." if names else "Set one up: misconsole target SCHOOL add NAME --kind K.",
            code="no_such_target",
        )
    return row


def list_targets(desk: Desk, school: str) -> tuple[TargetView, ...]:
    with desk.store.read() as s:
        here = resolve(s, school)
        rows = target_rows.of_school(s, here.id or 0)
        facts = [_facts(s, row) for row in rows]
    return tuple(_view(desk, here, row, *fact) for row, fact in zip(rows, facts, strict=True))


def show(desk: Desk, school: str, name: str) -> TargetView:
    with desk.store.read() as s:
        here = resolve(s, school)
        row = found(s, here, name)
        facts = _facts(s, row)
    return _view(desk, here, row, *facts)


def _facts(s: Session, row: Target) -> tuple[dict[str, int], Run | None, Run | None]:
    entries = target_rows.entries(s, row.id or 0)
    counts = {
        "entries": len(entries),
        "suspended": sum(SUSPENDED_ON in each.written for each in entries),
        "temporary": sum(not each.password_set for each in entries),
    }
    held = target_rows.held_pushes(s, row.id or 0)
    return counts, target_rows.last_push(s, row.id or 0), held[0] if held else None


def _view(
    desk: Desk, school: School, row: Target, counts: dict[str, int], last: Run | None, held: Run | None
) -> TargetView:
    from misconsole.services import runs

    declared = source.declaration(row)
    texts = TargetOptions.from_dict(row.options).as_text()
    secrets = desk.secrets.get(row.secret_ref) if row.secret_ref else {}
    return TargetView(
        id=row.id or 0, school=school.urn, school_name=school.name, name=row.name, kind=row.kind,
        title=declared.title, active=row.active,
        settings=_settings(declared, row.settings, secrets),
        options=tuple(
            OptionView(name=each.name, value=texts[each.name], takes=each.bounds, about=each.doc)
            for each in OPTIONS
        ),
        read_at=row.read_at, pushed_at=row.pushed_at,
        last_push=runs.get(desk, last.id or 0) if last else None,
        held=runs.get(desk, held.id or 0) if held else None, **counts,
    )  # fmt: skip


def _settings(
    declared: TargetDeclaration, plain: Mapping[str, Any], secrets: Mapping[str, str]
) -> tuple[SettingView, ...]:
    return tuple(
        SettingView(
            name=each.name, title=each.title, secret=each.secret, required=each.required,
            value="" if each.secret else str(plain.get(each.name, "") or each.default),
            present=bool((secrets if each.secret else plain).get(each.name) or each.default),
            pattern=each.pattern, hint=each.hint, help=each.help, once=each.once,
        )
        for each in declared.settings
    )  # fmt: skip


def probe(desk: Desk, school: str, name: str, *, opened: source.Open | None = None) -> tuple[ProbeView, ...]:
    """Connection, and whether we may read and write there; writes nothing. Errors are told in the view."""
    with desk.store.read() as s:
        row = found(s, resolve(s, school), name)
    try:
        with closing((opened or source.open_directory)(desk, row, lambda: False)) as directory:
            told = directory.probe()
    except ConnectorError as error:
        return (ProbeView(name="connectivity", ok=False, message=error.message, mend=error.mend),)
    return tuple(ProbeView(name=p.name, ok=p.ok, message=p.message, mend=p.mend) for p in told)


def log(
    desk: Desk, school: str, name: str, *, since: datetime | None = None, limit: int = 1000
) -> tuple[ChangeView, ...]:
    """What was asked of the directory, newest first."""
    with desk.store.read() as s:
        row = found(s, resolve(s, school), name)
        changes = target_rows.changes(s, row.id or 0, since=since, limit=limit)
        names = target_rows.usernames(s, {c.account_id for c in changes if c.account_id is not None})
    return tuple(
        ChangeView(
            at=c.at, actor=c.actor, run=c.run_id, account=c.account_id,
            username=names.get(c.account_id or 0, ""), action=c.action, state=c.state, message=c.message,
            before=c.before, after=c.after,
        )
        for c in changes
    )  # fmt: skip


def remove(desk: Desk, school: str, name: str) -> None:
    """Forget the target, its secrets and which entries are ours; the directory is not touched."""
    permits.need(desk, "targets", school)
    from misconsole.sync import lease

    with deciding(desk, school, "target-remove") as case:
        lease.claim(case.s, case.school_id, run_id=None, now=case.now, name=case.school.name)
        row = found(case.s, case.school, name)
        ref = row.secret_ref
        case.say(f"Removed {row.name}; nothing was changed there", target=row.name)
        target_rows.forget_all(case.s, row.id or 0)
        _expire_held(case, row)
        case.scribe.update(
            row, name=f"{row.name} (removed {row.id})", active=False, settings={}, secret_ref="",
            options={target_rows.REMOVED: case.now.isoformat()},
        )  # fmt: skip
    if ref:
        desk.secrets.forget(ref)
