"""Looking at hand-outs: what one would do, what was printed and by whom, whether a password was the one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from data import accounts as account_rows
from data import handouts as rows
from data import queues as waiting
from data.tables import Account, Handout
from misconsole.errors import MisconsoleError, NotFound
from misconsole.handouts.slip import natural
from misconsole.rules import passwords
from misconsole.rules.options import SchoolOptions
from misconsole.services import handout, permits
from misconsole.services.desk import Desk
from misconsole.services.handout_people import Ready
from misconsole.services.handout_views import ENDINGS, GroupCount, HandoutView, PolicyView, Preview, Wish
from misconsole.services.schools import options_of, resolve

EARLIER = 3


def preview(desk: Desk, school: str, wish: Wish) -> Preview:
    """What a hand-out would do; raises what ``hand_out`` would before it makes anything."""
    plan = handout.prepare(desk, school, wish)
    with desk.store.read() as s:
        found = resolve(s, school)
        count = waiting.count(s, Account, *waiting.new_users(found.id or 0))
        earlier = _views(rows.of_school(s, found.id or 0, limit=EARLIER), {})
    return Preview(
        school=plan.school, school_name=found.name, form=wish.form, count=len(plan.people),
        usernames=tuple(each.username for each in plan.people), groups=groups(plan.people),
        starting_later=sum(each.starts is not None and each.starts > desk.today for each in plan.people),
        policies=_policies(plan.people, plan.options), targets=plan.targets, left_out=plan.left,
        earlier=earlier, waiting=count, first_password=plan.options.first_password,
    )  # fmt: skip


def groups(people: Sequence[Ready]) -> tuple[GroupCount, ...]:
    """How many of each registration group, in their order."""
    counted = Counter(each.heading for each in people)
    return tuple(GroupCount(name=name, count=counted[name]) for name in sorted(counted, key=natural))


def _policies(people: Sequence[Ready], options: SchoolOptions) -> tuple[PolicyView, ...]:
    counted = Counter(each.kind for each in people)
    found = []
    for kind in passwords.KINDS:
        if counted[kind]:
            policy = passwords.parse(getattr(options, f"password_{kind}"))
            found.append(
                PolicyView(
                    kind=kind, count=counted[kind], policy=str(policy), told=policy.told,
                    example=passwords.example(policy), must_change=kind in options.password_change,
                )
            )  # fmt: skip
    return tuple(found)


def log(desk: Desk, school: str, *, limit: int = 100) -> tuple[HandoutView, ...]:
    """Who printed what, when and for whom; the newest first."""
    permits.need(desk, "handout", school)
    with desk.store.read() as s:
        found = rows.of_school(s, resolve(s, school).id or 0, limit=limit)
        return _views(found, rows.usernames(s, [each.id or 0 for each in found]))


def _views(found: Sequence[Handout], names: dict[int, list[str]]) -> tuple[HandoutView, ...]:
    return tuple(
        HandoutView(
            id=each.id or 0, at=each.at, by=each.by, form=each.form, file=each.file, count=each.count,
            role=str(each.chosen.get("role", "")), group=str(each.chosen.get("group", "")),
            again=bool(each.chosen.get("again")), usernames=tuple(names.get(each.id or 0, ())),
        )
        for each in found
    )  # fmt: skip


def way_in(desk: Desk, school: str) -> tuple[str, str]:
    """How people of new accounts get in (the setting), and where they sign in (P8)."""
    with desk.store.read() as s:
        options = options_of(resolve(s, school))
    return options.first_password, options.sign_in_at


def documents() -> Path:
    """The person's documents, or where they stand if they have none."""
    from platformdirs import user_documents_path

    found = user_documents_path()
    return found if found.is_dir() else Path.cwd()


def suggested(desk: Desk, school: str, wish: Wish) -> Path:
    """A file, or folder, that is not there yet, named by the school and the day."""
    with desk.store.read() as s:
        name = f"handout-{resolve(s, school).slug}-{desk.today.isoformat()}"
    ending = "" if wish.folder else ENDINGS[wish.form]
    folder, path, n = documents(), Path(), 1
    while not path.name or path.exists():
        path = folder / (f"{name}{ending}" if n == 1 else f"{name}-{n}{ending}")
        n += 1
    return path


def check(desk: Desk, school: str, username: str, password: str) -> bool:
    """Whether that is the password handed out last. NotFound where there is no proof to check it by."""
    permits.need(desk, "handout", school)
    from misconsole.rules.proof import holds

    with desk.store.read() as s:
        found = resolve(s, school)
        account = account_rows.by_username(s, found.id or 0, username)
        if account is None:
            raise NotFound(f"{found.name} has no account {username[:60]}.")
        kept = rows.newest_proof(s, account.id or 0)
    if kept is None:
        raise NotFound(f"{account.username} was not handed out here.")
    if not kept[0]:
        raise MisconsoleError(
            f"Nothing is kept of the password of {account.username}.",
            mend="With password_proof=hash the school keeps a proof of those handed out from then on.",
            code="no_proof",
        )
    return holds(kept[0], password)
